import { z } from 'zod'
import { behaviourShape } from './behaviour.js'
import type { Route } from './http.js'
import { jsonAnswer } from './http-answers.js'
import { settingsFrom } from './plex-tv-requests.js'
import type { SimShare } from './shares.js'
import type { PlexWorld } from './world.js'

const { landsOn, rateLimit } = behaviourShape.shape

/** What is sent changes; null goes back to "not at all". */
const behaviourBody = z.strictObject({
  ...behaviourShape.partial().shape,
  landsOn: landsOn.nullable(),
  rateLimit: rateLimit.nullable(),
})

/** Steering the simulated plex.tv from another process, under `/_sim/` of either simulated server. */
export function accountControlRoutes(world: PlexWorld): Record<string, Route> {
  const { people } = world

  return {
    'GET /_sim/behaviour': () => jsonAnswer(200, people.behaviour),
    'POST /_sim/behaviour': acting(behaviourBody, ({ landsOn, rateLimit, ...plain }) => {
      Object.assign(people.behaviour, plain)
      if (landsOn !== undefined) people.behaviour.landsOn = landsOn ?? undefined
      if (rateLimit !== undefined) people.behaviour.rateLimit = rateLimit ?? undefined
      return people.behaviour
    }),
    'POST /_sim/approve-pin': acting(
      z.strictObject({ pin: z.union([z.string(), z.number()]), user: z.string() }),
      ({ pin, user }) => ({ id: people.approvePin(pin, user).id }),
    ),
    'POST /_sim/kill-token': acting(z.strictObject({ user: z.string() }), ({ user }) => {
      people.killToken(user)
      return {}
    }),
    'POST /_sim/renew-token': acting(
      z.strictObject({ user: z.string(), token: z.string() }),
      ({ user, token }) => {
        people.renewToken(user, token)
        return {}
      },
    ),
    'POST /_sim/settings': acting(z.looseObject({ user: z.string() }), ({ user, ...said }) => {
      people.setSettings(user, settingsFrom(said))
      return everybody()
    }),
    'GET /_sim/shares': () => jsonAnswer(200, everybody()),
  }

  /** What everybody has, without the time it was given: equal before and after means untouched. */
  function everybody() {
    const addresses = people.shares().flatMap(({ plexId, invitedEmail }) => {
      return plexId === undefined && invitedEmail !== undefined ? [invitedEmail] : []
    })
    return {
      people: people.accounts
        .filter((one) => one !== world.owner)
        .map((one) => ({
          username: one.username,
          plexId: one.plexId,
          friend: one.friend,
          home: one.home,
          settings: people.settingsOf(one.plexId) ?? null,
          shares: sharesOf((share) => share.plexId === one.plexId),
          granted: people.grants
            .list()
            .filter((source) => source.plexId === one.plexId)
            .flatMap((source) => source.items.map((item) => item.ratingKey)),
        })),
      invitedAddresses: addresses.map((email) => ({
        email,
        settings: people.settings.of({ email }) ?? null,
        shares: sharesOf((share) => share.plexId === undefined && share.invitedEmail === email),
      })),
    }
  }

  function sharesOf(isTheirs: (share: SimShare) => boolean) {
    return people
      .shares()
      .filter(isTheirs)
      .map((one) => ({
        shareId: one.shareId,
        machineIdentifier: one.machineIdentifier,
        accepted: one.acceptedAt !== undefined,
        left: one.leftAt !== undefined,
        allLibraries: one.allLibraries,
        sectionIds: [...one.sectionIds],
      }))
  }
}

function acting<T>(body: z.ZodType<T>, act: (said: T) => unknown): Route {
  return (request) => {
    const said = body.safeParse(request.body)
    if (!said.success) return jsonAnswer(409, { reason: z.prettifyError(said.error) })
    try {
      return jsonAnswer(200, act(said.data))
    } catch (problem) {
      return jsonAnswer(409, { reason: problem instanceof Error ? problem.message : String(problem) })
    }
  }
}
