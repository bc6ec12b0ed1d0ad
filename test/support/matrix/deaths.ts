import { second } from '../builders.js'
import type { Trouble } from './lived.js'

/** How long the next program lives before it dies as well. */
const secondLifeMs = 10 * second

/** The program dies right after so many steps, 0 being before the first; then another one is started. */
export function killedAfter(steps: number): Trouble {
  return {
    begin: ({ guard }) => guard.dieAfter(steps),
    during: async (scene, lastsMs) => {
      await scene.guard.pass(lastsMs)
      scene.died = true
      await scene.guard.kill()
    },
  }
}

/** The same, and the one that is started then dies as well, in the middle of putting things right. */
export function killedTwice(steps: number, stepsThen: number): Trouble {
  const first = killedAfter(steps)
  return {
    ...first,
    during: async (scene, lastsMs) => {
      await first.during?.(scene, lastsMs)
      scene.guard.dieAfter(stepsThen)
      await scene.guard.start()
      await scene.guard.pass(secondLifeMs)
      await scene.guard.kill()
    },
  }
}

/** The program is asked to end right after so many steps, as by SIGTERM, and must be gone within ten seconds. */
export function endedAfter(steps: number): Trouble {
  return {
    begin: ({ guard }) => guard.endAfter(steps),
    during: async (scene, lastsMs) => {
      const { guard } = scene
      await guard.passUntil(guard.isEnding, lastsMs)
      scene.died = true
      if (!(await guard.stop())) throw new Error('It was not over within ten seconds')
    },
  }
}
