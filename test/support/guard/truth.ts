import type { Assignment, Guest, MediaItem } from '../../../src/core/model.js'
import type { SimItem } from '../../../src/simulator/plex/catalogue.js'
import { second } from '../builders.js'
import type { Household } from './household.js'

/** What is written down about one person at one instant. */
export interface Records {
  guest: Guest | undefined
  assignments: readonly Assignment[]
}

/** Whoever begins to play so soon after the end of the pass may not have been shut out yet. */
const justEndedMs = 20 * second

/** Whether the pass may still be used, by its state alone. */
export function isValid({ state }: Pick<Assignment, 'state'>): boolean {
  return !['finished', 'expired', 'revoked'].includes(state)
}

/**
 * Whether somebody's stream of an item may be ended, as the product promises it and without the program's own
 * judge: only a guest's, never of what a valid pass covers, never where the pass leaves them alone. What was lent, and
 * what is in a library that was opened and is closed again, may be ended. It must be, for a stream that began to
 * show its item at `mustSince`, in libraries that are open now, and where its pass was open or had just ended.
 */
export function mayBeEnded(
  { world, ownLibrary }: Household,
  who: string,
  item: SimItem,
  { guest, assignments }: Records,
  mustSince?: number,
): boolean {
  if (!guest?.watched) return false

  const valid = assignments.filter(isValid)
  if (valid.some((one) => covers(one.media, item))) return false

  if (valid.some((one) => one.scope === 'everything')) return true
  const hasOthers = guest.before !== undefined && guest.before.kind !== 'none'
  if (valid.length === 0 && !hasOthers) return true
  if (ownLibrary(who, item)) return false
  if (guest.givenLibraryKeys.includes(item.libraryKey)) return true
  const ended = assignments.filter((one) => !isValid(one))
  if (mustSince === undefined)
    return ended.some((one) => covers(one.media, item) || one.media.libraryKey === item.libraryKey)
  return ended.some(({ media, endedAt = 0 }) => covers(media, item) && mustSince - endedAt <= justEndedMs)

  function covers(media: MediaItem, played: SimItem): boolean {
    switch (media.type) {
      case 'movie':
      case 'episode':
        return isSame(media, played)
      case 'season':
        return played.type === 'episode' && isSame(media, world.catalogue.item(played.parentRatingKey ?? ''))
      case 'show':
        return (
          played.type === 'episode' && isSame(media, world.catalogue.item(played.grandparentRatingKey ?? ''))
        )
      default:
        return false
    }
  }
}

function isSame(media: MediaItem, item: SimItem | undefined): boolean {
  if (!item || item.type !== media.type) return false
  return item.ratingKey === media.ratingKey || item.guid === media.guid
}
