import { all } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { signIn as words } from '../messages/sign-in.js'
import type { Logger, PlexSettings, PlexSignIn, Store } from '../ports.js'
import type { ChosenServer, ListedServer, OwnedServer, ServerConnection } from './model.js'

/** Which of the account's servers OTP guards, and by which address. */
export interface ServerChoice {
  /** The servers of the account whose token is in use. */
  servers(): Promise<ListedServer[]>
  /**
   * Uses this server from now on, by the address given or else by the best one that answers. Throws `not_found`
   * for a server that the account does not own, `plex_unreachable` when it answers nowhere, and `conflict` when
   * the address comes from the environment, belongs to another server, or passes are open on another.
   */
  choose(request: { machineIdentifier: string; url?: string; by: string }): Promise<ChosenServer>
}

interface Needs {
  plexSignIn: PlexSignIn
  plexSettings: PlexSettings
  store: Store
  log: Logger
  /** Another address is in use than before. */
  moved?: () => Promise<void>
}

export function createServerChoice(needs: Needs): ServerChoice {
  const { plexSignIn, plexSettings, store, log } = needs

  return { servers, choose }

  async function servers(): Promise<ListedServer[]> {
    const [owned, present] = await Promise.all([
      plexSignIn.ownedServers(),
      plexSignIn.reach(plexSettings.value('url')),
    ])
    return owned.map((one) => ({
      ...one,
      connections: bestFirst(one.connections),
      inUse: one.machineIdentifier === present?.machineIdentifier,
    }))
  }

  async function choose(request: {
    machineIdentifier: string
    url?: string
    by: string
  }): Promise<ChosenServer> {
    const fixed = plexSettings.fixed('url')
    if (fixed !== undefined) throw new OtpError('conflict', fixed)

    const server = await ownedServer(request.machineIdentifier)
    const open = await openElsewhere(store, [server])
    if (open > 0) throw new OtpError('conflict', words.passesElsewhere(open))

    const chosen = await reached(server, request.url?.replace(/\/+$/, ''))
    const isNew = chosen.url !== plexSettings.value('url')
    await plexSettings.change('url', chosen.url)
    log.info('server chosen', { machineIdentifier: server.machineIdentifier, by: request.by })
    if (isNew) await needs.moved?.()
    return chosen
  }

  async function ownedServer(machineIdentifier: string): Promise<OwnedServer> {
    const owned = await plexSignIn.ownedServers()
    const found = owned.find((one) => one.machineIdentifier === machineIdentifier)
    if (found) return found
    throw new OtpError('not_found', words.serverUnknown(owned.map((one) => one.name)))
  }

  async function reached(server: OwnedServer, url: string | undefined): Promise<ChosenServer> {
    const { machineIdentifier, name } = server
    const urls = url === undefined ? addressesOf(server, plexSettings.value('url')) : [url]
    const answers = await Promise.all(
      urls.map(async (one) => ({ url: one, by: await plexSignIn.reach(one) })),
    )

    for (const { url, by } of answers) {
      if (by?.machineIdentifier === machineIdentifier)
        return { machineIdentifier, name, url, version: by.version }
    }
    if (url !== undefined && answers.some((one) => one.by)) {
      throw new OtpError('conflict', words.anotherServerThere(name))
    }
    throw new OtpError(
      'plex_unreachable',
      url === undefined ? words.nowhere(name, urls.length) : words.notThere(name),
    )
  }
}

/** How many passes are open on other servers than these: their access could not be taken back from here. */
export async function openElsewhere(store: Store, servers: readonly OwnedServer[]): Promise<number> {
  const here = new Set(servers.map((one) => one.machineIdentifier))
  const open = await all(store, 'assignment', { open: true })
  return open.filter(({ record }) => !here.has(record.machineIdentifier)).length
}

/** The server's own network before the way through the internet, secure before open, through plex.tv last. */
export function bestFirst(connections: readonly ServerConnection[]): ServerConnection[] {
  return connections.toSorted((a, b) => rank(a) - rank(b))
}

function rank({ local, relay, secure }: ServerConnection): number {
  if (relay) return 4
  return (local ? 0 : 2) + (secure ? 0 : 1)
}

/** An address that plex.tv does not know was set by hand, and goes before those that it knows. */
function addressesOf(server: OwnedServer, present: string): string[] {
  const known = bestFirst(server.connections).map((one) => one.url)
  return known.includes(present) ? known : [present, ...known]
}
