import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createRetention } from '../../src/core/engine/retention.js'
import type { Invitation } from '../../src/core/model.js'
import type { Change, Store } from '../../src/core/ports.js'
import type { AdminNotice, OutboxMessage } from '../../src/core/telling/notices.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { openStore } from '../../src/store/open.js'
import {
  aGuest,
  aGuestRef,
  anAssignment,
  anEndedAssignment,
  aViolation,
  evening,
  hour,
  second,
} from '../support/builders.js'
import { createTestClock } from '../support/clock.js'

const day = 24 * hour
const keptMs = 30 * day
const now = evening
const [long, lately] = [now - 31 * day, now - 29 * day]

function aScene(store: Store = createMemoryStore()) {
  const clock = createTestClock()
  const logged: unknown[] = []
  const quiet = () => {}
  const log = {
    debug: quiet,
    info: (_: string, data?: unknown) => logged.push(data),
    warn: quiet,
    error: quiet,
  }
  const retention = createRetention({ store, clock, log, keptMs })

  return {
    store,
    clock,
    logged,
    async put(...changes: Change[]) {
      for (const one of changes) expect(await store.commit([one])).toBe(true)
    },
    /** As housekeeping does it: a turn a second. */
    async turns(count: number) {
      for (let turn = 0; turn < count; turn += 1) {
        await retention.look()
        await clock.advance(second)
      }
    },
    async left(kind: Change['kind']) {
      return (await store.page(kind, { limit: 10_000 })).map(({ id }) => id).reverse()
    },
  }
}

function made(kind: 'assignment' | 'violation', record: { id: string }): Change {
  return { kind, id: record.id, record, unless: 'exists' } as Change
}

function anInvitation(more: Partial<Invitation>): Change {
  const record: Invitation = {
    id: 'i1',
    machineIdentifier: 'server-one',
    invitee: 'robin',
    libraryKeys: ['1'],
    purpose: { kind: 'standing', library: 'Films' },
    state: 'cancelled',
    at: long,
    by: 'otp',
    ...more,
  }
  return { kind: 'invitation', id: record.id, record, unless: 'exists' }
}

function aMessage(id: string, notice: AdminNotice, more: Partial<OutboxMessage> = {}): Change {
  const record: OutboxMessage = {
    id,
    machineIdentifier: 'server-one',
    content: { to: 'admins', notice },
    createdAt: long,
    revision: 1,
    status: 'delivered',
    deliveredRevision: 1,
    attempts: 1,
    nextTryAt: long,
    ...more,
  }
  return { kind: 'message', id, record, unless: 'exists' }
}

it('what has been over for longer than it is to be kept goes; what is open or younger stays', async () => {
  const { put, turns, left, logged } = aScene()
  const over = { access: 'taken', state: 'finished' } as const
  await put(
    made('assignment', anEndedAssignment({ id: 'a1', ...over, endedAt: long })),
    made('assignment', anEndedAssignment({ id: 'a2', ...over, endedAt: lately })),
    made('assignment', anEndedAssignment({ id: 'a3', access: 'taking', endedAt: long })),
    made('assignment', anAssignment({ id: 'a4', createdAt: long })),
    made('violation', aViolation({ id: 'v1', endedAt: long, lastSeenAt: long })),
    made('violation', aViolation({ id: 'v2', endedAt: lately, lastSeenAt: lately })),
    made('violation', aViolation({ id: 'v3', lastSeenAt: long })),
    made(
      'violation',
      aViolation({
        id: 'v4',
        endedAt: long,
        lastSeenAt: long,
        resolution: { action: 'assign', by: 'otp', at: 1 },
      }),
    ),
    anInvitation({ id: 'i1' }),
    anInvitation({ id: 'i2', state: 'accepted' }),
    anInvitation({ id: 'i3', at: lately }),
    anInvitation({ id: 'i4', state: 'sent' }),
    { kind: 'answer', id: 'r1', record: { request: 'x', at: now - 25 * hour }, unless: 'exists' },
    { kind: 'answer', id: 'r2', record: { request: 'x', at: now - 23 * hour }, unless: 'exists' },
  )
  await turns(10)

  expect(await left('assignment')).toEqual(['a2', 'a3', 'a4'])
  expect(await left('violation')).toEqual(['v2', 'v3', 'v4'])
  expect(await left('invitation')).toEqual(['i2', 'i3', 'i4'])
  expect(await left('answer')).toEqual(['r2'])
  expect(logged).toEqual([{ removed: 4 }])
})

it('what something that stays refers to stays with it: cards, questions, invitations, libraries', async () => {
  const { put, turns, left } = aScene()
  const violation = aViolation({ id: 'v1', endedAt: lately, lastSeenAt: lately })
  const gone = aViolation({ id: 'gone' })
  const assignment = anAssignment({ id: 'a1', createdAt: long })
  const guest = aGuest({
    watched: false,
    member: { discordUserId: '1', lookedAt: 1, left: { at: long, cardId: 'm5' } },
  })
  const { guest: _, ...without } = assignment
  await put(
    made('violation', violation),
    made('assignment', assignment),
    { kind: 'guest', id: 'g1', record: guest, unless: 'exists' },
    aMessage('m1', { kind: 'violation', violation }),
    aMessage('m2', { kind: 'violation', violation: gone }),
    aMessage('m3', { kind: 'violations', violations: [gone, violation] }),
    aMessage('m4', { kind: 'time-request', assignment }),
    aMessage('m5', { kind: 'member-left', id: 'g1', guest: aGuestRef(), media: [] }),
    aMessage('m6', { kind: 'member-left', id: 'g1', guest: aGuestRef(), media: [] }),
    aMessage('m7', { kind: 'token-dead' }, { status: 'due' }),
    aMessage('m8', { kind: 'token-dead' }, { createdAt: lately }),
    anInvitation({ id: 'i1', state: 'accepted', purpose: { kind: 'assignment', assignment: without } }),
    made(
      'assignment',
      anEndedAssignment({
        id: 'a2',
        access: 'taken',
        endedAt: long,
        privateLibrary: { folder: '/x', title: 'x', type: 'movie', files: [], copies: {}, step: 'made' },
      }),
    ),
  )
  await turns(10)

  expect(await left('message')).toEqual(['m1', 'm3', 'm4', 'm5', 'm7', 'm8'])
  expect(await left('invitation')).toEqual(['i1'])
  expect(await left('assignment')).toEqual(['a1', 'a2'])
})

it('goes a hundred at a time, then rests, and finds what is over by then', async () => {
  const { put, turns, left, clock } = aScene()
  for (let at = 0; at < 250; at += 1) {
    const id = `v${String(at).padStart(3, '0')}`
    await put(made('violation', aViolation({ id, endedAt: long, lastSeenAt: long })))
  }
  await put(made('violation', aViolation({ id: 'young', endedAt: lately, lastSeenAt: lately })))

  await turns(3)
  expect(await left('violation')).toHaveLength(251)
  await turns(1)
  expect(await left('violation')).toHaveLength(152)
  await turns(5)
  expect(await left('violation')).toEqual(['young'])

  await clock.advance(2 * day)
  await turns(10)
  expect(await left('violation')).toEqual([])
})

it('makes room in the file for what comes after, so that it does not grow for ever', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'otp-retention-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'otp.sqlite')
  const { put, turns, left, store, clock } = aScene(await openStore(`sqlite://${path}`))
  const sizes: number[] = []

  for (let year = 0; year < 3; year += 1) {
    for (let at = 0; at < 150; at += 1) {
      const id = `v${year}-${String(at).padStart(3, '0')}`
      const then = clock.now()
      await put(
        made('violation', aViolation({ id, endedAt: then, lastSeenAt: then, cardId: 'x'.repeat(500) })),
      )
    }
    await clock.advance(31 * day)
    await turns(12)
    expect(await left('violation')).toEqual([])
    await store.read('violation', 'none')
    sizes.push((await stat(path)).size + (await stat(`${path}-wal`)).size)
  }
  await store.close()
  expect((await stat(path)).size).toBeLessThan(600_000)
  expect(sizes[2]).toBeLessThan((sizes[1] ?? 0) * 1.5)
})
