import type { SimShareSettings } from './share-settings.js'
import type { SimInvitation } from './shares.js'

/** What a request names as the invited person, its libraries and its settings, whatever the route calls them. */
export function invitation(said: {
  sectionIds: number[] | 'all'
  name: unknown
  plexId: unknown
  settings: unknown
}): SimInvitation {
  const plexId = Number(said.plexId)
  return {
    to: said.plexId !== undefined && plexId > 0 ? { plexId } : { name: String(said.name ?? '') },
    sectionIds: said.sectionIds,
    settings: settingsFrom(fields(said.settings)),
  }
}

/** Only what was sent: flags as `1`, `"1"` or true, filters as text or null. */
export function settingsFrom(said: Record<string, unknown>): Partial<SimShareSettings> {
  const has = (name: string) => said[name] !== undefined
  return {
    ...(has('allowSync') && { allowSync: isOn(said.allowSync) }),
    ...(has('allowChannels') && { allowChannels: isOn(said.allowChannels) }),
    ...(has('allowCameraUpload') && { allowCameraUpload: isOn(said.allowCameraUpload) }),
    ...(has('allowTuners') && { allowTuners: Number(said.allowTuners) }),
    ...(has('filterMovies') && { filterMovies: filter(said.filterMovies) }),
    ...(has('filterTelevision') && { filterTelevision: filter(said.filterTelevision) }),
    ...(has('filterMusic') && { filterMusic: filter(said.filterMusic) }),
    ...(has('filterPhotos') && { filterPhotos: filter(said.filterPhotos) }),
    ...(has('filterAll') && { filterAll: filter(said.filterAll) }),
  }
}

export function isOn(value: unknown): boolean {
  return value === true || value === 1 || value === '1' || value === 'true'
}

export function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number) : []
}

export function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function filter(value: unknown): string {
  return value === null ? '' : String(value)
}
