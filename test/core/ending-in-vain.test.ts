import { describe, expect, it } from 'vitest'
import { aMovie, anotherMovie, minute, second } from '../support/builders.js'
import { createStage, neighbour, type Stage, theViolation } from '../support/stage.js'

const isEnd = (said: string) => said.startsWith('end ')

describe('a stream that goes on although everything was done', () => {
  it('is not forgotten where the guest has kept a library of their own', async () => {
    const stage = await evening('neighbour')
    stage.plex.play(neighbour.plexId, anotherMovie(), { obeys: 'nothing' })
    await stage.clock.advance(100 * second)
    expect(stage.plex.shareOf(neighbour.plexId)?.libraryKeys).toEqual(['2'])

    await stage.clock.advance(minute)
    expect(await theViolation(stage)).not.toHaveProperty('endedAt')
  })

  it('nor where it was what the pass was for', async () => {
    const stage = await evening('neighbour')
    const key = stage.plex.play(neighbour.plexId, aMovie(), { obeys: 'nothing' })
    await stage.clock.advance(10 * second)
    await stage.soon(stage.core().unassign({ guest: 'neighbour', by: 'key:owner' }))
    await stage.clock.advance(2 * minute)

    expect(stage.plex.isPlaying(key)).toBe(true)
    expect(stage.plex.said.filter(isEnd).length).toBeGreaterThan(1)
    expect(await theViolation(stage)).toMatchObject({ media: { ratingKey: aMovie().ratingKey } })
  })
})

/** One of them may watch Arrival, by its library, and OTP runs. */
async function evening(guest: string): Promise<Stage> {
  const stage = createStage()
  await stage.start()
  await stage.assign({ guest, fence: 'library' })
  await stage.clock.advance(2 * second)
  stage.plex.said.length = 0
  return stage
}
