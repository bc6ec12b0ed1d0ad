import { linkKeyOf } from '../access/private-library.js'
import type { Assignment, ForeignChange, Guest, GuestRef, Invitation } from '../model.js'
import type { Change, PlexServer } from '../ports.js'
import { stopsEverythingElse } from '../states.js'
import type { AdminNotice, GuestNotice } from './notices.js'
import type { Outbox } from './outbox.js'

/** What people are told of a change, as changes to be written together with it. */
export interface Tidings {
  assigned(assignment: Assignment, guest: Guest): Change[]
  /** The deadline has changed. */
  extended(assignment: Assignment): Change[]
  /** The invitation was accepted, so the pass can be used. */
  ready(assignment: Assignment): Change[]
  /** Standing access to a library. */
  invited(invitation: Invitation, guest: GuestRef): Change[]
  /**
   * An assignment is over; `accessLeft` when plex.tv has not confirmed that the access is gone, `foreign` what
   * somebody else has changed meanwhile and is left as it is.
   */
  ended(assignment: Assignment, access: { accessLeft: boolean; foreign: readonly ForeignChange[] }): Change[]
  /** What the admins were told is still open has been done. */
  accessGone(assignment: Assignment): Change[]
  invitationFailed(machineIdentifier: string, invitee: string, reason: string): Change[]
}

export function createTidings({ outbox, plexServer }: { outbox: Outbox; plexServer: PlexServer }): Tidings {
  return { assigned, extended, ready, invited, ended, accessGone, invitationFailed }

  function assigned(assignment: Assignment, guest: Guest): Change[] {
    const { machineIdentifier, media, expiresAt, state } = assignment
    return toGuest(machineIdentifier, assignment.guest, {
      kind: 'assigned',
      media,
      link: linkOf(assignment),
      pending: state === 'pending',
      everythingElseStops: stopsEverythingElse(assignment, guest),
      ...(expiresAt !== undefined && { expiresAt }),
    })
  }

  function extended(assignment: Assignment): Change[] {
    const { machineIdentifier, guest, media, expiresAt } = assignment
    const link = linkOf(assignment)
    const deadline = expiresAt === undefined ? {} : { expiresAt }
    return toGuest(machineIdentifier, guest, { kind: 'extended', media, link, ...deadline })
  }

  function ready(assignment: Assignment): Change[] {
    const { machineIdentifier, guest, media, expiresAt } = assignment
    const link = linkOf(assignment)
    const deadline = expiresAt === undefined ? {} : { expiresAt }
    return [
      ...toGuest(machineIdentifier, guest, { kind: 'ready', media, link, ...deadline }),
      toAdmins(machineIdentifier, { kind: 'invitation-accepted', guest, media }),
    ]
  }

  function invited({ machineIdentifier, purpose, state }: Invitation, guest: GuestRef): Change[] {
    if (purpose.kind !== 'standing') return []
    const pending = state !== 'accepted'
    return toGuest(machineIdentifier, guest, { kind: 'invited', library: purpose.library, pending })
  }

  function ended(
    assignment: Assignment,
    { accessLeft, foreign }: { accessLeft: boolean; foreign: readonly ForeignChange[] },
  ): Change[] {
    const { machineIdentifier, guest, media, state, endReason } = assignment
    const reason = endReason === undefined ? {} : { reason: endReason }
    const final = state === 'finished' || state === 'expired' ? state : 'revoked'
    return [
      ...toGuest(machineIdentifier, guest, { kind: 'ended', media, state: final, ...reason }),
      toAdmins(machineIdentifier, {
        kind: 'assignment-ended',
        assignment,
        accessLeft,
        ...reason,
        ...(foreign.length > 0 && { foreign: [...foreign] }),
      }),
    ]
  }

  function accessGone({ machineIdentifier, guest, media }: Assignment): Change[] {
    return [toAdmins(machineIdentifier, { kind: 'access-gone', guest, media })]
  }

  function invitationFailed(machineIdentifier: string, invitee: string, reason: string): Change[] {
    return [toAdmins(machineIdentifier, { kind: 'invitation-failed', invitee, reason })]
  }

  /** With a private library it opens the copy, which is all the guest can see. */
  function linkOf(assignment: Assignment): string {
    return plexServer.linkTo(assignment.machineIdentifier, linkKeyOf(assignment))
  }

  function toAdmins(machineIdentifier: string, notice: AdminNotice): Change {
    return outbox.draft(machineIdentifier, { to: 'admins', notice }).change
  }

  /** A guest without a linked Discord user is told by the admin, who sees the link in the answer. */
  function toGuest(machineIdentifier: string, guest: GuestRef, notice: GuestNotice): Change[] {
    if (guest.discordUserId === undefined) return []
    return [outbox.draft(machineIdentifier, { to: 'guest', guest, notice }).change]
  }
}
