import { describe, expect, it } from 'vitest'
import { aMovie, anEpisode, anotherMovie, minute, second } from '../support/builders.js'
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

  it('nor where it began when the pass had just been replaced', async () => {
    const stage = await evening('neighbour')
    const next = { media: `rk:${anEpisode().ratingKey}`, scope: 'granted' } as const
    await stage.assign({ guest: 'neighbour', fence: 'library', ...next })
    await stage.clock.advance(5 * second)
    stage.plex.said.length = 0
    const key = stage.plex.play(neighbour.plexId, aMovie(), { obeys: 'nothing' })
    await stage.clock.advance(2 * minute)

    expect(stage.plex.isPlaying(key)).toBe(true)
    expect(stage.plex.said.filter(isEnd).length).toBeGreaterThan(1)
    expect(await theViolation(stage)).toMatchObject({ media: { ratingKey: aMovie().ratingKey } })
  })
})

describe('a stream of a friend in a library that OTP never opened', () => {
  it('is ended while their pass is open, and left alone when it is over', async () => {
    const stage = createStage()
    await stage.start()
    await stage.assign({ guest: 'neighbour', media: `rk:${anEpisode().ratingKey}`, fence: 'library' })
    await stage.clock.advance(2 * second)
    stage.plex.said.length = 0
    stage.plex.play(neighbour.plexId, aMovie(), { obeys: 'nothing' })
    await stage.clock.advance(5 * second)
    expect(stage.plex.said.filter(isEnd)).toHaveLength(1)

    await stage.soon(stage.core().unassign({ guest: 'neighbour', by: 'key:owner' }))
    await stage.clock.advance(3 * minute)
    expect(stage.plex.said.filter((said) => isEnd(said) || said.startsWith('stop '))).toHaveLength(1)
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
