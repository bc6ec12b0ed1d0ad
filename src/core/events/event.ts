import type { Assignment, GuestRef, Invitation, Violation } from '../model.js'

/** Every change that scripts can hear of. */
export const eventNames = [
  'assignment.created',
  'assignment.ready',
  'assignment.watching',
  'assignment.finished',
  'assignment.expired',
  'assignment.revoked',
  'assignment.extended',
  'assignment.replaced',
  'violation.seen',
  'violation.enforced',
  'violation.ended',
  'violation.resolved',
  'invitation.sent',
  'invitation.accepted',
  'invitation.cancelled',
  'invitation.failed',
  'guest.released',
  'server.down',
  'server.up',
  'account.token_dead',
  'monitor.started',
  'monitor.stopped',
] as const

export type EventName = (typeof eventNames)[number]

/** What an event is about, as it was just after the change. */
export type Subject =
  | { kind: 'assignment'; assignment: Assignment }
  | { kind: 'violation'; violation: Violation }
  | { kind: 'invitation'; invitation: Invitation }
  | { kind: 'guest'; guest: GuestRef }
  /** Since when the media server does not answer, or did not. */
  | { kind: 'server'; since: number; reason?: string }
  /** Since when plex.tv refuses the token. */
  | { kind: 'account'; since: number }
  | { kind: 'monitor'; running: boolean; by: string }

/** One change, before it has its place in the order of things. */
export interface Happening {
  name: EventName
  about: Subject
}

/** One change that was written down, in the same write as the change itself. Ids sort by time. */
export interface OtpEvent extends Happening {
  id: string
  at: number
  /** Nothing was ever written down before it. */
  first?: true
}
