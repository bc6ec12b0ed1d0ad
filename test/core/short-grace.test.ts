import { describe, expect, it } from 'vitest'
import { createPlays } from '../../src/core/assignments/plays.js'
import { createBackground } from '../../src/core/engine/background.js'
import type { Assignment } from '../../src/core/model.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { anAssignment, aSession, minute, second, someSettings } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'
import { createFakePlex } from '../support/fake-plex.js'

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const inTheMiddle = aSession({ offsetMs: 30 * minute })
const atTheEnd = aSession({ offsetMs: 99 * minute })
const finished = { state: 'finished', by: 'otp' }
const playedOut = { state: 'expired', by: 'otp', reason: 'It has been played once.' }

describe.each([0, second])('with a grace of %d ms', (finishGraceMs) => {
  it('one list without the stream does not finish what was at its end', async () => {
    const { read, missed } = await aScene(anAssignment(), finishGraceMs)
    await read(atTheEnd)

    expect(await missed()).toBeUndefined()
    expect(await read(atTheEnd)).toBeUndefined()
    expect(await missed()).toBeUndefined()
    expect(await missed()).toEqual(finished)
  })

  it('one list without the stream does not use up a play', async () => {
    const { read, missed, stored } = await aScene(anAssignment({ plays: 1 }), finishGraceMs)
    await read(inTheMiddle)

    expect(await missed()).toBeUndefined()
    expect(await read(inTheMiddle)).toBeUndefined()
    expect(await stored()).toMatchObject({ playsUsed: 1 })
    expect(await missed()).toBeUndefined()
    expect(await missed()).toEqual(playedOut)
  })

  it('whoever was missed twice begins another play', async () => {
    const { read, missed, stored } = await aScene(anAssignment({ plays: 3 }), finishGraceMs)
    await read(inTheMiddle)
    await missed()
    await missed()
    await read(inTheMiddle)

    expect(await stored()).toMatchObject({ playsUsed: 2 })
  })

  it('a server that has just come back proves nothing for half a minute', async () => {
    const { read, missed, silence, stored } = await aScene(anAssignment({ plays: 1 }), finishGraceMs)
    await read(inTheMiddle)
    await silence(minute)
    for (let ms = 0; ms < 9 * second; ms += 1_500) expect(await missed()).toBeUndefined()
    await read(inTheMiddle)
    expect(await stored()).toMatchObject({ playsUsed: 1 })

    await silence(minute)
    const said = []
    for (let ms = 0; ms <= 30 * second; ms += 1_500) said.push(await missed())
    expect(said.slice(0, -1).every((one) => one === undefined)).toBe(true)
    expect(said.at(-1)).toEqual(playedOut)
  })

  it('a silence after one list without the stream does not count as time without it', async () => {
    const { read, missed, silence } = await aScene(anAssignment({ plays: 1 }), finishGraceMs)
    await read(inTheMiddle)
    await missed()
    await silence(10 * minute)

    expect(await missed()).toBeUndefined()
    expect(await read(inTheMiddle)).toBeUndefined()
  })

  it('after a start, what has been gone for long is over', async () => {
    const before = await aScene(anAssignment({ plays: 3 }), finishGraceMs)
    await before.read(inTheMiddle)
    await before.missed()
    const { clock, read, stored } = await aScene(await before.stored(), finishGraceMs)
    await clock.advance(5 * minute)
    await read(inTheMiddle)

    expect(await stored()).toMatchObject({ playsUsed: 2 })
  })
})

/** Readings of the session list, one and a half seconds apart. */
async function aScene(assignment: Assignment, finishGraceMs: number) {
  const clock = createTestClock()
  const store = createMemoryStore()
  const settings = someSettings({ monitor: { finishGraceMs } })
  const plexServer = createFakePlex(clock).server
  await store.commit([{ kind: 'assignment', id: assignment.id, record: assignment, unless: 'exists' }])
  const plays = createPlays({
    plexServer,
    store,
    clock,
    log,
    background: createBackground({ log }),
    settings,
  })
  let silentSince: number | undefined
  let readAt = clock.now()

  return { clock, stored, read, missed: () => read(), silence }

  async function stored(): Promise<Assignment> {
    const found = await store.read('assignment', assignment.id)
    if (!found) throw new Error('The assignment is gone')
    return found.record
  }

  async function read(...running: (typeof inTheMiddle)[]) {
    const sinceAt = silentSince
    silentSince = undefined
    await clock.advance(1_500)
    readAt = clock.now()
    const silence = sinceAt === undefined ? undefined : { sinceAt, untilAt: readAt, isStart: false }
    return plays.note(await stored(), { running }, silence)
  }

  /** The list cannot be read for as long. */
  async function silence(ms: number): Promise<void> {
    silentSince = readAt
    await clock.advance(ms)
  }
}
