import type { Clock } from '../../src/core/ports.js'
import { afterBy } from '../../src/util/clock.js'

/** One program's view of a clock that others live by too. */
export interface MortalClock extends Clock {
  /** How many callers are asleep. */
  sleeping(): number
  /** How often somebody went to sleep. */
  slept(): number
  /** From now on nobody wakes up, as if the program had been killed. */
  die(): void
  /** Wakes whoever has slept since, so that the program can be closed. */
  revive(): void
}

export function createMortalClock(clock: Clock): MortalClock {
  const life = { dead: false, asleep: 0, slept: 0 }
  let lost: (() => void)[] = []

  return {
    now: clock.now,
    sleep,
    after: afterBy(sleep),
    turn: clock.turn,
    sleeping: () => life.asleep,
    slept: () => life.slept,
    die,
    revive,
  }

  async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    life.asleep += 1
    life.slept += 1
    await clock.sleep(ms, signal)
    if (life.dead) await new Promise<void>((resolve) => lost.push(resolve))
    life.asleep -= 1
  }

  function die(): void {
    life.dead = true
  }

  function revive(): void {
    life.dead = false
    const waking = lost
    lost = []
    for (const wake of waking) wake()
  }
}
