import { z } from 'zod'
import type { Core } from '../../core/api.js'
import { library, libraryTypes, removedLibrary } from '../../wire/shapes.js'
import { nothing, oneOf, text } from '../fields.js'
import { presentLibrary, presentRemovedLibrary } from '../present.js'
import { list, one, type Route } from '../route.js'

const folder = () => text('an absolute path on the machine of the Plex server', 1000)

/** The libraries of the server. */
export function libraryRoutes(core: Core): Route[] {
  return [
    list({
      methods: ['GET'],
      path: '/libraries',
      summary: 'Libraries of the server',
      params: nothing,
      query: nothing,
      body: nothing,
      answer: library,

      async run() {
        return { items: (await core.libraries()).map(presentLibrary), next: null }
      },
    }),

    one({
      methods: ['POST'],
      path: '/libraries',
      scope: 'admin',
      summary: 'Make a library under a name that is free, and scan it',
      status: 201,
      params: nothing,
      query: nothing,
      body: z.strictObject({
        name: text('a name for the library', 100),
        type: oneOf(libraryTypes),
        path: folder().exactOptional(),
        paths: z.array(folder(), { error: 'a list of absolute paths' }).max(50).exactOptional(),
        agent: text('an agent of Plex', 100).exactOptional(),
        scanner: text('a scanner of Plex', 100).exactOptional(),
        language: text('a language such as en-US', 20).exactOptional(),
      }),
      answer: library,

      async run({ body: { name, path, paths = [], ...more }, by }) {
        const folders = [...(path === undefined ? [] : [path]), ...paths]
        return presentLibrary(await core.makeLibrary({ title: name, folders, ...more, by }))
      },
    }),

    one({
      methods: ['DELETE'],
      path: '/libraries/:key',
      scope: 'admin',
      summary: 'Remove a library, never its files; confirm is its exact title',
      params: z.strictObject({
        key: z.string().regex(/^\d{1,20}$/, { error: 'a key, digits as GET /libraries answers them' }),
      }),
      // The title as it is, so without the care that other texts get: the core compares it.
      query: z.strictObject({
        confirm: z.string({ error: 'the exact title of the library' }).exactOptional(),
      }),
      body: nothing,
      answer: removedLibrary,

      async run({ params, query, by }) {
        return presentRemovedLibrary(await core.removeLibrary({ ...params, ...query, by }))
      },
    }),
  ]
}
