import SearchableMap from 'minisearch/SearchableMap'
import type { TitleQuery } from '../core/finding/title-query.js'
import {
  compareTitles,
  type Fit,
  fitOf,
  neededWords,
  type TitleWords,
  titleWordsOf,
} from '../core/finding/title-ranking.js'
import { compareWords, nearness, typosIn } from '../core/finding/words.js'
import type { MediaItem } from '../core/model.js'
import type { ListedItem, TitleIndex } from '../core/ports.js'
import { createBest } from './best.js'

/** A title at its place. Its number stands for it in the lists of words, which are long. */
interface Entry extends ListedItem {
  words: TitleWords
  round: number
  /** The search that has looked at it last. */
  seen: number
}

/** When so few fit exactly, what is near is shown as well. */
const enough = 5

/** Titles by their words, in a tree that finds beginnings and near words. */
export function createTitleIndex(): TitleIndex {
  let entries: (Entry | undefined)[] = []
  let free: number[] = []
  let places = new Map<string, number>()
  let tree = new SearchableMap<number[]>()
  /** One text for each word, however many titles have it. */
  let known = new Map<string, string>()
  let searches = 0

  return { put, remove, sweep, clear, size: () => places.size, find, newest }

  function put(titles: readonly ListedItem[], round: number): void {
    for (const title of titles) {
      const { ratingKey } = title.item
      const before = entries[places.get(ratingKey) ?? -1]
      if (before && isSame(before, title)) before.round = round
      else {
        takeOut(ratingKey)
        putIn(title, round)
      }
    }
  }

  function putIn({ item, addedAt }: ListedItem, round: number): void {
    const place = free.pop() ?? entries.length
    const words = shared(titleWordsOf(item))
    entries[place] = { item, words, round, seen: 0, ...(addedAt !== undefined && { addedAt }) }
    places.set(item.ratingKey, place)
    for (const word of eachOf(words)) {
      const holders = tree.get(word)
      if (holders) holders.push(place)
      else tree.set(word, [place])
    }
  }

  function takeOut(ratingKey: string): void {
    const place = places.get(ratingKey)
    const entry = place === undefined ? undefined : entries[place]
    if (place === undefined || !entry) return

    for (const word of eachOf(entry.words)) {
      const left = tree.get(word)?.filter((one) => one !== place) ?? []
      if (left.length > 0) tree.set(word, left)
      else tree.delete(word)
    }
    entries[place] = undefined
    free.push(place)
    places.delete(ratingKey)
  }

  function remove(ratingKeys: ReadonlySet<string>): void {
    const gone = (key: string | undefined) => key !== undefined && ratingKeys.has(key)
    takeOutAll(
      ({ item }) => gone(item.ratingKey) || gone(item.parentRatingKey) || gone(item.grandparentRatingKey),
    )
  }

  function sweep(since: number): void {
    takeOutAll(({ round }) => round < since)
  }

  function takeOutAll(isGone: (entry: Entry) => boolean): void {
    for (const entry of entries) if (entry && isGone(entry)) takeOut(entry.item.ratingKey)
  }

  function clear(): void {
    entries = []
    free = []
    places = new Map()
    tree = new SearchableMap()
    known = new Map()
  }

  function find(query: TitleQuery, request: Parameters<TitleIndex['find']>[1]): MediaItem[] {
    const best = createBest(request.limit, isBetter)
    gather(query, { ...request, typos: false }, best.offer)
    if (best.count() < enough) {
      const exact = new Set(best.all().map(({ item }) => item.ratingKey))
      gather(query, { ...request, typos: true }, (one) => {
        if (!exact.has(one.item.ratingKey)) best.offer(one)
      })
    }
    if (best.count() === 0 && query.asWords) return find({ words: query.asWords }, request)
    return best.all().map(({ item }) => item)
  }

  function gather(
    query: TitleQuery,
    { hidden, typos }: { hidden: ReadonlySet<string>; typos: boolean },
    offer: (one: Fitting) => void,
  ): void {
    const asked = { query, needed: neededWords(query), typos }
    searches += 1
    for (const places of candidates(asked)) {
      for (const place of places) {
        const entry = entries[place]
        if (!entry || entry.seen === searches) continue
        entry.seen = searches
        if (hidden.has(entry.item.libraryKey ?? '')) continue
        const fit = fitOf(entry.item, entry.words, asked)
        if (fit) offer({ item: entry.item, fit })
      }
    }
  }

  /** Those that have the rarest of the words, some twice; whether they have the others is seen one by one. */
  function candidates({ needed, typos }: { needed: readonly string[]; typos: boolean }): Iterable<number>[] {
    const [first, ...others] = needed.map((word) => holdersOf(word, typos))
    if (!first) return [entries.keys()]
    return others.reduce((least, one) => (countOf(one) < countOf(least) ? one : least), first)
  }

  /** The lists of all words that begin like this one or, with typos, are near it. */
  function holdersOf(typed: string, typos: boolean): number[][] {
    const same = [...tree.atPrefix(typed).values()]
    const most = typos ? typosIn(typed) : 0
    if (most === 0) return same

    const near: number[][] = []
    for (const [word, holders] of tree.atPrefix(typed.slice(0, 1))) {
      if (compareWords(typed, word) === nearness.typo) near.push(holders)
    }
    for (const [word, [holders]] of tree.fuzzyGet(typed, most)) {
      if (word[0] !== typed[0]) near.push(holders)
    }
    return [...same, ...near]
  }

  function newest({ limit, hidden }: Parameters<TitleIndex['newest']>[0]): MediaItem[] {
    const best = createBest<Entry>(limit, (a, b) => (a.addedAt ?? 0) > (b.addedAt ?? 0))
    for (const entry of entries) {
      const isOne = entry?.item.type === 'movie' || entry?.item.type === 'episode'
      if (entry && isOne && !hidden.has(entry.item.libraryKey ?? '')) best.offer(entry)
    }
    return best.all().map(({ item }) => item)
  }

  function shared({ own, also, show }: TitleWords): TitleWords {
    const share = (words: readonly string[]) => (words.length === 0 ? words : words.map(once))
    return { own: share(own), also: share(also), show: share(show) }
  }

  function once(word: string): string {
    const before = known.get(word)
    if (before === undefined) known.set(word, word)
    return before ?? word
  }
}

interface Fitting {
  item: MediaItem
  fit: Fit
}

const reasons: readonly Fit['by'][] = ['title', 'show', 'typo']

/** What is mistyped comes last, however well it fits. */
function isBetter(a: Fitting, b: Fitting): boolean {
  const exactness = Number(a.fit.by === 'typo') - Number(b.fit.by === 'typo')
  if (exactness !== 0) return exactness < 0
  if (a.fit.score !== b.fit.score) return a.fit.score > b.fit.score

  const reason = reasons.indexOf(a.fit.by) - reasons.indexOf(b.fit.by)
  return reason === 0 ? compareTitles(a.item, b.item) < 0 : reason < 0
}

function eachOf({ own, also, show }: TitleWords): Iterable<string> {
  return new Set([...own, ...also, ...show])
}

function countOf(lists: readonly number[][]): number {
  return lists.reduce((sum, one) => sum + one.length, 0)
}

function isSame(before: ListedItem, now: ListedItem): boolean {
  return before.addedAt === now.addedAt && JSON.stringify(before.item) === JSON.stringify(now.item)
}
