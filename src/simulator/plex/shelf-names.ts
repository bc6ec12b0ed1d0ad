import { basename, extname, sep } from 'node:path'

/** What the name of a video file says about it, by the way Plex wants files to be named. */
export interface FilmName {
  title: string
  year?: number
  /** Files of one version share this. */
  version: string
}

export interface EpisodeName {
  show: { title: string; year?: number }
  season: number
  episode: number
  title: string
}

const videoEndings = ['.avi', '.m4v', '.mkv', '.mov', '.mp4', '.mpg', '.ts', '.webm', '.wmv']

export function isVideo(path: string): boolean {
  return videoEndings.includes(extname(path).toLowerCase())
}

/** Reads `Title (Year)/Title (Year) - pt1.mkv`; the folder's name comes first when it has a year. */
export function filmName(path: string): FilmName {
  const folders = path.split(sep)
  const file = stem(folders.at(-1) ?? '').replace(/[ -]+(cd|disc|disk|dvd|part|pt) ?\d+$/i, '')
  const folder = folders.at(-2) ?? ''
  const named = titleAndYear(folder).year === undefined ? file : folder
  return { ...titleAndYear(named), version: file }
}

/** Reads `Show (Year)/Season 01/Show - s01e03 - Title.mkv`; undefined when no number can be found. */
export function episodeName(path: string): EpisodeName | undefined {
  const folders = path.split(sep)
  const file = stem(folders.at(-1) ?? '')
  const [all, season, episode] = /s(\d{1,4}) ?e(\d{1,4})/i.exec(file) ?? []
  if (all === undefined) return undefined

  const [before = '', after = ''] = file.split(all)
  const show = folders.length > 1 ? (folders[0] ?? '') : before.replace(/[ .-]+$/, '')
  return {
    show: titleAndYear(show),
    season: Number(season),
    episode: Number(episode),
    title: after.replace(/^[ .-]+/, '') || `Episode ${Number(episode)}`,
  }
}

/** What remains of a title when only letters and digits count: names of files cannot hold every sign. */
export function plainTitle(title: string): string {
  return (
    title
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, '') || title
  )
}

function stem(file: string): string {
  return basename(file, extname(file))
}

function titleAndYear(name: string): { title: string; year?: number } {
  const bare = name.replace(/\s*[{[][^}\]]*[}\]]/g, '').trim()
  const [, title, year] = /^(.*?)\s*\((\d{4})\)/.exec(bare) ?? []
  return title ? { title, year: Number(year) } : { title: bare }
}
