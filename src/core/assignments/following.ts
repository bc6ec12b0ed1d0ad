import { privateLibrariesOn } from '../access/private-holder.js'
import type { AtHand } from '../engine/at-hand.js'
import type { Background } from '../engine/background.js'
import type { ServerFacts } from '../engine/server-facts.js'
import { all, transact } from '../engine/transact.js'
import type { Assignment, MediaItem, Session } from '../model.js'
import { isPrivateCopy, isStable } from '../monitor/judge.js'
import type { Clock, Logger, PlexServer, Store } from '../ports.js'
import { isOpen, withHistory } from '../states.js'

const lookAgainMs = 3_600_000
const glanceAgainMs = 60_000
const followed = 'followed to another rating key'
const accessFollowed = 'access follows to the new rating key'
const lost = 'item is not on the server any more'

/**
 * Keeps assignments with their items: a file that was removed and added again has another rating key, and the
 * same guid when Plex recognises it.
 */
export interface Following {
  /**
   * Looks where the items of all open assignments are now, each once an hour, and sees to it that the access
   * of what was followed is brought in line in the end.
   */
  look(machineIdentifier: string): Promise<void>
  /** What plays for an assignment under another key may be what it was moved to; nobody waits for the answer. */
  glance(assignment: Assignment, running: readonly Session[]): void
}

export function createFollowing(needs: {
  plexServer: PlexServer
  store: Store
  hand: Pick<AtHand, 'isHeld'>
  clock: Clock
  log: Logger
  facts: ServerFacts
  background: Background
  /** The access is to be brought in line: an item that was added again has no label, and may be elsewhere. */
  onFollowed: (assignment: Assignment) => Promise<void>
}): Following {
  const { plexServer, store, hand, clock, log, facts, background, onFollowed } = needs
  const lookAgainAt = new Map<string, number>()
  const glanceAgainAt = new Map<string, number>()

  return { look, glance }

  async function look(machineIdentifier: string): Promise<void> {
    for (const { record } of await all(store, 'assignment', { open: true })) {
      if (record.machineIdentifier !== machineIdentifier || !isOpen(record)) continue
      if (hand.isHeld(record.guest.plexId)) continue

      await attend(record).catch((error: unknown) =>
        log.warn('an item could not be followed', { assignment: record.id, error }),
      )
    }
  }

  async function attend(assignment: Assignment): Promise<void> {
    if (isAccessOwed(assignment)) await bringAccess(assignment)
    if ((lookAgainAt.get(assignment.id) ?? 0) > clock.now()) return

    await follow(assignment)
    lookAgainAt.set(assignment.id, clock.now() + lookAgainMs)
  }

  function glance(assignment: Assignment, running: readonly Session[]): void {
    const isMoved = running.some(({ item }) => item !== undefined && isUnderAnotherKey(assignment, item))
    if (!isMoved || (glanceAgainAt.get(assignment.id) ?? 0) > clock.now()) return

    glanceAgainAt.set(assignment.id, clock.now() + glanceAgainMs)
    background.run(() => follow(assignment), 'an item could not be followed', { assignment: assignment.id })
  }

  async function follow({ id, machineIdentifier, media }: Assignment): Promise<void> {
    // At another server the item would be missing, or be something else.
    if ((await facts.machineIdentifier()) !== machineIdentifier) return
    if (await plexServer.item(media.ratingKey)) return

    const found = await successorOf(machineIdentifier, media)
    if (!found) return noteLoss(id, media)

    const after = await change(id, (one) => (isAt(one, media) ? movedTo(one, found) : undefined), followed)
    if (!after) return

    log.info('item followed to another rating key', { assignment: id, ratingKey: found.ratingKey })
    await bringAccess(after)
  }

  /** That an item is missing is said once, however often it is looked for. */
  async function noteLoss(id: string, media: MediaItem): Promise<void> {
    const isNew = (one: Assignment) => isAt(one, media) && !one.history.some(({ what }) => what === lost)
    const noted = await change(id, (one) => (isNew(one) ? one : undefined), lost)
    if (noted) log.warn(lost, { assignment: id, ratingKey: media.ratingKey })
  }

  /** What is written only afterwards is tried again until it has worked, also after a restart. */
  async function bringAccess(assignment: Assignment): Promise<void> {
    await onFollowed(assignment)
    await change(assignment.id, (one) => (isAccessOwed(one) ? one : undefined), accessFollowed)
  }

  /** A copy in a private library is the copy of one guest, and goes when they have finished. */
  async function successorOf(
    machineIdentifier: string,
    { guid, type, libraryKey }: MediaItem,
  ): Promise<MediaItem | undefined> {
    if (!isStable(guid)) return undefined

    const made = await privateLibrariesOn(store, machineIdentifier)
    const privateKeys = made.map((one) => one.libraryKey)
    const found = (await plexServer.withGuid(guid, type)).filter(
      (one) => one.libraryKey === undefined || !privateKeys.includes(one.libraryKey),
    )
    return found.find((one) => one.libraryKey === libraryKey) ?? found[0]
  }

  /** Writes what has become of an open assignment, with a line in its history, unless that is nothing. */
  async function change(
    id: string,
    to: (assignment: Assignment) => Assignment | undefined,
    what: string,
  ): Promise<Assignment | undefined> {
    return transact<Assignment | undefined>(store, async () => {
      const stored = await store.read('assignment', id)
      const changed = stored && isOpen(stored.record) ? to(stored.record) : undefined
      if (!stored || !changed) return { changes: [], value: undefined }

      const record = withHistory(changed, { at: clock.now(), by: 'otp', what })
      return { changes: [{ kind: 'assignment', id, record, ifRevision: stored.revision }], value: record }
    })
  }
}

/** The assignment with its item under the new key; progress and a private copy stay with it. */
export function movedTo(assignment: Assignment, item: MediaItem): Assignment {
  const { media, watch, privateLibrary } = assignment
  const rename = <T>(record: Record<string, T>) => renamed(record, media.ratingKey, item.ratingKey)
  return {
    ...assignment,
    media: item,
    watch: rename(watch),
    ...(privateLibrary && { privateLibrary: { ...privateLibrary, copies: rename(privateLibrary.copies) } }),
  }
}

/** What is known of the new key already is newer. */
function renamed<T>(record: Record<string, T>, from: string, to: string): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record)
      .filter(([key]) => key !== from || record[to] === undefined)
      .map(([key, value]) => [key === from ? to : key, value]),
  )
}

/** Nobody else has followed it meanwhile. */
function isAt({ media }: Assignment, { ratingKey }: MediaItem): boolean {
  return media.ratingKey === ratingKey
}

function isAccessOwed({ history }: Assignment): boolean {
  const last = history.findLast(({ what }) => what === followed || what === accessFollowed)
  return last?.what === followed
}

/** Whether an item that the assignment covers shows what was assigned under another rating key. */
function isUnderAnotherKey(assignment: Assignment, item: MediaItem): boolean {
  if (isPrivateCopy(assignment, item)) return false
  const key = keyOfAssigned(assignment.media, item)
  return key !== undefined && key !== assignment.media.ratingKey
}

function keyOfAssigned({ type }: MediaItem, item: MediaItem): string | undefined {
  switch (type) {
    case 'show':
      return item.grandparentRatingKey
    case 'season':
      return item.parentRatingKey
    default:
      return item.ratingKey
  }
}
