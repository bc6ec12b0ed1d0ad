import { describe, expect, it } from 'vitest'
import { aMovie, hour, minute, second } from '../support/builders.js'
import { admin, createStage, friend } from '../support/stage.js'

describe('another server at the same address', () => {
  it('has no guests, also at the first reading after a start', async () => {
    const stage = createStage()
    await stage.start()
    await stage.assign()
    await stage.stop()

    stage.plex.server.identity = async () => ({ machineIdentifier: 'another', version: '1.43.0' })
    const key = stage.plex.play(friend.plexId, aMovie({ ratingKey: '999', guid: 'plex://movie/999' }))
    stage.replaceCore()
    await stage.start()
    await stage.clock.advance(minute)

    expect(stage.plex.isPlaying(key)).toBe(true)
    expect(await stage.violations()).toEqual([])
  })
})

describe('an assignment and its end at the same moment', () => {
  it('one that is ended while its access is being given is refused, and nothing stays behind', async () => {
    const stage = createStage()
    await stage.start()
    const { invite } = stage.plex.account
    stage.plex.account.invite = async (request) => {
      const invited = await invite(request)
      const begun = (await stage.records('assignment'))[0]
      if (begun) void stage.core().endAssignment({ id: begun.id, by: admin })
      await stage.clock.sleep(second)
      return invited
    }

    await expect(stage.soon(stage.assign())).rejects.toMatchObject({ code: 'conflict' })
    await stage.clock.advance(minute)
    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
    expect(await stage.guest(friend.plexId)).toMatchObject({ watched: false })
  })

  it('one that has just ended is not extended but given anew', async () => {
    const stage = createStage()
    await stage.start()
    const { assignment } = await stage.assign({ expires: '1h' })
    await stage.clock.advance(hour - second)
    const { shares } = stage.plex.account
    stage.plex.account.shares = async () => {
      stage.plex.account.shares = shares
      void stage.core().endAssignment({ id: assignment.id, by: admin })
      await stage.clock.sleep(second)
      return shares()
    }

    const again = await stage.soon(stage.assign({ expires: '2d' }))
    expect(again.assignment.state).not.toBe('revoked')
    expect(again.assignment.id).not.toBe(assignment.id)
  })

  it('what is being given when the program looks for unfinished work is told once', async () => {
    const stage = createStage()
    const { invite } = stage.plex.account
    stage.plex.account.invite = async (request) => {
      await stage.clock.sleep(5 * second)
      return invite(request)
    }
    await stage.start()

    await stage.soon(stage.assign({ discordUserId: '77' }))
    await stage.clock.advance(minute)
    expect(stage.notifier.said.filter((line) => line.includes('assigned'))).toHaveLength(1)
  })
})

describe('a server that is busy', () => {
  it('for a few seconds costs nobody the pass', async () => {
    const stage = createStage()
    await stage.start()
    await stage.assign({ discordUserId: '77' })
    stage.plex.answer('terminate', { kind: 'refused', reason: 'busy' }, { times: 4 })

    const key = stage.plex.play(friend.plexId, aMovie({ ratingKey: '999', guid: 'plex://movie/999' }))
    await stage.clock.advance(20 * second)

    expect(stage.plex.isPlaying(key)).toBe(false)
    expect(stage.plex.shareOf(friend.plexId)).toBeDefined()
    expect((await stage.records('assignment'))[0]).not.toMatchObject({ state: 'revoked' })
  })
})

describe('a dry run', () => {
  it('tells the admins and leaves the guest, the stream and the pass alone', async () => {
    const stage = createStage({ monitor: { onViolation: ['report'], maxViolations: 1 } })
    await stage.start()
    await stage.assign({ discordUserId: '77' })
    const before = stage.notifier.said.length

    const key = stage.plex.play(friend.plexId, aMovie({ ratingKey: '999', guid: '' }))
    await stage.clock.advance(minute)

    expect(stage.plex.isPlaying(key)).toBe(true)
    expect(stage.notifier.said.slice(before)).toHaveLength(1)
    expect(stage.notifier.said.at(-1)).toMatch(/^admins: friend played/)
    expect((await stage.records('assignment'))[0]).not.toMatchObject({ state: 'revoked' })
  })
})
