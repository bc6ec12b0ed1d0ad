import type { Assigned, GuestSession, MonitorStatus } from '../../src/core/api.js'
import type { Assignment, Guest, Violation } from '../../src/core/model.js'
import * as builders from '../support/builders.js'

const at = builders.evening

const robin = { plexId: '42', username: 'robin' }

export function anAssignment(over: Partial<Assignment> = {}): Assignment {
  return builders.anAssignment({
    id: 'a1',
    guest: { ...robin, email: 'robin@example.org', discordUserId: '900000000000000001' },
    createdAt: at,
    createdBy: 'key:owner',
    history: [{ at, by: 'key:owner', what: 'created' }],
    ...over,
  })
}

export function assignedAnswer(over: Partial<Assigned> = {}): Assigned {
  return {
    kind: 'assigned',
    assignment: anAssignment(),
    link: 'https://app.plex.tv/desktop/#!/server/server-one/details?key=%2Flibrary%2Fmetadata%2F101',
    replaced: [],
    invited: false,
    everythingElseStops: false,
    guestTold: 'queued',
    ...over,
  }
}

/** The guest played an episode and the stream was ended after 0.3 s. */
export function aViolation(over: Partial<Violation> = {}): Violation {
  return builders.aViolation({
    id: 'v1',
    guest: robin,
    media: builders.anEpisode(),
    lastSeenAt: at + 1_000,
    endedAt: at + 2_000,
    enforcement: [builders.aStep({ at: at + 300, tookMs: 300 })],
    ...over,
  })
}

export function aGuestSession(over: Partial<GuestSession> = {}): GuestSession {
  return {
    id: 's1',
    guest: robin,
    session: builders.aSession(),
    firstSeenAt: at,
    verdict: 'allowed',
    ...over,
  }
}

export function aGuest(over: Partial<Guest> = {}): Guest {
  return builders.aGuest({ ...robin, ...over })
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
    push: { kind: 'off' },
    reaction: {},
    waitingMessages: 0,
    ...over,
  }
}
