import { describe, expect, it } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import { minute, second, unrestricted } from '../support/builders.js'
import { admin, createStage, friend, neighbour, rarity, stranger, theInvitation } from '../support/stage.js'

function aStage(overrides: Parameters<typeof createStage>[0] = {}) {
  const stage = createStage(overrides)
  stage.plex.can({ canRestrict: true })
  return stage
}

type Stage = ReturnType<typeof aStage>

const unassign = (stage: Stage, guest: string) => stage.soon(stage.core().unassign({ guest, by: admin }))

/** What the world holds of OTP for somebody. */
function tracesOf(stage: Stage, plexId: string) {
  return {
    share: stage.plex.shareOf(plexId)?.libraryKeys,
    filters: Object.values(stage.plex.settingsOf(plexId)?.filters ?? {}).filter((one) => one !== ''),
    labels: stage.plex.items.flatMap((one) => stage.plex.labelsOf(one.ratingKey)),
  }
}

const nothing = { share: undefined, filters: [], labels: [] }

describe('the label fence', () => {
  it('labels the film, then shares the library with the restriction in the invitation; all of it goes again', async () => {
    const stage = aStage()
    const { assignment } = await stage.assign()

    expect(assignment).toMatchObject({ fence: 'label', state: 'ready', passedOver: [] })
    expect(stage.plex.said).toEqual(['label 101 Otp-7001', 'invite friend to 1 with label=Otp-7001'])

    await unassign(stage, 'friend')
    expect(tracesOf(stage, friend.plexId)).toEqual(nothing)
    expect(stage.plex.said.slice(2)).toEqual([
      'unshare friend',
      'set friend no downloads',
      'unlabel 101 Otp-7001',
    ])
    expect(await stage.guest(friend.plexId)).toEqual({
      ...friend,
      discordUserId: 'discord-friend',
      machineIdentifier: 'server-one',
      watched: false,
      givenLibraryKeys: [],
    })
  })

  it('a stranger is invited with a label that names the invitation, and gets one of their own', async () => {
    const stage = aStage()
    await stage.start()
    const { assignment } = await stage.assign({ guest: 'stranger' })

    expect(assignment).toMatchObject({ fence: 'label', state: 'pending', guest: { plexId: stranger.plexId } })
    const { id } = await theInvitation(stage)
    expect(stage.plex.said).toEqual([
      `label 101 Otp-${id}`,
      `invite stranger to 1 with label=Otp-${id}`,
      'label 101 Otp-7003',
      'set stranger no downloads, label=Otp-7003',
      `unlabel 101 Otp-${id}`,
    ])

    stage.plex.accept(stranger.plexId)
    await stage.clock.advance(2 * minute)
    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'ready' })
    await unassign(stage, 'stranger')
    expect(tracesOf(stage, stranger.plexId)).toEqual(nothing)
  })

  it('keeps the label of the invitation where plex.tv does not let it be changed', async () => {
    const stage = aStage()
    stage.plex.fail('setSettings', new OtpError('plex_refused', 'Not while it is pending.'))
    await stage.assign({ guest: 'stranger' })

    const { id } = await theInvitation(stage)
    expect(tracesOf(stage, stranger.plexId)).toEqual({
      share: ['1'],
      filters: [`label=Otp-${id}`],
      labels: [`Otp-${id}`],
    })
    await unassign(stage, 'stranger')
    expect(tracesOf(stage, stranger.plexId).labels).toEqual([])
    expect(stage.plex.shareOf(stranger.plexId)).toBeUndefined()
  })

  it('a pass that ends while its invitation is being settled takes the invitation with it, restricted until then', async () => {
    const stage = aStage()
    await stage.start()
    const { shares } = stage.plex.account
    stage.plex.account.shares = async (how) => {
      if ((await stage.records('assignment')).length > 0) await stage.clock.sleep(second)
      return shares(how)
    }
    const assigning = stage.core().assign({ guest: 'stranger', media: 'rk:101', by: admin })
    assigning.catch(() => {})
    await stage.clock.advance(0)
    const ending = stage.core().unassign({ guest: 'stranger', by: admin, reason: 'Another time.' })

    expect(await stage.soon(ending)).toMatchObject({ access: 'restored' })
    await expect(assigning).rejects.toMatchObject({ code: 'conflict', message: 'Another time.' })
    const { id } = await theInvitation(stage)
    expect(stage.plex.said).toEqual([
      `label 101 Otp-${id}`,
      `invite stranger to 1 with label=Otp-${id}`,
      'unshare stranger',
      `unlabel 101 Otp-${id}`,
    ])
    expect(tracesOf(stage, stranger.plexId)).toMatchObject({ share: undefined, labels: [] })
  })

  it('is passed over for a guest who sees other things, and nothing of theirs is changed', async () => {
    const stage = aStage()
    stage.plex.setSettings(neighbour.plexId, { ...unrestricted(), downloads: true })
    const { assignment } = await stage.assign({ guest: 'neighbour' })

    expect(assignment).toMatchObject({ fence: 'library', passedOver: [{ fence: 'label' }] })
    expect(stage.plex.said).toEqual(['set neighbour no downloads', 'share 2,1 with neighbour'])

    await unassign(stage, 'neighbour')
    expect(stage.plex.shareOf(neighbour.plexId)?.libraryKeys).toEqual(['2'])
    expect(stage.plex.settingsOf(neighbour.plexId)).toEqual({ ...unrestricted(), downloads: true })
  })

  it('is refused when it was asked for by name and cannot be', async () => {
    const stage = aStage()
    await expect(stage.assign({ guest: 'neighbour', fence: 'label' })).rejects.toMatchObject({
      code: 'fence_unavailable',
    })
    stage.plex.can({ plexPass: false, canRestrict: false })
    await expect(stage.assign({ fence: 'label' })).rejects.toMatchObject({ code: 'plex_pass_required' })
    expect(stage.plex.said).toEqual([])
    expect(await stage.records('assignment')).toEqual([])
  })

  it('is still refused by name where "auto" had to pass it over', async () => {
    const stage = aStage()
    const { assignment } = await stage.assign({ guest: 'neighbour' })

    await expect(stage.assign({ guest: 'neighbour', fence: 'label' })).rejects.toMatchObject({
      code: 'fence_unavailable',
    })
    expect(await stage.records('assignment')).toEqual([assignment])
  })

  it('gives way to the library where plex.tv drops the restriction, or is refused when it was asked for', async () => {
    const stage = aStage()
    stage.plex.behaviour.keepsFilters = false
    const { assignment } = await stage.assign()
    expect(assignment).toMatchObject({ fence: 'library', passedOver: [{ fence: 'label' }] })
    expect(tracesOf(stage, friend.plexId)).toEqual({ share: ['1'], filters: [], labels: [] })
    await unassign(stage, 'friend')

    await expect(stage.assign({ fence: 'label' })).rejects.toMatchObject({ code: 'fence_unavailable' })
    expect(tracesOf(stage, friend.plexId)).toEqual(nothing)

    const invited = await stage.assign({ guest: 'stranger' })
    expect(invited.assignment).toMatchObject({ fence: 'library', passedOver: [{ fence: 'label' }] })
    expect(tracesOf(stage, stranger.plexId)).toEqual({ share: ['1'], filters: [], labels: [] })
    await unassign(stage, 'stranger')
    await expect(stage.assign({ guest: 'stranger', fence: 'label' })).rejects.toMatchObject({
      code: 'fence_unavailable',
    })
    expect(tracesOf(stage, stranger.plexId)).toEqual(nothing)
  })

  it('moves on when another film replaces the first, and covers both when both are kept', async () => {
    const stage = aStage()
    await stage.assign()
    await stage.assign({ media: 'rk:102', add: true })
    expect(stage.plex.labelsOf('101')).toEqual(['Otp-7001'])
    expect(stage.plex.labelsOf('102')).toEqual(['Otp-7001'])

    await stage.assign({ media: `rk:${rarity.ratingKey}` })
    expect(tracesOf(stage, friend.plexId)).toEqual({
      share: ['3'],
      filters: ['label=Otp-7001'],
      labels: ['Otp-7001'],
    })
    await unassign(stage, 'friend')
    expect(tracesOf(stage, friend.plexId)).toEqual(nothing)
  })

  it('an episode beside a labelled show is reached through the label on its show', async () => {
    const stage = aStage()
    await stage.assign({ media: 'rk:200' })
    await stage.assign({ media: 'rk:212', add: true })

    expect(stage.plex.labelsOf('200')).toEqual(['Otp-7001'])
    expect(stage.plex.labelsOf('212')).toEqual([])
  })

  it('what somebody else changed meanwhile is left and said', async () => {
    const stage = aStage()
    await stage.start()
    await stage.assign()
    const filters = { ...unrestricted().filters, movies: 'contentRating=PG' }
    stage.plex.setSettings(friend.plexId, { downloads: false, filters })
    await unassign(stage, 'friend')

    expect(tracesOf(stage, friend.plexId)).toEqual({
      share: undefined,
      filters: ['contentRating=PG'],
      labels: [],
    })
    const told = stage.notifier.posts().flatMap(({ content: { notice } }) => notice)
    expect(told.find((one) => one.kind === 'assignment-ended')).toMatchObject({ foreign: ['settings'] })
  })
})

describe('the item fence', () => {
  it('grants the item alone, and takes the grant back', async () => {
    const stage = aStage({ access: { itemGrants: true } })
    const { assignment } = await stage.assign({ fence: 'item' })
    expect(assignment.fence).toBe('item')
    expect(stage.plex.said).toEqual(['grant 101 to friend'])

    await unassign(stage, 'friend')
    expect(stage.plex.grants()).toEqual([])
    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
  })

  it('gives way to the library where plex.tv refuses', async () => {
    const stage = aStage({ access: { itemGrants: true } })
    stage.plex.behaviour.grants = false
    const { assignment } = await stage.assign({ fence: 'item' })

    expect(assignment).toMatchObject({ fence: 'library', passedOver: [{ fence: 'item' }] })
    await unassign(stage, 'friend')
    expect(tracesOf(stage, friend.plexId)).toEqual(nothing)
  })

  it.each(['friend', 'stranger'])(
    'that gave way for a %s stands when it is asked for again',
    async (guest) => {
      const stage = aStage({ access: { itemGrants: true } })
      stage.plex.behaviour.grants = false
      const first = await stage.assign({ guest, fence: 'item', expires: '1h' })
      const said = [...stage.plex.said]
      const again = await stage.assign({ guest, fence: 'item', expires: '2h' })

      expect(again.assignment).toMatchObject({ id: first.assignment.id, fence: 'library' })
      expect(again.extended).toEqual({ expiresBefore: first.assignment.expiresAt })
      expect(await stage.records('assignment')).toHaveLength(1)
      expect(stage.plex.said).toEqual(said)
    },
  )

  it('leaves a grant that somebody else has added to, and says so', async () => {
    const stage = aStage({ access: { itemGrants: true } })
    await stage.start()
    await stage.assign({ fence: 'item' })
    stage.plex.grants()[0]?.ratingKeys.push('102')
    await unassign(stage, 'friend')

    expect(stage.plex.grants()[0]?.ratingKeys).toEqual(['101', '102'])
    const told = stage.notifier.posts().flatMap(({ content: { notice } }) => notice)
    expect(told.find((one) => one.kind === 'assignment-ended')).toMatchObject({ foreign: ['grants'] })
  })
})

describe('an invitation that goes astray', () => {
  it.each(['stranger', stranger.email])('is taken back at once (%s)', async (guest) => {
    const stage = aStage()
    await stage.start()
    stage.plex.behaviour.landsOn = friend

    await expect(stage.assign({ guest })).rejects.toMatchObject({ code: 'guest_not_assignable' })
    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
    expect(tracesOf(stage, friend.plexId)).toEqual(nothing)
    expect(stage.notifier.said.filter((one) => one.startsWith('admins'))).toEqual([
      `admins: invitation of ${guest} failed`,
    ])
  })
})

describe('too many requests', () => {
  const busy = (retryAfterMs?: number) =>
    new OtpError('plex_busy', 'plex.tv takes no more requests just now.', { retryAfterMs })

  it.each(['friend', 'stranger'])('are waited out before %s is invited, once', async (guest) => {
    const stage = aStage()
    stage.plex.fail('invite', busy(3_000))
    await stage.assign({ guest })

    expect(stage.plex.said.filter((one) => one.startsWith('invite'))).toHaveLength(1)
  })

  it('nothing is sent again when it was made all the same', async () => {
    const stage = aStage()
    stage.plex.fail('invite', busy(3_000), { after: true })
    await stage.assign({ guest: 'stranger' })

    expect(stage.plex.said.filter((one) => one.startsWith('invite'))).toHaveLength(1)
  })

  it('a longer wait is refused with the time to try again, and nothing stays', async () => {
    const stage = aStage()
    stage.plex.fail('invite', busy(60_000), { times: Infinity })
    await expect(stage.assign({ guest: 'stranger' })).rejects.toMatchObject({
      code: 'plex_busy',
      retryAfterMs: 60_000,
    })
    expect(tracesOf(stage, stranger.plexId)).toEqual(nothing)
    expect(await stage.records('assignment')).toEqual([])
  })
})

describe('a plex.tv that takes no restriction, although the server tells of a Plex Pass', () => {
  const noPass = new OtpError('fence_unavailable', 'The fence "label" cannot be put up.', {
    why: 'plex.tv takes no restriction',
  })

  it.each(['friend', 'stranger'])('%s gets the library instead', async (guest) => {
    const stage = aStage()
    stage.plex.fail('invite', noPass)
    const { assignment } = await stage.assign({ guest })

    expect(assignment).toMatchObject({ fence: 'library', passedOver: [{ fence: 'label' }] })
    expect(stage.plex.labelsOf('101')).toEqual([])
    expect(await stage.records('invitation')).toHaveLength(guest === 'stranger' ? 1 : 0)
  })

  it.each(['friend', 'stranger'])('%s gets nothing when it was asked for by name', async (guest) => {
    const stage = aStage()
    stage.plex.fail('invite', noPass)
    await expect(stage.assign({ guest, fence: 'label' })).rejects.toMatchObject({ code: 'fence_unavailable' })
    expect(stage.plex.labelsOf('101')).toEqual([])
  })
})
