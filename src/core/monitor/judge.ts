import type { Assignment, Guest, MediaItem, Session } from '../model.js'
import { isOpen } from '../states.js'

/** What the judge may know: all of it from OTP's own records, nothing from plex.tv. */
export interface Scene {
  now: number
  /** Sessions show the owner as account 1; newer servers may show this id instead. */
  ownerPlexId?: string
  /** Guests under watch, by Plex id. */
  guests: ReadonlyMap<string, Guest>
  /** Assignments that are open, and those of guests under watch that have ended lately. */
  assignments: readonly Assignment[]
  /** How long a stream may go on showing signs of life after its own assignment has ended. */
  closingMs: number
  /** When the player last reported something new, as far as OTP has seen; undefined = not yet. */
  reportedAt?: (session: Session) => number | undefined
  slipMs: number
  /** When a covered item was last seen in this stream. */
  coveredUntil?: (session: Session) => number | undefined
  /** Whether the stream is being ended because no pass covered what it plays. */
  isPursued?: (session: Session) => boolean
  /** Whether the stream was asked to end with the pass that had covered it. */
  wasClosing?: (session: Session) => boolean
  /** How long the stream has been listed; undefined = long enough. */
  listedMs?: (session: Session) => number | undefined
}

/** What may be done about a session. Only `violation` and `closing` ever end a stream. */
export type Verdict =
  | { kind: 'ignore'; why: 'not-a-guest' | 'owner' | 'clip' | 'own-library' | 'not-playing' }
  | { kind: 'unsure'; why: 'no-user' | 'no-item' | 'flashed-up' }
  | { kind: 'allow'; assignment: Assignment }
  /** The stream belongs to an assignment that has just ended: it is ended with that reason. */
  | { kind: 'closing'; assignment: Assignment }
  | { kind: 'violation'; guest: Guest; item: MediaItem; allowed: Assignment[]; slip: boolean }

const ownerInSessions = '1'
/** How long Plex may list a stream that shows no sign of life; players that were killed stay the longest. */
const lingersMs = 10 * 60_000
/** Who looks through the folders by DLNA makes streams that are gone at once. */
export const browsingMs = 1_000

/** What the judge looks up for each session, found once for all of them. */
interface Passes {
  of(plexId: string): readonly Assignment[]
  /** Those for which a library of their own was made. */
  privateOnes: readonly Assignment[]
}

/** The verdict on each session, in their order. */
export function judgeAll(sessions: readonly Session[], scene: Scene): Verdict[] {
  const passes = passesIn(scene)
  return sessions.map((session) => verdictOn(session, scene, passes))
}

/** Decides whether a session may go on. Pure; unknown people and unknown items are never touched. */
export function judge(session: Session, scene: Scene): Verdict {
  return verdictOn(session, scene, passesIn(scene))
}

function verdictOn(session: Session, scene: Scene, passes: Passes): Verdict {
  if (session.state === 'stopped' || session.state === 'error') return { kind: 'ignore', why: 'not-playing' }
  if (!session.user) return { kind: 'unsure', why: 'no-user' }

  const plexId = session.user.plexId
  if (plexId === ownerInSessions || plexId === scene.ownerPlexId) return { kind: 'ignore', why: 'owner' }

  const guest = scene.guests.get(plexId)
  if (!guest) return { kind: 'ignore', why: 'not-a-guest' }

  const item = session.item
  if (!item || item.type === 'other') return { kind: 'unsure', why: 'no-item' }
  if (item.type === 'clip') return { kind: 'ignore', why: 'clip' }

  const theirs = passes.of(plexId)
  const open = theirs.filter(isOpen)
  const covering = open.find((one) => covers(one, item) && !isElsewhere(item, one, passes))
  if (covering) return { kind: 'allow', assignment: covering }

  const closing = theirs.find((one) => isClosing(one, session, item, scene))
  const isLent = () => closing !== undefined || goesOn(session, item, theirs, scene)
  const isJudged = () => isGivenLibrary(guest, item) || (!isOwnLibrary(guest, item) && isLent())
  if (judgedOnlyWhereGiven(guest, open) && !isJudged()) return { kind: 'ignore', why: 'own-library' }
  if (closing) return { kind: 'closing', assignment: closing }

  if (isBrowsing(session, scene)) return { kind: 'unsure', why: 'flashed-up' }

  return { kind: 'violation', guest, item, allowed: open, slip: isSlip(session, scene) }
}

function passesIn({ assignments }: Scene): Passes {
  const byGuest = new Map<string, Assignment[]>()
  for (const one of assignments) {
    const theirs = byGuest.get(one.guest.plexId)
    if (theirs) theirs.push(one)
    else byGuest.set(one.guest.plexId, [one])
  }
  return {
    of: (plexId) => byGuest.get(plexId) ?? [],
    privateOnes: assignments.filter((one) => one.privateLibrary !== undefined),
  }
}

function isBrowsing(session: Session, { listedMs }: Scene): boolean {
  const { product, platform } = session.player
  return /dlna/i.test(`${product} ${platform}`) && (listedMs?.(session) ?? browsingMs) < browsingMs
}

/** Whether the assignment lets its guest watch the item: itself, another copy of it, or a part of it. */
export function covers(assignment: Assignment, item: MediaItem): boolean {
  const { media } = assignment
  if (isPrivateCopy(assignment, item)) return true

  switch (media.type) {
    case 'show':
      return item.type === 'episode' && isPart(media, item.grandparentRatingKey, item.grandparentGuid)
    case 'season':
      return item.type === 'episode' && isPart(media, item.parentRatingKey, item.parentGuid)
    default:
      return isSameItem(media, item)
  }
}

/** Whether the item is in the library that was made for this assignment alone, where nothing else is. */
export function isPrivateCopy({ privateLibrary }: Assignment, { type, libraryKey }: MediaItem): boolean {
  if (type !== 'movie' && type !== 'episode') return false
  if (libraryKey === undefined || privateLibrary === undefined) return false
  return privateLibrary.libraryKey === libraryKey && privateLibrary.step !== 'removed'
}

/** Same rating key, or the same identity under another key (edition, second copy, file added again). */
export function isSameItem(one: MediaItem, other: MediaItem): boolean {
  if (one.ratingKey === other.ratingKey) return true
  return one.type === other.type && isStable(one.guid) && one.guid === other.guid
}

/** Whether what an episode is part of is this season or show, under the same key or another. */
function isPart(media: MediaItem, ratingKey: string | undefined, guid: string | undefined): boolean {
  if (ratingKey === media.ratingKey) return true
  return guid !== undefined && isStable(guid) && guid === media.guid
}

/** Plex makes up `local://` ids by itself and may give the same one to something else later. */
export function isStable(guid: string): boolean {
  return guid !== '' && !guid.startsWith('local://')
}

/** Whether the item is in the private library of another assignment: a copy that was made for somebody else. */
function isElsewhere(item: MediaItem, assignment: Assignment, { privateOnes }: Passes): boolean {
  if (isPrivateCopy(assignment, item)) return false
  return privateOnes.some((one) => isPrivateCopy(one, item))
}

/** Plex lists a stream for minutes after it has stopped, so only a sign of life counts against it. */
function isClosing(assignment: Assignment, session: Session, item: MediaItem, scene: Scene): boolean {
  if (assignment.endedAt === undefined || !covers(assignment, item)) return false

  const reportedAt = scene.reportedAt?.(session)
  if (reportedAt === undefined) return scene.now - assignment.endedAt <= lingersMs
  // Where the machine's clock was set back meanwhile, the sign of life seems to be still to come.
  return Math.min(reportedAt, scene.now) - assignment.endedAt <= scene.closingMs
}

/**
 * Whether the guest may go on watching what is not OTP's business. A guest who is leaving keeps what they
 * had before; one with open assignments only where every one of them says so.
 */
function judgedOnlyWhereGiven(guest: Guest, open: readonly Assignment[]): boolean {
  if (open.length === 0) return guest.before !== undefined && guest.before.kind !== 'none'
  return open.every((one) => one.scope === 'granted')
}

function isGivenLibrary(guest: Guest, item: MediaItem): boolean {
  return item.libraryKey !== undefined && guest.givenLibraryKeys.includes(item.libraryKey)
}

/** Whether a pass that has ended had opened the library of the item to its guest. */
function wasOpened(passes: readonly Assignment[], { libraryKey }: MediaItem): boolean {
  return passes.some((one) => !isOpen(one) && libraryKey !== undefined && openedBy(one) === libraryKey)
}

/** With a library of its own or a grant for the item, the one that holds the item stays closed. */
function openedBy({ fence, media, privateLibrary }: Assignment): string | undefined {
  if (fence === 'private') return privateLibrary?.libraryKey
  return fence === 'item' ? undefined : media.libraryKey
}

/** Whether the guest sees it without OTP; where that is not known, too. */
function isOwnLibrary({ before, lastRead }: Guest, { libraryKey }: MediaItem): boolean {
  if (libraryKey === undefined || before === undefined) return true
  return [before, ...(lastRead ? [lastRead] : [])].some(
    (one) => one.kind === 'all' || (one.kind === 'libraries' && one.libraryKeys.includes(libraryKey)),
  )
}

/**
 * Whether the stream is left over from a pass: it shows what is in a library that the pass had opened, since the pass
 * covered it or because it was to end already, or it shows the item itself since just after the end.
 */
function goesOn(session: Session, item: MediaItem, passes: readonly Assignment[], scene: Scene): boolean {
  const isPursued = scene.isPursued?.(session) === true
  const isFromBefore = isPursued || scene.coveredUntil?.(session) !== undefined
  if (isFromBefore && wasOpened(passes, item)) return true

  const wasToEnd = isPursued || scene.wasClosing?.(session) === true
  return wasToEnd && passes.some((one) => !isOpen(one) && covers(one, item))
}

function isSlip(session: Session, scene: Scene): boolean {
  const coveredUntil = scene.coveredUntil?.(session)
  return coveredUntil !== undefined && scene.slipMs > 0 && scene.now - coveredUntil <= scene.slipMs
}
