import { describe, expect, it, onTestFinished } from 'vitest'
import { listenTo } from '../support/event-listener.js'
import { fakeCore } from '../support/fake-core.js'
import { createFeed, idOf } from '../support/fake-feed.js'
import { until } from '../support/until.js'
import { startService, testKey } from './service.js'

async function aService() {
  const said = createFeed()
  const service = await startService(fakeCore({ events: said.feed }))
  onTestFinished(service.stop)
  return { ...said, service, open }

  async function open(query = '', headers: Record<string, string> = {}) {
    const url = `${service.url}/api/v1/events${query}`
    const listener = listenTo(url, { 'x-api-key': testKey, ...headers })
    onTestFinished(listener.close)
    await listener.opened
    return listener
  }
}

describe('the stream of events', () => {
  it('says where it begins, and passes on what is said', async () => {
    const { say, open } = await aService()
    say('monitor.stopped')
    const listener = await open()
    await until('the beginning', () => listener.lastId() !== '')
    expect(listener.text()).toBe(`retry: 3000\nid: ${idOf(1)}\n\n`)

    say('monitor.started')
    await until('the event', () => listener.heard.length === 1)
    expect(listener.text().split('\n\n')[1]).toBe(
      `id: ${idOf(2)}\nevent: monitor.started\ndata: {"id":"${idOf(2)}","event":"monitor.started",` +
        '"at":"1970-01-01T00:00:00.000Z","monitor":{"running":true,"by":"key:owner"}}',
    )
  })

  it.each([
    ['the header', '', { 'last-event-id': idOf(1) }],
    ['the query', `?lastEventId=${idOf(1)}`, {}],
  ])('goes on after the event that %s names', async (_, query, headers) => {
    const { say, open } = await aService()
    for (const name of ['monitor.stopped', 'monitor.started', 'monitor.stopped'] as const) say(name)
    const listener = await open(query, headers)
    await until('what was missed', () => listener.heard.length === 2)

    expect(listener.heard.map((one) => one.id)).toEqual([idOf(2), idOf(3)])
  })

  it('says so when something that came after it is not kept any more', async () => {
    const { say, lose, open } = await aService()
    say('monitor.stopped')
    lose()
    const listener = await open(`?lastEventId=0`)
    await until('both', () => listener.heard.length === 2)

    expect(listener.names()).toEqual(['missed', 'monitor.stopped'])
    expect(listener.heard[0]?.data).toEqual({ event: 'missed', after: '0' })
  })

  it('passes on only what was asked for, and need not read the rest again', async () => {
    const { say, open, service } = await aService()
    const listener = await open('?events=monitor.started,server.down')
    await until('the beginning', () => listener.lastId() !== '')
    say('monitor.stopped')
    say('monitor.started')
    await until('the event', () => listener.heard.length === 1)
    say('monitor.stopped')
    await until('it to wait', () => service.clock.sleeping() === 1)
    await service.clock.advance(15_000)
    await until('a sign of life', () => listener.lastId() === idOf(3))

    expect(listener.names()).toEqual(['monitor.started'])
    expect(listener.text()).toContain(`\n\n: \nid: ${idOf(3)}\n\n`)
  })

  it.each([
    ['?events=monitor.paused', 'events: expected names of events'],
    ['?lastEventId=abc', 'lastEventId: expected the id of an event'],
    ['?since=1', 'since: unknown field'],
  ])('refuses %s', async (query, reason) => {
    const { service } = await aService()
    const { status, body } = await service.api(`GET /events${query}`)

    expect(status).toBe(400)
    expect(JSON.stringify(body)).toContain(reason)
  })

  it('needs a key, and answers HEAD without a stream', async () => {
    const { service, listeners } = await aService()
    expect((await service.ask('GET /api/v1/events')).status).toBe(401)

    const { status, headers } = await service.api('HEAD /events')
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
    expect(listeners.size).toBe(0)
  })

  it('has an end with the service, and at once', async () => {
    const { service, open, listeners } = await aService()
    const listener = await open()
    await service.stop()
    await until('the end', listener.isOver)
    expect(listeners.size).toBe(0)
  })

  it('lets 32 listen, and the next one when one has gone', async () => {
    const { service, open, listeners } = await aService()
    const all = await Promise.all(Array.from({ length: 32 }, () => open()))
    expect(await service.api('GET /events')).toMatchObject({
      status: 429,
      body: {
        code: 'too_many_requests',
        reason: '32 event streams are open already. Close one, and try again.',
      },
    })

    all[0]?.close()
    await until('one to have gone', () => listeners.size === 31)
    expect((await open()).status()).toBe(200)
  })

  it('drops whoever reads nothing while something waits for them', async () => {
    const { service, open, say, listeners } = await aService()
    const listener = await open()
    await until('the beginning', () => listener.lastId() !== '')
    listener.pause()
    for (let at = 0; at < 400; at += 1) say('monitor.started', 'x'.repeat(50_000))
    await until('it to wait', () => service.clock.sleeping() === 1)
    await service.clock.advance(10_000)

    await until('it to be dropped', () => listeners.size === 0)
    expect(service.lines.map((line) => line.phrase)).toContain(
      'an event stream that nobody reads was dropped',
    )
  })
})
