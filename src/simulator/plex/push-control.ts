import { z } from 'zod'
import type { Route } from './http.js'
import { jsonAnswer } from './http-answers.js'
import type { SimPush } from './push.js'
import { pushShape } from './push-switches.js'

const pushBody = z.strictObject({
  ...pushShape.partial().shape,
  drop: z.enum(['close', 'reset']).exactOptional(),
  strand: z.enum(['muted', 'dead']).exactOptional(),
  send: z.strictObject({ text: z.string(), type: z.string().exactOptional() }).exactOptional(),
})

/** Steers the notifications of a simulated server from outside the process, under `/_sim/push`. */
export function pushControlRoutes(push: SimPush): Record<string, Route> {
  return {
    'GET /_sim/push': () => jsonAnswer(200, state()),
    'POST /_sim/push': ({ body }) => {
      const said = pushBody.safeParse(body)
      if (!said.success) return jsonAnswer(409, { reason: z.prettifyError(said.error) })

      const { drop, strand, send, ...switches } = said.data
      Object.assign(push.switches, switches)
      if (strand) push.strand(strand)
      if (send) push.send(send.text, send.type)
      if (drop) push.drop(drop)
      return jsonAnswer(200, state())
    },
  }

  function state() {
    return { ...push.switches, open: { websocket: push.count('websocket'), sse: push.count('sse') } }
  }
}
