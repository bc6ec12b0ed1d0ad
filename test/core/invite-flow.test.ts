import { describe, expect, it } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import { hour, minute, second } from '../support/builders.js'
import { admin, createStage, neighbour, type Stage, stranger, theInvitation } from '../support/stage.js'

const unreachable = new OtpError('plex_unreachable', 'plex.tv did not answer in time.')
const refusal = new OtpError('plex_refused', 'plex.tv refused: no more friends.')
const day = 24 * hour

describe('assigning to a stranger', () => {
  it('asks first when it may', async () => {
    const stage = createStage()
    const question = await stage.soon(
      stage.core().assign({ guest: 'stranger', media: 'rk:101', ask: true, by: admin }),
    )

    expect(question).toMatchObject({
      kind: 'question',
      doubts: [{ kind: 'will-invite', invitee: 'stranger' }],
    })
    expect(stage.plex.said).toEqual([])
    expect(await stage.records('invitation')).toEqual([])
  })

  it('invites with the one library, waits, and tells the guest when they have accepted', async () => {
    const stage = createStage()
    await stage.start()
    const { assignment, invited } = await stage.assign({ guest: 'stranger' })

    expect(invited).toBe(true)
    expect(assignment).toMatchObject({ state: 'pending', guest: { plexId: stranger.plexId } })
    expect(stage.plex.said).toEqual(['invite stranger to 1'])
    expect(await theInvitation(stage)).toMatchObject({ state: 'sent', guest: { plexId: stranger.plexId } })

    stage.plex.accept(stranger.plexId)
    await stage.clock.advance(minute + second)
    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'ready', access: 'given' })
    expect(await theInvitation(stage)).toMatchObject({ state: 'accepted' })
    expect(stage.notifier.said).toEqual([
      'stranger: assigned Arrival (2016), pending',
      'stranger: ready Arrival (2016)',
      'admins: invitation-accepted',
    ])
  })

  it('reads plex.tv once a minute while an invitation waits, and not at all when none does', async () => {
    const stage = createStage()
    await stage.start()
    await stage.assign({ guest: 'stranger' })
    const before = stage.plex.asked('shares')
    await stage.clock.advance(5 * minute)
    expect(stage.plex.asked('shares') - before).toBe(5)

    await stage.soon(stage.core().unassign({ guest: 'stranger', by: admin }))
    await stage.clock.advance(minute)
    const after = stage.plex.asked('shares')
    await stage.clock.advance(5 * minute)
    expect(stage.plex.asked('shares')).toBe(after)
  })

  it('is cancelled by unassign before it was accepted', async () => {
    const stage = createStage()
    await stage.start()
    const { assignment } = await stage.assign({ guest: 'stranger' })
    const answer = await stage.soon(stage.core().unassign({ guest: 'stranger', by: admin }))

    expect(answer.access).toBe('restored')
    expect(stage.plex.said).toEqual(['invite stranger to 1', 'unshare stranger'])
    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'revoked', access: 'taken' })
    expect(await theInvitation(stage)).toMatchObject({ state: 'cancelled' })
    expect(await stage.guest(stranger.plexId)).toMatchObject({ watched: false })
  })

  it('is cancelled after seven days, also when they passed while OTP was down', async () => {
    const stage = createStage()
    await stage.start()
    const { assignment } = await stage.assign({ guest: 'stranger' })
    await stage.restart(7 * day)
    await stage.clock.advance(minute)

    expect(stage.plex.shareOf(stranger.plexId)).toBeUndefined()
    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'expired', access: 'taken' })
    expect(await theInvitation(stage)).toMatchObject({ state: 'cancelled' })
  })

  it('is not cancelled a minute before', async () => {
    const stage = createStage()
    const { assignment } = await stage.assign({ guest: 'stranger' })
    await stage.restart(7 * day - minute)

    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'pending' })
  })

  it('an address without an account is taken back', async () => {
    const stage = createStage()

    await expect(stage.assign({ guest: 'nobody@example.test' })).rejects.toMatchObject({
      code: 'guest_not_found',
    })
    expect(stage.plex.invited()).toBe(0)
    expect(await theInvitation(stage)).toMatchObject({ state: 'failed' })
  })

  it('a second film for somebody pending is sent with what both need', async () => {
    const stage = createStage()
    await stage.assign({ guest: 'stranger' })
    await stage.assign({ guest: 'stranger', media: 'rk:301', add: true })

    expect(stage.plex.invited()).toBe(1)
    expect(stage.plex.shareOf(stranger.plexId)).toMatchObject({ accepted: false, libraryKeys: ['1', '3'] })
    expect(await stage.records('assignment')).toMatchObject([{ state: 'pending' }, { state: 'pending' }])
  })

  it('two at the same moment under two of their names leave nothing behind that OTP does not know of', async () => {
    const stage = createStage()
    await stage.start()
    const both = [
      stage.assign({ guest: 'stranger' }),
      stage.assign({ guest: stranger.email, media: 'rk:301' }),
    ]
    const [first, second] = await Promise.allSettled(both)
    expect(first?.status).toBe('fulfilled')
    expect(second).toMatchObject({ reason: { code: 'conflict' } })
    expect(String(second?.status === 'rejected' && second.reason)).not.toContain('@')

    const share = stage.plex.shareOf(stranger.plexId)
    expect(await stage.guest(stranger.plexId)).toMatchObject({ givenLibraryKeys: share?.libraryKeys })
    await stage.soon(stage.core().unassign({ guest: 'stranger', by: admin }))
    expect(stage.plex.shareOf(stranger.plexId)).toBeUndefined()
  })

  it('two under two of their names that plex.tv puts together are both answered for', async () => {
    const stage = createStage()
    const { invite } = stage.plex.account
    stage.plex.account.invite = async (request) => {
      const share = stage.plex.shareOf(stranger.plexId)
      if (!share) return invite(request)
      share.libraryKeys.push(...request.libraryKeys)
      return { shareId: share.shareId }
    }
    await Promise.all([
      stage.assign({ guest: 'stranger' }),
      stage.assign({ guest: stranger.email, media: 'rk:301' }),
    ])

    const given = (await stage.guest(stranger.plexId))?.givenLibraryKeys
    expect(given?.sort()).toEqual(['1', '3'])
  })

  it('a refused second film leaves the invitation that stood', async () => {
    const stage = createStage()
    await stage.assign({ guest: 'stranger' })
    stage.plex.fail('invite', refusal)

    await expect(stage.assign({ guest: 'stranger', media: 'rk:301', add: true })).rejects.toBe(refusal)
    expect(stage.plex.shareOf(stranger.plexId)).toMatchObject({ accepted: false, libraryKeys: ['1'] })
  })

  it.each([
    ['refused', refusal],
    ['not answered', unreachable],
  ])('an invitation made by hand is sent again when OTP took it back and was %s', async (_, error) => {
    const stage = createStage()
    stage.plex.share(stranger.plexId, ['2'], { accepted: false })
    stage.plex.fail('invite', error)

    await expect(stage.assign({ guest: 'stranger' })).rejects.toMatchObject({ code: error.code })
    expect(stage.plex.said).toEqual(['unshare stranger', 'invite stranger to 2'])
    expect(stage.plex.shareOf(stranger.plexId)).toMatchObject({ accepted: false, libraryKeys: ['2'] })
  })

  it('takes nothing back when the list of friends cannot be read', async () => {
    const stage = createStage()
    stage.plex.share(stranger.plexId, ['2'], { accepted: false })
    const { friends } = stage.plex.account
    let reads = 0
    stage.plex.account.friends = async () => {
      reads += 1
      if (reads > 1) throw new OtpError('plex_busy', 'plex.tv asks to wait.')
      await stage.clock.sleep(3_000)
      return friends()
    }

    await expect(stage.assign({ guest: 'stranger' })).rejects.toMatchObject({ code: 'plex_busy' })
    expect(stage.plex.said).toEqual([])
  })

  it('somebody else who bears the name now is not left with the invitation', async () => {
    const stage = createStage()
    await stage.assign({ guest: 'stranger' })
    await stage.soon(stage.core().unassign({ guest: 'stranger', by: admin }))
    const others = stage.plex.accounts.filter((one) => one.plexId !== stranger.plexId)
    const namesake = { plexId: '7099', username: stranger.username }
    stage.plex.accounts.splice(0, Infinity, ...others, namesake)

    await expect(stage.assign({ guest: stranger.plexId })).rejects.toThrow(
      'gave the invitation of stranger to another account',
    )
    expect(stage.plex.shareOf(namesake.plexId)).toBeUndefined()
    expect(await stage.guest(stranger.plexId)).toMatchObject({ watched: false, givenLibraryKeys: [] })
    expect(await stage.records('assignment')).toMatchObject([{ access: 'taken' }, { access: 'taken' }])
  })

  it('somebody else who bears the name now keeps the share they had before', async () => {
    const stage = createStage()
    await stage.assign({ guest: 'stranger' })
    await stage.soon(stage.core().unassign({ guest: 'stranger', by: admin }))
    const others = stage.plex.accounts.filter((one) => one.plexId !== stranger.plexId)
    const namesake = { plexId: '7099', username: stranger.username }
    stage.plex.accounts.splice(0, Infinity, ...others, namesake)
    stage.plex.share(namesake.plexId, ['2'])

    await expect(stage.assign({ guest: stranger.plexId })).rejects.toMatchObject({ code: 'conflict' })
    expect(stage.plex.shareOf(namesake.plexId)).toMatchObject({ libraryKeys: ['2'] })
  })

  it('two at the same moment make one invitation', async () => {
    const stage = createStage()
    const both = [stage.assign({ guest: 'stranger' }), stage.assign({ guest: 'stranger' })]
    await Promise.allSettled(both)

    expect(stage.plex.said).toEqual(['invite stranger to 1'])
    expect(stage.plex.invited()).toBe(1)
    expect(await stage.records('assignment')).toHaveLength(1)
  })
})

describe('an invitation whose answer was lost', () => {
  it('is found by reading back when it went through', async () => {
    const stage = createStage()
    stage.plex.fail('invite', unreachable, { after: true })
    const { assignment } = await stage.assign({ guest: 'stranger' })

    expect(assignment.state).toBe('pending')
    expect(stage.plex.said).toEqual(['invite stranger to 1'])
  })

  it('is finished later when plex.tv could not be read either', async () => {
    const stage = createStage()
    await stage.start()
    await loseTheAnswer(stage, unreachable)
    await stage.clock.advance(2 * minute)

    expect(stage.plex.said).toEqual(['invite stranger to 1'])
    expect(await stage.records('assignment')).toMatchObject([
      { state: 'pending', media: { title: 'Arrival' } },
    ])
    expect(await stage.guest(stranger.plexId)).toMatchObject({ watched: true, givenLibraryKeys: ['1'] })
    expect(stage.notifier.said).toEqual(['stranger: assigned Arrival (2016), pending'])
  })

  it.each([
    new OtpError('plex_busy', 'plex.tv asks to wait.'),
    new OtpError('plex_refused', 'plex.tv answered something unreadable.'),
    new OtpError('plex_token_rejected', 'The token is not accepted.'),
  ])('is finished later also when reading back is refused with $code', async (error) => {
    const stage = createStage()
    await stage.start()
    await loseTheAnswer(stage, error)
    await stage.clock.advance(2 * minute)

    expect(await stage.records('assignment')).toMatchObject([{ state: 'pending' }])
    expect(stage.plex.invited()).toBe(1)
  })

  it('is given up after a quarter of an hour when it never shows, and the admins are told once', async () => {
    const stage = createStage()
    await stage.start()
    stage.plex.fail('invite', unreachable)
    await expect(stage.assign({ guest: 'stranger' })).rejects.toMatchObject({ code: 'plex_unreachable' })
    await stage.clock.advance(14 * minute)
    expect(await theInvitation(stage)).toMatchObject({ state: 'asked' })

    await stage.clock.advance(10 * minute)
    expect(await theInvitation(stage)).toMatchObject({ state: 'failed' })
    expect(stage.notifier.said).toEqual(['admins: invitation of stranger failed'])
    expect(await stage.core().guests()).toEqual([])
  })

  it.each([true, false])(
    'is not sent again before its fate is known (it went through: %s)',
    async (after) => {
      const stage = createStage()
      await stage.start()
      if (after) await loseTheAnswer(stage, unreachable)
      else {
        stage.plex.fail('invite', unreachable)
        await stage.assign({ guest: 'stranger' }).catch(() => {})
      }
      const sent = [...stage.plex.said]

      await expect(stage.assign({ guest: 'stranger' })).rejects.toMatchObject({ code: 'conflict' })
      await stage.clock.advance(20 * minute)
      expect(stage.plex.said).toEqual(sent)
      expect(await stage.records('assignment')).toHaveLength(after ? 1 : 0)

      if (after) await stage.soon(stage.core().unassign({ guest: 'stranger', by: admin }))
      expect(stage.plex.shareOf(stranger.plexId)).toBeUndefined()
    },
  )

  it('to an address without an account is taken back, and the admins are told', async () => {
    const stage = createStage()
    await stage.start()
    await loseTheAnswer(stage, unreachable, 'nobody@example.test')
    await stage.clock.advance(2 * minute)

    expect(stage.plex.invited()).toBe(0)
    expect(await theInvitation(stage)).toMatchObject({ state: 'failed' })
    expect(stage.notifier.said).toEqual(['admins: invitation of nobody@example.test failed'])
  })

  it('and that cannot be finished does not hold up the others', async () => {
    const stage = createStage()
    await stage.start()
    const { assignment } = await stage.assign({ guest: 'stranger' })
    await loseTheAnswer(stage, unreachable, 'nobody@example.test')
    stage.plex.fail('removeShare', unreachable, { times: Infinity })
    stage.plex.accept(stranger.plexId)
    await stage.clock.advance(2 * minute)

    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'ready' })
  })

  /** The invitation goes out, and nothing of plex.tv can be read for a while after it. */
  async function loseTheAnswer(stage: Stage, error: OtpError, guest = 'stranger'): Promise<void> {
    const { invite } = stage.plex.account
    stage.plex.account.invite = async (request) => {
      await invite(request)
      stage.plex.fail('shares', error, { times: Infinity })
      throw unreachable
    }
    await expect(stage.assign({ guest })).rejects.toBeInstanceOf(OtpError)
    stage.plex.account.invite = invite
    stage.plex.heal()
  }
})

describe('standing access', () => {
  it('is asked about first where it may be, for a stranger and for nobody else', async () => {
    const stage = createStage()
    const invite = (invitee: string) =>
      stage.soon(stage.core().invite({ invitee, library: '1', ask: true, by: admin }))

    await expect(invite('stranger')).rejects.toMatchObject({ code: 'confirmation_needed' })
    expect(await stage.records('invitation')).toEqual([])
    expect(stage.plex.said).toEqual([])

    expect(await invite(neighbour.username)).toMatchObject({ state: 'accepted' })
  })

  it('makes nobody a guest and counts as from before', async () => {
    const stage = createStage()
    await stage.soon(stage.core().invite({ invitee: 'neighbour', library: 'Rarities', by: admin }))
    expect(stage.plex.said).toEqual(['share 2,3 with neighbour'])
    expect(await stage.core().guests()).toEqual([])

    await stage.assign({ guest: 'neighbour' })
    await stage.soon(stage.core().unassign({ guest: 'neighbour', by: admin }))
    expect(stage.plex.shareOf(neighbour.plexId)?.libraryKeys).toEqual(['2', '3'])
  })

  it('given during an assignment of the same library, survives its end', async () => {
    const stage = createStage()
    await stage.assign({ guest: 'neighbour' })
    await stage.soon(stage.core().invite({ invitee: 'neighbour', library: '1', by: admin }))
    await stage.soon(stage.core().unassign({ guest: 'neighbour', by: admin }))

    expect(stage.plex.shareOf(neighbour.plexId)?.libraryKeys).toEqual(['2', '1'])
  })

  it('whose answer was lost is not taken for given because of a share from before', async () => {
    const stage = createStage()
    await stage.start()
    stage.plex.fail('setLibraries', unreachable)
    const request = stage.core().invite({ invitee: 'neighbour', library: 'Rarities', by: admin })
    await expect(stage.soon(request)).rejects.toMatchObject({ code: 'plex_unreachable' })
    await stage.clock.advance(20 * minute)

    expect(await theInvitation(stage)).toMatchObject({ state: 'failed' })
    expect(stage.plex.shareOf(neighbour.plexId)?.libraryKeys).toEqual(['2'])
    expect(stage.notifier.said).toEqual(['admins: invitation of neighbour failed'])
  })

  it('that is noticed before its own answer came is told once, and counts as given for good', async () => {
    const stage = createStage()
    await stage.start()
    await stage.assign({ guest: 'neighbour' })
    const { setLibraries } = stage.plex.account
    stage.plex.account.setLibraries = async (request) => {
      await setLibraries(request)
      await stage.clock.sleep(2 * minute)
    }
    const request = { invitee: 'neighbour', library: '3', discordUserId: 'discord-neighbour', by: admin }
    const answer = stage.core().invite(request)
    await stage.clock.advance(10 * minute)

    expect(await answer).toMatchObject({ state: 'accepted' })
    expect(stage.notifier.said.filter((one) => one.includes('invited'))).toHaveLength(1)
  })

  it('of a library that was lent counts as given for good in the write that completes it', async () => {
    const stage = createStage()
    await stage.assign({ guest: 'neighbour' })
    const completing: string[][] = []
    const { commit } = stage.store
    stage.store.commit = async (changes) => {
      if (changes.some((one) => one.kind === 'invitation' && one.record.state === 'accepted')) {
        completing.push(
          changes.flatMap((one) => (one.kind === 'guest' ? [one.record.givenLibraryKeys.join()] : [])),
        )
      }
      return commit(changes)
    }
    await stage.soon(stage.core().invite({ invitee: 'neighbour', library: '1', by: admin }))

    expect(completing).toEqual([['']])
  })

  it('names the libraries when it knows none of that name', async () => {
    const stage = createStage()
    const request = stage.core().invite({ invitee: 'friend', library: 'Music', by: admin })

    await expect(stage.soon(request)).rejects.toThrow(/Films, Shows, Rarities/)
    expect(await stage.records('invitation')).toEqual([])
  })
})
