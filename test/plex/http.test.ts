import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createPlexAccount } from '../../src/plex/account.js'
import { allowedAtAccount } from '../../src/plex/allowed.js'
import { errorFor } from '../../src/plex/answer.js'
import { createPlexHttp, type PlexHttpNeeds } from '../../src/plex/http.js'
import { createLimiter } from '../../src/plex/limiter.js'
import { type SimAnswer, type SimRequest, startSimServer } from '../../src/simulator/plex/http.js'
import type { Answered } from '../../src/util/answered.js'
import { createTestClock } from '../support/clock.js'
import { until } from '../support/until.js'
import { noFilters, stagePlex } from './stage.js'

const token = 'xSecretTokenx-9'

describe('a request', () => {
  test('carries the token and who asks in its headers, and nothing of it in the address', async () => {
    const { http, requests } = await stage()
    await http.read('/api/users', { name: 'a & b=c' })

    const [request] = requests
    expect(request?.headers).toMatchObject({
      accept: 'application/json',
      'x-plex-token': token,
      'x-plex-client-identifier': 'otp-test-0001',
      'x-plex-product': 'One Time Plex Reloaded',
      'x-plex-version': '0.1.0',
    })
    expect([...(request?.query ?? [])]).toEqual([['name', 'a & b=c']])
  })

  test('uses the token of the moment, another one where it is told, or none', async () => {
    let present = 'first'
    const { http, requests } = await stage({ token: () => present })
    await http.read('/api/v2/user')
    present = 'second'
    await http.read('/api/v2/user')
    await http.ask({ method: 'GET', path: '/api/v2/user', token: 'third' })
    await http.ask({ method: 'POST', path: '/api/v2/pins', token: '' })
    present = ''
    await http.read('/api/v2/user')

    const tokens = requests.map((one) => one.headers['x-plex-token'])
    expect(tokens).toEqual(['first', 'second', 'third', undefined, undefined])
  })

  test('goes to the address of the moment', async () => {
    const { http: elsewhere, requests, url } = await stage()
    expect(elsewhere.name).toBe('plex.tv')
    let present = 'http://127.0.0.1:1'
    const { http } = await stage({ url: () => present })

    expect(await http.ask({ method: 'GET', path: '/api/users' })).toMatchObject({ why: 'no-connection' })
    present = url
    expect(await http.ask({ method: 'GET', path: '/api/users' })).toMatchObject({ kind: 'done' })
    expect(requests).toHaveLength(1)
  })

  test('is not repeated and not held up by "too many requests", as with the media server', async () => {
    const { http, requests } = await stage({}, () => ({ status: 429, headers: { 'retry-after': '5' } }))

    expect(await http.ask({ method: 'GET', path: '/api/users' })).toMatchObject({ status: 429 })
    expect(await http.ask({ method: 'GET', path: '/api/users' })).toMatchObject({ status: 429 })
    expect(requests).toHaveLength(2)
  })

  test('follows nobody elsewhere: the token would go along', async () => {
    const { requests: stolen, url: thief } = await stage()
    const { http } = await stage({}, () => ({ status: 302, headers: { location: `${thief}/api/users` } }))

    expect(await http.ask({ method: 'GET', path: '/api/users' })).toMatchObject({ kind: 'foreign' })
    expect(stolen).toEqual([])
  })
})

describe('too many requests', () => {
  test('a date in Retry-After is read by the clock of whoever sent it', async () => {
    const at = Date.UTC(2031, 0, 1)
    const headers = {
      date: new Date(at).toUTCString(),
      'retry-after': new Date(at + 30_000).toUTCString(),
    }
    const { http } = await stage({}, () => ({ status: 429, headers }))

    await expect(http.read('/api/users')).rejects.toMatchObject({ code: 'plex_busy', retryAfterMs: 30_000 })
  })

  test.each([
    [undefined, 'Try again in a while.'],
    [0, 'Try again in 1 s.'],
    [1_500, 'Try again in 2 s.'],
    [120_000, 'Try again in 120 s.'],
    [3_600_000, 'Try again in 60 min.'],
  ])('after %s ms the sentence says when to try again', (retryAfterMs, words) => {
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
    const error = errorFor({ kind: 'refused', status: 429, reason: 'HTTP 429', ...wait }, 'plex.tv')

    expect(error.message).toBe(`plex.tv takes no more requests just now. ${words}`)
    expect(error.retryAfterMs).toBe(retryAfterMs)
  })
})

describe('secrets', () => {
  const words = `Bad X-Plex-Token=${token} for pat@example.test`
  const json = { type: 'application/json', body: JSON.stringify({ errors: [{ message: words }] }) }
  const xml = { type: 'text/xml', body: `<Response status="${words}"/>` }

  test.each<[string, () => SimAnswer | Promise<SimAnswer>]>([
    ['JSON that repeats the token', () => ({ status: 400, ...json })],
    ['XML that repeats it', () => ({ status: 403, ...xml })],
    ['a 401 that repeats it', () => ({ status: 401, ...json })],
    ['a 500 that repeats it', () => ({ status: 500, ...xml })],
    ['a page that repeats it', () => ({ status: 200, type: 'text/html', body: `<html>${token}</html>` })],
    ['half a document', () => ({ status: 200, type: 'application/json', body: `{"a":"${token}` })],
    ['a redirect', () => ({ status: 301, headers: { location: `http://127.0.0.1:1/?t=${token}` } })],
    ['silence', () => new Promise(() => {})],
    ['a list that cannot be read', () => ({ status: 200, ...json })],
  ])('neither the token nor an address shows in the error after %s', async (_what, answer) => {
    const { http } = await stage({ timeoutMs: 50 }, answer)
    const account = createPlexAccount({ plexTv: http, clients: http })
    const machineIdentifier = 'abc'
    const settings = { downloads: false, filters: noFilters }
    const calls = [
      account.owner(),
      account.friends(),
      account.shares(),
      account.grants(),
      account.setSettings({ plexId: '5', settings }),
      account.removeShare({ machineIdentifier, shareId: '5' }),
      account.grantItem({ machineIdentifier, plexId: '5', ratingKey: '1' }),
      account.invite({
        machineIdentifier,
        to: { name: 'pat@example.test' },
        libraryKeys: ['3'],
        filters: noFilters,
      }),
    ]

    for (const result of await Promise.allSettled(calls)) {
      const shown = inspect(result, { depth: 10, showHidden: true })
      expect(shown).not.toContain(token)
      expect(shown).not.toContain('pat@example.test')
      expect(shown).not.toContain('127.0.0.1')
    }
    expect(
      (await Promise.allSettled(calls)).filter((one) => one.status === 'rejected').length,
    ).toBeGreaterThan(5)
  })
})

describe('what came of a request', () => {
  test.each<[string, SimAnswer]>([
    ['ok', { status: 200, type: 'application/json', body: '{}' }],
    ['4xx', { status: 404 }],
    ['429', { status: 429 }],
    ['5xx', { status: 503 }],
    ['unreadable', { status: 200, type: 'text/html', body: '<html></html>' }],
    ['unreadable', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
  ])('is told as %s, with the time that it took', async (outcome, answer) => {
    const answered: Answered[] = []
    const { http, clock } = await stage({ onAnswered: (one) => answered.push(one) }, async () => {
      await clock.advance(250)
      return answer
    })
    await http.ask({ method: 'GET', path: '/api/users' })

    expect(answered).toEqual([{ outcome, tookMs: 250 }])
  })

  test('is told when no answer came', async () => {
    const outcomes: string[] = []
    const onAnswered = ({ outcome }: Answered) => outcomes.push(outcome)
    const nowhere = await stage({ onAnswered, url: () => 'http://127.0.0.1:1' })
    const silent = await stage({ onAnswered, timeoutMs: 50 }, () => new Promise(() => {}))
    const broken = await stage({ onAnswered })
    broken.faults.next({ match: 'GET /', act: { kind: 'reset', when: 'before' } })
    for (const { http } of [nowhere, silent, broken]) await http.ask({ method: 'GET', path: '/api/users' })

    expect(outcomes).toEqual(['no_connection', 'timeout', 'reset'])
  })

  test('is not told of what was never sent', async () => {
    const answered: Answered[] = []
    const { http } = await stage({ onAnswered: (one) => answered.push(one) })

    await expect(http.ask({ method: 'GET', path: '/api/friends/5' })).rejects.toThrow('no business')
    expect(answered).toEqual([])
  })

  test('is told for both sides of Plex apart', async () => {
    const asked: string[] = []
    const { plexServer, plexAccount, server } = await stagePlex({
      connection: { onAnswered: (side, { outcome }) => asked.push(`${side} ${outcome}`) },
    })
    await plexServer.sessions()
    server.faults.next({ match: 'GET /status/sessions', act: { kind: 'html' } })
    await expect(plexServer.sessions()).rejects.toThrow()
    await plexAccount.owner()

    expect(asked).toEqual(['server ok', 'server unreadable', 'account ok'])
  })
})

describe('the media server', () => {
  test('is asked at once while plex.tv is being waited for', async () => {
    const { plexServer, plexAccount, plexTv, clock } = await stagePlex()
    const busy = { kind: 'answer', status: 429, headers: { 'retry-after': '8' } } as const
    plexTv.faults.next({ match: 'GET /api/v2/user', act: busy })
    const waiting = plexAccount.owner()
    await until('the wait', () => clock.sleeping() === 1)

    expect(await plexServer.sessions()).toEqual([])
    await clock.advance(8_000)
    expect(await waiting).toMatchObject({ username: 'quill' })
  })
})

test('the queue lets a request that is not allowed fail, and goes on', async () => {
  const { http, clock } = await stage()
  const limited = createLimiter({ clock })(http)

  for (let i = 0; i < 3; i += 1) {
    await expect(limited.read('/api/friends/5')).rejects.toThrow('no business')
  }
  expect(await limited.read('/api/users')).toEqual({})
})

async function stage(
  needs: Partial<PlexHttpNeeds> = {},
  answer: (request: SimRequest) => SimAnswer | Promise<SimAnswer> = () => ({
    status: 200,
    type: 'application/json',
    body: '{}',
  }),
) {
  const clock = createTestClock()
  const requests: SimRequest[] = []
  const server = await startSimServer({
    clock,
    answer: (request) => {
      requests.push(request)
      return answer(request)
    },
  })
  onTestFinished(() => server.close())

  const http = createPlexHttp({
    name: 'plex.tv',
    url: () => server.url,
    token: () => token,
    clientIdentifier: 'otp-test-0001',
    version: '0.1.0',
    timeoutMs: 1_000,
    compressed: true,
    allowed: allowedAtAccount,
    clock,
    ...needs,
  })
  return { http, clock, requests, url: server.url, faults: server.faults }
}
