import { describe, expect, it } from 'vitest'
import { createCore } from '../../src/core/core.js'
import type { Invitation } from '../../src/core/model.js'
import { second } from '../support/builders.js'
import { admin, createStage, neighbour, type Stage, stranger } from '../support/stage.js'

const told = 'stranger: invited'

function ask(stage: Stage, invitee: string, library = 'Films', core = stage.core()): Promise<Invitation> {
  return stage.soon(core.invite({ invitee, library, discordUserId: 'discord-stranger', by: admin }))
}

async function aRunningStage(): Promise<Stage> {
  const stage = createStage()
  await stage.start()
  return stage
}

/** What was written down, and what the guest has heard by now. */
async function leftBehind(stage: Stage) {
  await stage.clock.advance(10 * second)
  const records = await stage.records('invitation')
  const heard = stage.notifier.said.filter((one) => one.includes('invited'))
  await stage.stop()
  return { states: records.map((one) => one.state).toSorted(), heard }
}

describe('a stranger who is invited twice', () => {
  it.each([
    ['at once', 0],
    ['while plex.tv is being asked', 3 * second],
  ])('%s has one invitation and hears of it once', async (_, tookMs) => {
    const stage = await aRunningStage()
    const { invite } = stage.plex.account
    stage.plex.account.invite = async (request) => {
      await stage.clock.sleep(tookMs)
      return invite(request)
    }
    const first = ask(stage, 'stranger')
    if (tookMs > 0) await stage.clock.advance(second)
    const [one, other] = await Promise.all([first, ask(stage, 'Stranger')])

    expect(other).toEqual(one)
    expect(stage.plex.said).toEqual(['invite stranger to 1'])
    expect(await leftBehind(stage)).toEqual({ states: ['sent'], heard: [told] })
  })

  it('to two libraries at once sees both', async () => {
    const stage = await aRunningStage()
    await Promise.all([ask(stage, 'stranger'), ask(stage, 'stranger', 'Rarities')])

    expect(stage.plex.shareOf(stranger.plexId)?.libraryKeys).toEqual(['1', '3'])
    expect(await leftBehind(stage)).toEqual({ states: ['sent', 'sent'], heard: [told, told] })
  })

  it('by two processes at once has one invitation: the later one sends nothing', async () => {
    const stage = await aRunningStage()
    const elsewhere = createCore(stage.ports, stage.settings)
    const both = await Promise.allSettled([
      ask(stage, 'stranger'),
      ask(stage, 'stranger', 'Films', elsewhere),
    ])

    expect(both.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(both).toContainEqual(
      expect.objectContaining({ reason: expect.objectContaining({ code: 'conflict' }) }),
    )
    expect(stage.plex.said).toEqual(['invite stranger to 1'])
    expect(await leftBehind(stage)).toEqual({ states: ['sent'], heard: [told] })
  })

  it('by two of their names, which plex.tv puts together, hears of it once', async () => {
    const stage = await aRunningStage()
    const { invite } = stage.plex.account
    stage.plex.account.invite = async (request) => {
      const share = stage.plex.shareOf(stranger.plexId)
      return share ? { shareId: share.shareId } : invite(request)
    }
    const [one, other] = await Promise.all([ask(stage, 'stranger'), ask(stage, stranger.email)])

    expect(other.id).toBe(one.id)
    expect(await leftBehind(stage)).toEqual({ states: ['cancelled', 'sent'], heard: [told] })
  })

  it('later on is answered with what stands', async () => {
    const stage = await aRunningStage()
    const first = await ask(stage, 'stranger')
    expect(await ask(stage, stranger.email, '1')).toEqual(first)

    stage.plex.accept(stranger.plexId)
    await stage.clock.advance(70 * second)
    expect((await ask(stage, 'stranger')).id).toBe(first.id)
    expect(stage.plex.said).toEqual(['invite stranger to 1'])
    expect(await leftBehind(stage)).toEqual({ states: ['accepted'], heard: [told] })
  })

  it('the second time with their Discord user, hears of it then', async () => {
    const stage = await aRunningStage()
    const first = await stage.soon(stage.core().invite({ invitee: 'stranger', library: 'Films', by: admin }))
    const linked = await ask(stage, 'stranger')
    await ask(stage, 'stranger')

    expect(linked).toMatchObject({ id: first.id, guest: { discordUserId: 'discord-stranger' } })
    expect(await leftBehind(stage)).toEqual({ states: ['sent'], heard: [told] })
  })

  it('is invited anew where somebody has taken it away at Plex, and the old record is over', async () => {
    const stage = await aRunningStage()
    await ask(stage, 'stranger')
    const share = stage.plex.shareOf(stranger.plexId)
    await stage.plex.account.removeShare({
      machineIdentifier: 'server-one',
      shareId: share?.shareId ?? '',
    })
    await stage.clock.advance(10 * second)
    await ask(stage, 'stranger')

    expect(stage.plex.shareOf(stranger.plexId)?.libraryKeys).toEqual(['1'])
    expect(await leftBehind(stage)).toEqual({ states: ['cancelled', 'sent'], heard: [told, told] })
  })
})

it('a friend who is given a library twice at once has one record of it', async () => {
  const stage = await aRunningStage()
  const [one, other] = await Promise.all([
    ask(stage, 'neighbour', 'Rarities'),
    ask(stage, neighbour.plexId, 'Rarities'),
  ])

  expect(other).toEqual(one)
  expect(stage.plex.said).toEqual(['share 2,3 with neighbour'])
  expect(await leftBehind(stage)).toEqual({ states: ['accepted'], heard: ['neighbour: invited'] })
})
