import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'

/** What a stream that must end waits for. */
const urgent = /^\/status\/sessions(\/terminate)?(\?|$)/

/**
 * Counts the requests of this process that are not over: they may be on their way through the system, where nothing in
 * the event loop tells of them. Those that became a socket are over.
 */
export function watchRequests(): { open: () => number; timed: () => number; stop: () => void } {
  const open = new Set<unknown>()
  /** Those that are given up by the clock of the program, which somebody sleeps for. */
  const timed = new Set<unknown>()
  const channels = [
    ['http.client.request.start', begun],
    ['undici:request:create', created],
    ['undici:request:trailers', ended],
    ['undici:request:error', ended],
  ] as const
  for (const [name, listener] of channels) subscribe(name, listener)

  return {
    open: () => open.size,
    timed: () => timed.size,
    stop: () => {
      for (const [name, listener] of channels) unsubscribe(name, listener)
    },
  }

  function begun(message: unknown): void {
    const { request } = message as { request: ClientRequest }
    open.add(request)
    if (urgent.test(request.path)) timed.add(request)
    request.once('close', () => {
      open.delete(request)
      timed.delete(request)
    })
  }

  function created(message: unknown): void {
    open.add((message as { request: unknown }).request)
  }

  function ended(message: unknown): void {
    open.delete((message as { request: unknown }).request)
  }
}
