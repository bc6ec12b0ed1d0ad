import { describe, expect, it } from 'vitest'
import type { PlaybackReport, Session } from '../../src/core/model.js'
import { createSightings } from '../../src/core/monitor/sightings.js'
import { createIds } from '../../src/util/ids.js'
import { aMovie, anotherMovie, aSession, evening, second } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'

/** What is remembered of streams, with a list that is read every five seconds. */
function aScene() {
  const clock = createTestClock()
  const sightings = createSightings({ clock, ids: createIds(clock) })

  return { clock, ...sightings, list, of: (session: Session) => seen(session) }

  function list(...sessions: Session[]) {
    return sightings.note(sessions, clock.now())
  }

  function seen(session: Session) {
    const found = sightings.of(session)
    if (!found) throw new Error('The stream is not listed')
    return found
  }
}

function aReport(overrides: Partial<PlaybackReport> = {}): PlaybackReport {
  return { sessionKey: '11', ratingKey: aMovie().ratingKey, state: 'playing', offsetMs: 20_000, ...overrides }
}

describe('what Plex announces', () => {
  it('calls for a reading when the stream, or its item, is not known', async () => {
    const { list, hear } = aScene()
    expect(hear(aReport())).toBe(true)

    list(aSession())
    expect(hear(aReport())).toBe(false)
    expect(hear(aReport({ ratingKey: anotherMovie().ratingKey }))).toBe(true)
  })

  it('every ten seconds from the same stream calls for none, and moves what is known of it', async () => {
    const { list, hear, of, clock } = aScene()
    const session = aSession()
    list(session)
    for (let at = 1; at <= 30; at += 1) {
      await clock.advance(10 * second)
      expect(hear(aReport({ offsetMs: at * 10_000 }))).toBe(false)
    }

    expect(of(session)).toMatchObject({
      seen: { offsetMs: 300_000, state: 'playing' },
      reportedAt: evening + 300 * second,
    })
  })

  it('calls for a reading when the state changes, unless it is of somebody who is not guarded', () => {
    const { list, hear, of } = aScene()
    const session = aSession()
    list(session)
    expect(hear(aReport({ state: 'paused' }))).toBe(true)
    expect(hear(aReport({ state: 'paused' }))).toBe(false)

    of(session).isNobodys = true
    expect(hear(aReport({ state: 'playing' }))).toBe(false)
  })

  it('is looked for again after 1, 2 and 4 s when it is not listed yet, and not at every announcement', async () => {
    const { list, hear, lookAgainAt, clock } = aScene()
    expect(hear(aReport())).toBe(true)
    const looks: number[] = []
    for (let at = 0; at < 10; at += 1) {
      list()
      looks.push((lookAgainAt() ?? 0) - evening)
      await clock.advance(second)
      expect(hear(aReport())).toBe(false)
    }
    expect([...new Set(looks)]).toEqual([1_000, 2_000, 4_000, -evening])

    await clock.advance(60 * second)
    expect(hear(aReport())).toBe(true)
  })

  it('with the next item while the list still shows the one before is looked for again', async () => {
    const { list, hear, lookAgainAt, clock } = aScene()
    list(aSession())
    hear(aReport({ ratingKey: anotherMovie().ratingKey }))
    list(aSession())
    expect(lookAgainAt()).toBe(evening + second)

    await clock.advance(second)
    list(aSession({ item: anotherMovie() }))
    expect(lookAgainAt()).toBeUndefined()
  })

  it('is what a stream was first seen by, where it was announced before it was listed', async () => {
    const { list, hear, of, clock } = aScene()
    hear(aReport())
    await clock.advance(second)
    const session = aSession()
    list(session)

    expect(of(session)).toMatchObject({ firstSeenAt: evening, listedAt: evening + second, isNew: true })
  })

  it('of the end of something that was never listed calls for no reading', () => {
    expect(aScene().hear(aReport({ state: 'stopped' }))).toBe(false)
  })

  it('of where a stream stopped is kept for one that is not listed any more', async () => {
    const { list, hear, parted } = aScene()
    list(aSession({ offsetMs: 10_000 }))
    expect(hear(aReport({ state: 'stopped', offsetMs: 6_000_000 }))).toBe(true)
    list()
    expect(parted()).toMatchObject([{ key: '11', offsetMs: 6_000_000 }])

    list()
    expect(parted()).toEqual([])
  })

  it('by a player that buffers says nothing about where it stopped', () => {
    const { list, hear, parted } = aScene()
    list(aSession({ offsetMs: 10_000 }))
    hear(aReport({ state: 'buffering', offsetMs: 6_000_000 }))
    list()

    expect(parted()).toMatchObject([{ offsetMs: 10_000 }])
  })
})

describe('a sign of life', () => {
  it('that only the list shows happened after the reading before, at the earliest', async () => {
    const { list, of, clock } = aScene()
    list(aSession({ offsetMs: 0 }))
    await clock.advance(5 * second)
    const moved = aSession({ offsetMs: 10_000 })

    expect(list(moved)).toEqual({ hasMoved: true })
    expect(of(moved).reportedAt).toBe(evening)
  })

  it('is none in the first reading after a start, nor where nothing has changed', async () => {
    const { list, of, clock } = aScene()
    const session = aSession()
    list(session)
    await clock.advance(5 * second)

    expect(list(session)).toEqual({ hasMoved: false })
    expect(of(session).reportedAt).toBeUndefined()
  })
})

describe('the same session key', () => {
  it.each([
    ['another player', { player: { ...aSession().player, machineId: 'player-9' } }],
    ['another id', { id: 'session-9' }],
    ['another person', { user: { plexId: '9999', name: 'somebody' } }],
  ])('with %s is another stream, since keys start over with the server', async (_what, overrides) => {
    const { list, of, clock } = aScene()
    const session = aSession()
    list(session)
    const { playId } = of(session)
    of(session).coveredAt = clock.now()
    const other = aSession(overrides)
    list(other)

    expect(of(other).isNew).toBe(true)
    expect(of(other).playId).not.toBe(playId)
    expect(of(other).coveredAt).toBeUndefined()
  })

  it('with another item of the same player is another play of the same stream', () => {
    const { list, of } = aScene()
    const session = aSession()
    list(session)
    const { playId } = of(session)
    of(session).coveredAt = evening
    const next = aSession({ item: anotherMovie() })
    list(next)

    expect(of(next)).toMatchObject({ isNew: true, coveredAt: evening })
    expect(of(next).playId).not.toBe(playId)
  })
})
