import type { Assignment, Session, WatchMark } from '../model.js'

export interface ProgressRules {
  /** Share of the duration from which an item counts as watched to the end. */
  finishedAt: number
  /** How long the stream must be gone before anything is concluded. */
  finishGraceMs: number
}

/**
 * The assignment after one successful reading of the session list: `running` are the guest's sessions that it
 * covers. Returns the same object when nothing changed.
 */
export function noteSessions(
  assignment: Assignment,
  running: readonly Session[],
  rules: ProgressRules,
  now: number,
): Assignment {
  const startsPlay = running.length > 0 && !isPlaying(assignment) && !isWithinGrace(assignment, rules, now)
  const watch = { ...assignment.watch }
  let changed = startsPlay

  for (const key of new Set([...Object.keys(watch), ...running.map(keyOf)])) {
    const before = watch[key]
    const after = markAfter(
      before,
      running.filter((one) => keyOf(one) === key),
      rules,
      now,
    )
    if (!after || after === before) continue

    watch[key] = after
    changed = true
  }
  if (!changed) return assignment

  return { ...assignment, watch, playsUsed: assignment.playsUsed + (startsPlay ? 1 : 0) }
}

/** Whether every play that was allowed has been used and the last one is over for good. */
export function isPlayedOut(assignment: Assignment, rules: ProgressRules, now: number): boolean {
  if (assignment.plays === undefined || assignment.playsUsed < assignment.plays) return false
  return !isPlaying(assignment) && !isWithinGrace(assignment, rules, now)
}

/** Rating keys that the guest has watched to the end. */
export function watchedToTheEnd(assignment: Assignment): string[] {
  return Object.keys(assignment.watch).filter((key) => assignment.watch[key]?.finishedAt !== undefined)
}

/** The mark to show as the assignment's progress: the one that is running, else the last that stopped. */
export function currentMark(assignment: Assignment): WatchMark | undefined {
  const marks = Object.values(assignment.watch)
  return marks.sort((a, b) => (b.goneAt ?? Infinity) - (a.goneAt ?? Infinity))[0]
}

/** Whether a stream of the assignment is running as far as OTP knows. */
export function isPlaying(assignment: Assignment): boolean {
  return Object.values(assignment.watch).some((mark) => mark.goneAt === undefined)
}

function isWithinGrace(assignment: Assignment, rules: ProgressRules, now: number): boolean {
  return Object.values(assignment.watch).some(
    (mark) => mark.goneAt !== undefined && now - mark.goneAt < rules.finishGraceMs,
  )
}

function markAfter(
  before: WatchMark | undefined,
  running: readonly Session[],
  rules: ProgressRules,
  now: number,
): WatchMark | undefined {
  if (running.length === 0) return before && markWhileGone(before, rules, now)

  const present = before ? withoutGone(before) : { offsetMs: 0, durationMs: 0, atEnd: false }
  return same(before, { ...present, ...reported(present, running, rules) })
}

function markWhileGone(mark: WatchMark, rules: ProgressRules, now: number): WatchMark {
  if (mark.goneAt === undefined) return { ...mark, goneAt: now }
  if (!mark.atEnd || mark.finishedAt !== undefined) return mark
  return now - mark.goneAt >= rules.finishGraceMs ? { ...mark, finishedAt: now } : mark
}

/** A buffering player may report a wrong offset, so it only shows that somebody is there. */
function reported(mark: WatchMark, running: readonly Session[], rules: ProgressRules): Partial<WatchMark> {
  const steady = running.filter((one) => one.state !== 'buffering')
  if (steady.length === 0) return {}

  const offsetMs = Math.max(...steady.map((one) => one.offsetMs))
  const durationMs = Math.max(mark.durationMs, ...steady.map((one) => one.item?.durationMs ?? 0))
  return { offsetMs, durationMs, atEnd: durationMs > 0 && offsetMs / durationMs >= rules.finishedAt }
}

function withoutGone({ goneAt: _, ...mark }: WatchMark): WatchMark {
  return mark
}

function same(before: WatchMark | undefined, after: WatchMark): WatchMark {
  if (!before || before.goneAt !== after.goneAt) return after
  const unchanged =
    before.offsetMs === after.offsetMs &&
    before.durationMs === after.durationMs &&
    before.atEnd === after.atEnd
  return unchanged ? before : after
}

function keyOf(session: Session): string {
  return session.item?.ratingKey ?? ''
}
