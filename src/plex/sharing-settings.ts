import { z } from 'zod'
import type { Filters, PersonSettings, Rights } from '../core/model.js'
import { flag, number, readable } from './loose.js'

const noRights: Rights = { channels: false, cameraUpload: false, subtitleAdmin: false, tuners: 0 }

// A filter of another type would count as "nothing is hidden" if it were read as missing.
const filter = z
  .string()
  .nullish()
  .transform((said) => plain(said ?? ''))

const SettingsNode = z.object({
  allowSync: flag,
  allowChannels: flag,
  allowCameraUpload: flag,
  allowSubtitleAdmin: flag,
  allowTuners: number,
  filterMovies: filter,
  filterTelevision: filter,
  filterMusic: filter,
  filterPhotos: filter,
  filterAll: filter,
})

/** What holds for a person. Where nothing is said, nothing is hidden and downloads are off; undefined = unreadable. */
export function readSettings(said: unknown): PersonSettings | undefined {
  const node = readable(SettingsNode, said ?? {})
  if (!node) return undefined

  const filters = {
    movies: node.filterMovies,
    television: node.filterTelevision,
    music: node.filterMusic,
    photos: node.filterPhotos,
    all: node.filterAll,
  }
  const tellsRights = typeof said === 'object' && said !== null && 'allowChannels' in said
  if (!tellsRights) return { downloads: node.allowSync, filters }

  const rights = {
    channels: node.allowChannels,
    cameraUpload: node.allowCameraUpload,
    subtitleAdmin: node.allowSubtitleAdmin,
    tuners: node.allowTuners ?? 0,
  }
  return { downloads: node.allowSync, filters, rights }
}

/** What goes with an invitation on the older route: downloads off, and the restriction from the first moment. */
export function settingsForInvitation(filters: Filters, rights = noRights): Record<string, string> {
  return {
    allowSync: '0',
    allowCameraUpload: asQueryText(rights.cameraUpload),
    allowChannels: asQueryText(rights.channels),
    filterMovies: filters.movies,
    filterTelevision: filters.television,
    filterMusic: filters.music,
    // The others are not known to be taken here, so they go along only when they say something.
    ...(rights.subtitleAdmin && { allowSubtitleAdmin: '1' }),
    ...(rights.tuners > 0 && { allowTuners: String(rights.tuners) }),
    ...(filters.photos !== '' && { filterPhotos: filters.photos }),
    ...(filters.all !== '' && { filterAll: filters.all }),
  }
}

/** Every setting there is, as the newer routes want them: a missing one would fall back to plex.tv's default. */
export function settingsAsJson({ downloads, filters, rights = noRights }: PersonSettings) {
  return {
    allowSync: downloads,
    allowChannels: rights.channels,
    allowCameraUpload: rights.cameraUpload,
    allowSubtitleAdmin: rights.subtitleAdmin,
    allowTuners: rights.tuners,
    filterMovies: filters.movies,
    filterTelevision: filters.television,
    filterMusic: filters.music,
    filterPhotos: filters.photos || null,
    filterAll: filters.all || null,
  }
}

/** The same for a query, whose encoding is the one more that a filter needs there. */
export function settingsAsQuery(settings: PersonSettings): Record<string, string> {
  const pairs = Object.entries(settingsAsJson(settings))
  return Object.fromEntries(pairs.map(([name, value]) => [name, asQueryText(value)]))
}

function asQueryText(value: string | number | boolean | null): string {
  if (typeof value === 'boolean') return value ? '1' : '0'
  return String(value ?? '')
}

/**
 * Some routes encode a whole filter once more. Only then is it decoded: `label=A%2CB` is how other programs
 * write two labels, and must go back to plex.tv as it came.
 */
function plain(said: string): string {
  const isEncoded = !said.includes('=') && /%3d/i.test(said)
  return isEncoded ? decoded(said) : said
}

function decoded(said: string): string {
  try {
    return decodeURIComponent(said)
  } catch {
    return said
  }
}
