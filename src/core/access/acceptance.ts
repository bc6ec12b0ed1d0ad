import type { AtHand } from '../engine/at-hand.js'
import { all, transact } from '../engine/transact.js'
import type { Turns } from '../engine/turns.js'
import { reasons } from '../messages/reasons.js'
import type { Assignment, Invitation, Share } from '../model.js'
import type { Clock, Logger, PlexAccount, Store } from '../ports.js'
import { isBeingWithdrawn } from '../records.js'
import { withHistory } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import type { Tidings } from '../telling/tidings.js'
import type { InvitationBook } from './invitation-book.js'
import type { InvitationMaking } from './invitation-making.js'
import type { Invites } from './invites.js'
import { findMade } from './made-shares.js'
import { noFilters } from './wanted.js'
import type { Withdrawing } from './withdrawing.js'

/** An invitation that nobody can find at plex.tv after this time did not go out. */
const lostAfterMs = 15 * 60_000

/** Looks at plex.tv for what guests and slow answers have done meanwhile. */
export interface Acceptance {
  /** Notices acceptance and finishes invitations whose fate was unknown; one reading serves all. */
  look(machineIdentifier: string): Promise<void>
}

interface Needs {
  plexAccount: PlexAccount
  store: Store
  hand: AtHand
  book: InvitationBook
  invites: Invites
  making: InvitationMaking
  withdrawing: Withdrawing
  tidings: Tidings
  outbox: Outbox
  turns: Turns
  clock: Clock
  log: Logger
}

export function createAcceptance(needs: Needs): Acceptance {
  const { plexAccount, store, hand, book, invites, making, withdrawing, tidings, outbox, turns, clock, log } =
    needs

  return { look }

  async function look(machineIdentifier: string): Promise<void> {
    const isHere = (one: { machineIdentifier: string }) => one.machineIdentifier === machineIdentifier
    const heldUntil = hand.restored()?.at ?? Number.NEGATIVE_INFINITY
    const invitations = (await all(store, 'invitation', { open: true }))
      .map((one) => one.record)
      .filter((one) => isHere(one) && one.at > heldUntil)
    const pending = await all(store, 'assignment', { open: true, state: 'pending' })
    const waiting = pending
      .map((one) => one.record)
      .filter((one) => isHere(one) && !hand.isHeld(one.guest.plexId))
    if (invitations.length === 0 && waiting.length === 0) return

    const shares = (await plexAccount.shares()).filter(isHere)
    const accepted = new Set(shares.filter((one) => one.accepted).map((one) => one.person?.plexId))
    for (const one of invitations) {
      if (one.state === 'asked') await byItself(one.id, () => finishOrGiveUp(one, shares))
      else if (isBeingWithdrawn(one)) await byItself(one.id, () => withdrawing.goOn(one.id))
      else if (one.state !== 'sent') await byItself(one.id, () => tidyUp(one))
      else if (accepted.has(one.guest?.plexId)) await byItself(one.id, () => book.accept(one.id))
    }
    for (const { id } of waiting.filter((it) => accepted.has(it.guest.plexId))) {
      await byItself(id, () => makeReady(id))
    }
  }

  /** One that cannot be finished does not hold up the others. */
  async function byItself(id: string, task: () => Promise<void>): Promise<void> {
    await task().catch((error: unknown) => log.warn('an invitation could not be looked after', { id, error }))
  }

  /** What became of an invitation whose answer was lost. */
  async function finishOrGiveUp(invitation: Invitation, shares: readonly Share[]): Promise<void> {
    await turns.run(invitation.invitee.toLowerCase(), async () => {
      const asked = await book.read(invitation.id)
      const { id, state, at, sentAt } = asked
      if (state !== 'asked') return

      const made = sentAt === undefined ? undefined : findMade(shares, { filters: noFilters, ...asked })
      if (made?.isRight) {
        await invites.finish(id, made.share)
      } else if (made) {
        await invites.takeBack(id, made.share)
      } else if (sentAt === undefined || clock.now() - at >= lostAfterMs) {
        // Nobody is at it: whoever was would hold the turn.
        await book.giveUp(id, sentAt === undefined ? reasons.invitationNotSent() : reasons.invitationLost())
        outbox.wake()
        await making.tidyUp(await book.read(id))
      }
    })
  }

  /** Whoever began it may have tidied up meanwhile. */
  async function tidyUp({ id, invitee }: Invitation): Promise<void> {
    await turns.run(invitee.toLowerCase(), async () => making.tidyUp(await book.read(id)))
  }

  async function makeReady(id: string): Promise<void> {
    await transact(store, async () => {
      const stored = await store.read('assignment', id)
      if (stored?.record.state !== 'pending') return { changes: [], value: undefined }

      const record: Assignment = {
        ...withHistory(stored.record, { at: clock.now(), by: 'otp', what: 'invitation accepted' }),
        state: 'ready',
      }
      return {
        changes: [{ kind: 'assignment', id, record, ifRevision: stored.revision }, ...tidings.ready(record)],
        value: undefined,
      }
    })
    log.info('invitation accepted', { assignment: id })
    outbox.wake()
  }
}
