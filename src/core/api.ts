import type { DriftReport, RepairReport } from './access/drift-findings.js'
import type { Withdrawn } from './access/withdrawing.js'
import type { Resumed, Waiting } from './engine/restored.js'
import type { EventFeed } from './events/journal.js'
import type { GuestMatters } from './guests/guest-matters.js'
import type {
  ApiKey,
  Assignment,
  AssignmentState,
  Capabilities,
  Fence,
  Friend,
  Guest,
  GuestRef,
  Invitation,
  KeyScope,
  Library,
  MediaItem,
  Page,
  PushHealth,
  ResolutionAction,
  Rung,
  Scope,
  Session,
  Violation,
} from './model.js'
import type { ReactionTimes } from './monitor/reaction.js'
import type { NewLibrary } from './ports.js'
import type { ServerReport } from './server-report.js'
import type { ChosenServer, ListedServer, SignInPin, SignInState } from './sign-in/model.js'

/** What the program is told by its configuration, in milliseconds where it is time. */
export interface Settings {
  monitor: {
    autostart: boolean
    /** Whether the server's announcements are listened to. */
    push: boolean
    intervalMs: number
    onViolation: Rung[]
    maxViolations: number
    verifyWithinMs: number
    scope: Scope
    repeatWindowMs: number
    slipMs: number
    /** Share of the duration, 0 to 1, from which an item counts as watched to the end. */
    finishedAt: number
    finishGraceMs: number
    /** Shown on the guest's screen; `{title}` stands for what they may watch. */
    message: string
  }
  access: {
    fence: Fence | 'auto'
    whenDone: 'restore' | 'unshare' | 'keep'
    inviteTimeoutMs: number
    /** Whether plex.tv's undocumented single-item grant may be used. */
    itemGrants: boolean
  }
  store?: {
    /** How long what is over is kept; for good without. */
    retentionMs: number
  }
}

export interface AssignRequest {
  /** Username, e-mail address or numeric Plex id. One of `guest` and `discordUserId` is needed. */
  guest?: string
  /** Alone, it names the guest linked to this Discord user; beside `guest`, it links them. */
  discordUserId?: string
  /** `rk:<ratingKey>`, or words that find one item. */
  media: string
  /** `36h`, `7d`, `2d12h`, an ISO-8601 instant, or words such as "friday 20:00"; counts from now. */
  expires?: string
  plays?: number
  fence?: Fence | 'auto'
  scope?: Scope
  /** Keep the guest's other open assignments instead of replacing them. */
  add?: boolean
  /** False: the guest must be a friend already. */
  invite?: boolean
  /** Ask back (answer `question`) before inviting a stranger or stopping somebody's other watching. */
  ask?: boolean
  by: string
}

/** `typing`: with every key press, so that the server is not asked for what the catalogue does not know. */
export interface SearchHow {
  typing?: boolean
}

/** A deadline that can be picked, with what it is called. */
export interface SuggestedDeadline {
  at: number
  name: string
}

/** Why OTP asks before it assigns. */
export type Doubt =
  | { kind: 'will-invite'; invitee: string }
  | { kind: 'everything-else-stops'; guest: GuestRef }

export interface Assigned {
  kind: 'assigned'
  assignment: Assignment
  /** Opens the item for the guest. */
  link: string
  /** Ended to make room for this one. */
  replaced: Assignment[]
  /** The assignment stood already and got the limits given now. */
  extended?: { expiresBefore?: number; playsBefore?: number }
  /** An invitation was sent now. */
  invited: boolean
  /** The guest has other access, and everything else stops until the pass ends. */
  everythingElseStops: boolean
  /**
   * Whether a message to the guest is on its way; `not-linked` when OTP knows no Discord user of theirs,
   * `nothing-new` when there is nothing that they do not know.
   */
  guestTold: 'queued' | 'not-linked' | 'nothing-new'
  /** This request linked the guest to a Discord user, who was not linked to them before. */
  linked?: boolean
}

export type AssignAnswer = Assigned | { kind: 'question'; doubts: Doubt[]; media: MediaItem }

/** New limits for an assignment that stands, named by its id or by a guest who has no other. */
export type ExtendRequest = ({ id: string } | { guest: string }) & {
  /** As for `assign`; null lifts the deadline. At least one of `expires` and `plays` is needed. */
  expires?: string | null
  /** Null lifts the limit. */
  plays?: number | null
  by: string
}

export interface ExtendedAnswer {
  assignment: Assignment
  /** The limits before. */
  extended: { expiresBefore?: number; playsBefore?: number }
  guestTold: Assigned['guestTold']
}

export interface EndedAnswer {
  ended: Assignment[]
  /** `pending`: plex.tv has not confirmed yet; OTP goes on by itself. */
  access: 'restored' | 'pending'
}

/** A guest's live stream; `id` is OTP's own and ends it. */
export interface GuestSession {
  id: string
  guest: GuestRef
  session: Session
  firstSeenAt: number
  /** `draining`: it was ended, and Plex still lists it. */
  verdict: 'allowed' | 'violation' | 'draining' | 'other'
}

export interface Health {
  plex: { ok: boolean; reason?: string; lastReadAt?: number }
  store: { ok: boolean; reason?: string }
  /** Whether messages to the admins can be delivered. */
  messages: { ok: boolean; reason?: string }
}

export interface MonitorStatus {
  running: boolean
  /** Who started or stopped it, and when. */
  since?: { at: number; by: string }
  guests: number
  openAssignments: number
  streams: { guests: number; others: number }
  /** OTP was restored from a backup and waits for `resume`. */
  restored?: Waiting
  plex: Health['plex']
  push: PushHealth
  /** How fast streams were ended lately. */
  reaction: ReactionTimes
  /** Whether Discord is reached; missing where none is configured. */
  discord?: { ok: boolean; reason?: string }
  /** Whether plex.tv accepts the token; missing until it has been asked. */
  account?: { ok: boolean; reason?: string }
  capabilities?: Capabilities
  ladder: Rung[]
  /** Those that are not over yet. */
  violations: number
  lastPassAt?: number
  waitingMessages: number
  /** Why the admins' messages cannot be delivered, and what mends that, in a sentence. */
  messageTrouble?: string
  /** Which webhooks get no events any more, and why, in sentences. */
  webhookTrouble?: string
}

export interface AssignmentQuery {
  state?: AssignmentState
  guest?: string
  limit?: number
  cursor?: string
}

export interface ViolationQuery {
  guest?: string
  /** Epoch milliseconds: first seen at or after. */
  sinceAt?: number
  limit?: number
  cursor?: string
}

/**
 * What OTP can do, for every edge alike. Each call may throw an `OtpError`; the comment names the codes that
 * are particular to it.
 */
export interface Core extends GuestMatters {
  /**
   * Lets a guest watch one item. Throws `media_not_found`, `ambiguous`, `media_not_assignable`,
   * `guest_not_found`, `guest_not_assignable`, `fence_unavailable` and what Plex refuses.
   */
  assign(request: AssignRequest): Promise<AssignAnswer>
  /** Ends all open assignments of a guest. Throws `guest_not_found` and `assignment_not_found`. */
  unassign(request: { guest: string; by: string; reason?: string }): Promise<EndedAnswer>
  /** Ends one assignment. Throws `assignment_not_found`; ending an ended one again is not an error. */
  endAssignment(request: { id: string; by: string; reason?: string }): Promise<EndedAnswer>
  /**
   * Changes the limits of an open assignment. Throws `assignment_not_found`, `guest_not_found`, `ambiguous` when
   * the guest has several, and `conflict` when it has ended.
   */
  extend(request: ExtendRequest): Promise<ExtendedAnswer>
  assignment(id: string): Promise<Assignment>
  assignments(query: AssignmentQuery): Promise<Page<Assignment>>
  /** Gives standing access to one library. Throws `library_not_found` and what Plex refuses. */
  invite(request: {
    invitee: string
    library: string
    discordUserId?: string
    /** Refuse with `confirmation_needed` before inviting a stranger. */
    ask?: boolean
    by: string
  }): Promise<Invitation>
  /** Invitations that OTP has sent, newest first. */
  invitations(query: { limit?: number; cursor?: string }): Promise<Page<Invitation>>
  /**
   * Takes standing access back, or the invitation to it: exactly what it gave. Throws `not_found`, and `conflict` where it
   * belongs to a pass or is still being sent; taking it back again is not an error.
   */
  withdrawInvitation(request: { id: string; by: string }): Promise<Withdrawn>
  violation(id: string): Promise<Violation>
  violations(query: ViolationQuery): Promise<Page<Violation>>
  /**
   * Decides about a violation, once. Throws `violation_not_found`, `conflict` when somebody has decided already, and
   * what keeps the decision from being carried out.
   */
  resolve(request: { id: string; action: ResolutionAction; by: string }): Promise<Violation>
  /** Ends a guest's live stream, with a reason on its screen. Throws `not_found`, and `conflict` when it goes on. */
  endSession(request: { id: string; by: string; reason?: string }): Promise<GuestSession>
  /** Assigns anew what was ended a moment ago. Throws `conflict` when it is too late, or was undone before. */
  undo(request: { id: string; by: string }): Promise<Assigned[]>
  /** Guests' live streams as last read. */
  sessions(): Promise<GuestSession[]>
  /** Items that can be assigned, best match first; for no text what was lent last and what is new. */
  search(text: string, limit?: number, how?: SearchHow): Promise<MediaItem[]>
  /** What the words for a deadline come to or, where they are none yet, a few that are usual. */
  deadlines(typed: string): Promise<SuggestedDeadline[]>
  /** One item of the server. Throws `media_not_found`. */
  media(ratingKey: string): Promise<MediaItem>
  /** The seasons of a show, the episodes of a season, nothing for the rest. Throws `media_not_found`. */
  mediaIn(ratingKey: string): Promise<MediaItem[]>
  libraries(): Promise<Library[]>
  /** Makes a library and has it scanned. Throws `conflict` when the title is taken. */
  makeLibrary(request: NewLibrary & { by: string }): Promise<Library>
  /**
   * Removes a library, never its files; `confirm` must be its exact title. Throws `library_not_found`, and
   * `conflict` while an open assignment needs it.
   */
  removeLibrary(request: { key: string; confirm?: string; by: string }): Promise<Library>
  /** Friends of the owner's account, from a short-lived cache. */
  friends(): Promise<Friend[]>
  /** Guests with an open assignment or access still to be taken away. */
  guests(): Promise<Guest[]>
  /** A guest by username, e-mail address, Plex id or linked Discord user. Throws `guest_not_found`. */
  guest(name: string): Promise<Guest>
  /** Asks plex.tv for a PIN. Throws `conflict` where the token comes from the environment; then none is made. */
  beginSignIn(by: string): Promise<SignInPin>
  /**
   * How it stands with a PIN of the same asker. The token that it brings is written down and used, never answered;
   * throws `conflict` and writes nothing when the account does not own the server.
   */
  checkSignIn(request: { id: string; by: string }): Promise<SignInState>
  /** Media servers of the owner's account. */
  ownedServers(): Promise<ListedServer[]>
  /**
   * Guards this server from now on, by the address given or else by the best one. Throws `not_found`,
   * `plex_unreachable`, and `conflict` where the address comes from the environment or passes are open elsewhere.
   */
  chooseServer(request: { machineIdentifier: string; url?: string; by: string }): Promise<ChosenServer>
  /** The connection, the account and the drift; what could not be looked at says why. */
  server(): Promise<ServerReport>
  /** What Plex shows of OTP and no open assignment explains, and the reverse. Changes nothing. */
  drift(): Promise<DriftReport>
  /** Takes away what the records name as made by OTP and nothing needs; the rest is left, and listed. */
  repair(request: { by: string }): Promise<RepairReport>
  /** Keys of the API besides the one in the configuration. */
  keys(): Promise<ApiKey[]>
  /** Makes a key; its secret is answered this once. Throws `conflict` when the name is taken. */
  makeKey(request: { name: string; scope: KeyScope; by: string }): Promise<{ key: ApiKey; secret: string }>
  /** Throws `not_found`, and `conflict` for the one in the configuration. */
  removeKey(request: { name: string; by: string }): Promise<ApiKey>
  /** The key that somebody has sent, if it is one. */
  findKey(secret: string): Promise<ApiKey | undefined>
  startMonitor(by: string): Promise<MonitorStatus>
  stopMonitor(by: string): Promise<MonitorStatus>
  /** Goes on after a restore; that nothing waits is not an error. */
  resume(request: { by: string }): Promise<Resumed>
  status(): Promise<MonitorStatus>
  health(): Promise<Health>
  /** Everything that happens, to be read from where one stopped. */
  events: EventFeed
  /**
   * Judges running streams, or fails to, and tells `onJudged`; then guards, keeps the deadlines and sends messages
   * until the signal aborts.
   */
  run(signal: AbortSignal, onJudged?: () => void): Promise<void>
}
