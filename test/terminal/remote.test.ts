import { createServer, type RequestListener } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { createRemote } from '../../src/terminal/remote.js'
import { anAssignment, assignedAnswer, aViolation } from '../rest/answers.js'
import { startService, testKey } from '../rest/service.js'
import { fakeCore } from '../support/fake-core.js'
import { until } from '../support/until.js'

const stops: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

/** Something that is not OTP. */
async function stranger(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => new Promise((resolve) => server.close(resolve)))

  const address = server.address()
  return typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : ''
}

test('an assignment comes back as the core gave it, in the shape of the API', async () => {
  const assigned = assignedAnswer({ assignment: anAssignment({ expiresAt: Date.UTC(2026, 10, 27, 19) }) })
  const service = await startService(fakeCore({ assign: async () => assigned }), {
    config: { basePath: '/otp' },
  })
  stops.push(service.stop)
  const remote = createRemote({ url: `${service.url}/`, key: testKey })

  const done = await remote.assign({ guest: 'robin', media: '101' })

  expect(done).toMatchObject({ id: 'a1', expiresAt: '2026-11-27T19:00:00.000Z', link: assigned.link })
})

test('a page of violations keeps its cursor', async () => {
  const service = await startService(
    fakeCore({ violations: async () => ({ items: [aViolation()], next: 'v0' }) }),
  )
  stops.push(service.stop)
  const remote = createRemote({ url: service.url, key: testKey })

  expect(await remote.violations({ guest: 'robin', limit: 1 })).toMatchObject({
    items: [{ id: 'v1' }],
    next: 'v0',
  })
})

test('what is not OTP is told apart from what refuses', async () => {
  const cases: [string, RequestListener][] = [
    ['a page', (_, response) => response.end('<html></html>')],
    ['another API', (_, response) => response.writeHead(404).end('{"message":"no"}')],
    ['a redirect', (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['another shape', (_, response) => response.end('{"error":false,"reason":"","result":{}}')],
  ]

  for (const [what, answer] of cases) {
    const remote = createRemote({ url: await stranger(answer), key: 'k' })

    await expect(remote.status(), what).rejects.toMatchObject({
      code: 'service_unreachable',
      message: expect.stringContaining('is not OTP'),
    })
  }
})

test('a connection that breaks off is a service that cannot be reached', async () => {
  const remote = createRemote({ url: await stranger((request) => request.socket.destroy()), key: 'k' })

  await expect(remote.status()).rejects.toMatchObject({
    code: 'service_unreachable',
    message: expect.stringContaining('ECONNRESET'),
  })
})

test('an order that may have to copy files is waited for when everything else has timed out', async () => {
  const held: (() => void)[] = []
  const assigned = async () => {
    await new Promise<void>((resolve) => held.push(resolve))
    return assignedAnswer()
  }
  const service = await startService(
    fakeCore({ assign: assigned, status: () => new Promise(() => undefined) }),
  )
  stops.push(service.stop)
  const remote = createRemote({ url: service.url, key: testKey, timeoutMs: 50 })

  const giving = [
    remote.assign({ guest: 'robin', media: '101' }),
    remote.shareLibrary({ guest: 'robin', media: '101' }),
  ]
  await until('both to wait', () => held.length === 2)
  await expect(remote.status()).rejects.toMatchObject({ code: 'service_unreachable' })
  for (const answer of held) answer()

  expect(await Promise.all(giving)).toMatchObject([{ id: 'a1' }, { id: 'a1' }])
})

test('a refusal with a code of a later version keeps its sentence', async () => {
  const url = await stranger((_, response) => {
    response.writeHead(418).end('{"error":true,"code":"teapot","reason":"No coffee here.","result":null}')
  })

  await expect(createRemote({ url, key: 'k' }).status()).rejects.toMatchObject({
    code: 'conflict',
    message: 'No coffee here.',
  })
})

test('the key travels in a header and nowhere else', async () => {
  const seen: (string | undefined)[] = []
  const url = await stranger((request, response) => {
    seen.push(request.url, request.headers.authorization)
    response.end('{"error":false,"reason":"","result":[],"next":null}')
  })

  await createRemote({ url, key: 'k' }).search('arrival & co')

  expect(seen).toEqual(['/api/v1/media?query=arrival+%26+co', 'Bearer k'])
})
