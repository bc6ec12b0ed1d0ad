import type { Core } from '../../core/api.js'
import { repairReport, serverReport } from '../../wire/shapes.js'
import { nothing } from '../fields.js'
import { presentRepair, presentServer } from '../present-server.js'
import { one, type Route } from '../route.js'

/** The server as a whole: whether all is well with it, and whether Plex and the records tell the same. */
export function serverRoutes(core: Core): Route[] {
  const bare = { params: nothing, query: nothing, body: nothing }

  return [
    one({
      ...bare,
      methods: ['GET'],
      path: '/server',
      summary: 'The connection to Plex step by step, and what no pass explains or a pass lacks',
      answer: serverReport,

      async run() {
        return presentServer(await core.server())
      },
    }),

    one({
      ...bare,
      methods: ['POST'],
      path: '/server/repair',
      scope: 'admin',
      summary: 'Take away what OTP made and no pass needs any more; the rest is listed',
      answer: repairReport,

      async run({ by }) {
        return presentRepair(await core.repair({ by }))
      },
    }),
  ]
}
