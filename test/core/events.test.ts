import { describe, expect, it } from 'vitest'
import { keepAtHand } from '../../src/core/engine/at-hand.js'
import type { OtpEvent } from '../../src/core/events/event.js'
import { announced, eventsOf, type Transition } from '../../src/core/events/events-of.js'
import { createJournal } from '../../src/core/events/journal.js'
import type { Change, Store } from '../../src/core/ports.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { aGuest, anAssignment, aStep, aViolation, evening } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'

const day = 24 * 3_600_000
const pending = anAssignment({ state: 'pending', access: 'given' })
const giving = anAssignment({ state: 'ready', access: 'giving' })
const ready = anAssignment({ state: 'ready', access: 'given' })
const intended = aStep({ outcome: 'intended' })
const seen = aViolation({ enforcement: [intended] })
const enforced = aViolation({ enforcement: [{ ...intended, outcome: 'accepted' }] })
const told = announced(enforced)
const decided = { action: 'dismiss' as const, by: 'key:owner', at: evening }
const outage = { name: 'plex-outage' as const, since: evening }
const monitor = { name: 'monitor' as const, at: evening, by: 'key:owner' }

describe('what a change is to those who listen', () => {
  it.each<[string, Transition, string[]]>([
    ['an intent', assignment(undefined, giving), ['assignment.created']],
    ['access that is there', assignment(giving, ready), ['assignment.ready']],
    ['one that is ready at once', assignment(undefined, ready), ['assignment.created', 'assignment.ready']],
    ['an invitation that was accepted', assignment(pending, ready), ['assignment.ready']],
    ['a beginning', assignment(ready, { ...ready, state: 'watching' }), ['assignment.watching']],
    ['progress', assignment(ready, { ...ready, violations: 3 }), []],
    ['a deadline', assignment(ready, { ...ready, expiresAt: evening }), ['assignment.extended']],
    ['an end', assignment(ready, { ...ready, state: 'finished' }), ['assignment.finished']],
    [
      'a successor',
      assignment(ready, { ...ready, state: 'revoked', replacedBy: 'a-2' }),
      ['assignment.replaced'],
    ],
    [
      'access that is gone',
      assignment({ ...ready, state: 'expired' }, { ...ready, state: 'expired', access: 'taken' }),
      [],
    ],
    ['a stray that is written down in haste', violation(undefined, seen), []],
    ['its outcome', violation(seen, announced(enforced)), ['violation.seen', 'violation.enforced']],
    ['a sign of life', violation(told, { ...told, lastSeenAt: evening + 1 }), []],
    ['the end of it', violation(told, { ...told, endedAt: evening }), ['violation.ended']],
    ['a repeat', violation({ ...told, repeats: 1 }, announced({ ...told, repeats: 1 })), ['violation.seen']],
    ['a decision that is under way', violation(told, { ...told, resolution: decided }), []],
    [
      'a decision',
      violation(told, { ...told, resolution: { ...decided, doneAt: evening } }),
      ['violation.resolved'],
    ],
    [
      'a decision about one that was over before there were events',
      violation({ ...enforced, endedAt: evening }, announced({ ...enforced, endedAt: evening })),
      [],
    ],
    ['a release', guest(aGuest({ watched: true }), aGuest({ watched: false })), ['guest.released']],
    ['a link', guest(aGuest({ watched: false }), aGuest({ watched: false })), []],
    ['an outage', setting(undefined, { ...outage, over: false }), ['server.down']],
    ['its end', setting({ ...outage, over: false }, { ...outage, over: true }), ['server.up']],
    [
      'a dead token',
      setting(undefined, { name: 'plex-token', dead: true, at: evening }),
      ['account.token_dead'],
    ],
    ['a token that works', setting(undefined, { name: 'plex-token', dead: false, at: evening }), []],
    ['a stop', setting({ ...monitor, running: true }, { ...monitor, running: false }), ['monitor.stopped']],
    ['a start', setting({ ...monitor, running: false }, { ...monitor, running: true }), ['monitor.started']],
    ['a stop of what stands', setting({ ...monitor, running: false }, { ...monitor, running: false }), []],
  ])('%s', (_, transition, names) => {
    expect(eventsOf(transition).map((one) => one.name)).toEqual(names)
  })
})

describe('the journal', () => {
  it('writes events with the change, in order, and tells of them', async () => {
    const { journal, store, clock } = aJournal()
    const from = await journal.feed.now()
    let told = 0
    const stop = journal.feed.listen(() => {
      told += 1
    })
    await journal.store.commit([created(giving)])
    await clock.advance(1)
    await journal.store.commit([replacing(ready, 1)])
    stop()
    await journal.store.commit([replacing({ ...ready, state: 'revoked' }, 2)])

    const { events, more } = await journal.feed.read(from)
    expect(events.map((one) => one.name)).toEqual([
      'assignment.created',
      'assignment.ready',
      'assignment.revoked',
    ])
    expect(events.map((one) => one.id)).toEqual(events.map((one) => one.id).sort())
    expect({ more, told }).toEqual({ more: false, told: 2 })
    expect(await store.page('event', { limit: 10 })).toHaveLength(3)
  })

  it('writes no event for a change that was refused', async () => {
    const { journal, store } = aJournal()
    await journal.store.commit([created(giving)])

    expect(await journal.store.commit([replacing(ready, 7)])).toBe(false)
    expect(await store.page('event', { limit: 10 })).toHaveLength(1)
  })

  it('reads nothing that is at hand', async () => {
    const given = createMemoryStore()
    await given.commit([created(ready)])
    const reads: string[] = []
    const { journal, hand } = aJournal({
      ...given,
      read: (kind, id) => {
        reads.push(`${kind} ${id}`)
        return given.read(kind, id)
      },
    })
    await hand.refresh()
    reads.length = 0
    await journal.store.commit([created(seen), replacing({ ...ready, state: 'watching' }, 1)])

    expect(reads).toEqual([])
  })

  it('adds nothing to what is written in haste, and tells of it once, with the next change', async () => {
    const { journal, store } = aJournal()
    const from = await journal.feed.now()
    await journal.store.commit([created(seen)], { hasty: true })
    expect(await store.page('event', { limit: 10 })).toEqual([])

    for (const [record, ifRevision] of [
      [enforced, 1],
      [{ ...enforced, endedAt: evening }, 2],
    ] as const) {
      const stored = await store.read('violation', record.id)
      const now = { ...record, ...(stored?.record.announced && { announced: stored.record.announced }) }
      await journal.store.commit([{ kind: 'violation', id: record.id, record: now, ifRevision }])
    }
    expect((await journal.feed.read(from)).events.map((one) => one.name)).toEqual([
      'violation.seen',
      'violation.enforced',
      'violation.ended',
    ])
  })

  it('lets nobody get ahead of what is still being written', async () => {
    const given = createMemoryStore()
    let letGo = () => {}
    const { journal } = aJournal({
      ...given,
      commit: async (changes, how) => {
        if (changes[0]?.id === 'slow') await new Promise<void>((resolve) => (letGo = resolve))
        return given.commit(changes, how)
      },
    })
    const from = await journal.feed.now()
    const slow = journal.store.commit([created({ ...ready, id: 'slow' })])
    await journal.store.commit([created({ ...ready, id: 'quick' })])
    expect((await journal.feed.read(from)).events).toEqual([])

    letGo()
    await slow
    expect((await journal.feed.read(from)).events.map(idOfSubject)).toEqual([
      'slow',
      'slow',
      'quick',
      'quick',
    ])
  })

  it('goes on behind what an earlier run has written, also when the clock was set back', async () => {
    const given = createMemoryStore()
    await aJournal(given).journal.store.commit([created(giving)])
    const late = aJournal(given, evening - 3 * day).journal
    const from = await late.feed.now()
    await late.store.commit([replacing(ready, 1)])

    expect((await late.feed.read(from)).events.map((one) => one.name)).toEqual(['assignment.ready'])
  })

  it('keeps a week, and knows who has missed something', async () => {
    const { journal, store, clock } = aJournal()
    const start = await journal.feed.now()
    await journal.store.commit([created(giving)])
    const { events } = await journal.feed.read(start)
    expect(await journal.feed.hasGap(start)).toBe(false)

    await clock.leap(8 * day)
    await journal.store.commit([replacing(ready, 1)])
    await journal.prune()
    expect(await store.page('event', { limit: 10 })).toMatchObject([{ record: { name: 'assignment.ready' } }])
    expect(await journal.feed.hasGap(start)).toBe(true)
    expect(await journal.feed.hasGap(events[0]?.id ?? '')).toBe(true)
    expect(await journal.feed.hasGap(await journal.feed.now())).toBe(false)
  })
})

function aJournal(given: Store = createMemoryStore(), now = evening) {
  const clock = createTestClock(now)
  const kept = keepAtHand(given)
  return { journal: createJournal({ ...kept, clock }), hand: kept.hand, store: given, clock }
}

function idOfSubject({ about }: OtpEvent): string {
  return about.kind === 'assignment' ? about.assignment.id : about.kind
}

function created(record: ReturnType<typeof anAssignment> | ReturnType<typeof aViolation>): Change {
  if ('cardId' in record) return { kind: 'violation', id: record.id, record, unless: 'exists' }
  return { kind: 'assignment', id: record.id, record, unless: 'exists' }
}

function replacing(record: ReturnType<typeof anAssignment>, ifRevision: number): Change {
  return { kind: 'assignment', id: record.id, record, ifRevision }
}

function assignment(before: Of<'assignment'>['before'], after: Of<'assignment'>['after']): Transition {
  return { kind: 'assignment', before, after }
}

function violation(before: Of<'violation'>['before'], after: Of<'violation'>['after']): Transition {
  return { kind: 'violation', before, after }
}

function guest(before: Of<'guest'>['before'], after: Of<'guest'>['after']): Transition {
  return { kind: 'guest', before, after }
}

function setting(before: Of<'setting'>['before'], after: Of<'setting'>['after']): Transition {
  return { kind: 'setting', before, after }
}

type Of<K extends Transition['kind']> = Extract<Transition, { kind: K }>
