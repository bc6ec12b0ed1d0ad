import type { PlaybackReport, PushWay } from '../../src/core/model.js'
import type { ListeningEnded, PlexEvents, PushListener } from '../../src/core/ports.js'

interface Attempt {
  way: PushWay
  listener: PushListener
  end: (ended: ListeningEnded) => void
}

/** A server that announces what it is told to. Every way is open unless `block` says otherwise. */
export function createFakeEvents() {
  const attempts: PushWay[] = []
  const blocked = new Map<PushWay, ListeningEnded>()
  let current: Attempt | undefined

  const port: PlexEvents = { listen }
  return {
    port,
    /** The ways that were tried, oldest first. */
    attempts,
    way: () => current?.way,
    block: (way: PushWay, kind: ListeningEnded['kind'] = 'unavailable', reason = 'a proxy is in the way') =>
      void blocked.set(way, { kind, reason }),
    unblock: () => blocked.clear(),
    announce: (...reports: PlaybackReport[]) => current?.listener.heard(reports),
    drop: (kind: ListeningEnded['kind'] = 'lost', reason = 'the connection was closed') =>
      current?.end({ kind, reason }),
  }

  async function listen(way: PushWay, listener: PushListener, signal: AbortSignal): Promise<ListeningEnded> {
    attempts.push(way)
    const refusal = blocked.get(way)
    if (refusal) return refusal

    return new Promise((resolve) => {
      const attempt = { way, listener, end }
      current = attempt
      signal.addEventListener('abort', () => end({ kind: 'stopped', reason: 'nobody listens any more' }))
      listener.opened()

      function end(ended: ListeningEnded): void {
        if (current === attempt) current = undefined
        resolve(ended)
      }
    })
  }
}
