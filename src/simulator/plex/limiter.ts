import type { Clock } from '../../core/ports.js'
import type { SimBehaviour } from './behaviour.js'

/** Counts requests. Answers undefined when one is taken, otherwise how long to wait. */
export function createLimiter({ clock, behaviour }: { clock: Clock; behaviour: SimBehaviour }) {
  let taken: number[] = []

  return function waitMs(): number | undefined {
    const limit = behaviour.rateLimit
    if (!limit) return undefined

    const now = clock.now()
    taken = taken.filter((at) => at > now - limit.perMs)
    if (taken.length >= limit.requests) return (taken[0] ?? now) + limit.perMs - now
    taken.push(now)
    return undefined
  }
}
