import { currentMark } from '../assignments/progress.js'
import type { AtHand } from '../engine/at-hand.js'
import { transact } from '../engine/transact.js'
import type { Assignment } from '../model.js'
import type { Clock, Store } from '../ports.js'
import { isOpen } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import type { Tidings } from '../telling/tidings.js'

const beforeMs = 3_600_000

/** Tells guests once that a deadline is an hour away, or later when OTP did not run at that time. */
export interface Reminders {
  look(machineIdentifier: string): Promise<void>
}

interface Needs {
  store: Store
  hand: AtHand
  tidings: Tidings
  outbox: Outbox
  clock: Clock
}

export function createReminders({ store, hand, tidings, outbox, clock }: Needs): Reminders {
  return { look }

  async function look(machineIdentifier: string): Promise<void> {
    const due = hand
      .assignments()
      .filter((one) => one.machineIdentifier === machineIdentifier && isDue(one, clock.now()))
    for (const { id } of due) await remind(id)
  }

  /** The message and the note of it are one write. */
  async function remind(id: string): Promise<void> {
    await transact(store, async () => {
      const stored = await store.read('assignment', id)
      if (!stored || !isDue(stored.record, clock.now())) return { changes: [], value: undefined }

      const { expiresAt } = stored.record
      const record = { ...stored.record, ...(expiresAt !== undefined && { remindedFor: expiresAt }) }
      return {
        changes: [
          { kind: 'assignment', id, record, ifRevision: stored.revision },
          ...tidings.almostOver(stored.record),
        ],
        value: undefined,
      }
    })
    outbox.wake()
  }
}

function isDue(assignment: Assignment, now: number): boolean {
  const { expiresAt, remindedFor, guest } = assignment
  if (expiresAt === undefined || remindedFor === expiresAt || guest.discordUserId === undefined) return false
  if (!isOpen(assignment) || now >= expiresAt || now < expiresAt - beforeMs) return false
  return knownSince(assignment) < expiresAt - beforeMs && !isAtEnd(assignment)
}

/** When the guest was told of a deadline last: a shorter time than the hour needs no second word. */
function knownSince({ createdAt, history }: Assignment): number {
  return history.findLast((one) => one.what === 'extended')?.at ?? createdAt
}

/** Seen to the end, and about to count as finished. */
function isAtEnd(assignment: Assignment): boolean {
  const { type } = assignment.media
  return type !== 'season' && type !== 'show' && (currentMark(assignment)?.atEnd ?? false)
}
