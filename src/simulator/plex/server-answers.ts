import type { SimItem, SimLibrary } from './catalogue.js'
import { containerOf, type SimFile } from './files.js'
import type { HistoryRow } from './history.js'
import type { SimAnswer, SimRequest } from './http.js'
import { type Tree, treeAnswer } from './http-answers.js'
import type { SimSession } from './players.js'
import type { PlexWorld } from './world.js'

/** What a row of a list leaves out unless it is asked for, and an item that is read by itself has. */
export interface Detail {
  single?: boolean
  guids?: boolean
  markers?: boolean
}

/** Any answer of the server: a `MediaContainer` in the form and manner that the caller gets. */
export function container(world: PlexWorld, request: SimRequest, tree: Tree): SimAnswer {
  return treeAnswer(request, 'MediaContainer', tree, world.server.numbersAsText)
}

/** Plex leaves an empty list out altogether. */
export function listed(list: Tree[]): Tree {
  return list.length > 0 ? { Metadata: list } : {}
}

/** One page of a list, where `X-Plex-Container-Start` and `-Size` are both there, as headers. */
export function page<T>(world: PlexWorld, { headers }: SimRequest, all: T[]): { rows: T[]; about: Tree } {
  const start = headers['x-plex-container-start']
  const size = headers['x-plex-container-size']
  if (start === undefined || size === undefined || world.server.ignoresPaging) {
    return { rows: all, about: { size: all.length } }
  }
  const offset = Number(start)
  const rows = all.slice(offset, offset + Number(size))
  return { rows, about: { size: rows.length, totalSize: all.length, offset } }
}

/** A library as `/library/sections` lists it. */
export function libraryTree(library: SimLibrary): Tree {
  return {
    key: library.key,
    type: library.type,
    title: library.title,
    agent: library.agent,
    scanner: library.scanner,
    language: library.language,
    uuid: library.uuid,
    refreshing: library.refreshing,
    hidden: 0,
    Location: library.folders.map((path, at) => ({ id: Number(library.key) * 10 + at, path })),
  }
}

/** An item with the titles of what it belongs to. */
export function itemTree(world: PlexWorld, item: SimItem, detail: Detail = {}): Tree {
  const parent = item.parentRatingKey === undefined ? undefined : world.catalogue.item(item.parentRatingKey)
  const grandparent =
    item.grandparentRatingKey === undefined ? undefined : world.catalogue.item(item.grandparentRatingKey)
  const library = world.catalogue.library(item.libraryKey)
  const holdsOthers = item.type === 'show' || item.type === 'season'

  return {
    ratingKey: item.ratingKey,
    key: `/library/metadata/${item.ratingKey}${holdsOthers ? '/children' : ''}`,
    guid: item.guid,
    type: item.type,
    title: item.title,
    year: item.year,
    index: item.index,
    duration: item.durationMs,
    contentRating: item.contentRating,
    parentRatingKey: item.parentRatingKey,
    parentTitle: parent?.title,
    parentGuid: parent?.guid,
    parentIndex: parent?.index,
    grandparentRatingKey: item.grandparentRatingKey,
    grandparentTitle: grandparent?.title,
    grandparentGuid: grandparent?.guid,
    librarySectionID: Number(item.libraryKey),
    librarySectionTitle: library?.title,
    librarySectionKey: `/library/sections/${item.libraryKey}`,
    thumb: `/library/metadata/${item.ratingKey}/thumb/1930000000`,
    ...(item.addedAt !== undefined && { addedAt: Math.floor(item.addedAt / 1_000) }),
    ...(holdsOthers && { leafCount: world.catalogue.episodesOf(item.ratingKey).length }),
    ...filled('Media', item.versions.map(mediaTree(item))),
    ...tags(world, item, detail),
    ...(detail.markers && filled('Marker', markersOf(item))),
  }
}

/** Lists show two tags of a kind and no labels; only the item that is read by itself has all of them. */
function tags(world: PlexWorld, item: SimItem, { single = false, guids = false }: Detail): Tree {
  const genres = (item.genres ?? []).map((tag) => ({ tag }))
  if (!single) return { ...filled('Genre', genres.slice(0, 2)), ...(guids && guidsOf(item)) }

  const labels = world.labels.of(item.ratingKey)
  return {
    ...filled('Genre', genres),
    ...guidsOf(item),
    ...filled(
      'Label',
      labels.map(({ id, tag }) => ({ id, tag, filter: `label=${id}` })),
    ),
    ...filled('Field', world.labels.isLocked(item.ratingKey) ? [{ name: 'label', locked: true }] : []),
  }
}

/** What others call it; nobody else knows an item that was never matched. */
function guidsOf({ guid }: SimItem): Tree {
  const number = /^plex:.*?(\d+)$/.exec(guid)?.[1]
  return number === undefined
    ? {}
    : { Guid: [{ id: `imdb://tt${number.padStart(8, '0')}` }, { id: `tmdb://${number}` }] }
}

function markersOf({ creditsAtMs, durationMs }: SimItem): Tree[] {
  if (creditsAtMs === undefined) return []
  const end = durationMs ?? creditsAtMs
  return [{ id: 5100, type: 'credits', startTimeOffset: creditsAtMs, endTimeOffset: end, final: true }]
}

function mediaTree(item: SimItem): (parts: SimFile[], at: number) => Tree {
  return (parts, at) => ({
    id: Number(item.ratingKey) * 10 + at,
    duration: item.durationMs,
    container: parts[0] && containerOf(parts[0]),
    Part: parts.map((file) => ({
      id: file.id,
      key: `/library/parts/${file.id}/1929000000/file.${containerOf(file)}`,
      file: file.path,
      size: file.size,
      container: containerOf(file),
    })),
  })
}

/** A session as `/status/sessions` lists it. */
export function sessionTree(world: PlexWorld, session: SimSession): Tree {
  const { device, who } = session
  const item = world.catalogue.item(session.ratingKey)
  const userId = String(localId(world, who.plexId))

  return {
    sessionKey: session.sessionKey,
    ...(item ? itemTree(world, item) : { ratingKey: session.ratingKey }),
    viewOffset: session.viewOffset,
    User: { id: userId, title: who.username, thumb: `https://plex.tv/users/${who.plexId}/avatar` },
    Player: {
      address: '198.51.100.77',
      machineIdentifier: device.machineIdentifier,
      product: device.product,
      device: device.device,
      platform: device.platform,
      title: device.title,
      state: session.state,
      local: false,
      userID: Number(userId),
    },
    ...(session.id !== undefined && { Session: { id: session.id, bandwidth: 4120, location: 'wan' } }),
    ...(session.transcodeKey !== undefined && {
      TranscodeSession: { key: session.transcodeKey, progress: 23.4, videoDecision: 'transcode' },
    }),
  }
}

/** A row of the history; what was watched may be gone, then it has no key any more. */
export function historyTree(world: PlexWorld, row: HistoryRow): Tree {
  const { item } = row
  const present = world.catalogue.item(item.ratingKey) !== undefined

  return {
    historyKey: `/status/sessions/history/${row.id}`,
    ...(present && { key: `/library/metadata/${item.ratingKey}`, ratingKey: item.ratingKey }),
    librarySectionID: item.libraryKey,
    title: item.title,
    type: item.type,
    grandparentTitle: row.show,
    viewedAt: Math.floor(row.viewedAt / 1000),
    accountID: localId(world, row.who.plexId),
    deviceID: 12,
  }
}

/** The server counts its owner as 1 and everybody else by their account. */
export function localId(world: PlexWorld, plexId: number): number {
  return plexId === world.owner.plexId ? 1 : plexId
}

function filled(name: string, list: Tree[]): Tree {
  return list.length > 0 ? { [name]: list } : {}
}
