import type { EndedAnswer } from '../api.js'
import type { Endings } from '../assignments/endings.js'
import type { AtHand } from '../engine/at-hand.js'
import { openAssignmentsOf } from '../engine/open-assignments.js'
import { transact } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { guestRefusals } from '../messages/guests.js'
import type { Assignment, Guest, LeavingAnswer } from '../model.js'
import type { Change, Clock, Logger, Members, Store, Stored } from '../ports.js'
import { guestId } from '../records.js'
import { isOpen, refOf } from '../states.js'
import type { Notice } from '../telling/notices.js'
import type { Outbox } from '../telling/outbox.js'

const lookEveryMs = 24 * 3_600_000

/** Notices when a linked Discord member has left, and asks the admins once what to do about it. */
export interface Leavers {
  /** Looks at one guest whose turn it is, and at everybody who gave reason to. */
  look(machineIdentifier: string): Promise<void>
  /** `id` is that of the guest's record. Only the first answer counts; throws `conflict` when none is wanted any more. */
  answer(request: { id: string; revoke: boolean; by: string }): Promise<LeavingAnswered>
}

export interface LeavingAnswered {
  guest: Guest
  answer: LeavingAnswer
  now: boolean
  /** What was ended. */
  ended?: EndedAnswer
}

interface Needs {
  store: Store
  hand: AtHand
  members: Members
  endings: Endings
  outbox: Outbox
  clock: Clock
  log: Logger
}

export function createLeavers(needs: Needs): Leavers {
  const { store, hand, members, endings, outbox, clock, log } = needs
  /** Discord users who could not be written to, as if they were not there. */
  const doubted = new Set<string>()
  members.onDoubt((discordUserId) => doubted.add(discordUserId))

  return { look, answer }

  async function look(machineIdentifier: string): Promise<void> {
    const stored = await Promise.all(holders(machineIdentifier).map((id) => store.read('guest', id)))
    const linked = stored.flatMap((one) => (one?.record.discordUserId === undefined ? [] : [one.record]))
    const inDoubt = linked.filter(({ discordUserId = '' }) => doubted.has(discordUserId))
    const [longest] = linked
      .filter((one) => !inDoubt.includes(one) && clock.now() - lookedAt(one) >= lookEveryMs)
      .sort((a, b) => lookedAt(a) - lookedAt(b))

    for (const one of longest ? [...inDoubt, longest] : inDoubt) await lookAt(one)
    for (const one of linked) await finishRevoking(one)
  }

  /** What was decided, and cut short by the end of the program. */
  async function finishRevoking(guest: Guest): Promise<void> {
    const answer = memberOf(guest)?.left?.answer
    if (answer?.kind !== 'revoked') return
    const open = (await openOf(guest)).filter((one) => one.createdAt < answer.at)
    if (open.length > 0) await endAll(open, answer.by)
  }

  /** Records of guests with something open. */
  function holders(machineIdentifier: string): string[] {
    const open = hand
      .assignments()
      .filter((one) => one.machineIdentifier === machineIdentifier && isOpen(one))
    return [...new Set(open.map((one) => guestId(machineIdentifier, one.guest.plexId)))]
  }

  async function lookAt({ machineIdentifier, plexId, discordUserId = '' }: Guest): Promise<void> {
    const standing = await members.standing(discordUserId)
    if (standing === 'unknown') return

    const id = guestId(machineIdentifier, plexId)
    await transact(store, async () => {
      const stored = await store.read('guest', id)
      if (!stored || stored.record.discordUserId !== discordUserId) return { changes: [], value: undefined }
      return { changes: await noticed(stored, discordUserId, standing), value: undefined }
    })
    doubted.delete(discordUserId)
    outbox.wake()
  }

  async function noticed(
    { id, revision, record }: Stored<Guest>,
    discordUserId: string,
    standing: 'member' | 'left',
  ): Promise<Change[]> {
    const known = memberOf(record)
    const seen = { discordUserId, lookedAt: clock.now() }
    const written = (member: Guest['member']): Change => ({
      kind: 'guest',
      id,
      record: { ...record, ...(member && { member }) },
      ifRevision: revision,
    })
    if (standing === 'member') return [written(seen), ...(await cameBack(record))]
    if (known?.left) return [written({ ...seen, left: known.left })]

    const card = outbox.draft(record.machineIdentifier, await contentOf(record))
    log.info('a linked member has left the Discord server', { guest: record.plexId })
    return [written({ ...seen, left: { at: clock.now(), cardId: card.id } }), card.change]
  }

  /** Who is back needs no decision any more. */
  async function cameBack(guest: Guest): Promise<Change[]> {
    const left = memberOf(guest)?.left
    if (!left || left.answer) return []
    return cardOf(guest, left.cardId, { kind: 'back', at: clock.now(), by: 'otp' })
  }

  async function answer({ id, revoke, by }: { id: string; revoke: boolean; by: string }) {
    const answered = await transact<Omit<LeavingAnswered, 'ended'>>(store, async () => {
      const stored = await store.read('guest', id)
      const member = stored && memberOf(stored.record)
      if (!stored || !member?.left) throw new OtpError('conflict', guestRefusals.notLeft())
      const { record, revision } = stored
      const { left } = member
      if (left.answer) return { changes: [], value: { guest: record, answer: left.answer, now: false } }

      const given: LeavingAnswer = { kind: revoke ? 'revoked' : 'kept', at: clock.now(), by }
      const after: Guest = { ...record, member: { ...member, left: { ...left, answer: given } } }
      return {
        changes: [
          { kind: 'guest', id, record: after, ifRevision: revision },
          ...(await cardOf(record, left.cardId, given)),
        ],
        value: { guest: after, answer: given, now: true },
      }
    })
    outbox.wake()
    if (!answered.now || !revoke) return answered
    return { ...answered, ended: await endAll(await openOf(answered.guest), by) }
  }

  async function endAll(open: readonly Assignment[], by: string): Promise<EndedAnswer> {
    const access = await endings.end(open, { state: 'revoked', by, reason: guestRefusals.leftServer() })
    return { ended: [...open], access }
  }

  async function cardOf(guest: Guest, cardId: string, answer: LeavingAnswer): Promise<Change[]> {
    const card = await store.read('message', cardId)
    return card ? [outbox.revise(card, await contentOf(guest, answer))] : []
  }

  async function contentOf(guest: Guest, answer?: LeavingAnswer): Promise<Notice> {
    return {
      to: 'admins',
      notice: {
        kind: 'member-left',
        id: guestId(guest.machineIdentifier, guest.plexId),
        guest: refOf(guest),
        media: (await openOf(guest)).map((one) => one.media),
        ...(answer && { answer }),
      },
    }
  }

  function openOf({ machineIdentifier, plexId }: Guest): Promise<Assignment[]> {
    return openAssignmentsOf(store, machineIdentifier, plexId)
  }
}

/** What is known of the Discord member that the guest is linked to now. */
function memberOf({ member, discordUserId }: Guest): Guest['member'] {
  return member?.discordUserId === discordUserId ? member : undefined
}

function lookedAt(guest: Guest): number {
  return memberOf(guest)?.lookedAt ?? 0
}
