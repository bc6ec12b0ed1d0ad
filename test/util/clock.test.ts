import { afterEach, describe, expect, it, vi } from 'vitest'
import { afterBy, systemClock } from '../../src/util/clock.js'
import { createTestClock } from '../support/clock.js'

describe('What is to be done after a while', () => {
  afterEach(() => vi.useRealTimers())

  const ways = {
    'by timers of the machine': () => {
      vi.useFakeTimers()
      return { after: systemClock.after, pass: (ms: number) => vi.advanceTimersByTimeAsync(ms) }
    },
    'by a clock that can only sleep': () => {
      const clock = createTestClock()
      return { after: afterBy(clock.sleep), pass: clock.advance }
    },
  }

  it.each(Object.entries(ways))('is done then and once, %s', async (_, begin) => {
    const clock = begin()
    const act = vi.fn()
    clock.after(1_000, act)

    await clock.pass(999)
    expect(act).not.toHaveBeenCalled()
    await clock.pass(5_000)
    expect(act).toHaveBeenCalledOnce()
  })

  it.each(Object.entries(ways))('is not done when it was called off before, %s', async (_, begin) => {
    const clock = begin()
    const act = vi.fn()
    const callOff = clock.after(1_000, act)

    await clock.pass(500)
    callOff()
    await clock.pass(5_000)
    expect(act).not.toHaveBeenCalled()
  })
})
