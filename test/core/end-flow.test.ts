import { describe, expect, it } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import { aMovie, anEpisode, anotherMovie, hour, minute, second } from '../support/builders.js'
import { admin, createStage, friend, neighbour, stranger } from '../support/stage.js'

describe('unassign', () => {
  it('ends the stream with a reason first, then takes exactly the access and tells both sides', async () => {
    const stage = createStage()
    await stage.start()
    const { assignment } = await stage.assign()
    const key = stage.plex.play(friend.plexId, aMovie())
    await stage.clock.advance(2 * second)
    const answer = await stage.soon(stage.core().unassign({ guest: 'friend', by: admin, reason: 'Sorry' }))
    await stage.clock.advance(minute)

    expect(stage.plex.isPlaying(key)).toBe(false)
    expect(stage.plex.said).toEqual([
      'invite friend to 1',
      "end friend's Arrival (2016): Your pass for Arrival (2016) has ended.",
      'unshare friend',
    ])
    expect(answer).toMatchObject({ access: 'restored', ended: [{ id: assignment.id, state: 'revoked' }] })
    expect((await stage.assignment(assignment.id)).history.map((one) => one.what)).toEqual([
      'created',
      'ready',
      'watching',
      'revoked: Sorry',
      'access taken away',
    ])
    expect(stage.notifier.said).toEqual([
      'friend: assigned Arrival (2016)',
      'friend: Arrival (2016) revoked',
      "admins: friend's Arrival (2016) revoked",
    ])
    expect(await stage.guest(friend.plexId)).toMatchObject({ watched: false, givenLibraryKeys: [] })
    expect(await stage.guest(friend.plexId)).not.toHaveProperty('before')
    expect(await stage.violations()).toEqual([])
  })

  it('a friend from before keeps what they had', async () => {
    const stage = createStage()
    await stage.assign({ guest: 'neighbour' })
    await stage.soon(stage.core().unassign({ guest: 'neighbour', by: admin }))

    expect(stage.plex.said).toEqual(['share 2,1 with neighbour', 'share 2 with neighbour'])
  })

  it('a library that somebody else opened meanwhile stays', async () => {
    const stage = createStage()
    await stage.assign()
    const share = stage.plex.shareOf(friend.plexId)
    share?.libraryKeys.push('3')
    await stage.soon(stage.core().unassign({ guest: 'friend', by: admin }))

    expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual(['3'])
    expect(await stage.guest(friend.plexId)).toMatchObject({ watched: false })
  })

  it.each([
    ['restore', ['2']],
    ['unshare', undefined],
    ['keep', ['2', '1']],
  ] as const)('when_done = "%s" leaves %j', async (whenDone, left) => {
    const stage = createStage({ access: { whenDone } })
    await stage.assign({ guest: 'neighbour' })
    await stage.soon(stage.core().unassign({ guest: 'neighbour', by: admin }))

    expect(stage.plex.shareOf(neighbour.plexId)?.libraryKeys).toEqual(left)
    expect(await stage.guest(neighbour.plexId)).toMatchObject({ watched: false })
  })

  it('is refused for somebody unknown and for somebody without an open assignment', async () => {
    const stage = createStage()
    const unassign = () => stage.soon(stage.core().unassign({ guest: 'friend', by: admin }))
    await expect(unassign()).rejects.toMatchObject({ code: 'guest_not_found' })

    await stage.assign()
    await unassign()
    await expect(unassign()).rejects.toMatchObject({ code: 'assignment_not_found' })
  })

  it.each(['restore', 'unshare'] as const)(
    'ending an ended assignment again touches nothing, with when_done = "%s"',
    async (whenDone) => {
      const stage = createStage({ access: { whenDone } })
      const { assignment } = await stage.assign()
      await stage.soon(stage.core().unassign({ guest: 'friend', by: admin }))
      stage.plex.share(friend.plexId, ['1'])
      const before = [...stage.plex.said]
      const again = await stage.soon(stage.core().endAssignment({ id: assignment.id, by: admin }))

      expect(again).toMatchObject({ access: 'restored', ended: [{ state: 'revoked' }] })
      expect(stage.plex.said).toEqual(before)
    },
  )

  it('while plex.tv is down, says so once, goes on by itself and ends the stream all the same', async () => {
    const stage = createStage()
    await stage.start()
    const { assignment } = await stage.assign()
    const key = stage.plex.play(friend.plexId, aMovie())
    await stage.clock.advance(2 * second)
    stage.plex.cutOffAccount()
    const answer = await stage.soon(stage.core().unassign({ guest: 'friend', by: admin }))
    await stage.clock.advance(2 * minute)

    expect(answer.access).toBe('pending')
    expect(stage.plex.isPlaying(key)).toBe(false)
    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'revoked', access: 'taking' })
    expect(stage.notifier.said.slice(1)).toEqual([
      'friend: Arrival (2016) revoked',
      "admins: friend's Arrival (2016) revoked, access left",
    ])
    expect(await stage.guest(friend.plexId)).toMatchObject({ watched: true })

    stage.plex.heal()
    await stage.clock.advance(20 * second)
    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
    expect(await stage.assignment(assignment.id)).toMatchObject({ access: 'taken' })
    expect(await stage.guest(friend.plexId)).toMatchObject({ watched: false })
    expect(stage.notifier.said.slice(3)).toEqual(["admins: friend's access to Arrival (2016) is gone"])
  })

  it('a guest without other access is judged until the access is gone', async () => {
    const stage = createStage()
    await stage.start()
    await stage.assign()
    stage.plex.cutOffAccount()
    await stage.soon(stage.core().unassign({ guest: 'friend', by: admin }))
    const key = stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(2 * second)

    expect(stage.plex.isPlaying(key)).toBe(false)
  })

  it('a guest with other access is judged only where OTP opened it, until it is gone', async () => {
    const stage = createStage()
    await stage.start()
    await stage.assign({ guest: 'neighbour' })
    stage.plex.cutOffAccount()
    await stage.soon(stage.core().unassign({ guest: 'neighbour', by: admin }))
    const own = stage.plex.play(neighbour.plexId, anEpisode())
    const lent = stage.plex.play(neighbour.plexId, anotherMovie())
    await stage.clock.advance(2 * second)

    expect(stage.plex.isPlaying(own)).toBe(true)
    expect(stage.plex.isPlaying(lent)).toBe(false)
  })

  it('somebody released is never touched again', async () => {
    const stage = createStage()
    await stage.start()
    await stage.assign()
    await stage.soon(stage.core().unassign({ guest: 'friend', by: admin }))
    stage.plex.share(friend.plexId, ['1'])
    const key = stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(5 * minute)

    expect(stage.plex.isPlaying(key)).toBe(true)
    expect(stage.plex.said.filter((one) => one.startsWith('end'))).toEqual([])
  })
})

describe('a replaced assignment', () => {
  it('has its stream ended with a reason, before its library closes, and counts as no violation', async () => {
    const stage = createStage()
    await stage.start()
    await stage.assign()
    stage.plex.play(friend.plexId, aMovie(), { obeys: 'lingers' })
    await stage.clock.advance(2 * second)
    await stage.assign({ media: 'rk:301' })
    await stage.clock.advance(5 * minute)

    expect(stage.plex.said).toEqual([
      'invite friend to 1',
      'share 1,3 with friend',
      "end friend's Arrival (2016): Your pass for Arrival (2016) has ended.",
      'share 3 with friend',
    ])
    expect(await stage.violations()).toEqual([])
    expect(stage.notifier.said).toEqual(['friend: assigned Arrival (2016)', 'friend: assigned Rarity (2016)'])
  })
})

describe('a deadline', () => {
  it('ends the assignment when it comes, with the stream', async () => {
    const stage = createStage()
    await stage.start()
    const { assignment } = await stage.assign({ expires: '1h' })
    await stage.clock.advance(hour - 10 * second)
    const key = stage.plex.play(friend.plexId, aMovie())
    await stage.clock.advance(9 * second)
    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'watching' })

    await stage.clock.advance(5 * second)
    expect(await stage.assignment(assignment.id)).toMatchObject({
      state: 'expired',
      access: 'taken',
      endReason: 'The deadline has passed.',
    })
    expect(stage.plex.isPlaying(key)).toBe(false)
    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
    expect(stage.notifier.said.slice(1)).toEqual([
      'friend: Arrival (2016) expired',
      "admins: friend's Arrival (2016) expired",
    ])
  })

  it('that passed while OTP was down ends it at once after the start', async () => {
    const stage = createStage()
    const { assignment } = await stage.assign({ expires: '1h' })
    await stage.restart(2 * hour)
    await stage.clock.advance(second)

    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'expired', access: 'taken' })
  })

  it('goes on while the monitor is stopped', async () => {
    const stage = createStage()
    await stage.start()
    const { assignment } = await stage.assign({ expires: '1h' })
    await stage.core().stopMonitor(admin)
    await stage.clock.advance(hour + 2 * second)

    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'expired', access: 'taken' })
  })

  it('is kept although plex.tv does not answer another question at all', async () => {
    const stage = createStage()
    await stage.start()
    await stage.assign({ guest: 'stranger' })
    const { assignment } = await stage.assign({ expires: '5m' })
    const key = stage.plex.play(friend.plexId, aMovie())
    stage.plex.account.shares = () => new Promise(() => {})
    await stage.clock.advance(6 * minute)

    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'expired' })
    expect(stage.plex.isPlaying(key)).toBe(false)
  })

  it('counts from the assignment also while the invitation waits', async () => {
    const stage = createStage()
    await stage.start()
    const { assignment } = await stage.assign({ guest: 'stranger', expires: '10m' })
    await stage.clock.advance(10 * minute + 2 * second)

    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'expired', access: 'taken' })
    expect(stage.plex.shareOf(stranger.plexId)).toBeUndefined()
  })
})

describe('watching to the end', () => {
  it('finishes once the stream has been gone for the grace time', async () => {
    const stage = createStage()
    await stage.start()
    const { assignment } = await stage.assign()
    const key = stage.plex.play(friend.plexId, aMovie(), { offsetMs: 95 * minute })
    await stage.clock.advance(minute)
    stage.plex.leave(key)
    await stage.clock.advance(10 * minute - 5 * second)
    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'watching' })

    await stage.clock.advance(15 * second)
    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'finished', access: 'taken' })
    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
    expect(stage.notifier.said.slice(1)).toEqual([
      'friend: Arrival (2016) finished',
      "admins: friend's Arrival (2016) finished",
    ])
  })

  it('does not finish when the jump to the end is undone', async () => {
    const stage = createStage()
    await stage.start()
    const { assignment } = await stage.assign()
    const key = stage.plex.play(friend.plexId, aMovie(), { offsetMs: 99 * minute })
    await stage.clock.advance(2 * second)
    stage.plex.change(key, { offsetMs: minute })
    await stage.clock.advance(2 * second)
    stage.plex.leave(key)
    await stage.clock.advance(30 * minute)

    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'watching' })
  })

  it('counts on across a restart, without the time in between', async () => {
    const stage = createStage()
    await stage.start()
    const { assignment } = await stage.assign()
    const key = stage.plex.play(friend.plexId, aMovie(), { offsetMs: 95 * minute })
    await stage.clock.advance(2 * second)
    stage.plex.leave(key)
    await stage.clock.advance(2 * second)
    await stage.restart(11 * minute)
    await stage.clock.advance(9 * minute)
    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'watching' })

    await stage.clock.advance(minute)
    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'finished', access: 'taken' })
  })

  it('counts nothing while Plex cannot be read', async () => {
    const stage = createStage()
    await stage.start()
    const { assignment } = await stage.assign()
    stage.plex.play(friend.plexId, aMovie(), { offsetMs: 95 * minute })
    await stage.clock.advance(2 * second)
    stage.plex.fail('sessions', new OtpError('plex_unreachable', 'The server is down.'), { times: Infinity })
    await stage.clock.advance(30 * minute)

    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'watching' })
  })

  it('a season finishes with its last episode, and its episodes are not listed at every reading', async () => {
    const stage = createStage()
    await stage.start()
    const { assignment } = await stage.assign({ media: 'rk:210' })
    const watch = async (ratingKey: string) => {
      const item = stage.plex.items.find((one) => one.ratingKey === ratingKey) ?? anEpisode()
      const key = stage.plex.play(friend.plexId, item, { offsetMs: 49 * minute })
      await stage.clock.advance(2 * second)
      stage.plex.leave(key)
      await stage.clock.advance(11 * minute)
    }
    await watch('211')
    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'watching' })
    expect(stage.plex.asked('episodes')).toBeLessThan(5)

    await watch('212')
    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'finished' })
  })
})

describe('a number of plays', () => {
  it('ends the assignment when the last one is over for good', async () => {
    const stage = createStage()
    await stage.start()
    const { assignment } = await stage.assign({ plays: 1 })
    const key = stage.plex.play(friend.plexId, aMovie())
    await stage.clock.advance(5 * second)
    stage.plex.leave(key)
    await stage.clock.advance(5 * minute)
    const resumed = stage.plex.play(friend.plexId, aMovie(), { offsetMs: 5 * minute })
    await stage.clock.advance(5 * second)
    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'watching', playsUsed: 1 })

    stage.plex.leave(resumed)
    await stage.clock.advance(11 * minute)
    expect(await stage.assignment(assignment.id)).toMatchObject({
      state: 'expired',
      access: 'taken',
      endReason: 'It has been played once.',
    })
  })
})
