import { expect, onTestFinished, test } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import { fakeCore } from '../support/fake-core.js'
import { aStatus } from './answers.js'
import { json, startService, testKey } from './service.js'

const page = {
  type: 'text/plain; version=0.0.4; charset=utf-8',
  text: '# TYPE otp_guests gauge\notp_guests 1\n',
}
const withKey = { headers: { 'X-Api-Key': testKey } }

test('the page is given as it is, with its own type, to whoever has the key', async () => {
  const { url } = await serve()
  const response = await fetch(`${url}/metrics`, { headers: { Authorization: `Bearer ${testKey}` } })

  expect(response.status).toBe(200)
  expect(await response.text()).toBe(page.text)
  expect(response.headers.get('Content-Type')).toBe(page.type)
  expect(response.headers.get('Cache-Control')).toBe('no-store')
})

test('without the key nobody gets it', async () => {
  const { ask, reads } = await serve()

  for (const headers of [{}, { 'X-Api-Key': 'wrong' }]) {
    const { status, body } = await ask('GET /metrics', { headers })
    expect(status).toBe(401)
    expect(body).toMatchObject({ error: true, code: 'unauthenticated', result: null })
  }
  expect(reads()).toBe(0)
})

test('it is only read, and only there', async () => {
  const { ask, api } = await serve()
  const head = await ask('HEAD /metrics', withKey)
  const wrong = await ask('POST /metrics', { ...json({}), headers: withKey.headers })
  const elsewhere = await api('GET /metrics')

  expect(head).toMatchObject({ status: 200, body: undefined })
  expect(wrong).toMatchObject({
    status: 405,
    body: { error: true, code: 'method_not_allowed', result: null },
  })
  expect(wrong.headers.get('Allow')?.split(', ').sort()).toEqual(['GET', 'HEAD'])
  expect(elsewhere.status).toBe(404)
})

test('it lives under the base path as everything does', async () => {
  const { url } = await serve({ config: { basePath: '/otp' } })

  expect((await fetch(`${url}/metrics`, withKey)).status).toBe(200)
  expect((await fetch(`${url.replace('/otp', '')}/metrics`, withKey)).status).toBe(404)
})

test('reading it does not fill the log', async () => {
  const { url, lines } = await serve()
  await fetch(`${url}/metrics`, withKey)

  expect(lines).toContainEqual(
    expect.objectContaining({ level: 'debug', data: expect.objectContaining({ route: '/metrics' }) }),
  )
})

test('every request is told with the pattern of its address, never with the address', async () => {
  const answered: unknown[] = []
  const { url, ask, api } = await serve({ onAnswered: (one) => answered.push(one) })
  await ask('GET /healthz')
  await fetch(`${url}/metrics`, withKey)
  await api('GET /monitor')
  await api('GET /assignments/a-secret-id')
  await api('GET /anything/robin@example.org')
  await ask('DELETE /api/v1/assignments')

  expect(answered).toEqual([
    { method: 'GET', route: '/healthz', status: 200 },
    { method: 'GET', route: '/metrics', status: 200 },
    { method: 'GET', route: '/api/v1/monitor', status: 200 },
    { method: 'GET', route: '/api/v1/assignments/:id', status: 404, refused: 'assignment_not_found' },
    { method: 'GET', route: 'none', status: 404, refused: 'not_found' },
    { method: 'DELETE', route: 'none', status: 401, refused: 'unauthenticated' },
  ])
})

async function serve(more: Parameters<typeof startService>[1] = {}) {
  let reads = 0
  const core = fakeCore({
    status: async () => aStatus(),
    assignment: () => Promise.reject(new OtpError('assignment_not_found', 'There is none.')),
  })
  const service = await startService(core, {
    metrics: async () => {
      reads += 1
      return page
    },
    ...more,
  })
  onTestFinished(service.stop)
  return { ...service, reads: () => reads }
}
