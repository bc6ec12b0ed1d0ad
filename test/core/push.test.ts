import { describe, expect, it } from 'vitest'
import type { PlaybackReport } from '../../src/core/model.js'
import { createPush } from '../../src/core/monitor/push.js'
import { minute, second } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'
import { createFakeEvents } from '../support/fake-events.js'

const report: PlaybackReport = { sessionKey: '84', ratingKey: '102', state: 'playing', offsetMs: 10_000 }

/** Listening to a server that can be blocked, dropped and muted. */
function aScene({ enabled = true } = {}) {
  const clock = createTestClock()
  const events = createFakeEvents()
  const said: string[] = []
  const quiet = () => {}
  const push = createPush({
    plexEvents: events.port,
    clock,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    enabled,
    onOpened: () => said.push('opened'),
    onHeard: (reports) => said.push(`heard ${reports.length}`),
    onChanged: (items) => said.push(`changed ${items.length}`),
    onChange: quiet,
    onRejected: () => said.push('rejected'),
    random: () => 0.999,
  })
  const stopping = new AbortController()
  const done = push.run(stopping.signal)
  const stop = async () => {
    stopping.abort()
    await done
  }
  return { clock, events, said, push, stop, reading }

  /** A reading every five seconds, in which players have moved or not, and what they report before it. */
  async function reading({ hasMoved = true, reports = [] as PlaybackReport[] } = {}): Promise<void> {
    const sinceAt = clock.now()
    await clock.advance(4 * second)
    if (reports.length > 0) events.announce(...reports)
    await clock.advance(second)
    push.compare({ hasMoved, sinceAt })
    await clock.advance(0)
  }
}

describe('listening', () => {
  it('begins with the socket, has the list read when it stands, and passes on what it hears', async () => {
    const { events, said, push, clock } = aScene()
    await clock.advance(0)
    events.announce(report, report)

    expect(said).toEqual(['opened', 'heard 2'])
    expect(push.isReliable()).toBe(true)
    expect(push.health()).toEqual({ kind: 'up', way: 'websocket', sinceAt: clock.now() })
  })

  it('goes over to server-sent events at once where the socket is blocked', async () => {
    const { events, push, clock } = aBlockedScene('websocket')
    await clock.advance(0)

    expect(events.attempts).toEqual(['websocket', 'sse'])
    expect(push.health()).toMatchObject({ kind: 'up', way: 'sse' })
  })

  it('with both ways blocked asks less and less often, up to once a minute', async () => {
    const { events, push, clock } = aBlockedScene('websocket', 'sse')
    await clock.advance(0)
    await clock.advance(10 * minute)
    const tries = events.attempts.length
    await clock.advance(10 * minute)

    expect(push.health()).toMatchObject({ kind: 'down', reason: 'a proxy is in the way' })
    expect(events.attempts.length - tries).toBeGreaterThanOrEqual(18)
    expect(events.attempts.length - tries).toBeLessThanOrEqual(22)
  })

  it('is there again soon after a connection that had stood is lost, by the socket first', async () => {
    const { events, said, push, clock } = aScene()
    await clock.advance(2 * minute)
    events.drop()
    await clock.advance(0)
    expect(push.isReliable()).toBe(false)
    expect(push.health()).toMatchObject({ kind: 'down', reason: 'the connection was closed' })

    await clock.advance(second)
    expect(push.isReliable()).toBe(true)
    expect(events.attempts).toEqual(['websocket', 'websocket'])
    expect(said).toEqual(['opened', 'opened'])
  })

  it('tries the other way where one opens and never stands', async () => {
    const { events, clock } = aScene()
    for (let drops = 0; drops < 4; drops += 1) {
      await clock.advance(5 * second)
      events.drop()
      await clock.advance(0)
    }
    await clock.advance(5 * second)

    expect(events.attempts.slice(0, 4)).toEqual(['websocket', 'sse', 'websocket', 'sse'])
  })

  it('with a token that is refused says so and waits, until the token is another one', async () => {
    const { events, said, push, clock } = aBlockedScene()
    events.block('websocket', 'rejected')
    events.block('sse', 'rejected')
    events.drop()
    await clock.advance(50 * second)
    expect(said.filter((one) => one === 'rejected')).toHaveLength(2)

    events.unblock()
    push.reconnect()
    await clock.advance(0)
    expect(push.isReliable()).toBe(true)
  })

  it('does not begin where it is switched off', async () => {
    const { events, push, clock } = aScene({ enabled: false })
    await clock.advance(minute)

    expect(events.attempts).toEqual([])
    expect(push.health()).toEqual({ kind: 'off' })
    expect(push.isReliable()).toBe(false)
  })

  it('ends when it is told to', async () => {
    const { events, stop, clock } = aScene()
    await clock.advance(0)
    await stop()

    expect(events.way()).toBeUndefined()
    expect(clock.sleeping()).toBe(0)
  })
})

describe('a connection that stands and announces nothing', () => {
  it('is found out within a minute by players that move, and not relied on until it announces again', async () => {
    const { events, push, reading, clock } = aScene()
    await reading({ reports: [report] })
    for (let at = 0; at < 6; at += 1) await reading({ hasMoved: at % 2 === 0 })
    expect(push.isReliable()).toBe(false)
    expect(push.health()).toMatchObject({
      kind: 'down',
      reason: 'the connection stands, but Plex announces nothing on it',
    })

    await clock.advance(2 * second)
    expect(events.attempts.length).toBe(2)
    expect(push.isReliable()).toBe(false)
    events.announce(report)
    expect(push.isReliable()).toBe(true)
  })

  it('is opened anew, by the other way too, for as long as it stays silent', async () => {
    const { events, push, reading } = aScene()
    for (let at = 0; at < 60; at += 1) await reading()

    expect(push.isReliable()).toBe(false)
    expect(new Set(events.attempts)).toEqual(new Set(['websocket', 'sse']))
    expect(events.attempts.length).toBeLessThan(10)
  })

  it('is believed while nothing moves, however long', async () => {
    const { push, reading } = aScene()
    for (let at = 0; at < 100; at += 1) await reading({ hasMoved: false })

    expect(push.isReliable()).toBe(true)
  })

  it('is believed when it loses an announcement now and then', async () => {
    const { push, reading } = aScene()
    for (let at = 0; at < 100; at += 1) await reading({ reports: at % 3 === 0 ? [report] : [] })

    expect(push.isReliable()).toBe(true)
  })
})

/** The ways are blocked before anything is tried. */
function aBlockedScene(...ways: ('websocket' | 'sse')[]) {
  const scene = aScene()
  for (const way of ways) scene.events.block(way)
  scene.events.drop('stopped')
  scene.events.attempts.length = 0
  scene.said.length = 0
  return scene
}
