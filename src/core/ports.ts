import type {
  Capabilities,
  Friend,
  Library,
  MediaItem,
  PlexPerson,
  ServerIdentity,
  Session,
  Share,
} from './model.js'
import type { Facets, Kind, Records } from './records.js'
import type { Delivery, OutboxMessage } from './telling/notices.js'

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
  /** Every live session. Throws when the answer is not a readable session list: that is never "nobody watches". */
  sessions(): Promise<Session[]>
  /** The item, or undefined when the server does not have it. */
  item(ratingKey: string): Promise<MediaItem | undefined>
  /** The item's direct children: seasons of a show, episodes of a season. */
  children(ratingKey: string): Promise<MediaItem[]>
  /** Every episode of a season or a show. */
  episodes(ratingKey: string): Promise<MediaItem[]>
  search(text: string, limit: number): Promise<MediaItem[]>
  libraries(): Promise<Library[]>
  /** Ends a stream with a reason that the guest sees. Never throws. */
  terminate(session: Session, reason: string): Promise<EndAnswer>
  /** Stops the player by remote control, and the transcode where there is one. Never throws. */
  stopPlayer(session: Session): Promise<EndAnswer>
  /** A web address that opens the item for anybody who may see it; holds no secret. */
  linkTo(machineIdentifier: string, ratingKey: string): string
}

/** plex.tv with the owner's account. Throws like `PlexServer`; `plex_refused` carries Plex's own reason. */
export interface PlexAccount {
  owner(): Promise<PlexPerson>
  friends(): Promise<Friend[]>
  /** Shares of one server, accepted and pending. */
  shares(machineIdentifier: string): Promise<Share[]>
  /**
   * Asks plex.tv once to share the libraries, downloads off. Success only means that the request was taken:
   * read the shares back. After `plex_unreachable` the share may exist. Refuses an empty list of libraries.
   */
  invite(request: {
    machineIdentifier: string
    /** A username or an e-mail address, or the account id of somebody already connected. */
    to: { name: string } | { plexId: string }
    libraryKeys: readonly string[]
  }): Promise<void>
  /** Sets the libraries of a share to exactly these. Refuses an empty list: remove the share instead. */
  setLibraries(request: {
    machineIdentifier: string
    shareId: string
    libraryKeys: readonly string[]
  }): Promise<void>
  /** Takes this server's share away, or cancels the invitation. Gone already counts as done. */
  removeShare(request: { machineIdentifier: string; shareId: string }): Promise<void>
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

export interface PageQuery {
  where?: Partial<Facets>
  /** Only records with an id before this one (ids sort by time). */
  before?: string
  limit: number
}

/** Durable records. Every call may throw `store_unavailable`. */
export interface Store {
  read<K extends Kind>(kind: K, id: string): Promise<Stored<Records[K]> | undefined>
  /** All of the changes or, when one condition does not hold, none: then the answer is false. */
  commit(changes: readonly Change[]): Promise<boolean>
  /** Newest first, by id. */
  page<K extends Kind>(kind: K, query: PageQuery): Promise<Stored<Records[K]>[]>
  close(): Promise<void>
}

/** Messages to people. Never throws for what Discord says; it answers with a `Delivery`. */
export interface Notifier {
  deliver(message: OutboxMessage): Promise<Delivery>
}

export interface Clock {
  /** Epoch milliseconds, UTC. */
  now(): number
  /** Resolves after `ms`, or at once when the signal is or becomes aborted. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export interface Ids {
  /** A new id; ids of one process sort by the time they were made. */
  next(): string
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
  plexAccount: PlexAccount
  store: Store
  notifier: Notifier
  clock: Clock
  ids: Ids
  log: Logger
}
