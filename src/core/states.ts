import type { Assignment, Guest, GuestRef, HistoryEntry, MediaItem, MediaType } from './model.js'

/** Whether the assignment still lets its guest watch. */
export function isOpen({ state }: Pick<Assignment, 'state'>): boolean {
  return state === 'pending' || state === 'ready' || state === 'watching'
}

/** The assignment with one more line in its history. */
export function withHistory(assignment: Assignment, entry: HistoryEntry): Assignment {
  return { ...assignment, history: [...assignment.history, entry] }
}

const assignableTypes: readonly string[] = ['movie', 'episode', 'season', 'show'] satisfies MediaType[]

/** Whether the item is of a kind that can be lent. */
export function isAssignable(item: MediaItem): boolean {
  return assignableTypes.includes(item.type)
}

/** Whether the guest had other access, all of which is closed to them until the pass ends. */
export function stopsEverythingElse(assignment: Assignment, guest: Guest): boolean {
  return assignment.scope === 'everything' && guest.before !== undefined && guest.before.kind !== 'none'
}

/** Somebody with nothing open is a guest no more; the snapshot of their access goes with it. */
export function released(guest: Guest): Guest {
  return {
    ...refOf(guest),
    machineIdentifier: guest.machineIdentifier,
    watched: false,
    givenLibraryKeys: [],
    ...(guest.strayToldAt !== undefined && { strayToldAt: guest.strayToldAt }),
    ...(guest.locale !== undefined && { locale: guest.locale }),
    ...(guest.member !== undefined && { member: guest.member }),
  }
}

/** The part of a person or a guest that other records carry. */
export function refOf({ plexId, username, email, discordUserId }: GuestRef): GuestRef {
  return {
    plexId,
    username,
    ...(email !== undefined && { email }),
    ...(discordUserId !== undefined && { discordUserId }),
  }
}
