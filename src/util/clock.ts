import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../core/ports.js'

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  turn: () => setImmediate(),

  after: (ms, act) => {
    const timer = setTimeout(act, Math.max(0, ms))
    return () => clearTimeout(timer)
  },

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

/** `after` for a clock of which only `sleep` is its own. */
export function afterBy(sleep: Clock['sleep']): Clock['after'] {
  return (ms, act) => {
    const waiting = new AbortController()
    void sleep(ms, waiting.signal).then(() => {
      if (!waiting.signal.aborted) act()
    })
    return () => waiting.abort('not needed any more')
  }
}
