import { describe, expect, test } from 'vitest'
import { films, listed, series, stagePlexTv as stage } from './plex-tv-stage.js'

describe('inviting', () => {
  test.each([
    ['the owner', 'quill', 400, 422],
    ['an unknown name', 'nobody.here', 404, 404],
    ['somebody on a full server', 'pat.otter', 400, 422],
  ])('%s is refused', async (_what, name, v1, v2) => {
    const { invite, inviteV2, people, world } = await stage()
    people.limits.people = 2
    world.addHomeUser('little.one')
    await invite('new@example.test', [films])

    expect((await invite(name, [films])).status).toBe(v1)
    expect((await inviteV2(name, [films])).status).toBe(v2)
    expect(people.shares()).toHaveLength(1)
  })

  test('the last place is given, and somebody with another share needs none', async () => {
    const { invite, people, world } = await stage()
    world.addAccount('mo.heron')
    world.shareElsewhere('mo.heron')
    people.limits.people = 2

    expect((await invite('pat.otter', [films])).status).toBe(200)
    expect((await invite('mo.heron', [films])).status).toBe(200)
    expect((await invite('new@example.test', [films])).body).toContain('maximum number of users')
  })

  test('lands once on somebody else', async () => {
    const { invite, behaviour, world, people } = await stage()
    world.addAccount('pat.0tter')
    behaviour.landsOn = 'pat.0tter'
    await invite('pat.otter', [films])
    await invite('pat.otter', [films])

    expect(people.shares().map((one) => one.plexId)).toEqual([
      people.account('pat.0tter').plexId,
      people.account('pat.otter').plexId,
    ])
  })

  test('an empty list is refused by one route and means everything to the other, later libraries too', async () => {
    const { invite, inviteV2, world, people } = await stage()
    expect((await invite('pat.otter', [])).status).toBe(400)
    expect(people.shares()).toEqual([])

    expect((await inviteV2('pat.otter', [])).status).toBe(201)
    world.acceptInvitation('pat.otter')
    world.addLibrary({ title: 'Attic', type: 'movie' })
    expect(world.librariesOf('pat.otter')).toHaveLength(3)
  })

  test('a library is unknown until plex.tv has heard of it', async () => {
    const { ask, invite, world, clock, mid } = await stage()
    const { sectionId } = world.addLibrary({ title: 'Loft', type: 'movie', syncedAt: clock.now() + 5_000 })

    expect((await ask(`GET /api/v2/servers/${mid}`)).body).not.toContain('Loft')
    expect((await ask(`GET /api/servers/${mid}`)).body).not.toContain('Loft')
    expect((await invite('pat.otter', [films, sectionId])).status).toBe(404)

    await clock.advance(5_000)
    expect((await ask(`GET /api/v2/servers/${mid}`)).body).toContain('Loft')
    expect((await invite('pat.otter', [films, sectionId])).status).toBe(200)
  })

  test('the newer route may be gone', async () => {
    const { inviteV2, behaviour, people } = await stage()
    behaviour.v2Invitations = 'gone'

    const { status, body } = await inviteV2('pat.otter', [films])
    expect([status, JSON.parse(body).errors[0].code]).toEqual([404, 1002])
    expect(people.shares()).toEqual([])
  })

  test('the guest is told of it, by their own token', async () => {
    const { invite, read, world } = await stage()
    await invite('pat.otter', [films])
    const mine = { token: 'token-of-pat.otter' }
    const received = '/api/v2/shared_servers/invites/received/pending'

    expect(await read(received, mine)).toMatchObject([
      { owner: { username: 'quill' }, sharedServers: [{ id: world.shareOf('pat.otter')?.shareId }] },
    ])
    world.acceptInvitation('pat.otter')
    expect(await read(received, mine)).toEqual([])
  })
})

describe('changing and removing', () => {
  test('an empty list on the older route takes the share away', async () => {
    const { change, world, people } = await stage()
    const { shareId } = world.shareWith('pat.otter', ['Films'])

    expect((await change(shareId, [])).status).toBe(200)
    expect(people.shares()).toEqual([])
  })

  test.each(['kept', 'changed'] as const)('the libraries of an invitation are %s', async (state) => {
    const { change, invite, world, behaviour } = await stage()
    behaviour.pendingSections = state
    await invite('pat.otter', [films])

    expect((await change(world.shareOf('pat.otter')?.shareId, [series])).status).toBe(200)
    expect(world.shareOf('pat.otter')?.sectionIds).toEqual(state === 'kept' ? [films] : [series])
  })

  test('the routes for an invitation may refuse to cancel it', async () => {
    const { ask, invite, world, behaviour, mid, people } = await stage()
    await invite('pat.otter', [films])
    const shareId = world.shareOf('pat.otter')?.shareId
    behaviour.v1Cancelling = 405
    behaviour.v2Removal = 'refused'

    expect((await ask(`DELETE /api/servers/${mid}/shared_servers/${shareId}`)).status).toBe(405)
    expect((await ask(`DELETE /api/v2/shared_servers/${shareId}`)).status).toBe(405)
    expect(people.shares()).toHaveLength(1)

    world.acceptInvitation('pat.otter')
    expect((await ask(`DELETE /api/servers/${mid}/shared_servers/${shareId}`)).status).toBe(200)
  })

  test('removing a person takes every share and every grant, and the friendship', async () => {
    const { ask, world, people, pat } = await stage()
    world.shareWith('pat.otter', ['Films'])
    world.shareElsewhere('pat.otter')
    const film = world.addMovie({ title: 'Arrival' })
    people.grants.give(pat, [film.ratingKey])

    expect((await ask(`DELETE /api/v2/sharings/${pat.plexId}`)).status).toBe(204)
    expect([people.shares(), people.grants.list(), people.settingsOf(pat.plexId)]).toEqual([
      [],
      [],
      undefined,
    ])
    expect((await ask('GET /api/users')).body).not.toContain('pat.otter')
    expect((await ask(`DELETE /api/v2/sharings/${pat.plexId}`)).status).toBe(404)
  })

  test('what was removed may stay in the list with a date', async () => {
    const { ask, world, behaviour, mid, read } = await stage()
    const { shareId } = world.shareWith('pat.otter', ['Films'])
    behaviour.removedShares = 'dated'
    await ask(`DELETE /api/servers/${mid}/shared_servers/${shareId}`)

    expect(await read('/api/v2/shared_servers/owned/accepted')).toMatchObject([
      { id: shareId, deletedAt: expect.any(String) },
    ])
    expect((await ask(`GET /api/servers/${mid}/shared_servers/${shareId}`)).status).toBe(404)
    expect(world.librariesOf('pat.otter')).toEqual([])
  })
})

describe('lateness', () => {
  test('a share that was made takes effect at once and shows later', async () => {
    const { ask, invite, world, behaviour, clock, mid } = await stage()
    behaviour.showsAfterMs = 3_000
    await invite('pat.otter', [films])
    world.acceptInvitation('pat.otter')
    const shown = () => Promise.all([listed(ask, 'pending'), listed(ask, 'accepted')])

    expect(world.librariesOf('pat.otter')).toEqual(['3'])
    expect(await shown()).toEqual([[], []])
    expect((await ask(`GET /api/servers/${mid}/shared_servers`)).body).not.toContain('pat.otter')
    expect((await invite('pat.otter', [films])).body).toContain('already sharing')

    await clock.advance(3_000)
    expect(await shown()).toEqual([[], [world.shareOf('pat.otter')?.shareId]])
  })

  test('so does one that was changed', async () => {
    const { ask, change, world, people, behaviour, clock, read, pat } = await stage()
    const { shareId } = world.shareWith('pat.otter', ['Films'])
    behaviour.showsAfterMs = 3_000
    await change(shareId, [series])
    await ask(`PUT /api/v2/sharings/${pat.plexId}?filterMovies=label%3DA`)
    const shown = async () => {
      const [share] = await read('/api/v2/shared_servers/owned/accepted')
      return [share.libraries[0].key, share.sharingSettings.filterMovies]
    }

    expect([world.librariesOf('pat.otter'), people.settingsOf(pat.plexId)?.filterMovies]).toEqual([
      ['4'],
      'label=A',
    ])
    expect(await shown()).toEqual([3, ''])
    await clock.advance(3_000)
    expect(await shown()).toEqual([4, 'label=A'])
  })

  test('and one that was removed', async () => {
    const { ask, world, behaviour, clock, mid } = await stage()
    const { shareId } = world.shareWith('pat.otter', ['Films'])
    behaviour.showsAfterMs = 3_000
    await ask(`DELETE /api/servers/${mid}/shared_servers/${shareId}`)

    expect(world.librariesOf('pat.otter')).toEqual([])
    expect(await listed(ask, 'accepted')).toEqual([shareId])
    await clock.advance(3_000)
    expect(await listed(ask, 'accepted')).toEqual([])
  })

  test('what a test changes by hand shows at once', async () => {
    const { world, behaviour, read } = await stage()
    const share = world.shareWith('pat.otter', ['Films'])
    behaviour.showsAfterMs = 3_000
    share.sectionIds.push(series)

    expect(await read('/api/v2/shared_servers/owned/accepted')).toMatchObject([{ numLibraries: 2 }])
  })
})
