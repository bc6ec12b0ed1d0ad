import { describe, test } from 'vitest'
import { journeys } from '../support/matrix/journeys.js'
import { livedThrough } from '../support/matrix/lived.js'
import { clockTroubles } from '../support/matrix/moments.js'

/** Rows of the matrices that the program once did not get through. */
describe('what was found', () => {
  test.each([
    ['a violation', 'the clock is set an hour back'],
    ['finishing', 'the clock is set an hour back'],
    ['a deadline', 'the clock is set an hour back'],
    ['revoking', 'the clock is set 2 min back'],
  ])('%s, when %s', async (journey, trouble) => {
    await livedThrough(there(journeys, journey), there(clockTroubles, trouble)())
  })
})

function there<T>(among: Record<string, T>, name: string): T {
  const found = among[name]
  if (!found) throw new Error(`Nothing is called ${name}`)
  return found
}
