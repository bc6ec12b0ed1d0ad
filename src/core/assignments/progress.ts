import type { Assignment, MediaItem, Session, WatchMark } from '../model.js'
import { believedAfterMs } from '../monitor/absences.js'
import { isStable } from '../monitor/judge.js'
import type { Silence } from '../monitor/readings.js'

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
  const keys = running.map((session) => keyOf(assignment, session))
  let { watch } = assignment
  for (const key of new Set([...Object.keys(watch), ...keys])) {
    const before = watch[key]
    const sessions = running.filter((_, at) => keys[at] === key)
    const after = markAfter(before, sessions, rules, now)
    if (after && after !== before) watch = { ...watch, [key]: after }
  }
  if (watch === assignment.watch && !startsPlay) return assignment

  return { ...assignment, watch, playsUsed: assignment.playsUsed + (startsPlay ? 1 : 0) }
}

/**
 * The assignment after a time in which nothing was read: nobody knows who watched in it, so for what had been
 * gone for less than the grace, or too shortly to be believed, it does not count.
 */
export function withoutSilence(
  assignment: Assignment,
  { sinceAt, untilAt }: Silence,
  rules: ProgressRules,
): Assignment {
  if (sinceAt === undefined) return assignment

  const overAfterMs = Math.max(rules.finishGraceMs, believedAfterMs)
  return withMarks(assignment, (mark) => {
    if (mark.goneAt === undefined || sinceAt - mark.goneAt >= overAfterMs) return mark
    return { ...mark, goneAt: untilAt - Math.max(0, sinceAt - mark.goneAt) }
  })
}

/** The assignment once it is known where the final credits of what was played begin; 0 = it has none. */
export function withCredits(
  assignment: Assignment,
  key: string,
  creditsAtMs: number,
  rules: ProgressRules,
): Assignment {
  return withMarks(assignment, (mark, at) => {
    if (at !== key || mark.creditsAtMs !== undefined) return mark
    const known = { ...mark, creditsAtMs }
    return { ...known, atEnd: mark.atEnd || isAtEnd(known, rules) }
  })
}

/**
 * The assignment after Plex has told that the item was watched to its end. Only what happened while nobody
 * looked is news; of earlier rows OTP knows better whether they were undone. What is running now says more.
 */
export function withProof(
  assignment: Assignment,
  { item, viewedAt }: { item: MediaItem; viewedAt: number },
  { sinceAt = 0, untilAt, isStart }: Silence,
): Assignment {
  const key = originalOf(assignment, item.ratingKey)
  const before = assignment.watch[key]
  const isRunning = isContainer(assignment) ? before && before.goneAt === undefined : isPlaying(assignment)
  const isSeenSince = before?.goneAt !== undefined && before.goneAt > untilAt
  if (isRunning || isSeenSince || before?.finishedAt !== undefined) return assignment
  // Who was at the end when OTP stopped, and whom Plex saw there too, has been gone since then.
  const isSeenByBoth = isStart && before?.atEnd === true
  if (viewedAt <= sinceAt && !isSeenByBoth) return assignment

  const durationMs = Math.max(before?.durationMs ?? 0, item.durationMs ?? 0)
  const offsetMs = Math.max(before?.offsetMs ?? 0, durationMs)
  const goneAt = Math.min(Math.max(viewedAt, sinceAt), untilAt)
  const mark = { ...before, ...identity(item), offsetMs, durationMs, atEnd: true, goneAt }
  const playsUsed = Math.max(assignment.playsUsed, 1)
  return { ...assignment, playsUsed, watch: { ...assignment.watch, [key]: mark } }
}

/** Whether players have only moved on since: nothing has begun, stopped, reached its end or become known. */
export function hasOnlyMoved(before: Assignment, after: Assignment): boolean {
  if (before.state !== after.state || before.playsUsed !== after.playsUsed) return false
  const keys = Object.keys(after.watch)
  if (keys.length !== Object.keys(before.watch).length) return false

  return keys.every((key) => {
    const [mark, now] = [before.watch[key], after.watch[key]]
    return mark && now && fields.every((field) => field === 'offsetMs' || mark[field] === now[field])
  })
}

/** Whether time alone changes nothing of it: whatever is not running is finished for good. */
export function isSettled(assignment: Assignment): boolean {
  return Object.values(assignment.watch).every(
    (mark) => mark.goneAt === undefined || mark.finishedAt !== undefined,
  )
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

/** Whether the guest has watched this item to its end, under whatever rating key. */
export function hasWatched(assignment: Assignment, { ratingKey, guid }: MediaItem): boolean {
  return Object.entries(assignment.watch).some(
    ([key, mark]) =>
      mark.finishedAt !== undefined && (originalOf(assignment, key) === ratingKey || mark.guid === guid),
  )
}

/** Whether a stream of the item, or of its private copy, has been seen. */
export function hasMark(assignment: Assignment, ratingKey: string): boolean {
  return assignment.watch[originalOf(assignment, ratingKey)] !== undefined
}

/** Keys of what is played, or was within the grace, whose credits nobody has looked for. */
export function withoutCredits(assignment: Assignment, rules: ProgressRules, now: number): string[] {
  return Object.keys(assignment.watch).filter((key) => {
    const { creditsAtMs, finishedAt, goneAt } = assignment.watch[key] ?? {}
    if (creditsAtMs !== undefined || finishedAt !== undefined) return false
    return goneAt === undefined || now - goneAt < rules.finishGraceMs
  })
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
  const item = running[0]?.item
  return same(before, { ...present, ...(item && identity(item)), ...reported(present, running, rules) })
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
  return { offsetMs, durationMs, atEnd: isAtEnd({ ...mark, offsetMs, durationMs }, rules) }
}

/** Far enough through it, or within its final credits. Nothing is concluded while the length is unknown. */
function isAtEnd({ offsetMs, durationMs, creditsAtMs = 0 }: WatchMark, rules: ProgressRules): boolean {
  if (durationMs <= 0) return false
  return offsetMs / durationMs >= rules.finishedAt || (creditsAtMs > 0 && offsetMs >= creditsAtMs)
}

function identity({ guid }: MediaItem): Pick<WatchMark, 'guid'> {
  return isStable(guid) ? { guid } : {}
}

function isContainer({ media: { type } }: Assignment): boolean {
  return type === 'season' || type === 'show'
}

/** The rating key that the progress of an item is kept under: a private copy counts for its original. */
function originalOf({ privateLibrary }: Assignment, ratingKey: string): string {
  const copied = Object.entries(privateLibrary?.copies ?? {}).find(([, copy]) => copy === ratingKey)
  return copied?.[0] ?? ratingKey
}

/** Returns the same assignment when no mark has changed. */
function withMarks(assignment: Assignment, change: (mark: WatchMark, key: string) => WatchMark): Assignment {
  const before = Object.entries(assignment.watch)
  const after = before.map(([key, mark]) => [key, same(mark, change(mark, key))] as const)
  const unchanged = after.every(([, mark], at) => mark === before[at]?.[1])
  return unchanged ? assignment : { ...assignment, watch: Object.fromEntries(after) }
}

function withoutGone({ goneAt: _, ...mark }: WatchMark): WatchMark {
  return mark
}

const fields = ['guid', 'offsetMs', 'durationMs', 'atEnd', 'goneAt', 'finishedAt', 'creditsAtMs'] as const

function same(before: WatchMark | undefined, after: WatchMark): WatchMark {
  return before && fields.every((field) => before[field] === after[field]) ? before : after
}

function keyOf(assignment: Assignment, { item }: Session): string {
  return item ? originalOf(assignment, item.ratingKey) : ''
}
