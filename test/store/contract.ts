import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Change, Store } from '../../src/core/ports.js'
import type { Facets } from '../../src/core/records.js'
import { createIds } from '../../src/util/ids.js'
import { createTestClock } from '../support/clock.js'
import { aSetting, aViolation, created, replaced } from './records.js'

/** What every store must do, whatever it is made of. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`the ${name} store`, () => {
    let store: Store

    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    it('gives back what was written, with its revision', async () => {
      const violation = aViolation({
        media: { ratingKey: '8', guid: '', type: 'movie', title: ': "Ça" \u0000 😀' },
      })

      expect(await store.commit([created(violation)])).toBe(true)
      expect(await store.read('violation', 'v1')).toEqual({ id: 'v1', revision: 1, record: violation })
    })

    it('has nothing under an id that was never written', async () => {
      await store.commit([created(aViolation())])

      expect(await store.read('violation', 'v2')).toBeUndefined()
      expect(await store.read('setting', 'v1')).toBeUndefined()
    })

    it('creates a record only where there is none', async () => {
      await store.commit([created(aViolation({ repeats: 1 }))])

      expect(await store.commit([created(aViolation({ repeats: 2 }))])).toBe(false)
      expect((await store.read('violation', 'v1'))?.record.repeats).toBe(1)
    })

    it('replaces a record only when it has not changed since it was read', async () => {
      await store.commit([created(aViolation())])

      expect(await store.commit([replaced(aViolation({ repeats: 1 }), 1)])).toBe(true)
      expect(await store.commit([replaced(aViolation({ repeats: 2 }), 1)])).toBe(false)
      expect(await store.read('violation', 'v1')).toMatchObject({ revision: 2, record: { repeats: 1 } })
    })

    it('replaces nothing that does not exist', async () => {
      expect(await store.commit([replaced(aViolation(), 1)])).toBe(false)
      expect(await store.commit([replaced(aViolation(), 0)])).toBe(false)
      expect(await store.read('violation', 'v1')).toBeUndefined()
    })

    it('writes several records together, of several kinds', async () => {
      const changes = [created(aViolation()), monitor(5)]

      expect(await store.commit(changes)).toBe(true)
      expect(await store.read('violation', 'v1')).toBeDefined()
      expect(await store.read('setting', 'monitor')).toBeDefined()
    })

    it('writes nothing at all when one of several conditions does not hold', async () => {
      await store.commit([created(aViolation())])

      const changes = [
        monitor(5),
        created(aViolation({ id: 'v2' })),
        replaced(aViolation({ repeats: 9 }), 1),
        replaced(aViolation({ id: 'v3' }), 1),
      ]
      expect(await store.commit(changes)).toBe(false)
      expect(await store.read('setting', 'monitor')).toBeUndefined()
      expect(await store.page('violation', { limit: 10 })).toEqual([
        { id: 'v1', revision: 1, record: aViolation() },
      ])
    })

    it('removes what has not changed since it was read, and nothing else', async () => {
      for (const id of ['v1', 'v2', 'v3']) await store.commit([created(aViolation({ id }))])
      await store.commit([replaced(aViolation({ id: 'v2', repeats: 1 }), 1)])
      const doomed = ['v1', 'v2', 'none'].map((id) => ({ kind: 'violation' as const, id, ifRevision: 1 }))

      expect(await store.remove(doomed)).toBe(1)
      expect(await store.remove([])).toBe(0)
      expect((await store.page('violation', { limit: 9 })).map(({ id }) => id)).toEqual(['v3', 'v2'])
      expect(await store.commit([created(aViolation({ id: 'v1' }))])).toBe(true)
    })

    it('takes an empty commit as done', async () => {
      expect(await store.commit([])).toBe(true)
    })

    it('refuses a commit that names one record twice', async () => {
      await expect(store.commit([created(aViolation()), created(aViolation())])).rejects.toThrow(
        'violation/v1 twice',
      )
      expect(await store.read('violation', 'v1')).toBeUndefined()
    })

    it('counts twenty parallel increments, each tried until it holds', async () => {
      await store.commit([created(aViolation())])

      await Promise.all(Array.from({ length: 20 }, () => increment(store)))
      expect((await store.read('violation', 'v1'))?.record.repeats).toBe(20)
    })

    it('lets exactly one of twenty create the same record', async () => {
      const attempts = Array.from({ length: 20 }, (_, repeats) =>
        store.commit([created(aViolation({ repeats }))]),
      )

      expect((await Promise.all(attempts)).filter(Boolean)).toHaveLength(1)
    })

    it('keeps its records apart from the objects that were handed in and out', async () => {
      const violation = aViolation()
      await store.commit([created(violation)])
      violation.repeats = 7
      const read = await store.read('violation', 'v1')
      if (read) read.record.repeats = 8

      expect((await store.read('violation', 'v1'))?.record.repeats).toBe(0)
    })

    it('pages through a kind, newest first, without gap or repeat', async () => {
      const ids = await fill(store, 25)
      await store.commit([monitor(1)])

      const pages = [await idsOf(store, {})]
      for (let last = pages[0]?.at(-1); last; last = pages.at(-1)?.at(-1)) {
        pages.push(await idsOf(store, {}, last))
      }
      expect(pages.map((page) => page.length)).toEqual([10, 10, 5, 0])
      expect(pages.flat()).toEqual(ids.toReversed())
    })

    it('pages from one record on, oldest first', async () => {
      const ids = await fill(store, 8)
      const page = await store.page('violation', { after: ids[2] ?? '', limit: 3 })

      expect(page.map((stored) => stored.id)).toEqual(ids.slice(3, 6))
      expect(await store.page('violation', { after: ids[7] ?? '', limit: 3 })).toEqual([])
      expect(await store.page('violation', { after: '', before: ids[2] ?? '', limit: 9 })).toHaveLength(2)
    })

    it('trims what is too much or too old, some at a time, and never the newest', async () => {
      const ids = await fill(store, 8)
      const left = async () => (await idsOf(store, {})).toReversed()
      await store.commit([monitor(1)])

      expect(await store.trim('violation', { keep: 8, before: '', atMost: 9 })).toBe(0)
      expect(await store.trim('violation', { keep: 5, before: '', atMost: 2 })).toBe(2)
      expect(await store.trim('violation', { keep: 5, before: '', atMost: 2 })).toBe(1)
      expect(await left()).toEqual(ids.slice(3))
      expect(await store.trim('violation', { keep: 5, before: ids[4] ?? '', atMost: 9 })).toBe(1)
      expect(await left()).toEqual(ids.slice(4))
      expect(await store.trim('violation', { keep: 5, before: 'zzz', atMost: 9 })).toBe(3)
      expect(await left()).toEqual(ids.slice(7))
      expect(await store.trim('message', { keep: 1, before: 'zzz', atMost: 9 })).toBe(0)
      expect(await store.read('setting', 'monitor')).toBeDefined()
    })

    it.each<[string, Partial<Facets>, number[]]>([
      ['open ones', { open: true }, [5, 3, 2, 0]],
      ['closed ones', { open: false }, [4, 1]],
      ['those of one guest', { guest: '100' }, [4, 2, 0]],
      ['open ones of one guest', { open: true, guest: '101' }, [5, 3]],
      ['those of a guest without any', { guest: '999' }, []],
      ['those in a state they have not', { state: 'finished' }, []],
    ])('finds only %s', async (_, where, expected) => {
      const ids = await fill(store, 6)

      expect(await idsOf(store, where)).toEqual(expected.map((at) => ids[at]))
    })

    it('pages within a facet', async () => {
      const ids = await fill(store, 60)
      const first = await idsOf(store, { guest: '101' })

      expect(await idsOf(store, { guest: '101' }, first.at(-1))).toEqual(
        ids
          .filter((_, at) => at % 2 === 1)
          .toReversed()
          .slice(10, 20),
      )
    })

    it('moves a record to its new facets when it changes', async () => {
      await store.commit([created(aViolation())])
      await store.commit([replaced(aViolation({ endedAt: 2 }), 1)])

      expect(await idsOf(store, { open: true })).toEqual([])
      expect(await idsOf(store, { open: false })).toEqual(['v1'])
    })

    it('does not take one kind for another that begins alike', async () => {
      await store.commit([monitor(1)])

      expect(await store.page('setting', { limit: 5 })).toHaveLength(1)
      expect(await store.page('message', { limit: 5 })).toEqual([])
      expect(await store.page('setting', { limit: 0 })).toEqual([])
    })
  })
}

/** Six records are 100 open, 101 closed, 100 open, 101 open, 100 closed, 101 open; then over again. */
async function fill(store: Store, count: number): Promise<string[]> {
  const ids = createIds(createTestClock())
  const made: string[] = []

  for (let at = 0; at < count; at += 1) {
    const id = ids.next()
    const guest = { plexId: String(100 + (at % 2)), username: 'someone' }
    const closed = at % 3 === 1 ? { endedAt: 2 } : {}
    await store.commit([created(aViolation({ id, guest, ...closed }))])
    made.push(id)
  }
  return made
}

async function idsOf(store: Store, where: Partial<Facets>, before?: string): Promise<string[]> {
  const page = await store.page('violation', { where, limit: 10, ...(before !== undefined && { before }) })
  return page.map((stored) => stored.id)
}

/** Adds one to the repeats of `v1`, as often as it takes. */
async function increment(store: Store): Promise<void> {
  for (;;) {
    const found = await store.read('violation', 'v1')
    if (!found) throw new Error('v1 is missing')

    const record = { ...found.record, repeats: found.record.repeats + 1 }
    if (await store.commit([replaced(record, found.revision)])) return
  }
}

function monitor(at: number): Change {
  return { kind: 'setting', id: 'monitor', record: aSetting(at), unless: 'exists' }
}
