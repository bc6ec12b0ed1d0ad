import { describe, expect, it } from 'vitest'
import { createSwitch } from '../../src/core/monitor/switch.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { evening, minute } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'

describe('the switch of the monitor', () => {
  it.each([true, false])('is as configured (%s) until somebody turns it', async (autostart) => {
    const monitor = createSwitch({ store: createMemoryStore(), clock: createTestClock(), autostart })

    expect(await monitor.isOn()).toBe(autostart)
    expect(await monitor.since()).toBeUndefined()
  })

  it.each([true, false])('stays where it was turned (%s) across a restart', async (on) => {
    const store = createMemoryStore()
    const clock = createTestClock()
    await createSwitch({ store, clock, autostart: !on }).turn(on, 'discord:1')
    const afterRestart = createSwitch({ store, clock, autostart: !on })

    expect(await afterRestart.isOn()).toBe(on)
  })

  it('remembers who turned it last, and when', async () => {
    const clock = createTestClock()
    const monitor = createSwitch({ store: createMemoryStore(), clock, autostart: true })
    await monitor.turn(false, 'discord:1')
    await clock.advance(minute)
    await monitor.turn(true, 'key:script')

    expect(await monitor.since()).toEqual({ at: evening + minute, by: 'key:script' })
  })

  it('turned by two at once is where one of them wanted it', async () => {
    const monitor = createSwitch({ store: createMemoryStore(), clock: createTestClock(), autostart: true })
    await Promise.all([monitor.turn(false, 'discord:1'), monitor.turn(false, 'discord:2')])

    expect(await monitor.isOn()).toBe(false)
    expect(await monitor.since()).toMatchObject({ by: expect.stringMatching(/^discord:[12]$/) })
  })
})
