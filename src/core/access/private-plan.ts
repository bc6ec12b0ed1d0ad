import { privateLibraries } from '../messages/private.js'
import type { Library, MediaFile, MediaItem, PrivateFile } from '../model.js'
import { titleOf } from '../titles.js'
import type { Recipient } from './private-holder.js'

/** File systems take 255 bytes in a name; the longest of ours holds two titles, a number and an ending. */
const longestTitleBytes = 90

/**
 * Where the files of a private library go, under names by which Plex recognises films, episodes and parts. `show`
 * is the show that the episodes belong to; `pathOf` makes a safe path of names.
 */
export function planFiles(
  files: readonly MediaFile[],
  show: MediaItem | undefined,
  pathOf: (...names: readonly string[]) => string,
): PrivateFile[] {
  const sources = sourcesOf(files)
  const taken = new Set<string>()

  return sources.map((source) => {
    const parts = sources.filter((one) => one.content === source.content)
    const part = parts.length > 1 ? ` - pt${parts.indexOf(source) + 1}` : ''
    const { folders, stem } = placeOf(source.items, show)
    const path = firstFree((again) => pathOf(...folders, `${stem}${again}${part}${endingOf(source.path)}`))
    return { path, source: source.path, sizeBytes: source.sizeBytes }
  })

  /** Compared without regard to case, as some file systems do. */
  function firstFree(pathFor: (again: string) => string): string {
    for (let count = 1; ; count += 1) {
      const path = pathFor(count === 1 ? '' : ` (${count})`)
      if (taken.has(path.toLowerCase())) continue
      taken.add(path.toLowerCase())
      return path
    }
  }
}

/** The films and episodes whose files these are, each once, and each episode with a number. */
export function itemsOf(files: readonly MediaFile[]): MediaItem[] {
  const items = new Map(files.map(({ item }) => [item.ratingKey, item]))
  return numbered([...items.values()])
}

/** A title that says what it is and for whom, and that no library has yet. */
export function libraryTitle(
  { id, media, recipient }: { id: string; media: MediaItem; recipient: Recipient },
  libraries: readonly Library[],
): string {
  const title = privateLibraries.title(shortTitleOf(media), nameOf(recipient)).replace(/\s+/g, ' ').trim()
  const isTaken = (wanted: string) =>
    libraries.some((one) => one.title.toLowerCase() === wanted.toLowerCase())
  const withEnd = (length: number) => `${title} (${id.slice(-length)})`

  return [title, withEnd(4), withEnd(8)].find((one) => !isTaken(one)) ?? withEnd(id.length)
}

/** The library in whose folders Plex would find whatever is put into this folder. */
export function libraryAround(folder: string, libraries: readonly Library[]): Library | undefined {
  const inside = asPrefix(folder)
  return libraries.find((library) => library.folders.some((one) => inside.startsWith(asPrefix(one))))
}

/** A folder with a separator at its end, so that /media/films is not in /media/film; Windows knows no case. */
function asPrefix(folder: string): string {
  const path = `${folder.replace(/[\\/]+$/, '').replaceAll('\\', '/')}/`
  return /^([a-z]:|\/\/)/i.test(path) ? path.toLowerCase() : path
}

interface Source {
  path: string
  sizeBytes: number
  items: MediaItem[]
  /** Parts of the same film or episode hold the same. */
  content: string
}

/** Each file once: one file may hold several episodes, one film may be in several files. */
function sourcesOf(files: readonly MediaFile[]): Source[] {
  const items = itemsOf(files)
  const paths = [...new Set(files.map((one) => one.path))]

  return paths.map((path) => {
    const rows = files.filter((one) => one.path === path)
    const keys = rows.map((one) => one.item.ratingKey).sort()
    return {
      path,
      sizeBytes: Math.max(...rows.map((one) => one.sizeBytes)),
      items: items.filter((one) => keys.includes(one.ratingKey)),
      content: keys.join(),
    }
  })
}

function placeOf(
  items: readonly MediaItem[],
  show: MediaItem | undefined,
): { folders: string[]; stem: string } {
  const [first, ...others] = items
  if (first?.type !== 'episode') {
    const film = withYear(cut(first?.title || 'Film'), first?.year)
    return { folders: [film], stem: film }
  }
  const series = cut(first.show || show?.title || 'Show')
  const last = others.at(-1)
  const number = `s${twoDigits(first.season)}e${twoDigits(first.episode)}${last ? `-e${twoDigits(last.episode)}` : ''}`
  return {
    folders: [withYear(series, show?.year), `Season ${twoDigits(first.season)}`],
    stem: [series, number, cut(first.title)].filter(Boolean).join(' - '),
  }
}

/** Episodes that Plex has no number for get the next ones of their season, without which it would list none of them. */
function numbered(items: readonly MediaItem[]): MediaItem[] {
  const last = new Map<number, number>()
  for (const { season = 1, episode = 0 } of items) {
    last.set(season, Math.max(last.get(season) ?? 0, episode))
  }
  return items.map((item) => {
    if (item.type !== 'episode') return item
    const { season = 1 } = item
    if (item.episode !== undefined) return { ...item, season }

    const episode = (last.get(season) ?? 0) + 1
    last.set(season, episode)
    return { ...item, season, episode }
  })
}

function withYear(title: string, year: number | undefined): string {
  return year === undefined || title.endsWith(`(${year})`) ? title : `${title} (${year})`
}

function endingOf(path: string): string {
  return /\.[a-z0-9]{1,5}$/i.exec(path)?.[0] ?? ''
}

function shortTitleOf(media: MediaItem): string {
  const isNumbered = media.show && media.season !== undefined && media.episode !== undefined
  return media.type === 'episode' && isNumbered ? titleOf({ ...media, title: '' }) : titleOf(media)
}

/** Plex shows the title to others who see the library; an account without a username goes by its e-mail address. */
function nameOf({ plexId, username }: Recipient): string {
  return username === '' || username.includes('@') ? privateLibraries.nameless(plexId) : username
}

/** The title or, when it is too long for the name of a file, its beginning. */
function cut(title: string): string {
  let kept = ''
  let bytes = 0
  for (const sign of title) {
    bytes += bytesOf(sign)
    if (bytes > longestTitleBytes) break
    kept += sign
  }
  return kept.trim()
}

/** Bytes of one character in UTF-8. */
function bytesOf(sign: string): number {
  const point = sign.codePointAt(0) ?? 0
  if (point < 0x80) return 1
  if (point < 0x800) return 2
  return point < 0x10000 ? 3 : 4
}

function twoDigits(value = 0): string {
  return String(value).padStart(2, '0')
}
