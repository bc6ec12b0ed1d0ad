import type { Assignment, Guest, MediaItem } from '../../../src/core/model.js'
import type { SimItem } from '../../../src/simulator/plex/catalogue.js'
import type { Household } from './household.js'

/** What is written down about one person at one instant. */
export interface Records {
  guest: Guest | undefined
  assignments: readonly Assignment[]
}

/** Whether the pass may still be used, by its state alone. */
export function isValid({ state }: Pick<Assignment, 'state'>): boolean {
  return !['finished', 'expired', 'revoked'].includes(state)
}

/**
 * Whether somebody's stream of an item may be ended, as the product promises it and without the program's own
 * judge: only a guest's, never of what a valid pass covers, never where the pass leaves them alone.
 */
export function mayBeEnded(
  { world, ownLibrary }: Household,
  who: string,
  item: SimItem,
  { guest, assignments }: Records,
): boolean {
  if (!guest?.watched) return false

  const valid = assignments.filter(isValid)
  if (valid.some((one) => covers(one.media, item))) return false

  if (valid.some((one) => one.scope === 'everything')) return true
  const hasOthers = guest.before !== undefined && guest.before.kind !== 'none'
  if (valid.length === 0 && !hasOthers) return true
  // What was lent is ended also where the access was taken away first.
  const isOfEnded = assignments.some((one) => !isValid(one) && isOpenedBy(one, item))
  return (isOfEnded || guest.givenLibraryKeys.includes(item.libraryKey)) && !ownLibrary(who, item)

  /** What was lent and what stands in the same library, which was opened for it. */
  function isOpenedBy({ media }: Assignment, played: SimItem): boolean {
    return covers(media, played) || media.libraryKey === played.libraryKey
  }

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
