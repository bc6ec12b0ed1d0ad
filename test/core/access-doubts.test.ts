import { describe, expect, it } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import { anotherMovie, minute, second, unrestricted } from '../support/builders.js'
import { admin, createStage, friend, neighbour, rarity, stranger } from '../support/stage.js'

/** What may hurt somebody: access that stays, or that was never OTP's to take. */

function aStage(overrides: Parameters<typeof createStage>[0] = {}) {
  const stage = createStage(overrides)
  stage.plex.can({ canRestrict: true })
  return stage
}

type Stage = ReturnType<typeof aStage>

const silence = new OtpError('plex_unreachable', 'plex.tv did not answer.')
const unassign = (stage: Stage, guest: string) => stage.soon(stage.core().unassign({ guest, by: admin }))

describe('an invitation whose answer was lost', () => {
  it.each(['stranger', stranger.email])('of %s takes nothing from anybody else', async (guest) => {
    const stage = aStage({ access: { fence: 'library' } })
    await stage.start()
    stage.plex.fail('invite', silence)
    await expect(stage.assign({ guest })).rejects.toMatchObject({ code: 'plex_unreachable' })
    await stage.assign()
    stage.plex.share(neighbour.plexId, ['1'])
    await stage.clock.advance(20 * minute)

    expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual(['1'])
    expect(stage.plex.said.filter((one) => one.startsWith('unshare'))).toEqual([])
    expect(await stage.records('assignment')).toHaveLength(1)
  })

  it('of standing access leaves the share from before, and the restriction that came with it', async () => {
    const stage = aStage()
    const filters = { ...unrestricted().filters, movies: 'contentRating=PG' }
    stage.plex.setSettings(neighbour.plexId, { downloads: false, filters })
    stage.plex.fail('setLibraries', silence, { after: true })
    stage.plex.fail('shares', silence, { times: 0 })
    await stage.soon(stage.core().invite({ invitee: 'neighbour', library: 'Films', by: admin }))
    await stage.start()
    await stage.clock.advance(20 * minute)

    expect(stage.plex.shareOf(neighbour.plexId)?.libraryKeys.sort()).toEqual(['1', '2'])
    expect(stage.plex.settingsOf(neighbour.plexId)?.filters.movies).toBe('contentRating=PG')
  })

  it('is not what a hiccup of the media server before it makes of it', async () => {
    const stage = aStage()
    await stage.start()
    stage.plex.fail('addLabel', silence)
    await expect(stage.assign({ guest: 'stranger' })).rejects.toThrow('plex.tv did not answer.')

    const { assignment } = await stage.assign({ guest: 'stranger' })
    expect(assignment.state).toBe('pending')
  })
})

describe('an invitation of which nothing could be written down', () => {
  it('is taken back although it shows only when the pass is over', async () => {
    const stage = aStage()
    let makeIt: () => Promise<unknown> = async () => {}
    let isFull = false
    const { store, plexAccount } = stage.ports
    const full = new OtpError('store_unavailable', 'The disk is full.')
    stage.replaceCore({
      ...stage.ports,
      store: {
        ...store,
        commit: (...order) => {
          const fails = isFull
          isFull = false
          return fails ? Promise.reject(full) : store.commit(...order)
        },
      },
      plexAccount: {
        ...plexAccount,
        invite: async (wanted) => {
          makeIt = () => plexAccount.invite(wanted)
          isFull = true
          return { shareId: 'not-there-yet' }
        },
      },
    })
    await stage.start()
    await expect(stage.assign()).rejects.toMatchObject({ code: 'store_unavailable' })
    await stage.clock.advance(minute)
    await makeIt()
    expect(stage.plex.shareOf(friend.plexId)).toBeDefined()

    await stage.clock.advance(16 * minute)
    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
    expect(await stage.records('assignment')).toMatchObject([{ state: 'revoked', access: 'taken' }])
  })
})

describe('an invitation that is refused while another one is in doubt', () => {
  it('prolongs nothing: the other one has been seen, so it is over', async () => {
    const stage = aStage()
    let makeIt: () => Promise<unknown> = async () => {}
    const answers = [silence, new OtpError('plex_refused', 'Not this one.')]
    const { plexAccount } = stage.ports
    stage.replaceCore({
      ...stage.ports,
      plexAccount: {
        ...plexAccount,
        invite: (wanted) => {
          const answer = answers.shift()
          if (answer === silence) makeIt = () => plexAccount.invite(wanted)
          return answer ? Promise.reject(answer) : plexAccount.invite(wanted)
        },
      },
    })
    await stage.start()
    await expect(stage.assign()).rejects.toMatchObject({ code: 'plex_unreachable' })
    await expect(stage.assign()).rejects.toMatchObject({ code: 'plex_refused' })
    await makeIt()
    await stage.clock.advance(3 * minute)

    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
    expect((await stage.records('assignment')).map((one) => one.access)).toEqual(['taken', 'taken'])
  })
})

describe('a list of libraries that plex.tv writes late', () => {
  it('brings nothing back that was taken away since', async () => {
    const stage = aStage({ access: { fence: 'library' } })
    let makeIt: () => Promise<unknown> = async () => {}
    let isLate = false
    const { plexAccount } = stage.ports
    stage.replaceCore({
      ...stage.ports,
      plexAccount: {
        ...plexAccount,
        setLibraries: async (wanted) => {
          if (!isLate) return plexAccount.setLibraries(wanted)
          isLate = false
          makeIt = () => plexAccount.setLibraries(wanted)
          throw silence
        },
      },
    })
    await stage.start()
    const { assignment } = await stage.assign({ guest: 'neighbour' })
    isLate = true
    const second = stage.assign({ guest: 'neighbour', media: 'rk:301', add: true })
    await expect(second).rejects.toMatchObject({ code: 'plex_unreachable' })
    await stage.clock.advance(minute)
    await stage.soon(stage.core().endAssignment({ id: assignment.id, by: admin }))
    expect(stage.plex.shareOf(neighbour.plexId)?.libraryKeys).toEqual(['2'])

    await makeIt()
    expect(stage.plex.shareOf(neighbour.plexId)?.libraryKeys.sort()).toEqual(['1', '2', '3'])
    await stage.clock.advance(16 * minute)
    expect(stage.plex.shareOf(neighbour.plexId)?.libraryKeys).toEqual(['2'])
    expect((await stage.records('assignment')).map((one) => one.access)).toEqual(['taken', 'taken'])
  })
})

describe('one broken pass', () => {
  it('does not keep another from being taken back: its film is gone', async () => {
    const stage = aStage()
    await stage.start()
    const first = await stage.assign()
    const second = await stage.assign({ media: `rk:${rarity.ratingKey}`, add: true })
    stage.plex.items.splice(
      stage.plex.items.findIndex((one) => one.ratingKey === '101'),
      1,
    )
    await stage.soon(stage.core().endAssignment({ id: second.assignment.id, by: admin }))

    expect(await stage.assignment(second.assignment.id)).toMatchObject({ access: 'taken' })
    expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual(['1'])
    expect(stage.plex.labelsOf(rarity.ratingKey)).toEqual([])
    expect(await stage.assignment(first.assignment.id)).toMatchObject({ state: 'ready' })
  })

  it('does not keep another from being taken back: its library is gone', async () => {
    const stage = aStage({ access: { fence: 'library' } })
    await stage.assign()
    const second = await stage.assign({ media: `rk:${rarity.ratingKey}`, add: true })
    stage.plex.libraries.splice(
      stage.plex.libraries.findIndex((one) => one.key === '1'),
      1,
    )
    await stage.soon(stage.core().endAssignment({ id: second.assignment.id, by: admin }))

    expect(await stage.assignment(second.assignment.id)).toMatchObject({ access: 'taken' })
    expect(stage.plex.shareOf(friend.plexId)?.libraryKeys ?? []).not.toContain('3')
  })

  it('does not keep another from being taken back: somebody else restricts them now', async () => {
    const stage = aStage()
    await stage.assign()
    const show = await stage.assign({ media: 'rk:200', add: true })
    const filters = { ...unrestricted().filters, movies: 'contentRating=PG' }
    stage.plex.setSettings(friend.plexId, { downloads: false, filters })
    await stage.soon(stage.core().endAssignment({ id: show.assignment.id, by: admin }))

    expect(await stage.assignment(show.assignment.id)).toMatchObject({ access: 'taken' })
    expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual(['1'])
    expect(stage.plex.labelsOf('200')).toEqual([])
    expect(stage.plex.settingsOf(friend.plexId)?.filters.movies).toBe('contentRating=PG')
  })
})

describe('what a guest gets from others during a pass', () => {
  it('keeps them from a restriction by the next', async () => {
    const stage = aStage()
    await stage.assign({ fence: 'library' })
    await stage.soon(stage.core().invite({ invitee: 'friend', library: 'Rarities', by: admin }))
    const { assignment } = await stage.assign({ media: 'rk:102' })

    expect(assignment.fence).toBe('library')
    expect(stage.plex.settingsOf(friend.plexId)?.filters.movies).toBe('')
    await unassign(stage, 'friend')
    expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual(['3'])
  })

  it('takes the restriction of the pass away, which says so', async () => {
    const stage = aStage()
    const { assignment } = await stage.assign()
    await stage.soon(stage.core().invite({ invitee: 'friend', library: 'Rarities', by: admin }))

    expect(await stage.assignment(assignment.id)).toMatchObject({
      fence: 'library',
      passedOver: [{ fence: 'label' }],
    })
    expect(stage.plex.settingsOf(friend.plexId)?.filters.movies).toBe('')
    expect(stage.plex.labelsOf('101')).toEqual([])
    await unassign(stage, 'friend')
    expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual(['3'])
  })
})

describe('an invitation of the owner that had to be sent anew', () => {
  it('comes back by itself when plex.tv takes no more just then', async () => {
    const stage = aStage()
    await stage.start()
    stage.plex.share(stranger.plexId, ['2'], { accepted: false })
    const busy = new OtpError('plex_busy', 'plex.tv asks to wait.', { retryAfterMs: minute })
    stage.plex.fail('invite', busy, { times: 3 })
    await expect(stage.assign({ guest: 'stranger' })).rejects.toMatchObject({ code: 'plex_busy' })
    await stage.clock.advance(5 * minute)

    expect(stage.plex.shareOf(stranger.plexId)).toMatchObject({ libraryKeys: ['2'], accepted: false })
    expect(await stage.guest(stranger.plexId)).not.toHaveProperty('takenBack')
    expect(await stage.records('assignment')).toMatchObject([{ access: 'taken' }])
  })

  it('is not taken back at all for a library that plex.tv does not know', async () => {
    const stage = aStage()
    stage.plex.share(friend.plexId, ['2'], { accepted: false })
    stage.plex.account.shareableLibraries = async () => ['2']

    await expect(stage.assign()).rejects.toMatchObject({ code: 'plex_refused' })
    expect(stage.plex.said).toEqual([])
  })
})

describe('a share that somebody removed by hand', () => {
  it('is not made anew when one of two passes ends', async () => {
    const stage = aStage({ access: { fence: 'library' } })
    await stage.assign()
    const second = await stage.assign({ media: `rk:${rarity.ratingKey}`, add: true })
    const share = stage.plex.shareOf(friend.plexId)
    await stage.plex.account.removeShare({
      machineIdentifier: 'server-one',
      shareId: share?.shareId ?? '',
    })
    await stage.soon(stage.core().endAssignment({ id: second.assignment.id, by: admin }))

    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
  })

  it('is made anew by the same order given again', async () => {
    const stage = aStage()
    await stage.assign()
    await stage.plex.account.removeShare({
      machineIdentifier: 'server-one',
      shareId: stage.plex.shareOf(friend.plexId)?.shareId ?? '',
    })
    const again = await stage.assign({ expires: '2d' })

    expect(again).toMatchObject({ invited: true, extended: {} })
    expect(stage.plex.shareOf(friend.plexId)).toMatchObject({ libraryKeys: ['1'] })
  })
})

describe('what plex.tv shows late', () => {
  it('a share that goes does not pass for one that is given', async () => {
    const stage = aStage({ access: { fence: 'library' } })
    await stage.start()
    await stage.assign()
    const { shares } = stage.plex.account
    const before = await shares()
    stage.plex.account.shares = async () => before
    await unassign(stage, 'friend')
    await expect(stage.assign({ media: 'rk:102' })).rejects.toMatchObject({ code: 'conflict' })

    stage.plex.account.shares = shares
    await stage.clock.advance(minute)
    const { assignment } = await stage.assign({ media: 'rk:102' })
    expect(assignment.state).toBe('ready')
    expect(stage.plex.shareOf(friend.plexId)).toBeDefined()
  })

  it('a restriction that moves to the own label late blinds nobody, and goes in the end', async () => {
    const stage = aStage()
    await stage.start()
    const { shares } = stage.plex.account
    let stale: Awaited<ReturnType<typeof shares>> | undefined
    const { setSettings } = stage.plex.account
    stage.plex.account.setSettings = async (request) => {
      stale ??= await shares()
      await setSettings(request)
    }
    stage.plex.account.shares = async () => stale ?? shares()
    const { assignment } = await stage.assign({ guest: 'stranger' })
    expect(assignment.state).toBe('pending')
    expect(stage.plex.labelsOf('101')).toHaveLength(2)

    stage.plex.account.setSettings = setSettings
    stage.plex.account.shares = shares
    await stage.clock.advance(30 * minute)
    expect(stage.plex.labelsOf('101')).toEqual(['Otp-7003'])
    expect(stage.plex.settingsOf(stranger.plexId)?.filters.movies).toBe('label=Otp-7003')

    stage.plex.accept(stranger.plexId)
    await unassign(stage, 'stranger')
    expect(stage.plex.settingsOf(stranger.plexId)?.filters.movies).toBe('')
    expect(stage.plex.labelsOf('101')).toEqual([])
  })

  it('an invitation that went to somebody else is taken back when it shows', async () => {
    const stage = aStage()
    await stage.start()
    await stage.assign({ guest: 'stranger' })
    await unassign(stage, 'stranger')
    const { shares } = stage.plex.account
    stage.plex.behaviour.landsOn = friend
    let hidden = true
    stage.plex.account.shares = async () => (hidden ? [] : shares())
    await expect(stage.assign({ guest: stranger.plexId })).rejects.toMatchObject({ code: 'plex_refused' })
    expect(stage.plex.shareOf(friend.plexId)).toBeDefined()

    hidden = false
    await stage.clock.advance(minute)
    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
    expect(stage.plex.settingsOf(friend.plexId)?.filters.movies).toBe('')
    expect(stage.notifier.said).toContain('admins: invitation of stranger failed')
  })
})

describe('when access is to be kept in the end', () => {
  it('an invitation that nobody accepted is cancelled all the same', async () => {
    const stage = aStage({ access: { whenDone: 'keep' } })
    await stage.assign({ guest: 'stranger' })
    await unassign(stage, 'stranger')

    expect(stage.plex.shareOf(stranger.plexId)).toBeUndefined()
    expect(stage.plex.labelsOf('101')).toEqual([])
  })
})

describe('rights that the owner gives during a pass', () => {
  it('stay', async () => {
    const stage = aStage()
    const rights = { channels: false, cameraUpload: false, subtitleAdmin: false, tuners: 0 }
    stage.plex.setSettings(neighbour.plexId, { ...unrestricted(), downloads: true, rights })
    await stage.assign({ guest: 'neighbour' })
    const more = { ...rights, channels: true, tuners: 2 }
    stage.plex.setSettings(neighbour.plexId, { ...unrestricted(), rights: more })
    await unassign(stage, 'neighbour')

    expect(stage.plex.settingsOf(neighbour.plexId)).toEqual({
      ...unrestricted(),
      downloads: true,
      rights: more,
    })
  })
})

describe('rights that the owner gives while two passes stand', () => {
  it('are not put back when one of them ends', async () => {
    const stage = aStage({ access: { fence: 'library' } })
    const rights = { channels: false, cameraUpload: false, subtitleAdmin: false, tuners: 0 }
    stage.plex.setSettings(neighbour.plexId, { ...unrestricted(), downloads: true, rights })
    await stage.assign({ guest: 'neighbour' })
    const second = await stage.assign({ guest: 'neighbour', media: `rk:${rarity.ratingKey}`, add: true })
    const more = { ...rights, channels: true, tuners: 2 }
    stage.plex.setSettings(neighbour.plexId, { ...unrestricted(), rights: more })
    await stage.soon(stage.core().endAssignment({ id: second.assignment.id, by: admin }))

    expect(stage.plex.settingsOf(neighbour.plexId)?.rights).toEqual(more)
  })
})

describe('a library that is emptied during a pass', () => {
  it('does not leave an empty share behind', async () => {
    const stage = aStage({ access: { fence: 'library' } })
    await stage.assign({ media: `rk:${anotherMovie().ratingKey}` })
    const share = stage.plex.shareOf(friend.plexId)
    if (share) share.libraryKeys = []
    await unassign(stage, 'friend')
    await stage.clock.advance(second)

    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
  })
})

describe('what somebody set during a pass', () => {
  const rated = { ...unrestricted().filters, movies: 'contentRating=PG' }

  it('stays, however often the access changes until the end', async () => {
    const stage = aStage({ access: { fence: 'library' } })
    await stage.assign()
    const second = await stage.assign({ media: `rk:${rarity.ratingKey}`, add: true })
    stage.plex.setSettings(friend.plexId, { downloads: true, filters: rated })
    await stage.soon(stage.core().endAssignment({ id: second.assignment.id, by: admin }))
    await unassign(stage, 'friend')

    expect(stage.plex.settingsOf(friend.plexId)).toEqual({ downloads: true, filters: rated })
  })

  it('does not cost them the downloads from before', async () => {
    const stage = aStage()
    stage.plex.setSettings(friend.plexId, { ...unrestricted(), downloads: true })
    await stage.assign()
    const filters = { ...unrestricted().filters, movies: 'label=Otp-7001', television: 'contentRating=PG' }
    stage.plex.setSettings(friend.plexId, { downloads: false, filters })
    await unassign(stage, 'friend')

    expect(stage.plex.settingsOf(friend.plexId)).toEqual({
      downloads: true,
      filters: { ...filters, movies: '' },
    })
  })
})

describe('the order of things', () => {
  it('a restriction goes only after the library that it guards', async () => {
    const stage = aStage()
    await stage.assign()
    await stage.assign({ media: 'rk:200' })

    const said = stage.plex.said.slice(stage.plex.said.indexOf('label 200 Otp-7001'))
    expect(said).toEqual([
      'label 200 Otp-7001',
      'set friend no downloads, label=Otp-7001, label=Otp-7001',
      'share 1,2 with friend',
      'share 2 with friend',
      'set friend no downloads, label=Otp-7001',
      'unlabel 101 Otp-7001',
    ])
  })

  it('standing access does not cost a pass its library that is being given at the same moment', async () => {
    const stage = aStage()
    const { setLibraries } = stage.plex.account
    stage.plex.account.setLibraries = async (request) => {
      await stage.clock.sleep(5 * second)
      await setLibraries(request)
    }
    const assigned = stage.assign({ guest: 'neighbour' })
    const invited = stage.soon(stage.core().invite({ invitee: 'neighbour', library: 'Rarities', by: admin }))
    await Promise.all([assigned, invited])

    expect(stage.plex.shareOf(neighbour.plexId)?.libraryKeys.sort()).toEqual(['1', '2', '3'])
  })
})

describe('a share that one list leaves out', () => {
  it('is taken away all the same', async () => {
    const stage = aStage()
    await stage.assign()
    const { shares } = stage.plex.account
    let cut = 1
    stage.plex.account.shares = async () => {
      cut -= 1
      return cut >= 0 ? [] : shares()
    }
    await unassign(stage, 'friend')

    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
    expect(stage.plex.settingsOf(friend.plexId)?.filters.movies).toBe('')
  })

  it('and a library that plex.tv does not tell of costs nobody anything', async () => {
    const stage = aStage({ access: { fence: 'library' } })
    stage.plex.share(friend.plexId, ['2', '3'])
    stage.plex.account.shareableLibraries = async () => []
    await stage.assign()
    await unassign(stage, 'friend')

    expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual(['2', '3'])
  })
})

describe('a child whose e-mail address plex.tv does not tell', () => {
  it.each(['label', 'library'] as const)('keeps what restricts them (%s)', async (fence) => {
    const stage = aStage({ access: { fence: fence === 'label' ? 'auto' : 'library' } })
    const filters = { ...unrestricted().filters, movies: 'contentRating=PG' }
    const kid = { plexId: '7050', username: 'kid' }
    stage.plex.befriend(kid)
    stage.plex.setSettings(kid.plexId, { downloads: true, filters })
    stage.plex.behaviour.landsOn = kid
    await stage.assign({ guest: 'kid@example.test' })
    expect(stage.plex.settingsOf(kid.plexId)?.filters.movies).toBe('contentRating=PG')

    await stage.soon(stage.core().unassign({ guest: 'kid', by: admin }))
    expect(stage.plex.shareOf(kid.plexId)).toBeUndefined()
    expect(stage.plex.settingsOf(kid.plexId)).toEqual({ downloads: true, filters })
  })
})

describe('standing access beside a pass that nobody has accepted', () => {
  it('that plex.tv refuses costs the pass nothing', async () => {
    const stage = aStage()
    await stage.start()
    const { assignment } = await stage.assign({ guest: 'stranger' })
    stage.plex.fail('invite', new OtpError('plex_refused', 'The server is full.'))
    const invited = stage.core().invite({ invitee: 'stranger', library: 'Rarities', by: admin })
    await expect(stage.soon(invited)).rejects.toMatchObject({ code: 'plex_refused' })

    expect(stage.plex.shareOf(stranger.plexId)).toMatchObject({ libraryKeys: ['1'], accepted: false })
    expect(stage.plex.settingsOf(stranger.plexId)?.filters.movies).toBe('label=Otp-7003')
    expect(await stage.assignment(assignment.id)).toMatchObject({ fence: 'label', state: 'pending' })
  })

  it('is refused where the fence was asked for by name', async () => {
    const stage = aStage()
    await stage.assign({ fence: 'label' })
    const invited = stage.core().invite({ invitee: 'friend', library: 'Rarities', by: admin })

    await expect(stage.soon(invited)).rejects.toMatchObject({ code: 'conflict' })
    expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual(['1'])
  })
})

describe('a new pass beside a broken one', () => {
  it('is given, though the film of the other is gone', async () => {
    const stage = aStage()
    await stage.assign()
    stage.plex.items.splice(
      stage.plex.items.findIndex((one) => one.ratingKey === '101'),
      1,
    )
    const { assignment } = await stage.assign({ media: 'rk:102' })
    expect(assignment).toMatchObject({ state: 'ready', fence: 'label' })
  })
})

describe('where plex.tv drops restrictions', () => {
  it('every pass gives way to the library, not the first alone', async () => {
    const stage = aStage()
    stage.plex.behaviour.keepsFilters = false
    await stage.assign()
    const { assignment } = await stage.assign({ media: 'rk:102' })

    expect(assignment).toMatchObject({ state: 'ready', fence: 'library' })
    expect(stage.plex.labelsOf('102')).toEqual([])
  })
})

describe('access that was kept', () => {
  it('does not blind the next pass', async () => {
    const stage = aStage({ access: { whenDone: 'keep' } })
    await stage.assign()
    await unassign(stage, 'friend')
    expect(stage.plex.settingsOf(friend.plexId)?.filters.movies).toBe('label=Otp-7001')
    const { assignment } = await stage.assign({ media: 'rk:102' })

    expect(assignment.fence).toBe('library')
    expect(stage.plex.settingsOf(friend.plexId)?.filters.movies).toBe('')
  })
})

describe('a grant that somebody took away by hand', () => {
  it('is not made anew when another ends', async () => {
    const stage = aStage({ access: { itemGrants: true } })
    await stage.assign({ fence: 'item' })
    const second = await stage.assign({ media: 'rk:102', fence: 'item', add: true })
    for (const { grantId } of [...stage.plex.grants()]) await stage.plex.account.removeGrant(grantId)
    await stage.soon(stage.core().endAssignment({ id: second.assignment.id, by: admin }))

    expect(stage.plex.grants()).toEqual([])
    expect(await stage.assignment(second.assignment.id)).toMatchObject({ access: 'taken' })
  })
})

describe('an invitation of the owner that plex.tv does not take again', () => {
  it('is told once, and not asked for ever', async () => {
    const stage = aStage()
    await stage.start()
    stage.plex.share(stranger.plexId, ['2'], { accepted: false })
    stage.plex.fail('invite', new OtpError('plex_refused', 'The server is full.'), { times: Infinity })
    await expect(stage.assign({ guest: 'stranger' })).rejects.toMatchObject({ code: 'plex_refused' })
    await stage.clock.advance(30 * minute)

    expect(stage.plex.asked('invite')).toBeLessThan(5)
    expect(stage.notifier.said).toContain('admins: invitation of stranger failed')
    expect(await stage.records('assignment')).toMatchObject([{ access: 'taken' }])
  })
})
