import type { Clock } from '../core/ports.js'

const HOUR_MS = 60 * 60_000
const MOST_PER_HOUR = 20
/** Discord takes one identify in five seconds. */
const APART_MS = 5_500

export type IdentifyBudget = ReturnType<typeof createIdentifyBudget>

/** Counts the identifies of all clients together: a thousand a day cost the bot its token. */
export function createIdentifyBudget(clock: Clock) {
  let times: number[] = []

  return { used, spend, waitMs, apartMs }

  function used(): number {
    times = times.filter((at) => at > clock.now() - HOUR_MS)
    return times.length
  }

  /** False when there have been too many within the hour. */
  function spend(): boolean {
    if (used() >= MOST_PER_HOUR) return false
    times.push(clock.now())
    return true
  }

  /** How long until there is room for another one. */
  function waitMs(): number {
    if (used() < MOST_PER_HOUR) return 0
    return (times[0] ?? 0) + HOUR_MS - clock.now()
  }

  /** How long until the next one is far enough from the last. */
  function apartMs(): number {
    return Math.max(0, (times.at(-1) ?? 0) + APART_MS - clock.now())
  }
}
