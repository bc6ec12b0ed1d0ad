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

/** Whether the words are exactly what people call the item, with or without its year. */
export function isTitled(item: MediaItem, words: string): boolean {
  const wanted = words.trim().toLowerCase()
  return item.title.toLowerCase() === wanted || titleOf(item).toLowerCase() === wanted
}

/** What the words can mean: whatever is called exactly that or, when nothing is, everything that was found. */
export function meantBy<T extends MediaItem>(words: string, found: readonly T[]): readonly T[] {
  const exact = found.filter((one) => isTitled(one, words))
  return exact.length > 0 ? exact : found
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
