import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import type { OtpEvent } from '../../src/core/events/event.js'
import { createEventPoster } from '../../src/webhooks/poster.js'
import { createTestClock } from '../support/clock.js'
import { isSigned, type Received, startReceiver } from '../support/receiver.js'

const event: OtpEvent = {
  id: '0001764291000123',
  at: 0,
  name: 'monitor.started',
  about: { kind: 'monitor', running: true, by: 'key:owner' },
}
const secret = 'a-secret-for-tests'

async function aPoster({ secret: signing = secret, url = '', timeoutMs = 5_000 } = {}) {
  const receiver = await startReceiver()
  onTestFinished(receiver.close)
  const clock = createTestClock()
  const poster = createEventPoster({
    webhooks: [{ url: url || receiver.url, secret: signing, events: [] }],
    present: ({ id, name }) => ({ id, event: name, title: 'Ça' }),
    version: '1.2.3',
    clock,
    timeoutMs,
  })
  const [hook] = poster.hooks
  if (!hook) throw new Error('There is no webhook')
  return {
    receiver,
    clock,
    hook,
    post: (signal = new AbortController().signal) => poster.post(hook, event, signal),
  }
}

it('posts the event as JSON, signed over the time and every byte', async () => {
  const { receiver, clock, post } = await aPoster()
  expect(await post()).toEqual({ kind: 'taken' })

  const [received] = receiver.received
  expect(received).toMatchObject({
    path: '/hook',
    body: '{"id":"0001764291000123","event":"monitor.started","title":"Ça"}',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'One-Time-Plex/1.2.3',
      'otp-event': 'monitor.started',
      'otp-delivery': '0001764291000123',
      'otp-timestamp': String(Math.floor(clock.now() / 1_000)),
    },
  })
  expect(received && isSigned(received, secret)).toBe(true)
  expect(received && isSigned({ ...received, body: `${received.body} ` }, secret)).toBe(false)
})

it('lets a receiver tell what is forged, changed, late or sent again', async () => {
  const { receiver, clock, post } = await aPoster()
  const seen = new Set<string>()
  await post()
  // Tried again: the same delivery at another time.
  await clock.advance(60_000)
  await post()

  const [first, again] = receiver.received
  if (!first || !again) throw new Error('Nothing was posted')
  const changed = (headers: object, body = first.body) => ({
    ...first,
    body,
    headers: { ...first.headers, ...headers },
  })
  const outcomes = [
    changed({}, first.body.replace('started', 'stopped')),
    changed({ 'otp-timestamp': again.headers['otp-timestamp'] }),
    changed({ 'otp-signature': again.headers['otp-signature'] }),
    changed({ 'otp-signature': undefined }),
    first,
    again,
  ].map((one) => taken(one))
  expect(outcomes).toEqual(['forged', 'forged', 'forged', 'forged', 'taken', 'seen'])

  await clock.advance(6 * 60_000)
  seen.clear()
  expect(taken(first)).toBe('old')

  /** As the README has receivers do it. */
  function taken(received: Received): string {
    if (!isSigned(received, secret)) return 'forged'
    if (Math.abs(clock.now() / 1_000 - Number(received.headers['otp-timestamp'])) > 300) return 'old'
    const { id } = z.object({ id: z.string() }).parse(JSON.parse(received.body))
    if (seen.has(id)) return 'seen'
    seen.add(id)
    return 'taken'
  }
})

it('does not sign without a secret', async () => {
  const { receiver, post } = await aPoster({ secret: '' })
  await post()
  expect(receiver.received[0]?.headers).not.toHaveProperty('otp-signature')
})

it.each([
  [200, { kind: 'taken' }],
  [302, { kind: 'failed', reason: 'it answered 302' }],
  [410, { kind: 'gone', reason: 'it answered 410' }],
  [500, { kind: 'failed', reason: 'it answered 500' }],
])('takes %i for what it is, and follows nobody elsewhere', async (status, expected) => {
  const { receiver, post } = await aPoster()
  receiver.answer((response) => response.writeHead(status, { location: '/elsewhere' }).end('{}'))

  expect(await post()).toEqual(expected)
  expect(receiver.received.map((one) => one.path)).toEqual(['/hook'])
})

it('does not read an answer that has no end', async () => {
  const { receiver, post } = await aPoster()
  let isClosed = false
  receiver.answer((response) => {
    response.writeHead(200)
    response.once('close', () => {
      isClosed = true
    })
    const more = () => !isClosed && response.write('x'.repeat(65_536), () => setImmediate(more))
    more()
  })
  expect(await post()).toEqual({ kind: 'taken' })
})

it('waits for an answer only so long, and no longer than the program', async () => {
  const { receiver, post } = await aPoster({ timeoutMs: 50 })
  receiver.answer(() => {})
  expect(await post()).toEqual({ kind: 'failed', reason: 'it did not answer in time' })
  expect(await post(AbortSignal.abort())).toMatchObject({ kind: 'failed' })
})

it('never names the address in what it says', async () => {
  const { post } = await aPoster({ url: 'http://user:password@127.0.0.1:9/secret-path' })
  expect(await post()).toEqual({ kind: 'failed', reason: 'it cannot be reached (ECONNREFUSED)' })
})
