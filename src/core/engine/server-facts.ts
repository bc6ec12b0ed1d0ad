import type { Capabilities } from '../model.js'
import type { Logger, PlexAccount, PlexServer, Store } from '../ports.js'

/** What OTP knows about the server and its owner, kept for the times when neither answers. */
export interface ServerFacts {
  /**
   * Which server this is: asked once in the life of the program and again after an outage, since another one
   * may stand at the same address. Throws `plex_unreachable`.
   */
  machineIdentifier(): Promise<string>
  /** The server that was found last, without asking. */
  known(): Promise<string | undefined>
  /** The server has not answered: whoever does next may be another. */
  doubt(): void
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
  let isSure = false
  let owner: string | undefined
  let can: Capabilities | undefined

  return {
    machineIdentifier,
    known,
    doubt: () => {
      isSure = false
    },
    ownerPlexId: () => owner,
    capabilities: () => can,
    probe,
  }

  async function machineIdentifier(): Promise<string> {
    const before = await known()
    if (isSure && before !== undefined) return before

    const { machineIdentifier: found } = await plexServer.identity()
    await remember(found)
    return found
  }

  async function known(): Promise<string | undefined> {
    if (machine === undefined) await recall()
    return machine
  }

  async function probe(): Promise<void> {
    await known()
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
    isSure = true

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
