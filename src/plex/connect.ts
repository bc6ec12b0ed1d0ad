import type { Clock, PlexAccount, PlexEvents, PlexServer } from '../core/ports.js'
import type { Answered } from '../util/answered.js'
import { createPlexAccount } from './account.js'
import { allowedAtAccount, allowedAtServer } from './allowed.js'
import { createPlexEvents } from './events.js'
import { createPlexHttp, type PlexHttp } from './http.js'
import { createLimiter } from './limiter.js'
import { createPosters, type Posters } from './posters.js'
import { createPlexServer } from './server.js'

export interface PlexConnection {
  /** The media server's base address; may change while the program runs. */
  url: () => string
  /** Stands for plex.tv and clients.plex.tv; empty for the real ones. */
  accountUrl: string
  /** May change while the program runs. */
  token: () => string
  clientIdentifier: string
  version: string
  clock: Clock
  /** Aborted when the program stops. */
  signal?: AbortSignal
  serverTimeoutMs?: number
  accountTimeoutMs?: number
  /** Spreads second tries at plex.tv; from 0 up to 1. */
  random?: () => number
  /** Hears of every request when it is over: to the media server, or to plex.tv. */
  onAnswered?: (side: 'server' | 'account', answered: Answered) => void
}

/** The two sides of Plex. Nothing is asked before the first call. */
export function connectPlex(connection: PlexConnection): {
  plexServer: PlexServer
  posters: Posters
  plexEvents: PlexEvents
  plexAccount: PlexAccount
  /** For what else is asked of plex.tv, such as signing in; it shares the queue with `plexAccount`. */
  plexTv: PlexHttp
} {
  const { url, accountUrl, token, clientIdentifier, version, clock, signal, random } = connection
  const common = { token, clientIdentifier, version, clock, ...(signal && { signal }) }
  const limited = createLimiter({ clock, ...(signal && { signal }), ...(random && { random }) })
  const plexTv = accountAt(accountUrl || 'https://plex.tv')
  const clients = accountAt(accountUrl || 'https://clients.plex.tv')

  // Never limited: nothing may come between seeing a stream and ending it.
  const server = createPlexHttp({
    ...common,
    name: 'The Plex server',
    url,
    timeoutMs: connection.serverTimeoutMs ?? 10_000,
    compressed: false,
    allowed: allowedAtServer,
    onAnswered: (answered) => connection.onAnswered?.('server', answered),
  })

  return {
    plexServer: createPlexServer(server),
    posters: createPosters(server),
    plexEvents: createPlexEvents({ ...common, url }),
    plexAccount: createPlexAccount({ plexTv, clients }),
    plexTv,
  }

  function accountAt(address: string): PlexHttp {
    const http = createPlexHttp({
      ...common,
      name: 'plex.tv',
      url: () => address,
      timeoutMs: connection.accountTimeoutMs ?? 15_000,
      compressed: true,
      allowed: allowedAtAccount,
      onAnswered: (answered) => connection.onAnswered?.('account', answered),
    })
    return limited(http)
  }
}
