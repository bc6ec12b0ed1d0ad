import { type Limits, readLimits } from '../access/limits.js'
import type { People } from '../access/people.js'
import type { ExtendedAnswer, ExtendRequest } from '../api.js'
import { all, transact } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { refusals } from '../messages/refusals.js'
import type { Assignment, Guest } from '../model.js'
import type { Calendar, Change, Clock, Store } from '../ports.js'
import { guestId } from '../records.js'
import { isOpen, withHistory } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import type { Tidings } from '../telling/tidings.js'
import { titleOf } from '../titles.js'
import { isPlayedOut, type ProgressRules } from './progress.js'

export interface Extended {
  assignment: Assignment
  guest: Guest
  before: Assignment
}

/** Limits to set: null lifts one, and what is missing stays as it is. */
export type NewLimits = { [K in keyof Limits]: Limits[K] | null }

/** What is decided on the assignment as it stands, and written with it; undefined leaves everything as it is. */
export type Deciding = (
  standing: Assignment,
) => Promise<{ limits: NewLimits; assignment: Assignment; changes: Change[] } | undefined>

/** Gives an assignment that stands other limits, and tells the guest when the deadline has changed. */
export interface Extension {
  /** For an assignment that stands. Answers undefined when it has ended in this moment, or the decision was not to. */
  extend(
    standing: Assignment,
    change: { limits: NewLimits | Deciding; by: string; discordUserId?: string },
  ): Promise<Extended | undefined>
  /** By order of an admin. Throws `conflict` when it has ended, `ambiguous` when a guest has several. */
  order(request: ExtendRequest): Promise<ExtendedAnswer>
}

export function createExtension(needs: {
  store: Store
  people: People
  tidings: Tidings
  outbox: Outbox
  clock: Clock
  calendar: Calendar
  rules: ProgressRules
  /** Running streams are to be judged under the new state. */
  wakeMonitor: () => void
}): Extension {
  const { store, people, tidings, outbox, clock, calendar, rules, wakeMonitor } = needs

  return { extend, order }

  async function order(request: ExtendRequest): Promise<ExtendedAnswer> {
    const limits = newLimits(request, clock.now(), calendar)
    const standing = 'id' in request ? await named(request.id) : await onlyOneOf(request.guest)
    const extended = await extend(standing, { limits, by: request.by })
    if (!extended) {
      const { media, guest } = standing
      throw new OtpError('conflict', refusals.assignmentOver(titleOf(media), guest.username))
    }

    wakeMonitor()
    return answer(extended)
  }

  async function named(id: string): Promise<Assignment> {
    const stored = await store.read('assignment', id)
    if (!stored) throw new OtpError('assignment_not_found', refusals.assignmentUnknown(id))
    return stored.record
  }

  async function onlyOneOf(name: string): Promise<Assignment> {
    const { plexId, username } = await people.guest(name)
    const theirs = await all(store, 'assignment', { open: true, guest: plexId })
    const [only, ...others] = theirs.map((one) => one.record).filter(isOpen)

    if (!only) throw new OtpError('assignment_not_found', refusals.nothingOpen(username))
    if (others.length > 0) throw several(username, [only, ...others])
    return only
  }

  async function extend(
    { id, machineIdentifier, guest: { plexId } }: Assignment,
    {
      limits: given,
      by,
      discordUserId,
    }: { limits: NewLimits | Deciding; by: string; discordUserId?: string },
  ): Promise<Extended | undefined> {
    const extended = await transact<Extended | undefined>(store, async () => {
      const stored = await store.read('assignment', id)
      const guest = await store.read('guest', guestId(machineIdentifier, plexId))
      if (stored && !isOpen(stored.record)) return { changes: [], value: undefined }
      if (!stored || !guest) throw new Error(`Assignment ${id} or its guest is not in the store`)

      const decided = await decide(given, stored.record)
      if (!decided) return { changes: [], value: undefined }

      const { limits } = decided
      const linked = discordUserId === undefined ? {} : { discordUserId }
      const assignment: Assignment = {
        ...withLimits(withHistory(decided.assignment, { at: clock.now(), by, what: 'extended' }), limits),
        guest: { ...stored.record.guest, ...linked },
      }
      refuseToEnd(assignment, limits)

      const record: Guest = { ...guest.record, ...linked }
      const changesDeadline = assignment.expiresAt !== stored.record.expiresAt
      return {
        changes: [
          { kind: 'assignment', id, record: assignment, ifRevision: stored.revision },
          { kind: 'guest', id: guest.id, record, ifRevision: guest.revision },
          ...decided.changes,
          ...(changesDeadline ? tidings.extended(assignment) : []),
        ],
        value: { assignment, guest: record, before: stored.record },
      }
    })
    outbox.wake()
    return extended
  }

  /** Whoever sets a limit means to lend; a number of plays that is used up would take back. */
  function refuseToEnd(assignment: Assignment, { plays }: NewLimits): void {
    if (typeof plays !== 'number' || !isPlayedOut(assignment, rules, clock.now())) return
    throw new OtpError('invalid_input', refusals.playsUsed(plays, assignment.playsUsed))
  }
}

async function decide(given: NewLimits | Deciding, standing: Assignment): ReturnType<Deciding> {
  return typeof given === 'function' ? given(standing) : { limits: given, assignment: standing, changes: [] }
}

function newLimits(request: ExtendRequest, now: number, calendar: Calendar): NewLimits {
  const { expires, plays } = request
  if (expires === undefined && plays === undefined) {
    throw new OtpError('invalid_input', refusals.limitsMissing())
  }

  const given = readLimits(
    { ...(typeof expires === 'string' && { expires }), ...(typeof plays === 'number' && { plays }) },
    now,
    calendar,
  )
  return { ...given, ...(expires === null && { expiresAt: null }), ...(plays === null && { plays: null }) }
}

function withLimits(assignment: Assignment, limits: NewLimits): Assignment {
  const { expiresAt: deadline, plays: times, ...rest } = assignment
  const { expiresAt = deadline, plays = times } = limits
  return {
    ...rest,
    ...(typeof expiresAt === 'number' && { expiresAt }),
    ...(typeof plays === 'number' && { plays }),
  }
}

function answer({ assignment, before }: Extended): ExtendedAnswer {
  const isNews = assignment.expiresAt !== before.expiresAt
  return {
    assignment,
    extended: {
      ...(before.expiresAt !== undefined && { expiresBefore: before.expiresAt }),
      ...(before.plays !== undefined && { playsBefore: before.plays }),
    },
    guestTold:
      assignment.guest.discordUserId === undefined ? 'not-linked' : isNews ? 'queued' : 'nothing-new',
  }
}

function several(username: string, open: readonly Assignment[]): OtpError {
  const candidates = open.slice(0, 5).map((one) => ({ value: one.id, label: titleOf(one.media) }))
  const labels = candidates.map(({ value, label }) => `${label} (${value})`)
  return new OtpError('ambiguous', refusals.severalOpen(username, labels), { candidates })
}
