import { all, transact } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { keys as words } from '../messages/keys.js'
import type { ApiKey, KeyScope } from '../model.js'
import type { Clock, Secrets, Store } from '../ports.js'

/** The name of the key in the configuration, which can do everything. */
export const ownerKey = 'owner'
/** How exactly it is known when a key was used last: writing that down costs. */
const noteUseEveryMs = 60_000
/** How long a key that another process has removed may still pass. */
const rememberedMs = 5_000

/** Keys of the API besides the one in the configuration: only their hashes are kept. */
export interface ApiKeys {
  list(): Promise<ApiKey[]>
  /** Makes a key and answers it this once. Throws `conflict` when the name is taken. */
  make(request: { name: string; scope: KeyScope; by: string }): Promise<{ key: ApiKey; secret: string }>
  /** Throws `not_found`, and `conflict` for the one in the configuration. */
  remove(request: { name: string }): Promise<ApiKey>
  /** The key that somebody has sent, if it is one. */
  find(secret: string): Promise<ApiKey | undefined>
}

export function createApiKeys(needs: { store: Store; secrets: Secrets; clock: Clock }): ApiKeys {
  const { store, secrets, clock } = needs
  let remembered: { keys: readonly ApiKey[]; at: number } | undefined

  return { list, make, remove, find }

  async function list(): Promise<ApiKey[]> {
    const stored = await all(store, 'key')
    return stored.map((one) => one.record).filter((one) => one.removedAt === undefined)
  }

  async function make({ name, scope, by }: { name: string; scope: KeyScope; by: string }) {
    if (name === ownerKey) throw new OtpError('conflict', words.ownerTaken())

    const secret = secrets.make()
    const key = await transact(store, async () => {
      const stored = await store.read('key', name)
      if (stored && stored.record.removedAt === undefined) throw new OtpError('conflict', words.taken(name))

      const record: ApiKey = {
        name,
        scope,
        hash: secrets.hash(secret),
        createdAt: clock.now(),
        createdBy: by,
      }
      const condition = stored ? { ifRevision: stored.revision } : { unless: 'exists' as const }
      return { changes: [{ kind: 'key' as const, id: name, record, ...condition }], value: record }
    })
    remembered = undefined
    return { key, secret }
  }

  async function remove({ name }: { name: string }): Promise<ApiKey> {
    if (name === ownerKey) throw new OtpError('conflict', words.ownerStays())

    const removed = await transact(store, async () => {
      const stored = await store.read('key', name)
      if (!stored || stored.record.removedAt !== undefined) {
        throw new OtpError('not_found', words.unknown(name))
      }
      const record = { ...stored.record, removedAt: clock.now() }
      return {
        changes: [{ kind: 'key' as const, id: name, record, ifRevision: stored.revision }],
        value: record,
      }
    })
    remembered = undefined
    return removed
  }

  /** Every hash is compared, and each in the same time, so that nothing can be learned from how long it takes. */
  async function find(secret: string): Promise<ApiKey | undefined> {
    const hash = secrets.hash(secret)
    const found = (await current()).filter((one) => secrets.isSame(one.hash, hash))[0]
    if (found && (found.lastUsedAt ?? 0) + noteUseEveryMs <= clock.now()) await noteUse(found.name)
    return found
  }

  async function current(): Promise<readonly ApiKey[]> {
    if (!remembered || clock.now() - remembered.at >= rememberedMs) {
      remembered = { keys: await list(), at: clock.now() }
    }
    return remembered.keys
  }

  async function noteUse(name: string): Promise<void> {
    const stored = await store.read('key', name)
    if (!stored || stored.record.removedAt !== undefined) return

    const record = { ...stored.record, lastUsedAt: clock.now() }
    // Whoever else writes it at this moment notes the same.
    await store.commit([{ kind: 'key', id: name, record, ifRevision: stored.revision }], { hasty: true })
    remembered = undefined
  }
}
