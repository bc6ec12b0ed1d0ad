import { Routes } from 'discord.js'
import { describe, expect, test } from 'vitest'
import { createRequests } from '../../src/discord/requests.js'
import { startSimServer } from '../../src/simulator/plex/http.js'
import type { Answered } from '../../src/util/answered.js'
import { createTestClock } from '../support/clock.js'
import { until } from '../support/until.js'
import { aClient, aDiscord, configFor } from './evening.js'

describe('a request to Discord', () => {
  test('is told with what came of it and how long it took', async () => {
    const { answered, send, clock, server } = await stage()
    for (const status of [200, 204, 302, 404, 429, 503]) {
      server.faults.next({ match: 'GET /', act: { kind: 'answer', status } })
      await send('/')
    }
    server.faults.next({ match: 'GET /', act: { kind: 'delay', ms: 300 } })
    const slow = send('/')
    await until('the request', () => clock.sleeping() === 1)
    await clock.advance(300)
    await slow

    expect(answered.map(({ outcome, tookMs }) => `${outcome} ${tookMs}`)).toEqual([
      'ok 0',
      'ok 0',
      'unreadable 0',
      '4xx 0',
      '429 0',
      '5xx 0',
      'ok 300',
    ])
  })

  test('that gets no answer is told as well, and fails as before', async () => {
    const { answered, send, server } = await stage()
    server.faults.next({ match: 'GET /', act: { kind: 'reset', when: 'before' } })
    await expect(send('/')).rejects.toThrow()
    server.faults.next({ match: 'GET /', act: { kind: 'hang', when: 'before' } })
    const given = new AbortController()
    const hanging = send('/', given.signal)
    await until('the request', () => server.journal.length === 2)
    given.abort()
    await expect(hanging).rejects.toThrow()
    await server.close()
    await expect(send('/')).rejects.toThrow()

    expect(answered.map(({ outcome }) => outcome)).toEqual(['reset', 'timeout', 'no_connection'])
  })

  test('that may not leave this machine is never sent', async () => {
    const answered: Answered[] = []
    const makeRequest = createRequests({
      fenced: true,
      clock: createTestClock(),
      onAnswered: (one) => answered.push(one),
    })

    await expect(makeRequest('https://discord.com/api/v10/gateway', {})).rejects.toThrow(/another machine/)
    expect(answered).toEqual([])
  })
})

test('a client tells of everything that it asks', async () => {
  const discord = await aDiscord()
  const answered: Answered[] = []
  const { client } = aClient(configFor(discord), undefined, (one) => answered.push(one))
  client.start()
  await until('the login', () => client.health().ok)
  expect(discord.calls).toHaveLength(answered.length)
  expect(answered.map(({ outcome }) => outcome)).toContain('ok')

  await expect(client.rest()?.get(Routes.channel('1420000000000000098'))).rejects.toThrow()
  expect(answered.at(-1)?.outcome).toBe('4xx')
})

async function stage() {
  const clock = createTestClock()
  const answered: Answered[] = []
  const server = await startSimServer({ clock, answer: () => ({ status: 200, body: '{}' }) })
  const makeRequest = createRequests({ fenced: false, clock, onAnswered: (one) => answered.push(one) })
  return { clock, answered, server, send }

  async function send(path: string, signal?: AbortSignal): Promise<void> {
    const response = await makeRequest(`${server.url}${path}`, {
      method: 'GET',
      ...(signal && { signal }),
    })
    await response.text()
  }
}
