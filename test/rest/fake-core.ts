import type { Assigned, Core, GuestSession, MonitorStatus } from '../../src/core/api.js'
import type { Assignment, Guest, MediaItem, Violation } from '../../src/core/model.js'

const at = Date.UTC(2026, 10, 22, 19, 0, 0)

/** A core that answers only what a test gives it; every other call fails the test. */
export function fakeCore(answers: Partial<Core> = {}): Core {
  return {
    assign: unexpected('assign'),
    unassign: unexpected('unassign'),
    endAssignment: unexpected('endAssignment'),
    assignment: unexpected('assignment'),
    assignments: unexpected('assignments'),
    invite: unexpected('invite'),
    violation: unexpected('violation'),
    violations: unexpected('violations'),
    sessions: unexpected('sessions'),
    search: unexpected('search'),
    libraries: unexpected('libraries'),
    friends: unexpected('friends'),
    guests: unexpected('guests'),
    guest: unexpected('guest'),
    startMonitor: unexpected('startMonitor'),
    stopMonitor: unexpected('stopMonitor'),
    status: unexpected('status'),
    health: unexpected('health'),
    run: unexpected('run'),
    ...answers,
  }
}

function unexpected(name: keyof Core) {
  return async (): Promise<never> => {
    throw new Error(`Nobody expected core.${name}`)
  }
}

export function aMovie(over: Partial<MediaItem> = {}): MediaItem {
  return {
    ratingKey: '101',
    guid: 'plex://movie/arrival',
    type: 'movie',
    title: 'Arrival',
    year: 2016,
    libraryKey: '1',
    durationMs: 6_960_000,
    ...over,
  }
}

export function anEpisode(over: Partial<MediaItem> = {}): MediaItem {
  return {
    ratingKey: '311',
    guid: 'plex://episode/severance-1-1',
    type: 'episode',
    title: 'Good News About Hell',
    show: 'Severance',
    season: 1,
    episode: 1,
    ...over,
  }
}

export function anAssignment(over: Partial<Assignment> = {}): Assignment {
  return {
    id: 'a1',
    machineIdentifier: 'machine-1',
    guest: {
      plexId: '42',
      username: 'robin',
      email: 'robin@example.org',
      discordUserId: '900000000000000001',
    },
    media: aMovie(),
    state: 'ready',
    fence: 'library',
    scope: 'everything',
    access: 'given',
    createdAt: at,
    createdBy: 'key:owner',
    playsUsed: 0,
    watch: {},
    violations: 0,
    history: [{ at, by: 'key:owner', what: 'created' }],
    ...over,
  }
}

export function assignedAnswer(over: Partial<Assigned> = {}): Assigned {
  return {
    kind: 'assigned',
    assignment: anAssignment(),
    link: 'https://app.plex.tv/desktop/#!/server/machine-1/details?key=%2Flibrary%2Fmetadata%2F101',
    replaced: [],
    invited: false,
    everythingElseStops: false,
    guestTold: 'queued',
    ...over,
  }
}

export function aViolation(over: Partial<Violation> = {}): Violation {
  return {
    id: 'v1',
    machineIdentifier: 'machine-1',
    guest: { plexId: '42', username: 'robin' },
    media: anEpisode(),
    player: { machineId: 'player-secret', product: 'Plex Web', device: 'Chrome', platform: 'Linux' },
    allowed: [aMovie()],
    slip: false,
    firstSeenAt: at,
    lastSeenAt: at + 1_000,
    endedAt: at + 2_000,
    streams: [],
    enforcement: [{ rung: 'terminate', at: at + 300, outcome: 'accepted', stream: '7', tookMs: 300 }],
    repeats: 0,
    cardId: 'm1',
    ...over,
  }
}

export function aGuestSession(over: Partial<GuestSession> = {}): GuestSession {
  return {
    id: 's1',
    guest: { plexId: '42', username: 'robin' },
    session: {
      key: '7',
      id: 'session-secret',
      user: { plexId: '42', name: 'robin' },
      item: aMovie(),
      state: 'playing',
      offsetMs: 61_000,
      player: { machineId: 'player-secret', product: 'Plex Web', device: 'Chrome', platform: 'Linux' },
    },
    firstSeenAt: at,
    verdict: 'allowed',
    ...over,
  }
}

export function aGuest(over: Partial<Guest> = {}): Guest {
  return {
    machineIdentifier: 'machine-1',
    plexId: '42',
    username: 'robin',
    watched: true,
    givenLibraryKeys: ['1'],
    ...over,
  }
}

export function aStatus(over: Partial<MonitorStatus> = {}): MonitorStatus {
  return {
    running: true,
    since: { at, by: 'otp' },
    guests: 1,
    openAssignments: 1,
    streams: { guests: 1, others: 2 },
    plex: { ok: true, lastReadAt: at },
    capabilities: { plexPass: true, canTerminate: true, canRestrict: true },
    ladder: ['terminate', 'stop', 'unshare'],
    violations: 3,
    lastPassAt: at,
    waitingMessages: 0,
    ...over,
  }
}
