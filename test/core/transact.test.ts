import { describe, expect, it } from 'vitest'
import { all, transact } from '../../src/core/engine/transact.js'
import type { Change, Store } from '../../src/core/ports.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { aGuestRef, anAssignment, anEndedAssignment } from '../support/builders.js'

const id = 'assignment-1'

async function aStore(): Promise<Store> {
  const store = createMemoryStore()
  await store.commit([{ kind: 'assignment', id, record: anAssignment(), unless: 'exists' }])
  return store
}

/** One more violation, decided on what is stored now; `meanwhile` happens between reading and writing. */
function countOne(store: Store, meanwhile: () => Promise<unknown> = async () => {}): Promise<number> {
  return transact(store, async () => {
    const stored = await store.read('assignment', id)
    if (!stored) throw new Error('It is not there')

    await meanwhile()
    const violations = stored.record.violations + 1
    const record = { ...stored.record, violations }
    return { changes: [{ kind: 'assignment', id, record, ifRevision: stored.revision }], value: violations }
  })
}

const violationsIn = async (store: Store) => (await store.read('assignment', id))?.record.violations

describe('a transaction', () => {
  it('writes what was decided, and answers', async () => {
    const store = await aStore()

    expect(await countOne(store)).toBe(1)
    expect(await violationsIn(store)).toBe(1)
  })

  it('decides anew when somebody else wrote in between', async () => {
    const store = await aStore()
    let interruptions = 3
    const answer = await countOne(store, async () => {
      interruptions -= 1
      if (interruptions >= 0) await countOne(store)
    })

    expect(answer).toBe(4)
    expect(await violationsIn(store)).toBe(4)
  })

  it('loses nothing when many write at once', async () => {
    const store = await aStore()
    await Promise.all(Array.from({ length: 15 }, () => countOne(store)))

    expect(await violationsIn(store)).toBe(15)
  })

  it('with nothing to write asks the store for nothing', async () => {
    const store: Store = {
      ...createMemoryStore(),
      commit: () => Promise.reject(new Error('Nothing was to be written')),
    }

    expect(await transact(store, async () => ({ changes: [], value: 'the same' }))).toBe('the same')
  })

  it('gives up with a sentence when others always come first', async () => {
    const store: Store = { ...createMemoryStore(), commit: async () => false }
    const change: Change = { kind: 'assignment', id, record: anAssignment(), unless: 'exists' }
    const never = transact(store, async () => ({ changes: [change], value: undefined }))

    await expect(never).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('nothing was saved'),
    })
  })

  it('passes on what goes wrong while deciding, and writes nothing', async () => {
    const store = await aStore()
    const refused = countOne(store, () => Promise.reject(new Error('refused')))

    await expect(refused).rejects.toThrow('refused')
    expect(await violationsIn(store)).toBe(0)
  })
})

describe('all records', () => {
  it('come oldest first, also when there are more than one page holds', async () => {
    const store = createMemoryStore()
    const ids = Array.from({ length: 1_203 }, (_, at) => `assignment-${String(at).padStart(5, '0')}`)
    await store.commit(
      ids.map((one) => ({
        kind: 'assignment',
        id: one,
        record: anAssignment({ id: one }),
        unless: 'exists',
      })),
    )

    expect((await all(store, 'assignment')).map((one) => one.id)).toEqual(ids)
  })

  it('are those that match', async () => {
    const store = await aStore()
    const other = anAssignment({ id: 'assignment-2', guest: aGuestRef({ plexId: '7002' }) })
    const taken = anEndedAssignment({ id: 'assignment-3', access: 'taken' })
    for (const record of [other, taken]) {
      await store.commit([{ kind: 'assignment', id: record.id, record, unless: 'exists' }])
    }
    const open = await all(store, 'assignment', { open: true, guest: '7001' })

    expect(open.map((one) => one.id)).toEqual([id])
  })

  it('are none where there are none', async () => {
    expect(await all(createMemoryStore(), 'violation')).toEqual([])
  })
})
