import { describe, expect, it, onTestFinished } from 'vitest'
import type { Stage } from '../../src/simulator/stage.js'
import { event } from '../../src/wire/event.js'
import { anEvening, type Evening, minute, second } from '../support/evening.js'
import { listenTo } from '../support/event-listener.js'
import { until } from '../support/until.js'

/** A friend who sees the films already is given a pass at once. */
function before({ world }: Stage): void {
  world.shareWith('friend.two', ['Films'])
}

async function listening(evening: Evening, headers: Record<string, string> = {}) {
  const url = `${evening.apiUrl()}/api/v1/events`
  const listener = listenTo(url, { authorization: `Bearer ${evening.apiKey}`, ...headers })
  onTestFinished(listener.close)
  await evening.soon(listener.opened)
  await until('the first words', () => listener.lastId() !== '')
  return listener
}

async function lend(evening: Evening): Promise<string> {
  const body = { guest: 'friend.two', media: evening.titles.lent }
  const { json } = await evening.api('POST', '/api/v1/assignments', body)
  return JSON.stringify(json).match(/"id":"(\w+)"/)?.[1] ?? ''
}

describe('whoever listens', () => {
  it('hears of an evening in order, each change once, as the API presents it', async () => {
    const evening = await anEvening({ before })
    await evening.start()
    const listener = await listening(evening)
    const id = await lend(evening)
    const astray = evening.world.play('friend.two', evening.titles.other)
    await evening.passUntil('the end of the stream', () => astray.ending())
    await evening.pass(3 * second)
    await evening.api('PATCH', `/api/v1/assignments/${id}`, { expires: '2d' })
    await evening.api('POST', '/api/v1/monitor/stop')
    await evening.api('POST', '/api/v1/monitor/start')
    await evening.api('DELETE', `/api/v1/assignments/${id}`)
    await evening.passUntil('the end', () => listener.names().includes('guest.released'), minute)

    expect(listener.names()).toEqual([
      'assignment.created',
      'assignment.ready',
      'violation.seen',
      'violation.enforced',
      'violation.ended',
      'assignment.extended',
      'monitor.stopped',
      'monitor.started',
      'assignment.revoked',
      'guest.released',
    ])
    for (const { data, id, event: name } of listener.heard) {
      expect(event.parse(data)).toEqual(data)
      expect({ id, name }).toEqual({ id: data.id, name: data.event })
    }
    const { json } = await evening.api('GET', `/api/v1/assignments/${id}`)
    const told = listener.heard.find((one) => one.event === 'assignment.revoked')?.data.assignment
    expect(json).toMatchObject({ result: { id, state: 'revoked', guest: { username: 'friend.two' } } })
    expect(told).toMatchObject({ id, state: 'revoked', access: 'taking' })
    expect(listener.text()).not.toContain(evening.plexServer.url)
    await evening.stop()
    await until('the end of the stream', listener.isOver)
  })

  it('comes back after a crash and hears what came after the last event, each once', async () => {
    const evening = await anEvening({ before })
    await evening.start()
    const earlier = await listening(evening)
    await lend(evening)
    await until('both', () => earlier.names().length === 2)
    const last = earlier.lastId()
    earlier.close()
    const astray = evening.world.play('friend.two', evening.titles.other)
    await evening.passUntil('the end of the stream', () => astray.ending())
    await evening.crash()
    await evening.start()

    const after = await listening(evening, { 'last-event-id': last })
    await evening.pass(5 * second)
    expect(earlier.names()).toEqual(['assignment.created', 'assignment.ready'])
    expect(after.names()).toEqual(['violation.seen', 'violation.enforced', 'violation.ended'])
    expect(after.heard.every(({ id = '' }) => id > last)).toBe(true)
  })

  it('hears of the way of an invitation, of an outage, and of a pass that took the place of another', async () => {
    const evening = await anEvening({ before })
    const { world, titles, plexServer } = evening
    await evening.start()
    const listener = await listening(evening)
    const invited = { invitee: 'guest.one', library: 'Films' }
    const { json } = await evening.api('POST', '/api/v1/invitations', invited)
    const id = JSON.stringify(json).match(/"id":"(\w+)"/)?.[1] ?? ''
    world.acceptInvitation('guest.one')
    await evening.clock.leap(60 * second)
    await evening.pass(2 * second)
    expect(await evening.api('DELETE', `/api/v1/invitations/${id}`)).toMatchObject({
      status: 200,
      json: { result: { id, state: 'cancelled', access: 'restored' } },
    })
    expect(world.people.shares()).toHaveLength(1)

    await lend(evening)
    await evening.api('POST', '/api/v1/assignments', { guest: 'friend.two', media: titles.other })
    plexServer.faults.next({
      match: 'GET /status/sessions',
      times: 1_000,
      act: { kind: 'answer', status: 500 },
    })
    await evening.pass(90 * second, 5 * second)
    plexServer.faults.clear()
    await evening.pass(20 * second)

    expect(listener.names()).toEqual([
      'invitation.sent',
      'invitation.accepted',
      'invitation.cancelled',
      'assignment.created',
      'assignment.ready',
      'assignment.created',
      'assignment.ready',
      'assignment.replaced',
      'server.down',
      'server.up',
    ])
  })
})
