import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../core/ports.js'
import { afterBy } from '../util/clock.js'

/** The machine's own clock, with a button that lets minutes pass at once. */
export interface SkippingClock extends Clock {
  /** Moves the time on and wakes whoever would have woken meanwhile. */
  skip(ms: number): void
}

interface Sleeper {
  at: number
  timer: NodeJS.Timeout
  wake: () => void
}

export function createSkippingClock(): SkippingClock {
  const sleepers = new Set<Sleeper>()
  let skippedMs = 0

  return { now, sleep, after: afterBy(sleep), turn: () => setImmediate(), skip }

  function now(): number {
    return Date.now() + skippedMs
  }

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve()

    return new Promise((resolve) => {
      const sleeper: Sleeper = { at: now() + ms, timer: setTimeout(wake, Math.max(0, ms)), wake }
      sleepers.add(sleeper)
      signal?.addEventListener('abort', wake, { once: true })

      function wake(): void {
        clearTimeout(sleeper.timer)
        sleepers.delete(sleeper)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
    })
  }

  function skip(ms: number): void {
    skippedMs += ms
    for (const sleeper of [...sleepers]) {
      clearTimeout(sleeper.timer)
      if (sleeper.at <= now()) sleeper.wake()
      else sleeper.timer = setTimeout(sleeper.wake, sleeper.at - now())
    }
  }
}
