import { controlRoutes, disturbanceRoutes } from './control.js'
import {
  createRoutes,
  isControl,
  type SimAnswer,
  type SimRequest,
  type SimServer,
  startSimServer,
} from './http.js'
import { htmlAnswer } from './http-answers.js'
import { libraryRoutes } from './library-routes.js'
import { ownerRoutes } from './owner-routes.js'
import { createPush, refuseUpgrade, type SimPush } from './push.js'
import { pushControlRoutes } from './push-control.js'
import { container, listed, sessionTree } from './server-answers.js'
import { serverControlRoutes } from './server-control.js'
import { featuresOf, hasFeature } from './switches.js'
import type { PlexWorld } from './world.js'

export interface SimPlexServer extends SimServer {
  push: SimPush
}

const emptyAnswer: SimAnswer = { status: 200, type: 'text/html', body: '' }
const notFound = htmlAnswer(404, 'Not Found')

/** Starts a simulated Plex Media Server on 127.0.0.1. */
export async function startPlexServer(
  world: PlexWorld,
  settings: { port?: number; basePath?: string } = {},
): Promise<SimPlexServer> {
  const { players, people } = world
  const { push, upgrade, stream, announce, announceChange } = createPush({
    clock: world.clock,
    sessions: players.sessions,
  })
  const unsubscribes = [players.onReport(announce), world.catalogue.onChange(announceChange)]
  const control = createRoutes({
    ...controlRoutes(world),
    ...serverControlRoutes(world),
    ...pushControlRoutes(push),
    ...disturbanceRoutes(() => server),
  })

  const open = createRoutes({ 'GET /identity': identity })
  const forOwner = createRoutes<SimAnswer | Promise<SimAnswer>>({
    'GET /': capabilities,
    'GET /:/eventsource/notifications': stream,
    'GET /status/sessions': sessions,
    'GET /status/sessions/terminate': terminate,
    'POST /status/sessions/terminate': terminate,
    'GET /player/playback/stop': stopPlayer,
    'DELETE /transcode/sessions/:id': killTranscode,
    ...ownerRoutes(world),
  })
  const forAnybody = createRoutes(libraryRoutes(world))

  const server: SimServer = await startSimServer({
    clock: world.clock,
    ...settings,
    answer,
    upgrade: (request, raw) => {
      const no = refusalOf(request)
      return no === undefined ? upgrade(request, raw) : refuseUpgrade(no, raw)
    },
  })

  return { ...server, push, close }

  function answer(request: SimRequest): SimAnswer | Promise<SimAnswer> {
    if (deletesMedia(request)) {
      world.disaster = true
      return htmlAnswer(500, 'Media would be deleted')
    }
    if (request.query.has('X-Plex-Token')) return htmlAnswer(400, 'Token in the address')

    const unprotected = isControl(request.path) ? control(request) : open(request)
    if (unprotected) return unprotected()

    const token = request.headers['x-plex-token'] ?? ''
    const who = people.byToken(token)
    if (!who) return htmlAnswer(401, 'Unauthorized')

    const ownersOnly = forOwner(request)
    if (ownersOnly) return isOwner(token) ? ownersOnly() : htmlAnswer(403, 'Forbidden')
    return forAnybody(request)?.() ?? notFound
  }

  /** Why somebody may not have a WebSocket, as a status. */
  function refusalOf({ path, query, headers }: SimRequest): number | undefined {
    const token = headers['x-plex-token'] ?? ''
    if (query.has('X-Plex-Token')) return 400
    if (path !== '/:/websockets/notifications') return 404
    if (!people.byToken(token)) return 401
    return isOwner(token) ? undefined : 403
  }

  function identity(request: SimRequest): SimAnswer {
    const { machineIdentifier, version } = world.server
    return container(world, request, { size: 0, claimed: true, machineIdentifier, version })
  }

  function capabilities(request: SimRequest): SimAnswer {
    const { machineIdentifier, version, name, plexPass } = world.server
    return container(world, request, {
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
      ownerFeatures: featuresOf(world.server).join(),
    })
  }

  function sessions(request: SimRequest): SimAnswer {
    const list = [...players.listed().map((one) => sessionTree(world, one)), ...world.oddSessions]
    return container(world, request, { size: list.length, ...listed(list) })
  }

  function terminate({ query }: SimRequest): SimAnswer {
    const id = query.get('sessionId')
    if (id === null) return htmlAnswer(400, 'Bad Request')
    if (id === '') return htmlAnswer(403, 'Forbidden')
    if (!hasFeature(world.server, 'session_kick')) return htmlAnswer(401, 'Unauthorized')
    return players.terminate(id, query.get('reason') ?? '') ? emptyAnswer : notFound
  }

  function stopPlayer({ headers, query }: SimRequest): SimAnswer {
    if (query.get('commandID') === null) return htmlAnswer(400, 'Bad Request')
    return players.stopPlayer(headers['x-plex-target-client-identifier'] ?? '') ? emptyAnswer : notFound
  }

  function killTranscode({ path }: SimRequest): SimAnswer {
    return players.killTranscode(path) ? emptyAnswer : notFound
  }

  function isOwner(token: string): boolean {
    return people.byToken(token) === world.owner
  }

  async function close(): Promise<void> {
    for (const unsubscribe of unsubscribes) unsubscribe()
    push.drop('reset')
    await server.close()
  }
}

/** Deleting an item deletes its files. Nothing that is tested here may ever ask for it. */
function deletesMedia({ method, path }: SimRequest): boolean {
  return method === 'DELETE' && path.startsWith('/library/metadata')
}
