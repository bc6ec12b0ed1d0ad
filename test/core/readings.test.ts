import { describe, expect, it } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import { createReadings } from '../../src/core/monitor/readings.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { evening, minute, second } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'

function aScene() {
  const clock = createTestClock()
  const store = createMemoryStore()
  let writes = 0
  const counting = {
    ...store,
    commit: (...changes: Parameters<typeof store.commit>) => {
      writes += 1
      return store.commit(...changes)
    },
  }
  return {
    clock,
    store: counting,
    writes: () => writes,
    start: () => createReadings({ store: counting, clock }),
  }
}

describe('a silence', () => {
  it('ends with the first reading of all, and nobody knows when it began', async () => {
    expect(await aScene().start().worked(true)).toEqual({ untilAt: evening, isStart: true })
  })

  it('is not between two readings that both worked', async () => {
    const { clock, start } = aScene()
    const readings = start()
    await readings.worked(true)
    await clock.advance(30 * second)

    expect(await readings.worked(true)).toBeUndefined()
  })

  it('is an outage, from the last reading to the next', async () => {
    const { clock, start } = aScene()
    const readings = start()
    await readings.worked(true)
    await clock.advance(second)
    readings.failed()
    await clock.advance(minute)
    readings.failed()
    await clock.advance(second)

    expect(await readings.worked(true)).toEqual({
      sinceAt: evening,
      untilAt: evening + minute + 2 * second,
      isStart: false,
    })
    expect(await readings.worked(true)).toBeUndefined()
  })

  it('is the time in which OTP did not run', async () => {
    const { clock, start } = aScene()
    await start().worked(true)
    await clock.advance(5 * minute)

    expect(await start().worked(true)).toEqual({
      sinceAt: evening,
      untilAt: evening + 5 * minute,
      isStart: true,
    })
  })

  it('that could not be written down is answered the next time', async () => {
    const { clock, store, start } = aScene()
    await start().worked(true)
    await clock.advance(minute)
    const readings = start()
    const { commit } = store
    store.commit = async () => {
      throw new OtpError('store_unavailable', 'The disk is full.')
    }
    await expect(readings.worked(true)).rejects.toThrow('disk')

    store.commit = commit
    expect(await readings.worked(true)).toMatchObject({ sinceAt: evening, isStart: true })
  })
})

describe('the last reading', () => {
  it('is written down twice a minute, and only while something is open', async () => {
    const { clock, writes, start } = aScene()
    const readings = start()
    await readings.worked(false)
    expect(writes()).toBe(0)

    for (let at = 0; at < 60; at += 1) {
      await readings.worked(true)
      await clock.advance(second)
    }
    expect(writes()).toBe(2)
  })
})
