import { describe, expect, it } from 'vitest'
import {
  currentMark,
  hasWatched,
  isPlayedOut,
  isPlaying,
  noteSessions,
  watchedToTheEnd,
  withCredits,
  withoutSilence,
  withProof,
} from '../../src/core/assignments/progress.js'
import type { Assignment, Session } from '../../src/core/model.js'
import {
  aMark,
  aMovie,
  anAssignment,
  anEpisode,
  aSession,
  aShow,
  evening,
  minute,
  second,
} from '../support/builders.js'

const rules = { finishedAt: 0.9, finishGraceMs: 10 * minute }

/** The assignment after readings of the session list, each at its minute of the evening. */
function seen(readings: Record<number, Session[]>, assignment: Assignment = anAssignment()): Assignment {
  return Object.entries(readings)
    .sort(([one], [other]) => Number(one) - Number(other))
    .reduce(
      (now, [at, running]) => noteSessions(now, running, rules, evening + Number(at) * minute),
      assignment,
    )
}

/** The film, 100 minutes long, at this minute of it. */
function at(offset: number, overrides: Partial<Session> = {}): Session {
  return aSession({ offsetMs: offset * minute, ...overrides })
}

const isFinished = (assignment: Assignment) => watchedToTheEnd(assignment).length > 0

describe('progress', () => {
  it('is where the stream is now', () => {
    expect(seen({ 0: [at(10)], 1: [at(11)] }).watch).toEqual({
      '101': { guid: aMovie().guid, offsetMs: 11 * minute, durationMs: 100 * minute, atEnd: false },
    })
  })

  it('follows the guest back to an earlier place', () => {
    expect(seen({ 0: [at(50)], 1: [at(5)] }).watch['101']?.offsetMs).toBe(5 * minute)
  })

  it('of two devices is that of the one that is further', () => {
    const devices = [at(10), at(40, { key: '12' }), at(20, { key: '13' })]

    expect(seen({ 0: devices }).watch['101']?.offsetMs).toBe(40 * minute)
  })

  it('does not believe the place that a buffering player reports', () => {
    const buffering = seen({ 0: [at(10)], 1: [at(99, { state: 'buffering' })] })

    expect(buffering.watch['101']).toMatchObject({ offsetMs: 10 * minute, atEnd: false })
    expect(isPlaying(buffering)).toBe(true)
  })

  it('of a paused player counts', () => {
    expect(seen({ 0: [at(12, { state: 'paused' })] }).watch['101']?.offsetMs).toBe(12 * minute)
  })

  it('keeps a place for each copy and each episode', () => {
    const show = anAssignment({ media: aShow() })
    const first = at(3, { item: anEpisode({ ratingKey: '211' }) })
    const second = at(4, { item: anEpisode({ ratingKey: '212' }), key: '12' })

    expect(seen({ 0: [first, second] }, show).watch).toMatchObject({
      '211': { offsetMs: 3 * minute },
      '212': { offsetMs: 4 * minute },
    })
  })

  it('gives back the same assignment when nothing is new, so that nothing is written', () => {
    const watching = seen({ 0: [at(10)] })
    const gone = seen({ 1: [] }, watching)

    expect(noteSessions(watching, [at(10)], rules, evening + 2 * minute)).toBe(watching)
    expect(noteSessions(gone, [], rules, evening + 2 * minute)).toBe(gone)
  })

  it('gives back the same assignment while nobody has watched yet', () => {
    const untouched = anAssignment()

    expect(noteSessions(untouched, [], rules, evening)).toBe(untouched)
  })

  it('never changes the assignment that it was given', () => {
    const assignment = anAssignment({ watch: { '101': aMark() } })
    const copy = structuredClone(assignment)
    noteSessions(assignment, [at(50)], rules, evening)
    noteSessions(assignment, [], rules, evening)

    expect(assignment).toEqual(copy)
  })
})

describe('finishing', () => {
  it('takes the end and the grace without a stream', () => {
    expect(isFinished(seen({ 0: [at(90)], 1: [], 10.9: [] }))).toBe(false)
    expect(isFinished(seen({ 0: [at(90)], 1: [], 11: [] }))).toBe(true)
  })

  it('needs no stop event: the stream is simply gone', () => {
    const finished = seen({ 0: [at(95)], 1: [], 12: [] })

    expect(finished.watch['101']).toMatchObject({
      goneAt: evening + minute,
      finishedAt: evening + 12 * minute,
    })
  })

  it('begins exactly at the share that is configured', () => {
    const justBefore = at(0, { offsetMs: 90 * minute - 1 })

    expect(isFinished(seen({ 0: [justBefore], 1: [], 60: [] }))).toBe(false)
    expect(seen({ 0: [at(90)] }).watch['101']?.atEnd).toBe(true)
  })

  it('does not happen while the stream is still there, however long it stands at the end', () => {
    expect(isFinished(seen({ 0: [at(99)], 60: [at(99, { state: 'paused' })], 120: [at(99)] }))).toBe(false)
  })

  it('does not happen after a jump to the end that is undone before the stream stops', () => {
    expect(isFinished(seen({ 0: [at(95)], 1: [at(20)], 2: [], 60: [] }))).toBe(false)
  })

  it('does not happen after a jump to the end that is undone within the grace', () => {
    expect(isFinished(seen({ 0: [at(95)], 1: [], 9: [at(20)], 10: [], 60: [] }))).toBe(false)
  })

  it('counts the grace anew when the stream came back', () => {
    const cameBack = seen({ 0: [at(95)], 1: [], 9: [at(96)], 10: [] })

    expect(isFinished(seen({ 19.9: [] }, cameBack))).toBe(false)
    expect(isFinished(seen({ 20: [] }, cameBack))).toBe(true)
  })

  it('never happens when the stream stopped in the middle', () => {
    expect(isFinished(seen({ 0: [at(50)], 1: [], 10000: [] }))).toBe(false)
  })

  it('is never concluded without a duration', () => {
    const { durationMs: _, ...unknownLength } = aMovie()

    expect(isFinished(seen({ 0: [at(9_999, { item: unknownLength })], 1: [], 60: [] }))).toBe(false)
  })

  it('remembers the duration when a later report leaves it out', () => {
    const { durationMs: _, ...unknownLength } = aMovie()

    expect(isFinished(seen({ 0: [at(10)], 1: [at(95, { item: unknownLength })], 2: [], 12: [] }))).toBe(true)
  })

  it('is not concluded from the place that a buffering player reports last', () => {
    expect(isFinished(seen({ 0: [at(50)], 1: [at(99, { state: 'buffering' })], 2: [], 60: [] }))).toBe(false)
  })

  it('waits while the item still runs on a second device', () => {
    const second = at(30, { key: '12' })

    expect(isFinished(seen({ 0: [at(95), second], 1: [second], 60: [second] }))).toBe(false)
  })

  it('stays true for an episode that is watched again', () => {
    const show = anAssignment({ media: aShow() })
    const episode = (offset: number) => at(offset, { item: anEpisode() })
    const again = seen({ 0: [episode(49)], 1: [], 11: [], 12: [episode(1)] }, show)

    expect(watchedToTheEnd(again)).toEqual(['212'])
  })
})

describe('final credits', () => {
  const known = (creditsAtMs: number, mark = {}) =>
    anAssignment({ watch: { '101': aMark({ creditsAtMs, ...mark }) } })

  it('are the end, however long they are', () => {
    expect(isFinished(seen({ 0: [at(80)], 1: [], 11: [] }, known(80 * minute)))).toBe(true)
    expect(isFinished(seen({ 0: [at(79.9)], 1: [], 11: [] }, known(80 * minute)))).toBe(false)
  })

  it('that begin late do not put off the end', () => {
    expect(isFinished(seen({ 0: [at(90)], 1: [], 11: [] }, known(98 * minute)))).toBe(true)
  })

  it('that an item does not have are no end', () => {
    expect(isFinished(seen({ 0: [at(50)], 1: [], 11: [] }, known(0)))).toBe(false)
  })

  it('are not believed from a buffering player', () => {
    const jump = at(85, { state: 'buffering' })

    expect(isFinished(seen({ 0: [at(50)], 1: [jump], 2: [], 60: [] }, known(80 * minute)))).toBe(false)
  })

  it.each([
    ['while the stream runs', { 0: [at(85)], 1: [at(20)], 2: [], 60: [] }],
    ['gone and back within the grace', { 0: [at(85)], 1: [], 9: [at(20)], 10: [], 60: [] }],
  ])('are not reached by a jump that is undone, %s', (_, readings) => {
    expect(isFinished(seen(readings, known(80 * minute)))).toBe(false)
  })

  it('count also when they are found after the stream has gone', () => {
    const gone = seen({ 0: [at(85)], 1: [] })
    const found = withCredits(gone, '101', 80 * minute, rules)

    expect(isFinished(seen({ 10.9: [] }, found))).toBe(false)
    expect(isFinished(seen({ 11: [] }, found))).toBe(true)
  })

  it('are looked for once', () => {
    const found = withCredits(seen({ 0: [at(10)] }), '101', 0, rules)

    expect(withCredits(found, '101', 5, rules)).toBe(found)
    expect(withCredits(found, 'something else', 5, rules)).toBe(found)
  })
})

describe('a time in which nothing was read', () => {
  const silence = { sinceAt: evening + 5 * minute, untilAt: evening + 65 * minute, isStart: false }
  const goneAt = (assignment: Assignment) => assignment.watch['101']?.goneAt

  it('does not count as time without a stream', () => {
    const gone = withoutSilence(seen({ 0: [at(95)], 1: [], 5: [] }), silence, rules)

    expect(isFinished(seen({ 65: [], 70.9: [] }, gone))).toBe(false)
    expect(isFinished(seen({ 71: [] }, gone))).toBe(true)
  })

  it('does not make a stream that runs again another play', () => {
    const gone = withoutSilence(seen({ 0: [at(10)], 1: [] }), silence, rules)

    expect(seen({ 65: [at(11)] }, gone).playsUsed).toBe(1)
  })

  it('leaves alone what had been gone for the grace before', () => {
    const longGone = seen({ [-30]: [at(10)], [-29]: [] })

    expect(withoutSilence(longGone, silence, rules)).toBe(longGone)
  })

  it('makes a stream that went in it gone from its end on', () => {
    const wasRunning = withoutSilence(seen({ 0: [at(95)] }), silence, rules)

    expect(goneAt(seen({ 65: [] }, wasRunning))).toBe(silence.untilAt)
  })

  it('changes nothing when it is not known when it began', () => {
    const gone = seen({ 0: [at(95)], 1: [] })

    expect(withoutSilence(gone, { untilAt: silence.untilAt, isStart: true }, rules)).toBe(gone)
  })

  it('begins no earlier than what was seen last', () => {
    const goneLater = anAssignment({ watch: { '101': aMark({ goneAt: silence.sinceAt + 20 * second }) } })

    expect(goneAt(withoutSilence(goneLater, silence, rules))).toBe(silence.untilAt)
  })
})

describe('what Plex has seen while nobody looked', () => {
  const silence = { sinceAt: evening, untilAt: evening + 60 * minute, isStart: true }
  const row = (atMinute: number, item = aMovie()) => ({ item, viewedAt: evening + atMinute * minute })
  const proven = (assignment: Assignment, atMinute: number, more = silence) =>
    withProof(assignment, row(atMinute), more)

  it('is watched to the end since then, so that an old one is finished at once', () => {
    expect(isFinished(seen({ 60: [] }, proven(anAssignment(), 50)))).toBe(true)
    expect(isFinished(seen({ 60: [] }, proven(anAssignment(), 51)))).toBe(false)
    expect(isFinished(seen({ 61: [] }, proven(anAssignment(), 51)))).toBe(true)
  })

  it('is shown as the whole item, and counts as a play', () => {
    expect(proven(anAssignment(), 50)).toMatchObject({
      playsUsed: 1,
      watch: { '101': { offsetMs: 100 * minute, durationMs: 100 * minute, goneAt: evening + 50 * minute } },
    })
  })

  it('finishes what was begun before', () => {
    const begun = seen({ [-5]: [at(50)], 60: [] })

    expect(isFinished(seen({ 60.1: [] }, proven(begun, 40)))).toBe(true)
  })

  it('says nothing against what runs now', () => {
    const running = seen({ 60: [at(20)] })

    expect(proven(running, 30)).toBe(running)
  })

  it('says nothing against another copy of the film that runs now', () => {
    const copy = seen({ 60: [at(20, { item: aMovie({ ratingKey: '999' }) })] })

    expect(proven(copy, 30)).toBe(copy)
  })

  it('does not hold for one episode because another one runs', () => {
    const first = anEpisode({ ratingKey: '211', guid: 'plex://episode/severance-1-1' })
    const running = seen({ 60: [at(3, { item: anEpisode() })] }, anAssignment({ media: aShow() }))
    const known = withProof(running, row(30, first), silence)

    expect(watchedToTheEnd(seen({ 60.1: [at(3, { item: anEpisode() })] }, known))).toEqual(['211'])
  })

  it('is no news when OTP was looking at that time: it knows whether that was undone', () => {
    const undone = seen({ [-20]: [at(95)], [-19]: [at(20)], 60: [] })

    expect(proven(undone, -20)).toBe(undone)
  })

  it('agrees with OTP about who was at the end when OTP stopped', () => {
    const atTheEnd = seen({ [-1]: [at(95)], 60: [] })

    expect(isFinished(seen({ 60.1: [] }, proven(atTheEnd, -2)))).toBe(true)
    expect(proven(atTheEnd, -2, { ...silence, isStart: false })).toBe(atTheEnd)
  })

  it('does not count again when OTP has seen the guest since', () => {
    const seenSince = seen({ 61: [at(20)], 62: [] })

    expect(proven(seenSince, 30)).toBe(seenSince)
  })

  it('never lies in the future, whatever the clock of the server says', () => {
    expect(proven(anAssignment(), 9_999).watch['101']?.goneAt).toBe(silence.untilAt)
  })

  it('leaves alone what was finished before', () => {
    const finished = anAssignment({ watch: { '101': aMark({ goneAt: evening, finishedAt: evening }) } })

    expect(proven(finished, 30)).toBe(finished)
  })
})

describe('a copy in a private library', () => {
  const library = {
    folder: '/private/7001',
    title: 'For guest',
    type: 'show' as const,
    files: [],
    libraryKey: '9',
    copies: { '212': '912' },
    step: 'made' as const,
  }
  const lent = anAssignment({ media: aShow(), privateLibrary: library })
  const copy = anEpisode({ ratingKey: '912', guid: 'local://912', libraryKey: '9' })

  it('counts for its original', () => {
    const watched = seen({ 0: [at(49, { item: copy })], 1: [], 11: [] }, lent)

    expect(watchedToTheEnd(watched)).toEqual(['212'])
    expect(hasWatched(watched, anEpisode())).toBe(true)
  })

  it('shares its progress with its original', () => {
    const both = seen({ 0: [at(10, { item: anEpisode() })], 1: [at(12, { item: copy })] }, lent)

    expect(Object.keys(both.watch)).toEqual(['212'])
    expect(both.watch['212']?.offsetMs).toBe(12 * minute)
  })

  it('that was played before it was known to be one counts afterwards', () => {
    const { privateLibrary: _, ...unknown } = lent
    const watched = seen({ 0: [at(49, { item: copy })], 1: [], 11: [] }, unknown)

    expect(hasWatched(watched, anEpisode())).toBe(false)
    expect(hasWatched({ ...watched, privateLibrary: library }, anEpisode())).toBe(true)
  })
})

describe('an episode that was added again', () => {
  const watched = seen(
    { 0: [at(49, { item: anEpisode() })], 1: [], 11: [] },
    anAssignment({ media: aShow() }),
  )

  it('has been watched when it was under its old key', () => {
    expect(hasWatched(watched, anEpisode({ ratingKey: '777' }))).toBe(true)
  })

  it('is not taken for another episode', () => {
    expect(hasWatched(watched, anEpisode({ ratingKey: '777', guid: 'plex://episode/other' }))).toBe(false)
  })

  it.each(['', 'local://55'])('is not recognised by the guid "%s"', (guid) => {
    const local = anEpisode({ guid })
    const seenOnce = seen({ 0: [at(49, { item: local })], 1: [], 11: [] }, anAssignment({ media: aShow() }))

    expect(hasWatched(seenOnce, { ...local, ratingKey: '777' })).toBe(false)
  })
})

describe('counting plays', () => {
  const once = anAssignment({ plays: 1 })

  it('begins with the first stream', () => {
    expect(seen({ 0: [] }).playsUsed).toBe(0)
    expect(seen({ 0: [at(0)] }).playsUsed).toBe(1)
  })

  it('counts a stream once, however often it is read', () => {
    expect(seen({ 0: [at(1)], 1: [at(2)], 2: [at(2, { state: 'paused' })], 300: [at(3)] }).playsUsed).toBe(1)
  })

  it('takes a stream that is resumed within the grace for the same play', () => {
    expect(seen({ 0: [at(10)], 1: [], 10.9: [at(11)] }).playsUsed).toBe(1)
  })

  it('takes a stream after the grace for another play', () => {
    expect(seen({ 0: [at(10)], 1: [], 11: [at(11)] }).playsUsed).toBe(2)
  })

  it('takes a second device for the same play', () => {
    expect(
      seen({ 0: [at(10)], 1: [at(11), at(1, { key: '12' })], 2: [at(2, { key: '12' })] }).playsUsed,
    ).toBe(1)
  })

  it('takes the next episode within the grace for the same play', () => {
    const show = anAssignment({ media: aShow() })
    const first = at(49, { item: anEpisode() })
    const next = at(0, { item: anEpisode({ ratingKey: '213' }) })

    expect(seen({ 0: [first], 1: [next] }, show).playsUsed).toBe(1)
    expect(seen({ 0: [first], 1: [], 5: [next] }, show).playsUsed).toBe(1)
  })

  it('is over when the last play has been gone for the grace', () => {
    const gone = seen({ 0: [at(10)], 1: [] }, once)

    expect(isPlayedOut(gone, rules, evening + 11 * minute - second)).toBe(false)
    expect(isPlayedOut(gone, rules, evening + 11 * minute)).toBe(true)
  })

  it('is not over while the last play runs', () => {
    expect(isPlayedOut(seen({ 0: [at(10)] }, once), rules, evening + 300 * minute)).toBe(false)
  })

  it('is not over while plays are left', () => {
    const gone = seen({ 0: [at(10)], 1: [] }, anAssignment({ plays: 2 }))

    expect(isPlayedOut(gone, rules, evening + 60 * minute)).toBe(false)
  })

  it('is never over without a limit', () => {
    expect(isPlayedOut(seen({ 0: [at(10)], 1: [] }), rules, evening + 9_999 * minute)).toBe(false)
  })
})

describe('the mark to show', () => {
  const running = aMark({ offsetMs: 1 })
  const stoppedFirst = aMark({ offsetMs: 2, goneAt: evening })
  const stoppedLast = aMark({ offsetMs: 3, goneAt: evening + minute })

  it('is the one that is running', () => {
    const watch = { a: stoppedLast, b: running, c: stoppedFirst }

    expect(currentMark(anAssignment({ watch }))).toBe(running)
  })

  it('is the last that stopped when none is running', () => {
    expect(currentMark(anAssignment({ watch: { a: stoppedFirst, b: stoppedLast } }))).toBe(stoppedLast)
  })

  it('does not exist before anything was watched', () => {
    expect(currentMark(anAssignment())).toBeUndefined()
  })
})
