import type { EnforcementStep, Rung, Violation, ViolationStream } from '../model.js'

/** A report that comes sooner after an accepted call may still be the one that brings the player the news. */
const aliveAfterMs = 20_000
const maxUnknown = 3
/** A rung that failed may only have met a busy server; it is tried again after this pause. */
const tryAgainAfterMs = 5_000

export interface LadderRules {
  ladder: readonly Rung[]
  /** How long Plex and the player get before the next rung. */
  verifyWithinMs: number
}

/** What was done to one stream of a violation since it was first seen, in order. */
export function stepsFor(violation: Violation, stream: ViolationStream): EnforcementStep[] {
  return violation.enforcement.filter((one) => one.stream === stream.key && one.at >= stream.firstSeenAt)
}

/**
 * The rung to try next for a stream that is still listed, or undefined while there is nothing to do. Plex only
 * flags a terminated session and lists it for minutes, so after an accepted call only a sign of life climbs.
 */
export function nextRung(
  violation: Violation,
  stream: ViolationStream,
  { ladder, verifyWithinMs }: LadderRules,
  now: number,
): Rung | undefined {
  const steps = stepsFor(violation, stream)
  const last = steps.at(-1)
  if (!last) return ladder[0]

  switch (last.outcome) {
    case 'intended':
      return last.rung
    case 'accepted':
    case 'gone':
      return isAlive(stream, last) && now - answeredAt(stream, last) >= verifyWithinMs
        ? above(last.rung, ladder)
        : undefined
    case 'unknown':
      if (countUnknown(steps, last.rung) < maxUnknown) return last.rung
      // Each of them may have worked: then the player has yet to learn of it.
      return isAlive(stream, last) && now - answeredAt(stream, last) >= verifyWithinMs
        ? above(last.rung, ladder)
        : undefined
    case 'refused':
    case 'failed':
      if (now - firstTry(steps, last.rung) >= verifyWithinMs) return above(last.rung, ladder)
      return now - answeredAt(stream, last) >= tryAgainAfterMs ? last.rung : undefined
    case 'impossible':
      return aboveForTheLiving(stream, last.rung, ladder)
  }
}

/** An app that was killed is listed for minutes, and must not cost its guest the pass. */
function aboveForTheLiving(stream: ViolationStream, rung: Rung, ladder: readonly Rung[]): Rung | undefined {
  const next = above(rung, ladder)
  return next === 'unshare' && stream.lastReportAt < stream.firstSeenAt ? undefined : next
}

/** Whether the stream was ended and is only listed still: what was asked for was taken, and no sign of life since. */
export function isDraining(violation: Violation, stream: ViolationStream): boolean {
  const last = stepsFor(violation, stream).at(-1)
  if (last?.rung === 'report') return false
  return (last?.outcome === 'accepted' || last?.outcome === 'gone') && !isAlive(stream, last)
}

function isAlive(stream: ViolationStream, after: EnforcementStep): boolean {
  return stream.lastReportAt - answeredAt(stream, after) > aliveAfterMs
}

/** A step bears the time of its intent, which may lie before a slow answer or a restart. */
function answeredAt(stream: ViolationStream, { at, tookMs }: EnforcementStep): number {
  return tookMs === undefined ? at : stream.firstSeenAt + tookMs
}

function firstTry(steps: readonly EnforcementStep[], rung: Rung): number {
  return Math.min(...steps.filter((one) => one.rung === rung).map((one) => one.at))
}

function countUnknown(steps: readonly EnforcementStep[], rung: Rung): number {
  return steps.filter((one) => one.rung === rung && one.outcome === 'unknown').length
}

function above(rung: Rung, ladder: readonly Rung[]): Rung | undefined {
  return ladder[ladder.indexOf(rung) + 1]
}
