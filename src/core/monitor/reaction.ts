import type { Quantiles } from '../model.js'

/** How many of the latest times are kept. */
const kept = 500

/** How fast OTP has been lately, for the status. */
export interface Reaction {
  note(what: keyof ReactionTimes, tookMs: number): void
  times(): ReactionTimes
}

/** Missing until there was one. */
export interface ReactionTimes {
  /** From the moment a stream that may not go on was seen to the first request that ends it. */
  terminateSent?: Quantiles
  /** From the same moment until it was not listed any more. */
  gone?: Quantiles
}

export function createReaction(): Reaction {
  const latest: Record<keyof ReactionTimes, number[]> = { terminateSent: [], gone: [] }

  return { note, times }

  function note(what: keyof ReactionTimes, tookMs: number): void {
    latest[what].push(tookMs)
    if (latest[what].length > kept) latest[what].shift()
  }

  function times(): ReactionTimes {
    const terminateSent = quantiles(latest.terminateSent)
    const gone = quantiles(latest.gone)
    return { ...(terminateSent && { terminateSent }), ...(gone && { gone }) }
  }
}

/** Undefined for nothing. */
export function quantiles(times: readonly number[]): Quantiles | undefined {
  if (times.length === 0) return undefined

  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0
  return { count: sorted.length, p50Ms: at(0.5), p95Ms: at(0.95) }
}
