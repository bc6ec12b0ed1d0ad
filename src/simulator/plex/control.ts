import { z } from 'zod'
import { accountControlRoutes } from './account-control.js'
import type { Route, SimAnswer, SimRequest, SimServer } from './http.js'
import { jsonAnswer } from './http-answers.js'
import type { PlexWorld } from './world.js'

const when = z.enum(['before', 'after'])
const faultBody = z.strictObject({
  match: z.string().regex(/^(\*|[A-Z]+) \//),
  times: z.int().min(1).default(1),
  act: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('answer'),
      status: z.int(),
      body: z.string().exactOptional(),
      type: z.string().exactOptional(),
      headers: z.record(z.string(), z.string()).exactOptional(),
    }),
    z.strictObject({ kind: z.literal('html') }),
    z.strictObject({ kind: z.literal('cut') }),
    z.strictObject({ kind: z.literal('reset'), when }),
    z.strictObject({ kind: z.literal('hang'), when }),
    z.strictObject({ kind: z.literal('delay'), ms: z.number().min(0) }),
  ]),
})

/**
 * Arranges faults from outside the process, and shows what was asked, under `/_sim/` of either simulated server.
 * What is under `/_sim/` is itself neither disturbed nor in the journal.
 */
export function disturbanceRoutes(
  server: () => Pick<SimServer, 'faults' | 'journal'>,
): Record<string, Route> {
  return {
    'GET /_sim/journal': () => jsonAnswer(200, server().journal),
    'POST /_sim/fault': (request) => {
      const asked = faultBody.safeParse(request.body)
      if (!asked.success) return refusal(z.prettifyError(asked.error))
      server().faults.next(asked.data)
      return jsonAnswer(200, asked.data)
    },
    'POST /_sim/faults/clear': () => {
      server().faults.clear()
      return jsonAnswer(200, {})
    },
  }
}

/**
 * A way to act as a guest from outside the process, under `/_sim/` of the simulated server: for a person with
 * curl, and for tests that start the program as a child.
 */
export function controlRoutes(world: PlexWorld): Record<string, Route> {
  return {
    'GET /_sim/state': () => jsonAnswer(200, state()),
    'POST /_sim/play': acting((said) => {
      const { user, ratingKey, ...options } = said
      world.play(text(user, 'user'), text(ratingKey, 'ratingKey'), {
        withoutSessionId: options.withoutSessionId === true,
        ignoresTerminate: options.ignoresTerminate === true,
        anyway: options.anyway === true,
        controllable: options.controllable === true,
        transcode: options.transcode === true,
        ...(typeof options.product === 'string' && { product: options.product }),
        ...(typeof options.platform === 'string' && { platform: options.platform }),
        ...(typeof options.offsetMs === 'number' && { offsetMs: options.offsetMs }),
      })
    }),
    'POST /_sim/seek': acting((said) => playerOf(said).seek(Number(said.ms))),
    'POST /_sim/pause': acting((said) => playerOf(said).pause()),
    'POST /_sim/resume': acting((said) => playerOf(said).resume()),
    'POST /_sim/next': acting((said) => playerOf(said).playNext(text(said.ratingKey, 'ratingKey'))),
    'POST /_sim/stop': acting((said) => playerOf(said).stop()),
    'POST /_sim/vanish': acting((said) => playerOf(said).vanish()),
    'POST /_sim/accept': acting((said) => world.acceptInvitation(text(said.user, 'user'))),
    'POST /_sim/account': acting((said) => world.addAccount(text(said.user, 'user'))),
    'POST /_sim/friend': acting((said) => world.befriend(text(said.user, 'user'))),
    ...accountControlRoutes(world),
  }

  function acting(act: (said: Record<string, unknown>) => void): Route {
    return (request) => {
      try {
        act(bodyOf(request))
        return jsonAnswer(200, state())
      } catch (problem) {
        return refusal(problem)
      }
    }
  }

  function playerOf(said: Record<string, unknown>) {
    const user = text(said.user, 'user')
    const player = world.player(user)
    if (!player) throw new Error(`${user} is not playing anything.`)
    return player
  }

  function state() {
    return {
      machineIdentifier: world.machineIdentifier,
      items: world.catalogue.libraries.flatMap((library) =>
        (['movie', 'show', 'episode'] as const).flatMap((type) => world.catalogue.itemsIn(library.key, type)),
      ),
      people: world.people.accounts.map(({ username, plexId }) => ({
        username,
        plexId,
        libraries: world.librariesOf(username),
        invited: world.shareOf(username)?.acceptedAt === undefined && world.shareOf(username) !== undefined,
      })),
      sessions: world.players.sessions().map((session) => ({
        sessionKey: session.sessionKey,
        user: session.who.username,
        ratingKey: session.ratingKey,
        state: session.state,
        viewOffset: session.viewOffset,
      })),
    }
  }
}

function bodyOf(request: SimRequest): Record<string, unknown> {
  const { body } = request
  if (typeof body !== 'object' || body === null) throw new Error('Send a JSON object.')
  return { ...body }
}

function text(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new Error(`"${name}" must be text.`)
}

function refusal(problem: unknown): SimAnswer {
  return jsonAnswer(409, { reason: problem instanceof Error ? problem.message : String(problem) })
}
