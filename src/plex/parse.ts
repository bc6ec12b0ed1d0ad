import { z } from 'zod'
import { OtpError } from '../core/errors.js'
import type { Capabilities, MediaItem, ServerIdentity } from '../core/model.js'
import {
  type Fields,
  flag,
  list,
  listIn,
  number,
  numberIn,
  present,
  readable,
  text,
  textIn,
} from './loose.js'

/** A container of the media server. `items` holds what JSON calls Metadata and XML names after its kind. */
export interface Container {
  libraryKey?: string
  items: unknown[]
  directories: unknown[]
  hubs: unknown[]
  /** The container's own fields. */
  about: unknown
}

const Shape = z.object({ MediaContainer: z.unknown() })
const ContainerNode = z.object({
  librarySectionID: text,
  Metadata: list,
  Video: list,
  Track: list,
  Photo: list,
  Directory: list,
  Hub: list,
})

/** The container in an answer. An answer without one says nothing, least of all that there is nothing. */
export function parseContainer(data: unknown): Container {
  const inside = readable(Shape, data)?.MediaContainer
  // An empty XML element reads as empty text.
  const node = readable(ContainerNode, inside === '' ? {} : inside)
  if (!node) throw unreadable('it holds no MediaContainer')

  return {
    ...(node.librarySectionID !== undefined && { libraryKey: node.librarySectionID }),
    items: [...node.Metadata, ...node.Video, ...node.Track, ...node.Photo],
    directories: node.Directory,
    hubs: node.Hub,
    about: inside === '' ? {} : inside,
  }
}

export const ItemShape = z.object({
  ratingKey: text,
  key: text,
  guid: text,
  type: text,
  title: text,
  year: number,
  index: number,
  parentIndex: number,
  parentTitle: text,
  grandparentTitle: text,
  parentRatingKey: text,
  parentGuid: text,
  grandparentRatingKey: text,
  grandparentGuid: text,
  librarySectionID: text,
  duration: number,
  Marker: list,
})

export type ItemNode = z.output<typeof ItemShape>

/** The same, read field by field. */
export function itemNode(fields: Fields): ItemNode {
  return {
    ratingKey: textIn(fields, 'ratingKey'),
    key: textIn(fields, 'key'),
    guid: textIn(fields, 'guid'),
    type: textIn(fields, 'type'),
    title: textIn(fields, 'title'),
    year: numberIn(fields, 'year'),
    index: numberIn(fields, 'index'),
    parentIndex: numberIn(fields, 'parentIndex'),
    parentTitle: textIn(fields, 'parentTitle'),
    grandparentTitle: textIn(fields, 'grandparentTitle'),
    parentRatingKey: textIn(fields, 'parentRatingKey'),
    parentGuid: textIn(fields, 'parentGuid'),
    grandparentRatingKey: textIn(fields, 'grandparentRatingKey'),
    grandparentGuid: textIn(fields, 'grandparentGuid'),
    librarySectionID: textIn(fields, 'librarySectionID'),
    duration: numberIn(fields, 'duration'),
    Marker: listIn(fields, 'Marker'),
  }
}

/** Items of a container in its order; rows that are not readable are left out. */
export function parseItems(data: unknown): MediaItem[] {
  const { items, directories, libraryKey } = parseContainer(data)
  return [...items, ...directories].flatMap((row) => parseItem(row, libraryKey) ?? [])
}

function parseItem(row: unknown, libraryKey?: string): MediaItem | undefined {
  const node = readable(ItemShape, row)
  return node && itemFrom({ ...node, librarySectionID: node.librarySectionID ?? libraryKey })
}

/** The item that a node tells of, or undefined when it does not say which. */
export function itemFrom(node: ItemNode): MediaItem | undefined {
  const { ratingKey, type } = node
  if (ratingKey === undefined || type === undefined || isRemote(ratingKey) || isRemote(node.key))
    return undefined

  return present({
    ratingKey,
    guid: node.guid ?? '',
    type: typeFrom(type),
    title: node.title ?? '',
    year: node.year,
    show: type === 'season' ? node.parentTitle : node.grandparentTitle,
    season: type === 'season' ? node.index : node.parentIndex,
    episode: type === 'episode' ? node.index : undefined,
    libraryKey: node.librarySectionID,
    parentRatingKey: node.parentRatingKey,
    parentGuid: node.parentGuid,
    grandparentRatingKey: node.grandparentRatingKey,
    grandparentGuid: node.grandparentGuid,
    durationMs: node.duration,
    creditsAtMs: creditsIn(node.Marker),
  })
}

const MarkerNode = z.object({ type: text, startTimeOffset: number, final: flag })

/** Where the final credits begin. Older servers mark none as final: then the last ones are. */
function creditsIn(rows: unknown[]): number | undefined {
  const credits = rows
    .flatMap((row) => readable(MarkerNode, row) ?? [])
    .filter((marker) => marker.type === 'credits' && marker.startTimeOffset !== undefined)
    .toSorted((a, b) => (a.startTimeOffset ?? 0) - (b.startTimeOffset ?? 0))
  return (credits.findLast((marker) => marker.final) ?? credits.at(-1))?.startTimeOffset
}

/** Online providers are not the server's own items. */
function isRemote(key: string | undefined): boolean {
  return key?.startsWith('provider://') ?? false
}

const types = {
  movie: 'movie',
  show: 'show',
  season: 'season',
  episode: 'episode',
  clip: 'clip',
  track: 'track',
  album: 'album',
  artist: 'artist',
  photo: 'photo',
  collection: 'collection',
} as const satisfies Record<string, MediaItem['type']>

function typeFrom(type: string): MediaItem['type'] {
  return isKnownType(type) ? types[type] : 'other'
}

function isKnownType(type: string): type is keyof typeof types {
  return Object.hasOwn(types, type)
}

const HubNode = z.object({ type: text, Metadata: list, Video: list, Directory: list })

/** Films, shows, seasons and episodes of a search, the best of every kind first. */
export function parseSearch(data: unknown): MediaItem[] {
  const ranked = parseContainer(data).hubs.map((row) => {
    const hub = readable(HubNode, row)
    const rows = hub && searched.has(hub.type ?? '') ? [...hub.Metadata, ...hub.Video, ...hub.Directory] : []
    return rows.flatMap((one) => parseItem(one) ?? []).filter((item) => searched.has(item.type))
  })
  const longest = Math.max(0, ...ranked.map((hub) => hub.length))
  const items = Array.from({ length: longest }, (_, at) => ranked.flatMap((hub) => hub[at] ?? [])).flat()
  return [...new Map(items.map((item) => [item.ratingKey, item])).values()]
}

const searched = new Set<string>(['movie', 'show', 'season', 'episode'])

const AboutNode = z.object({ machineIdentifier: text, version: text, ownerFeatures: text })

export function parseIdentity(data: unknown): ServerIdentity {
  const about = readable(AboutNode, parseContainer(data).about)
  if (about?.machineIdentifier === undefined) throw unreadable('it does not say which server it is')
  return { machineIdentifier: about.machineIdentifier, version: about.version ?? '' }
}

/** What the owner's subscription unlocks; entries that OTP does not know are passed over. */
export function parseCapabilities(data: unknown): Capabilities {
  const about = readable(AboutNode, parseContainer(data).about)
  const features = (about?.ownerFeatures ?? '').split(',').map((one) => one.trim())

  return {
    plexPass: features.includes('pass'),
    canTerminate: features.includes('session_kick'),
    canRestrict: features.includes('content_filter'),
  }
}

export function unreadable(why: string): OtpError {
  return new OtpError('plex_unreachable', `The Plex server's answer cannot be used: ${why}.`)
}
