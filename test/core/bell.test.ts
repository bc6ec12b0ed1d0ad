import { describe, expect, it } from 'vitest'
import { createBell } from '../../src/core/engine/bell.js'
import { minute, second } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Somebody who waits at a bell for a minute. */
function aWaiter(signal = new AbortController().signal) {
  const clock = createTestClock()
  const bell = createBell(clock)
  let awake = 0
  const wait = () =>
    void bell.wait(minute, signal).then(() => {
      awake += 1
    })

  return { clock, bell, wait, awake: () => awake }
}

describe('a bell', () => {
  it('lets its waiter sleep until the time has come', async () => {
    const { clock, wait, awake } = aWaiter()
    wait()
    await clock.advance(minute - second)
    expect(awake()).toBe(0)

    await clock.advance(second)
    expect(awake()).toBe(1)
  })

  it('wakes its waiter', async () => {
    const { bell, wait, awake, clock } = aWaiter()
    wait()
    await turn()
    bell.ring()
    await turn()

    expect(awake()).toBe(1)
    expect(clock.sleeping()).toBe(0)
  })

  it('is not missed when it rings before anybody waits', async () => {
    const { bell, wait, awake } = aWaiter()
    bell.ring()
    wait()
    await turn()

    expect(awake()).toBe(1)
  })

  it('that rang several times wakes once', async () => {
    const { bell, wait, awake } = aWaiter()
    bell.ring()
    bell.ring()
    wait()
    await turn()
    wait()
    await turn()

    expect(awake()).toBe(1)
  })

  it('that woke somebody does not wake the next one, too', async () => {
    const { bell, wait, awake } = aWaiter()
    wait()
    await turn()
    bell.ring()
    await turn()
    wait()
    await turn()

    expect(awake()).toBe(1)
  })

  it('lets nobody sleep when everything stops', async () => {
    const stop = new AbortController()
    const { wait, awake } = aWaiter(stop.signal)
    wait()
    await turn()
    stop.abort()
    await turn()
    expect(awake()).toBe(1)

    wait()
    await turn()
    expect(awake()).toBe(2)
  })
})
