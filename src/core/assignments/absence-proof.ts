import type { Assignment } from '../model.js'
import { believedAfterMs } from '../monitor/absences.js'
import type { ProgressRules } from './progress.js'

/** A single list may lack a stream that goes on. */
const listsInARow = 2

/**
 * How well it is proven that nobody plays what an assignment covers. It matters where the grace is shorter than half a
 * minute: two lists in a row must lack the stream, or half a minute must have passed without it; after a silence,
 * in which the server may have started anew, only the latter counts.
 */
export interface AbsenceProof {
  /** A reading has shown no stream of it. */
  missed(id: string): void
  /** A reading has shown one, and that has been noted. */
  seen(id: string): void
  /** Whether the last reading has shown one, and that has been noted. */
  isSeen(id: string): boolean
  /** For a while nothing was read. */
  doubt(id: string): void
  /** The rules by which to conclude now: no grace is over before the absence is proven. */
  rulesFor(assignment: Assignment, now: number): ProgressRules
}

export function createAbsenceProof(rules: ProgressRules): AbsenceProof {
  /** In how many readings in a row there was no stream. */
  const misses = new Map<string, number>()

  return { missed, seen: (id) => misses.delete(id), isSeen: (id) => !misses.has(id), doubt, rulesFor }

  function missed(id: string): void {
    misses.set(id, (misses.get(id) ?? 0) + 1)
  }

  function doubt(id: string): void {
    misses.set(id, Number.NEGATIVE_INFINITY)
  }

  function rulesFor({ id, watch }: Assignment, now: number): ProgressRules {
    const goneAt = Math.max(...Object.values(watch).map((mark) => mark.goneAt ?? Number.NEGATIVE_INFINITY))
    const isProven = (misses.get(id) ?? 0) >= listsInARow || now - goneAt >= believedAfterMs
    return isProven ? rules : { ...rules, finishGraceMs: Infinity }
  }
}
