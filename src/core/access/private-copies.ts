import type { MediaItem } from '../model.js'

/** Whether a copy is one of this original. */
type Likeness = (original: MediaItem, copy: MediaItem) => boolean

/** From the surest sign to the weakest: Plex may match a copy to something else, or not yet. */
const likenesses: readonly Likeness[] = [
  (original, copy) => original.guid !== '' && original.guid === copy.guid,
  (original, copy) => original.season === copy.season && original.episode === copy.episode,
  (original, copy) => original.title.toLowerCase() === copy.title.toLowerCase(),
]

/**
 * Rating keys of the copies, by the rating key of what they are copies of; for a season or a show its own as well.
 * Undefined as long as more than one of them is like nothing.
 */
export function pairCopies(
  media: MediaItem,
  originals: readonly MediaItem[],
  copies: readonly MediaItem[],
): Record<string, string> | undefined {
  const pairs = new Map<MediaItem, MediaItem>()
  const alone = () => originals.filter((one) => !pairs.has(one))
  const unused = () => copies.filter((one) => ![...pairs.values()].includes(one))

  for (const isLike of likenesses) pairAll(isLike)
  // What is left when all others are known needs no sign.
  if (alone().length === 1) pairAll(() => true)
  if (alone().length > 0) return undefined

  const [first] = copies
  const container = media.type === 'season' ? first?.parentRatingKey : first?.grandparentRatingKey
  return {
    ...Object.fromEntries([...pairs].map(([original, copy]) => [original.ratingKey, copy.ratingKey])),
    ...((media.type === 'season' || media.type === 'show') && container && { [media.ratingKey]: container }),
  }

  function pairAll(isLike: Likeness): void {
    for (const original of alone()) {
      const copy = unused().find((one) => isLike(original, one))
      if (copy) pairs.set(original, copy)
    }
  }
}
