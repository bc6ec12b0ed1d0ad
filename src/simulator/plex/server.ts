import type { SimItem } from './catalogue.js'
import { controlRoutes, disturbanceRoutes } from './control.js'
import { createFrames, type SimSockets } from './frames.js'
import {
  createRoutes,
  type Route,
  type SimAnswer,
  type SimRequest,
  type SimServer,
  startSimServer,
} from './http.js'
import { htmlAnswer, type Tree, treeAnswer } from './http-answers.js'
import { itemTree, libraryTree, sessionTree } from './server-answers.js'
import type { PlexWorld } from './world.js'

export interface SimPlexServer extends SimServer {
  sockets: SimSockets
}

const emptyAnswer: SimAnswer = { status: 200, type: 'text/html', body: '' }
const notFound = htmlAnswer(404, 'Not Found')

/** Starts a simulated Plex Media Server on 127.0.0.1. */
export async function startPlexServer(
  world: PlexWorld,
  settings: { port?: number; basePath?: string } = {},
): Promise<SimPlexServer> {
  const { catalogue, players, people } = world
  const frames = createFrames()
  const unsubscribe = players.onReport(frames.announce)
  const control = createRoutes({ ...controlRoutes(world), ...disturbanceRoutes(() => server) })

  const open = createRoutes({ 'GET /identity': identity })
  const forOwner = createRoutes({
    'GET /': capabilities,
    'GET /status/sessions': sessions,
    'GET /status/sessions/terminate': terminate,
    'POST /status/sessions/terminate': terminate,
    'GET /player/playback/stop': stopPlayer,
    'DELETE /transcode/sessions/:id': killTranscode,
  })
  const forAnybody = createRoutes({
    'GET /library/sections': libraries,
    'GET /library/sections/:key/all': libraryItems,
    'GET /library/metadata/:keys': items,
    'GET /library/metadata/:key/children': children,
    'GET /library/metadata/:key/allLeaves': leaves,
    'GET /hubs/search': search,
  })

  const server: SimServer = await startSimServer({
    clock: world.clock,
    ...settings,
    answer,
    upgrade: (request, path, socket, head) => {
      const mayListen =
        path === '/:/websockets/notifications' && isOwner(String(request.headers['x-plex-token']))
      if (mayListen) frames.accept(request, socket, head)
      else frames.refuse(socket)
    },
  })

  return { ...server, sockets: frames.sockets, close }

  function answer(request: SimRequest): SimAnswer {
    if (request.query.has('X-Plex-Token')) return htmlAnswer(400, 'Token in the address')

    const unprotected = open(request) ?? control(request)
    if (unprotected) return unprotected()

    const token = request.headers['x-plex-token'] ?? ''
    const who = people.byToken(token)
    if (!who) return htmlAnswer(401, 'Unauthorized')

    const ownersOnly = forOwner(request)
    if (ownersOnly) return isOwner(token) ? ownersOnly() : htmlAnswer(403, 'Forbidden')
    return forAnybody(request)?.() ?? notFound
  }

  function identity(request: SimRequest): SimAnswer {
    const { machineIdentifier, version } = world.server
    return container(request, { size: 0, claimed: true, machineIdentifier, version })
  }

  function capabilities(request: SimRequest): SimAnswer {
    const { machineIdentifier, version, name, plexPass } = world.server
    return container(request, {
      size: 0,
      friendlyName: name,
      machineIdentifier,
      version,
      platform: 'Linux',
      myPlex: true,
      myPlexSigninState: 'ok',
      myPlexSubscription: plexPass,
      myPlexUsername: world.owner.email,
      eventStream: true,
      ownerFeatures: plexPass
        ? '1d4a0c9e-0000-4000-8000-000000000001,content_filter,home,pass,session_kick,webhooks'
        : 'home',
    })
  }

  function libraries(request: SimRequest): SimAnswer {
    return container(request, {
      size: catalogue.libraries.length,
      allowSync: false,
      title1: 'Plex Library',
      Directory: catalogue.libraries.map(libraryTree),
    })
  }

  function libraryItems(request: SimRequest, { key = '' }: Named): SimAnswer {
    const library = catalogue.libraries.find((one) => one.key === key)
    if (!library) return notFound

    const type = typeNumbers[request.query.get('type') ?? ''] ?? (library.type === 'show' ? 'show' : 'movie')
    const guid = request.query.get('guid')
    const found = catalogue.itemsIn(key, type).filter((item) => guid === null || item.guid === guid)
    return metadata(request, found, { librarySectionID: Number(key), librarySectionTitle: library.title })
  }

  function items(request: SimRequest, { keys = '' }: Named): SimAnswer {
    const found = keys.split(',').flatMap((key) => catalogue.item(key) ?? [])
    return found.length > 0 ? metadata(request, found) : notFound
  }

  function children(request: SimRequest, { key = '' }: Named): SimAnswer {
    return catalogue.item(key) ? metadata(request, catalogue.childrenOf(key)) : notFound
  }

  function leaves(request: SimRequest, { key = '' }: Named): SimAnswer {
    return catalogue.item(key) ? metadata(request, catalogue.episodesOf(key)) : notFound
  }

  function search(request: SimRequest): SimAnswer {
    const query = request.query.get('query')
    if (query === null) return htmlAnswer(400, 'Bad Request')

    const limit = Number(request.query.get('limit') ?? 3)
    const hubs = (['movie', 'show', 'episode'] as const).map((type) => {
      const found = catalogue.find(query, type, limit).map((item) => itemTree(world, item))
      return { type, hubIdentifier: type, title: type, size: found.length, more: false, ...listed(found) }
    })
    const actors: Tree = { type: 'actor', hubIdentifier: 'actor', title: 'Actors', size: 0, more: false }
    return container(request, { size: hubs.length + 1, Hub: [actors, ...hubs] })
  }

  function sessions(request: SimRequest): SimAnswer {
    const list = [...players.sessions().map((one) => sessionTree(world, one)), ...world.oddSessions]
    return container(request, { size: list.length, ...listed(list) })
  }

  function terminate({ query }: SimRequest): SimAnswer {
    const id = query.get('sessionId')
    if (id === null) return htmlAnswer(400, 'Bad Request')
    if (id === '') return htmlAnswer(403, 'Forbidden')
    if (!world.server.plexPass) return htmlAnswer(401, 'Unauthorized')
    return players.terminate(id, query.get('reason') ?? '') ? emptyAnswer : notFound
  }

  function stopPlayer({ headers, query }: SimRequest): SimAnswer {
    if (query.get('commandID') === null) return htmlAnswer(400, 'Bad Request')
    return players.stopPlayer(headers['x-plex-target-client-identifier'] ?? '') ? emptyAnswer : notFound
  }

  function killTranscode({ path }: SimRequest): SimAnswer {
    return players.killTranscode(path) ? emptyAnswer : notFound
  }

  function metadata(request: SimRequest, found: SimItem[], about: Tree = {}): SimAnswer {
    return container(request, {
      size: found.length,
      ...about,
      ...listed(found.map((item) => itemTree(world, item))),
    })
  }

  function container(request: SimRequest, tree: Tree): SimAnswer {
    return treeAnswer(request, 'MediaContainer', tree, world.server.numbersAsText)
  }

  function isOwner(token: string): boolean {
    return people.byToken(token) === world.owner
  }

  async function close(): Promise<void> {
    unsubscribe()
    frames.sockets.drop()
    await server.close()
  }
}

type Named = Parameters<Route>[1]

const typeNumbers: Record<string, SimItem['type']> = { 1: 'movie', 2: 'show', 3: 'season', 4: 'episode' }

/** Plex leaves an empty list out altogether. */
function listed(list: Tree[]): Tree {
  return list.length > 0 ? { Metadata: list } : {}
}
