import type { Route, SimAnswer, SimRequest } from './http.js'
import { jsonAnswer } from './http-answers.js'
import type { PlexWorld } from './world.js'

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
        ...(typeof options.product === 'string' && { product: options.product }),
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
