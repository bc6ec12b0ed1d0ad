import { describe, expect, it } from 'vitest'
import { aMovie, anotherMovie, hour, minute, second } from '../support/builders.js'
import { createStage, friend, neighbour, type Stage, theViolation } from '../support/stage.js'

const isEnd = (said: string) => said.startsWith('end ')

describe('a stream that goes on although everything was done', () => {
  it('is ended again until it is gone', async () => {
    const stage = await evening('friend')
    const key = stage.plex.play(friend.plexId, anotherMovie(), { obeys: 'nothing' })
    await stage.clock.advance(100 * second)
    expect(stage.plex.said.filter(isEnd)).toHaveLength(1)
    expect(stage.plex.said.at(-1)).toBe('unshare friend')

    stage.plex.answer('terminate', { kind: 'accepted' })
    await stage.clock.advance(minute)
    expect(stage.plex.said.filter(isEnd)).toHaveLength(2)
    stage.plex.leave(key)
    await stage.clock.advance(hour)

    expect(stage.plex.said.filter(isEnd)).toHaveLength(2)
    expect(stage.plex.said.filter((one) => one.startsWith('unshare'))).toHaveLength(1)
    expect(await theViolation(stage)).toMatchObject({ endedAt: expect.any(Number) })
  })

  it('is ended no more than five times again, each time after twice as long', async () => {
    const stage = await evening('friend')
    stage.plex.play(friend.plexId, anotherMovie(), { obeys: 'nothing' })
    await stage.clock.advance(2 * hour)

    expect(stage.plex.said.filter(isEnd)).toHaveLength(6)
    const rungs = (await theViolation(stage)).enforcement.map((one) => one.rung)
    const again = ['terminate', 'terminate', 'terminate', 'terminate', 'terminate']
    expect(rungs).toEqual(['terminate', 'stop', 'unshare', ...again])
  })

  it('is not forgotten where the guest has kept a library of their own', async () => {
    const stage = await evening('neighbour')
    stage.plex.play(neighbour.plexId, anotherMovie(), { obeys: 'nothing' })
    await stage.clock.advance(100 * second)
    expect(stage.plex.shareOf(neighbour.plexId)?.libraryKeys).toEqual(['2'])

    await stage.clock.advance(minute)
    expect(stage.plex.said.filter(isEnd)).toHaveLength(2)
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
