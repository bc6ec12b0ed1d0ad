import type {
  Assignment,
  FinalState,
  ForeignChange,
  GuestRef,
  LeavingAnswer,
  MediaItem,
  Violation,
} from '../model.js'

/** The open assignment that a message is about, so that the guest can act on it; missing in what was told long ago. */
interface AboutPass {
  assignmentId?: string
  expiresAt?: number
}

/** What a guest is told, as facts; the edge turns them into words. */
export type GuestNotice =
  | ({
      kind: 'assigned'
      media: MediaItem
      link: string
      /** The invitation has to be accepted first. */
      pending: boolean
      /** Everything else on this server stops until the pass ends. */
      everythingElseStops: boolean
      /** From outside the owner's network, Plex asks for a subscription of the guest's own. */
      needsOwnPlexPass?: boolean
    } & AboutPass)
  | ({ kind: 'ready'; media: MediaItem; link: string; needsOwnPlexPass?: boolean } & AboutPass)
  /** The deadline of a pass that stands was changed. */
  | ({ kind: 'extended'; media: MediaItem; link: string } & AboutPass)
  /** The deadline of a pass that is not finished is near. */
  | ({ kind: 'almost-over'; media: MediaItem; link: string; pending: boolean } & AboutPass)
  /** The admins do not give more time. */
  | ({ kind: 'time-denied'; media: MediaItem; link: string } & AboutPass)
  /** Standing access to a library. */
  | { kind: 'invited'; library: string; pending: boolean }
  | ({ kind: 'strayed'; played: MediaItem; allowed: MediaItem[]; link?: string; slip: boolean } & AboutPass)
  | { kind: 'ended'; media: MediaItem; state: FinalState; reason?: string }

/** What the admins are told. */
export type AdminNotice =
  | { kind: 'violation'; violation: Violation }
  /** Many at once: one list instead of a card for each, in the order in which they were seen. */
  | { kind: 'violations'; violations: Violation[] }
  | {
      kind: 'assignment-ended'
      assignment: Assignment
      reason?: string
      accessLeft: boolean
      /** Somebody else has changed these meanwhile; they are left as they are. */
      foreign?: ForeignChange[]
    }
  | { kind: 'invitation-accepted'; guest: GuestRef; media: MediaItem }
  | { kind: 'invitation-failed'; invitee: string; reason: string }
  | { kind: 'dm-blocked'; guest: GuestRef; notice: GuestNotice }
  | { kind: 'plex-down'; since: number; reason: string }
  | { kind: 'plex-up'; since: number }
  /** Somebody has stopped the monitor, and nobody has started it since. */
  | { kind: 'monitor-stopped'; since: number; by: string }
  /** The store was brought back from a backup, and OTP waits for somebody to say that it may go on. */
  | {
      kind: 'restored'
      at: number
      madeAt?: number
      passes: { guest: GuestRef; media: MediaItem }[]
    }
  /** plex.tv refuses the token in use, or accepts it again. */
  | { kind: 'token-dead' }
  | { kind: 'token-works' }
  /** A webhook gets no events any more; `number` is its place in the configuration. */
  | { kind: 'webhook-dead'; number: number; reason: string }
  /** A guest asks for more time; the assignment says what was answered. */
  | { kind: 'time-request'; assignment: Assignment }
  /** A linked member has left the Discord server; `id` is that of the guest's record. */
  | { kind: 'member-left'; id: string; guest: GuestRef; media: MediaItem[]; answer?: LeavingAnswer }
  /** Access that plex.tv had not confirmed to be gone is gone now. */
  | { kind: 'access-gone'; guest: GuestRef; media: MediaItem }

export type Notice =
  | { to: 'guest'; guest: GuestRef; notice: GuestNotice }
  | { to: 'admins'; notice: AdminNotice }

/** Where a message that was delivered can be found again, to edit it. */
export interface DeliveredMessage {
  channelId: string
  messageId: string
  /** It came with a picture of what was played. */
  poster?: boolean
}

/**
 * A message on its way. It is created in the same write as the change it tells of, and its id makes the
 * nonce, so that it is sent once. Raising `revision` after a delivery edits the message.
 */
export interface OutboxMessage {
  id: string
  machineIdentifier: string
  content: Notice
  createdAt: number
  revision: number
  status: 'due' | 'delivered' | 'undeliverable'
  deliveredRevision: number
  delivered?: DeliveredMessage
  attempts: number
  nextTryAt: number
  /** Since then somebody may have got it: the answer to an attempt was lost, and nobody knows what became of it. */
  unsureSince?: number
  reason?: string
  /** The message that shows this one among others; whatever changes here is an edit of that one. */
  listedIn?: string
}

/** What became of one attempt to deliver a message. */
export type Delivery =
  | {
      kind: 'delivered'
      message: DeliveredMessage
      /** It was there from an attempt whose answer was lost, so it may show what held then. */
      fromBefore?: true
    }
  /** The guest accepts no messages: final. */
  | { kind: 'blocked'; reason: string }
  /** It will never work as things are set up (no Discord, guest not linked): final. */
  | { kind: 'impossible'; reason: string }
  /**
   * Try again after the wait. Nothing was sent, unless `unsureSince` says when the attempt began whose answer did not come.
   */
  | { kind: 'later'; reason: string; afterMs?: number; unsureSince?: number }
  /** The place is gone or closed to OTP until somebody mends that; the reason says what, and where. */
  | { kind: 'barred'; reason: string }

/** Whose messages keep their order among each other. */
export function recipientOf({ content }: OutboxMessage): string {
  return content.to === 'admins' ? 'admins' : content.guest.plexId
}
