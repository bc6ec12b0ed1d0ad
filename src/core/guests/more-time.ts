import type { Extension } from '../assignments/extension.js'
import { transact } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { guestRefusals } from '../messages/guests.js'
import { refusals } from '../messages/refusals.js'
import type { Assignment, TimeAnswer } from '../model.js'
import type { Change, Clock, Logger, Store, Stored } from '../ports.js'
import { isOpen, withHistory } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import type { Tidings } from '../telling/tidings.js'
import { titleOf } from '../titles.js'
import type { Links } from './links.js'

/** What counts: the answer given now or, by whom it says, before. */
export interface TimeAnswered {
  assignment: Assignment
  answer: TimeAnswer
}

/** A guest asks for more time, and an admin says how much. */
export interface MoreTime {
  /**
   * Asks the admins, unless they are being asked already. Throws `forbidden`, `assignment_not_found`, and `conflict`
   * when it has ended or has no deadline.
   */
  ask(request: { id: string; discordUserId: string }): Promise<'asked' | 'waiting'>
  /** `moreMs` is added to the deadline; without it the guest is told no. Only the first answer counts. */
  answer(request: { id: string; moreMs?: number; by: string }): Promise<TimeAnswered>
}

interface Needs {
  store: Store
  links: Links
  extension: Extension
  tidings: Tidings
  outbox: Outbox
  clock: Clock
  log: Logger
  /** Running streams are to be judged under the new state. */
  wakeMonitor: () => void
}

export function createMoreTime(needs: Needs): MoreTime {
  const { store, links, extension, tidings, outbox, clock, log, wakeMonitor } = needs

  return { ask, answer }

  async function ask({ id, discordUserId }: { id: string; discordUserId: string }) {
    const asked = await transact<'asked' | 'waiting'>(store, async () => {
      const { record, revision } = await links.own(id, discordUserId)
      refuseWhereUseless(record)
      if (record.timeRequest && !record.timeRequest.answer) return { changes: [], value: 'waiting' }

      const at = clock.now()
      const line = { at, by: `discord:${discordUserId}`, what: 'asked for more time' }
      const card = outbox.draft(record.machineIdentifier, {
        to: 'admins',
        notice: { kind: 'time-request', assignment: record },
      })
      const after = { ...withHistory(record, line), timeRequest: { askedAt: at, cardId: card.id } }
      return {
        changes: [{ kind: 'assignment', id, record: after, ifRevision: revision }, card.change],
        value: 'asked',
      }
    })
    outbox.wake()
    return asked
  }

  async function answer({
    id,
    moreMs,
    by,
  }: {
    id: string
    moreMs?: number
    by: string
  }): Promise<TimeAnswered> {
    const before = await standing(id)
    const given = before.record.timeRequest?.answer
    if (given) return { assignment: before.record, answer: given }

    const answered = moreMs === undefined ? await deny(id, by) : await grant(before.record, moreMs, by)
    const settled = answered ?? (await close(id))
    outbox.wake()
    wakeMonitor()
    log.info('request for more time answered', { assignment: id, by, answer: settled.answer.kind })
    return settled
  }

  /** In one write with the new deadline, so that of two answers only one lends more time. */
  async function grant(assignment: Assignment, moreMs: number, by: string) {
    let answer: TimeAnswer | undefined
    const extended = await extension.extend(assignment, {
      by,
      limits: async (now) => {
        if (!now.timeRequest || now.timeRequest.answer || now.expiresAt === undefined) return undefined

        const expiresAt = now.expiresAt + moreMs
        answer = { kind: 'granted', at: clock.now(), by, expiresAt }
        const after = answered(now, answer)
        return { limits: { expiresAt }, assignment: after, changes: await cardOf({ ...after, expiresAt }) }
      },
    })
    return extended && answer && { assignment: extended.assignment, answer }
  }

  async function deny(id: string, by: string) {
    return transact<TimeAnswered | undefined>(store, async () => {
      const { record, revision } = await standing(id)
      if (!isOpen(record) || record.timeRequest?.answer) return { changes: [], value: undefined }

      const line = { at: clock.now(), by, what: 'more time denied' }
      const answer: TimeAnswer = { kind: 'denied', at: clock.now(), by }
      const after = answered(withHistory(record, line), answer)
      return {
        changes: [
          { kind: 'assignment', id, record: after, ifRevision: revision },
          ...(await cardOf(after)),
          ...tidings.timeDenied(after),
        ],
        value: { assignment: after, answer },
      }
    })
  }

  /** Nothing could be answered: somebody has done so before, or the pass has ended meanwhile. */
  async function close(id: string): Promise<TimeAnswered> {
    return transact<TimeAnswered>(store, async () => {
      const { record, revision } = await standing(id)
      const given = record.timeRequest?.answer
      if (given) return { changes: [], value: { assignment: record, answer: given } }

      const answer: TimeAnswer = { kind: 'over', at: record.endedAt ?? clock.now(), by: 'otp' }
      const after = answered(record, answer)
      return {
        changes: [{ kind: 'assignment', id, record: after, ifRevision: revision }, ...(await cardOf(after))],
        value: { assignment: after, answer },
      }
    })
  }

  async function standing(id: string): Promise<Stored<Assignment>> {
    const stored = await store.read('assignment', id)
    if (!stored) throw new OtpError('assignment_not_found', refusals.assignmentUnknown(id))
    if (!stored.record.timeRequest) {
      throw new OtpError('conflict', guestRefusals.nothingAsked(titleOf(stored.record.media)))
    }
    return stored
  }

  /** The card says what was answered, and by whom. */
  async function cardOf(assignment: Assignment): Promise<Change[]> {
    const card = await store.read('message', assignment.timeRequest?.cardId ?? '')
    if (!card) return []
    return [outbox.revise(card, { to: 'admins', notice: { kind: 'time-request', assignment } })]
  }
}

function answered(assignment: Assignment, answer: TimeAnswer): Assignment {
  const { timeRequest } = assignment
  return timeRequest ? { ...assignment, timeRequest: { ...timeRequest, answer } } : assignment
}

function refuseWhereUseless(assignment: Assignment): void {
  const title = titleOf(assignment.media)
  if (!isOpen(assignment)) throw new OtpError('conflict', guestRefusals.over(title))
  if (assignment.expiresAt === undefined) throw new OtpError('conflict', guestRefusals.noDeadline(title))
}
