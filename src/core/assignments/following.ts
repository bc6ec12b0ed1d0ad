import type { Background } from '../engine/background.js'
import type { ServerFacts } from '../engine/server-facts.js'
import { all, transact } from '../engine/transact.js'
import type { Assignment, MediaItem, Session } from '../model.js'
import { isPrivateCopy, isStable } from '../monitor/judge.js'
import type { Clock, Logger, PlexServer, Store } from '../ports.js'
import { isOpen, withHistory } from '../states.js'

const glanceAgainMs = 60_000
const followed = 'followed to another rating key'
const lost = 'item is not on the server any more'

/**
 * Keeps assignments with their items: a file that was removed and added again has another rating key, and the
 * same guid when Plex recognises it.
 */
export interface Following {
  /** Looks where the items of all open assignments are now. */
  look(machineIdentifier: string): Promise<void>
  /** What plays for an assignment under another key may be what it was moved to; nobody waits for the answer. */
  glance(assignment: Assignment, running: readonly Session[]): void
}

export function createFollowing(needs: {
  plexServer: PlexServer
  store: Store
  clock: Clock
  log: Logger
  facts: ServerFacts
  background: Background
  /** The access is to be brought in line: an item that was added again has no label, and may be elsewhere. */
  onFollowed: (assignment: Assignment) => Promise<void>
}): Following {
  const { plexServer, store, clock, log, facts, background, onFollowed } = needs
  const glanceAgainAt = new Map<string, number>()

  return { look, glance }

  async function look(machineIdentifier: string): Promise<void> {
    for (const { record } of await all(store, 'assignment', { open: true })) {
      if (record.machineIdentifier !== machineIdentifier || !isOpen(record)) continue

      await follow(record).catch((error: unknown) =>
        log.warn('an item could not be looked for', { assignment: record.id, error }),
      )
    }
  }

  function glance(assignment: Assignment, running: readonly Session[]): void {
    const isMoved = running.some(({ item }) => item !== undefined && isUnderAnotherKey(assignment, item))
    if (!isMoved || (glanceAgainAt.get(assignment.id) ?? 0) > clock.now()) return

    glanceAgainAt.set(assignment.id, clock.now() + glanceAgainMs)
    background.run(() => follow(assignment), 'an item could not be looked for', { assignment: assignment.id })
  }

  async function follow({ id, machineIdentifier, media }: Assignment): Promise<void> {
    // At another server the item would be missing, or be something else.
    if ((await facts.machineIdentifier()) !== machineIdentifier) return
    if (await plexServer.item(media.ratingKey)) return

    const found = await successorOf(media)
    const after = found
      ? await change(id, media, (record) => movedTo(record, found), followed)
      : await change(id, media, (record) => record, lost)
    if (!after) return
    if (!found) return log.warn(lost, { assignment: id, ratingKey: media.ratingKey })

    log.info('item followed to another rating key', { assignment: id, ratingKey: found.ratingKey })
    await onFollowed(after)
  }

  /** A copy in a private library is the copy of one guest, and goes when they have finished. */
  async function successorOf({ guid, type, libraryKey }: MediaItem): Promise<MediaItem | undefined> {
    if (!isStable(guid)) return undefined

    const assignments = await all(store, 'assignment', { open: true })
    const privateKeys = assignments.map(({ record }) => record.privateLibrary?.libraryKey)
    const found = (await plexServer.withGuid(guid, type)).filter(
      (one) => one.libraryKey === undefined || !privateKeys.includes(one.libraryKey),
    )
    return found.find((one) => one.libraryKey === libraryKey) ?? found[0]
  }

  /** Answers undefined when there is nothing to do: it is written already, or the assignment has ended. */
  async function change(
    id: string,
    media: MediaItem,
    to: (assignment: Assignment) => Assignment,
    what: string,
  ): Promise<Assignment | undefined> {
    return transact<Assignment | undefined>(store, async () => {
      const stored = await store.read('assignment', id)
      const isAsBefore = stored && isOpen(stored.record) && stored.record.media.ratingKey === media.ratingKey
      if (!isAsBefore || isSaid(stored.record, what)) return { changes: [], value: undefined }

      const record = withHistory(to(stored.record), { at: clock.now(), by: 'otp', what })
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

/** That an item is missing is noted once, however often it is looked for. */
function isSaid({ history }: Assignment, what: string): boolean {
  return what === lost && history.some((one) => one.what === lost)
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
