import { afterEach, expect, test } from 'vitest'
import type { Core } from '../../src/core/api.js'
import { OtpError } from '../../src/core/errors.js'
import type { PushHealth } from '../../src/core/model.js'
import { aMovie, anEpisode } from '../support/builders.js'
import { fakeCore } from '../support/fake-core.js'
import { aGuest, aGuestSession, anAssignment, aStatus, aViolation } from './answers.js'
import { startService } from './service.js'

const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

async function serve(answers: Partial<Core> = {}) {
  const service = await startService(fakeCore(answers))
  stops.push(service.stop)
  return service
}

const status = {
  running: true,
  since: { at: '2026-11-22T19:00:00.000Z', by: 'otp' },
  guests: 1,
  openAssignments: 1,
  streams: { guests: 1, others: 2 },
  plex: { ok: true, lastReadAt: '2026-11-22T19:00:00.000Z' },
  push: { state: 'off' },
  reaction: {},
  capabilities: { plexPass: true, canTerminate: true, canRestrict: true },
  ladder: ['terminate', 'stop', 'unshare'],
  violations: 3,
  lastPassAt: '2026-11-22T19:00:00.000Z',
  waitingMessages: 0,
}

test('the monitor starts and stops by GET and by POST, and tells how it is', async () => {
  const said: string[] = []
  const { api } = await serve({
    async startMonitor(by) {
      said.push(`start ${by}`)
      return aStatus()
    },
    async stopMonitor(by) {
      said.push(`stop ${by}`)
      return aStatus({ running: false })
    },
    status: async () => aStatus(),
  })

  const started = [await api('GET /monitor/start'), await api('POST /monitor/start')]
  const stopped = [await api('GET /monitor/stop'), await api('POST /monitor/stop')]
  const seen = await api('GET /monitor')

  expect(seen.body).toEqual({ error: false, reason: '', result: status })
  for (const { body } of started) expect(body).toEqual({ error: false, reason: '', result: status })
  for (const { body } of stopped) expect(body).toMatchObject({ error: false, result: { running: false } })
  expect(said).toEqual(['start key:owner', 'start key:owner', 'stop key:owner', 'stop key:owner'])
})

test('the status tells whether what Plex announces comes through, and how fast streams were ended', async () => {
  const sinceAt = Date.UTC(2026, 10, 22, 19)
  const since = '2026-11-22T19:00:00.000Z'
  const reaction = {
    terminateSent: { count: 12, p50Ms: 20, p95Ms: 300 },
    gone: { count: 11, p50Ms: 9_000, p95Ms: 12_000 },
  }
  let push: PushHealth = { kind: 'up', way: 'sse', sinceAt }
  const { api } = await serve({ status: async () => aStatus({ push, reaction }) })

  const up = await api('GET /monitor')
  push = { kind: 'down', reason: 'the connection was closed', sinceAt }
  const down = await api('GET /monitor')

  expect(up.body).toMatchObject({ result: { push: { state: 'up', way: 'sse', since }, reaction } })
  expect(down.body).toMatchObject({
    result: { push: { state: 'down', since, reason: 'the connection was closed' } },
  })
})

test('a stream that was ended and is listed yet is told apart', async () => {
  const { api } = await serve({ sessions: async () => [aGuestSession({ verdict: 'draining' })] })

  expect((await api('GET /sessions')).body).toMatchObject({ result: [{ verdict: 'draining' }] })
})

test('HEAD never starts or stops anything', async () => {
  const { api } = await serve()

  const { status, headers } = await api('HEAD /monitor/stop')

  expect(status).toBe(405)
  expect(headers.get('Allow')).toContain('POST')
})

test('the guests with an open assignment are listed with what they may watch', async () => {
  const { api } = await serve({
    guests: async () => [aGuest(), aGuest({ plexId: '43', username: 'released-soon' })],
    async assignments({ state }) {
      const items = state === 'watching' ? [anAssignment({ state: 'watching' })] : []
      return { items, next: null }
    },
  })

  const { body } = await api('GET /monitor/users')

  expect(body).toMatchObject({
    result: [{ plexId: '42', username: 'robin', assignments: [{ id: 'a1', state: 'watching' }] }],
    next: null,
  })
  expect(body).not.toMatchObject({ result: [{}, {}] })
})

test('one guest is found by a name with spaces and letters of any kind', async () => {
  const asked: string[] = []
  const { api } = await serve({
    async guest(name) {
      asked.push(name)
      return aGuest()
    },
    async assignments({ state }) {
      const other = anAssignment({ id: 'a2', guest: { plexId: '77', username: 'other' } })
      return { items: state === 'ready' ? [anAssignment(), other] : [], next: null }
    },
  })

  const { body } = await api(`GET /monitor/user/${encodeURIComponent('Jürgen 50%/x')}`)

  expect(asked).toEqual(['Jürgen 50%/x'])
  expect(body).toMatchObject({ result: { plexId: '42', assignments: [{ id: 'a1' }] } })
  expect(body).not.toMatchObject({ result: { assignments: [{}, {}] } })
})

test('a guest that nobody knows is a 404', async () => {
  const { api } = await serve({
    async guest() {
      throw new OtpError('guest_not_found', '"nobody" is no guest.')
    },
  })

  const { status, body } = await api('GET /monitor/user/nobody')

  expect(status).toBe(404)
  expect(body).toEqual({
    error: true,
    code: 'guest_not_found',
    reason: '"nobody" is no guest.',
    result: null,
  })
})

const shownViolation = {
  id: 'v1',
  guest: { plexId: '42', username: 'robin' },
  media: {
    ratingKey: '212',
    guid: 'plex://episode/severance-1-2',
    type: 'episode',
    title: 'Half Loop',
    show: 'Severance',
    season: 1,
    episode: 2,
  },
  player: { product: 'Plex Web', device: 'Chrome', platform: 'Linux' },
  allowed: [{ ratingKey: '101', guid: 'plex://movie/arrival', type: 'movie', title: 'Arrival', year: 2016 }],
  slip: false,
  firstSeenAt: '2026-11-22T19:00:00.000Z',
  lastSeenAt: '2026-11-22T19:00:01.000Z',
  endedAt: '2026-11-22T19:00:02.000Z',
  enforcement: [{ rung: 'terminate', at: '2026-11-22T19:00:00.300Z', outcome: 'accepted', tookMs: 300 }],
  repeats: 0,
}

test('violations are listed and shown without what only OTP needs', async () => {
  const asked: unknown[] = []
  const { api } = await serve({
    async violations(query) {
      asked.push(query)
      return { items: [aViolation()], next: null }
    },
    violation: async () => aViolation(),
  })

  const list = await api('GET /violations?guest=robin&since=2026-11-22T20:00:00%2B01:00&limit=5')
  const one = await api('GET /violations/v1')

  expect(asked).toEqual([{ guest: 'robin', sinceAt: Date.UTC(2026, 10, 22, 19), limit: 5 }])
  expect(list.body).toEqual({ error: false, reason: '', result: [shownViolation], next: null })
  expect(one.body).toEqual({ error: false, reason: '', result: shownViolation })
})

test('an instant that is none is refused by name', async () => {
  const { api } = await serve()

  const { status, body } = await api('GET /violations?since=yesterday')

  expect(status).toBe(400)
  expect(body).toMatchObject({
    reason: 'since: expected an ISO-8601 instant such as 2030-01-31T20:00:00Z.',
  })
})

test("guests' streams are listed without Plex's own ids", async () => {
  const { api } = await serve({ sessions: async () => [aGuestSession()] })

  const { body } = await api('GET /sessions')

  expect(body).toEqual({
    error: false,
    reason: '',
    result: [
      {
        id: 's1',
        guest: { plexId: '42', username: 'robin' },
        media: {
          ratingKey: '101',
          guid: 'plex://movie/arrival',
          type: 'movie',
          title: 'Arrival',
          year: 2016,
        },
        player: { product: 'Plex Web', device: 'Chrome', platform: 'Linux' },
        state: 'playing',
        offsetMs: 600_000,
        firstSeenAt: '2026-11-22T19:00:00.000Z',
        verdict: 'allowed',
      },
    ],
    next: null,
  })
  expect(JSON.stringify(body)).not.toContain('player-1')
  expect(JSON.stringify(body)).not.toContain('session-11')
})

test('media is found by words, and only by words', async () => {
  const asked: unknown[] = []
  const { api } = await serve({
    async search(text, limit) {
      asked.push([text, limit])
      return [aMovie(), anEpisode()]
    },
  })

  const found = await api(`GET /media?query=${encodeURIComponent('arrival & co')}&limit=2`)
  const bare = await api('GET /media')
  const twice = await api('GET /media?query=a&query=b')
  const typo = await api('GET /media?query=a&qurey=b')

  expect(found.body).toMatchObject({ result: [{ ratingKey: '101' }, { ratingKey: '212' }], next: null })
  expect(asked).toEqual([['arrival & co', 2]])
  expect(bare.body).toMatchObject({ code: 'invalid_input', reason: 'query: expected words to search for.' })
  expect(twice.body).toMatchObject({ reason: 'query: expected words to search for.' })
  expect(typo.body).toMatchObject({ reason: 'qurey: unknown field, known are query, limit.' })
})
