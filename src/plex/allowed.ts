import type { PushWay } from '../core/model.js'

/** A request that OTP may make: the method and the whole path. */
export interface AllowedShape {
  methods: readonly Method[]
  path: RegExp
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

// One path segment as `encodeURIComponent` leaves it, without dots: `..` would climb out of the shape.
const segment = '[A-Za-z0-9_%~-]+'

/**
 * All that OTP ever asks of the media server. Deleting an item would delete its media files, so no such
 * path is here, and a request that is not here is never sent. Deleting a library leaves its files alone.
 */
export const allowedAtServer: readonly AllowedShape[] = [
  shape(['GET'], '/'),
  shape(['GET'], '/identity'),
  shape(['GET', 'POST'], '/library/sections'),
  shape(['POST'], '/library/sections/all'),
  shape(['DELETE'], '/library/sections/[0-9]+'),
  shape(['GET', 'PUT'], '/library/sections/[0-9]+/all'),
  shape(['GET'], '/library/sections/[0-9]+/label'),
  shape(['GET', 'POST'], '/library/sections/[0-9]+/refresh'),
  shape(['GET'], `/library/metadata/${segment}(,${segment})*`),
  shape(['GET'], `/library/metadata/${segment}/(children|allLeaves)`),
  shape(['GET'], '/hubs/search'),
  shape(['GET'], '/status/sessions'),
  shape(['GET'], '/status/sessions/history/all'),
  shape(['GET'], '/status/sessions/terminate'),
  shape(['GET'], '/photo/:/transcode'),
  shape(['GET'], '/player/playback/stop'),
  shape(['DELETE'], `/transcode/sessions?/${segment}`),
]

/** Where OTP listens to the media server, by GET and nowhere else. Such an answer never ends: it is not asked for. */
export const listeningPaths = {
  websocket: '/:/websockets/notifications',
  sse: '/:/eventsource/notifications',
} as const satisfies Record<PushWay, string>

/** All that OTP ever asks of plex.tv. Signing out and removing people, from a Plex Home or at all, are not here. */
export const allowedAtAccount: readonly AllowedShape[] = [
  shape(['POST'], '/api/v2/pins'),
  shape(['GET'], '/api/v2/pins/[0-9]+'),
  shape(['GET'], '/api/v2/(user|ping|resources)'),
  shape(['GET'], '/api(/home)?/users'),
  shape(['POST'], '/api/users/validate'),
  shape(['GET'], `/api(/v2)?/servers/${segment}`),
  shape(['GET'], '/api/v2/shared_servers/owned/(accepted|pending)'),
  shape(['POST'], `/api/servers/${segment}/shared_servers`),
  shape(['PUT', 'DELETE'], `/api/servers/${segment}/shared_servers/[0-9]+`),
  shape(['POST'], '/api/v2/shared_servers'),
  shape(['POST', 'DELETE'], '/api/v2/shared_servers/[0-9]+'),
  shape(['POST'], '/api/v2/sharing_settings'),
  shape(['PUT'], '/api/v2/sharings/[0-9]+'),
  shape(['GET'], '/api/v2/shared_sources/owned'),
  shape(['POST'], '/api/v2/shared_(items|sources)'),
  shape(['DELETE'], '/api/v2/shared_sources/[0-9a-f-]+'),
]

export function isAllowed(shapes: readonly AllowedShape[], method: Method, path: string): boolean {
  return shapes.some((one) => one.methods.includes(method) && one.path.test(path))
}

function shape(methods: readonly Method[], path: string): AllowedShape {
  return { methods, path: new RegExp(`^${path}$`) }
}
