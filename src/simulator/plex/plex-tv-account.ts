import type { Route, SimAnswer, SimRequest } from './http.js'
import { htmlAnswer, jsonAnswer, xmlAnswer } from './http-answers.js'
import type { SimAccount } from './people.js'
import { jsonError, personTree, pinTree, responseXml, userTree } from './plex-tv-answers.js'
import { fields, isOn } from './plex-tv-requests.js'
import { resourceTree, type SimResource } from './resources.js'
import type { PlexWorld } from './world.js'

type CallerOf = (request: SimRequest) => SimAccount | undefined

/** Asking for a PIN and waiting for it needs no token. */
export function pinRoutes(world: PlexWorld): Record<string, Route> {
  const { people } = world

  return {
    'POST /api/v2/pins': (request) => {
      const { headers, query, body } = request
      const pin = people.pins.create({
        strong: isOn(query.get('strong') ?? fields(body).strong),
        clientIdentifier: headers['x-plex-client-identifier'] ?? '',
        product: headers['x-plex-product'] ?? '0',
      })
      return jsonAnswer(201, pinTree(pin, world.clock.now()))
    },
    'GET /api/v2/pins/:id': ({ headers }, { id = '' }) => {
      const pin = people.pins.find(Number(id), headers['x-plex-client-identifier'] ?? '')
      if (!pin) return noSuchPin()

      const isOver = people.pins.isOver(pin)
      if (isOver && people.behaviour.expiredPin === 'errors') return noSuchPin()
      const { authToken, ...unclaimed } = pin
      return jsonAnswer(200, pinTree(isOver ? unclaimed : pin, world.clock.now()))
    },
  }
}

/** What every account may ask about itself. */
export function accountRoutes(world: PlexWorld, callerOf: CallerOf): Record<string, Route> {
  const { people } = world

  return {
    'GET /api/v2/user': (request) => jsonAnswer(200, userOf(request)),
    'GET /api/v2/ping': () => jsonAnswer(200, { pong: true }),
    'GET /api/v2/resources': (request) => jsonAnswer(200, resourcesOf(request)),
    'PUT /api/v2/pins/link': linkPin,
    'DELETE /api/v2/users/signout': signOut,
  }

  function userOf(request: SimRequest) {
    const who = callerOf(request) ?? world.owner
    const active = who === world.owner && world.server.plexPass
    return { ...personTree(who), subscription: { active, features: [] }, authToken: 'sim-auth-token' }
  }

  function resourcesOf(request: SimRequest) {
    const who = callerOf(request) ?? world.owner
    const reached = who === world.owner ? [theServer(), ...world.otherResources] : reachedBy(who)
    const asked = { accessToken: who.token, query: request.query }
    return reached.map((one) => resourceTree(one, asked))
  }

  /** A guest sees the server when the invitation is accepted, not before. */
  function reachedBy(who: SimAccount): SimResource[] {
    const hasSomething =
      world.librariesOf(who.username).length > 0 ||
      people.grants.list().some((one) => one.plexId === who.plexId)
    return hasSomething ? [{ ...theServer(), sharedBy: world.owner }] : []
  }

  function theServer(): SimResource {
    const { name, machineIdentifier, connections } = world.server
    return { name, machineIdentifier, provides: 'server', presence: true, connections }
  }

  /** An app that is signed in already approves the short code that another one shows. */
  function linkPin(request: SimRequest): SimAnswer {
    const code = String(fields(request.body).code ?? request.query.get('code') ?? '')
    const who = callerOf(request)
    const pin = who && code.length === 4 ? people.pins.approve(code, who.token) : undefined
    return pin ? { status: 204 } : noSuchPin()
  }

  function signOut(request: SimRequest): SimAnswer {
    const who = callerOf(request)
    if (who) people.killToken(who.username)
    return { status: 204 }
  }
}

/** Whom the owner is connected to. */
export function connectionRoutes(world: PlexWorld): Record<string, Route> {
  const { people } = world

  return {
    'GET /api/users': users,
    'GET /api/home/users': homeUsers,
    'POST /api/users/validate': validate,
  }

  function users(): SimAnswer {
    const connected = people.accounts.filter((one) => one !== world.owner && (one.friend || one.home))
    return xmlAnswer(200, 'MediaContainer', {
      friendlyName: 'myPlex',
      identifier: 'com.plexapp.plugins.myplex',
      machineIdentifier: world.machineIdentifier,
      totalSize: connected.length,
      size: connected.length,
      User: connected.map((one) => userTree(world, one)),
    })
  }

  function homeUsers(): SimAnswer {
    const members = people.accounts.filter((one) => one === world.owner || one.home)
    return xmlAnswer(200, 'MediaContainer', {
      friendlyName: 'myPlex',
      size: members.length,
      User: members.map((one) => ({
        ...personTree(one),
        admin: one === world.owner,
        guest: false,
        protected: false,
      })),
    })
  }

  function validate({ query }: SimRequest): SimAnswer {
    const { validation } = people.behaviour
    if (validation === 404) return htmlAnswer(404, 'Not Found')
    if (validation === 410) return responseXml(410, 'This endpoint was deprecated and removed')

    const isKnown = people.named(query.get('invited_email') ?? '') !== undefined
    return isKnown ? responseXml(200, 'Valid user', 0) : responseXml(400, 'Invalid user', 1)
  }
}

function noSuchPin(): SimAnswer {
  return jsonError(404, 1020, 'Code not found or expired')
}
