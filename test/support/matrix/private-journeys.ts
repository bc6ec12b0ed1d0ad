import { second } from '../builders.js'
import { type Journey, journeys, lend, lentOrRefused, over, request } from './journeys.js'

const film = { guest: 'nora', item: 'film' } as const

/** Those that make a private library, which may be of links or of copies. */
export const makingJourneys: Record<string, Journey> = {
  ...only('lending to a friend', 'lending to a stranger', 'lending another film instead'),
  'a start in the middle of lending': {
    before: async (guard) => {
      guard.dieAfter(2)
      await guard.begin((core) => core.assign(request(guard, film)))
      await guard.pass(2 * second)
      await guard.kill()
    },
    act: async (scene) => {
      scene.died = true
      await scene.guard.start()
    },
    lastsMs: 15 * second,
    after: (scene) => lentOrRefused(scene, 'nora'),
  },
}

/** Those that only remove one, for which a copy is as good as a link. */
export const removingJourneys: Record<string, Journey> = {
  ...only('finishing', 'a deadline', 'revoking'),
  'a start after the deadline': {
    before: async (guard) => {
      await lend(guard, film, 75 * second)
      await guard.stop()
      await guard.clock.leap(30 * second)
    },
    act: ({ guard }) => guard.start(),
    lastsMs: 20 * second,
    after: ({ guard }) => over(guard, 'nora', 'expired'),
  },
}

function only(...names: readonly string[]): Record<string, Journey> {
  return Object.fromEntries(Object.entries(journeys).filter(([name]) => names.includes(name)))
}
