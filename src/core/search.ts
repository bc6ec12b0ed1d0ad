import { type Candidate, OtpError } from './errors.js'
import { refusals } from './messages/refusals.js'
import type { MediaItem } from './model.js'
import type { PlexServer } from './ports.js'
import { isAssignable } from './states.js'
import { isTitled, meantBy, titleOf } from './titles.js'

const maxCandidates = 5
const searchDepth = 30

export interface Search {
  /** Items that can be lent, the best match first. */
  search(text: string, limit?: number): Promise<MediaItem[]>
  /** The one item that `rk:<ratingKey>` or the words mean. Throws what keeps it from being lent. */
  findOne(text: string): Promise<MediaItem>
}

export function createSearch({ plexServer }: { plexServer: PlexServer }): Search {
  return { search, findOne }

  async function search(text: string, limit = 25): Promise<MediaItem[]> {
    const words = text.trim()
    if (words === '') return []

    const found = await plexServer.search(words, Math.max(limit, searchDepth))
    return ranked(found.filter(isAssignable), words).slice(0, limit)
  }

  async function findOne(text: string): Promise<MediaItem> {
    const words = text.trim()
    const ratingKey = /^rk:(\S+)$/.exec(words)?.[1]
    if (ratingKey) return lendable(await byRatingKey(ratingKey))
    if (/^\d+$/.test(words)) return numberOrTitle(words)

    return theOne(words, await search(words))
  }

  async function byRatingKey(ratingKey: string): Promise<MediaItem> {
    const item = await plexServer.item(ratingKey)
    if (!item) throw new OtpError('media_not_found', refusals.mediaMissing(ratingKey))
    return item
  }

  /** "300" is a film and may be a rating key. */
  async function numberOrTitle(digits: string): Promise<MediaItem> {
    const [item, titled] = await Promise.all([plexServer.item(digits), search(digits)])
    const others = titled.filter((one) => isTitled(one, digits) && one.ratingKey !== item?.ratingKey)
    if (item && others.length === 0) return lendable(item)
    if (!item) return theOne(digits, titled)

    const candidates = [item, ...others].slice(0, maxCandidates).map(candidateOf)
    throw new OtpError('ambiguous', refusals.keyOrTitle(digits, labels(candidates)), { candidates })
  }
}

function theOne(words: string, found: readonly MediaItem[]): MediaItem {
  const matches = meantBy(words, found)
  const [first, second] = matches

  if (!first) throw new OtpError('media_not_found', refusals.nothingFound(words))
  if (!second) return lendable(first)

  const candidates = matches.slice(0, maxCandidates).map(candidateOf)
  throw new OtpError('ambiguous', refusals.severalFound(words, labels(candidates)), { candidates })
}

function lendable(item: MediaItem): MediaItem {
  if (!isAssignable(item)) {
    throw new OtpError('media_not_assignable', refusals.notAssignable(titleOf(item), item.type))
  }
  if (item.libraryKey === undefined) {
    throw new OtpError('media_not_assignable', refusals.noLibrary(titleOf(item)))
  }
  return item
}

function ranked(items: readonly MediaItem[], words: string): MediaItem[] {
  return [...items.filter((one) => isTitled(one, words)), ...items.filter((one) => !isTitled(one, words))]
}

function candidateOf(item: MediaItem): Candidate {
  return { value: `rk:${item.ratingKey}`, label: `${titleOf(item)} (rk:${item.ratingKey})` }
}

function labels(candidates: readonly Candidate[]): string[] {
  return candidates.map((one) => one.label)
}
