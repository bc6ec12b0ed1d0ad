import type { Capabilities } from './model.js'
import type { Logger, PlexAccount, PlexServer, Store } from './ports.js'

/** What OTP knows about the server and its owner, kept for the times when neither answers. */
export interface ServerFacts {
  /** Asks the server when it is not known yet; throws `plex_unreachable` then. */
  machineIdentifier(): Promise<string>
  /** The server that was found last, without asking. */
  known(): string | undefined
  ownerPlexId(): string | undefined
  capabilities(): Capabilities | undefined
  /** Asks the server and the account anew; what does not answer stays as it was. */
  probe(): Promise<void>
}

export function createServerFacts(needs: {
  plexServer: PlexServer
  plexAccount: PlexAccount
  store: Store
  log: Logger
}): ServerFacts {
  const { plexServer, plexAccount, store, log } = needs
  let machine: string | undefined
  let owner: string | undefined
  let can: Capabilities | undefined

  return {
    machineIdentifier,
    known: () => machine,
    ownerPlexId: () => owner,
    capabilities: () => can,
    probe,
  }

  async function machineIdentifier(): Promise<string> {
    if (machine === undefined) await recall()
    if (machine === undefined) await remember((await plexServer.identity()).machineIdentifier)
    return machine ?? ''
  }

  async function probe(): Promise<void> {
    if (machine === undefined) await recall()

    await attempt('server identity', async () => remember((await plexServer.identity()).machineIdentifier))
    await attempt('server capabilities', async () => {
      can = await plexServer.capabilities()
    })
    await attempt('owner account', async () => {
      owner = (await plexAccount.owner()).plexId
      if (machine !== undefined) await remember(machine)
    })
  }

  async function recall(): Promise<void> {
    const stored = await store.read('setting', 'server')
    if (stored?.record.name !== 'server') return

    machine = stored.record.machineIdentifier
    owner = stored.record.ownerPlexId
  }

  async function remember(machineIdentifier: string): Promise<void> {
    if (machine !== undefined && machine !== machineIdentifier) {
      log.warn('this is another server than before; its records stay, but it starts without guests', {
        machineIdentifier,
      })
    }
    machine = machineIdentifier

    const stored = await store.read('setting', 'server')
    const record = {
      name: 'server' as const,
      machineIdentifier,
      ...(owner !== undefined && { ownerPlexId: owner }),
    }
    const condition = stored ? { ifRevision: stored.revision } : ({ unless: 'exists' } as const)
    await store.commit([{ kind: 'setting', id: 'server', record, ...condition }])
  }

  async function attempt(what: string, ask: () => Promise<void>): Promise<void> {
    await ask().catch((error: unknown) => log.warn('probe failed', { what, error }))
  }
}
