import { describe, expect, it } from 'vitest'
import { createPlays } from '../../src/core/assignments/plays.js'
import { createBackground } from '../../src/core/engine/background.js'
import { OtpError } from '../../src/core/errors.js'
import type { Assignment, Session } from '../../src/core/model.js'
import type { Silence } from '../../src/core/monitor/readings.js'
import { createMemoryStore } from '../../src/store/memory.js'
import {
  anAssignment,
  anEndedAssignment,
  anEpisode,
  aSeason,
  aSession,
  aShow,
  minute,
  someSettings,
} from '../support/builders.js'
import { createTestClock } from '../support/clock.js'
import { createFakePlex } from '../support/fake-plex.js'

const first = anEpisode({ ratingKey: '211', guid: 'plex://episode/severance-1-1', episode: 1 })
const second = anEpisode()

/** An assignment in the store, on a server with a show of two episodes. */
async function aScene(assignment: Assignment = anAssignment()) {
  const clock = createTestClock()
  const plex = createFakePlex(clock)
  const store = createMemoryStore()
  const complaints: string[] = []
  const log = {
    debug: () => {},
    info: () => {},
    warn: (phrase: string) => complaints.push(phrase),
    error: () => {},
  }
  plex.items.push(aShow(), aSeason(), first, second)
  await store.commit([{ kind: 'assignment', id: assignment.id, record: assignment, unless: 'exists' }])
  const plays = createPlays({
    plexServer: plex.server,
    store,
    clock,
    log,
    background: createBackground({ log }),
    settings: someSettings(),
  })

  return { clock, plex, plays, store, complaints, stored, read, readAfter, watchToTheEnd }

  async function stored(): Promise<Assignment> {
    const found = await store.read('assignment', assignment.id)
    if (!found) throw new Error('The assignment is gone')
    return found.record
  }

  /** One reading of the session list. */
  async function read(...running: Session[]) {
    const cause = await plays.note(await stored(), { running })
    await clock.advance(0)
    return cause
  }

  /** The first reading after a silence. */
  async function readAfter(silence: Silence, ...running: Session[]) {
    return plays.note(await stored(), { running }, silence)
  }

  /** The item is played to its end, the stream is gone, and the grace is over. */
  async function watchToTheEnd(item = aSession().item) {
    if (!item) throw new Error('Nothing to watch')
    await read(aSession({ item, offsetMs: (item.durationMs ?? 0) * 0.95 }))
    await read()
    await clock.advance(10 * minute)
    return read()
  }
}

const at = (offset: number) => aSession({ offsetMs: offset * minute })

describe('noting what is watched', () => {
  it('makes a ready assignment a watched one, once', async () => {
    const { read, stored } = await aScene()
    await read(at(1))
    await read(at(2))

    expect(await stored()).toMatchObject({ state: 'watching', playsUsed: 1 })
    expect((await stored()).history.map((one) => one.what)).toEqual(['created', 'watching'])
  })

  it('leaves a pending assignment pending until the acceptance was read, but keeps the progress', async () => {
    const { read, stored } = await aScene(anAssignment({ state: 'pending' }))
    await read(at(5))

    expect(await stored()).toMatchObject({ state: 'pending', watch: { '101': { offsetMs: 5 * minute } } })
  })

  it('writes nothing to an assignment that has ended meanwhile', async () => {
    const { stored, read } = await aScene(anEndedAssignment())
    const before = await stored()
    await read(at(5))

    expect(await stored()).toEqual(before)
  })

  it('ends nothing before anybody has watched', async () => {
    const { clock, read } = await aScene(anAssignment({ plays: 1 }))
    await clock.advance(60 * minute)

    expect(await read()).toBeUndefined()
  })
})

describe('an assignment ends by itself', () => {
  it('when the film was watched to its end and is gone for the grace', async () => {
    const { clock, read } = await aScene()
    expect(await read(at(95))).toBeUndefined()
    expect(await read()).toBeUndefined()

    await clock.advance(9 * minute)
    expect(await read()).toBeUndefined()

    await clock.advance(minute)
    expect(await read()).toEqual({ state: 'finished', by: 'otp' })
  })

  it('under another key of the same film, too', async () => {
    const { watchToTheEnd } = await aScene()
    const copy = { ...aSession().item, ...anAssignment().media, ratingKey: '999' }

    expect(await watchToTheEnd(copy)).toEqual({ state: 'finished', by: 'otp' })
  })

  it('not while a stream of it runs', async () => {
    const { read, watchToTheEnd } = await aScene(anAssignment({ media: aShow() }))
    await watchToTheEnd(first)
    await watchToTheEnd(second)

    expect(await read(aSession({ item: first }))).toBeUndefined()
  })

  it('is said to be finished again and again, until it has been ended', async () => {
    const { read, watchToTheEnd } = await aScene(anAssignment({ media: aShow() }))
    await watchToTheEnd(first)

    expect(await watchToTheEnd(second)).toEqual({ state: 'finished', by: 'otp' })
    expect(await read()).toEqual({ state: 'finished', by: 'otp' })
  })

  it('when all its plays are used up', async () => {
    const { clock, read } = await aScene(anAssignment({ plays: 1 }))
    await read(at(30))
    await read()
    await clock.advance(10 * minute)

    expect(await read()).toEqual({ state: 'expired', by: 'otp', reason: 'It has been played once.' })
  })

  it('as finished rather than played out, when it was both', async () => {
    const { watchToTheEnd } = await aScene(anAssignment({ plays: 1 }))

    expect(await watchToTheEnd()).toEqual({ state: 'finished', by: 'otp' })
  })
})

describe.each([
  ['show', aShow()],
  ['season', aSeason()],
])('a %s', (_, media) => {
  it('is finished when every episode was watched to its end', async () => {
    const { watchToTheEnd } = await aScene(anAssignment({ media }))

    expect(await watchToTheEnd(first)).toBeUndefined()
    expect(await watchToTheEnd(second)).toEqual({ state: 'finished', by: 'otp' })
  })

  it('counts an episode whose successor started by itself', async () => {
    const { clock, read } = await aScene(anAssignment({ media }))
    await read(aSession({ item: first, offsetMs: 49 * minute }))
    await read(aSession({ item: second, offsetMs: 0 }))
    await clock.advance(48 * minute)
    await read(aSession({ item: second, offsetMs: 48 * minute }))
    await read()
    await clock.advance(10 * minute)

    expect(await read()).toEqual({ state: 'finished', by: 'otp' })
  })

  it('is not finished when an episode was added meanwhile', async () => {
    const { plex, watchToTheEnd } = await aScene(anAssignment({ media }))
    plex.items.push(anEpisode({ ratingKey: '213', guid: 'plex://episode/severance-1-3', episode: 3 }))
    await watchToTheEnd(first)

    expect(await watchToTheEnd(second)).toBeUndefined()
  })

  it('is not finished because its episodes cannot be listed, and is asked for again', async () => {
    const { clock, plex, read, watchToTheEnd } = await aScene(anAssignment({ media }))
    await watchToTheEnd(first)
    plex.fail('episodes', new OtpError('plex_unreachable', 'The server did not answer.'))

    expect(await watchToTheEnd(second)).toBeUndefined()
    const asked = plex.asked('episodes')
    expect(await read()).toBeUndefined()
    expect(plex.asked('episodes')).toBe(asked)

    await clock.advance(minute)
    expect(await read()).toEqual({ state: 'finished', by: 'otp' })
  })

  it('is finished when it was added again under other keys meanwhile', async () => {
    const { plex, store, stored, watchToTheEnd } = await aScene(anAssignment({ media }))
    await watchToTheEnd(first)
    const again = { ...media, ratingKey: '700' }
    const container = media.type === 'show' ? { grandparentRatingKey: '700' } : { parentRatingKey: '700' }
    const episodes = [first, second].map((one) => ({ ...one, ...container, ratingKey: `7${one.ratingKey}` }))
    plex.items.splice(0, plex.items.length, again, ...episodes)
    const record = { ...(await stored()), media: again }
    const now = await store.read('assignment', record.id)
    await store.commit([{ kind: 'assignment', id: record.id, record, ifRevision: now?.revision ?? 0 }])

    expect(await watchToTheEnd(episodes[1])).toEqual({ state: 'finished', by: 'otp' })
  })

  it('is not finished because the server lists no episode of it', async () => {
    const { plex, watchToTheEnd } = await aScene(anAssignment({ media }))
    plex.items.length = 0

    expect(await watchToTheEnd(first)).toBeUndefined()
  })
})

describe('the final credits of what is played', () => {
  const creditsAtMs = 80 * minute
  const unreachable = new OtpError('plex_unreachable', 'The server did not answer.')

  function withMarker({ plex }: Awaited<ReturnType<typeof aScene>>) {
    plex.items.push({ ...anAssignment().media, creditsAtMs })
  }

  it('are asked for once, and end it', async () => {
    const scene = await aScene()
    withMarker(scene)
    const { clock, plex, read } = scene
    for (let offset = 70; offset < 82; offset += 1) await read(at(offset))
    await read()
    await clock.advance(10 * minute)

    expect(await read()).toEqual({ state: 'finished', by: 'otp' })
    expect(plex.asked('item')).toBe(1)
  })

  it('that do not exist are not asked for again', async () => {
    const { plex, read, stored } = await aScene()
    plex.items.push(anAssignment().media)
    await read(at(1))
    await read(at(2))
    await read(at(3))

    expect((await stored()).watch['101']?.creditsAtMs).toBe(0)
    expect(plex.asked('item')).toBe(1)
  })

  it('that could not be asked for are asked for again a minute later, and meanwhile nothing waits', async () => {
    const scene = await aScene()
    withMarker(scene)
    const { clock, plex, complaints, read, stored } = scene
    plex.fail('item', unreachable)
    await read(at(70))
    await read(at(71))
    expect(plex.asked('item')).toBe(1)
    expect(complaints).toEqual(['the credits of an item could not be looked for'])

    await clock.advance(minute)
    await read(at(72))
    expect((await stored()).watch['101']?.creditsAtMs).toBe(creditsAtMs)
  })

  it('are asked for at the original of a private copy', async () => {
    const copy = { ...anAssignment().media, ratingKey: '901', libraryKey: '9' }
    const privateLibrary = {
      folder: '/private/7001',
      title: 'For guest',
      type: 'movie' as const,
      files: [],
      libraryKey: '9',
      copies: { '101': '901' },
      step: 'made' as const,
    }
    const scene = await aScene(anAssignment({ privateLibrary }))
    withMarker(scene)
    await scene.read(aSession({ item: copy }))

    expect((await scene.stored()).watch).toMatchObject({ '101': { creditsAtMs } })
  })
})

describe('a jump to the end', () => {
  it('that is undone while the stream runs ends nothing', async () => {
    const { clock, read } = await aScene()
    await read(at(95))
    await read(at(20))
    await read()
    await clock.advance(60 * minute)

    expect(await read()).toBeUndefined()
  })

  it('that is undone within the grace ends nothing', async () => {
    const { clock, read } = await aScene()
    await read(at(95))
    await read()
    await clock.advance(9 * minute)
    await read(at(20))
    await read()
    await clock.advance(60 * minute)

    expect(await read()).toBeUndefined()
  })
})

describe('a reading that came because of somebody else', () => {
  /** Somebody has begun, which is written, and moved on, which is not. */
  async function aMovedPlayer(...before: Session[]) {
    const scene = await aScene(anAssignment({ media: aShow() }))
    const { clock, plays, read, stored } = scene
    if (before.length > 0) await read(...before)
    await read(at(10))
    await clock.advance(10_000)
    const pass = await stored()
    await plays.note(pass, { running: [at(11)] })
    return { ...scene, pass, isNoted: (...running: Session[]) => plays.isNoted(pass, { running }) }
  }

  it('has nothing to note, until something has changed', async () => {
    const { plays, pass, isNoted } = await aMovedPlayer()
    expect(isNoted(at(11))).toBe(true)
    expect(isNoted(at(12))).toBe(false)
    expect(isNoted({ ...at(11), state: 'paused' })).toBe(false)
    expect(isNoted()).toBe(false)
    expect(isNoted(at(11), aSession({ key: '99' }))).toBe(false)
    expect(plays.isNoted({ ...pass }, { running: [at(11)] })).toBe(false)
    expect(plays.isNoted(pass, { running: [at(11)], left: [aSession({ key: '99' })] })).toBe(false)
  })

  it('has a place to note that is due to be written, though the player stands still', async () => {
    const { clock, plays, stored, pass, isNoted } = await aMovedPlayer()
    await clock.advance(minute)
    expect(isNoted(at(11))).toBe(false)

    await plays.note(pass, { running: [at(11)] })
    expect(Object.values((await stored()).watch)).toMatchObject([{ offsetMs: 11 * minute }])
  })

  it('has a place to write when the clock was set back, instead of waiting for as long', async () => {
    const { clock, plays, stored, pass, isNoted } = await aMovedPlayer()
    await clock.leap(-60 * minute)
    expect(isNoted(at(11))).toBe(false)

    await plays.note(pass, { running: [at(11)] })
    expect(Object.values((await stored()).watch)).toMatchObject([{ offsetMs: 11 * minute }])
  })

  it('has to be noted after one without the stream that could not be written down', async () => {
    const { plays, store, pass, isNoted } = await aMovedPlayer()
    store.commit = () => Promise.reject(new Error('disk full'))
    await expect(plays.note(pass, { running: [] })).rejects.toThrow('disk full')
    expect(isNoted(at(11))).toBe(false)

    await plays.note(pass, { running: [at(11)] })
    expect(isNoted(at(11))).toBe(true)
  })

  it('has to be noted while the grace of another episode runs, which time alone ends', async () => {
    const { isNoted } = await aMovedPlayer(aSession({ key: '98', item: first, offsetMs: 50 * minute }))
    expect(isNoted(at(11))).toBe(false)
  })
})

describe('a silence', () => {
  it('does not count towards the grace', async () => {
    const { clock, read, readAfter } = await aScene()
    await read(at(95))
    await read()
    const sinceAt = clock.now()
    await clock.advance(60 * minute)
    expect(await readAfter({ sinceAt, untilAt: clock.now(), isStart: false })).toBeUndefined()

    await clock.advance(10 * minute)
    expect(await read()).toEqual({ state: 'finished', by: 'otp' })
  })

  it('uses up no play', async () => {
    const { clock, read, readAfter, stored } = await aScene(anAssignment({ plays: 1 }))
    await read(at(30))
    await read()
    const sinceAt = clock.now()
    await clock.advance(60 * minute)
    const silence = { sinceAt, untilAt: clock.now(), isStart: true }

    expect(await readAfter(silence, at(31))).toBeUndefined()
    expect((await stored()).playsUsed).toBe(1)
  })

  it('that could not be written down is not forgotten', async () => {
    const { clock, store, read, readAfter } = await aScene()
    await read(at(95))
    await read()
    const sinceAt = clock.now()
    await clock.advance(60 * minute)
    const commit = store.commit
    store.commit = async () => {
      throw new OtpError('store_unavailable', 'The disk is full.')
    }
    await expect(readAfter({ sinceAt, untilAt: clock.now(), isStart: false })).rejects.toThrow('disk')

    store.commit = commit
    expect(await read()).toBeUndefined()
    await clock.advance(9 * minute)
    expect(await read()).toBeUndefined()
  })
})
