import { accountControlRoutes } from './account-control.js'
import { disturbanceRoutes } from './control.js'
import { tooManyRequests } from './faults.js'
import { createRoutes, type SimAnswer, type SimRequest, type SimServer, startSimServer } from './http.js'
import { htmlAnswer } from './http-answers.js'
import { createLimiter } from './limiter.js'
import { accountRoutes, connectionRoutes, pinRoutes } from './plex-tv-account.js'
import { jsonError, responseXml } from './plex-tv-answers.js'
import { guestRoutes, personRoutes } from './plex-tv-people.js'
import { sharingRoutes } from './plex-tv-sharing.js'
import type { PlexWorld } from './world.js'

/** Starts a simulated plex.tv on 127.0.0.1; it answers for `plex.tv` and `clients.plex.tv` alike. */
export async function startPlexTv(world: PlexWorld, settings: { port?: number } = {}): Promise<SimServer> {
  const { people, clock } = world
  const waitMs = createLimiter({ clock, behaviour: people.behaviour })

  const control = createRoutes({ ...disturbanceRoutes(() => server), ...accountControlRoutes(world) })
  const open = createRoutes(pinRoutes(world))
  const forAnybody = createRoutes({ ...accountRoutes(world, callerOf), ...guestRoutes(world, callerOf) })
  const forOwner = createRoutes({
    ...connectionRoutes(world),
    ...sharingRoutes(world),
    ...personRoutes(world),
  })

  const server = await startSimServer({ clock, ...settings, answer })
  return server

  function answer(request: SimRequest): SimAnswer {
    const controlled = control(request)
    if (controlled) return controlled()

    const answered = answerOf(request)
    // Callers tell by this header whether something that plex.tv gave a date has run out.
    return { ...answered, headers: { date: new Date(clock.now()).toUTCString(), ...answered.headers } }
  }

  function answerOf(request: SimRequest): SimAnswer {
    const isV2 = request.path.startsWith('/api/v2/')
    const wait = waitMs()
    if (wait !== undefined) return tooMany(isV2, wait)

    if (request.query.has('X-Plex-Token')) return jsonError(400, 1000, 'Token in the address')
    if (deadRoutes.some((dead) => dead.test(request.path))) {
      return responseXml(410, 'This endpoint was deprecated and removed')
    }
    if (isV2 && !request.headers['x-plex-client-identifier']) {
      return jsonError(400, 1000, 'X-Plex-Client-Identifier is missing')
    }
    const forEverybody = open(request)
    if (forEverybody) return forEverybody()

    const who = callerOf(request)
    if (!who) {
      return isV2
        ? jsonError(401, 1001, 'User could not be authenticated')
        : responseXml(401, 'Invalid authentication token.')
    }
    const matching = forAnybody(request) ?? (who === world.owner ? forOwner(request) : undefined)
    return matching?.() ?? htmlAnswer(404, 'Not Found')
  }

  function callerOf(request: SimRequest) {
    return people.byToken(request.headers['x-plex-token'] ?? '')
  }

  function tooMany(isV2: boolean, wait: number): SimAnswer {
    const seconds = people.behaviour.rateLimit?.retryAfter === false ? undefined : Math.ceil(wait / 1000)
    const { headers, ...answer } = tooManyRequests(seconds)
    return { ...(isV2 ? answer : responseXml(429, 'Too many requests')), headers }
  }
}

const deadRoutes = [/^\/api\/friends\//, /^\/api\/v2\/friends/, /^\/api\/invites\//, /^\/pms\/friends\//]
