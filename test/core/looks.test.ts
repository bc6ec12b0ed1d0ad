import { describe, expect, it } from 'vitest'
import { createLooks } from '../../src/core/monitor/looks.js'

describe('looks', () => {
  it('come at their own time', () => {
    const looks = createLooks()
    looks.add(2_010)
    looks.add(5_010)

    expect(looks.next()).toBe(2_010)
    looks.done(2_009)
    expect(looks.next()).toBe(2_010)
    looks.done(2_010)
    expect(looks.next()).toBe(5_010)
  })

  it('that are close to each other become one, at the later time', () => {
    const looks = createLooks()
    for (const at of [2_000, 2_040, 2_020]) looks.add(at)

    expect(looks.next()).toBe(2_040)
    looks.done(2_040)
    expect(looks.next()).toBeUndefined()
  })

  it('are never put off for long, however many follow', () => {
    const looks = createLooks()
    for (let at = 2_000; at < 10_000; at += 10) looks.add(at)

    expect(looks.next()).toBeLessThan(2_250)
  })
})
