import { createCore } from '../../src/core/core.js'
import type { Session } from '../../src/core/model.js'
import type { Change, Ports, Store } from '../../src/core/ports.js'
import { guestId } from '../../src/core/records.js'
import { parseSessions } from '../../src/plex/parse-sessions.js'
import { openStore } from '../../src/store/open.js'
import { createIds } from '../../src/util/ids.js'
import { aGuest, aMovie, anAssignment, aSession, someSettings, theServer } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'
import { createStage } from '../support/stage.js'
import { type Measure, pause, quantile } from './measure.js'

const rounds = 25
const guests = 200

/**
 * One judgement pass over 1,000 sessions of 200 guests, over a store that holds 1,000 assignments and, where it was
 * filled before, 100,000 violations. Reading and checking the list is measured apart.
 */
export async function benchJudging(storeUrl: string): Promise<Measure[]> {
  const store = await openStore(storeUrl)
  try {
    await fill(store)
    const passes = await cpuOfPasses(store)
    return [
      { what: 'one pass over 1,000 sessions, CPU p50', value: quantile(passes, 50), unit: 'ms', goal: 25 },
      { what: 'one pass over 1,000 sessions, CPU longest', value: Math.max(...passes), unit: 'ms' },
      {
        what: 'reading the list of 1,000 sessions, CPU p50',
        value: quantile(await cpuOfReading(), 50),
        unit: 'ms',
      },
    ]
  } finally {
    await store.close()
  }
}

/** Five assignments for each guest: the first covers what they play. */
async function fill(store: Store): Promise<void> {
  const ids = createIds(createTestClock())
  for (let at = 0; at < guests; at += 1) {
    const guest = { plexId: String(5_000 + at), username: `judged ${at}` }
    const films = ['101', '102', '301', '211', '212']
    const changes: Change[] = films.map((ratingKey) => {
      const id = ids.next()
      const media = aMovie({ ratingKey, guid: `plex://movie/${ratingKey}` })
      return { kind: 'assignment', id, record: anAssignment({ id, guest, media }), unless: 'exists' }
    })
    const record = aGuest({ ...guest, machineIdentifier: theServer })
    changes.push({ kind: 'guest', id: guestId(theServer, guest.plexId), record, unless: 'exists' })
    if (!(await store.commit(changes))) throw new Error('The store refused the assignments')
  }
}

async function cpuOfPasses(store: Store): Promise<number[]> {
  const stage = createStage()
  let offsetMs = 0
  stage.plex.server.sessions = async () => sessionsAt(offsetMs)
  const ports: Ports = { ...stage.ports, store }
  const core = createCore(ports, someSettings())
  const stopping = new AbortController()
  const done = core.run(stopping.signal)
  const taken: number[] = []

  for (let round = 0; round < rounds + 3; round += 1) {
    offsetMs += 10_000
    const before = process.cpuUsage()
    await stage.clock.advance(1_500)
    // Whatever the pass has begun is done by then, and waiting costs nothing.
    await pause(100)
    const { user, system } = process.cpuUsage(before)
    if (round >= 3) taken.push((user + system) / 1_000)
  }
  stopping.abort()
  await stage.clock.advance(10_000)
  await done
  return taken
}

function sessionsAt(offsetMs: number): Session[] {
  return Array.from({ length: 1_000 }, (_, at) =>
    aSession({
      key: String(at),
      id: `session-${at}`,
      offsetMs,
      user: { plexId: String(5_000 + (at % guests)), name: `judged ${at % guests}` },
      item: aMovie({ ratingKey: '101', guid: 'plex://movie/101' }),
      player: { machineId: `player-${at}`, product: 'Plex Web', device: 'Chrome', platform: 'Linux' },
    }),
  )
}

/** From the text of the answer to sessions. */
async function cpuOfReading(): Promise<number[]> {
  const text = JSON.stringify({ MediaContainer: { size: 1_000, Metadata: rows() } })
  const taken: number[] = []
  for (let round = 0; round < rounds + 3; round += 1) {
    const before = process.cpuUsage()
    await parseSessions(JSON.parse(text))
    const { user, system } = process.cpuUsage(before)
    if (round >= 3) taken.push((user + system) / 1_000)
  }
  return taken
}

function rows() {
  return Array.from({ length: 1_000 }, (_, at) => ({
    sessionKey: String(at),
    ratingKey: '6001',
    key: '/library/metadata/6001',
    guid: 'plex://movie/6001',
    type: 'movie',
    title: 'Arrival',
    year: 2016,
    duration: 6_960_000,
    viewOffset: 10_000 + at,
    librarySectionID: '3',
    librarySectionTitle: 'Films',
    Media: [{ id: 60010, duration: 6_960_000, container: 'mkv', Part: [{ id: 601, file: '/films/a.mkv' }] }],
    User: {
      id: String(5_000 + (at % guests)),
      title: `judged ${at}`,
      thumb: 'https://plex.tv/users/1/avatar',
    },
    Player: {
      address: '198.51.100.77',
      machineIdentifier: `player-${at}`,
      product: 'Plex for Android (TV)',
      device: 'BRAVIA',
      platform: 'Android',
      state: 'playing',
      local: false,
    },
    Session: { id: `session-${at}`, bandwidth: 4_120, location: 'wan' },
  }))
}
