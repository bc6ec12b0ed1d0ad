import { privateLibrariesOn } from './access/private-holder.js'
import type { SearchHow } from './api.js'
import type { ServerFacts } from './engine/server-facts.js'
import { type Candidate, OtpError } from './errors.js'
import type { Catalogue } from './finding/catalogue.js'
import { privateLibraries } from './messages/private.js'
import { refusals } from './messages/refusals.js'
import type { MediaItem, PrivateLibrary } from './model.js'
import type { PlexServer, Store } from './ports.js'
import { isAssignable } from './states.js'
import { isGuess, isTitled, meantBy, titleOf } from './titles.js'

const mostCandidates = 25
/** A sentence names no more of them. */
const mostNamed = 5
const searchDepth = 30
/** How many of the titles that were lent last are shown to somebody who has not typed anything. */
const lentShown = 5

export interface Search {
  /** Items that can be lent, the best match first; copies that were made for a guest are not among them. */
  search(text: string, limit?: number, how?: SearchHow): Promise<MediaItem[]>
  /**
   * The one item that `rk:<ratingKey>` or the words mean; for a copy that was made for a guest, its original.
   * Throws what keeps it from being lent.
   */
  findOne(text: string): Promise<MediaItem>
}

export function createSearch(needs: {
  plexServer: PlexServer
  store: Store
  facts: Pick<ServerFacts, 'machineIdentifier' | 'known'>
  catalogue: Pick<Catalogue, 'find' | 'newest'>
}): Search {
  const { plexServer, store, facts, catalogue } = needs

  return { search, findOne }

  async function search(text: string, limit = 25, { typing = false }: SearchHow = {}): Promise<MediaItem[]> {
    const words = text.trim()
    if (words === '') return recent(limit)

    const known = await catalogue.find(words, limit)
    if (known && (known.length > 0 || typing)) return known
    return searchServer(words, limit)
  }

  async function searchServer(words: string, limit: number): Promise<MediaItem[]> {
    const [found, libraries] = await Promise.all([
      plexServer.search(words, Math.max(limit, searchDepth)),
      privateOnes(),
    ])
    const lendables = found.filter((one) => isAssignable(one) && !libraryOf(one, libraries))
    return ranked(lendables, words).slice(0, limit)
  }

  async function findOne(text: string): Promise<MediaItem> {
    const words = text.trim()
    const ratingKey = /^rk:(\S+)$/.exec(words)?.[1]
    if (ratingKey) return byRatingKey(ratingKey)
    if (/^\d+$/.test(words)) return numberOrTitle(words)

    return theOne(words)
  }

  /** What was lent last, then what is new in the libraries. */
  async function recent(limit: number): Promise<MediaItem[]> {
    const [assignments, added] = await Promise.all([
      store.page('assignment', { limit: lentShown }),
      catalogue.newest(limit),
    ])
    const machine = await facts.known()
    const lent = assignments.map((one) => one.record).filter((one) => one.machineIdentifier === machine)
    const items = [...lent.map((one) => one.media), ...added]
    return [...new Map(items.map((one) => [one.ratingKey, one])).values()].slice(0, limit)
  }

  /** What is not in the catalogue may have come just now, so the server is asked. */
  async function theOne(words: string): Promise<MediaItem> {
    const known = (await catalogue.find(words, mostCandidates)) ?? []
    const found = known.length > 0 ? known : await searchServer(words, mostCandidates)
    const matches = meantBy(words, found)
    const [first, second] = matches

    if (!first) throw new OtpError('media_not_found', refusals.nothingFound(words))
    if (second) throw ambiguous(matches, (names) => refusals.severalFound(words, names))
    if (isGuess(words, matches)) throw ambiguous(matches, (names) => refusals.perhapsMeant(words, names))
    return known.length > 0 ? byRatingKey(first.ratingKey) : lendable(first)
  }

  async function byRatingKey(ratingKey: string): Promise<MediaItem> {
    const item = await plexServer.item(ratingKey)
    if (!item) throw new OtpError('media_not_found', refusals.mediaMissing(ratingKey))
    return lendable((await originalOf(item)) ?? refuseCopy(item))
  }

  /** "300" is a film and may be a rating key. */
  async function numberOrTitle(digits: string): Promise<MediaItem> {
    const [there, titled] = await Promise.all([plexServer.item(digits), search(digits)])
    const item = there && (await originalOf(there))
    const others = titled.filter((one) => isTitled(one, digits) && one.ratingKey !== item?.ratingKey)
    if (there && others.length === 0) return lendable(item ?? refuseCopy(there))
    if (!item) return theOne(digits)
    throw ambiguous([item, ...others], (names) => refusals.keyOrTitle(digits, names))
  }

  /** The item itself or, when it is in a private library, what it is a copy of; undefined when nobody knows. */
  async function originalOf(item: MediaItem): Promise<MediaItem | undefined> {
    const libraries = await privateOnes()
    const library = libraryOf(item, libraries)
    if (!library) return item

    const pair = Object.entries(library.copies).find(([, copy]) => copy === item.ratingKey)
    const original = pair && (await plexServer.item(pair[0]))
    return original && !libraryOf(original, libraries) ? original : undefined
  }

  /** Another server's libraries may have the same keys. */
  async function privateOnes(): Promise<PrivateLibrary[]> {
    return privateLibrariesOn(store, await facts.machineIdentifier())
  }
}

/** The private library that the item is in. */
function libraryOf(
  { libraryKey }: MediaItem,
  libraries: readonly PrivateLibrary[],
): PrivateLibrary | undefined {
  return libraryKey === undefined ? undefined : libraries.find((one) => one.libraryKey === libraryKey)
}

/** It would go together with the assignment that it was made for. */
function refuseCopy(copy: MediaItem): never {
  throw new OtpError('media_not_assignable', privateLibraries.copyOnly(titleOf(copy)))
}

function ambiguous(items: readonly MediaItem[], sentence: (names: string[]) => string): OtpError {
  const candidates = items.slice(0, mostCandidates).map(candidateOf)
  const named = candidates.slice(0, mostNamed).map((one) => one.label)
  return new OtpError('ambiguous', sentence(named), { candidates })
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
  const name = titleOf(item)
  return { value: `rk:${item.ratingKey}`, label: `${name} (rk:${item.ratingKey})`, name }
}
