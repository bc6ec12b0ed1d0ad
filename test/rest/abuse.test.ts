import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import type { Core } from '../../src/core/api.js'
import { createMetrics } from '../../src/metrics/metrics.js'
import type { RestNeeds } from '../../src/rest/server.js'
import { failure } from '../../src/wire/shapes.js'
import { aMovie } from '../support/builders.js'
import { readExposition, valueIn } from '../support/exposition.js'
import { fakeCore } from '../support/fake-core.js'
import { until } from '../support/until.js'
import { aStatus } from './answers.js'
import { sendRaw } from './raw-request.js'
import { json, startService, testKey } from './service.js'

const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

/** A service that counts what it answers; a core that is asked for anything else fails the test. */
async function serve(answers: Partial<Core> = {}, more: { patience?: RestNeeds['patience'] } = {}) {
  const metrics = createMetrics()
  const service = await startService(fakeCore(answers), { ...more, onAnswered: metrics.apiAnswered })
  stops.push(service.stop)
  return { ...service, counted }

  async function counted(name: string, labels: Record<string, string>): Promise<number> {
    const never = () => Promise.reject(new Error('Nobody asked'))
    const { text } = await metrics.page({ status: never, parts: never })
    return valueIn(readExposition(text), name, labels) ?? 0
  }
}

const typed = (type: string, body: string) => ({ body, headers: { 'Content-Type': type } })
const withKey = `Host: otp\r\nX-Api-Key: ${testKey}\r\n`

describe('what is no decent request is refused in the one envelope, and counted', () => {
  test('bodies that are too large, too deep, broken, or of another kind', async () => {
    const { api, counted } = await serve()
    const deep = `{"guest": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    const bomb = gzipSync(`{"guest": "${'x'.repeat(5_000_000)}"}`)
    const many = new FormData()
    for (let at = 0; at < 60; at += 1) many.append(`field${at}`, 'x')
    const twice = { 'Content-Type': 'application/json', 'Idempotency-Key': 'k-1' }

    const answers = {
      large: await api('POST /assignments', json({ guest: 'x'.repeat(1024 * 1024), media: '1' })),
      deep: await api('POST /assignments', typed('application/json', deep)),
      'deep, and to be remembered': await api('POST /assignments', { body: deep, headers: twice }),
      packed: await api('POST /assignments', {
        body: new Blob([new Uint8Array(bomb)]),
        headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
      }),
      broken: await api('POST /assignments', typed('application/json', '{"guest": "robin",')),
      'of another alphabet': await api(
        'POST /assignments',
        typed('application/json; charset=ebcdic', '{"guest":"robin"}'),
      ),
      'of another kind': await api('POST /assignments', typed('application/xml', '<guest>robin</guest>')),
      'in too many parts': await api('POST /assignments', { body: many }),
    }

    expect(Object.fromEntries(Object.entries(answers).map(([what, { status }]) => [what, status]))).toEqual({
      large: 413,
      deep: 400,
      'deep, and to be remembered': 400,
      packed: 413,
      broken: 400,
      'of another alphabet': 400,
      'of another kind': 415,
      'in too many parts': 413,
    })
    for (const { body } of Object.values(answers)) expect(failure.parse(body).result).toBeNull()
    const route = '/api/v1/assignments'
    expect(await counted('otp_http_requests_total', { method: 'POST', route, status: '413' })).toBe(3)
    expect(await counted('otp_http_refusals_total', { code: 'payload_too_large' })).toBe(3)
    expect(await counted('otp_http_refusals_total', { code: 'invalid_input' })).toBe(4)
  })

  test('names that mean something to the language mean nothing in bodies, forms and queries', async () => {
    const { api } = await serve()
    const form = (text: string) => ({ body: new URLSearchParams(text) })
    const tried = [
      await api('POST /assignments', typed('application/json', '{"__proto__":{"add":true},"guest":"a"}')),
      await api('POST /assignments', json({ guest: 'a', media: '1', constructor: { prototype: { x: 1 } } })),
      await api('POST /assignments', json({ guest: 'a', media: '1', toString: 'x' })),
      await api('POST /assignments', json({ guest: 'a', media: '1', add: '__proto__' })),
      await api('POST /assignments', json({ guest: 'a', media: '1', add: 'constructor' })),
      await api('POST /request/add', form('__proto__[add]=1&plexUsername=a&ratingKey=1')),
      await api('POST /request/add', form('constructor=1&plexUsername=a&ratingKey=1')),
      await api('POST /request/add?plexpass=constructor', form('plexUsername=a&ratingKey=1')),
      await api('GET /assignments?__proto__=1'),
      await api('GET /assignments?constructor[prototype][x]=1'),
      await api('GET /assignments?state=__proto__'),
      await api('GET /assignments?guest=a&guest=b'),
    ]

    expect(tried.map(({ status }) => status)).toEqual(Array(tried.length).fill(400))
    expect(Object.hasOwn(Object.prototype, 'add') || Object.hasOwn(Object.prototype, 'x')).toBe(false)
  })

  test('ids and addresses that lead elsewhere lead nowhere', async () => {
    const { api, raw } = await serve()
    const refused: [string, number][] = [
      ['/api/v1/assignments/../keys', 404],
      ['/api/v1/assignments/..%2Fkeys', 400],
      ['/api/v1/assignments/%2e%2e%2f%2e%2e%2fetc%2fpasswd', 400],
      ['/api/v1/assignments/a%00b', 400],
      ['/api/v1/assignments/a%0d%0aX-Evil:1', 400],
      ['/api/v1/assignments/%E0%A4%A', 400],
      ['/api/v1/media/1%2Fchildren', 400],
      ['/api/v1/media/-1', 400],
      ['/api/v1/violations/..', 400],
      ['/api/v1/libraries/1', 405],
      ['/api/v1//assignments', 404],
      ['/API/V1/assignments', 404],
      ['/docs/..%2f..%2fpackage.json', 404],
      ['//evil.example/api/v1/assignments', 404],
    ]

    for (const [path, status] of refused) {
      const answer = await raw(path)
      expect({ path, status: answer.status }).toEqual({ path, status })
      expect(failure.parse(answer.body).result).toBeNull()
    }
    const evil = await api('DELETE /keys/..')
    expect(evil.status).toBe(404)
  })

  test('control characters, endless queries and made-up methods', async () => {
    const { api, url, counted } = await serve()
    const answers = [
      await api('GET /media?query=%00arrival'),
      await api('GET /media?query=a%1B%5B31m'),
      await api(`GET /media?query=${'x'.repeat(3_000)}`),
      await api('POST /invitations', json({ invitee: 'rob\nin', library: 'Films' })),
      await api('PURGE /media?query=x'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 405])

    const longest = await sendRaw(url, `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n${withKey}\r\n`)
    expect(longest).toMatchObject({ status: 431, body: { error: true, code: 'headers_too_large' } })
    expect(await counted('otp_http_requests_total', { method: 'other', route: 'none', status: '431' })).toBe(
      1,
    )
  })

  test('a flood of headers, and what is no HTTP', async () => {
    const { url, counted } = await serve()
    const flood = Array.from({ length: 3_000 }, (_, at) => `X-${at}: y\r\n`).join('')
    const smuggled = `POST /api/v1/keys HTTP/1.1\r\n${withKey}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`

    const flooded = await sendRaw(url, `GET /healthz HTTP/1.1\r\nHost: otp\r\n${flood}\r\n`)
    const twoLengths = await sendRaw(url, smuggled)
    const noise = await sendRaw(url, '\u0016\u0003\u0001 nonsense\r\n\r\n')

    expect(flooded).toMatchObject({ status: 431, body: { error: true, code: 'headers_too_large' } })
    for (const answer of [twoLengths, noise])
      expect(answer).toMatchObject({
        status: 400,
        body: { error: true, code: 'invalid_input', result: null },
      })
    expect(noise.headers.connection).toBe('close')
    expect(await counted('otp_http_refusals_total', { code: 'headers_too_large' })).toBe(1)
    expect(await counted('otp_http_refusals_total', { code: 'invalid_input' })).toBe(2)
  })

  test('whoever sends by drops is cut off, in the headers and in the body', async () => {
    const { url, counted } = await serve({}, { patience: { headersMs: 60, requestMs: 120 } })
    const headers = sendRaw(url, 'GET /healthz HTTP/1.1\r\nHost: otp\r\n', dripping('X-Slow: 1\r\n'))
    const length = `${withKey}Content-Type: application/json\r\nContent-Length: 900\r\n`
    const body = sendRaw(url, `POST /api/v1/assignments HTTP/1.1\r\n${length}\r\n`, dripping(' '))

    for (const answer of await Promise.all([headers, body]))
      expect(answer).toMatchObject({ status: 408, body: { error: true, code: 'request_timeout' } })
    expect(await counted('otp_http_refusals_total', { code: 'request_timeout' })).toBe(2)
  })
})

test('a caller who goes away in the middle is not answered, and nothing is done', async () => {
  const { url, lines, counted } = await serve()
  const headers = `${withKey}Content-Type: application/json\r\nContent-Length: 900\r\n`
  const gone = sendRaw(url, `POST /api/v1/assignments HTTP/1.1\r\n${headers}\r\n{"guest":`, (socket) =>
    socket.destroy(),
  )

  await expect(gone).rejects.toThrow('without an answer')
  await until('the service to be free', async () => (await fetch(`${url}/healthz`)).status === 200)
  expect(await counted('otp_http_refusals_total', { code: 'internal' })).toBe(0)
  expect(lines.filter(({ level }) => level === 'error')).toEqual([])
})

test('markup, mentions and headers in titles come back as the text that they are', async () => {
  const title = '<script>alert(1)</script> @everyone [x](javascript:1)\r\nX-Evil: 1 \u202Egnp'
  const { api } = await serve({ search: async () => [aMovie({ title })], status: async () => aStatus() })
  const { body, headers } = await api('GET /media?query=x')

  expect(body).toMatchObject({ result: [{ title }] })
  expect(headers.get('Content-Type')).toBe('application/json; charset=utf-8')
  expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
  expect(headers.get('X-Evil')).toBeNull()
})

/** Goes on sending a little, for as long as anybody listens. */
function dripping(drop: string) {
  return (socket: Socket) => {
    const timer = setInterval(() => socket.write(drop), 10)
    socket.once('close', () => clearInterval(timer))
  }
}
