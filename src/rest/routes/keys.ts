import { z } from 'zod'
import type { Core } from '../../core/api.js'
import { apiKey, keyScopes, newKey } from '../../wire/shapes.js'
import { keyName, nothing, oneOf } from '../fields.js'
import { presentKey } from '../present.js'
import { list, one, type Route } from '../route.js'

/** Keys of the API besides the one in the configuration. */
export function keyRoutes(core: Core): Route[] {
  return [
    list({
      methods: ['GET'],
      path: '/keys',
      summary: 'Keys besides the one in the configuration, and when each was used last',
      scope: 'admin',
      params: nothing,
      query: nothing,
      body: nothing,
      answer: apiKey,

      async run() {
        return { items: (await core.keys()).map(presentKey), next: null }
      },
    }),

    one({
      methods: ['POST'],
      path: '/keys',
      summary: 'Make a key; it is answered this once and kept as a hash',
      status: 201,
      scope: 'admin',
      keepsAnswer: false,
      params: nothing,
      query: nothing,
      body: z.strictObject({ name: keyName(), scope: oneOf(keyScopes) }),
      answer: newKey,

      async run({ body, by }) {
        const { key, secret } = await core.makeKey({ ...body, by })
        return { name: key.name, scope: key.scope, key: secret }
      },
    }),

    one({
      methods: ['DELETE'],
      path: '/keys/:name',
      summary: 'Remove a key; it opens nothing from then on',
      scope: 'admin',
      params: z.strictObject({ name: keyName() }),
      query: nothing,
      body: nothing,
      answer: apiKey,

      async run({ params, by }) {
        return presentKey(await core.removeKey({ ...params, by }))
      },
    }),
  ]
}
