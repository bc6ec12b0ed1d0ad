import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { createTestClock } from '../support/clock.js'
import { createFeed, idOf } from '../support/fake-feed.js'
import { until } from '../support/until.js'
import { sitAt } from './desk.js'

/** A service that answers each connection in its turn. */
async function aService(...answers: ((request: IncomingMessage, response: ServerResponse) => void)[]) {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.headers['last-event-id']?.toString())
    const answer = answers.shift()
    if (answer) answer(request, response)
    else response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': \n\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  return { asked, url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` }
}

function frame(at: number, event: string): string {
  const monitor = { running: event === 'monitor.started', by: 'key:owner' }
  const data = { id: idOf(at), event, at: '2026-11-22T19:00:07.000Z', monitor }
  return `id: ${idOf(at)}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

it.each([
  ['lines for people', ['watch'], /^\d\d:00:07 {2}key:owner: monitor stopped\n$/],
  ['one value a line for scripts', ['watch', '--json'], /^\{"id":"\d+","event":"monitor\.stopped",.*\}\n$/],
])('shows what happens as %s, until it is interrupted', async (_, verb, expected) => {
  const over = new AbortController()
  const { feed, say, listeners } = createFeed(Date.UTC(2026, 10, 22, 19, 0, 7))
  // Whoever watches goes as soon as something was shown.
  const otp = await sitAt({ events: feed }, { interrupted: over.signal, onOut: () => over.abort() })
  const ended = otp(verb)
  await until('it to listen', () => listeners.size === 1)
  say('monitor.stopped')

  const { code, out, err } = await ended
  expect(out).toMatch(expected)
  expect({ code, err }).toEqual({ code: 0, err: '' })
})

it('goes on where a lost connection left off, and says both', async () => {
  const over = new AbortController()
  const clock = createTestClock()
  const open = { 'content-type': 'text/event-stream' }
  const { url, asked } = await aService(
    (_, response) => void response.writeHead(200, open).end(`retry: 3000\nid: ${idOf(1)}\n\n`),
    (request) => void request.socket.destroy(),
    (_, response) => void response.writeHead(502).end('Bad gateway'),
    (_, response) =>
      void response
        .writeHead(200, open)
        .write(`event: missed\ndata: {"event":"missed"}\n\n${frame(2, 'monitor.started')}`),
  )
  const otp = await sitAt({}, { clock, interrupted: over.signal, onOut: () => over.abort() })
  const ended = otp(['watch', '--url', url])
  await until('the last one', async () => {
    await clock.advance(500)
    return asked.length === 4
  })

  expect(await ended).toMatchObject({
    code: 0,
    out: expect.stringContaining('key:owner: monitor started'),
    err:
      'The connection to OTP was lost; trying again.\nConnected again, from where it was lost.\n' +
      'Some of what happened before is not kept any more.\n',
  })
  expect(asked).toEqual([undefined, idOf(1), idOf(1), idOf(1)])
})

it('takes a connection on which nothing is said any more for lost', async () => {
  const over = new AbortController()
  const clock = createTestClock()
  const { url, asked } = await aService()
  const otp = await sitAt({}, { clock, interrupted: over.signal })
  const ended = otp(['watch', '--url', url])
  await until('it to listen', () => asked.length === 1 && clock.sleeping() === 1)
  await clock.advance(45_000)
  await until('it to wait', () => clock.sleeping() === 1)
  await clock.advance(1_000)
  await until('it to come back', () => asked.length === 2)
  over.abort()
  expect((await ended).code).toBe(0)
})

it.each([
  ['cannot be reached', ['--url', 'http://127.0.0.1:1'], 3, 'OTP cannot be reached at http://127.0.0.1:1'],
  ['does not take the key', ['--key', 'wrong'], 1, 'A valid key is needed'],
])('ends at once where the service %s', async (_, flags, code, sentence) => {
  const otp = await sitAt({ events: createFeed().feed })
  const ended = await otp(['watch', ...flags])
  expect(ended).toMatchObject({ code, out: '' })
  expect(ended.err).toContain(sentence)
})
