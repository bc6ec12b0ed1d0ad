import type { Clock } from '../../src/core/ports.js'
import { afterBy } from '../../src/util/clock.js'

export interface TestClock extends Clock {
  /** Moves time forward, waking sleepers in order; between two of them the event loop turns. */
  advance(ms: number): Promise<void>
  /** Moves time forward at once, as when a laptop was closed: whoever should have woken meanwhile wakes now. */
  leap(ms: number): Promise<void>
  /** How many callers are asleep. */
  sleeping(): number
}

interface Sleeper {
  at: number
  wake: () => void
}

/**
 * A clock that moves only when told to. Starts on a Sunday evening, UTC. `settle` awaits what a sleeper does
 * when it has woken; a few turns of the event loop unless told.
 */
export function createTestClock(
  startAt = Date.UTC(2026, 10, 22, 19, 0, 0),
  settle: () => Promise<void> = () => turns(3),
): TestClock {
  let now = startAt
  let sleepers: Sleeper[] = []

  return {
    now: () => now,
    sleep,
    after: afterBy(sleep),
    turn: async () => {},
    advance,
    leap,
    sleeping: () => sleepers.length,
  }

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve()

    return new Promise((resolve) => {
      const sleeper: Sleeper = { at: now + Math.max(0, ms), wake }
      sleepers.push(sleeper)
      signal?.addEventListener('abort', wake, { once: true })

      function wake(): void {
        sleepers = sleepers.filter((one) => one !== sleeper)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
    })
  }

  async function advance(ms: number): Promise<void> {
    const end = now + ms

    for (;;) {
      const next = sleepers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      now = Math.max(now, next.at)
      next.wake()
      await settle()
    }
    now = end
    await settle()
  }

  async function leap(ms: number): Promise<void> {
    now += ms
    for (const one of sleepers.filter(({ at }) => at <= now)) one.wake()
    await settle()
  }
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve))
}
