import { disturbanceRoutes } from './control.js'
import {
  createRoutes,
  type Route,
  type SimAnswer,
  type SimRequest,
  type SimServer,
  startSimServer,
} from './http.js'
import { htmlAnswer, jsonAnswer, xmlAnswer } from './http-answers.js'
import type { SimInvitation, SimShareAnswer, SimShareSettings } from './people.js'
import { personTree, sharedServerTree, shareTree, userTree } from './plex-tv-answers.js'
import type { PlexWorld } from './world.js'

/** Starts a simulated plex.tv on 127.0.0.1; it answers for `plex.tv` and `clients.plex.tv` alike. */
export async function startPlexTv(world: PlexWorld, settings: { port?: number } = {}): Promise<SimServer> {
  const { people, catalogue } = world
  const control = createRoutes(disturbanceRoutes(() => server))

  const forAnybody = createRoutes({
    'GET /api/v2/user': (request) => jsonAnswer(200, userOf(request)),
    'GET /api/v2/ping': () => jsonAnswer(200, { pong: true }),
    'GET /api/v2/resources': (request) => jsonAnswer(200, resourcesOf(request)),
    'POST /api/v2/shared_servers/:id/accept': accept,
  })
  const forOwner = createRoutes({
    'GET /api/users': users,
    'GET /api/servers/:mid': here(sectionsAsXml),
    'GET /api/v2/servers/:mid': here(sectionsAsJson),
    'GET /api/servers/:mid/shared_servers': here(sharedServers),
    'POST /api/servers/:mid/shared_servers': here(inviteV1),
    'PUT /api/servers/:mid/shared_servers/:id': here(changeV1),
    'DELETE /api/servers/:mid/shared_servers/:id': here(removeV1),
    'POST /api/v2/shared_servers': inviteV2,
    'GET /api/v2/shared_servers': () => ({ status: 405, headers: { allow: 'OPTIONS, POST' } }),
    'GET /api/v2/shared_servers/owned/accepted': () => shareList(true),
    'GET /api/v2/shared_servers/owned/pending': () => shareList(false),
    'POST /api/v2/shared_servers/:id': changeV2,
    'DELETE /api/v2/shared_servers/:id': (_request, { id = '' }) => removed(id),
  })

  const server = await startSimServer({ clock: world.clock, ...settings, answer })
  return server

  function answer(request: SimRequest): SimAnswer {
    const controlled = control(request)
    if (controlled) return controlled()

    if (request.query.has('X-Plex-Token')) return jsonError(400, 1000, 'Token in the address')
    if (deadRoutes.some((dead) => dead.test(request.path))) {
      return responseXml(410, 'This endpoint was deprecated and removed')
    }
    const isV2 = request.path.startsWith('/api/v2/')
    if (isV2 && !request.headers['x-plex-client-identifier']) {
      return jsonError(400, 1000, 'X-Plex-Client-Identifier is missing')
    }
    const who = callerOf(request)
    if (!who) {
      return isV2
        ? jsonError(401, 1001, 'User could not be authenticated')
        : responseXml(401, 'Invalid authentication token.')
    }
    const ownersOnly = who === world.owner ? forOwner(request) : undefined
    const matching = ownersOnly ?? forAnybody(request)
    return matching?.() ?? htmlAnswer(404, 'Not Found')
  }

  function callerOf(request: SimRequest) {
    return people.byToken(request.headers['x-plex-token'] ?? '')
  }

  function userOf(request: SimRequest) {
    const who = callerOf(request) ?? world.owner
    const active = who === world.owner && world.server.plexPass
    return { ...personTree(who), subscription: { active, features: [] }, authToken: 'sim-auth-token' }
  }

  function resourcesOf(request: SimRequest) {
    const who = callerOf(request) ?? world.owner
    const reachable = who === world.owner || world.librariesOf(who.username).length > 0
    if (!reachable) return []
    return [
      {
        name: world.server.name,
        product: 'Plex Media Server',
        productVersion: world.server.version,
        clientIdentifier: world.machineIdentifier,
        provides: 'server',
        owned: who === world.owner,
        accessToken: 'sim-access-token',
        connections: [],
      },
    ]
  }

  function users(): SimAnswer {
    const connected = people.accounts.filter((one) => one !== world.owner && (one.friend || one.home))
    return xmlAnswer(200, 'MediaContainer', {
      friendlyName: 'myPlex',
      machineIdentifier: world.machineIdentifier,
      totalSize: connected.length,
      size: connected.length,
      User: connected.map((one) => userTree(world, one)),
    })
  }

  function sectionsAsXml(): SimAnswer {
    return xmlAnswer(200, 'MediaContainer', {
      machineIdentifier: world.machineIdentifier,
      size: 1,
      Server: {
        name: world.server.name,
        machineIdentifier: world.machineIdentifier,
        owned: true,
        Section: sections(),
      },
    })
  }

  function sectionsAsJson(): SimAnswer {
    const librarySections = sections().map((one) => ({ ...one, key: Number(one.key) }))
    const { name } = world.server
    return jsonAnswer(200, { id: 8800123, name, machineIdentifier: world.machineIdentifier, librarySections })
  }

  function sections() {
    return catalogue.libraries.map(({ sectionId, key, title, type }) => ({ id: sectionId, key, title, type }))
  }

  function sharedServers(): SimAnswer {
    const shared = ofThisServer().filter((one) => one.leftAt === undefined)
    return xmlAnswer(200, 'MediaContainer', {
      machineIdentifier: world.machineIdentifier,
      size: shared.length,
      SharedServer: shared.map((one) => sharedServerTree(world, one)),
    })
  }

  function shareList(accepted: boolean): SimAnswer {
    const listed = people.shares().filter((one) => (one.acceptedAt !== undefined) === accepted)
    return jsonAnswer(
      200,
      listed.map((one) => shareTree(world, one)),
    )
  }

  function ofThisServer() {
    return people.shares().filter((one) => one.machineIdentifier === world.machineIdentifier)
  }

  function inviteV1(request: SimRequest): SimAnswer {
    const { shared_server: wanted, sharing_settings: settings } = fields(request.body)
    const { library_section_ids: ids, invited_email: name, invited_id: plexId } = fields(wanted)
    return v1Answer(people.invite(invitation({ ids, name, plexId, settings })))
  }

  function inviteV2(request: SimRequest): SimAnswer {
    const said = fields(request.body)
    if (said.machineIdentifier !== world.machineIdentifier) return jsonError(404, 1002, 'Server not found')

    const { librarySectionIds: ids, invitedEmail: name, invitedId: plexId, settings } = said
    const answered = people.invite(invitation({ ids, name, plexId, settings }))
    if (answered.kind === 'done') return jsonAnswer(201, shareTree(world, answered.share))
    if (answered.status === 409) return jsonError(422, 422, 'Account already has access to this server')
    return jsonError(answered.status, answered.status === 404 ? 1002 : 1000, answered.why)
  }

  function changeV1(request: SimRequest, { id = '' }: Named): SimAnswer {
    const { library_section_ids: ids } = fields(fields(request.body).shared_server)
    return v1Answer(people.setSections(Number(id), numbers(ids)))
  }

  function changeV2(request: SimRequest, { id = '' }: Named): SimAnswer {
    const answered = people.setSections(Number(id), numbers(fields(request.body).librarySectionIds))
    return answered.kind === 'done'
      ? jsonAnswer(200, shareTree(world, answered.share))
      : jsonError(answered.status, 1002, answered.why)
  }

  function removeV1(_request: SimRequest, { id = '' }: Named): SimAnswer {
    const answered = people.removeShare(Number(id))
    return answered.kind === 'done' ? { status: 200, type: 'text/xml', body: '' } : v1Answer(answered)
  }

  function removed(id: string): SimAnswer {
    const answered = people.removeShare(Number(id))
    return answered.kind === 'done' ? { status: 204 } : jsonError(answered.status, 1002, answered.why)
  }

  function accept(request: SimRequest, { id = '' }: Named): SimAnswer {
    const who = callerOf(request)
    const share = who && people.accept(Number(id), who)
    return share ? jsonAnswer(200, shareTree(world, share)) : jsonError(404, 1002, 'Invitation not found')
  }

  function v1Answer(answered: SimShareAnswer): SimAnswer {
    if (answered.kind === 'refused') {
      return responseXml(answered.status === 409 ? 400 : answered.status, answered.why)
    }
    const SharedServer = [sharedServerTree(world, answered.share)]
    return xmlAnswer(200, 'MediaContainer', { size: 1, SharedServer })
  }

  function here(route: Route): Route {
    return (request, named) =>
      named.mid === world.machineIdentifier ? route(request, named) : htmlAnswer(404, 'Not Found')
  }
}

type Named = Parameters<Route>[1]

const deadRoutes = [/^\/api\/friends\//, /^\/api\/v2\/friends/, /^\/api\/invites\//]

function invitation(said: {
  ids: unknown
  name: unknown
  plexId: unknown
  settings: unknown
}): SimInvitation {
  const to = typeof said.plexId === 'number' ? { plexId: said.plexId } : { name: String(said.name ?? '') }
  return { to, sectionIds: numbers(said.ids), settings: settingsFrom(fields(said.settings)) }
}

function settingsFrom(said: Record<string, unknown>): Partial<SimShareSettings> {
  return {
    allowSync: isOn(said.allowSync),
    allowChannels: isOn(said.allowChannels),
    allowCameraUpload: isOn(said.allowCameraUpload),
    allowTuners: Number(said.allowTuners ?? 0),
    filterMovies: String(said.filterMovies ?? ''),
    filterTelevision: String(said.filterTelevision ?? ''),
  }
}

/** Left out counts as on: plex.tv has defaults of its own. */
function isOn(value: unknown): boolean {
  return value === undefined || value === true || value === 1 || value === '1'
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number) : []
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function responseXml(status: number, words: string): SimAnswer {
  return xmlAnswer(status, 'Response', { code: String(status), status: words })
}

function jsonError(status: number, code: number, message: string): SimAnswer {
  return jsonAnswer(status, { errors: [{ code, message, status }] })
}
