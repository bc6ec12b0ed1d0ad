import { afterEach, describe, expect, test } from 'vitest'
import { createApiKeys } from '../../src/core/keys/api-keys.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { secrets } from '../../src/util/secrets.js'
import { createTestClock } from '../support/clock.js'
import { fakeCore } from '../support/fake-core.js'
import { until } from '../support/until.js'
import { aStatus, assignedAnswer } from './answers.js'
import { json, startService, testKey } from './service.js'

const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

/** A service with real keys over a store; counts what the core was asked to assign. */
async function serve() {
  const store = createMemoryStore()
  const clock = createTestClock()
  const keys = createApiKeys({ store, secrets, clock })
  let assigned = 0
  let held: Promise<void> = Promise.resolve()
  const core = fakeCore({
    keys: keys.list,
    makeKey: keys.make,
    removeKey: keys.remove,
    findKey: keys.find,
    status: async () => aStatus(),
    startMonitor: async () => aStatus(),
    assign: async () => {
      assigned += 1
      await held
      return assignedAnswer()
    },
  })
  const service = await startService(core, { store, clock })
  stops.push(service.stop)
  return { ...service, store, clock, assigned: () => assigned, holdAssign, make, as }

  /** What is assigned from now on waits until it is let go. */
  function holdAssign() {
    let release = () => {}
    held = new Promise((resolve) => {
      release = resolve
    })
    return { release: () => release() }
  }

  async function make(name: string, scope: string): Promise<string> {
    const { body } = await service.api('POST /keys', json({ name, scope }))
    return String(resultOf(body).key)
  }

  function as(key: string, line: string, init: RequestInit = {}) {
    const headers = { ...Object.fromEntries(new Headers(init.headers)), 'X-Api-Key': key }
    return service.ask(line.replace(' ', ' /api/v1'), { ...init, headers })
  }
}

const lend = json({ guest: 'robin', media: '101' })

describe('keys by name', () => {
  test('are answered once, kept as a hash, listed with their last use, and removed', async () => {
    const { api, make, as, store, clock } = await serve()
    const key = await make('kitchen', 'read')
    expect(key).toMatch(/^otp_[\w-]{43}$/)
    expect(JSON.stringify(await store.page('key', { limit: 10 }))).not.toContain(key)

    await clock.leap(60_000)
    expect((await as(key, 'GET /monitor')).status).toBe(200)
    const { body } = await api('GET /keys')
    expect(body).toMatchObject({
      result: [
        {
          name: 'kitchen',
          scope: 'read',
          createdBy: 'key:owner',
          lastUsedAt: new Date(clock.now()).toISOString(),
        },
      ],
    })
    expect(JSON.stringify(body)).not.toContain('hash')

    expect((await api('DELETE /keys/kitchen')).status).toBe(200)
    expect((await as(key, 'GET /monitor')).status).toBe(401)
    expect((await api('DELETE /keys/kitchen')).status).toBe(404)
    expect(await make('kitchen', 'assign')).not.toBe(key)
  })

  test('may do what their scope allows, and are told what they lack', async () => {
    const { make, as, assigned } = await serve()
    const [read, assign, admin] = [
      await make('r', 'read'),
      await make('a', 'assign'),
      await make('x', 'admin'),
    ]
    const statuses = async (key: string) => [
      (await as(key, 'GET /monitor')).status,
      (await as(key, 'POST /assignments', lend)).status,
      (await as(key, 'POST /monitor/start')).status,
      (await as(key, 'GET /keys')).status,
    ]

    expect(await statuses(read)).toEqual([200, 403, 403, 403])
    expect(await statuses(assign)).toEqual([200, 201, 403, 403])
    expect(await statuses(admin)).toEqual([200, 201, 200, 200])
    expect(assigned()).toBe(2)
    expect((await as(read, 'GET /monitor/start')).body).toMatchObject({
      error: true,
      code: 'forbidden',
      reason: 'This key may do what "read" allows; that needs a key of scope "admin".',
    })
  })

  test('have one name each, and none takes that of the configuration', async () => {
    const { api, make } = await serve()
    await make('kitchen', 'read')

    expect((await api('POST /keys', json({ name: 'kitchen', scope: 'admin' }))).status).toBe(409)
    expect((await api('POST /keys', json({ name: 'owner', scope: 'admin' }))).status).toBe(409)
    expect((await api('DELETE /keys/owner')).status).toBe(409)
    expect((await api('POST /keys', json({ name: '../x', scope: 'root' }))).status).toBe(400)
  })

  test('ask only so much; the one of the configuration has no such limit', async () => {
    const { api, make, as, clock } = await serve()
    const key = await make('loop', 'read')
    const ask = async (times: number, asked: () => Promise<{ status: number }>) => {
      const answers = await Promise.all(Array.from({ length: times }, asked))
      return answers.filter((one) => one.status === 429).length
    }

    expect(await ask(310, () => as(key, 'GET /monitor'))).toBe(10)
    const refused = await as(key, 'GET /monitor')
    expect(refused.body).toMatchObject({ code: 'too_many_requests' })
    expect(Number(refused.headers.get('Retry-After'))).toBe(1)
    await clock.leap(1_000)
    expect((await as(key, 'GET /monitor')).status).toBe(200)
    expect(await ask(310, () => api('GET /monitor'))).toBe(0)
  })
})

describe('who guesses keys', () => {
  test('has to wait, also with the right one, and then goes on', async () => {
    const { ask, clock } = await serve()
    const attempt = (key: string) => ask('GET /api/v1/monitor', { headers: { 'X-Api-Key': key } })

    for (let at = 0; at < 20; at += 1) expect((await attempt(`wrong-${at}`)).status).toBe(401)
    const held = await attempt(testKey)
    expect(held.status).toBe(429)
    expect(Number(held.headers.get('Retry-After'))).toBe(5)
    expect((await ask('GET /healthz')).status).toBe(200)

    await clock.leap(5_000)
    expect((await attempt(testKey)).status).toBe(200)
  })

  test.each([
    [false, 'whoever asks', 429],
    [true, 'the nearest proxy saw', 401],
  ])('with trust_proxy %s is told by the address that %s', async (trustProxy, _, forAnother) => {
    const service = await startService(fakeCore(), { config: { trustProxy } })
    stops.push(service.stop)
    const attempt = (from: string) =>
      service.ask('GET /api/v1/monitor', { headers: { 'X-Api-Key': 'wrong', 'X-Forwarded-For': from } })

    // What stands before the last address is whatever the caller has sent.
    for (let at = 0; at < 20; at += 1) await attempt(`203.0.113.${at}, 198.51.100.1`)
    expect((await attempt('192.0.2.1, 198.51.100.1')).status).toBe(429)
    expect((await attempt('198.51.100.2')).status).toBe(forAnother)
  })
})

describe('Idempotency-Key', () => {
  const once = (key: string, body: unknown) => ({
    ...json(body),
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
  })

  test('the same request again is answered the same, and nothing is done twice', async () => {
    const { api, assigned } = await serve()
    const request = once('k-1', { guest: 'robin', media: '101' })
    const first = await api('POST /assignments', request)
    const again = await api('POST /assignments', request)

    expect([first.status, again.status, assigned()]).toEqual([201, 201, 1])
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(first.headers.get('Idempotency-Replayed')).toBeNull()
  })

  test('belongs to one request and one caller, for a day', async () => {
    const { api, make, as, assigned, clock } = await serve()
    await api('POST /assignments', once('k-1', { guest: 'robin', media: '101' }))

    expect(
      (await api('POST /assignments', once('k-1', { guest: 'robin', media: '102' }))).body,
    ).toMatchObject({
      code: 'conflict',
      reason: expect.stringContaining('Idempotency-Key'),
    })
    const other = await make('script', 'assign')
    await as(other, 'POST /assignments', once('k-1', { guest: 'robin', media: '101' }))
    await clock.leap(25 * 3_600_000)
    await api('POST /assignments', once('k-1', { guest: 'robin', media: '101' }))
    expect(assigned()).toBe(3)
  })

  test('of many at once one is worked on, the others are told to wait', async () => {
    const { api, assigned, holdAssign } = await serve()
    const request = once('k-1', { guest: 'robin', media: '101' })
    const hold = holdAssign()
    const first = api('POST /assignments', request)
    await until('the first to be worked on', () => assigned() === 1)
    const second = await api('POST /assignments', request)
    hold.release()

    expect([(await first).status, second.status, assigned()]).toEqual([201, 409, 1])
    expect(second.body).toMatchObject({
      code: 'conflict',
      reason: expect.stringContaining('still being worked on'),
    })
  })

  test('never keeps a secret, and must be readable', async () => {
    const { api, store } = await serve()
    await api('POST /keys', once('k-1', { name: 'kitchen', scope: 'read' }))
    expect(await store.page('answer', { limit: 10 })).toEqual([])

    expect((await api('POST /assignments', once('a b', { guest: 'r', media: '1' }))).status).toBe(400)
  })
})

test('the page of the API is served from the package, without a key, and fetches nothing from elsewhere', async () => {
  const { url } = await serve()
  const page = await fetch(`${url}/docs`)
  const text = await page.text()

  expect(page.headers.get('Content-Type')).toContain('text/html')
  expect(page.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
  expect(text).not.toMatch(/https?:/)
  const [style, ...scripts] = [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map((it) => it[1] ?? '')
  for (const asset of [style, ...scripts]) expect((await fetch(`${url}${asset}`)).status).toBe(200)
  expect((await fetch(`${url}/docs/../package.json`)).status).toBe(401)
  expect((await fetch(`${url}/docs/%2e%2e/package.json`)).status).not.toBe(200)
})

function resultOf(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || !('result' in body)) throw new Error('No result')
  return Object.fromEntries(Object.entries(body.result ?? {}))
}
