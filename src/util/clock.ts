import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../core/ports.js'

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  turn: () => setImmediate(),

  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()

      const timer = setTimeout(wake, Math.max(0, ms))
      signal?.addEventListener('abort', wake, { once: true })

      function wake(): void {
        clearTimeout(timer)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
    }),
}
