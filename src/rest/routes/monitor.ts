import { z } from 'zod'
import type { Core } from '../../core/api.js'
import { monitoredGuest, monitorStatus, resumed } from '../../wire/shapes.js'
import { guestName, nothing } from '../fields.js'
import { openAssignments } from '../open-assignments.js'
import { presentGuest, presentStatus } from '../present.js'
import { list, one, type Route } from '../route.js'

/** The guard and those it guards. */
export function monitorRoutes(core: Core): Route[] {
  const bare = { params: nothing, query: nothing, body: nothing }

  return [
    one({
      ...bare,
      methods: ['GET', 'POST'],
      path: '/monitor/start',
      scope: 'admin',
      summary: 'Start the monitor',
      answer: monitorStatus,

      async run({ by }) {
        return presentStatus(await core.startMonitor(by))
      },
    }),

    one({
      ...bare,
      methods: ['GET', 'POST'],
      path: '/monitor/stop',
      scope: 'admin',
      summary: 'Stop the monitor; it stays stopped across restarts',
      answer: monitorStatus,

      async run({ by }) {
        return presentStatus(await core.stopMonitor(by))
      },
    }),

    one({
      ...bare,
      methods: ['POST'],
      path: '/monitor/resume',
      scope: 'admin',
      summary: 'Go on after a restore from a backup',
      answer: resumed,

      run: ({ by }) => core.resume({ by }),
    }),

    one({
      ...bare,
      methods: ['GET'],
      path: '/monitor',
      summary: 'How the monitor and its surroundings are',
      answer: monitorStatus,

      async run() {
        return presentStatus(await core.status())
      },
    }),

    list({
      ...bare,
      methods: ['GET'],
      path: '/monitor/users',
      summary: 'Guests with an open assignment',
      answer: monitoredGuest,

      async run() {
        const [guests, open] = await Promise.all([core.guests(), openAssignments(core)])
        const items = guests
          .map((guest) => presentGuest(guest, open))
          .filter((it) => it.assignments.length > 0)
        return { items, next: null }
      },
    }),

    one({
      ...bare,
      methods: ['GET'],
      path: '/monitor/user/:name',
      summary: 'One guest, by username, e-mail address or Plex id',
      params: z.strictObject({ name: guestName() }),
      answer: monitoredGuest,

      async run({ params }) {
        return presentGuest(await core.guest(params.name), await openAssignments(core))
      },
    }),
  ]
}
