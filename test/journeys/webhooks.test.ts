import { describe, expect, it, onTestFinished } from 'vitest'
import { event } from '../../src/wire/event.js'
import { anEvening, second } from '../support/evening.js'
import { isSigned, startReceiver } from '../support/receiver.js'
import { until } from '../support/until.js'

const secret = 'the-secret-of-the-webhook'

async function aReceivedEvening(more = '') {
  const receiver = await startReceiver()
  onTestFinished(receiver.close)
  const evening = await anEvening({
    before: ({ world }) => world.shareWith('friend.two', ['Films']),
    config: `[[webhooks]]\nurl = "${receiver.url}?token=very-secret"\nsecret = "${secret}"\n${more}`,
  })
  await evening.start()
  return { evening, receiver }
}

describe('a webhook', () => {
  it('is told of an evening, signed, and nobody reads its address or secret', async () => {
    const { evening, receiver } = await aReceivedEvening(
      'events = ["assignment.created", "violation.ended"]\n',
    )
    const body = { guest: 'friend.two', media: evening.titles.lent }
    await evening.api('POST', '/api/v1/assignments', body)
    const astray = evening.world.play('friend.two', evening.titles.other)
    await evening.passUntil('the end of the stream', () => astray.ending())
    await evening.pass(3 * second)
    await until('both', () => receiver.received.length === 2)

    expect(receiver.names()).toEqual(['assignment.created', 'violation.ended'])
    for (const received of receiver.received) {
      const posted: unknown = JSON.parse(received.body)
      expect(event.parse(posted)).toEqual(posted)
      expect(isSigned(received, secret)).toBe(true)
      expect(received.path).toBe('/hook?token=very-secret')
    }
    receiver.answer((response) => response.writeHead(410).end())
    const again = evening.world.play('friend.two', evening.titles.other)
    await evening.passUntil('the end of the stream', () => again.ending())
    await evening.pass(5 * second)
    expect(evening.adminChannel().filter((text) => text.startsWith('Webhook 1'))).toEqual([
      'Webhook 1 of the configuration gets no events any more: it answered 410. Mend it or take it out, and start OTP again.',
    ])
    const said = [...evening.logLines, ...evening.answers, ...evening.adminChannel()].join('\n')
    expect(said).not.toMatch(/very-secret|the-secret-of-the-webhook/)
  })

  it('gets what was written down just before a crash, and again what it may have taken', async () => {
    const { evening, receiver } = await aReceivedEvening()
    receiver.answer(() => {})
    await evening.api('POST', '/api/v1/monitor/stop')
    await until('the first attempt', () => receiver.received.length === 1)
    await evening.crash()
    receiver.answer((response) => response.writeHead(204).end())
    await evening.start()
    await until('the second attempt', () => receiver.received.length === 2)
    await evening.api('POST', '/api/v1/monitor/start')
    await until('the next event', () => receiver.received.length === 3)

    const [first, again, next] = receiver.deliveries()
    expect(again).toBe(first)
    expect(next && first && next > first).toBe(true)
    expect(receiver.names()).toEqual(['monitor.stopped', 'monitor.stopped', 'monitor.started'])
  })
})
