import type { Core } from '../../core/api.js'
import type { Route } from '../route.js'
import { assignmentRoutes } from './assignments.js'
import { eventRoutes } from './events.js'
import { guestRoutes } from './guests.js'
import { keyRoutes } from './keys.js'
import { libraryRoutes } from './libraries.js'
import { monitorRoutes } from './monitor.js'
import { plexRoutes } from './plex.js'
import { serverRoutes } from './server.js'
import { watchingRoutes } from './watching.js'

/** Every address of the API, in the order in which it is described. */
export function routes(core: Core): Route[] {
  return [
    ...assignmentRoutes(core),
    ...guestRoutes(core),
    ...libraryRoutes(core),
    ...monitorRoutes(core),
    ...watchingRoutes(core),
    ...plexRoutes(core),
    ...serverRoutes(core),
    ...eventRoutes(),
    ...keyRoutes(core),
  ]
}
