import { describe, expect, it } from 'vitest'
import { createSingleFlight } from '../../src/core/engine/single-flight.js'

/** A task whose runs end when told to. */
function aTask() {
  const ends: (() => void)[] = []
  let underway = 0
  let most = 0

  return { task, finish, runs: () => ends.length, most: () => most }

  async function task(): Promise<void> {
    underway += 1
    most = Math.max(most, underway)
    await new Promise<void>((resolve) => ends.push(resolve))
    underway -= 1
  }

  function finish(run: number): void {
    ends[run]?.()
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('a single flight', () => {
  it('starts at once when nothing is running', () => {
    const { task, runs } = aTask()
    void createSingleFlight(task)()

    expect(runs()).toBe(1)
  })

  it('gives everybody who asks during a run exactly one more, which begins after the first', async () => {
    const { task, finish, runs, most } = aTask()
    const ask = createSingleFlight(task)
    const first = ask()
    const others = [ask(), ask(), ask()]
    await turn()
    expect(runs()).toBe(1)

    finish(0)
    await first
    await turn()
    expect(runs()).toBe(2)

    finish(1)
    await Promise.all(others)
    await turn()
    expect(runs()).toBe(2)
    expect(most()).toBe(1)
  })

  it('never answers with a run that had begun before it was asked', async () => {
    const { task, finish } = aTask()
    const ask = createSingleFlight(task)
    const answered: string[] = []
    void ask().then(() => answered.push('first'))
    void ask().then(() => answered.push('second'))

    finish(0)
    await turn()
    expect(answered).toEqual(['first'])

    finish(1)
    await turn()
    expect(answered).toEqual(['first', 'second'])
  })

  it('never runs twice at a time, also for somebody who asks in the moment a run ends', async () => {
    const { task, finish, most, runs } = aTask()
    const ask = createSingleFlight(task)
    const askAgain = ask().then(() => ask())
    const other = ask()

    finish(0)
    await turn()
    finish(1)
    await turn()
    finish(2)
    await Promise.all([askAgain, other])

    expect(most()).toBe(1)
    expect(runs()).toBeLessThanOrEqual(3)
  })

  it('tells whoever asked that the run failed, and runs again all the same', async () => {
    let runs = 0
    const ask = createSingleFlight(async () => {
      runs += 1
      if (runs === 1) throw new Error('no answer')
    })
    const first = ask()
    const second = ask()

    await expect(first).rejects.toThrow('no answer')
    await expect(second).resolves.toBeUndefined()
    await ask()
    expect(runs).toBe(3)
  })
})
