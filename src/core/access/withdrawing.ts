import type { Endings } from '../assignments/endings.js'
import { openAssignmentsOf } from '../engine/open-assignments.js'
import { transact } from '../engine/transact.js'
import type { Turns } from '../engine/turns.js'
import { OtpError } from '../errors.js'
import { refusals } from '../messages/refusals.js'
import type { AccessBefore, Guest, GuestRef, Invitation } from '../model.js'
import type { Clock, Logger, Store, Stored } from '../ports.js'
import { guestId, isBeingWithdrawn } from '../records.js'
import { released } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import type { Tidings } from '../telling/tidings.js'
import type { Access } from './access.js'
import type { InvitationBook } from './invitation-book.js'
import { unique } from './wanted.js'

export interface Withdrawn {
  invitation: Invitation
  /** `pending`: plex.tv has not confirmed yet; OTP goes on by itself. */
  access: 'restored' | 'pending'
}

/** Takes standing access back: exactly what it gave, and nothing that a pass needs. */
export interface Withdrawing {
  /**
   * Withdraws an invitation, whether or not it was accepted. Throws `not_found`, and `conflict` for one that belongs to a
   * pass or whose fate nobody knows yet. One that has come to nothing is answered as it is.
   */
  withdraw(request: { id: string; by: string }): Promise<Withdrawn>
  /** Goes on where plex.tv or a restart came in between. */
  goOn(id: string): Promise<void>
}

export function createWithdrawing(needs: {
  store: Store
  book: InvitationBook
  access: Access
  endings: Endings
  tidings: Tidings
  outbox: Outbox
  turns: Turns
  clock: Clock
  log: Logger
}): Withdrawing {
  const { store, book, access, endings, tidings, outbox, turns, clock, log } = needs

  return { withdraw, goOn }

  async function withdraw({ id, by }: { id: string; by: string }): Promise<Withdrawn> {
    const { guest } = refuseOthers(await known(id))
    if (!guest) return { invitation: await known(id), access: 'restored' }

    return turns.run(guest.plexId, async () => {
      const invitation = await begin(id, by)
      const access = isBeingWithdrawn(invitation) ? await finish(invitation, guest) : 'restored'
      return { invitation: await book.read(id), access }
    })
  }

  async function goOn(id: string): Promise<void> {
    const { guest } = await known(id)
    if (!guest) return

    await turns.run(guest.plexId, async () => {
      const invitation = await book.read(id)
      if (isBeingWithdrawn(invitation)) await finish(invitation, guest)
    })
  }

  async function known(id: string): Promise<Invitation> {
    const stored = await store.read('invitation', id)
    if (!stored) throw new OtpError('not_found', refusals.invitationUnknown(id))
    return stored.record
  }

  /** The record ends first; until the access has followed it stays in sight. */
  async function begin(id: string, by: string): Promise<Invitation> {
    const invitation = await book.change(id, (now) => {
      const isOver = refuseOthers(now).state === 'cancelled' || now.state === 'failed'
      return isOver ? now : { ...now, state: 'cancelled', withdrawn: { at: clock.now(), by } }
    })
    log.info('standing access is taken back', { invitation: id, by })
    return invitation
  }

  async function finish(invitation: Invitation, guest: GuestRef): Promise<Withdrawn['access']> {
    try {
      await takeBack(invitation, guest)
    } catch (error) {
      if (!(error instanceof OtpError)) throw error
      log.warn('standing access could not be taken back yet', { invitation: invitation.id, error })
      return 'pending'
    }
    await book.change(invitation.id, (now) =>
      now.withdrawn ? { ...now, withdrawn: { ...now.withdrawn, doneAt: clock.now() } } : now,
    )
    return 'restored'
  }

  async function takeBack(invitation: Invitation, { plexId }: GuestRef): Promise<void> {
    const { machineIdentifier, libraryKeys, gave = libraryKeys } = invitation
    const standing = await book.standing(machineIdentifier, plexId)
    const stillGiven = standing.flatMap((one) => one.libraryKeys)
    const surplus = gave.filter((key) => !stillGiven.includes(key))
    if (surplus.length === 0) return

    await settleEnded(machineIdentifier, plexId)
    await update(machineIdentifier, plexId, (guest) => asGiven(guest, surplus))
    const { unsettled, lost } = await access.bringInLine(machineIdentifier, plexId, 'take')
    if (lost !== undefined) await tellLost(invitation, lost)
    if (unsettled) throw unsettled
    await update(machineIdentifier, plexId, (guest) =>
      guest.watched || guest.before ? guest : released(guest),
    )
  }

  /** What the end of a pass leaves, and what it takes, is decided before: with `keep` everything would stay. */
  async function settleEnded(machineIdentifier: string, plexId: string): Promise<void> {
    const open = await openAssignmentsOf(store, machineIdentifier, plexId)
    const { record } = await guestNow(machineIdentifier, plexId)
    if (!record.watched || open.length > 0) return

    await endings.catchUpWith(machineIdentifier, plexId)
    const after = await guestNow(machineIdentifier, plexId)
    if (after.record.watched) throw new OtpError('conflict', refusals.passEnding(after.record.username))
  }

  async function tellLost({ machineIdentifier, invitee }: Invitation, why: string): Promise<void> {
    await store.commit(tidings.invitationFailed(machineIdentifier, invitee, refusals.invitationNotBack(why)))
    outbox.wake()
  }

  function update(machineIdentifier: string, plexId: string, change: (guest: Guest) => Guest): Promise<void> {
    return transact(store, async () => {
      const { id, record, revision } = await guestNow(machineIdentifier, plexId)
      const changed = change(record)
      if (changed === record) return { changes: [], value: undefined }
      return { changes: [{ kind: 'guest', id, record: changed, ifRevision: revision }], value: undefined }
    })
  }

  async function guestNow(machineIdentifier: string, plexId: string): Promise<Stored<Guest>> {
    const stored = await store.read('guest', guestId(machineIdentifier, plexId))
    if (!stored) throw new Error(`Standing access of ${plexId} is to be taken back, and nobody knows them`)
    return stored
  }
}

function refuseOthers(invitation: Invitation): Invitation {
  const { state, purpose, invitee } = invitation
  if (state === 'failed' || state === 'cancelled') return invitation
  if (purpose.kind === 'assignment') throw new OtpError('conflict', refusals.invitationOfPass(invitee))
  if (state === 'asked') throw new OtpError('conflict', refusals.invitationNotSettled(invitee))
  return invitation
}

/** What was there "from before" and is to go is, from now on, what OTP gave: a pass that needs it keeps it while it lasts. */
function asGiven(guest: Guest, surplus: readonly string[]): Guest {
  return {
    ...guest,
    ...(guest.before && { before: withoutLibraries(guest.before, surplus) }),
    givenLibraryKeys: unique([...guest.givenLibraryKeys, ...surplus]),
    // A list that is late or cut short must not pass for access that is gone.
    lastRead: guest.lastRead ?? { kind: 'libraries', libraryKeys: [...surplus] },
  }
}

function withoutLibraries(before: AccessBefore, surplus: readonly string[]): AccessBefore {
  if (before.kind !== 'libraries') return before

  const { libraryKeys, kind, ...more } = before
  const left = libraryKeys.filter((key) => !surplus.includes(key))
  return left.length > 0 ? { ...more, kind, libraryKeys: left } : { ...more, kind: 'none' }
}
