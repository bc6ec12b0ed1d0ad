import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { ClientRequest } from 'node:http'
import type { Clock } from '../../../src/core/ports.js'

const begins = 'http.client.request.start'

/**
 * Counts what this process asks over HTTP and has not been answered yet. Whoever waits too long by the given
 * clock gives up, as their own time-out would have it by the clock on the wall.
 */
export function watchRequests(needs: { clock: Clock; patienceMs: number }) {
  const { clock, patienceMs } = needs
  const open = new Set<ClientRequest>()

  subscribe(begins, begun)
  return { open: () => open.size, stop: () => void unsubscribe(begins, begun) }

  function begun(message: unknown): void {
    if (typeof message !== 'object' || message === null || !('request' in message)) return
    if (message.request instanceof ClientRequest) void follow(message.request)
  }

  async function follow(request: ClientRequest): Promise<void> {
    const over = new AbortController()
    open.add(request)
    request.once('close', ended)
    // A socket or a stream of events stays open once it stands; that is not waiting.
    if (request.getHeader('upgrade') !== undefined) request.once('upgrade', ended)
    if (String(request.getHeader('accept')).includes('text/event-stream')) request.once('response', ended)

    await clock.sleep(patienceMs, over.signal)
    if (!over.signal.aborted) request.emit('timeout')

    function ended(): void {
      open.delete(request)
      // With a reason of its own, since the usual one is an error with a stack, made at every request.
      over.abort('answered')
    }
  }
}
