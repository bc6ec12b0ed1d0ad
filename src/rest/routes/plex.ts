import { z } from 'zod'
import type { Core } from '../../core/api.js'
import { chosenServer, ownedServer, signInPin, signInState } from '../../wire/shapes.js'
import { address, digits, nothing } from '../fields.js'
import { presentPin, presentSignIn } from '../present.js'
import { list, one, type Route } from '../route.js'

const pinId = () => digits('the id of a PIN as POST /plex/pin answers it')
const machineIdentifier = () => {
  const expected = 'the machineIdentifier of a server as GET /plex/servers answers it'
  return z.string({ error: expected }).regex(/^[\w-]{1,100}$/, { error: expected })
}

/** Signing in at Plex and choosing the server. Nothing here ever answers a token. */
export function plexRoutes(core: Core): Route[] {
  return [
    one({
      methods: ['POST'],
      path: '/plex/pin',
      scope: 'admin',
      summary: 'Begin to sign in at Plex: the owner opens the link',
      status: 201,
      params: nothing,
      query: nothing,
      body: nothing,
      answer: signInPin,

      async run({ by }) {
        return presentPin(await core.beginSignIn(by))
      },
    }),

    one({
      methods: ['GET'],
      path: '/plex/pin/:id',
      scope: 'admin',
      summary: 'How the sign-in stands; once it is done, the token is in use. Ask once a second',
      params: z.strictObject({ id: pinId() }),
      query: nothing,
      body: nothing,
      answer: signInState,

      async run({ params, by }) {
        return presentSignIn(await core.checkSignIn({ id: params.id, by }))
      },
    }),

    list({
      methods: ['GET'],
      path: '/plex/servers',
      scope: 'admin',
      summary: "Media servers of the owner's account, each with its addresses, best first",
      params: nothing,
      query: nothing,
      body: nothing,
      answer: ownedServer,

      async run() {
        return { items: await core.ownedServers(), next: null }
      },
    }),

    one({
      methods: ['PUT'],
      path: '/plex/server',
      scope: 'admin',
      summary: 'Guard this server from now on, by the address given or the best one that answers',
      params: nothing,
      query: nothing,
      body: z.strictObject({ machineIdentifier: machineIdentifier(), url: address().exactOptional() }),
      answer: chosenServer,

      async run({ body, by }) {
        return core.chooseServer({ ...body, by })
      },
    }),
  ]
}
