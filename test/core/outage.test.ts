import { describe, expect, it } from 'vitest'
import { keepAtHand } from '../../src/core/engine/at-hand.js'
import { all } from '../../src/core/engine/transact.js'
import { createOutage } from '../../src/core/monitor/outage.js'
import { createOutbox } from '../../src/core/telling/outbox.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { createIds } from '../../src/util/ids.js'
import { evening, minute, second, theServer } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'

/** An outage as OTP notices it, and what the admins are told of it. */
function aScene(random: () => number = () => 0.5) {
  const clock = createTestClock()
  const store = createMemoryStore()
  const logged: string[] = []
  const note = (phrase: string) => {
    logged.push(phrase)
  }
  const log = { debug: note, info: note, warn: note, error: note }
  const notifier = { deliver: () => Promise.reject(new Error('Nothing is delivered here')) }
  const meter = { note: () => {} }
  const outbox = createOutbox({ ...keepAtHand(store), notifier, clock, ids: createIds(clock), meter, log })
  const start = () => createOutage({ store, outbox, clock, log, random })

  return { clock, start, told, logged, ...start() }

  async function told(): Promise<unknown[]> {
    return (await all(store, 'message')).map(({ record }) => record.content)
  }
}

const down = { to: 'admins', notice: { kind: 'plex-down', since: evening, reason: 'No answer.' } }
const up = { to: 'admins', notice: { kind: 'plex-up', since: evening } }

describe('an outage of Plex', () => {
  it('is told to nobody before a minute has passed', async () => {
    const { clock, failed, worked, told } = aScene()
    await failed(theServer, 'No answer.')
    await clock.advance(59 * second)
    await failed(theServer, 'No answer.')
    await worked(theServer)

    expect(await told()).toEqual([])
  })

  it('is told once, however long it lasts, and once when it is over', async () => {
    const { clock, failed, worked, told } = aScene()
    await failed(theServer, 'No answer.')
    await clock.advance(minute)
    await failed(theServer, 'No answer.')
    expect(await told()).toEqual([down])

    await clock.advance(10 * minute)
    await failed(theServer, 'Another reason.')
    expect(await told()).toEqual([down])

    await worked(theServer)
    await worked(theServer)
    expect(await told()).toEqual([down, up])
  })

  it('is told anew the next time', async () => {
    const { clock, failed, worked, told } = aScene()
    for (const _ of [1, 2]) {
      await failed(theServer, 'No answer.')
      await clock.advance(minute)
      await failed(theServer, 'No answer.')
      await worked(theServer)
    }

    expect(await told()).toHaveLength(4)
  })

  it('begins anew when something worked in between', async () => {
    const { clock, failed, worked, told } = aScene()
    await failed(theServer, 'No answer.')
    await clock.advance(40 * second)
    await worked(theServer)
    await failed(theServer, 'No answer.')
    await clock.advance(40 * second)
    await failed(theServer, 'No answer.')

    expect(await told()).toEqual([])
  })

  it('that was told before a restart is over when it works after it, and not told twice', async () => {
    const { clock, failed, told, start } = aScene()
    await failed(theServer, 'No answer.')
    await clock.advance(minute)
    await failed(theServer, 'No answer.')

    const restarted = start()
    await restarted.failed(theServer, 'No answer.')
    await clock.advance(2 * minute)
    await restarted.failed(theServer, 'No answer.')
    expect(await told()).toEqual([down])

    await restarted.worked(theServer)
    expect(await told()).toEqual([down, up])
  })

  it('is told to nobody while OTP does not even know which server it is', async () => {
    const { clock, failed, told } = aScene()
    await failed(undefined, 'No answer.')
    await clock.advance(5 * minute)
    await failed(undefined, 'No answer.')

    expect(await told()).toEqual([])
  })

  it('is logged when it begins, when its reason changes and when it ends, and not at every reading', async () => {
    const { failed, worked, logged } = aScene()
    for (const reason of ['No answer.', 'No answer.', 'No answer.', 'HTML instead of a list.']) {
      await failed(theServer, reason)
    }
    await worked(theServer)
    await worked(theServer)

    expect(logged).toEqual([
      'Plex sessions could not be read',
      'Plex sessions could not be read',
      'Plex sessions can be read again',
    ])
  })
})

describe('the wait before the next reading', () => {
  it('is the usual one while Plex answers', async () => {
    const { worked, waitMs } = aScene()
    await worked(theServer)

    expect(waitMs(1_500)).toBe(1_500)
  })

  it('doubles with each failure, up to a quarter of a minute, and never twice quite the same', async () => {
    const scenes = [0, 0.25, 0.5, 0.999].map((chance) => aScene(() => chance))

    for (const expected of [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
      for (const { failed } of scenes) await failed(theServer, 'No answer.')
      const waits = scenes.map(({ waitMs }) => waitMs(1_500))
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(expected * 0.9)
      expect(Math.max(...waits)).toBeLessThanOrEqual(expected * 1.1)
      expect(new Set(waits).size).toBe(scenes.length)
    }
  })

  it('is short at first also while there are no guests', async () => {
    const { failed, waitMs } = aScene()
    await failed(theServer, 'No answer.')

    expect(waitMs(30_000)).toBeLessThan(2_000)
  })

  it('stays a number after days of failures', async () => {
    const { failed, waitMs } = aScene()
    for (let at = 0; at < 2_000; at += 1) await failed(undefined, 'No answer.')

    expect(waitMs(1_500)).toBeLessThanOrEqual(16_500)
  })

  it('is the usual one again afterwards', async () => {
    const { failed, worked, waitMs } = aScene()
    await failed(theServer, 'No answer.')
    await worked(theServer)

    expect(waitMs(1_500)).toBe(1_500)
  })
})

describe('how long the list is waited for', () => {
  it('grows with each failure, so that one lost answer costs little and a slow server is read in the end', async () => {
    const { failed, worked, patienceMs } = aScene()
    expect(patienceMs()).toBe(3_000)

    for (const expected of [6_000, 10_000, 10_000]) {
      await failed(theServer, 'No answer.')
      expect(patienceMs()).toBe(expected)
    }
    await worked(theServer, 100)
    expect(patienceMs()).toBe(3_000)
  })

  it('stays long for a server that has just shown to be slow', async () => {
    const { worked, patienceMs } = aScene()
    await worked(theServer, 2_000)
    expect(patienceMs()).toBe(8_000)
    await worked(theServer, 5_000)
    expect(patienceMs()).toBe(10_000)
  })
})

describe('the health of Plex', () => {
  it('is unknown at first, good after a reading, and bad with the reason after a failure', async () => {
    const { clock, failed, worked, health } = aScene()
    expect(health()).toEqual({ ok: false, reason: 'Plex has not been asked yet.' })

    await worked(theServer)
    expect(health()).toEqual({ ok: true, lastReadAt: evening })

    await clock.advance(second)
    await failed(theServer, 'No answer.')
    expect(health()).toEqual({ ok: false, reason: 'No answer.', lastReadAt: evening })
  })
})
