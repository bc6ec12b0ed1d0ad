import type { OtpEvent } from './events/event.js'
import type { WebhookProgress } from './events/webhook.js'
import type { ApiKey, Assignment, Guest, Invitation, KeptAnswer, PlexPerson, Violation } from './model.js'
import type { OutboxMessage } from './telling/notices.js'

/** A single fact that must survive a restart, by name. */
export type Setting =
  | { name: 'monitor'; running: boolean; at: number; by: string; remindedAt?: number }
  | { name: 'client-identifier'; value: string }
  | { name: 'plex-outage'; since: number; over: boolean; reason?: string }
  | { name: 'last-reading'; at: number }
  | { name: 'server'; machineIdentifier: string; ownerPlexId?: string }
  /** The last PIN, and who asked for it; with the account once somebody has signed in. */
  | { name: 'plex-pin'; pinId: string; by: string; expiresAt: number; account?: PlexPerson }
  /** Whether plex.tv refuses the token, and since when. */
  | { name: 'plex-token'; dead: boolean; at: number }
  /** The invitation that was asked for last for somebody: until its fate is known nobody begins another. */
  | { name: 'inviting'; invitationId: string }
  | RestoredSetting

/**
 * The store was brought back from a backup. Until somebody says that OTP may go on, nothing is done by itself for the
 * guests of that time.
 */
export interface RestoredSetting {
  name: 'restored'
  at: number
  /** When the backup was made, where it says so. */
  madeAt?: number
  /** Plex ids of guests who were under watch or had a pass, or access still to be taken away. */
  plexIds: string[]
  /** When the admins were told. */
  toldAt?: number
  resumed?: { at: number; by: string }
}

/** Everything OTP stores, by kind. */
export interface Records {
  answer: KeptAnswer
  assignment: Assignment
  event: OtpEvent
  guest: Guest
  invitation: Invitation
  key: ApiKey
  message: OutboxMessage
  setting: Setting
  violation: Violation
  webhook: WebhookProgress
}

export type Kind = keyof Records

/** What records can be found by, besides their id. */
export interface Facets {
  /** There is still something to do about it. */
  open: boolean
  /** The Plex id of the guest it is about. */
  guest?: string
  /** The state it is in, where it has one. */
  state?: string
}

const facetsOf: { [K in Kind]: (record: Records[K]) => Facets } = {
  answer: () => ({ open: false }),
  assignment: (it) => ({ open: it.access !== 'taken', guest: it.guest.plexId, state: it.state }),
  event: () => ({ open: false }),
  guest: (it) => ({ open: it.watched, guest: it.plexId }),
  invitation: (it) => ({
    open: it.state === 'asked' || it.state === 'sent' || isBeingWithdrawn(it) || hasLeftSomething(it),
    state: it.state,
    ...(it.guest && { guest: it.guest.plexId }),
  }),
  key: (it) => ({ open: it.removedAt === undefined }),
  message: (it) => ({ open: it.status === 'due', state: it.status }),
  setting: () => ({ open: true }),
  violation: (it) => ({
    open: it.endedAt === undefined,
    guest: it.guest.plexId,
    ...(it.resolution && { state: it.resolution.doneAt === undefined ? 'resolving' : 'resolved' }),
  }),
  webhook: (it) => ({ open: it.deadSince === undefined }),
}

/** The facets of a record, computed by whoever stores it. */
export function facets<K extends Kind>(kind: K, record: Records[K]): Facets {
  return facetsOf[kind](record)
}

/** The id of a guest's record: one person may be a guest of several servers. */
export function guestId(machineIdentifier: string, plexId: string): string {
  return `${machineIdentifier}.${plexId}`
}

/** Standing access is being taken back, and plex.tv has not confirmed it yet. */
export function isBeingWithdrawn({ withdrawn }: Invitation): boolean {
  return withdrawn !== undefined && withdrawn.doneAt === undefined
}

/** What was made for an invitation is to be removed when it comes to nothing. */
export function hasLeftSomething({ labelled = [], purpose, state }: Invitation): boolean {
  if (state !== 'failed' && state !== 'cancelled') return false
  return (
    labelled.length > 0 || (purpose.kind === 'assignment' && purpose.assignment.privateLibrary !== undefined)
  )
}
