import type { Assigned, MonitorStatus } from '../../src/core/api.js'
import type { Assignment, Guest, GuestRef, MediaItem, Violation } from '../../src/core/model.js'
import type { LogData, Logger } from '../../src/core/ports.js'
import type { Notice, OutboxMessage } from '../../src/core/telling/notices.js'

const AT = Date.UTC(2026, 10, 22, 19, 0, 0)

export interface TestLog extends Logger {
  lines: { level: string; phrase: string; data: LogData | undefined }[]
}

export function testLog(): TestLog {
  const lines: TestLog['lines'] = []
  const write = (level: string) => (phrase: string, data?: LogData) =>
    void lines.push({ level, phrase, data })

  return { lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}

export function anItem(more: Partial<MediaItem> = {}): MediaItem {
  return {
    ratingKey: '1042',
    guid: 'plex://movie/1042',
    type: 'movie',
    title: 'Arrival',
    year: 2016,
    ...more,
  }
}

export function aGuestRef(more: Partial<GuestRef> = {}): GuestRef {
  return { plexId: '77', username: 'bob', ...more }
}

export function aGuest(more: Partial<Guest> = {}): Guest {
  return { ...aGuestRef(), machineIdentifier: 'server', watched: true, givenLibraryKeys: ['1'], ...more }
}

export function anAssignment(more: Partial<Assignment> = {}): Assignment {
  return {
    id: 'a1',
    machineIdentifier: 'server',
    guest: aGuestRef(),
    media: anItem(),
    state: 'ready',
    fence: 'library',
    scope: 'everything',
    access: 'given',
    createdAt: AT,
    createdBy: 'discord:1',
    playsUsed: 0,
    watch: {},
    violations: 0,
    history: [],
    ...more,
  }
}

export function assignedAnswer(more: Partial<Assigned> = {}): Assigned {
  return {
    kind: 'assigned',
    assignment: anAssignment(),
    link: 'https://app.plex.tv/desktop/#!/server/server/details?key=%2Flibrary%2Fmetadata%2F1042',
    replaced: [],
    invited: false,
    everythingElseStops: false,
    guestTold: 'queued',
    ...more,
  }
}

export function aStatus(more: Partial<MonitorStatus> = {}): MonitorStatus {
  return {
    running: true,
    guests: 1,
    openAssignments: 2,
    streams: { guests: 1, others: 3 },
    plex: { ok: true },
    ladder: ['terminate', 'stop', 'unshare'],
    violations: 4,
    push: { kind: 'up', way: 'websocket', sinceAt: AT },
    reaction: {},
    waitingMessages: 0,
    ...more,
  }
}

export function aViolation(more: Partial<Violation> = {}): Violation {
  return {
    id: 'v1',
    machineIdentifier: 'server',
    guest: aGuestRef(),
    media: anItem({ ratingKey: '7', title: 'Heat', year: 1995 }),
    player: { machineId: 'player', product: 'Plex for Android (TV)', device: 'Shield', platform: 'Android' },
    allowed: [anItem()],
    slip: false,
    firstSeenAt: AT,
    lastSeenAt: AT,
    streams: [{ key: '3', firstSeenAt: AT, lastReportAt: AT, offsetMs: 0, state: 'playing' }],
    enforcement: [],
    repeats: 0,
    cardId: 'm1',
    ...more,
  }
}

export function anOutboxMessage(content: Notice, more: Partial<OutboxMessage> = {}): OutboxMessage {
  return {
    id: 'm1',
    machineIdentifier: 'server',
    content,
    createdAt: AT,
    revision: 1,
    status: 'due',
    deliveredRevision: 0,
    attempts: 0,
    nextTryAt: AT,
    ...more,
  }
}
