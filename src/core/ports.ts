import type { EventPoster } from './events/webhook.js'
import type { TitleQuery } from './finding/title-query.js'
import type {
  Capabilities,
  Filters,
  Friend,
  ItemGrant,
  Library,
  MediaFile,
  MediaItem,
  MediaType,
  PersonSettings,
  PlaybackReport,
  PlexPerson,
  PrivateFile,
  PushWay,
  Rights,
  Rung,
  RungOutcome,
  ServerIdentity,
  Session,
  Share,
} from './model.js'
import type { Facets, Kind, Records } from './records.js'
import type { OwnedServer, PinState, SignInPin } from './sign-in/model.js'
import type { Delivery, Notice, OutboxMessage } from './telling/notices.js'

/** What ending a stream came to. A stream that is no longer there counts as ended. */
export type EndAnswer =
  | { kind: 'accepted' }
  | { kind: 'gone' }
  /** Cannot work here: no Plex Pass, no session id, player not controllable. */
  | { kind: 'impossible'; reason: string }
  /** Refused for another reason; asking again may help. */
  | { kind: 'refused'; reason: string }
  /** No answer came: the stream may or may not have been told. */
  | { kind: 'unknown'; reason: string }

/** The media server. Every call may throw `plex_unreachable`, `plex_refused`, `plex_busy` or `plex_token_rejected`. */
export interface PlexServer {
  identity(): Promise<ServerIdentity>
  capabilities(): Promise<Capabilities>
  /**
   * Every live session, waited for no longer than this, if it is given. Throws when the answer is not a readable
   * session list: that is never "nobody watches".
   */
  sessions(patienceMs?: number): Promise<Session[]>
  /** The item, or undefined when the server does not have it. */
  item(ratingKey: string): Promise<MediaItem | undefined>
  /** The item's direct children: seasons of a show, episodes of a season. */
  children(ratingKey: string): Promise<MediaItem[]>
  /** Every episode of a season or a show. */
  episodes(ratingKey: string): Promise<MediaItem[]>
  search(text: string, limit: number): Promise<MediaItem[]>
  libraries(): Promise<Library[]>
  /** Items of a kind in a library. */
  itemsIn(libraryKey: string, type: MediaItem['type']): Promise<MediaItem[]>
  /**
   * A page of the items of a kind in a library, from the start or from where the page before says. A server may
   * ignore where it is to start: then the same page comes again.
   */
  listing(request: { libraryKey: string; type: MediaType; start?: number }): Promise<ListingPage>
  /** The items with these keys, as a listing tells of them; those that are gone are left out. */
  listed(ratingKeys: readonly string[]): Promise<ListedItem[]>
  /** Every item of the kind with this guid, in any library: copies, editions, a file that was added again. */
  withGuid(guid: string, type: MediaItem['type']): Promise<MediaItem[]>
  /** The files of a film or an episode (of its first version), or of every episode of a season or a show. */
  files(ratingKey: string): Promise<MediaFile[]>
  /** What an account has watched to the end since then; a row is proof, its absence is none. */
  history(request: { plexId: string; sinceAt: number }): Promise<{ ratingKey: string; viewedAt: number }[]>
  /** The labels on a film or a show; undefined when the server does not have it. */
  labels(ratingKey: string): Promise<string[] | undefined>
  /** Adds one label and leaves the others. */
  addLabel(item: Labelling): Promise<void>
  /** Takes one label off and leaves the others. An item that is gone, or has none, is done. */
  removeLabel(item: Labelling): Promise<void>
  /** Films and shows with a label that begins like this, in upper or lower case. */
  labelled(prefix: string): Promise<{ label: string; item: MediaItem }[]>
  /** Makes a library of one or more folders. It is not scanned yet. */
  createLibrary(request: NewLibrary): Promise<Library>
  scan(libraryKey: string): Promise<void>
  /**
   * Removes a library, never its files: only the one that still has this title and, where it is given, this
   * uuid. Gone already counts as done; another one under the key throws `conflict`.
   */
  deleteLibrary(library: { key: string; title: string; uuid?: string }): Promise<void>
  /** Ends a stream with a reason that the guest sees, waiting no longer for the answer. Never throws. */
  terminate(session: Session, reason: string, patienceMs?: number): Promise<EndAnswer>
  /** Stops the player by remote control, and the transcode where there is one. Never throws. */
  stopPlayer(session: Session, patienceMs?: number): Promise<EndAnswer>
  /** A web address that opens the item for anybody who may see it; holds no secret. */
  linkTo(machineIdentifier: string, ratingKey: string): string
}

/** An item as a list of its library tells of it. */
export interface ListedItem {
  item: MediaItem
  addedAt?: number
}

export interface ListingPage {
  listed: ListedItem[]
  /** Where the next page starts; missing when this was the last. */
  next?: number
}

/** What somebody who listens wants to hear. All are called at once and must not throw. */
export interface PushListener {
  /** The connection stands; nothing that happened before it is told. */
  opened(): void
  heard(reports: readonly PlaybackReport[]): void
  /** Something in a library was added, changed or removed. */
  changed(items: readonly ItemChange[]): void
}

export interface ItemChange {
  ratingKey: string
  removed: boolean
}

/** Every title of the server, to be found at once without asking it. Only in memory. */
export interface TitleIndex {
  /** Puts titles in, or in the place of those with the same key, as belonging to this round of reading. */
  put(titles: readonly ListedItem[], round: number): void
  /** Takes out these and what belongs to them. */
  remove(ratingKeys: ReadonlySet<string>): void
  /** Takes out whatever no round since this one has put in. */
  sweep(round: number): void
  clear(): void
  size(): number
  /** What fits, the best first; of these libraries nothing. */
  find(query: TitleQuery, request: { limit: number; hidden: ReadonlySet<string> }): MediaItem[]
  /** Films and episodes that were added last, the newest first; of these libraries nothing. */
  newest(request: { limit: number; hidden: ReadonlySet<string> }): MediaItem[]
}

/** What people mean by a day and a time, in the time zone that is configured. */
export interface Calendar {
  /** The instant that words such as "friday 20:00" mean; `several` may be meant by "3/4" or "at 8". */
  read(
    text: string,
    now: number,
  ): { kind: 'instant'; at: number } | { kind: 'several' } | { kind: 'unreadable' }
  /** Such as "Fri 27 Nov 20:00", with the year where it is not this one. */
  write(at: number, now: number): string
}

/** Why a connection that was listened on is no more. */
export interface ListeningEnded {
  /**
   * `rejected`: the server does not take the token; `unavailable`: this way could not be opened; `lost`: it was
   * open and was closed; `silent`: it was open and gave no sign of life; `stopped`: the signal aborted.
   */
  kind: 'rejected' | 'unavailable' | 'lost' | 'silent' | 'stopped'
  /** A sentence's part for people and the log, without any secret. */
  reason: string
}

/** What the media server announces by itself. Hints only: `PlexServer.sessions` is the truth. */
export interface PlexEvents {
  /**
   * Listens in one way until the connection ends or the signal aborts. Never throws, and never tries again: that
   * is for whoever asked.
   */
  listen(way: PushWay, listener: PushListener, signal: AbortSignal): Promise<ListeningEnded>
}

/** Which label on which item; Plex wants to know where it is and what it is. */
export interface Labelling {
  ratingKey: string
  type: 'movie' | 'show'
  libraryKey: string
  label: string
}

export interface NewLibrary {
  title: string
  type: 'movie' | 'show'
  folders: readonly string[]
  agent?: string
  scanner?: string
  language?: string
}

/** `fresh`: what was read a moment ago does not do. */
export interface Reading {
  fresh?: boolean
}

/** What plex.tv answers to an invitation. */
export interface Invited {
  /** The share that plex.tv says it made; its lists tell what is true. */
  shareId?: string
}

/** plex.tv with the owner's account. Throws like `PlexServer`; `plex_refused` carries Plex's own reason. */
export interface PlexAccount {
  owner(): Promise<PlexPerson>
  /** Everybody connected to the owner's account, members of the Plex Home among them. */
  friends(how?: Reading): Promise<Friend[]>
  /** Shares of all servers of the owner, accepted and pending. */
  shares(how?: Reading): Promise<Share[]>
  /** Keys of the libraries that plex.tv can share; a new one is among them only after a while. */
  shareableLibraries(machineIdentifier: string): Promise<string[]>
  /**
   * Asks plex.tv once to share the libraries, downloads off, with this restriction from the first moment. Success only means that the request was taken:
   * read the shares back. After `plex_unreachable` the share may exist. Refuses an empty list of libraries.
   */
  invite(request: {
    machineIdentifier: string
    /** A username or an e-mail address, or the account id of somebody already connected. */
    to: { name: string } | { plexId: string }
    libraryKeys: readonly string[]
    filters: Filters
    /** What somebody already connected may do besides; an invitation would take it away. */
    rights?: Rights
  }): Promise<Invited>
  /** Sets what holds for one person on all servers of the owner, all of it; rights stay where none are named. */
  setSettings(request: { plexId: string; settings: PersonSettings }): Promise<void>
  /** Sets the libraries of a share to exactly these. Refuses an empty list: remove the share instead. */
  setLibraries(request: {
    machineIdentifier: string
    shareId: string
    libraryKeys: readonly string[]
    /** What holds for the person and stays, because one way to do it writes that as well. */
    settings?: PersonSettings
  }): Promise<void>
  /** Takes this server's share away, or cancels the invitation. Gone already counts as done. */
  removeShare(request: { machineIdentifier: string; shareId: string }): Promise<void>
  /** Items granted one by one. Plex documents none of this, so each call may answer `plex_refused`. */
  grants(): Promise<ItemGrant[]>
  grantItem(request: { machineIdentifier: string; plexId: string; ratingKey: string }): Promise<void>
  removeGrant(grantId: string): Promise<void>
}

/** Signing in at plex.tv, and what a token opens. Throws like `PlexServer`; a token stays out of every message. */
export interface PlexSignIn {
  /** Asks plex.tv for a PIN, in the name of this installation and without a token. */
  beginPin(): Promise<SignInPin>
  checkPin(id: string): Promise<PinState>
  /** Whose token it is; the one in use unless another is given. */
  account(token?: string): Promise<PlexPerson>
  /** Media servers that this account owns. */
  ownedServers(token?: string): Promise<OwnedServer[]>
  /** Which server answers at an address, asked without a token; undefined when none does soon. */
  reach(url: string): Promise<ServerIdentity | undefined>
  /** Tells plex.tv that the token in use is still used: one that is not lapses after weeks. */
  keepAlive(): Promise<void>
}

export type PlexSetting = 'url' | 'token'

/** The two settings that signing in changes. */
export interface PlexSettings {
  /** What is in use now. */
  value(setting: PlexSetting): string
  /** Why OTP cannot change it, in a sentence: it comes from the environment, or there is no file. */
  fixed(setting: PlexSetting): string | undefined
  /** Writes it to the configuration and uses it from then on. Throws `conflict` with a sentence, nothing changed. */
  change(setting: PlexSetting, value: string): Promise<void>
}

/** The files of private libraries. Throws `fence_unavailable` with a sentence that names path and user. */
export interface PrivateShelf {
  /** Undefined when none is configured. */
  root: string | undefined
  /** Throws where the root is missing, as when its disk is not connected. */
  open(): Promise<void>
  /** A path under the root, from names that people chose: made safe, never outside. */
  pathOf(...names: readonly string[]): string
  /**
   * Makes each file as a hard link or, between file systems, as a copy. What is there already stays; what goes
   * wrong leaves nothing half done under the names given.
   */
  stock(
    files: readonly PrivateFile[],
    onProgress: (doneBytes: number, totalBytes: number) => void,
    signal?: AbortSignal,
  ): Promise<void>
  /** Removes these files one by one and the folders that are empty after that. Gone already counts as done. */
  clear(folder: string, files: readonly PrivateFile[]): Promise<void>
}

/** A record with the revision that a conditional write must name. */
export interface Stored<T> {
  id: string
  revision: number
  record: T
}

/** One conditional write: `unless: 'exists'` creates, `ifRevision` replaces what has not changed since. */
export type Change = {
  [K in Kind]: { kind: K; id: string; record: Records[K] } & ({ unless: 'exists' } | { ifRevision: number })
}[Kind]

/**
 * A commit outlives the end of the process and, unless it is hasty, a power cut: a hasty one does only together with
 * the next that is not. For what is found out again at the next start, where every millisecond counts.
 */
export interface CommitHow {
  hasty: boolean
}

/** A record that is to go, if it has not changed since. */
export interface Doomed {
  kind: Kind
  id: string
  ifRevision: number
}

export interface PageQuery {
  where?: Partial<Facets>
  /** Only records with an id before this one (ids sort by time). */
  before?: string
  /** Only records with an id after this one, and then oldest first. */
  after?: string
  limit: number
}

/** Which records have had their time: the newest are kept, so many, and of those only what is no older. */
export interface Trim {
  keep: number
  /** What has an id before this one is too old. The newest record stays all the same. */
  before: string
  atMost: number
}

/** Durable records. Every call may throw `store_unavailable`. */
export interface Store {
  read<K extends Kind>(kind: K, id: string): Promise<Stored<Records[K]> | undefined>
  /** All of the changes or, when one condition does not hold, none: then the answer is false. */
  commit(changes: readonly Change[], how?: CommitHow): Promise<boolean>
  /**
   * Removes each of these that has not changed, and answers how many that were. A power cut may bring some back. Only for
   * what nothing refers to any more.
   */
  remove(doomed: readonly Doomed[]): Promise<number>
  /** Newest first, by id, unless it is asked for what came after one. */
  page<K extends Kind>(kind: K, query: PageQuery): Promise<Stored<Records[K]>[]>
  /** Removes the oldest records of a kind that have had their time, and answers how many. */
  trim(kind: Kind, what: Trim): Promise<number>
  /** Whether another process has written anything since this was asked last; true at first. */
  changedElsewhere(): Promise<boolean>
  close(): Promise<void>
}

/** Messages to people. Never throws for what Discord says; it answers with a `Delivery`. */
export interface Notifier {
  deliver(message: OutboxMessage): Promise<Delivery>
  /** Why nothing can be posted for the admins, where that shows before anybody tries. */
  trouble?(): string | undefined
  /** Whether messages get through at all; missing where there is nobody to bring them to. */
  health?(): { ok: boolean; reason?: string }
}

/** Who is in the Discord server. */
export interface Members {
  /** `unknown` when nobody could say. Never throws. */
  standing(discordUserId: string): Promise<'member' | 'left' | 'unknown'>
  /** Hears of a Discord user who may have left. */
  onDoubt(listener: (discordUserId: string) => void): void
}

export interface Clock {
  /** Epoch milliseconds, UTC. */
  now(): number
  /** Resolves after `ms`, or at once when the signal is or becomes aborted. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `act` after `ms`, unless what it answers is called before. */
  after(ms: number, act: () => void): () => void
  /** Resolves when whatever was begun so far has gone out: what is only for the records can wait for it. */
  turn(): Promise<void>
}

export interface Ids {
  /** A new id; ids of one process sort by the time they were made. */
  next(): string
  /** The id that the same facts always have, also after a restart. */
  of(facts: readonly unknown[]): string
}

/** Things that must not be guessed. */
export interface Secrets {
  /** A new one that nobody can guess. */
  make(): string
  /** From which a secret of that strength cannot be found again. */
  hash(secret: string): string
  /** Compares two hashes in a time that does not depend on them. */
  isSame(one: string, other: string): boolean
}

/** What is counted and timed. */
export type Measurement =
  /** A stream was judged for the first time, or judged anew with another item. */
  | { kind: 'session-seen'; verdict: 'allowed' | 'violation' | 'ignored' | 'unsure' }
  | { kind: 'violation-seen' }
  | { kind: 'rung-done'; rung: Rung; outcome: RungOutcome }
  /** From the moment a stream that may not go on was seen to the first request that ends it. */
  | { kind: 'terminate-sent'; afterMs: number }
  /** From the same moment until the stream was not listed any more. */
  | { kind: 'stream-gone'; afterMs: number }
  /** An attempt to deliver a message, by what it tells of. */
  | { kind: 'message-done'; about: Notice['notice']['kind']; outcome: MessageOutcome }

/** What came of one attempt to deliver a message; `deferred` will be tried again. */
export type MessageOutcome = 'sent' | 'edited' | 'deferred' | 'undeliverable'

/** Keeps what is measured for whoever watches OTP. Never throws. */
export interface Meter {
  note(measurement: Measurement): void
}

export type LogData = Record<string, unknown>

/** Fixed phrase, data beside it, never a token or an e-mail address. */
export interface Logger {
  debug(phrase: string, data?: LogData): void
  info(phrase: string, data?: LogData): void
  warn(phrase: string, data?: LogData): void
  error(phrase: string, data?: LogData): void
}

export interface Ports {
  plexServer: PlexServer
  plexEvents: PlexEvents
  plexAccount: PlexAccount
  plexSignIn: PlexSignIn
  plexSettings: PlexSettings
  shelf: PrivateShelf
  store: Store
  notifier: Notifier
  /** Missing where Discord is not configured. */
  members?: Members
  /** Without one every search is the server's. */
  titleIndex?: TitleIndex
  /** Missing where no webhooks are configured. */
  poster?: EventPoster
  calendar: Calendar
  clock: Clock
  ids: Ids
  secrets: Secrets
  meter: Meter
  log: Logger
}
