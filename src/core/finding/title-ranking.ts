import type { MediaItem } from '../model.js'
import { readTitleQuery, type TitleQuery } from './title-query.js'
import { compareWords, joinedWordsOf, type Nearness, nearness, wordsOf } from './words.js'

/** The words by which a title is found. */
export interface TitleWords {
  own: readonly string[]
  /** Other ways to write its own, and its year. */
  also: readonly string[]
  /** Those of the show that it belongs to. */
  show: readonly string[]
}

/** How well a title fits; `by` is what it was found by, from best to worst. */
export interface Fit {
  by: 'title' | 'show' | 'typo'
  score: number
}

const nothing: readonly string[] = []
/** What titles are full of, and what people leave out or put in. */
const fillers = new Set(['the', 'a', 'an', 'of', 'and'])
const weights = { own: 10, also: 8, show: 4 }
const kinds: Partial<Record<MediaItem['type'], number>> = { movie: 3, show: 3, season: 1 }

export function titleWordsOf(item: MediaItem): TitleWords {
  const isPart = item.type === 'episode' || item.type === 'season'
  const year = item.year === undefined || isPart ? [] : [String(item.year)]
  const also = [...joinedWordsOf(item.title), ...year]
  return {
    own: wordsOf(item.title),
    also: also.length > 0 ? also : nothing,
    show: isPart && item.show !== undefined ? wordsOf(item.show) : nothing,
  }
}

/** The words that must be there; fillers only when there is nothing else. */
export function neededWords({ words }: TitleQuery): string[] {
  const telling = words.filter((one) => !fillers.has(one))
  return telling.length > 0 ? telling : words
}

/** What a title is found by, of somebody's words; undefined when they do not fit. */
export function fitOfWords(item: MediaItem, text: string): Fit['by'] | undefined {
  const query = readTitleQuery(text)
  return fitOf(item, titleWordsOf(item), { query, needed: neededWords(query), typos: true })?.by
}

/** How well a title fits what was typed; undefined when it does not. Done for thousands at every key press. */
export function fitOf(
  item: MediaItem,
  words: TitleWords,
  { query, needed, typos }: { query: TitleQuery; needed: readonly string[]; typos: boolean },
): Fit | undefined {
  if (query.number && !hasNumber(item, query.number)) return undefined

  let nears = 0
  let hasTypo = false
  let allInShow = needed.length > 0
  let begins = false
  for (const word of needed) {
    const { near, where, at } = bestOf(word, words, typos)
    if (near === nearness.none) return undefined

    nears += near * weights[where]
    if (near === nearness.typo) hasTypo = true
    if (where !== 'show') allInShow = false
    if (word === needed[0] && where === 'own' && at === 0) begins = true
  }

  const { own } = words
  const score =
    nears / Math.max(1, needed.length) +
    (begins ? 6 : 0) +
    (isWhole(own, query.words) ? 40 : 0) +
    (kinds[item.type] ?? 0) +
    (startsLike(own, query.words) ? 5 : 0) -
    own.length / 10
  return { by: hasTypo ? 'typo' : isByTheWay(item, query, allInShow) ? 'show' : 'title', score }
}

/** "season 2" names the season, and its episodes only by the way; so does a show. */
function isByTheWay({ type }: MediaItem, { number }: TitleQuery, allInShow: boolean): boolean {
  return number ? number.episode === undefined && type === 'episode' : allInShow
}

function isWhole(own: readonly string[], typed: readonly string[]): boolean {
  return own.length === typed.length && own.every((word, at) => word === typed[at])
}

function hasNumber(item: MediaItem, { season, episode }: NonNullable<TitleQuery['number']>): boolean {
  if (item.season !== season) return false
  if (episode === undefined) return item.type === 'season' || item.type === 'episode'
  return item.type === 'episode' && item.episode === episode
}

interface Found {
  near: Nearness
  where: keyof TitleWords
  at: number
}

const places = ['own', 'also', 'show'] as const
const notThere: Found = { near: nearness.none, where: 'show', at: -1 }

function bestOf(typed: string, words: TitleWords, typos: boolean): Found {
  let best = notThere
  for (const where of places) {
    const list = words[where]
    for (let at = 0; at < list.length; at += 1) {
      const near = compareWords(typed, list[at] ?? '', typos)
      if (near !== nearness.none && near * weights[where] > best.near * weights[best.where]) {
        best = { near, where, at }
      }
    }
  }
  return best
}

/** "the two tow" begins "The Two Towers". */
function startsLike(own: readonly string[], typed: readonly string[]): boolean {
  return typed.length > 1 && typed.every((word, at) => own[at]?.startsWith(word))
}

/** Which of two that fit equally well comes first: by name, the whole before its parts, parts in order. */
export function compareTitles(a: MediaItem, b: MediaItem): number {
  return (
    compareText(nameOf(a), nameOf(b)) ||
    (kinds[b.type] ?? 0) - (kinds[a.type] ?? 0) ||
    (a.season ?? -1) - (b.season ?? -1) ||
    (a.episode ?? -1) - (b.episode ?? -1) ||
    (b.year ?? 0) - (a.year ?? 0)
  )
}

function nameOf({ title, show }: MediaItem): string {
  return show ?? title
}

/** By the numbers of the letters, because it is done thousands of times for one key press. */
function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
