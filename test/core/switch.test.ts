import { describe, expect, it } from 'vitest'
import { keepAtHand } from '../../src/core/engine/at-hand.js'
import { createSwitch } from '../../src/core/monitor/switch.js'
import type { Store } from '../../src/core/ports.js'
import { createOutbox } from '../../src/core/telling/outbox.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { createIds } from '../../src/util/ids.js'
import { evening, hour, minute } from '../support/builders.js'
import { createTestClock, type TestClock } from '../support/clock.js'
import { admin, createStage } from '../support/stage.js'

function aSwitch({
  store = createMemoryStore(),
  clock = createTestClock(),
  autostart = true,
}: {
  store?: Store
  clock?: TestClock
  autostart?: boolean
} = {}) {
  const quiet = () => {}
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
  const notifier = { deliver: () => Promise.reject(new Error('Nothing is delivered here')) }
  const meter = { note: () => {} }
  const outbox = createOutbox({ ...keepAtHand(store), notifier, clock, ids: createIds(clock), meter, log })
  return createSwitch({ store, outbox, clock, autostart })
}

describe('the switch of the monitor', () => {
  it.each([true, false])('is as configured (%s) until somebody turns it', async (autostart) => {
    const monitor = aSwitch({ autostart })

    expect(await monitor.isOn()).toBe(autostart)
    expect(await monitor.since()).toBeUndefined()
  })

  it.each([true, false])('stays where it was turned (%s) across a restart', async (on) => {
    const store = createMemoryStore()
    const clock = createTestClock()
    await aSwitch({ store, clock, autostart: !on }).turn(on, 'discord:1')
    const afterRestart = aSwitch({ store, clock, autostart: !on })

    expect(await afterRestart.isOn()).toBe(on)
  })

  it('remembers who turned it last, and when', async () => {
    const clock = createTestClock()
    const monitor = aSwitch({ clock })
    await monitor.turn(false, 'discord:1')
    await clock.advance(minute)
    await monitor.turn(true, 'key:script')

    expect(await monitor.since()).toEqual({ at: evening + minute, by: 'key:script' })
  })

  it('turned by two at once is where one of them wanted it', async () => {
    const monitor = aSwitch()
    await Promise.all([monitor.turn(false, 'discord:1'), monitor.turn(false, 'discord:2')])

    expect(await monitor.isOn()).toBe(false)
    expect(await monitor.since()).toMatchObject({ by: expect.stringMatching(/^discord:[12]$/) })
  })
})

describe('a monitor that stays stopped', () => {
  it('is brought to mind once a day, also across a restart, until it is started again', async () => {
    const stage = createStage()
    await stage.start()
    await stage.core().stopMonitor(admin)
    const reminders = () => stage.notifier.said.filter((one) => one === 'admins: monitor-stopped').length

    const pass = async (ms: number) => {
      await stage.clock.leap(ms - minute)
      await stage.clock.advance(minute)
    }
    await pass(23 * hour)
    expect(reminders()).toBe(0)
    await pass(2 * hour)
    await stage.restart(minute)
    await pass(22 * hour)
    expect(reminders()).toBe(1)
    await pass(2 * hour)
    expect(reminders()).toBe(2)
    expect(stage.notifier.posts().at(-1)?.content.notice).toEqual({
      kind: 'monitor-stopped',
      since: evening,
      by: admin,
    })

    await stage.core().startMonitor(admin)
    await pass(48 * hour)
    expect(reminders()).toBe(2)
  })
})
