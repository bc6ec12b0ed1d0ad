import { describe, expect, it } from 'vitest'
import { keepAtHand } from '../../src/core/engine/at-hand.js'
import type { Change, Store } from '../../src/core/ports.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { aGuest, anAssignment, anEndedAssignment, aViolation, evening } from '../support/builders.js'

function created(record: ReturnType<typeof anAssignment>): Change {
  return { kind: 'assignment', id: record.id, record, unless: 'exists' }
}

const guest: Change = { kind: 'guest', id: 'guest-1', record: aGuest(), unless: 'exists' }
const open = anAssignment({ id: 'a-1' })
const over = anEndedAssignment({ id: 'a-0', access: 'taken' })

async function aScene(...changes: Change[]) {
  const given = createMemoryStore()
  if (changes.length > 0) await given.commit(changes)
  const reads = { pages: 0 }
  const counted: Store = {
    ...given,
    page: (kind, query) => {
      reads.pages += 1
      return given.page(kind, query)
    },
  }
  return { given, counted, reads, ...keepAtHand(counted) }
}

describe('what is at hand', () => {
  it('is everything that is open, read once', async () => {
    const { hand, reads } = await aScene(guest, created(open), created(over))
    await hand.refresh()
    const { pages } = reads
    await hand.refresh()

    expect(hand.guests()).toMatchObject([{ plexId: aGuest().plexId }])
    expect(hand.assignments()).toMatchObject([{ id: 'a-1' }])
    expect(reads.pages).toBe(pages)
  })

  it('follows every write of this program, with the revision that the next one must name', async () => {
    const { store, hand } = await aScene()
    await hand.refresh()
    await store.commit([guest, created(open)])
    expect(hand.assignment('a-1')).toMatchObject({ revision: 1, record: { state: open.state } })

    const record = { ...open, violations: 3 }
    await store.commit([{ kind: 'assignment', id: 'a-1', record, ifRevision: 1 }])
    expect(hand.assignment('a-1')).toEqual({ id: 'a-1', revision: 2, record })
  })

  it('does not follow a write that was refused', async () => {
    const { store, hand } = await aScene(created(open))
    await hand.refresh()
    const record = { ...open, violations: 3 }

    expect(await store.commit([{ kind: 'assignment', id: 'a-1', record, ifRevision: 7 }])).toBe(false)
    expect(hand.assignment('a-1')?.record.violations).toBe(open.violations)
  })

  it('forgets who is no guest any more, and what has ended of guests, but for the newest', async () => {
    const { store, hand } = await aScene(guest)
    await hand.refresh()
    const ended = Array.from({ length: 8 }, (_, at) =>
      anEndedAssignment({ id: `a-${at}`, access: 'taken', endedAt: evening }),
    )
    await store.commit(ended.map(created))
    expect(hand.assignments()).toEqual([])
    expect(hand.assignments({ recent: true }).map((one) => one.id)).toEqual([
      'a-3',
      'a-4',
      'a-5',
      'a-6',
      'a-7',
    ])

    await store.commit([
      { kind: 'guest', id: 'guest-1', record: { ...aGuest(), watched: false }, ifRevision: 1 },
    ])
    expect(hand.guests()).toEqual([])
  })

  it('knows what ended lately of a guest once that was asked for, and asks once', async () => {
    const { hand, reads } = await aScene(guest, created(open), created(over), {
      kind: 'violation',
      id: 'v-1',
      record: aViolation({ id: 'v-1', endedAt: evening }),
      unless: 'exists',
    })
    await hand.refresh()
    expect(hand.violationsOf(aGuest().plexId)).toEqual([])

    await hand.load([aGuest().plexId])
    const { pages } = reads
    await hand.load([aGuest().plexId])
    expect(hand.violationsOf(aGuest().plexId)).toMatchObject([{ id: 'v-1' }])
    expect(hand.assignments({ recent: true }).map((one) => one.id)).toEqual(['a-0', 'a-1'])
    expect(reads.pages).toBe(pages)
  })

  it('is read anew when another process has written', async () => {
    const { given, counted, hand } = await aScene()
    await hand.refresh()
    await given.commit([guest])
    expect(hand.guests()).toEqual([])

    counted.changedElsewhere = async () => true
    await hand.refresh()
    expect(hand.guests()).toHaveLength(1)
  })

  it('keeps what was written while it was being read, though the page is older', async () => {
    const { given, counted, store, hand } = await aScene(guest, created(open))
    const { page } = given
    counted.page = async (kind, query) => {
      const old = await page(kind, query)
      const ended = { ...open, state: 'revoked' as const, access: 'taken' as const }
      if (kind === 'assignment')
        await store.commit([{ kind: 'assignment', id: 'a-1', record: ended, ifRevision: 1 }])
      return old
    }
    await hand.refresh()

    expect(hand.assignments()).toEqual([])
  })

  it('can be read later when the store fails at first', async () => {
    const { counted, hand } = await aScene(guest)
    const { page } = counted
    counted.page = () => Promise.reject(new Error('The disk is away'))
    await expect(hand.refresh()).rejects.toThrow('The disk is away')

    counted.page = page
    await hand.refresh()
    expect(hand.guests()).toHaveLength(1)
  })
})
