import { linkKeyOf } from '../access/private-library.js'
import type { ServerFacts } from '../engine/server-facts.js'
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
  /** The deadline is an hour away. */
  almostOver(assignment: Assignment): Change[]
  /** The guest asked for more time and does not get it. */
  timeDenied(assignment: Assignment): Change[]
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

interface Needs {
  outbox: Outbox
  plexServer: PlexServer
  facts: Pick<ServerFacts, 'capabilities'>
}

export function createTidings({ outbox, plexServer, facts }: Needs): Tidings {
  return { assigned, extended, almostOver, timeDenied, ready, invited, ended, accessGone, invitationFailed }

  function assigned(assignment: Assignment, guest: Guest): Change[] {
    return toGuest(assignment.machineIdentifier, assignment.guest, {
      kind: 'assigned',
      ...passOf(assignment),
      pending: assignment.state === 'pending',
      everythingElseStops: stopsEverythingElse(assignment, guest),
      ...paywall(),
    })
  }

  function extended(assignment: Assignment): Change[] {
    const { machineIdentifier, guest } = assignment
    return toGuest(machineIdentifier, guest, { kind: 'extended', ...passOf(assignment) })
  }

  function almostOver(assignment: Assignment): Change[] {
    const { machineIdentifier, guest, state } = assignment
    const pending = state === 'pending'
    return toGuest(machineIdentifier, guest, { kind: 'almost-over', ...passOf(assignment), pending })
  }

  function timeDenied(assignment: Assignment): Change[] {
    const { machineIdentifier, guest } = assignment
    return toGuest(machineIdentifier, guest, { kind: 'time-denied', ...passOf(assignment) })
  }

  function ready(assignment: Assignment): Change[] {
    const { machineIdentifier, guest, media } = assignment
    return [
      ...toGuest(machineIdentifier, guest, { kind: 'ready', ...passOf(assignment), ...paywall() }),
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

  /** What every message about an open assignment says of it. */
  function passOf(assignment: Assignment) {
    const { id, media, expiresAt } = assignment
    const deadline = expiresAt === undefined ? {} : { expiresAt }
    return { media, link: linkOf(assignment), assignmentId: id, ...deadline }
  }

  /** Only where it is known that the owner has no Plex Pass. */
  function paywall(): { needsOwnPlexPass?: true } {
    return facts.capabilities()?.plexPass === false ? { needsOwnPlexPass: true } : {}
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
