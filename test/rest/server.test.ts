import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Core, MonitorStatus } from '../../src/core/api.js'
import { type ErrorCode, OtpError } from '../../src/core/errors.js'
import type { RestConfig } from '../../src/rest/server.js'
import type { WireReadiness } from '../../src/wire/shapes.js'
import { aMovie } from '../support/builders.js'
import { fakeCore } from '../support/fake-core.js'
import { until } from '../support/until.js'
import { anAssignment, aStatus } from './answers.js'
import { json, startService, testKey } from './service.js'

const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

async function serve(
  answers: Partial<Core> = {},
  more: { config?: Partial<RestConfig>; ready?: WireReadiness } = {},
) {
  const service = await startService(fakeCore(answers), more)
  stops.push(service.stop)
  return service
}

const watching = { status: async () => aStatus() }

test('either header brings the key', async () => {
  const { ask } = await serve(watching)
  const withHeaders = (headers: Record<string, string>) => ask('GET /api/v1/monitor', { headers })

  const bearer = await withHeaders({ Authorization: `Bearer ${testKey}` })
  const plain = await withHeaders({ 'X-Api-Key': testKey })

  expect([bearer.status, plain.status]).toEqual([200, 200])
})

test('without the key, or with a wrong one, every address is closed, known or not', async () => {
  const { ask } = await serve()
  const attempts: [string, Record<string, string>][] = [
    ['GET /api/v1/monitor', {}],
    ['POST /api/v1/assignments', {}],
    ['DELETE /api/v1/assignments?confirm=all', { 'X-Api-Key': `${testKey}x` }],
    ['GET /api/v1/nothing', { Authorization: 'Bearer ' }],
    ['GET /api/v1/monitor?key=key-for-tests-0123456789', { Authorization: 'Basic abc' }],
    ['GET /healthz/x', {}],
    ['GET /', {}],
  ]

  for (const [line, headers] of attempts) {
    const { status, headers: answered, body } = await ask(line, { headers })

    expect({ line, status }).toEqual({ line, status: 401 })
    expect(answered.get('WWW-Authenticate')).toBe('Bearer')
    expect(body).toMatchObject({ error: true, code: 'unauthenticated', result: null })
  }
})

test('a service without a key lets nobody pass', async () => {
  const { ask } = await serve(watching, { config: { key: '' } })

  expect((await ask('GET /api/v1/monitor')).status).toBe(401)
  expect((await ask('GET /api/v1/monitor', { headers: { 'X-Api-Key': '' } })).status).toBe(401)
})

test('unknown addresses and wrong methods are told apart', async () => {
  const { api } = await serve()

  const unknown = await api('GET /assignmentz')
  const wrong = await api('PUT /assignments')

  expect(unknown.status).toBe(404)
  expect(unknown.body).toMatchObject({ error: true, code: 'not_found', result: null })
  expect(wrong.status).toBe(405)
  expect(wrong.headers.get('Allow')?.split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'PATCH', 'POST'])
  expect(wrong.body).toMatchObject({ error: true, code: 'method_not_allowed', result: null })
})

test('bodies that cannot be read are refused in the same envelope', async () => {
  const { api } = await serve()
  const file = new FormData()
  file.set('guest', 'robin')
  file.set('media', new Blob(['x'.repeat(1000)]), 'arrival.mkv')
  const typed = (type: string, body: string) => ({ body, headers: { 'Content-Type': type } })

  const broken = await api('POST /assignments', typed('application/json', '{"guest": '))
  const poisoned = await api('POST /assignments', typed('application/json', '{"__proto__": {"add": true}}'))
  const list = await api('POST /assignments', json([]))
  const word = await api('POST /assignments', typed('application/json', '"robin"'))
  const text = await api('POST /assignments', typed('text/plain', 'guest=robin'))
  const untyped = await api('POST /assignments', { body: new Blob(['x']) })
  const large = await api('POST /assignments', json({ guest: 'x'.repeat(300 * 1024), media: '1' }))
  const withFile = await api('POST /assignments', { body: file })
  const boundless = await api('POST /assignments', typed('multipart/form-data', 'x'))

  const told = [broken, poisoned, list, word, text, untyped, large, withFile, boundless].map(
    (answer) => answer.status,
  )
  expect(told).toEqual([400, 400, 400, 400, 415, 415, 413, 400, 400])
  expect(broken.body).toMatchObject({ error: true, code: 'invalid_input', result: null })
  expect(list.body).toMatchObject({ reason: 'body: expected an object with fields.' })
  expect(text.body).toMatchObject({ error: true, code: 'unsupported_media_type', result: null })
  expect(large.body).toMatchObject({ error: true, code: 'payload_too_large', result: null })
  expect(withFile.body).toMatchObject({ code: 'invalid_input', reason: 'media: expected text, not a file.' })
})

test('a body that grows too large on the way is refused as well', async () => {
  const { api } = await serve()
  const endless = () =>
    new ReadableStream({
      start(controller) {
        for (let i = 0; i < 40; i += 1) controller.enqueue(new TextEncoder().encode(' '.repeat(10_000)))
        controller.close()
      },
    })
  const headers = { 'Content-Type': 'application/json' }

  // Fetch asks for `duplex` with a stream as the body; its types do not know the word.
  const init: RequestInit & { duplex: 'half' } = { body: endless(), headers, duplex: 'half' }
  const { status } = await api('POST /assignments', init)

  expect(status).toBe(413)
})

test('nested and repeated form fields are no way around the fields', async () => {
  const { api } = await serve()
  const form = (text: string) => ({ body: new URLSearchParams(text) })

  const nested = await api('POST /request/remove', form('plexUsername[x]=robin'))
  const repeated = await api('POST /request/remove', form('plexUsername=a&plexUsername=b'))

  expect(nested.body).toMatchObject({ code: 'invalid_input' })
  expect(repeated.body).toMatchObject({
    reason: 'plexUsername: expected a Plex username, e-mail address or numeric Plex id.',
  })
})

test('an answer that does not have its shape is our bug, not the caller’s', async () => {
  const { api, lines } = await serve({
    assignment: async () => anAssignment({ playsUsed: 0.5 }),
    search: async () => {
      throw new Error('secret internals')
    },
  })

  const shape = await api('GET /assignments/a1')
  const thrown = await api('GET /media?query=x')

  expect(shape.status).toBe(500)
  expect(shape.body).toEqual({
    error: true,
    code: 'internal',
    reason: 'Something went wrong (ref r1).',
    result: null,
  })
  expect(shape.headers.get('X-Request-Id')).toBe('r1')
  expect(thrown.body).toMatchObject({ reason: 'Something went wrong (ref r2).' })
  const failures = lines.filter((line) => line.level === 'error')
  expect(failures.map(({ data }) => data.id)).toEqual(['r1', 'r2'])
  expect(failures[1]?.data.error).toMatchObject({ message: 'secret internals' })
})

test('every refusal of the core has its status', async () => {
  const wanted: Record<ErrorCode, number> = {
    invalid_input: 400,
    unauthenticated: 401,
    forbidden: 403,
    not_found: 404,
    media_not_found: 404,
    guest_not_found: 404,
    library_not_found: 404,
    assignment_not_found: 404,
    violation_not_found: 404,
    ambiguous: 409,
    confirmation_needed: 409,
    conflict: 409,
    too_many_requests: 429,
    media_not_assignable: 422,
    guest_not_assignable: 422,
    fence_unavailable: 422,
    plex_unreachable: 503,
    plex_refused: 502,
    plex_pass_required: 502,
    plex_busy: 503,
    plex_token_rejected: 502,
    store_unavailable: 503,
    not_configured: 503,
    service_unreachable: 503,
  }
  let code: ErrorCode = 'conflict'
  const { api } = await serve({
    async status() {
      throw new OtpError(code, 'No.')
    },
  })
  const seen: Record<string, number> = {}

  for (code of Object.keys(wanted).filter((one): one is ErrorCode => one in wanted)) {
    seen[code] = (await api('GET /monitor')).status
  }

  expect(seen).toEqual(wanted)
})

test('a busy Plex that says for how long is passed on, in whole seconds', async () => {
  const answers: OtpError[] = [
    new OtpError('plex_busy', 'plex.tv is busy.', { retryAfterMs: 30_001 }),
    new OtpError('plex_busy', 'plex.tv is busy.'),
    new OtpError('plex_refused', 'No.', { retryAfterMs: 1_000 }),
  ]
  const { api } = await serve({
    async status() {
      throw answers.shift() ?? new Error('Asked too often')
    },
  })

  const seen: [number, string | null][] = []
  for (let left = answers.length; left > 0; left -= 1) {
    const { status, headers } = await api('GET /monitor')
    seen.push([status, headers.get('Retry-After')])
  }

  expect(seen).toEqual([
    [503, '31'],
    [503, null],
    [502, null],
  ])
})

test('the log knows the pattern of the address and nothing that was sent', async () => {
  const { api, lines } = await serve({
    assignments: async () => ({ items: [], next: null }),
    search: async () => [aMovie()],
  })

  await api('GET /assignments?guest=robin@example.org')
  await api('GET /monitor/nowhere-robin')

  const answered = lines.filter((line) => line.phrase === 'request answered')
  expect(answered.map(({ data }) => data)).toEqual([
    { id: 'r1', method: 'GET', route: '/api/v1/assignments', status: 200, ms: 0 },
    { id: 'r2', method: 'GET', route: 'none', status: 404, ms: 0 },
  ])
  expect(JSON.stringify(lines)).not.toContain('robin')
  expect(JSON.stringify(lines)).not.toContain(testKey)
})

test('alive and ready need no key, and ready says what is missing', async () => {
  const well = await serve()
  const ill = await serve(
    {},
    { ready: { plex: { ok: false, reason: 'No answer.' }, store: { ok: true }, discord: { ok: false } } },
  )

  expect((await well.ask('GET /healthz')).body).toEqual({ error: false, reason: '', result: { alive: true } })
  expect(await well.ask('GET /readyz')).toMatchObject({ status: 200, body: { error: false } })
  expect((await ill.ask('GET /healthz')).status).toBe(200)
  expect(await ill.ask('GET /readyz')).toMatchObject({
    status: 503,
    body: {
      error: true,
      code: 'plex_unreachable',
      reason: 'Not ready. Plex: No answer. Discord: no reason given',
      result: { plex: { ok: false, reason: 'No answer.' }, store: { ok: true }, discord: { ok: false } },
    },
  })
})

test('everything can live under a base path', async () => {
  const { url, ask, api } = await serve(watching, { config: { basePath: '/otp' } })

  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/otp$/)
  expect((await api('GET /monitor')).status).toBe(200)
  expect((await ask('GET /readyz')).status).toBe(200)
  expect((await fetch(url.replace('/otp', '/healthz'))).status).toBe(401)
})

test('only the named origins may read answers from a web page', async () => {
  const { api, ask } = await serve(watching, { config: { corsOrigins: ['https://otp.example.org'] } })
  const from = (origin: string) => ({ headers: { Origin: origin } })

  const friendly = await api('GET /monitor', from('https://otp.example.org'))
  const foreign = await api('GET /monitor', from('https://evil.example.org'))
  const preflight = await ask('OPTIONS /api/v1/monitor', from('https://otp.example.org'))

  expect(friendly.headers.get('Access-Control-Allow-Origin')).toBe('https://otp.example.org')
  expect(foreign.headers.get('Access-Control-Allow-Origin')).toBeNull()
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('Access-Control-Allow-Headers')).toContain('X-Api-Key')
})

test('stopping lets a running request finish and takes no new one', async () => {
  let finish: (status: MonitorStatus) => void = () => {}
  let asked = false
  const service = await startService(
    fakeCore({
      status() {
        asked = true
        return new Promise((resolve) => {
          finish = resolve
        })
      },
    }),
  )
  const running = service.api('GET /monitor')
  await until('the request has reached the core', () => asked)

  const stopped = service.stop()
  await expect(fetch(`${service.url}/healthz`)).rejects.toThrow()
  finish(aStatus())

  expect((await running).status).toBe(200)
  await stopped
})

test('stopping is not held up by a connection that stays open', async () => {
  const service = await startService(fakeCore())
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
  await new Promise((resolve) => socket.once('connect', resolve))
  const gone = new Promise((resolve) => socket.once('close', resolve))

  await service.stop()
  await gone
})

test('stopping does not wait for ever', async () => {
  let asked = false
  const service = await startService(
    fakeCore({
      status() {
        asked = true
        return new Promise(() => {})
      },
    }),
  )
  const cutOff = expect(service.api('GET /monitor')).rejects.toThrow()
  await until('the request has reached the core', () => asked)

  const stopped = service.stop()
  await service.clock.advance(5_000)

  await stopped
  await cutOff
})

test('a port that is taken is said in a sentence', async () => {
  const first = await serve()
  const port = Number(new URL(first.url).port)

  await expect(startService(fakeCore(), { config: { port } })).rejects.toThrow(
    `The REST API cannot listen on 127.0.0.1 port ${port}: the port is in use already.`,
  )
})
