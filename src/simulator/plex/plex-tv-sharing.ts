import type { Route, SimAnswer, SimRequest } from './http.js'
import { htmlAnswer, jsonAnswer, xmlAnswer } from './http-answers.js'
import { jsonError, responseXml, sharedServerTree, shareTree } from './plex-tv-answers.js'
import { fields, invitation, numbers, settingsFrom } from './plex-tv-requests.js'
import { shed } from './resources.js'
import { personOf, type SimRefusal, type SimShareAnswer } from './shares.js'
import type { PlexWorld } from './world.js'

type Named = Parameters<Route>[1]

/** Which libraries plex.tv knows, who has which of them, and changing that; for the owner. */
export function sharingRoutes(world: PlexWorld): Record<string, Route> {
  const { people } = world

  return {
    'GET /api/servers/:mid': sectionsAsXml,
    'GET /api/v2/servers/:mid': sectionsAsJson,
    'GET /api/servers/:mid/shared_servers': here(sharedServers),
    'GET /api/servers/:mid/shared_servers/:id': here(sharedServer),
    'POST /api/servers/:mid/shared_servers': here(inviteV1),
    'PUT /api/servers/:mid/shared_servers/:id': here(changeV1),
    'DELETE /api/servers/:mid/shared_servers/:id': here(removeV1),
    'POST /api/v2/shared_servers': inviteV2,
    'GET /api/v2/shared_servers': () => ({ status: 405, headers: { allow: 'OPTIONS, POST' } }),
    'GET /api/v2/shared_servers/owned/accepted': () => shareList(true),
    'GET /api/v2/shared_servers/owned/pending': () => shareList(false),
    'GET /api/v2/shared_servers/invites/owned/pending': () => shareList(false),
    'POST /api/v2/shared_servers/:id': changeV2,
    'DELETE /api/v2/shared_servers/:id': removeV2,
  }

  function sectionsAsXml(_request: SimRequest, { mid = '' }: Named): SimAnswer {
    const server = ownedServer(mid)
    if (!server) return htmlAnswer(404, 'Not Found')

    const { name, libraries } = server
    const Section = libraries.map(({ sectionId, key, title, type }) => ({ id: sectionId, key, title, type }))
    return xmlAnswer(200, 'MediaContainer', {
      friendlyName: 'myPlex',
      identifier: 'com.plexapp.plugins.myplex',
      machineIdentifier: mid,
      size: 1,
      Server: { name, machineIdentifier: mid, owned: true, synced: false, Section },
    })
  }

  function sectionsAsJson(_request: SimRequest, { mid = '' }: Named): SimAnswer {
    const server = ownedServer(mid)
    if (!server) return jsonError(404, 1002, 'Server not found')

    const { name, serverId, libraries } = server
    const librarySections = libraries.map(({ sectionId, key, title, type }) => ({
      id: sectionId,
      key: Number(key),
      title,
      type,
    }))
    return jsonAnswer(200, { id: serverId, name, machineIdentifier: mid, librarySections })
  }

  function ownedServer(mid: string) {
    if (mid === shed.machineIdentifier) return shed
    if (mid !== world.machineIdentifier) return undefined
    return { name: world.server.name, serverId: 8800123, libraries: people.knownLibraries() }
  }

  function sharedServers(): SimAnswer {
    const shared = listedHere()
    return xmlAnswer(200, 'MediaContainer', {
      machineIdentifier: world.machineIdentifier,
      size: shared.length,
      SharedServer: shared.map((one) => sharedServerTree(world, one)),
    })
  }

  function sharedServer(_request: SimRequest, { id = '' }: Named): SimAnswer {
    const share = listedHere().find((one) => one.shareId === Number(id))
    if (!share) return responseXml(404, 'Shared server not found.')
    return xmlAnswer(200, 'MediaContainer', { size: 1, SharedServer: [sharedServerTree(world, share)] })
  }

  function listedHere() {
    return people
      .listed()
      .filter((one) => one.machineIdentifier === world.machineIdentifier)
      .filter((one) => one.leftAt === undefined && one.deletedAt === undefined)
  }

  function shareList(accepted: boolean): SimAnswer {
    const listed = people.listed().filter((one) => (one.acceptedAt !== undefined) === accepted)
    return jsonAnswer(
      200,
      listed.map((one) => shareTree(world, one)),
    )
  }

  function inviteV1(request: SimRequest): SimAnswer {
    const { shared_server: wanted, sharing_settings: settings } = fields(request.body)
    const { library_section_ids: ids, invited_email: name, invited_id: plexId } = fields(wanted)
    return v1Answer(people.invite(invitation({ sectionIds: numbers(ids), name, plexId, settings })))
  }

  /** An empty list of libraries means all of them, also those to come. */
  function inviteV2(request: SimRequest): SimAnswer {
    if (people.behaviour.v2Invitations === 'gone') return jsonError(404, 1002, 'Not Found')

    const said = fields(request.body)
    if (said.machineIdentifier !== world.machineIdentifier) return jsonError(404, 1002, 'Server not found')
    const { librarySectionIds, invitedEmail: name, invitedId: plexId, settings } = said
    const sectionIds = sectionsOrAll(librarySectionIds)
    return v2Answer(people.invite(invitation({ sectionIds, name, plexId, settings })), 201)
  }

  /** An empty list of libraries means that the share goes. */
  function changeV1(request: SimRequest, { id = '' }: Named): SimAnswer {
    const { library_section_ids: ids } = fields(fields(request.body).shared_server)
    const sectionIds = numbers(ids)
    if (sectionIds.length === 0) return v1Answer(people.removeShare(Number(id)))
    return v1Answer(people.setSections(Number(id), sectionIds))
  }

  function changeV2(request: SimRequest, { id = '' }: Named): SimAnswer {
    const { librarySectionIds, settings } = fields(request.body)
    const said = settingsFrom(fields(settings))
    if (!people.settings.mayWrite(said)) return v2Answer(noPlexPass, 200)

    const sectionIds = librarySectionIds === undefined ? 'as they are' : sectionsOrAll(librarySectionIds)
    const answered = people.setSections(Number(id), sectionIds)
    if (answered.kind === 'done' && settings !== undefined)
      people.settings.write(personOf(answered.share), said)
    return v2Answer(answered, 200)
  }

  function removeV1(_request: SimRequest, { id = '' }: Named): SimAnswer {
    const { v1Cancelling } = people.behaviour
    const share = people.shares().find((one) => one.shareId === Number(id))
    if (share && share.acceptedAt === undefined && v1Cancelling !== 'works') {
      return responseXml(v1Cancelling, 'Invitations cannot be changed here.')
    }
    const answered = people.removeShare(Number(id))
    return answered.kind === 'done' ? { status: 200, type: 'text/xml', body: '' } : v1Answer(answered)
  }

  function removeV2(_request: SimRequest, { id = '' }: Named): SimAnswer {
    if (people.behaviour.v2Removal === 'refused') return { status: 405, headers: { allow: 'OPTIONS, POST' } }
    const answered = people.removeShare(Number(id))
    return answered.kind === 'done' ? { status: 204 } : v2Answer(answered, 204)
  }

  function v1Answer(answered: SimShareAnswer): SimAnswer {
    if (answered.kind === 'refused') {
      const more = answered.why === 'present' ? ' Please edit your existing share.' : ''
      return responseXml(statuses[answered.why].v1, answered.words + more)
    }
    const SharedServer = [sharedServerTree(world, answered.share)]
    return xmlAnswer(200, 'MediaContainer', { size: 1, SharedServer })
  }

  function v2Answer(answered: SimShareAnswer, status: number): SimAnswer {
    if (answered.kind === 'done') return jsonAnswer(status, shareTree(world, answered.share))
    if (answered.why === 'present') return jsonError(422, 422, 'Account already has access to this server')

    const { v2 } = statuses[answered.why]
    return jsonError(v2, codes[v2], answered.words)
  }

  function here(route: Route): Route {
    return (request, named) =>
      named.mid === world.machineIdentifier ? route(request, named) : htmlAnswer(404, 'Not Found')
  }
}

const noPlexPass: SimShareAnswer = {
  kind: 'refused',
  why: 'filters',
  words: 'Restrictions require an active Plex Pass.',
}

const statuses: Record<SimRefusal, { v1: number; v2: 400 | 404 | 422 }> = {
  'no libraries': { v1: 400, v2: 422 },
  'unknown library': { v1: 404, v2: 404 },
  'unknown person': { v1: 404, v2: 404 },
  self: { v1: 400, v2: 422 },
  present: { v1: 400, v2: 422 },
  full: { v1: 400, v2: 422 },
  filters: { v1: 400, v2: 400 },
  'no such share': { v1: 404, v2: 404 },
}

const codes = { 400: 1000, 404: 1002, 422: 422 }

function sectionsOrAll(value: unknown): number[] | 'all' {
  const sectionIds = numbers(value)
  return sectionIds.length > 0 ? sectionIds : 'all'
}
