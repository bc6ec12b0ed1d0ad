import type { Settings } from '../../src/core/api.js'
import type {
  Assignment,
  EnforcementStep,
  Friend,
  Guest,
  GuestRef,
  Library,
  MediaItem,
  PersonSettings,
  PlexPerson,
  Session,
  Share,
  Violation,
  ViolationStream,
  WatchMark,
} from '../../src/core/model.js'

/** Sunday evening, UTC: the moment at which a test clock starts. */
export const evening = Date.UTC(2026, 10, 22, 19, 0, 0)
export const theServer = 'server-one'

export const second = 1_000
export const minute = 60 * second
export const hour = 60 * minute

/** A film in the film library. */
export function aMovie(overrides: Partial<MediaItem> = {}): MediaItem {
  return {
    ratingKey: '101',
    guid: 'plex://movie/arrival',
    type: 'movie',
    title: 'Arrival',
    year: 2016,
    libraryKey: '1',
    durationMs: 100 * minute,
    ...overrides,
  }
}

/** Another film in the same library. */
export function anotherMovie(overrides: Partial<MediaItem> = {}): MediaItem {
  return aMovie({
    ratingKey: '102',
    guid: 'plex://movie/paddington',
    title: 'Paddington',
    year: 2014,
    ...overrides,
  })
}

/** The second episode of the first season of `aShow()`. */
export function anEpisode(overrides: Partial<MediaItem> = {}): MediaItem {
  return {
    ratingKey: '212',
    guid: 'plex://episode/severance-1-2',
    type: 'episode',
    title: 'Half Loop',
    show: 'Severance',
    season: 1,
    episode: 2,
    libraryKey: '2',
    parentRatingKey: '210',
    grandparentRatingKey: '200',
    durationMs: 50 * minute,
    ...overrides,
  }
}

/** The first season of `aShow()`. */
export function aSeason(overrides: Partial<MediaItem> = {}): MediaItem {
  return {
    ratingKey: '210',
    guid: 'plex://season/severance-1',
    type: 'season',
    title: 'Season 1',
    show: 'Severance',
    season: 1,
    libraryKey: '2',
    parentRatingKey: '200',
    ...overrides,
  }
}

export function aShow(overrides: Partial<MediaItem> = {}): MediaItem {
  return {
    ratingKey: '200',
    guid: 'plex://show/severance',
    type: 'show',
    title: 'Severance',
    year: 2022,
    libraryKey: '2',
    ...overrides,
  }
}

export function aLibrary(overrides: Partial<Library> = {}): Library {
  return { key: '1', title: 'Films', type: 'movie', folders: ['/media/films'], scanning: false, ...overrides }
}

export function aPerson(overrides: Partial<PlexPerson> = {}): PlexPerson {
  return { plexId: '7001', username: 'guest', email: 'guest@example.test', ...overrides }
}

export function anOwner(overrides: Partial<PlexPerson> = {}): PlexPerson {
  return { plexId: '9000', username: 'owner', email: 'owner@example.test', ...overrides }
}

/** An accepted share of the film library with the guest. */
export function aShare(overrides: Partial<Share> = {}): Share {
  return {
    shareId: 'share-1',
    machineIdentifier: theServer,
    accepted: true,
    person: aPerson(),
    allLibraries: false,
    libraryKeys: ['1'],
    settings: unrestricted(),
    ...overrides,
  }
}

/** Downloads off and nothing hidden. */
export function unrestricted(): PersonSettings {
  return { downloads: false, filters: { movies: '', television: '', music: '', photos: '', all: '' } }
}

export function aFriend(overrides: Partial<Friend> = {}): Friend {
  return { ...aPerson(), home: false, settings: unrestricted(), ...overrides }
}

export function aGuestRef(overrides: Partial<GuestRef> = {}): GuestRef {
  return { plexId: '7001', username: 'guest', ...overrides }
}

/** A guest under watch who had no access before and was given the film library. */
export function aGuest(overrides: Partial<Guest> = {}): Guest {
  return {
    ...aGuestRef(),
    machineIdentifier: theServer,
    watched: true,
    before: { kind: 'none' },
    givenLibraryKeys: ['1'],
    ...overrides,
  }
}

/** The guest may watch the film, and the access for it has been given. */
export function anAssignment(overrides: Partial<Assignment> = {}): Assignment {
  return {
    id: 'assignment-1',
    machineIdentifier: theServer,
    guest: aGuestRef(),
    media: aMovie(),
    state: 'ready',
    fence: 'library',
    scope: 'everything',
    access: 'given',
    createdAt: evening - hour,
    createdBy: 'discord:1',
    playsUsed: 0,
    watch: {},
    violations: 0,
    history: [{ at: evening - hour, by: 'discord:1', what: 'created' }],
    ...overrides,
  }
}

/** The same as `anAssignment`, revoked a moment ago, its access still to be taken away. */
export function anEndedAssignment(overrides: Partial<Assignment> = {}): Assignment {
  return anAssignment({ state: 'revoked', access: 'taking', endedAt: evening - second, ...overrides })
}

export function aMark(overrides: Partial<WatchMark> = {}): WatchMark {
  return { offsetMs: 10 * minute, durationMs: 100 * minute, atEnd: false, ...overrides }
}

/** The guest plays the film in a browser. */
export function aSession(overrides: Partial<Session> = {}): Session {
  return {
    key: '11',
    id: 'session-11',
    user: { plexId: '7001', name: 'guest' },
    item: aMovie(),
    state: 'playing',
    offsetMs: 10 * minute,
    player: { machineId: 'player-1', product: 'Plex Web', device: 'Chrome', platform: 'Linux' },
    ...overrides,
  }
}

export function aStream(overrides: Partial<ViolationStream> = {}): ViolationStream {
  return {
    key: '11',
    id: 'session-11',
    firstSeenAt: evening,
    lastReportAt: evening,
    offsetMs: 0,
    state: 'playing',
    ...overrides,
  }
}

export function aStep(overrides: Partial<EnforcementStep> = {}): EnforcementStep {
  return { rung: 'terminate', at: evening, outcome: 'accepted', stream: '11', ...overrides }
}

/** The guest started another film just now; nothing has been done about it yet. */
export function aViolation(overrides: Partial<Violation> = {}): Violation {
  return {
    id: 'violation-1',
    machineIdentifier: theServer,
    guest: aGuestRef(),
    media: anotherMovie(),
    player: aSession().player,
    allowed: [aMovie()],
    slip: false,
    firstSeenAt: evening,
    lastSeenAt: evening,
    streams: [aStream()],
    enforcement: [],
    repeats: 0,
    cardId: 'message-1',
    ...overrides,
  }
}

/** The defaults of the configuration. */
export function someSettings(
  overrides: { monitor?: Partial<Settings['monitor']>; access?: Partial<Settings['access']> } = {},
): Settings {
  return {
    monitor: {
      autostart: true,
      push: true,
      intervalMs: 1_500,
      onViolation: ['terminate', 'stop', 'unshare'],
      maxViolations: 0,
      verifyWithinMs: 30 * second,
      scope: 'everything',
      repeatWindowMs: 5 * minute,
      slipMs: 0,
      finishedAt: 0.9,
      finishGraceMs: 10 * minute,
      message: 'This title is not on your pass. You may watch: {title}.',
      ...overrides.monitor,
    },
    access: {
      fence: 'auto',
      itemGrants: false,
      whenDone: 'restore',
      inviteTimeoutMs: 7 * 24 * hour,
      ...overrides.access,
    },
  }
}
