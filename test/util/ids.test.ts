import { describe, expect, it } from 'vitest'
import { createIds } from '../../src/util/ids.js'
import { createTestClock } from '../support/clock.js'

describe('ids', () => {
  it('are 24 lower-case letters and digits: safe in addresses, short enough for a Discord nonce', () => {
    expect(createIds(createTestClock()).next()).toMatch(/^[0-9a-z]{24}$/)
  })

  it('are the same for the same facts, whoever makes them and when', async () => {
    const clock = createTestClock()
    const before = createIds(clock).of(['7', undefined, 3])
    await clock.advance(1_000)

    expect(before).toMatch(/^[0-9a-z]{24}$/)
    expect(createIds(clock).of(['7', undefined, 3])).toBe(before)
    expect(createIds(clock).of(['7', 3])).not.toBe(before)
    expect(createIds(clock).of(['73'])).not.toBe(before)
  })

  it('sort by the time they were made, across makers', async () => {
    const clock = createTestClock()
    const made: string[] = []
    for (const pause of [1, 1, 999, 60_000, 365 * 86_400_000]) {
      made.push(createIds(clock).next())
      await clock.advance(pause)
    }

    expect(made.toSorted()).toEqual(made)
  })

  it('ascend and never repeat within a millisecond', () => {
    const ids = createIds(createTestClock())
    const made = Array.from({ length: 10_000 }, () => ids.next())

    expect(made.toSorted()).toEqual(made)
    expect(new Set(made).size).toBe(made.length)
  })

  it('go on ascending when the clock is set back', () => {
    let now = 2_000_000_000_000
    const ids = createIds({ now: () => now })
    const before = ids.next()
    now -= 3_600_000

    expect(ids.next() > before).toBe(true)
  })

  it('begin with the time, the same for two makers in the same millisecond', () => {
    const clock = createTestClock()
    const [one, two] = [createIds(clock).next(), createIds(clock).next()]

    expect(one.slice(0, 10)).toBe(two.slice(0, 10))
    expect(one).not.toBe(two)
  })
})
