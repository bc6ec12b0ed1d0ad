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
