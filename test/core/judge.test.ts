import { describe, expect, it } from 'vitest'
import type {
  Assignment,
  Guest,
  MediaItem,
  PlayState,
  PrivateLibrary,
  Session,
} from '../../src/core/model.js'
import { covers, isSameItem, judge, type Scene } from '../../src/core/monitor/judge.js'
import {
  aGuest,
  aGuestRef,
  aMovie,
  anAssignment,
  anEndedAssignment,
  anEpisode,
  anotherMovie,
  aSeason,
  aSession,
  aShow,
  evening,
  minute,
  second,
} from '../support/builders.js'

/** A live session of the guest with this item; `null` stands for one that Plex did not name. */
function playing(item: MediaItem | null, overrides: Partial<Session> = {}): Session {
  const { item: _, ...session } = aSession(overrides)
  return item === null ? session : { ...session, item }
}

function aScene({
  guests = [aGuest()],
  assignments = [anAssignment()],
  ...more
}: Partial<Omit<Scene, 'guests'>> & { guests?: Guest[] } = {}): Scene {
  return {
    now: evening,
    guests: new Map(guests.map((one) => [one.plexId, one])),
    assignments,
    closingMs: 30 * second,
    slipMs: 0,
    ...more,
  }
}

const films = ['1']
const leaving = (before: NonNullable<Guest['before']>) => aGuest({ before, givenLibraryKeys: films })

describe('whom the judge never touches', () => {
  it('leaves somebody who is not a guest alone', () => {
    const stranger = playing(anotherMovie(), { user: { plexId: '7777', name: 'somebody' } })

    expect(judge(stranger, aScene())).toEqual({ kind: 'ignore', why: 'not-a-guest' })
  })

  it('leaves a former guest alone, even when an assignment of theirs is still remembered', () => {
    const scene = aScene({ guests: [], assignments: [anEndedAssignment()] })

    expect(judge(playing(aMovie()), scene)).toEqual({ kind: 'ignore', why: 'not-a-guest' })
  })

  it('leaves the owner alone, whom sessions show as account 1', () => {
    const owner = playing(anotherMovie(), { user: { plexId: '1', name: 'owner' } })

    expect(judge(owner, aScene())).toEqual({ kind: 'ignore', why: 'owner' })
  })

  it('leaves the owner alone under their id at plex.tv', () => {
    const owner = playing(anotherMovie(), { user: { plexId: '9000', name: 'owner' } })

    expect(judge(owner, aScene({ ownerPlexId: '9000' }))).toEqual({ kind: 'ignore', why: 'owner' })
  })

  it.each(['1', '9000'])('leaves the owner alone as %s even when a record calls them a guest', (plexId) => {
    const owner = playing(anotherMovie(), { user: { plexId, name: 'owner' } })
    const scene = aScene({ ownerPlexId: '9000', guests: [aGuest({ plexId })] })

    expect(judge(owner, scene)).toEqual({ kind: 'ignore', why: 'owner' })
  })

  it('tells people apart by their id and never by their name', () => {
    const namesake = playing(anotherMovie(), { user: { plexId: '7777', name: 'guest' } })

    expect(judge(namesake, aScene())).toEqual({ kind: 'ignore', why: 'not-a-guest' })
  })
})

describe('what the judge allows', () => {
  it('allows the item of an open assignment, and says which assignment it was', () => {
    const assignment = anAssignment()

    expect(judge(playing(aMovie()), aScene({ assignments: [assignment] }))).toEqual({
      kind: 'allow',
      assignment,
    })
  })

  it.each(['pending', 'ready', 'watching'] as const)('counts an assignment that is %s as open', (state) => {
    const verdict = judge(playing(aMovie()), aScene({ assignments: [anAssignment({ state })] }))

    expect(verdict.kind).toBe('allow')
  })

  it('allows the item on any number of devices at once', () => {
    const devices = ['11', '12', '13'].map((key) => playing(aMovie(), { key, id: `session-${key}` }))

    expect(devices.map((one) => judge(one, aScene()).kind)).toEqual(['allow', 'allow', 'allow'])
  })

  it('allows each item of several open assignments', () => {
    const film = anAssignment({ id: 'film' })
    const show = anAssignment({ id: 'show', media: aShow() })
    const scene = aScene({ assignments: [film, show] })

    expect(judge(playing(aMovie()), scene)).toEqual({ kind: 'allow', assignment: film })
    expect(judge(playing(anEpisode()), scene)).toEqual({ kind: 'allow', assignment: show })
  })

  it('allows the same film under another key', () => {
    const edition = aMovie({ ratingKey: '999', title: "Arrival, director's cut" })

    expect(judge(playing(edition), aScene()).kind).toBe('allow')
  })

  it('allows a trailer, an extra or a pre-roll to anybody', () => {
    const trailer = aMovie({ ratingKey: '555', guid: '', type: 'clip', title: 'Trailer' })

    expect(judge(playing(trailer), aScene())).toEqual({ kind: 'ignore', why: 'clip' })
  })

  it('an assignment that somebody else has allows this guest nothing', () => {
    const other = anAssignment({ guest: aGuestRef({ plexId: '7002', username: 'other' }) })

    expect(judge(playing(aMovie()), aScene({ assignments: [other] })).kind).toBe('violation')
  })
})

describe('a private library', () => {
  const library: PrivateLibrary = {
    folder: '/private/7001',
    title: 'For guest',
    type: 'movie',
    files: [],
    libraryKey: '9',
    copies: {},
    step: 'made',
  }
  /** The copy in it, which Plex may not have recognised. */
  const copy = aMovie({ ratingKey: '901', guid: 'local://901', libraryKey: '9' })
  const mine = anAssignment({ id: 'mine', privateLibrary: library })
  const somebodyElses = { id: 'theirs', guest: aGuestRef({ plexId: '7002' }), privateLibrary: library }

  it('is covered by its own assignment, film or episode', () => {
    expect(judge(playing(copy), aScene({ assignments: [mine] }))).toEqual({ kind: 'allow', assignment: mine })
    expect(covers(mine, anEpisode({ guid: '', libraryKey: '9' }))).toBe(true)
  })

  it.each(['track', 'photo', 'live', 'collection'] as const)('covers no %s', (type) => {
    expect(covers(mine, { ...copy, type })).toBe(false)
  })

  it('covers nothing while the server has not made it, or after it was removed', () => {
    const { libraryKey: _, ...unmade } = library
    const { libraryKey: __, ...nowhere } = copy

    expect(covers({ ...mine, privateLibrary: unmade }, copy)).toBe(false)
    expect(covers({ ...mine, privateLibrary: unmade }, nowhere)).toBe(false)
    expect(covers({ ...mine, privateLibrary: { ...library, step: 'removed' } }, copy)).toBe(false)
  })

  it.each([
    ['open', anAssignment(somebodyElses)],
    ['ended, while it is removed', anEndedAssignment(somebodyElses)],
  ])('of another assignment is not covered, although the film is the same (%s)', (_, theirs) => {
    const scene = aScene({ assignments: [anAssignment(), theirs] })

    expect(judge(playing({ ...copy, guid: aMovie().guid }), scene).kind).toBe('violation')
    expect(judge(playing(aMovie()), scene).kind).toBe('allow')
  })

  it('of another assignment of the same guest is covered by that one', () => {
    const scene = aScene({ assignments: [anAssignment(), mine] })

    expect(judge(playing({ ...copy, guid: aMovie().guid }), scene)).toEqual({
      kind: 'allow',
      assignment: mine,
    })
  })
})

describe('what the judge calls a violation', () => {
  it.each([
    ['another film', anotherMovie()],
    ['an episode', anEpisode()],
    ['a track', aMovie({ ratingKey: '301', guid: 'plex://track/1', type: 'track', libraryKey: '3' })],
    ['a photo', aMovie({ ratingKey: '302', guid: '', type: 'photo', libraryKey: '4' })],
  ])('says so of %s', (_, item) => {
    const guest = aGuest()
    const assignment = anAssignment()
    const verdict = judge(playing(item), aScene({ guests: [guest], assignments: [assignment] }))

    expect(verdict).toEqual({ kind: 'violation', guest, item, allowed: [assignment], slip: false })
  })

  it('says so of live TV, which is in no library', () => {
    const { libraryKey: _, ...channel } = aMovie({
      ratingKey: '/livetv/1',
      guid: '',
      type: 'live',
      title: 'News',
    })

    expect(judge(playing(channel), aScene()).kind).toBe('violation')
  })

  it('names every open assignment as allowed, and no ended one', () => {
    const film = anAssignment({ id: 'film' })
    const show = anAssignment({ id: 'show', media: aShow() })
    const ended = anEndedAssignment({
      id: 'ended',
      media: aMovie({ ratingKey: '103', guid: 'plex://movie/3' }),
    })
    const verdict = judge(playing(anotherMovie()), aScene({ assignments: [film, ended, show] }))

    expect(verdict).toMatchObject({ kind: 'violation', allowed: [{ id: 'film' }, { id: 'show' }] })
  })

  it.each<PlayState>(['playing', 'paused', 'buffering'])(
    'counts a stream that is %s as watching',
    (state) => {
      expect(judge(playing(anotherMovie(), { state }), aScene()).kind).toBe('violation')
    },
  )

  it.each<PlayState>(['stopped', 'error'])('leaves a stream that is listed as %s alone', (state) => {
    expect(judge(playing(anotherMovie(), { state }), aScene())).toEqual({
      kind: 'ignore',
      why: 'not-playing',
    })
  })

  it('judges the same session anew when it moves on to the next episode', () => {
    const scene = aScene({ assignments: [anAssignment({ media: anEpisode() })] })
    const next = anEpisode({ ratingKey: '213', guid: 'plex://episode/severance-1-3', episode: 3 })

    expect(judge(playing(anEpisode()), scene).kind).toBe('allow')
    expect(judge(playing(next), scene).kind).toBe('violation')
  })

  it('judges a running stream under a new assignment at once', () => {
    const paddington = anAssignment({ id: 'second', media: anotherMovie() })

    expect(judge(playing(anotherMovie()), aScene()).kind).toBe('violation')
    expect(judge(playing(anotherMovie()), aScene({ assignments: [paddington] })).kind).toBe('allow')
    expect(judge(playing(aMovie()), aScene({ assignments: [paddington] })).kind).toBe('violation')
  })
})

describe('when the judge is unsure', () => {
  it('says so of a session without a user, and of nobody in particular', () => {
    const { user: _, ...nobody } = aSession({ item: anotherMovie() })

    expect(judge(nobody, aScene())).toEqual({ kind: 'unsure', why: 'no-user' })
  })

  it('says so when a guest plays what Plex does not name', () => {
    expect(judge(playing(null), aScene())).toEqual({ kind: 'unsure', why: 'no-item' })
  })

  it('says so when a guest plays something of a kind that nobody knows', () => {
    const riddle = aMovie({ ratingKey: '400', guid: '', type: 'other' })

    expect(judge(playing(riddle), aScene())).toEqual({ kind: 'unsure', why: 'no-item' })
  })
})

describe('the scope of an assignment', () => {
  const friend = aGuest({ before: { kind: 'libraries', libraryKeys: ['2'] }, givenLibraryKeys: films })
  const granted = anAssignment({ scope: 'granted' })

  it('everything: ends what the guest could watch before the pass, too', () => {
    expect(judge(playing(anEpisode()), aScene({ guests: [friend] })).kind).toBe('violation')
  })

  it('granted: leaves the libraries alone that the guest had before', () => {
    const scene = aScene({ guests: [friend], assignments: [granted] })

    expect(judge(playing(anEpisode()), scene)).toEqual({ kind: 'ignore', why: 'own-library' })
  })

  it('granted: ends another film in a library that OTP opened', () => {
    const scene = aScene({ guests: [friend], assignments: [granted] })

    expect(judge(playing(anotherMovie()), scene).kind).toBe('violation')
  })

  it('granted: leaves alone what is in no library', () => {
    const { libraryKey: _, ...channel } = aMovie({ ratingKey: '/livetv/1', guid: '', type: 'live' })

    expect(judge(playing(channel), aScene({ guests: [friend], assignments: [granted] })).kind).toBe('ignore')
  })

  it('one assignment for everything outweighs one for the granted libraries', () => {
    const everything = anAssignment({
      id: 'second',
      media: aMovie({ ratingKey: '103', guid: 'plex://movie/3' }),
    })
    const scene = aScene({ guests: [friend], assignments: [granted, everything] })

    expect(judge(playing(anEpisode()), scene).kind).toBe('violation')
  })

  it('an ended assignment has no say in it', () => {
    const ended = anEndedAssignment({ id: 'ended', media: anotherMovie(), scope: 'everything' })
    const scene = aScene({ guests: [friend], assignments: [granted, ended] })

    expect(judge(playing(anEpisode()), scene)).toEqual({ kind: 'ignore', why: 'own-library' })
  })
})

describe('a guest whose last assignment has ended', () => {
  it('without access from before: everything is a violation', () => {
    const scene = aScene({ guests: [leaving({ kind: 'none' })], assignments: [anEndedAssignment()] })

    expect(judge(playing(anotherMovie()), scene)).toMatchObject({ kind: 'violation', allowed: [] })
    expect(judge(playing(anEpisode()), scene)).toMatchObject({ kind: 'violation', allowed: [] })
  })

  it.each<[string, NonNullable<Guest['before']>]>([
    ['libraries', { kind: 'libraries', libraryKeys: ['2'] }],
    ['all libraries', { kind: 'all' }],
  ])('with access to %s from before: judged only in libraries that OTP opened', (_, before) => {
    const scene = aScene({ guests: [leaving(before)], assignments: [anEndedAssignment()] })

    expect(judge(playing(anEpisode()), scene)).toEqual({ kind: 'ignore', why: 'own-library' })
    expect(judge(playing(anotherMovie()), scene).kind).toBe('violation')
  })

  it.each(['finished', 'expired', 'revoked'] as const)('an assignment that is %s allows nothing', (state) => {
    const ended = anEndedAssignment({ state })

    expect(judge(playing(aMovie()), aScene({ assignments: [ended] })).kind).not.toBe('allow')
  })
})

describe('the stream of an assignment that has ended', () => {
  const ended = anEndedAssignment({ endedAt: evening - 10 * second })
  const sceneWith = (reportedAt: number | undefined, more: Partial<Scene> = {}): Scene => ({
    ...aScene({ assignments: [ended] }),
    reportedAt: () => reportedAt,
    ...more,
  })

  it('is closed with the end of the assignment as the reason, and is no violation', () => {
    expect(judge(playing(aMovie()), sceneWith(undefined))).toEqual({ kind: 'closing', assignment: ended })
  })

  it('is still closing when it reported shortly after the end', () => {
    expect(judge(playing(aMovie()), sceneWith(evening - second)).kind).toBe('closing')
  })

  it('stays closing while the entry lingers without a sign of life', () => {
    const later = sceneWith(evening - 15 * second, { now: evening + 8 * minute })

    expect(judge(playing(aMovie()), later).kind).toBe('closing')
  })

  it('is a violation when it goes on reporting long after the end', () => {
    const later = sceneWith(evening + 21 * second, { now: evening + 21 * second })

    expect(judge(playing(aMovie()), later).kind).toBe('violation')
  })

  it('goes on when another open assignment covers it', () => {
    const again = anAssignment({ id: 'second' })

    expect(judge(playing(aMovie()), aScene({ assignments: [ended, again] }))).toEqual({
      kind: 'allow',
      assignment: again,
    })
  })

  it('is not explained by an assignment that ended long ago', () => {
    const longAgo = anEndedAssignment({ endedAt: evening - 30 * 24 * 60 * minute, access: 'taken' })
    const scene = aScene({ assignments: [longAgo] })

    expect(judge(playing(aMovie()), scene).kind).toBe('violation')
  })

  const libraries = (...libraryKeys: string[]) => ({ kind: 'libraries' as const, libraryKeys })
  it.each<[string, Partial<Guest>, string]>([
    ['is left alone in a library that the guest had before', { before: libraries('3', ...films) }, 'ignore'],
    ['is left alone where the guest may see everything', { before: { kind: 'all' } }, 'ignore'],
    ['is closed in a library that OTP opened', { givenLibraryKeys: films }, 'closing'],
    ['is closed in one that OTP has closed again', { lastRead: libraries('3') }, 'closing'],
    ['is left alone in one that somebody has opened since', { lastRead: libraries('3', ...films) }, 'ignore'],
  ])('%s', (_, more, kind) => {
    const friend = aGuest({ before: libraries('3'), givenLibraryKeys: [], ...more })

    expect(judge(playing(aMovie()), aScene({ guests: [friend], assignments: [ended] })).kind).toBe(kind)
  })

  it('is closed where it was followed to another library before it ended', () => {
    const moved = { ...ended, media: aMovie({ libraryKey: '9' }) }
    const friend = aGuest({ before: libraries('3'), givenLibraryKeys: [] })
    expect(judge(playing(aMovie()), aScene({ guests: [friend], assignments: [moved] })).kind).toBe('closing')
  })

  it.each([
    ['is ended in a library that a pass had opened', { fence: 'library' }, 'violation'],
    ['is left alone beside an item that was granted by itself', { fence: 'item' }, 'ignore'],
    ['is left alone beside an item that was lent in a library of its own', { fence: 'private' }, 'ignore'],
    ['is left alone where the pass is still open', { fence: 'library', state: 'ready' }, 'ignore'],
  ] as const)('what was being ended %s', (_, more, kind) => {
    const { endedAt: _over, ...open } = ended
    const pass = 'state' in more ? { ...open, ...more, scope: 'granted' as const } : { ...ended, ...more }
    const friend = aGuest({ before: libraries('3'), givenLibraryKeys: [] })
    const scene = { ...aScene({ guests: [friend], assignments: [pass] }), isPursued: () => true }

    expect(judge(playing(anotherMovie()), scene).kind).toBe(kind)
  })

  it.each([
    ['that was asked to end with its pass', { wasClosing: () => true }, 'violation'],
    ['that is being ended', { isPursued: () => true }, 'violation'],
    ['that came after what another pass covers', { coveredUntil: () => evening - 20 * second }, 'ignore'],
    ['of which nothing was seen before', {}, 'ignore'],
  ])('an item granted by itself %s, and goes on long after its pass', (_, more, kind) => {
    const pass = { ...ended, fence: 'item' as const }
    const friend = aGuest({ before: libraries('3'), givenLibraryKeys: [] })
    const scene = { ...aScene({ guests: [friend], assignments: [pass] }), ...more }
    const later = { ...scene, now: evening + minute, reportedAt: () => evening + minute }

    expect(judge(playing(aMovie()), later).kind).toBe(kind)
  })

  it('is closed in a closed library also beside a pass that leaves the guest alone elsewhere', () => {
    const guest = aGuest({ before: { kind: 'none' }, givenLibraryKeys: ['2'] })
    const other = anAssignment({ id: 'a-2', media: anEpisode(), scope: 'granted' })

    expect(judge(playing(aMovie()), aScene({ guests: [guest], assignments: [ended, other] })).kind).toBe(
      'closing',
    )
  })

  it('is left alone in the library of a guest who had it before, when the assignment ended long ago', () => {
    const longAgo = anEndedAssignment({ endedAt: evening - 30 * 24 * 60 * minute, access: 'taken' })
    const friend = aGuest({ before: { kind: 'libraries', libraryKeys: films }, givenLibraryKeys: ['2'] })
    const scene = aScene({
      guests: [friend],
      assignments: [longAgo, anEndedAssignment({ media: anEpisode() })],
    })

    expect(judge(playing(aMovie()), scene)).toEqual({ kind: 'ignore', why: 'own-library' })
  })
})

describe('a slip', () => {
  const next = anEpisode({ ratingKey: '213', guid: 'plex://episode/severance-1-3', episode: 3 })
  const slipScene = (slipMs: number, coveredUntil?: number): Scene => ({
    ...aScene({ assignments: [anAssignment({ media: anEpisode() })] }),
    slipMs,
    coveredUntil: ({ key }) => (key === '11' ? coveredUntil : undefined),
  })

  it('is the next item in the same session just after a covered one', () => {
    expect(judge(playing(next), slipScene(15 * second, evening - 2 * second))).toMatchObject({ slip: true })
  })

  it('is none in another session', () => {
    const other = playing(next, { key: '12' })

    expect(judge(other, slipScene(15 * second, evening - 2 * second))).toMatchObject({ slip: false })
  })

  it('is none when nothing covered was seen before', () => {
    expect(judge(playing(next), slipScene(15 * second))).toMatchObject({ slip: false })
  })

  it('is none after the time for slips', () => {
    expect(judge(playing(next), slipScene(15 * second, evening - 16 * second))).toMatchObject({ slip: false })
  })

  it('does not exist when it is switched off', () => {
    expect(judge(playing(next), slipScene(0, evening))).toMatchObject({ kind: 'violation', slip: false })
  })
})

describe('what an assignment covers', () => {
  const show = anAssignment({ media: aShow() })
  const season = anAssignment({ media: aSeason() })
  const elsewhere = anEpisode({ ratingKey: '812', parentRatingKey: '810', grandparentRatingKey: '800' })

  it.each<[string, Assignment, MediaItem, boolean]>([
    ['a show covers its episodes', show, anEpisode(), true],
    ['a show covers an episode that was added later', show, anEpisode({ ratingKey: '299', guid: '' }), true],
    ['a show does not cover episodes of another show', show, elsewhere, false],
    [
      'a show covers its episodes after it was added again under another key',
      show,
      anEpisode({ ratingKey: '912', grandparentRatingKey: '900', grandparentGuid: aShow().guid }),
      true,
    ],
    ['a season covers its episodes', season, anEpisode(), true],
    ['a season does not cover the next season', season, anEpisode({ parentRatingKey: '220' }), false],
    ['a film covers itself', anAssignment(), aMovie(), true],
    ['a film does not cover another film', anAssignment(), anotherMovie(), false],
    [
      'a film covers itself after it was matched anew',
      anAssignment(),
      aMovie({ guid: 'plex://movie/new' }),
      true,
    ],
    ['a film covers itself under a new key', anAssignment(), aMovie({ ratingKey: '777' }), true],
    ['an episode covers only itself', anAssignment({ media: anEpisode() }), anEpisode(), true],
    [
      'an episode does not cover the next one',
      anAssignment({ media: anEpisode() }),
      anEpisode({ ratingKey: '213', guid: 'plex://episode/severance-1-3' }),
      false,
    ],
    [
      'a show does not cover a film under a key of its own',
      show,
      aMovie({ grandparentRatingKey: '200' }),
      false,
    ],
  ])('%s', (_, assignment, item, expected) => {
    expect(covers(assignment, item)).toBe(expected)
  })

  it('an id that the server made up by itself says nothing about another key', () => {
    const home = aMovie({ guid: 'local://101' })

    expect(isSameItem(home, aMovie({ ratingKey: '777', guid: 'local://101' }))).toBe(false)
    expect(isSameItem(home, home)).toBe(true)
  })

  it('two items that were never matched are not the same', () => {
    expect(isSameItem(aMovie({ guid: '' }), aMovie({ ratingKey: '777', guid: '' }))).toBe(false)
  })

  it('a film and an episode are never the same, whatever their ids say', () => {
    expect(isSameItem(aMovie(), anEpisode({ guid: aMovie().guid }))).toBe(false)
  })
})
