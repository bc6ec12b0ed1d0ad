import type { GuestRef, ItemGrant, Library, MediaItem } from '../model.js'

/** A guest, or somebody else with a Plex account. */
export type Somebody = Pick<GuestRef, 'plexId' | 'username'>

/** What an open assignment was given and somebody else has taken away since. */
export type Lack =
  /** Neither a friend of the owner nor invited any more. */
  | 'connection'
  | 'share'
  | 'library'
  | 'restriction'
  | 'label'
  /** The item itself is not on the server. */
  | 'item'
  | 'private-library'
  | 'grant'
  /** Downloads were switched off, and are allowed again. */
  | 'no-downloads'

/**
 * Something at Plex that no open assignment explains, or the reverse. `repairable`: the store records that OTP made
 * it, so that OTP may take it away.
 */
export type Finding =
  /** A label of OTP's on an item that nobody's assignment needs there. `guest`: whose label it is. */
  | {
      kind: 'label'
      label: string
      media: MediaItem
      guest?: Somebody
      /** It was put there for this invitation, which came to nothing. */
      invitationId?: string
      recorded: boolean
      repairable: boolean
    }
  /** What somebody may see is restricted to a label of OTP's without an assignment that needs it. */
  | { kind: 'restriction'; label: string; guest?: Somebody; recorded: boolean; repairable: boolean }
  /** A library that OTP opened for somebody and nothing needs. */
  | { kind: 'library'; library: Pick<Library, 'key' | 'title'>; guest: Somebody; repairable: boolean }
  /** A library of OTP's making that nobody needs any more. */
  | {
      kind: 'private-library'
      library: Pick<Library, 'key' | 'title'>
      media?: MediaItem
      guest?: Somebody
      assignmentId?: string
      invitationId?: string
      recorded: boolean
      repairable: boolean
    }
  /** Single items that OTP granted and nothing needs. */
  | { kind: 'grant'; guest: Somebody; ratingKeys: string[]; repairable: boolean }
  | {
      kind: 'missing'
      lacks: Lack
      guest: Somebody
      media: MediaItem
      assignmentId: string
      repairable: false
    }
  /** Single items were granted, and plex.tv does not tell which. */
  | { kind: 'grants-unknown'; reason: string; repairable: false }
  /** An assignment has ended long ago, and its access is still being taken away. */
  | { kind: 'still-taking'; guest: Somebody; media: MediaItem; assignmentId: string; repairable: true }
  /** Access that was begun to be given long ago, and nobody knows whether it was. */
  | { kind: 'still-giving'; guest: Somebody; media: MediaItem; assignmentId: string; repairable: false }
  /** Somebody is watched as a guest, has no assignment and plays nothing. */
  | { kind: 'still-watched'; guest: Somebody; repairable: true }
  /** Open assignments belong to a server that is not this one. */
  | { kind: 'other-server'; machineIdentifier: string; assignments: number; repairable: false }

/** What was found; guests for whom something is under way at this moment are passed over. */
export interface DriftReport {
  findings: Finding[]
  passedOver: Somebody[]
}

export interface RepairReport {
  repaired: Finding[]
  /** What is still there, also what OTP leaves alone. */
  left: Finding[]
  passedOver: Somebody[]
}

/** Who it is about, where it is about somebody. */
export function guestOf(finding: Finding): Somebody | undefined {
  return 'guest' in finding ? finding.guest : undefined
}

export function mediaOf(finding: Finding): MediaItem | undefined {
  return 'media' in finding ? finding.media : undefined
}

/** The same, whatever OTP may do about it. */
export function isSameFinding(one: Finding, other: Finding): boolean {
  const plain = ({ repairable: _, ...rest }: Finding) => JSON.stringify(rest)
  return plain(one) === plain(other)
}

/** Of all grants to one person on one server. */
export function grantedTo(
  grants: readonly ItemGrant[],
  machineIdentifier: string,
  { plexId }: Somebody,
): string[] {
  return grants
    .filter((one) => one.machineIdentifier === machineIdentifier && one.plexId === plexId)
    .flatMap((one) => one.ratingKeys)
}
