import type { People } from './access/people.js'
import type { AssignmentQuery, ViolationQuery } from './api.js'
import type { Plays } from './assignments/plays.js'
import type { KeptPages } from './engine/kept-pages.js'
import type { ServerFacts } from './engine/server-facts.js'
import { all } from './engine/transact.js'
import { OtpError } from './errors.js'
import { refusals } from './messages/refusals.js'
import type { Assignment, Guest, Invitation, MediaItem, Page, Violation } from './model.js'
import type { PlexServer, Store, Stored } from './ports.js'

const usualPage = 50
const largestPage = 200

/** What OTP has written down and what the server has, one by one and page by page, newest first. */
export interface Lookup {
  /** Throws `assignment_not_found`. */
  assignment(id: string): Promise<Assignment>
  assignments(query: AssignmentQuery): Promise<Page<Assignment>>
  invitations(query: { limit?: number; cursor?: string }): Promise<Page<Invitation>>
  /** Throws `violation_not_found`. */
  violation(id: string): Promise<Violation>
  violations(query: ViolationQuery): Promise<Page<Violation>>
  /** Guests under watch at this server. */
  guests(): Promise<Guest[]>
  /** Throws `media_not_found`. */
  media(ratingKey: string): Promise<MediaItem>
  /** The seasons of a show or the episodes of a season; nothing is in anything else. */
  mediaIn(ratingKey: string): Promise<MediaItem[]>
}

export function createLookup(needs: {
  store: Store
  plexServer: PlexServer
  assignmentPages: KeptPages<'assignment'>
  people: People
  plays: Plays
  facts: ServerFacts
}): Lookup {
  const { store, plexServer, assignmentPages, people, plays, facts } = needs

  return { assignment, assignments, invitations, violation, violations, guests, media, mediaIn }

  async function assignment(id: string): Promise<Assignment> {
    return plays.current(await writtenAssignment(store, id))
  }

  async function violation(id: string): Promise<Violation> {
    const stored = await store.read('violation', id)
    if (!stored) throw new OtpError('violation_not_found', refusals.violationUnknown(id))
    return stored.record
  }

  async function assignments({ state, guest, limit, cursor }: AssignmentQuery): Promise<Page<Assignment>> {
    const size = pageSize(limit)
    const where = {
      ...(state !== undefined && { state }),
      ...(guest !== undefined && { guest: (await people.guest(guest)).plexId }),
    }
    const found = await assignmentPages.page({ where, limit: size + 1, ...after(cursor) })
    const page = paged(found, size)
    return { ...page, items: page.items.map(plays.current) }
  }

  async function violations(query: ViolationQuery): Promise<Page<Violation>> {
    const { guest, sinceAt, limit, cursor } = query
    const size = pageSize(limit)
    const where = guest === undefined ? {} : { guest: (await people.guest(guest)).plexId }
    const found = await store.page('violation', { where, limit: size + 1, ...after(cursor) })
    const recent = found.filter(({ record }) => record.firstSeenAt >= (sinceAt ?? 0))
    return paged(recent, size)
  }

  async function invitations({ limit, cursor }: { limit?: number; cursor?: string }) {
    const size = pageSize(limit)
    return paged(await store.page('invitation', { ...after(cursor), limit: size + 1 }), size)
  }

  async function media(ratingKey: string): Promise<MediaItem> {
    const item = await plexServer.item(ratingKey)
    if (!item) throw new OtpError('media_not_found', refusals.mediaMissing(ratingKey))
    return item
  }

  async function mediaIn(ratingKey: string): Promise<MediaItem[]> {
    const { type } = await media(ratingKey)
    return type === 'show' || type === 'season' ? plexServer.children(ratingKey) : []
  }

  async function guests(): Promise<Guest[]> {
    const watched = (await all(store, 'guest', { open: true })).map((one) => one.record)
    const machineIdentifier = await facts.known()
    return watched.filter(
      (one) => machineIdentifier === undefined || one.machineIdentifier === machineIdentifier,
    )
  }
}

/** As it is written down, without the progress that is kept in memory. Throws `assignment_not_found`. */
export async function writtenAssignment(store: Store, id: string): Promise<Assignment> {
  const stored = await store.read('assignment', id)
  if (!stored) throw new OtpError('assignment_not_found', refusals.assignmentUnknown(id))
  return stored.record
}

function pageSize(limit: number | undefined): number {
  return Math.min(Math.max(1, limit ?? usualPage), largestPage)
}

function after(cursor: string | undefined): { before?: string } {
  if (cursor === undefined) return {}
  if (!/^[\w.-]{1,64}$/.test(cursor)) throw new OtpError('invalid_input', refusals.cursorWrong())
  return { before: cursor }
}

function paged<T>(found: readonly Stored<T>[], size: number): Page<T> {
  const page = found.slice(0, size)
  const next = found.length > size ? (page.at(-1)?.id ?? null) : null
  return { items: page.map((one) => one.record), next }
}
