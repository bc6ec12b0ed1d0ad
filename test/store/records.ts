import type { Violation } from '../../src/core/model.js'
import type { Change } from '../../src/core/ports.js'
import type { Setting } from '../../src/core/records.js'

/** A violation as the store sees it; only what it is found by matters here. */
export function aViolation(overrides: Partial<Violation> = {}): Violation {
  return {
    id: 'v1',
    machineIdentifier: 'server',
    guest: { plexId: '100', username: 'ann' },
    media: { ratingKey: '7', guid: 'plex://movie/7', type: 'movie', title: 'Heat', year: 1995 },
    player: { machineId: 'tv', product: 'Plex for LG', device: 'TV', platform: 'webOS' },
    allowed: [],
    slip: false,
    firstSeenAt: 1,
    lastSeenAt: 1,
    streams: [],
    enforcement: [],
    repeats: 0,
    cardId: 'm1',
    ...overrides,
  }
}

export function aSetting(at: number): Setting {
  return { name: 'monitor', running: true, at, by: 'otp' }
}

export function created(record: Violation): Change {
  return { kind: 'violation', id: record.id, record, unless: 'exists' }
}

export function replaced(record: Violation, ifRevision: number): Change {
  return { kind: 'violation', id: record.id, record, ifRevision }
}
