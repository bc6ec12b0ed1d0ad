import { OtpError } from '../core/errors.js'
import { refusals } from '../core/messages/refusals.js'
import type { MediaFile, MediaItem } from '../core/model.js'
import type { ListedItem, ListingPage, PlexServer } from '../core/ports.js'
import { errorFor } from './answer.js'
import type { PlexHttp, Query } from './http.js'
import { nextStart, pageAt, pagesOf } from './paging.js'
import { parseItems, parseSearch } from './parse.js'
import { parseFiles, parseListed, parsePage } from './parse-library.js'

/** How many items are asked for in one request by their keys. */
const batchSize = 50

/** What is in the libraries, and where its files are. */
export function createItems(http: PlexHttp, { libraries }: Pick<PlexServer, 'libraries'>) {
  return { item, children, episodes, search, itemsIn, listing, listed: listedNow, withGuid, files }

  async function item(ratingKey: string): Promise<MediaItem | undefined> {
    const query = { includeMarkers: '1' }
    const answer = await http.ask({ method: 'GET', path: itemPath(ratingKey), query })
    if (answer.kind === 'done') return parseItems(answer.data)[0]
    if (answer.kind === 'refused' && answer.status === 404) return undefined
    throw errorFor(answer, http.name)
  }

  async function children(ratingKey: string): Promise<MediaItem[]> {
    return parseItems(await http.read(`${itemPath(ratingKey)}/children`))
  }

  async function episodes(ratingKey: string): Promise<MediaItem[]> {
    const container = await item(ratingKey)
    const inside = container?.type === 'season' ? 'children' : 'allLeaves'
    const items = parseItems(await http.read(`${itemPath(ratingKey)}/${inside}`))
    return items.filter((one) => one.type === 'episode')
  }

  async function search(text: string, limit: number): Promise<MediaItem[]> {
    const found = parseSearch(await http.read('/hubs/search', { query: text, limit: String(limit) }))
    return found.slice(0, limit)
  }

  async function itemsIn(libraryKey: string, type: MediaItem['type']): Promise<MediaItem[]> {
    return listed(libraryKey, type, {})
  }

  async function listing({
    libraryKey,
    type,
    start = 0,
  }: Parameters<PlexServer['listing']>[0]): Promise<ListingPage> {
    const query = { type: typeNumbers[type] ?? '' }
    const data = await pageAt(http, listPath(libraryKey), query, start)
    const next = nextStart(parsePage(data), start)
    const rows = parseListed(data).filter(({ item: one }) => one.type === type)
    return { listed: rows, ...(next !== undefined && { next }) }
  }

  async function listedNow(ratingKeys: readonly string[]): Promise<ListedItem[]> {
    const found: ListedItem[] = []
    for await (const answer of byKeys(http, ratingKeys)) found.push(...parseListed(answer))
    return found
  }

  async function withGuid(guid: string, type: MediaItem['type']): Promise<MediaItem[]> {
    if (guid === '') return []
    const fitting = (await libraries()).filter((one) => one.type === libraryTypes[type])
    const found: MediaItem[] = []

    for (const { key } of fitting) found.push(...(await listed(key, type, { guid })))
    // A server that does not know the filter lists everything.
    return found.filter((one) => one.guid === guid)
  }

  async function listed(libraryKey: string, type: MediaItem['type'], more: Query): Promise<MediaItem[]> {
    const number = typeNumbers[type]
    if (number === undefined) return []
    const found = new Map<string, MediaItem>()

    for await (const page of pagesOf(http, listPath(libraryKey), { type: number, ...more })) {
      for (const one of parseItems(page)) if (one.type === type) found.set(one.ratingKey, one)
    }
    return [...found.values()]
  }

  async function files(ratingKey: string): Promise<MediaFile[]> {
    const wanted = await item(ratingKey)
    if (!wanted) throw new OtpError('media_not_found', refusals.mediaMissing(ratingKey))
    const holdsOthers = wanted.type === 'show' || wanted.type === 'season'
    const items = holdsOthers ? await episodes(ratingKey) : [wanted]
    const found: MediaFile[] = []

    for await (const answer of byKeys(
      http,
      items.map((one) => one.ratingKey),
    )) {
      found.push(...parseFiles(answer))
    }
    return found
  }
}

/** Answers about items by their keys, which tell everything about them. Keys that are gone are left out. */
export async function* byKeys(http: PlexHttp, ratingKeys: readonly string[]): AsyncGenerator<unknown> {
  for (let at = 0; at < ratingKeys.length; at += batchSize) {
    const keys = ratingKeys.slice(at, at + batchSize).map(encodeURIComponent)
    const answer = await http.ask({ method: 'GET', path: `/library/metadata/${keys.join(',')}` })
    if (answer.kind === 'done') yield answer.data
    // None of them is there any more.
    else if (answer.kind !== 'refused' || answer.status !== 404) throw errorFor(answer, http.name)
  }
}

export function itemPath(ratingKey: string): string {
  return `/library/metadata/${encodeURIComponent(ratingKey)}`
}

/** The list of a library's items, which is also where their fields are edited. */
export function listPath(libraryKey: string): string {
  return `/library/sections/${encodeURIComponent(libraryKey)}/all`
}

/** What Plex calls the kinds in a query. Live television and what is unknown are in no library. */
export const typeNumbers: Partial<Record<MediaItem['type'], string>> = {
  movie: '1',
  show: '2',
  season: '3',
  episode: '4',
  artist: '8',
  album: '9',
  track: '10',
  clip: '12',
  photo: '13',
  collection: '18',
}

const libraryTypes: Partial<Record<MediaItem['type'], string>> = {
  movie: 'movie',
  show: 'show',
  season: 'show',
  episode: 'show',
}
