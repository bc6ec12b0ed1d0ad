import type { ApiKey, Assignment, Invitation, KeptAnswer, Violation } from '../model.js'
import type { Store, Stored } from '../ports.js'
import type { Records } from '../records.js'
import { isOpen } from '../states.js'
import type { OutboxMessage } from '../telling/notices.js'

/** An answer is given again for a day at most. */
const answerMs = 24 * 3_600_000

/** What was over before `at` may go. */
export interface Cutoff {
  at: number
  now: number
}

type Test<T> = (stored: Stored<T>, cutoff: Cutoff) => Promise<boolean>

/** Kinds of which records go one day; those that others refer to come after these. */
export const passingKinds = ['answer', 'key', 'assignment', 'violation', 'invitation', 'message'] as const

export type PassingKind = (typeof passingKinds)[number]

export type Over = { [K in PassingKind]: Test<Records[K]> }

/** Whether a record has been over for long, and nothing that stays refers to it. Only for records that are not open. */
export function overTests(store: Store): Over {
  return { answer, key, assignment, violation, invitation, message }

  async function answer({ record }: Stored<KeptAnswer>, { now }: Cutoff) {
    return record.at < now - answerMs
  }

  async function key({ record }: Stored<ApiKey>, { at }: Cutoff) {
    return record.removedAt !== undefined && record.removedAt < at
  }

  /** A library that somebody else has changed, or that was to be kept, is still named there. */
  async function assignment({ record }: Stored<Assignment>, { at }: Cutoff) {
    const { endedAt = Number.POSITIVE_INFINITY, access, privateLibrary } = record
    const leavesLibrary = privateLibrary !== undefined && privateLibrary.step !== 'removed'
    return !isOpen(record) && access === 'taken' && endedAt < at && !leavesLibrary
  }

  async function violation({ record }: Stored<Violation>, { at }: Cutoff) {
    const { endedAt = Number.POSITIVE_INFINITY, lastSeenAt, resolution } = record
    const isDecided = resolution === undefined || resolution.doneAt !== undefined
    return endedAt < at && lastSeenAt < at && isDecided
  }

  /** Standing access stands until it is taken away. */
  async function invitation({ record }: Stored<Invitation>, cutoff: Cutoff) {
    const { purpose, state, at, withdrawn } = record
    if (Math.max(at, withdrawn?.doneAt ?? 0) >= cutoff.at) return false
    if (purpose.kind === 'standing') return state !== 'accepted' || withdrawn?.doneAt !== undefined
    return !(await isThere('assignment', purpose.assignment.id))
  }

  /** Whatever shows the state of something can be edited for as long as that is there. */
  async function message({ id, record }: Stored<OutboxMessage>, { at }: Cutoff) {
    return record.createdAt < at && record.status !== 'due' && !(await isShown(id, record))
  }

  async function isShown(id: string, { content: { notice } }: OutboxMessage): Promise<boolean> {
    switch (notice.kind) {
      case 'violation':
        return isThere('violation', notice.violation.id)
      case 'violations': {
        const there = await Promise.all(notice.violations.map((one) => isThere('violation', one.id)))
        return there.includes(true)
      }
      case 'time-request':
        return isThere('assignment', notice.assignment.id)
      case 'member-left': {
        const left = (await store.read('guest', notice.id))?.record.member?.left
        return left?.cardId === id && left.answer === undefined
      }
      default:
        return false
    }
  }

  async function isThere(kind: 'assignment' | 'violation', id: string): Promise<boolean> {
    return (await store.read(kind, id)) !== undefined
  }
}
