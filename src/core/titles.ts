import { fitOfWords } from './finding/title-ranking.js'
import { isSameText } from './finding/words.js'
import type { MediaItem } from './model.js'

/** What people call the item: "Alien (1979)", "Tin Harbour S01E03 · The Rope", "Tin Harbour, season 1". */
export function titleOf(item: MediaItem): string {
  switch (item.type) {
    case 'episode':
      return [[item.show, numberOf(item)].filter(Boolean).join(' '), item.title].filter(Boolean).join(' · ')
    case 'season':
      return item.show ? `${item.show}, ${seasonOf(item)}` : item.title
    default:
      return item.year === undefined ? item.title : `${item.title} (${item.year})`
  }
}

/** Whether the words are what people call the item, with or without its year; case and accents do not matter. */
export function isTitled(item: MediaItem, words: string): boolean {
  return isSameText(item.title, words) || isSameText(titleOf(item), words)
}

/**
 * What the words can mean: whatever is called exactly that; else what has them in its title, and not only in that
 * of its show; else everything that was found.
 */
export function meantBy<T extends MediaItem>(words: string, found: readonly T[]): readonly T[] {
  const exact = found.filter((one) => isTitled(one, words))
  if (exact.length > 0) return exact

  const titled = found.filter((one) => fitOfWords(one, words) === 'title')
  return titled.length > 0 ? titled : found
}

/** Whether what was found is only near the words, so that nobody may take it for what was meant without asking. */
export function isGuess(words: string, found: readonly MediaItem[]): boolean {
  return found.every((one) => !isTitled(one, words) && (fitOfWords(one, words) ?? 'typo') === 'typo')
}

function numberOf(item: MediaItem): string {
  if (item.season === undefined || item.episode === undefined) return ''
  return `S${twoDigits(item.season)}E${twoDigits(item.episode)}`
}

function seasonOf(item: MediaItem): string {
  return item.season === undefined ? item.title : `season ${item.season}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
