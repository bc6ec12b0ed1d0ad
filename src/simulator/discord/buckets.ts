import type { Clock } from '../../core/ports.js'
import { type Answer, rateLimited } from './answers.js'

const most = 5
const windowMs = 5_000

/**
 * How often messages may be posted in a channel: five within five seconds, from the first of them. Every answer
 * tells how it stands, and one too many is refused with the time to wait.
 */
export function createBuckets(clock: Clock) {
  const windows = new Map<string, { endsAt: number; used: number }>()
  let isOn = false

  return { turnOn, counted }

  function turnOn(): void {
    isOn = true
  }

  /** The answer as the limit has it; what is refused does not do its work. */
  function counted(method: string, route: string, work: () => Answer): Answer {
    const channel = /^\/channels\/(\d+)\/messages$/.exec(route)?.[1]
    if (!isOn || method !== 'POST' || channel === undefined) return work()

    const now = clock.now()
    const known = windows.get(channel)
    const window = known && known.endsAt > now ? known : { endsAt: now + windowMs, used: 0 }
    windows.set(channel, window)
    const isRefused = window.used >= most
    if (!isRefused) window.used += 1

    const leftS = (window.endsAt - now) / 1_000
    const answer = isRefused ? rateLimited(leftS) : work()
    return {
      ...answer,
      headers: { ...headers(channel, most - window.used, window.endsAt, leftS), ...answer.headers },
    }
  }
}

function headers(channel: string, remaining: number, endsAt: number, leftS: number): Record<string, string> {
  return {
    'x-ratelimit-limit': String(most),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': (endsAt / 1_000).toFixed(3),
    'x-ratelimit-reset-after': leftS.toFixed(3),
    'x-ratelimit-bucket': `messages-${channel}`,
  }
}
