import type { ListeningEnded, PlexEvents } from '../core/ports.js'

/** Listens to the notifications of the media server. */
export function createPlexEvents(): PlexEvents {
  return { listen }

  async function listen(): Promise<ListeningEnded> {
    return { kind: 'unavailable', reason: 'not built yet' }
  }
}
