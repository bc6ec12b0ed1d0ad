import { describe, expect, it } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import { hour, minute, second } from '../support/builders.js'
import { admin, createStage, friend, neighbour, type Stage } from '../support/stage.js'

const unreachable = new OtpError('plex_unreachable', 'plex.tv did not answer in time.')
const refusal = new OtpError('plex_refused', 'plex.tv refused: no more friends.')

describe('assigning to a friend without a share', () => {
  it('opens the one library, reads it back and tells the guest', async () => {
    const stage = createStage()
    await stage.start()
    const { assignment, ...answer } = await stage.assign()
    await stage.clock.advance(second)

    expect(stage.plex.said).toEqual(['invite friend to 1'])
    expect(stage.plex.shareOf(friend.plexId)).toMatchObject({ accepted: true, libraryKeys: ['1'] })
    expect(assignment).toMatchObject({ state: 'ready', access: 'given', fence: 'library', createdBy: admin })
    expect(assignment.history.map((one) => [one.by, one.what])).toEqual([
      [admin, 'created'],
      ['otp', 'ready'],
    ])
    expect(answer).toMatchObject({ replaced: [], everythingElseStops: false, guestTold: 'queued' })
    expect(answer.link).toBe('https://app.test/server-one/101')
    expect(stage.notifier.said).toEqual(['friend: assigned Arrival (2016)'])
    expect(await stage.guest(friend.plexId)).toMatchObject({
      watched: true,
      before: { kind: 'none' },
      givenLibraryKeys: ['1'],
      discordUserId: 'discord-friend',
    })
  })

  it('links the Discord member, who is then enough to name the guest', async () => {
    const stage = createStage()
    await stage.assign()
    const again = await stage.soon(
      stage.core().assign({ discordUserId: 'discord-friend', media: 'rk:102', by: admin }),
    )

    expect(again).toMatchObject({ kind: 'assigned', assignment: { guest: { plexId: friend.plexId } } })
  })

  it('says that a guest without a Discord member must be told by hand', async () => {
    const stage = createStage()
    await stage.start()
    const answer = await stage.soon(stage.core().assign({ guest: 'friend', media: 'rk:101', by: admin }))
    await stage.clock.advance(second)

    expect(answer).toMatchObject({ guestTold: 'not-linked' })
    expect(stage.notifier.said).toEqual([])
  })

  it('takes the e-mail address, the Plex id and any case of the name for the same account', async () => {
    const stage = createStage()
    for (const guest of ['FRIEND', 'friend@example.test', '7001']) {
      const { assignment } = await stage.assign({ guest })
      expect(assignment.guest.plexId).toBe(friend.plexId)
    }
  })
})

describe('assigning to a friend who sees other things', () => {
  it('asks first when it may, then adds the library and remembers what was there', async () => {
    const stage = createStage()
    const request = { guest: 'neighbour', media: 'rk:101', by: admin }
    const question = await stage.soon(stage.core().assign({ ...request, ask: true }))

    expect(question).toMatchObject({
      kind: 'question',
      doubts: [{ kind: 'everything-else-stops', guest: { username: 'neighbour' } }],
      media: { title: 'Arrival' },
    })
    expect(stage.plex.said).toEqual([])
    expect(await stage.records('assignment')).toEqual([])

    const answer = await stage.soon(stage.core().assign(request))
    expect(answer).toMatchObject({ kind: 'assigned', everythingElseStops: true })
    expect(stage.plex.said).toEqual(['share 2,1 with neighbour'])
    expect(await stage.guest(neighbour.plexId)).toMatchObject({
      before: { kind: 'libraries', libraryKeys: ['2'] },
      givenLibraryKeys: ['1'],
    })
  })

  it('does not ask when nothing else stops', async () => {
    const stage = createStage()
    const answer = await stage.soon(
      stage.core().assign({ guest: 'neighbour', media: 'rk:101', scope: 'granted', ask: true, by: admin }),
    )

    expect(answer).toMatchObject({ kind: 'assigned', everythingElseStops: false })
  })

  it('asks plex.tv for nothing when the library is shared already', async () => {
    const stage = createStage()
    await stage.assign({ guest: 'neighbour', media: 'rk:212' })

    expect(stage.plex.said).toEqual([])
    expect(await stage.guest(neighbour.plexId)).toMatchObject({ givenLibraryKeys: [] })
  })

  it.each([[['1', '2', '3']], [[]]])(
    'leaves a share of all libraries alone, listed as %j',
    async (listed) => {
      const stage = createStage()
      stage.plex.share(friend.plexId, listed, { allLibraries: true })
      const { assignment } = await stage.assign()
      await stage.soon(stage.core().unassign({ guest: 'friend', by: admin }))

      expect(assignment.state).toBe('ready')
      expect(stage.plex.said).toEqual([])
      expect(stage.plex.shareOf(friend.plexId)).toMatchObject({ allLibraries: true })
    },
  )
})

describe('who cannot be a guest', () => {
  it.each([
    ['owner', 'guest_not_assignable'],
    ['housemate', 'guest_not_assignable'],
    ['123456', 'guest_not_found'],
    ['not a name', 'invalid_input'],
    ['nobody-at-all', 'plex_refused'],
  ])('%s is refused with %s', async (guest, code) => {
    const stage = createStage()

    await expect(stage.assign({ guest })).rejects.toMatchObject({ code })
    expect(await stage.records('assignment')).toEqual([])
    expect(await stage.core().guests()).toEqual([])
  })

  it('a stranger is refused where nobody may be invited', async () => {
    const stage = createStage()

    await expect(stage.assign({ guest: 'stranger', invite: false })).rejects.toMatchObject({
      code: 'guest_not_found',
    })
    expect(stage.plex.said).toEqual([])
  })

  it('a Discord member whom OTP has never seen', async () => {
    const stage = createStage()
    const request = stage.core().assign({ discordUserId: 'discord-nobody', media: 'rk:101', by: admin })

    await expect(stage.soon(request)).rejects.toMatchObject({ code: 'guest_not_found' })
  })

  it('nobody named at all', async () => {
    const stage = createStage()

    await expect(stage.soon(stage.core().assign({ media: 'rk:101', by: admin }))).rejects.toMatchObject({
      code: 'invalid_input',
    })
  })

  it('a name that two accounts bear is asked back with both', async () => {
    const stage = createStage()
    stage.plex.befriend({ plexId: '7101', username: 'twin' })
    stage.plex.befriend({ plexId: '7102', username: 'Twin' })

    await expect(stage.assign({ guest: 'twin' })).rejects.toMatchObject({
      code: 'ambiguous',
      candidates: [{ value: '7101' }, { value: '7102' }],
    })
    const { assignment } = await stage.assign({ guest: '7102' })
    expect(assignment.guest.plexId).toBe('7102')
  })

  it('a Discord member who is linked to two accounts is asked back with both', async () => {
    const stage = createStage()
    await stage.assign({ discordUserId: 'discord-both' })
    await stage.assign({ guest: 'neighbour', discordUserId: 'discord-both' })
    const request = stage.core().assign({ discordUserId: 'discord-both', media: 'rk:101', by: admin })

    await expect(stage.soon(request)).rejects.toMatchObject({ code: 'ambiguous' })
  })
})

describe('what is asked wrongly changes nothing', () => {
  it.each([
    [{ media: 'rk:999' }, 'media_not_found'],
    [{ media: 'Unheard Of' }, 'media_not_found'],
    [{ expires: 'soon' }, 'invalid_input'],
    [{ expires: '2020-01-01T00:00:00Z' }, 'invalid_input'],
    [{ plays: 0 }, 'invalid_input'],
    [{ fence: 'label' as const }, 'fence_unavailable'],
  ])('%j', async (request, code) => {
    const stage = createStage()

    await expect(stage.assign(request)).rejects.toMatchObject({ code })
    expect(stage.plex.said).toEqual([])
    expect(await stage.records('guest')).toEqual([])
  })
})

describe('assigning again', () => {
  it('the same item extends the assignment that stands', async () => {
    const stage = createStage()
    const first = await stage.assign({ expires: '1h', plays: 1 })
    const again = await stage.assign({ expires: '2h', plays: 3 })

    expect(again.assignment).toMatchObject({
      id: first.assignment.id,
      plays: 3,
      expiresAt: stage.clock.now() + 2 * hour,
    })
    expect(again.extended).toEqual({ expiresBefore: first.assignment.expiresAt, playsBefore: 1 })
    expect(again.assignment.history.at(-1)).toMatchObject({ by: admin, what: 'extended' })
    expect(await stage.records('assignment')).toHaveLength(1)
    expect(stage.plex.said).toEqual(['invite friend to 1'])
  })

  it('another item replaces the first: its library closes, the new one opens', async () => {
    const stage = createStage()
    const first = await stage.assign()
    const next = await stage.assign({ media: 'rk:301' })

    expect(next.replaced.map((one) => one.id)).toEqual([first.assignment.id])
    expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual(['3'])
    expect(await stage.assignment(first.assignment.id)).toMatchObject({ state: 'revoked', access: 'taken' })
    expect(await stage.assignment(next.assignment.id)).toMatchObject({ state: 'ready', access: 'given' })
    expect(await stage.guest(friend.plexId)).toMatchObject({ watched: true, before: { kind: 'none' } })
  })

  it('add keeps both, and the last to end takes the share with it', async () => {
    const stage = createStage()
    const first = await stage.assign()
    const next = await stage.assign({ media: 'rk:301', add: true })

    expect(next.replaced).toEqual([])
    expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual(['1', '3'])

    await stage.soon(stage.core().endAssignment({ id: first.assignment.id, by: admin }))
    expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual(['3'])
    expect(await stage.guest(friend.plexId)).toMatchObject({ watched: true })

    await stage.soon(stage.core().endAssignment({ id: next.assignment.id, by: admin }))
    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
    expect(await stage.guest(friend.plexId)).toMatchObject({ watched: false })
  })

  it('two at the same moment leave one open', async () => {
    const stage = createStage()
    const both = [stage.assign(), stage.assign({ media: 'rk:301' })]
    await Promise.all(both)
    const open = (await stage.records('assignment')).filter((one) => one.state === 'ready')

    expect(open).toHaveLength(1)
    expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual([open[0]?.media.libraryKey])
  })

  it('the snapshot of a refused attempt is not kept for the next', async () => {
    const stage = createStage()
    stage.plex.fail('invite', refusal)
    await expect(stage.assign()).rejects.toMatchObject({ code: 'plex_refused' })

    stage.plex.share(friend.plexId, ['2'])
    await stage.clock.advance(minute)
    const { everythingElseStops } = await stage.assign()
    expect(everythingElseStops).toBe(true)
    expect(await stage.guest(friend.plexId)).toMatchObject({
      before: { kind: 'libraries', libraryKeys: ['2'] },
    })
  })
})

describe('when plex.tv refuses', () => {
  it('nothing stays behind', async () => {
    const stage = createStage()
    await stage.start()
    stage.plex.fail('invite', refusal)

    await expect(stage.assign()).rejects.toThrow('no more friends')
    await stage.clock.advance(minute)
    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
    expect(await stage.core().guests()).toEqual([])
    expect(await stage.records('assignment')).toMatchObject([{ state: 'revoked', access: 'taken' }])
    expect(stage.notifier.said).toEqual([])
  })

  it('the assignment that stood goes on', async () => {
    const stage = createStage()
    const first = await stage.assign()
    stage.plex.fail('setLibraries', refusal)

    await expect(stage.assign({ media: 'rk:301' })).rejects.toMatchObject({ code: 'plex_refused' })
    expect(await stage.assignment(first.assignment.id)).toMatchObject({ state: 'ready', access: 'given' })
    expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual(['1'])
    expect(await stage.guest(friend.plexId)).toMatchObject({ watched: true, givenLibraryKeys: ['1'] })
  })

  it.each(['restore', 'unshare', 'keep'] as const)(
    'a friend keeps what they had, also with when_done = "%s"',
    async (whenDone) => {
      const stage = createStage({ access: { whenDone } })
      stage.plex.fail('setLibraries', refusal)

      await expect(stage.assign({ guest: 'neighbour' })).rejects.toMatchObject({ code: 'plex_refused' })
      expect(stage.plex.shareOf(neighbour.plexId)?.libraryKeys).toEqual(['2'])
    },
  )
})

describe('when plex.tv does not answer', () => {
  it('a request that went through all the same is found by reading back', async () => {
    const stage = createStage()
    stage.plex.fail('invite', unreachable, { after: true })
    const { assignment } = await stage.assign()

    expect(assignment.state).toBe('ready')
    expect(stage.plex.said).toEqual(['invite friend to 1'])
  })

  it('a request that did nothing is refused, and nothing stays behind', async () => {
    const stage = createStage()
    stage.plex.fail('invite', unreachable)

    await expect(stage.assign()).rejects.toMatchObject({ code: 'plex_unreachable' })
    expect(stage.plex.said).toEqual([])
    expect(await stage.core().guests()).toEqual([])
  })

  it('access that was opened unseen is taken away as soon as plex.tv can be read again', async () => {
    const stage = createStage()
    await stage.start()
    const { invite } = stage.plex.account
    stage.plex.account.invite = async (request) => {
      await invite(request)
      stage.plex.cutOffAccount()
      throw unreachable
    }

    await expect(stage.assign()).rejects.toMatchObject({ code: 'plex_unreachable' })
    expect(stage.plex.shareOf(friend.plexId)).toBeDefined()

    stage.plex.heal()
    await stage.clock.advance(minute)
    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
    expect(await stage.records('assignment')).toMatchObject([{ state: 'revoked', access: 'taken' }])
    expect(await stage.guest(friend.plexId)).toMatchObject({ watched: false, givenLibraryKeys: [] })
  })

  const lateMs = 20 * second

  it.each<[string, (stage: Stage) => void]>([
    [
      'the answer came',
      ({ plex, clock }) => {
        const { invite } = plex.account
        plex.account.invite = async (request) => {
          void clock.sleep(lateMs).then(() => invite(request))
          return {}
        }
      },
    ],
    [
      'no answer came',
      ({ plex, clock }) => {
        const { invite } = plex.account
        plex.account.invite = async (request) => {
          void clock.sleep(lateMs).then(() => invite(request))
          throw unreachable
        }
      },
    ],
  ])('a share that shows long afterwards is taken away again (%s)', async (_, late) => {
    const stage = createStage()
    await stage.start()
    late(stage)
    await expect(stage.assign()).rejects.toBeInstanceOf(OtpError)
    expect(await stage.records('assignment')).toMatchObject([{ state: 'revoked', access: 'taking' }])

    await stage.clock.advance(minute)
    expect(stage.plex.said).toEqual(['invite friend to 1', 'unshare friend'])
    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
    expect(await stage.records('assignment')).toMatchObject([{ state: 'revoked', access: 'taken' }])
    expect(await stage.guest(friend.plexId)).toMatchObject({ watched: false, givenLibraryKeys: [] })
    expect(await stage.guest(friend.plexId)).not.toHaveProperty('doubtUntil')
  })

  it('libraries that come into effect long afterwards are taken away again', async () => {
    const stage = createStage()
    await stage.start()
    const { setLibraries } = stage.plex.account
    stage.plex.account.setLibraries = async (request) => {
      void stage.clock.sleep(lateMs).then(() => setLibraries(request))
      stage.plex.account.setLibraries = setLibraries
      throw unreachable
    }
    await expect(stage.assign({ guest: 'neighbour' })).rejects.toMatchObject({ code: 'plex_unreachable' })

    await stage.clock.advance(minute)
    expect(stage.plex.said).toEqual(['share 2,1 with neighbour', 'share 2 with neighbour'])
    expect(stage.plex.shareOf(neighbour.plexId)?.libraryKeys).toEqual(['2'])
    expect(await stage.records('assignment')).toMatchObject([{ state: 'revoked', access: 'taken' }])
    expect(await stage.guest(neighbour.plexId)).toMatchObject({ watched: false, givenLibraryKeys: [] })
  })

  it('a share that never shows is waited for no longer than a quarter of an hour', async () => {
    const stage = createStage()
    await stage.start()
    stage.plex.fail('invite', unreachable)
    await expect(stage.assign()).rejects.toMatchObject({ code: 'plex_unreachable' })
    await stage.clock.advance(14 * minute)
    expect(await stage.records('assignment')).toMatchObject([{ access: 'taking' }])

    await stage.clock.advance(2 * minute)
    expect(await stage.records('assignment')).toMatchObject([{ access: 'taken' }])
    expect(await stage.guest(friend.plexId)).toMatchObject({ watched: false, givenLibraryKeys: [] })
  })

  it('a share that plex.tv shows late is waited for', async () => {
    const stage = createStage()
    let reads = 0
    const { shares } = stage.plex.account
    stage.plex.account.shares = async () => {
      const now = await shares()
      reads += 1
      return reads > 2 && reads < 5 ? [] : now
    }
    const { assignment } = await stage.assign()

    expect(assignment.state).toBe('ready')
    expect(stage.plex.said).toEqual(['invite friend to 1'])
  })
})
