import type { Clock, PlexAccount, PlexServer } from '../core/ports.js'
import { createPlexAccount } from './account.js'
import { allowedAtAccount, allowedAtServer } from './allowed.js'
import { createPlexHttp } from './http.js'
import { createPlexServer } from './server.js'

export interface PlexConnection {
  /** The media server's base address. */
  url: string
  /** Stands for plex.tv and clients.plex.tv; empty for the real ones. */
  accountUrl: string
  token: string
  clientIdentifier: string
  version: string
  clock: Clock
  /** Aborted when the program stops. */
  signal?: AbortSignal
  serverTimeoutMs?: number
  accountTimeoutMs?: number
}

/** The two sides of Plex. Nothing is asked before the first call. */
export function connectPlex(connection: PlexConnection): {
  plexServer: PlexServer
  plexAccount: PlexAccount
} {
  const { url, accountUrl, token, clientIdentifier, version, clock } = connection
  const { signal } = connection
  const common = { token, clientIdentifier, version, clock, ...(signal && { signal }) }

  return {
    plexServer: createPlexServer(
      createPlexHttp({
        ...common,
        name: 'The Plex server',
        url,
        timeoutMs: connection.serverTimeoutMs ?? 10_000,
        patienceMs: 0,
        allowed: allowedAtServer,
      }),
    ),
    plexAccount: createPlexAccount({
      plexTv: accountAt(accountUrl || 'https://plex.tv'),
      clients: accountAt(accountUrl || 'https://clients.plex.tv'),
    }),
  }

  function accountAt(address: string) {
    return createPlexHttp({
      ...common,
      name: 'plex.tv',
      url: address,
      timeoutMs: connection.accountTimeoutMs ?? 15_000,
      patienceMs: 10_000,
      allowed: allowedAtAccount,
    })
  }
}
