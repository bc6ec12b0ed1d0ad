import { readdirSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Catalogue, SimItem, SimLibrary } from './catalogue.js'
import { episodeName, type FilmName, filmName, isVideo, plainTitle } from './shelf-names.js'

/**
 * Looks through the real folders of a library: what is new becomes an item, what is gone takes its item with it.
 * A folder that is not there is like a disk that is not connected: nothing in it changes.
 */
export function scanShelf(catalogue: Catalogue, library: SimLibrary): void {
  const folders = library.folders.filter(isFolder)
  const videos = folders.flatMap(videosIn)

  forgetMissing()
  const known = new Set(itemsHere().flatMap((item) => item.versions.flat().map((file) => file.path)))
  for (const video of videos) if (!known.has(video.path)) place(video)

  function forgetMissing(): void {
    const present = new Set(videos.map((video) => video.path))
    const isHere = (path: string) => present.has(path) || !folders.some((one) => path.startsWith(one + sep))

    for (const item of itemsHere().filter((one) => one.versions.length > 0)) {
      item.versions = item.versions.filter((parts) => parts.every((file) => isHere(file.path)))
      if (item.versions.length === 0) removeWithEmpty(item)
    }
  }

  /** A season or a show that has lost its last episode goes too. */
  function removeWithEmpty(item: SimItem): void {
    catalogue.remove(item.ratingKey)
    const parent = item.parentRatingKey === undefined ? undefined : catalogue.item(item.parentRatingKey)
    if (parent && catalogue.childrenOf(parent.ratingKey).length === 0) removeWithEmpty(parent)
  }

  function place({ path, name }: Video): void {
    if (library.type === 'movie') placeFilm(path, filmName(name))
    if (library.type === 'show') placeEpisode(path, name)
  }

  function placeFilm(path: string, { version, ...named }: FilmName): void {
    const [file] = catalogue.versions([path]).flat()
    if (!file) return

    const present = itemsHere().find((one) => one.type === 'movie' && isCalled(one, named))
    const started = present?.versions.find((parts) =>
      parts.some((one) => filmName(one.path).version === version),
    )
    if (!present) {
      const match = matching((one) => one.type === 'movie' && isCalled(one, named))
      catalogue.add({ ...named, ...match, type: 'movie', libraryKey: library.key, versions: [[file]] })
    } else if (started) {
      present.versions = present.versions.map((parts) => (parts === started ? [...parts, file] : parts))
    } else {
      present.versions = [...present.versions, [file]]
    }
  }

  function placeEpisode(path: string, name: string): void {
    const named = episodeName(name)
    if (!named) return

    const show = oneOf({
      type: 'show',
      fits: (one) => isCalled(one, named.show),
      facts: named.show,
      below: undefined,
    })
    const season = oneOf({
      type: 'season',
      fits: (one) => one.index === named.season,
      facts: { title: named.season === 0 ? 'Specials' : `Season ${named.season}`, index: named.season },
      below: show,
    })
    const episode = oneOf({
      type: 'episode',
      fits: (one) => one.index === named.episode,
      facts: { title: named.title, index: named.episode },
      below: season,
    })
    episode.here.versions = [...episode.here.versions, ...catalogue.versions([path])]
  }

  /** The item in this library, made when it is not there, with what it was matched with elsewhere. */
  function oneOf({ type, fits, facts, below }: Wanted): Placed {
    const above = below && {
      parentRatingKey: below.here.ratingKey,
      ...(below.here.parentRatingKey !== undefined && {
        grandparentRatingKey: below.here.parentRatingKey,
      }),
    }
    const match = matching(
      (one) =>
        one.type === type && fits(one) && (!below || one.parentRatingKey === below.elsewhere?.ratingKey),
    )
    const present = itemsHere().find(
      (one) => one.type === type && fits(one) && one.parentRatingKey === above?.parentRatingKey,
    )
    return {
      here:
        present ??
        catalogue.add({ ...facts, ...match, type, libraryKey: library.key, ...above, versions: [] }),
      elsewhere: match,
    }
  }

  /** What an agent would find: here, the same title in another library. */
  function matching(fits: (item: SimItem) => boolean): SimItem | undefined {
    if (library.agent.endsWith('.none')) return undefined
    return catalogue
      .items()
      .find((one) => one.libraryKey !== library.key && !one.guid.startsWith('local://') && fits(one))
  }

  function itemsHere(): SimItem[] {
    return catalogue.items().filter((one) => one.libraryKey === library.key)
  }
}

interface Video {
  path: string
  /** The path below the library's folder. */
  name: string
}

interface Wanted {
  type: 'show' | 'season' | 'episode'
  fits(item: SimItem): boolean
  facts: { title: string; year?: number; index?: number }
  below: Placed | undefined
}

interface Placed {
  here: SimItem
  elsewhere: SimItem | undefined
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function videosIn(folder: string): Video[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isVideo(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path, name: relative(folder, path) }))
}

function isCalled(item: SimItem, named: { title: string; year?: number }): boolean {
  const sameYear = named.year === undefined || item.year === undefined || item.year === named.year
  return sameYear && plainTitle(item.title) === plainTitle(named.title)
}
