import { controlRoutes, disturbanceRoutes } from './control.js'
import { createFrames, type SimSockets } from './frames.js'
import { createRoutes, type SimAnswer, type SimRequest, type SimServer, startSimServer } from './http.js'
import { htmlAnswer } from './http-answers.js'
import { libraryRoutes } from './library-routes.js'
import { ownerRoutes } from './owner-routes.js'
import { container, listed, sessionTree } from './server-answers.js'
import { serverControlRoutes } from './server-control.js'
import { featuresOf, hasFeature } from './switches.js'
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
  const { players, people } = world
  const frames = createFrames()
  const unsubscribe = players.onReport(frames.announce)
  const control = createRoutes({
    ...controlRoutes(world),
    ...serverControlRoutes(world),
    ...disturbanceRoutes(() => server),
  })

  const open = createRoutes({ 'GET /identity': identity })
  const forOwner = createRoutes({
    'GET /': capabilities,
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
    upgrade: (request, path, socket, head) => {
      const mayListen =
        path === '/:/websockets/notifications' && isOwner(String(request.headers['x-plex-token']))
      if (mayListen) frames.accept(request, socket, head)
      else frames.refuse(socket)
    },
  })

  return { ...server, sockets: frames.sockets, close }

  function answer(request: SimRequest): SimAnswer {
    if (deletesMedia(request)) {
      world.disaster = true
      return htmlAnswer(500, 'Media would be deleted')
    }
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
    const list = [...players.sessions().map((one) => sessionTree(world, one)), ...world.oddSessions]
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
    unsubscribe()
    frames.sockets.drop()
    await server.close()
  }
}

/** Deleting an item deletes its files. Nothing that is tested here may ever ask for it. */
function deletesMedia({ method, path }: SimRequest): boolean {
  return method === 'DELETE' && path.startsWith('/library/metadata')
}
