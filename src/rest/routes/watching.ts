import { z } from 'zod'
import type { Core } from '../../core/api.js'
import { guestSession, mediaItem, resolutionActions, violation } from '../../wire/shapes.js'
import { count, cursor, guestName, instant, nothing, oneOf, ratingKey, recordId, text } from '../fields.js'
import { presentMedia, presentSession, presentViolation } from '../present.js'
import { list, one, type Route } from '../route.js'

/** What guests watch, what they should not have watched, and what there is to watch. */
export function watchingRoutes(core: Core): Route[] {
  return [
    list({
      methods: ['GET'],
      path: '/violations',
      summary: 'Streams that no assignment covered, newest first',
      params: nothing,
      query: z.strictObject({
        guest: guestName().exactOptional(),
        since: instant().exactOptional(),
        limit: count(100).exactOptional(),
        cursor: cursor().exactOptional(),
      }),
      body: nothing,
      answer: violation,

      async run({ query: { since, ...query } }) {
        const { items, next } = await core.violations({
          ...query,
          ...(since !== undefined && { sinceAt: since }),
        })
        return { items: items.map(presentViolation), next }
      },
    }),

    one({
      methods: ['GET'],
      path: '/violations/:id',
      summary: 'One violation and what was done about it',
      params: z.strictObject({ id: recordId() }),
      query: nothing,
      body: nothing,
      answer: violation,

      async run({ params }) {
        return presentViolation(await core.violation(params.id))
      },
    }),

    one({
      methods: ['POST'],
      path: '/violations/:id/resolution',
      summary: 'Decide about a violation, once: one more play, a pass for it, no pass any more, or nothing',
      params: z.strictObject({ id: recordId() }),
      query: nothing,
      body: z.strictObject({ action: oneOf(resolutionActions) }),
      answer: violation,

      async run({ params, body, by }) {
        return presentViolation(await core.resolve({ ...params, ...body, by }))
      },
    }),

    list({
      methods: ['GET'],
      path: '/sessions',
      summary: "Guests' live streams; other people's are not shown",
      params: nothing,
      query: nothing,
      body: nothing,
      answer: guestSession,

      async run() {
        return { items: (await core.sessions()).map(presentSession), next: null }
      },
    }),

    one({
      methods: ['DELETE'],
      path: '/sessions/:id',
      summary: 'End the stream of a guest, with a reason on its screen',
      params: z.strictObject({ id: recordId() }),
      query: z.strictObject({ reason: text('a reason', 300).exactOptional() }),
      body: nothing,
      answer: guestSession,

      async run({ params, query, by }) {
        return presentSession(await core.endSession({ ...params, ...query, by }))
      },
    }),

    list({
      methods: ['GET'],
      path: '/media',
      summary: 'Search for items that can be assigned, best match first',
      params: nothing,
      query: z.strictObject({
        query: text('words to search for'),
        limit: count(50).exactOptional(),
      }),
      body: nothing,
      answer: mediaItem,

      async run({ query: { query, limit } }) {
        return { items: (await core.search(query, limit)).map(presentMedia), next: null }
      },
    }),

    one({
      methods: ['GET'],
      path: '/media/:ratingKey',
      summary: 'One item of the server',
      params: z.strictObject({ ratingKey: ratingKey() }),
      query: nothing,
      body: nothing,
      answer: mediaItem,

      async run({ params }) {
        return presentMedia(await core.media(params.ratingKey))
      },
    }),

    list({
      methods: ['GET'],
      path: '/media/:ratingKey/children',
      summary: 'The seasons of a show, or the episodes of a season',
      params: z.strictObject({ ratingKey: ratingKey() }),
      query: nothing,
      body: nothing,
      answer: mediaItem,

      async run({ params }) {
        return { items: (await core.mediaIn(params.ratingKey)).map(presentMedia), next: null }
      },
    }),
  ]
}
