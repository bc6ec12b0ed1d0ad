import type { Route, SimAnswer, SimRequest } from './http.js'
import { jsonAnswer, xmlAnswer } from './http-answers.js'
import type { SimAccount } from './people.js'
import { jsonError, personTree, settingsTree, shareTree, sourceTree } from './plex-tv-answers.js'
import { fields, settingsFrom } from './plex-tv-requests.js'
import type { SimPerson } from './share-settings.js'
import type { PlexWorld } from './world.js'

type Named = Parameters<Route>[1]
type CallerOf = (request: SimRequest) => SimAccount | undefined

/** What holds for one person on all servers of the owner, and what was granted to them; for the owner. */
export function personRoutes(world: PlexWorld): Record<string, Route> {
  const { people } = world

  return {
    'PUT /api/v2/sharings/:userId': changeSettings,
    'DELETE /api/v2/sharings/:userId': removePerson,
    'GET /api/v2/sharing_settings': readSettings,
    'POST /api/v2/sharing_settings': writeSettings,
    'POST /api/v2/shared_items': grantItems,
    'GET /api/v2/shared_sources/owned': grants,
    'DELETE /api/v2/shared_sources/:id': removeGrant,
  }

  /** Changes only what was sent. */
  function changeSettings(request: SimRequest, { userId = '' }: Named): SimAnswer {
    const who = connected(userId)
    if (!who) return nobody()

    const { settingsOfPending } = people.behaviour
    const isPending = !who.friend && !who.home
    if (isPending && settingsOfPending === 404) return nobody()
    if (isPending && settingsOfPending === 422) return jsonError(422, 422, 'User has not accepted yet')

    const said = settingsFrom({ ...fields(request.body), ...Object.fromEntries(request.query) })
    if (!people.settings.mayWrite(said)) return noPlexPass()
    people.settings.change(who, said)
    return jsonAnswer(200, {})
  }

  function removePerson(_request: SimRequest, { userId = '' }: Named): SimAnswer {
    const who = connected(userId)
    if (!who || who.home) return nobody()
    people.removePerson(who)
    return { status: 204 }
  }

  function readSettings({ query }: SimRequest): SimAnswer {
    const person = personNamed(query.get('invitedId'), query.get('invitedEmail'))
    const settings = person && people.settings.of(person)
    return settings ? jsonAnswer(200, settingsTree(settings)) : nobody()
  }

  /** Sets all of it: what is left out falls back to plex.tv's defaults. */
  function writeSettings(request: SimRequest): SimAnswer {
    const { invitedId, invitedEmail, settings } = fields(request.body)
    const person = personNamed(invitedId, invitedEmail)
    if (!person || !people.settings.of(person)) return nobody()

    const said = settingsFrom(fields(settings))
    if (!people.settings.mayWrite(said)) return noPlexPass()
    return jsonAnswer(200, settingsTree(people.settings.write(person, said)))
  }

  function grantItems(request: SimRequest): SimAnswer {
    const { grants: state } = people.behaviour
    if (state === 'gone') return noGrants()
    if (state === 'refused') return jsonError(422, 422, 'These items cannot be shared')
    if (state === 'ignored') return jsonAnswer(200, {})

    const { invitedId, items } = fields(request.body)
    const who = people.byId(Number(invitedId))
    if (!who) return jsonError(404, 1002, 'No user with that id was found')

    const asked = Array.isArray(items) ? items.map((one) => String(fields(one).uri)) : []
    const ratingKeys = asked.flatMap((uri) => ratingKeyIn(uri) ?? [])
    if (asked.length === 0) return jsonError(400, 1000, 'No items were given')
    if (ratingKeys.length < asked.length) return jsonError(404, 1002, 'Item not found')
    return jsonAnswer(201, sourceTree(world, people.grants.give(who, ratingKeys), true))
  }

  function ratingKeyIn(uri: string): string | undefined {
    const start = `server://${world.machineIdentifier}/com.plexapp.plugins.library/library/metadata/`
    const ratingKey = uri.startsWith(start) ? uri.slice(start.length) : ''
    return world.catalogue.item(ratingKey)?.ratingKey
  }

  function grants({ headers, query }: SimRequest): SimAnswer {
    if (people.behaviour.grants === 'gone') return noGrants()

    const withItems = ['1', 'true'].includes(query.get('includeItems') ?? '')
    const sources = people.grants.list().map((one) => sourceTree(world, one, withItems))
    if ((headers.accept ?? '').includes('application/json')) return jsonAnswer(200, sources)
    const sharedSource = sources.map(({ sharedItems, ...source }) => ({
      ...source,
      ...(Array.isArray(sharedItems) && { sharedItems: { sharedItem: sharedItems } }),
    }))
    return xmlAnswer(200, 'sharedSources', { sharedSource })
  }

  function removeGrant(_request: SimRequest, { id = '' }: Named): SimAnswer {
    const isGone = people.behaviour.grants === 'gone' || !people.grants.remove(Number(id))
    return isGone ? noGrants() : { status: 204 }
  }

  function connected(userId: string): SimAccount | undefined {
    const who = people.byId(Number(userId))
    return who && people.isConnected(who) ? who : undefined
  }

  function personNamed(plexId: unknown, name: unknown): SimPerson | undefined {
    if (Number(plexId) > 0) return people.byId(Number(plexId))
    return typeof name === 'string' ? (people.named(name) ?? { email: name }) : undefined
  }
}

/** What a guest may do about invitations, with their own token. */
export function guestRoutes(world: PlexWorld, callerOf: CallerOf): Record<string, Route> {
  const { people } = world

  return {
    'GET /api/v2/shared_servers/invites/received/pending': (request) => {
      const who = callerOf(request)
      const share = who && people.pendingFor(who)
      const received = share && { owner: personTree(world.owner), sharedServers: [{ id: share.shareId }] }
      return jsonAnswer(200, received ? [received] : [])
    },
    'POST /api/v2/shared_servers/:id/accept': (request, { id = '' }) => {
      const who = callerOf(request)
      const share = who && people.accept(Number(id), who)
      return share ? jsonAnswer(200, shareTree(world, share)) : jsonError(404, 1002, 'Invitation not found')
    },
  }
}

function nobody(): SimAnswer {
  return jsonError(404, 1002, 'User not found')
}

function noGrants(): SimAnswer {
  return jsonError(404, 1002, 'Not Found')
}

function noPlexPass(): SimAnswer {
  return jsonError(400, 1000, 'Restrictions require an active Plex Pass.')
}
