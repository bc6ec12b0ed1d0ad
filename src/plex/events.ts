import type { PushWay } from '../core/model.js'
import type { ListeningEnded, PlexEvents, PushListener } from '../core/ports.js'
import { listeningPaths } from './allowed.js'
import { introduction, type PlexHttpNeeds, troubleIn } from './http.js'
import { openSocket } from './push-socket.js'
import { openStream } from './push-stream.js'
import type { PushLine, PushOpener, PushTarget } from './push-way.js'

const openMs = 10_000
const pingMs = 15_000

const ways = { websocket: openSocket, sse: openStream } satisfies Record<PushWay, PushOpener>

type ListeningNeeds = Pick<
  PlexHttpNeeds,
  'url' | 'token' | 'clientIdentifier' | 'version' | 'clock' | 'signal'
>

/** Listens to the notifications of the media server, with its address and token of the moment. */
export function createPlexEvents(needs: ListeningNeeds): PlexEvents {
  const { clock } = needs

  return { listen: (way, listener, signal) => new Promise((end) => listen(way, listener, signal, end)) }

  function listen(
    way: PushWay,
    listener: PushListener,
    signal: AbortSignal,
    resolve: (ended: ListeningEnded) => void,
  ): void {
    const over = new AbortController()
    const opening = new AbortController()
    let isOpen = false
    let isAlive = false
    const line: PushLine = { opened, alive, heard, changed, refused, broke }

    const stops = [signal, ...(needs.signal ? [needs.signal] : [])]
    for (const one of stops) one.addEventListener('abort', stop, { signal: over.signal })
    if (stops.some((one) => one.aborted)) stop()
    else {
      open()
      giveUpInTime()
    }

    async function open(): Promise<void> {
      try {
        await ways[way](targetOf(way), line, over.signal)
      } catch (problem) {
        broke(troubleIn(problem))
      }
    }

    async function giveUpInTime(): Promise<void> {
      await clock.sleep(openMs, opening.signal)
      if (!opening.signal.aborted) end('unavailable', 'no answer came in time')
    }

    function opened(ping: () => void): void {
      if (over.signal.aborted) return
      isOpen = true
      opening.abort()
      listener.opened()
      listenForLife(ping)
    }

    /**
     * A connection whose other end is gone stays open for minutes. Intervals are counted, not time: after a leap of
     * the clock there must be time to hear what was sent meanwhile.
     */
    async function listenForLife(ping: () => void): Promise<void> {
      let quiet = 0
      while (quiet < 2 && !over.signal.aborted) {
        isAlive = false
        ping()
        await clock.sleep(pingMs, over.signal)
        quiet = isAlive ? 0 : quiet + 1
      }
      end('silent', `it gave no sign of life for ${(2 * pingMs) / 1_000} s`)
    }

    function alive(): void {
      isAlive = true
    }

    function heard(reports: Parameters<PushLine['heard']>[0]): void {
      if (!over.signal.aborted && reports.length > 0) listener.heard(reports)
    }

    function changed(items: Parameters<PushLine['changed']>[0]): void {
      if (!over.signal.aborted && items.length > 0) listener.changed(items)
    }

    function refused(status: number): void {
      if (status === 401 || status === 403) end('rejected', `it does not take the token (HTTP ${status})`)
      else if (status >= 300 && status < 400) broke(`it redirects (${status}) to another address`)
      else broke(`HTTP ${status}`)
    }

    function broke(reason: string): void {
      end(isOpen ? 'lost' : 'unavailable', reason)
    }

    function stop(): void {
      end('stopped', 'nobody listens any more')
    }

    function end(kind: ListeningEnded['kind'], reason: string): void {
      if (over.signal.aborted) return
      over.abort()
      opening.abort()
      resolve({ kind, reason })
    }
  }

  function targetOf(way: PushWay): PushTarget {
    const token = needs.token()
    return {
      url: `${needs.url()}${listeningPaths[way]}?filters=playing,timeline`,
      headers: { ...introduction(needs), ...(token !== '' && { 'X-Plex-Token': token }) },
    }
  }
}
