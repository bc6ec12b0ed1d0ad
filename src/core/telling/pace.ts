import type { Clock } from '../ports.js'

const withinMs = 60_000
/** So many requests within a minute are nothing that anybody minds. */
const calm = 5
/** A message is not edited again sooner, however calm it is. */
const apartMs = 3_000
/** The more was sent within the last minute, the longer an edit waits for its message to come to rest. */
const restMsEach = 1_000
const longestRestMs = 15_000
/** Nor does one that never comes to rest wait for ever. */
const patienceMsEach = 5_000
const longestPatienceMs = 60_000

/** When a message in one place may be edited, so that a busy hour costs few requests and the last state arrives. */
export interface Pace {
  /** How long an edit still waits. The version changes with whatever there is to be told. */
  waitMs(key: string, version: string): number
  /** This edit waits no longer, whatever changes until it is sent. */
  release(key: string): void
  /** A request has been made. */
  sent(key: string): void
}

interface Pending {
  version: string
  sinceAt: number
  changedAt: number
  isReleased?: boolean
}

export function createPace(clock: Clock): Pace {
  const pending = new Map<string, Pending>()
  let requests: { key: string; at: number }[] = []

  return { waitMs, release, sent }

  function waitMs(key: string, version: string): number {
    const now = clock.now()
    const known = pending.get(key) ?? { version, sinceAt: now, changedAt: now }
    const one = known.version === version ? known : { ...known, version, changedAt: now }
    pending.set(key, one)
    return one.isReleased ? 0 : Math.max(0, dueAt(key, one) - now)
  }

  function dueAt(key: string, { sinceAt, changedAt }: Pending): number {
    const lately = recent()
    const last = lately.findLast((one) => one.key === key)?.at ?? Number.NEGATIVE_INFINITY
    const earliest = last + apartMs
    if (lately.length <= calm) return earliest

    const restedAt = changedAt + Math.min(longestRestMs, lately.length * restMsEach)
    const latest = sinceAt + Math.min(longestPatienceMs, lately.length * patienceMsEach)
    return Math.max(earliest, Math.min(restedAt, latest))
  }

  function release(key: string): void {
    const one = pending.get(key)
    if (one) one.isReleased = true
  }

  function sent(key: string): void {
    requests = [...recent(), { key, at: clock.now() }]
    pending.delete(key)
  }

  function recent(): { key: string; at: number }[] {
    return requests.filter(({ at }) => clock.now() - at < withinMs)
  }
}
