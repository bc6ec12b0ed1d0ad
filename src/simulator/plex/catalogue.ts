import { randomUUID } from 'node:crypto'
import type { Clock } from '../../core/ports.js'
import { type AskedVersion, asFileName, createFiles, type SimFile } from './files.js'

export type SimLibraryType = 'movie' | 'show' | 'artist' | 'photo'

/** A library, known to the server by `key` and to plex.tv by `sectionId`. */
export interface SimLibrary {
  key: string
  sectionId: number
  /** What tells it from another library with the same title. */
  uuid: string
  title: string
  type: SimLibraryType
  agent: string
  scanner: string
  language: string
  folders: string[]
  /** The server is looking through the folders. */
  refreshing: boolean
  /** From this instant plex.tv knows of it. */
  syncedAt: number
}

export interface NewSimLibrary {
  title: string
  type: SimLibraryType
  folders?: readonly string[]
  agent?: string
  scanner?: string
  language?: string
  syncedAt?: number
}

export interface SimItem {
  ratingKey: string
  guid: string
  type: 'movie' | 'show' | 'season' | 'episode'
  title: string
  libraryKey: string
  year?: number
  durationMs?: number
  /** Where the final credits begin, once they have been found. */
  creditsAtMs?: number
  contentRating?: string
  genres?: readonly string[]
  index?: number
  parentRatingKey?: string
  grandparentRatingKey?: string
  /** When it came, in epoch milliseconds. */
  addedAt?: number
  /** The files of each version; a show or a season has none of its own. */
  versions: SimFile[][]
}

/** What has become of an item. */
export interface SimItemChange {
  item: SimItem
  removed: boolean
}

export interface SimShow {
  show: SimItem
  seasons: SimItem[]
  episodes: SimItem[]
}

export type Catalogue = ReturnType<typeof createCatalogue>

const minute = 60_000

/** The libraries of a simulated server and what is in them. Starts with a film and a series library. */
export function createCatalogue({ clock }: { clock: Pick<Clock, 'now'> }) {
  const listeners = new Set<(change: SimItemChange) => void>()
  const files = createFiles()
  const libraries: SimLibrary[] = [
    { ...describedLibrary({ title: 'Films', type: 'movie' }), key: '3', sectionId: 64100201 },
    { ...describedLibrary({ title: 'Series', type: 'show' }), key: '4', sectionId: 64100202 },
  ]
  const byKey = new Map<string, SimItem>()
  let lastLibraryKey = 4
  let lastSectionId = 64100202
  let lastRatingKey = 6000

  return {
    libraries,
    library: (key: string) => libraries.find((one) => one.key === key),
    addLibrary,
    removeLibrary,
    add,
    addMovie,
    addShow,
    addEpisode,
    setFiles,
    versions: files.versions,
    copyOf,
    readd: (ratingKey: string) => again(ratingKey),
    remove,
    rename,
    onChange,
    item: (ratingKey: string) => byKey.get(ratingKey),
    items: () => [...byKey.values()],
    itemsIn,
    childrenOf,
    episodesOf,
    find,
  }

  function addLibrary(asked: NewSimLibrary): SimLibrary {
    lastLibraryKey += 1
    lastSectionId += 7
    const library = { ...describedLibrary(asked), key: String(lastLibraryKey), sectionId: lastSectionId }
    libraries.push(library)
    return library
  }

  /** Forgets a library and what was in it; a library of the same name has another key and another id. */
  function removeLibrary(key: string): void {
    for (const { ratingKey, libraryKey } of byKey.values()) if (libraryKey === key) forget(ratingKey)
    const at = libraries.findIndex((one) => one.key === key)
    if (at >= 0) libraries.splice(at, 1)
  }

  /** Adds an item as it is told; without a guid it was never matched with anything. */
  function add(asked: Omit<SimItem, 'ratingKey' | 'guid'> & { guid?: string }): SimItem {
    const ratingKey = nextRatingKey()
    return keep({ guid: `local://${ratingKey}`, ...asked, ratingKey })
  }

  function addMovie(asked: {
    title: string
    year?: number
    minutes?: number
    libraryKey?: string
    guid?: string
    files?: readonly AskedVersion[]
    creditsAtMs?: number
    contentRating?: string
    genres?: readonly string[]
  }): SimItem {
    const { minutes = 100, files: wanted, libraryKey = '3', ...facts } = asked
    const name = asFileName(asked.title, asked.year)
    const ratingKey = nextRatingKey()
    return keep({
      genres: someGenres,
      guid: `plex://movie/sim${ratingKey}`,
      ...facts,
      ratingKey,
      type: 'movie',
      libraryKey,
      durationMs: minutes * minute,
      versions: files.versions(wanted ?? [`${folderOf(libraryKey)}/${name}.mkv`]),
    })
  }

  /** `seasons` lists how many episodes each season has, beginning with season 1. */
  function addShow(asked: {
    title: string
    year?: number
    seasons?: readonly number[]
    minutes?: number
    libraryKey?: string
    contentRating?: string
  }): SimShow {
    const { seasons: counts = [3], minutes = 45, libraryKey = '4', ...facts } = asked
    const ratingKey = nextRatingKey()
    const show = keep({
      ...facts,
      ratingKey,
      guid: `plex://show/sim${ratingKey}`,
      type: 'show',
      libraryKey,
      genres: someGenres,
      versions: [],
    })
    const seasons: SimItem[] = []
    const episodes: SimItem[] = []

    for (const [at, count] of counts.entries()) {
      const season = addSeason(show, at + 1)
      seasons.push(season)
      for (let index = 1; index <= count; index += 1) {
        episodes.push(addEpisode(season.ratingKey, { index, minutes }))
      }
    }
    return { show, seasons, episodes }
  }

  function addSeason(show: SimItem, index: number): SimItem {
    const ratingKey = nextRatingKey()
    return keep({
      ratingKey,
      guid: `plex://season/sim${ratingKey}`,
      type: 'season',
      title: `Season ${index}`,
      libraryKey: show.libraryKey,
      index,
      parentRatingKey: show.ratingKey,
      versions: [],
    })
  }

  /** The next episode of a season, unless another number is told. */
  function addEpisode(
    seasonKey: string,
    asked: { index?: number; minutes?: number; title?: string } = {},
  ): SimItem {
    const season = known(seasonKey)
    const show = known(season.parentRatingKey ?? '')
    const index = asked.index ?? childrenOf(seasonKey).length + 1
    const ratingKey = nextRatingKey()
    const [s = '', e = ''] = [season.index, index].map((one) => String(one).padStart(2, '0'))
    const title = asked.title ?? `Episode ${index}`
    const folder = `${folderOf(season.libraryKey)}/${asFileName(show.title, show.year)}/Season ${s}`
    return keep({
      ratingKey,
      guid: `plex://episode/sim${ratingKey}`,
      type: 'episode',
      title,
      libraryKey: season.libraryKey,
      durationMs: (asked.minutes ?? 45) * minute,
      index,
      parentRatingKey: season.ratingKey,
      grandparentRatingKey: show.ratingKey,
      ...(show.contentRating !== undefined && { contentRating: show.contentRating }),
      versions: files.versions([
        `${folder}/${asFileName(show.title)} - s${s}e${e} - ${asFileName(title)}.mkv`,
      ]),
    })
  }

  /** Says which files a film or an episode has: one entry for each version. */
  function setFiles(ratingKey: string, asked: readonly AskedVersion[]): SimItem {
    const item = known(ratingKey)
    item.versions = files.versions(asked)
    return item
  }

  /** A second copy or another edition: same guid, another rating key. */
  function copyOf(ratingKey: string, libraryKey?: string): SimItem {
    const original = known(ratingKey)
    return keep({
      ...original,
      ratingKey: nextRatingKey(),
      libraryKey: libraryKey ?? original.libraryKey,
    })
  }

  /** The file was removed and added again: the old rating keys are gone, the guids stay. */
  function again(ratingKey: string, above: Partial<SimItem> = {}): SimItem {
    const item = keep({ ...known(ratingKey), ...above, ratingKey: nextRatingKey() })
    const asParent = {
      parentRatingKey: item.ratingKey,
      ...(item.parentRatingKey !== undefined && { grandparentRatingKey: item.parentRatingKey }),
    }
    for (const child of childrenOf(ratingKey)) again(child.ratingKey, asParent)
    forget(ratingKey)
    return item
  }

  function remove(ratingKey: string): void {
    for (const child of childrenOf(ratingKey)) remove(child.ratingKey)
    forget(ratingKey)
  }

  /** The owner gives it another title. */
  function rename(ratingKey: string, title: string): void {
    keep({ ...known(ratingKey), title })
  }

  /** Hears of every item that comes, changes or goes; answers with a function that ends it. */
  function onChange(listener: (change: SimItemChange) => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  function forget(ratingKey: string): void {
    const item = byKey.get(ratingKey)
    byKey.delete(ratingKey)
    if (item) tell({ item, removed: true })
  }

  function tell(change: SimItemChange): void {
    for (const listener of listeners) listener(change)
  }

  function itemsIn(libraryKey: string, type: SimItem['type']): SimItem[] {
    return [...byKey.values()].filter((item) => item.libraryKey === libraryKey && item.type === type)
  }

  function childrenOf(ratingKey: string): SimItem[] {
    return [...byKey.values()].filter((item) => item.parentRatingKey === ratingKey)
  }

  function episodesOf(ratingKey: string): SimItem[] {
    return [...byKey.values()].filter(
      (item) =>
        item.type === 'episode' &&
        (item.parentRatingKey === ratingKey || item.grandparentRatingKey === ratingKey),
    )
  }

  function find(text: string, type: SimItem['type']): SimItem[] {
    const wanted = text.toLowerCase()
    return [...byKey.values()].filter(
      (item) => item.type === type && item.title.toLowerCase().includes(wanted),
    )
  }

  function folderOf(libraryKey: string): string {
    return libraries.find((one) => one.key === libraryKey)?.folders[0] ?? '/media'
  }

  function known(ratingKey: string): SimItem {
    const item = byKey.get(ratingKey)
    if (!item) throw new Error(`The simulated server has no item ${ratingKey}.`)
    return item
  }

  function keep(asked: SimItem): SimItem {
    const item = { addedAt: clock.now(), ...asked }
    byKey.set(item.ratingKey, item)
    tell({ item, removed: false })
    return item
  }

  function nextRatingKey(): string {
    lastRatingKey += 1
    return String(lastRatingKey)
  }
}

const someGenres = ['Drama', 'Adventure', 'Mystery']

function describedLibrary(asked: NewSimLibrary): Omit<SimLibrary, 'key' | 'sectionId'> {
  return {
    ...usual[asked.type],
    language: 'en-US',
    syncedAt: 0,
    ...asked,
    folders: [...(asked.folders ?? [`/media/${asked.title.toLowerCase()}`])],
    uuid: randomUUID(),
    refreshing: false,
  }
}

const usual: Record<SimLibraryType, { agent: string; scanner: string }> = {
  movie: { agent: 'tv.plex.agents.movie', scanner: 'Plex Movie' },
  show: { agent: 'tv.plex.agents.series', scanner: 'Plex TV Series' },
  artist: { agent: 'tv.plex.agents.music', scanner: 'Plex Music' },
  photo: { agent: 'com.plexapp.agents.none', scanner: 'Plex Photo Scanner' },
}
