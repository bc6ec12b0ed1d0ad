/**
 * The things OTP talks about. Every instant is epoch milliseconds in UTC and ends in `At`; every length of
 * time is milliseconds and ends in `Ms`.
 */

/** What can be lent. A season or a show covers the episodes in it. */
export type MediaType = 'movie' | 'episode' | 'season' | 'show'

/** What Plex also lists or plays, and OTP never lends. */
export type OtherType = 'clip' | 'track' | 'album' | 'artist' | 'photo' | 'live' | 'collection' | 'other'

/** A thing in a library. Its identity is server + `guid`; `ratingKey` is where it lives today. */
export interface MediaItem {
  ratingKey: string
  /** Empty when Plex never matched the item. */
  guid: string
  type: MediaType | OtherType
  title: string
  year?: number
  /** Title of the show, for a season or an episode. */
  show?: string
  season?: number
  episode?: number
  /** The server's own key of the library, not plex.tv's section id. Missing for live TV and some clips. */
  libraryKey?: string
  parentRatingKey?: string
  parentGuid?: string
  grandparentRatingKey?: string
  grandparentGuid?: string
  durationMs?: number
  /** Where the final credits begin, when the server has found them. Only on an item that was read by itself. */
  creditsAtMs?: number
}

/** A file of an item, by its path on the machine of the server. */
export interface MediaFile {
  /** The film or the episode that it belongs to. */
  item: MediaItem
  path: string
  sizeBytes: number
}

/** A library of the server, by the server's own key. */
export interface Library {
  key: string
  title: string
  type: string
  /** What tells it from another library that may have the same key or title one day. */
  uuid?: string
  /** Its folders, as paths on the machine of the server. */
  folders: string[]
  /** The server is looking through its folders. */
  scanning: boolean
}

/** Somebody with a Plex account. `plexId` is the numeric account id, held as text. */
export interface PlexPerson {
  plexId: string
  /** Display name when the account has no username. */
  username: string
  email?: string
}

/**
 * What holds for one person in everything that the owner shares with them, on all of the owner's servers. A
 * filter is Plex's own text, such as `label=Otp-40112233`; empty = nothing is hidden.
 */
export interface PersonSettings {
  downloads: boolean
  filters: Filters
  /** What OTP never gives and only keeps as it was; missing where nobody has read it. */
  rights?: Rights
}

/** What else the owner may have allowed somebody, by hand. */
export interface Rights {
  channels: boolean
  cameraUpload: boolean
  subtitleAdmin: boolean
  /** 0 = no live TV, 1 = watching, 2 = recording too. */
  tuners: number
}

/** One filter for each kind of library, and one for all of them. */
export interface Filters {
  movies: string
  television: string
  music: string
  photos: string
  all: string
}

/** What holds for one person, by their Plex id. */
export interface KnownSettings {
  plexId: string
  settings: PersonSettings
}

/** Somebody connected to the owner's account; a friend need not have a share of this server. */
export interface Friend extends PlexPerson {
  /** A managed or full member of the owner's Plex Home: never a guest. */
  home: boolean
  settings: PersonSettings
}

/** What one person may see of one server, as plex.tv tells it. */
export interface Share {
  shareId: string
  machineIdentifier: string
  accepted: boolean
  /** Missing while an e-mail address without an account has been invited. */
  person?: PlexPerson
  invitedEmail?: string
  allLibraries: boolean
  libraryKeys: string[]
  settings: PersonSettings
}

/** Items that were granted to one person one by one, without a library. */
export interface ItemGrant {
  grantId: string
  machineIdentifier: string
  plexId?: string
  ratingKeys: string[]
}

/** The access a guest had before the first open assignment. */
export type AccessBefore = (
  | { kind: 'none' }
  | { kind: 'all' }
  | { kind: 'libraries'; libraryKeys: string[] }
) & {
  /** Missing when plex.tv had none for them: they were not connected to the owner. */
  settings?: PersonSettings
  /** Something of another server of the owner's, which a restriction would hide as well. */
  elsewhere?: boolean
}

/** How a guest is named inside another record. */
export interface GuestRef {
  plexId: string
  username: string
  email?: string
  discordUserId?: string
}

/** A Plex account that OTP knows; `watched` while it has an open assignment or access to be taken away. */
export interface Guest extends GuestRef {
  machineIdentifier: string
  watched: boolean
  before?: AccessBefore
  /** When they were last told of a stream that was ended. */
  strayToldAt?: number
  /** Libraries that OTP opened or is about to open, written before plex.tv is asked. */
  givenLibraryKeys: string[]
  /** Items that OTP put the guest's label on, or is about to; written before the server is asked. */
  labelled?: LabelledItem[]
  /** Everything that OTP has set for the person since the snapshot and may still hold; written before plex.tv is asked. */
  settingsGiven?: PersonSettings[]
  /** Items that OTP granted one by one, or is about to; written before plex.tv is asked. */
  grantedRatingKeys?: string[]
  /** Their access when OTP last read it back, to tell what others have changed since. */
  lastRead?: AccessBefore
  /** The label that their restriction names; `Otp-<plexId>` unless the invitation had to name another. */
  label?: string
  /** An invitation of somebody else's that had to be taken back to be sent anew with more; until it is there again. */
  takenBack?: { libraryKeys: string[]; settings: PersonSettings }
  /** The invitation that plex.tv says it made, until it has been read back for the right account. */
  sent?: { shareId: string; settingsBefore: KnownSettings[] }
  /** A share that was asked to go and that plex.tv still lists. */
  leavingShareId?: string
  /** Until then a change of the label that their restriction names may still come into effect. */
  labelDoubtUntil?: number
  /** What somebody else was seen to have changed in their access, and OTP leaves as it is. */
  foreignChanges?: ForeignChange[]
  /** Until then something that OTP asked for and could not read back may still show at plex.tv. */
  doubtUntil?: number
  /** In that doubt it was asked for once more, so that it may come a second time after it was seen. */
  askedAgain?: true
  /** plex.tv is being asked for what it might do late; still there after a crash, when nobody knows what became of it. */
  asking?: true
  /** The language that the linked Discord user was last seen to read, as Discord writes it. */
  locale?: string
  /** What was seen of this Discord user in the Discord server. */
  member?: SeenMember
}

/** When somebody was last looked for in the Discord server, and since when they are missing. */
export interface SeenMember {
  discordUserId: string
  lookedAt: number
  /** `cardId` is the outbox message that asks the admins what to do. */
  left?: { at: number; cardId: string; answer?: LeavingAnswer }
}

/** What became of the question what to do about a member who left; `back` settles it by itself. */
export interface LeavingAnswer {
  kind: 'revoked' | 'kept' | 'back'
  at: number
  by: string
}

/** What somebody else has changed; `settings` are what holds for the person. */
export type ForeignChange = 'share' | 'libraries' | 'settings' | 'grants' | 'private-library'

/** An item with a label of OTP's on it. */
export interface LabelledItem {
  ratingKey: string
  type: 'movie' | 'show'
  libraryKey: string
  label: string
}

/**
 * A library that holds one assignment's item alone. Everything in here is written before it is made, so that
 * whatever was made can be found and removed.
 */
export interface PrivateLibrary {
  /** The folder of its own, under the root for private libraries. */
  folder: string
  title: string
  type: 'movie' | 'show'
  files: PrivateFile[]
  /** When the server was asked to make it; absent when it said no. */
  askedAt?: number
  /** Known once the server has made it. */
  libraryKey?: string
  uuid?: string
  /** Rating keys of the copies, by the rating key of what they are a copy of. */
  copies: Record<string, string>
  step: 'making' | 'made' | 'removing' | 'removed'
  /** How far a copy between file systems has come; links need no time. */
  progress?: { doneBytes: number; totalBytes: number }
}

/** `path` is made from `source`; both on the machine of the server. */
export interface PrivateFile {
  path: string
  source: string
  sizeBytes: number
}

/** A stronger fence that was not put up, and why, in a sentence. */
export interface PassedOver {
  fence: Fence
  why: string
}

export type AssignmentState = 'pending' | 'ready' | 'watching' | FinalState
export type FinalState = 'finished' | 'expired' | 'revoked'
export type Fence = 'label' | 'library' | 'private' | 'item'
export type Scope = 'everything' | 'granted'

/** Where the access of an assignment stands: `giving` and `taking` are intents, the others outcomes. */
export type AccessStep = 'giving' | 'given' | 'taking' | 'taken'

/** How far a guest has come with one item, kept by rating key (a season or show has one for each episode). */
export interface WatchMark {
  /** The identity of the item, so that an episode that was added again counts as watched. */
  guid?: string
  offsetMs: number
  durationMs: number
  /** The last report was at or past the point that counts as the end. */
  atEnd: boolean
  /** Since when the stream is missing, without the time in which nothing could be read; absent while it is running. */
  goneAt?: number
  /** When it counted as watched to the end. */
  finishedAt?: number
  /** Where the final credits begin; 0 = the item was read and has none. */
  creditsAtMs?: number
}

/** One line of an append-only history. `by` is `discord:<id>`, `key:<name>` or `otp`. */
export interface HistoryEntry {
  at: number
  by: string
  what: string
}

export interface Assignment {
  id: string
  machineIdentifier: string
  guest: GuestRef
  media: MediaItem
  state: AssignmentState
  fence: Fence
  /** Stronger fences that were not possible. */
  passedOver?: PassedOver[]
  /** `auto` may take a weaker fence when this one turns out not to hold. */
  mayWeaken?: boolean
  /** With the private fence. */
  privateLibrary?: PrivateLibrary
  scope: Scope
  access: AccessStep
  /** Leaves the guest's other assignments alone instead of replacing them. */
  besideOthers?: boolean
  createdAt: number
  createdBy: string
  expiresAt?: number
  /** How often the item may be played; missing = any number within the other limits. */
  plays?: number
  playsUsed: number
  /** Keyed by rating key. */
  watch: Record<string, WatchMark>
  violations: number
  endedAt?: number
  /** In words, for the guest and the admins. */
  endReason?: string
  /** The guest and the admins have been told that it ended. */
  endTold?: boolean
  /** The assignment that took its place. */
  replacedBy?: string
  /** Somebody has thought better of it and had it assigned anew. */
  undoneBy?: string
  /** The admins have been told that plex.tv did not confirm it, and wait to hear that it did. */
  accessLeftTold?: boolean
  /** The last time that the guest asked for more time; `cardId` is the outbox message that asks the admins. */
  timeRequest?: { askedAt: number; cardId: string; answer?: TimeAnswer }
  /** The deadline that the guest has been reminded of. */
  remindedFor?: number
  history: HistoryEntry[]
}

/** What became of a request for more time; `over` when the assignment ended before anybody answered. */
export type TimeAnswer = { at: number; by: string } & (
  | { kind: 'granted'; expiresAt: number }
  | { kind: 'denied' }
  | { kind: 'over' }
)

export type PlayState = 'playing' | 'paused' | 'buffering' | 'stopped' | 'error' | 'unknown'

export interface Player {
  /** Plex's id of the player, needed to control it. */
  machineId: string
  product: string
  device: string
  platform: string
}

/** A live playback as Plex lists it. */
export interface Session {
  /** Small counter that restarts with the server; what notifications carry. */
  key: string
  /** What ends it. Missing for some players. */
  id?: string
  user?: { plexId: string; name: string }
  /** Missing when Plex did not say, or not readably, what is played. */
  item?: MediaItem
  state: PlayState
  offsetMs: number
  player: Player
  /** Opaque; present while the server transcodes. */
  transcodeId?: string
}

/** The ways to hear what the server announces: a socket, or a stream of server-sent events. */
export type PushWay = 'websocket' | 'sse'

/** What a player told the server, as the server passes it on. It names no person and no title. */
export interface PlaybackReport {
  sessionKey: string
  /** Missing where the server did not say. */
  ratingKey?: string
  state: PlayState
  offsetMs?: number
}

/** Whether the server's announcements come through; without them the list is read at shorter intervals. */
export type PushHealth =
  | { kind: 'off' }
  | { kind: 'up'; way: PushWay; sinceAt: number }
  | { kind: 'down'; reason: string; sinceAt: number }

/** Middle and high end of measured times: half, and 95 of 100, took no longer. */
export interface Quantiles {
  count: number
  p50Ms: number
  p95Ms: number
}

export type Rung = 'terminate' | 'stop' | 'unshare' | 'report'

/**
 * What became of one rung. `intended` is written before the call; `accepted` means Plex took it, `gone` that
 * the stream was not there any more, `unknown` that no answer came.
 */
export type RungOutcome = 'intended' | 'accepted' | 'gone' | 'refused' | 'impossible' | 'failed' | 'unknown'

export interface EnforcementStep {
  rung: Rung
  at: number
  outcome: RungOutcome
  /** The session key of the stream it was done to. */
  stream: string
  /** From the moment the stream was seen to the answer of Plex. */
  tookMs?: number
  /** Plex's own reason when it refused. */
  reason?: string
}

/** One running stream of a violation; a repeat within the window adds another. */
export interface ViolationStream {
  key: string
  id?: string
  /** Plex's id of the player, where it has one. */
  playerId?: string
  firstSeenAt: number
  endedAt?: number
  /** The last sign of life that Plex showed, to tell a running player from a lingering entry. */
  lastReportAt: number
  offsetMs: number
  state: PlayState
}

export type ResolutionAction = 'allow_once' | 'assign' | 'revoke' | 'dismiss'

/** A decision about a violation: an intent until `doneAt` says that it has been carried out. */
export interface Resolution {
  action: ResolutionAction
  by: string
  at: number
  doneAt?: number
}

export interface Violation {
  id: string
  machineIdentifier: string
  guest: GuestRef
  media: MediaItem
  player: Player
  allowed: MediaItem[]
  /** What the link to what is allowed opens: the first of these, or its private copy. */
  linkKey?: string
  /** The next episode started by itself just after a covered one: worded kindly. */
  slip: boolean
  firstSeenAt: number
  lastSeenAt: number
  endedAt?: number
  streams: ViolationStream[]
  enforcement: EnforcementStep[]
  repeats: number
  /** Of how many times that it was seen whoever listens has been told. */
  announced?: number
  /** What an admin decided about it. */
  resolution?: Resolution
  /** The outbox message that holds the card. */
  cardId: string
}

/** Standing or assignment-bound invitation of somebody who is not a friend yet. */
export interface Invitation {
  id: string
  machineIdentifier: string
  /** As typed: a username or an e-mail address. */
  invitee: string
  libraryKeys: string[]
  /** The restriction that it carries. */
  filters?: Filters
  /** Shares that the server had before: none of them is ours. */
  sharesBefore?: string[]
  /** What held for friends before, where it was not plain: it comes back to one who gets the invitation by mistake. */
  settingsBefore?: KnownSettings[]
  /** When plex.tv was asked; missing while that has not been done. */
  sentAt?: number
  /** The share that plex.tv says it made. */
  shareId?: string
  /** Items that carry the label of the restriction; they become the guest's. */
  labelled?: LabelledItem[]
  purpose:
    | { kind: 'standing'; library: string }
    | { kind: 'assignment'; assignment: Omit<Assignment, 'guest'> }
  discordUserId?: string
  /** Of standing access: libraries that they had in no other way; all of them unless told. Written before plex.tv is asked. */
  gave?: string[]
  state: 'asked' | 'sent' | 'accepted' | 'cancelled' | 'failed'
  /** Of standing access: an invitation to the same that plex.tv does not show any more; it ends with this one. */
  renews?: string
  /** Somebody has taken the standing access back; an intent until `doneAt`. */
  withdrawn?: { at: number; by: string; doneAt?: number }
  guest?: GuestRef
  at: number
  by: string
  reason?: string
}

/** What a key of the API may do: look, lend and take back, or everything. Each includes the ones before it. */
export type KeyScope = 'read' | 'assign' | 'admin'

/** A key of the API besides the one in the configuration. */
export interface ApiKey {
  name: string
  scope: KeyScope
  hash: string
  createdAt: number
  createdBy: string
  lastUsedAt?: number
  removedAt?: number
}

/** An answer that was given to a request with an `Idempotency-Key`, to be given again. */
export interface KeptAnswer {
  /** Of method, address and body. */
  request: string
  at: number
  /** Missing while the request is being worked on. */
  answer?: { status: number; body: string }
}

/** What can be done on this server with this account. Probed at start, shown in the status. */
export interface Capabilities {
  plexPass: boolean
  /** Streams can be ended with a reason. */
  canTerminate: boolean
  /** Shares can be restricted by label. */
  canRestrict: boolean
}

export interface ServerIdentity {
  machineIdentifier: string
  version: string
}

export interface Page<T> {
  items: T[]
  /** Hand back as `cursor` for the next page; null at the end. */
  next: string | null
}
