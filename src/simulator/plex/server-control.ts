import { z } from 'zod'
import type { Route } from './http.js'
import { jsonAnswer } from './http-answers.js'
import type { PlexWorld } from './world.js'

const labelBody = z.strictObject({
  ratingKey: z.string(),
  label: z.string().min(1),
  remove: z.boolean().default(false),
})
const itemBody = z.strictObject({ ratingKey: z.string() })
const watchedBody = z.strictObject({
  user: z.string(),
  ratingKey: z.string(),
  /** Epoch milliseconds; now unless told. */
  at: z.number().exactOptional(),
})
const switchesBody = z
  .strictObject({
    plexPass: z.boolean(),
    features: z.array(z.string()),
    numbersAsText: z.boolean(),
    labelWrites: z.enum(['replace', 'add']),
    createdStatus: z.union([z.literal(200), z.literal(201)]),
    createdBody: z.enum(['directory', 'empty']),
    agents: z.array(z.string()),
    scanMs: z.number().min(0),
    sectionSyncMs: z.number().min(0),
    historyAt: z.enum(['passing', 'stop']),
    listsAfterMs: z.number().min(0),
    showsItemAfterMs: z.number().min(0),
    ignoresPaging: z.boolean(),
  })
  .partial()

/** Changes what is on the simulated server from outside the process, as its owner would by hand. */
export function serverControlRoutes(world: PlexWorld): Record<string, Route> {
  return {
    'GET /_sim/server': () => jsonAnswer(200, state()),
    'POST /_sim/server': acting(switchesBody, (said) => {
      Object.assign(world.server, said)
      return state()
    }),
    'GET /_sim/labels/:key': (_request, { key = '' }) => jsonAnswer(200, world.labelsOf(key)),
    'POST /_sim/label': acting(labelBody, ({ ratingKey, label, remove }) => {
      if (remove) world.unlabel(ratingKey, label)
      else world.label(ratingKey, label)
      return world.labelsOf(ratingKey)
    }),
    'POST /_sim/watched': acting(watchedBody, ({ user, ratingKey, at }) => {
      world.watched(user, ratingKey, at ?? world.clock.now())
      return {}
    }),
    'POST /_sim/readd': acting(itemBody, ({ ratingKey }) => world.readd(ratingKey)),
    'POST /_sim/remove': acting(itemBody, ({ ratingKey }) => {
      world.remove(ratingKey)
      return {}
    }),
  }

  function state() {
    return { ...world.server, disaster: world.disaster }
  }
}

function acting<T>(schema: z.ZodType<T>, act: (said: T) => unknown): Route {
  return ({ body }) => {
    const said = schema.safeParse(body)
    if (!said.success) return jsonAnswer(409, { reason: z.prettifyError(said.error) })
    try {
      return jsonAnswer(200, act(said.data))
    } catch (problem) {
      return jsonAnswer(409, { reason: problem instanceof Error ? problem.message : String(problem) })
    }
  }
}
