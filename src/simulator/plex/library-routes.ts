import type { SimItem } from './catalogue.js'
import type { Route, SimAnswer, SimRequest } from './http.js'
import { htmlAnswer, type Tree } from './http-answers.js'
import {
  container,
  type Detail,
  historyTree,
  itemTree,
  libraryTree,
  listed,
  localId,
  page,
} from './server-answers.js'
import type { PlexWorld } from './world.js'

const notFound = htmlAnswer(404, 'Not Found')
const onePixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

type Named = Parameters<Route>[1]

/** What anybody with a token may read: of the libraries what they may see, of the history what is theirs. */
export function libraryRoutes(world: PlexWorld): Record<string, Route> {
  const { catalogue, visibility } = world

  return {
    'GET /library/sections': libraries,
    'GET /library/sections/all': libraries,
    'GET /library/sections/:key/all': libraryItems,
    'GET /library/metadata/:keys': items,
    'GET /library/metadata/:key/children': (request, { key = '' }) =>
      below(request, key, catalogue.childrenOf(key)),
    'GET /library/metadata/:key/allLeaves': (request, { key = '' }) =>
      below(request, key, catalogue.episodesOf(key)),
    'GET /photo/:/transcode': poster,
    'GET /hubs/search': search,
    'GET /status/sessions/history/all': history,
  }

  function libraries(request: SimRequest): SimAnswer {
    const who = callerOf(request)
    const open = catalogue.libraries.filter((one) => visibility.mayOpen(who, one.key))
    return container(world, request, {
      size: open.length,
      allowSync: false,
      title1: 'Plex Library',
      Directory: open.map(libraryTree),
    })
  }

  /** The smallest picture there is, for whatever the caller may see. */
  function poster({ query, ...request }: SimRequest): SimAnswer {
    const key = /^\/library\/metadata\/(\w+)\/thumb(\/\d+)?$/.exec(query.get('url') ?? '')?.[1]
    if (key === undefined || !query.has('width') || !query.has('height'))
      return htmlAnswer(400, 'Bad Request')

    const item = catalogue.item(key)
    if (!item || !seenBy({ query, ...request })(item)) return notFound
    return { status: 200, type: 'image/png', body: Buffer.from(onePixel, 'base64') }
  }

  function libraryItems(request: SimRequest, { key = '' }: Named): SimAnswer {
    const library = catalogue.library(key)
    if (!library || !visibility.mayOpen(callerOf(request), key)) return notFound

    const { query } = request
    const usual = library.type === 'show' ? 'show' : 'movie'
    const found = catalogue
      .itemsIn(key, itemTypes[query.get('type') ?? ''] ?? usual)
      .filter((item) => (query.get('guid') ?? item.guid) === item.guid && hasLabel(item, query.get('label')))
      .filter(seenBy(request))
    const { rows, about } = page(world, request, found)
    return metadata(request, rows, {
      ...about,
      librarySectionID: Number(key),
      librarySectionTitle: library.title,
    })
  }

  function items(request: SimRequest, { keys = '' }: Named): SimAnswer {
    const found = keys
      .split(',')
      .flatMap((key) => catalogue.item(key) ?? [])
      .filter(seenBy(request))
    if (found.length === 0) return notFound
    const markers = request.query.get('includeMarkers') === '1'
    return metadata(request, found, {}, { single: true, markers })
  }

  function below(request: SimRequest, key: string, children: SimItem[]): SimAnswer {
    const seen = seenBy(request)
    const above = catalogue.item(key)
    if (!above || !seen(above)) return notFound
    const { rows, about } = page(world, request, children.filter(seen))
    return metadata(request, rows, about)
  }

  function search(request: SimRequest): SimAnswer {
    const text = request.query.get('query')
    if (text === null) return htmlAnswer(400, 'Bad Request')

    const limit = Number(request.query.get('limit') ?? 3)
    const hubs = (['movie', 'show', 'episode'] as const).map((type) => {
      const seen = catalogue.find(text, type).filter(seenBy(request)).slice(0, limit)
      const rows = seen.map((item) => itemTree(world, item))
      return { type, hubIdentifier: type, title: type, size: rows.length, more: false, ...listed(rows) }
    })
    const actors: Tree = { type: 'actor', hubIdentifier: 'actor', title: 'Actors', size: 0, more: false }
    return container(world, request, { size: hubs.length + 1, Hub: [actors, ...hubs] })
  }

  /** The owner reads everybody's; all others read their own. */
  function history(request: SimRequest): SimAnswer {
    const { query } = request
    const who = callerOf(request)
    const account = query.get('accountID')
    const since = Number(query.get('viewedAt>') ?? 0) * 1000
    const rows = world.history
      .rows()
      .filter((row) => who === world.owner || row.who === who)
      .filter((row) => account === null || String(localId(world, row.who.plexId)) === account)
      .filter((row) => isAbout(row.item, query.get('metadataItemID')))
      .filter((row) => row.viewedAt >= since)
      .sort((a, b) => (a.viewedAt - b.viewedAt) * (query.get('sort') === 'viewedAt:desc' ? -1 : 1))
    const { rows: shown, about } = page(world, request, rows)
    return container(world, request, {
      ...about,
      ...listed(shown.map((row) => historyTree(world, row))),
    })
  }

  function metadata(request: SimRequest, found: SimItem[], about: Tree, detail: Detail = {}): SimAnswer {
    const guids = request.query.get('includeGuids') === '1'
    return container(world, request, {
      size: found.length,
      ...about,
      ...listed(found.map((item) => itemTree(world, item, { ...detail, guids }))),
    })
  }

  function hasLabel(item: SimItem, id: string | null): boolean {
    return id === null || world.labels.of(item.ratingKey).some((one) => String(one.id) === id)
  }

  function seenBy(request: SimRequest): (item: SimItem) => boolean {
    const who = callerOf(request)
    return (item) => visibility.maySee(who, item)
  }

  function callerOf(request: SimRequest) {
    const who = world.people.byToken(request.headers['x-plex-token'] ?? '')
    if (!who) throw new Error('A request without an account has come as far as the libraries.')
    return who
  }
}

/** The numbers that Plex gives to the kinds of items. */
export const itemTypes: Record<string, SimItem['type']> = { 1: 'movie', 2: 'show', 3: 'season', 4: 'episode' }

/** A show stands for its episodes. */
function isAbout(item: SimItem, key: string | null): boolean {
  return key === null || [item.ratingKey, item.parentRatingKey, item.grandparentRatingKey].includes(key)
}
