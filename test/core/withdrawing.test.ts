import { describe, expect, it } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import { minute, second } from '../support/builders.js'
import { createMortalPorts } from '../support/mortal-ports.js'
import { admin, createStage, friend, neighbour, type Stage, stranger } from '../support/stage.js'

const unreachable = new OtpError('plex_unreachable', 'plex.tv did not answer in time.')

async function invited(stage: Stage, invitee: string, library: string): Promise<string> {
  return (await stage.soon(stage.core().invite({ invitee, library, by: admin }))).id
}

function withdraw(stage: Stage, id: string) {
  return stage.soon(stage.core().withdrawInvitation({ id, by: admin }))
}

function librariesOf(stage: Stage, plexId: string): string[] | undefined {
  return stage.plex.shareOf(plexId)?.libraryKeys
}

describe('taking standing access back', () => {
  it('cancels an invitation that nobody has accepted', async () => {
    const stage = createStage()
    const id = await invited(stage, 'stranger', 'Films')
    const { invitation, access } = await withdraw(stage, id)

    expect({ state: invitation.state, access }).toEqual({ state: 'cancelled', access: 'restored' })
    expect(stage.plex.said).toEqual(['invite stranger to 1', 'unshare stranger'])
    expect(stage.plex.invited()).toBe(0)
  })

  it('removes the library that was added, and leaves the share from before', async () => {
    const stage = createStage()
    const id = await invited(stage, 'neighbour', 'Rarities')
    await withdraw(stage, id)

    expect(librariesOf(stage, neighbour.plexId)).toEqual(['2'])
    expect(await stage.guest(neighbour.plexId)).toMatchObject({ watched: false, givenLibraryKeys: [] })
    expect(await stage.guest(neighbour.plexId)).not.toHaveProperty('lastRead')
  })

  it('removes the whole share where nothing else is in it, and not what somebody has added since', async () => {
    const stage = createStage()
    const id = await invited(stage, 'friend', 'Films')
    await withdraw(stage, id)
    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()

    const again = await invited(stage, 'friend', 'Films')
    const share = stage.plex.shareOf(friend.plexId)
    share?.libraryKeys.push('2')
    await withdraw(stage, again)
    expect(librariesOf(stage, friend.plexId)).toEqual(['2'])
  })

  it('takes nothing that they saw before', async () => {
    const stage = createStage()
    const id = await invited(stage, 'neighbour', 'Shows')
    const { invitation } = await withdraw(stage, id)

    expect(invitation.state).toBe('cancelled')
    expect(stage.plex.said).toEqual([])
    expect(librariesOf(stage, neighbour.plexId)).toEqual(['2'])
  })

  it('leaves what another invitation gives, until that goes as well', async () => {
    const stage = createStage()
    const first = await invited(stage, 'neighbour', 'Rarities')
    const [record] = await stage.records('invitation')
    if (!record) throw new Error('Nobody was invited')
    // As two at once used to leave behind.
    const other = { ...record, id: `${first}z` }
    await stage.store.commit([{ kind: 'invitation', id: other.id, record: other, unless: 'exists' }])
    await withdraw(stage, first)
    expect(librariesOf(stage, neighbour.plexId)).toEqual(['2', '3'])

    await withdraw(stage, other.id)
    expect(librariesOf(stage, neighbour.plexId)).toEqual(['2'])
  })

  it('leaves what an open pass needs, and its end takes that', async () => {
    const stage = createStage()
    const id = await invited(stage, 'neighbour', 'Films')
    await stage.assign({ guest: 'neighbour', fence: 'library' })
    await withdraw(stage, id)
    expect(librariesOf(stage, neighbour.plexId)).toEqual(['2', '1'])

    await stage.soon(stage.core().unassign({ guest: 'neighbour', by: admin }))
    expect(librariesOf(stage, neighbour.plexId)).toEqual(['2'])
  })

  it('beside a pass for something else goes at once, and the pass goes on', async () => {
    const stage = createStage()
    await stage.assign({ guest: 'neighbour', fence: 'library' })
    const id = await invited(stage, 'neighbour', 'Rarities')
    await withdraw(stage, id)
    expect(librariesOf(stage, neighbour.plexId)?.toSorted()).toEqual(['1', '2'])

    await stage.soon(stage.core().unassign({ guest: 'neighbour', by: admin }))
    expect(librariesOf(stage, neighbour.plexId)).toEqual(['2'])
  })

  it('of a library that a pass had opened first goes once nothing needs it', async () => {
    const stage = createStage()
    await stage.assign({ guest: 'neighbour', fence: 'library' })
    const id = await invited(stage, 'neighbour', 'Films')
    await stage.soon(stage.core().unassign({ guest: 'neighbour', by: admin }))
    expect(librariesOf(stage, neighbour.plexId)).toEqual(['2', '1'])

    await withdraw(stage, id)
    expect(librariesOf(stage, neighbour.plexId)).toEqual(['2'])
  })

  it('twice is not an error, and asks plex.tv nothing', async () => {
    const stage = createStage()
    const id = await invited(stage, 'neighbour', 'Rarities')
    await withdraw(stage, id)
    const said = [...stage.plex.said]

    expect(await withdraw(stage, id)).toMatchObject({ access: 'restored' })
    expect(stage.plex.said).toEqual(said)
  })

  it('goes on by itself while plex.tv is away, and meanwhile nobody gives it again', async () => {
    const stage = createStage()
    await stage.start()
    const id = await invited(stage, 'neighbour', 'Rarities')
    for (const call of ['shares', 'setLibraries', 'friends'] as const) {
      stage.plex.fail(call, unreachable, { times: Number.POSITIVE_INFINITY })
    }
    expect(await withdraw(stage, id)).toMatchObject({ access: 'pending', invitation: { state: 'cancelled' } })
    stage.plex.heal()
    await expect(invited(stage, 'neighbour', 'Rarities')).rejects.toMatchObject({ code: 'conflict' })

    await stage.clock.advance(minute + 10 * second)
    expect(librariesOf(stage, neighbour.plexId)).toEqual(['2'])
    expect(await withdraw(stage, id)).toMatchObject({ access: 'restored' })
    await stage.stop()
  })

  it('is refused for one that belongs to a pass, is being sent, or is unknown', async () => {
    const stage = createStage()
    await stage.assign({ guest: 'stranger' })
    const [ofPass] = await stage.records('invitation')
    await expect(withdraw(stage, ofPass?.id ?? '')).rejects.toThrow(/End the pass/)
    await expect(withdraw(stage, 'nothing')).rejects.toMatchObject({ code: 'not_found' })

    stage.plex.fail('setLibraries', unreachable)
    await expect(invited(stage, 'neighbour', 'Rarities')).rejects.toMatchObject({ code: 'plex_unreachable' })
    const [lost] = (await stage.records('invitation')).filter((one) => one.state === 'asked')
    await expect(withdraw(stage, lost?.id ?? '')).rejects.toMatchObject({ code: 'conflict' })
    expect(stage.plex.shareOf(stranger.plexId)).toBeDefined()
  })

  it('is finished by the next start wherever the program dies', async () => {
    for (let lastStep = 0, isOver = true; isOver; lastStep += 1) {
      const stage = createStage()
      const id = await invited(stage, 'neighbour', 'Rarities')
      const mortal = createMortalPorts(stage.ports, lastStep, 'killed')
      const core = stage.replaceCore(mortal.ports)
      void core.withdrawInvitation({ id, by: admin }).catch(() => {})
      await stage.clock.advance(20 * second)
      isOver = mortal.isOver()

      stage.replaceCore()
      await stage.start()
      await stage.clock.advance(2 * minute)
      const [{ state } = {}] = await stage.records('invitation')
      const isBegun = state === 'cancelled'
      expect(librariesOf(stage, neighbour.plexId), `step ${lastStep}`).toEqual(isBegun ? ['2'] : ['2', '3'])
      expect((await withdraw(stage, id)).access).toBe('restored')
      expect(librariesOf(stage, neighbour.plexId)).toEqual(['2'])
      await stage.stop()
    }
  })
})
