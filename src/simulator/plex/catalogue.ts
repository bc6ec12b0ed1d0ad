export type SimLibraryType = 'movie' | 'show' | 'artist' | 'photo'

/** A library, known to the server by `key` and to plex.tv by `sectionId`. */
export interface SimLibrary {
  key: string
  sectionId: number
  title: string
  type: SimLibraryType
}

export interface SimItem {
  ratingKey: string
  guid: string
  type: 'movie' | 'show' | 'season' | 'episode'
  title: string
  libraryKey: string
  year?: number
  durationMs?: number
  index?: number
  parentRatingKey?: string
  grandparentRatingKey?: string
}

export interface SimShow {
  show: SimItem
  seasons: SimItem[]
  episodes: SimItem[]
}

export type Catalogue = ReturnType<typeof createCatalogue>

const minute = 60_000

/** The libraries of a simulated server and what is in them. Starts with a film and a series library. */
export function createCatalogue() {
  const libraries: SimLibrary[] = [
    { key: '3', sectionId: 64100201, title: 'Films', type: 'movie' },
    { key: '4', sectionId: 64100202, title: 'Series', type: 'show' },
  ]
  const items = new Map<string, SimItem>()
  let lastLibraryKey = 4
  let lastSectionId = 64100202
  let lastRatingKey = 6000

  return {
    libraries,
    addLibrary,
    addMovie,
    addShow,
    copyOf,
    readd,
    remove,
    item: (ratingKey: string) => items.get(ratingKey),
    itemsIn,
    childrenOf,
    episodesOf,
    find,
  }

  function addLibrary(asked: { title: string; type: SimLibraryType }): SimLibrary {
    lastLibraryKey += 1
    lastSectionId += 7
    const library = { key: String(lastLibraryKey), sectionId: lastSectionId, ...asked }
    libraries.push(library)
    return library
  }

  function addMovie(asked: {
    title: string
    year?: number
    minutes?: number
    libraryKey?: string
    guid?: string
  }): SimItem {
    const ratingKey = nextRatingKey()
    return keep({
      ratingKey,
      guid: asked.guid ?? `plex://movie/sim${ratingKey}`,
      type: 'movie',
      title: asked.title,
      libraryKey: asked.libraryKey ?? '3',
      durationMs: (asked.minutes ?? 100) * minute,
      ...(asked.year !== undefined && { year: asked.year }),
    })
  }

  /** `seasons` lists how many episodes each season has, beginning with season 1. */
  function addShow(asked: {
    title: string
    year?: number
    seasons?: readonly number[]
    minutes?: number
    libraryKey?: string
  }): SimShow {
    const libraryKey = asked.libraryKey ?? '4'
    const ratingKey = nextRatingKey()
    const show = keep({
      ratingKey,
      guid: `plex://show/sim${ratingKey}`,
      type: 'show',
      title: asked.title,
      libraryKey,
      ...(asked.year !== undefined && { year: asked.year }),
    })
    const seasons: SimItem[] = []
    const episodes: SimItem[] = []

    for (const [at, count] of (asked.seasons ?? [3]).entries()) {
      const season = addSeason(show, at + 1)
      seasons.push(season)
      for (let index = 1; index <= count; index += 1) {
        episodes.push(addEpisode(season, { index, minutes: asked.minutes ?? 45 }))
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
    })
  }

  function addEpisode(season: SimItem, asked: { index: number; minutes: number }): SimItem {
    const ratingKey = nextRatingKey()
    return keep({
      ratingKey,
      guid: `plex://episode/sim${ratingKey}`,
      type: 'episode',
      title: `Episode ${asked.index}`,
      libraryKey: season.libraryKey,
      durationMs: asked.minutes * minute,
      index: asked.index,
      parentRatingKey: season.ratingKey,
      ...(season.parentRatingKey !== undefined && { grandparentRatingKey: season.parentRatingKey }),
    })
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

  /** The file was removed and added again: the old rating key is gone, the guid stays. */
  function readd(ratingKey: string): SimItem {
    const copy = copyOf(ratingKey)
    remove(ratingKey)
    return copy
  }

  function remove(ratingKey: string): void {
    items.delete(ratingKey)
  }

  function itemsIn(libraryKey: string, type: SimItem['type']): SimItem[] {
    return [...items.values()].filter((item) => item.libraryKey === libraryKey && item.type === type)
  }

  function childrenOf(ratingKey: string): SimItem[] {
    return [...items.values()].filter((item) => item.parentRatingKey === ratingKey)
  }

  function episodesOf(ratingKey: string): SimItem[] {
    return [...items.values()].filter(
      (item) =>
        item.type === 'episode' &&
        (item.parentRatingKey === ratingKey || item.grandparentRatingKey === ratingKey),
    )
  }

  function find(text: string, type: SimItem['type'], limit: number): SimItem[] {
    const wanted = text.toLowerCase()
    return [...items.values()]
      .filter((item) => item.type === type && item.title.toLowerCase().includes(wanted))
      .slice(0, limit)
  }

  function known(ratingKey: string): SimItem {
    const item = items.get(ratingKey)
    if (!item) throw new Error(`The simulated server has no item ${ratingKey}.`)
    return item
  }

  function keep(item: SimItem): SimItem {
    items.set(item.ratingKey, item)
    return item
  }

  function nextRatingKey(): string {
    lastRatingKey += 1
    return String(lastRatingKey)
  }
}
