import { describe, expect, test } from 'vitest'
import { until } from '../support/until.js'
import { noFilters, stagePlex } from './stage.js'

const noRights = { channels: false, cameraUpload: false, subtitleAdmin: false, tuners: 0 }

describe('reading the account', () => {
  test('the owner and the friends are read, with what holds for each', async () => {
    const { plexAccount, world, friend } = await stagePlex()
    const home = world.addHomeUser('little.one')
    world.people.setSettings('mo.heron', { allowSync: true, filterMovies: 'label=A%2CB' })
    world.people.behaviour.encodedAttributes = true

    expect(await plexAccount.owner()).toEqual({
      plexId: '90210001',
      username: 'quill',
      email: 'quill@example.test',
    })
    expect(await plexAccount.friends()).toEqual([
      {
        plexId: String(friend.plexId),
        username: 'mo.heron',
        email: 'mo.heron@example.test',
        home: false,
        settings: { downloads: true, filters: { ...noFilters, movies: 'label=A%2CB' }, rights: noRights },
      },
      {
        plexId: String(home.plexId),
        username: 'little.one',
        home: true,
        settings: { downloads: false, filters: noFilters, rights: noRights },
      },
    ])
  })

  test.each([403, 404, 410])(
    'where plex.tv does not tell of the Plex Home (%i), friends are read without',
    async (status) => {
      const { plexAccount, world, plexTv } = await stagePlex()
      world.addHomeUser('little.one')
      plexTv.faults.next({ match: 'GET /api/home/users', act: { kind: 'answer', status } })

      expect((await plexAccount.friends()).map((one) => [one.username, one.home])).toEqual([
        ['mo.heron', false],
        ['little.one', true],
      ])
    },
  )

  test('when the Plex Home cannot be read, nobody is taken for a stranger to it', async () => {
    const { plexAccount, plexTv } = await stagePlex()
    plexTv.faults.next({ match: 'GET /api/home/users', act: { kind: 'html' } })

    await expect(plexAccount.friends()).rejects.toMatchObject({ code: 'plex_unreachable' })
  })

  test('shares of all servers are read by the keys of their libraries; those that were left are not', async () => {
    const { plexAccount, world, friend, mid } = await stagePlex()
    world.people.setSettings('mo.heron', { filterTelevision: 'contentRating=PG' })
    world.shareWith('mo.heron', ['Series'])
    const elsewhere = world.shareElsewhere('mo.heron')
    world.shareWith('pat.otter', ['Films'])
    world.leave('pat.otter')

    const share = {
      shareId: expect.any(String),
      accepted: true,
      person: { plexId: String(friend.plexId), username: 'mo.heron', email: 'mo.heron@example.test' },
      allLibraries: false,
      settings: {
        downloads: false,
        filters: { ...noFilters, television: 'contentRating=PG' },
        rights: noRights,
      },
    }
    expect(await plexAccount.shares()).toEqual([
      { ...share, machineIdentifier: mid, libraryKeys: ['4'] },
      { ...share, machineIdentifier: elsewhere.machineIdentifier, libraryKeys: [expect.any(String)] },
    ])
  })

  test('a share that was removed may stay in the list with a date, and settings may be left out', async () => {
    const { plexAccount, world, mid } = await stagePlex()
    world.people.behaviour.removedShares = 'dated'
    world.people.behaviour.sharingSettings = 'when restricted'
    const { shareId } = world.shareWith('mo.heron', ['Series'])
    await plexAccount.removeShare({ machineIdentifier: mid, shareId: String(shareId) })
    world.shareWith('mo.heron', ['Films'])

    expect(await plexAccount.shares()).toMatchObject([
      { libraryKeys: ['3'], settings: { downloads: false, filters: noFilters } },
    ])
  })

  test('where the lists leave settings out, they are those of the person, read once', async () => {
    const { plexAccount, world, plexTv } = await stagePlex()
    world.people.behaviour.sharingSettings = 'when restricted'
    world.people.setSettings('mo.heron', { allowSync: true, allowChannels: true })
    world.shareWith('mo.heron', ['Films'])
    world.shareElsewhere('mo.heron')

    const settings = { downloads: true, filters: noFilters, rights: { ...noRights, channels: true } }
    expect(await plexAccount.shares()).toMatchObject([{ settings }, { settings }])
    expect(readsOfPeople(plexTv)).toHaveLength(1)
  })

  test('the people are not read where the lists say it all, or where nobody is named', async () => {
    const { plexAccount, world, plexTv } = await stagePlex()
    world.shareWith('mo.heron', ['Films'])
    expect(await plexAccount.shares()).toHaveLength(1)

    const address = { id: 5, machineIdentifier: 'abc', invitedEmail: 'new@example.test' }
    const act = {
      kind: 'answer',
      status: 200,
      type: 'application/json',
      body: JSON.stringify([address]),
    } as const
    plexTv.faults.next({ match: 'GET /api/v2/shared_servers/owned/pending', act })
    expect(await plexAccount.shares()).toHaveLength(2)
    expect(readsOfPeople(plexTv)).toEqual([])
  })

  test('settings that can be read nowhere are not "nothing is hidden"', async () => {
    const { plexAccount, world, plexTv } = await stagePlex()
    world.people.behaviour.sharingSettings = 'when restricted'
    world.shareWith('mo.heron', ['Films'])
    plexTv.faults.next({ match: 'GET /api/users', act: { kind: 'html' } })

    await expect(plexAccount.shares()).rejects.toMatchObject({ code: 'plex_unreachable' })
  })

  test('a dead token is told as such by both generations of routes', async () => {
    const { connectWith } = await stagePlex()
    const { plexAccount } = connectWith({ token: () => 'dead' })

    for (const asking of [plexAccount.owner(), plexAccount.friends(), plexAccount.shares()]) {
      await expect(asking).rejects.toMatchObject({ code: 'plex_token_rejected' })
    }
  })

  test('a short 429 is waited out', async () => {
    const { plexAccount, plexTv, clock } = await stagePlex()
    const busy = { kind: 'answer', status: 429, headers: { 'retry-after': '4' } } as const
    plexTv.faults.next({ match: 'GET /api/users', times: 2, act: busy })

    const reading = plexAccount.friends()
    await until('the first wait', () => clock.sleeping() === 1)
    await clock.advance(4_000)
    await until('the second wait', () => clock.sleeping() === 1)
    await clock.advance(4_000)
    expect(await reading).toHaveLength(1)
  })

  test('a read that failed in passing is asked once more', async () => {
    const { plexAccount, plexTv, clock } = await stagePlex()
    plexTv.faults.next({ match: 'GET /api/v2/user', act: { kind: 'answer', status: 503 } })

    const reading = plexAccount.owner()
    await until('the moment between', () => clock.sleeping() === 1)
    await clock.advance(500)
    expect(await reading).toMatchObject({ username: 'quill' })
  })

  test('the token is asked for anew each time', async () => {
    const { connectWith, world } = await stagePlex()
    let token = 'dead'
    const { plexAccount } = connectWith({ token: () => token })

    await expect(plexAccount.owner()).rejects.toMatchObject({ code: 'plex_token_rejected' })
    token = world.owner.token
    expect(await plexAccount.owner()).toMatchObject({ username: 'quill' })
  })

  test('a long 429 is refused with the time to try again', async () => {
    const { plexAccount, plexTv } = await stagePlex()
    const busy = { kind: 'answer', status: 429, headers: { 'retry-after': '90' } } as const
    plexTv.faults.next({ match: 'GET /api/users', act: busy })

    await expect(plexAccount.friends()).rejects.toMatchObject({
      code: 'plex_busy',
      message: 'plex.tv takes no more requests just now. Try again in 90 s.',
      retryAfterMs: 90_000,
    })
  })

  test('a share that is accepted while the lists are read is not overlooked', async () => {
    const { plexAccount, plexTv, world, clock } = await stagePlex()
    world.shareWith('mo.heron', ['Films'], { accepted: false })
    const pending = 'GET /api/v2/shared_servers/owned/pending'
    plexTv.faults.next({ match: pending, act: { kind: 'delay', ms: 1_000 } })

    const reading = plexAccount.shares()
    await until('the delay', () => clock.sleeping() === 1)
    world.acceptInvitation('mo.heron')
    await clock.advance(1_000)
    expect(await reading).toMatchObject([{ accepted: true }])
  })

  test('a list of shares that is a web page is not "nobody"', async () => {
    const { plexAccount, plexTv } = await stagePlex()
    plexTv.faults.next({ match: 'GET /api/v2/shared_servers/owned/accepted', act: { kind: 'html' } })

    await expect(plexAccount.shares()).rejects.toMatchObject({ code: 'plex_unreachable' })
  })
})

describe('inviting', () => {
  test('a stranger is invited by name to one library, downloads off, and is pending until they accept', async () => {
    const { plexAccount, world, mid, stranger, plexTv } = await stagePlex()
    await plexAccount.invite({
      machineIdentifier: mid,
      to: { name: 'pat.otter' },
      filters: noFilters,
      libraryKeys: ['3'],
    })

    expect(postsOf(plexTv)).toEqual([
      {
        server_id: mid,
        shared_server: { library_section_ids: [64100201], invited_email: 'pat.otter' },
        sharing_settings: {
          allowSync: '0',
          allowCameraUpload: '0',
          allowChannels: '0',
          filterMovies: '',
          filterTelevision: '',
          filterMusic: '',
        },
      },
    ])
    const [pending] = await plexAccount.shares()
    expect(pending).toMatchObject({
      accepted: false,
      libraryKeys: ['3'],
      person: { plexId: String(stranger.plexId) },
    })
    expect(world.librariesOf('pat.otter')).toEqual([])

    world.acceptInvitation('pat.otter')
    const [accepted] = await plexAccount.shares()
    expect(accepted).toEqual({ ...pending, accepted: true })
    expect(world.librariesOf('pat.otter')).toEqual(['3'])
    expect(world.shareOf('pat.otter')?.settings.allowSync).toBe(false)
  })

  test.each([
    ['the older route', undefined],
    ['the newer route', 410],
  ])(
    '%s gets the restriction in the invitation itself, so that there is no open moment',
    async (_what, dead) => {
      const { plexAccount, world, plexTv, mid } = await stagePlex()
      if (dead) plexTv.faults.next({ match: 'POST /api/servers', act: { kind: 'answer', status: dead } })
      const filters = { movies: 'label=Otp-7', television: 'x=1', music: 'y=2', photos: 'z=3', all: 'a=4' }
      await plexAccount.invite({
        machineIdentifier: mid,
        to: { name: 'pat.otter' },
        libraryKeys: ['3'],
        filters,
      })

      expect(await plexAccount.shares()).toMatchObject([
        { accepted: false, settings: { downloads: false, filters } },
      ])
      expect(world.shareOf('pat.otter')?.settings).toMatchObject({
        allowSync: false,
        allowChannels: false,
        allowCameraUpload: false,
        filterMovies: 'label=Otp-7',
      })
      expect(writesOf(plexTv)).toHaveLength(dead ? 2 : 1)
    },
  )

  test.each([
    ['the older route', undefined],
    ['the newer route', 410],
  ])('%s says which share it made', async (_what, dead) => {
    const { plexAccount, plexTv, world, mid } = await stagePlex()
    if (dead) plexTv.faults.next({ match: 'POST /api/servers', act: { kind: 'answer', status: dead } })
    const asked = { machineIdentifier: mid, filters: noFilters, libraryKeys: ['3'] }
    world.shareWith('mo.heron', ['Films'])

    const { shareId } = await plexAccount.invite({ ...asked, to: { name: 'pat.otter' } })
    expect(shareId).toBe(String(world.shareOf('pat.otter')?.shareId))
    expect(shareId).not.toBe(String(world.shareOf('mo.heron')?.shareId))
  })

  test('a success without words is one all the same', async () => {
    const { plexAccount, plexTv, mid } = await stagePlex()
    plexTv.faults.next({ match: 'POST /api/servers', act: { kind: 'answer', status: 200 } })
    const asked = { machineIdentifier: mid, filters: noFilters, libraryKeys: ['3'] }

    expect(await plexAccount.invite({ ...asked, to: { name: 'pat.otter' } })).toEqual({})
  })

  test('a friend is invited by account id', async () => {
    const { plexAccount, world, mid, friend, plexTv } = await stagePlex()
    await plexAccount.invite({
      machineIdentifier: mid,
      to: { plexId: String(friend.plexId) },
      filters: noFilters,
      libraryKeys: ['4', '3', '4'],
    })

    expect(postsOf(plexTv)).toMatchObject([
      { shared_server: { library_section_ids: [64100202, 64100201], invited_id: friend.plexId } },
    ])
    world.acceptInvitation('mo.heron')
    expect(world.librariesOf('mo.heron')).toEqual(['3', '4'])
  })

  test('an address without an account is invited too', async () => {
    const { plexAccount, mid } = await stagePlex()
    await plexAccount.invite({
      machineIdentifier: mid,
      to: { name: 'new@example.test' },
      filters: noFilters,
      libraryKeys: ['3'],
    })

    const [share] = await plexAccount.shares()
    expect(share).toMatchObject({ accepted: false, invitedEmail: 'new@example.test' })
    expect(share).not.toHaveProperty('person')
  })

  test('an empty list of libraries is never sent', async () => {
    const { plexAccount, mid, plexTv, world } = await stagePlex()
    const { shareId } = world.shareWith('mo.heron', ['Films'])
    const nothing = { machineIdentifier: mid, libraryKeys: [], filters: noFilters }

    await expect(plexAccount.invite({ ...nothing, to: { name: 'pat.otter' } })).rejects.toThrow('empty list')
    await expect(plexAccount.setLibraries({ ...nothing, shareId: String(shareId) })).rejects.toThrow(
      'empty list',
    )
    expect(plexTv.journal).toEqual([])
  })

  test('a library that plex.tv does not know stops everything before anything is sent', async () => {
    const { plexAccount, mid, plexTv } = await stagePlex()
    const asked = plexAccount.invite({
      machineIdentifier: mid,
      to: { name: 'pat.otter' },
      filters: noFilters,
      libraryKeys: ['3', '77'],
    })

    await expect(asked).rejects.toMatchObject({
      code: 'plex_refused',
      message: expect.stringContaining('key 77'),
    })
    expect(postsOf(plexTv)).toEqual([])
  })

  test('section ids are read anew every time, and from the older route where the newer is gone', async () => {
    const { plexAccount, world, mid, plexTv } = await stagePlex()
    const scratch = world.addLibrary({ title: 'Scratch', type: 'movie' })
    plexTv.faults.next({ match: 'GET /api/v2/servers', act: { kind: 'answer', status: 410 } })
    await plexAccount.invite({
      machineIdentifier: mid,
      to: { name: 'pat.otter' },
      filters: noFilters,
      libraryKeys: [scratch.key],
    })

    expect(postsOf(plexTv)).toMatchObject([{ shared_server: { library_section_ids: [scratch.sectionId] } }])
    expect(plexTv.journal.map((one) => one.path)).toContain(`/api/servers/${mid}`)
  })

  test('somebody who has a share already is a conflict, with Plex’s reason', async () => {
    const { plexAccount, world, mid } = await stagePlex()
    world.shareWith('mo.heron', ['Films'])

    await expect(
      plexAccount.invite({
        machineIdentifier: mid,
        to: { name: 'mo.heron' },
        filters: noFilters,
        libraryKeys: ['4'],
      }),
    ).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('already sharing this server'),
    })
    expect(world.librariesOf('mo.heron')).toEqual(['3'])
  })

  test.each([404, 410])(
    'where the old route is gone (%i) the new one is asked, with everything else off',
    async (status) => {
      const { plexAccount, world, mid, plexTv } = await stagePlex()
      plexTv.faults.next({ match: 'POST /api/servers', times: 2, act: { kind: 'answer', status } })
      await plexAccount.invite({
        machineIdentifier: mid,
        to: { name: 'pat.otter' },
        filters: noFilters,
        libraryKeys: ['3'],
      })

      expect(world.shareOf('pat.otter')?.settings).toMatchObject({
        allowSync: false,
        allowChannels: false,
        allowTuners: 0,
      })
      expect(world.people.shares()).toHaveLength(1)
      await expect(
        plexAccount.invite({
          machineIdentifier: mid,
          to: { name: 'pat.otter' },
          filters: noFilters,
          libraryKeys: ['3'],
        }),
      ).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringMatching(
          /^plex.tv refused: Account already has access to this server. .* Try again in a minute.$/,
        ),
      })
    },
  )

  test.each([
    ['an unknown name', 'nobody.here', 'guest_not_found', 'No user with that username'],
    ['the owner', 'quill', 'plex_refused', 'with yourself'],
  ])('%s is refused in Plex’s words', async (_what, name, code, words) => {
    const { plexAccount, mid } = await stagePlex()

    await expect(
      plexAccount.invite({ machineIdentifier: mid, to: { name }, filters: noFilters, libraryKeys: ['3'] }),
    ).rejects.toMatchObject({ code, message: expect.stringContaining(words) })
  })

  test('"no such person" is no reason to ask the newer route', async () => {
    const { plexAccount, mid, plexTv } = await stagePlex()
    const asked = plexAccount.invite({
      machineIdentifier: mid,
      to: { name: 'nobody.here' },
      libraryKeys: ['3'],
      filters: noFilters,
    })

    await expect(asked).rejects.toMatchObject({ code: 'guest_not_found' })
    expect(postsOf(plexTv)).toHaveLength(1)
  })

  test.each([
    [410, '', 422, 'You cannot share a server with yourself'],
    [410, '', 422, 'This person already turned you down'],
    [400, 'This server cannot be shared today', undefined, ''],
  ])('a refusal that is no duplicate is told as one (%i %s, %s %s)', async (first, words, second, said) => {
    const { plexAccount, mid, plexTv } = await stagePlex()
    const type = 'text/xml'
    const body = `<Response status="${words}"/>`
    plexTv.faults.next({ match: 'POST /api/servers', act: { kind: 'answer', status: first, type, body } })
    const errors = `<errors><error message="${said}"/></errors>`
    if (second) {
      const act = { kind: 'answer', status: second, type, body: errors } as const
      plexTv.faults.next({ match: 'POST /api/v2/shared_servers', act })
    }

    await expect(
      plexAccount.invite({
        machineIdentifier: mid,
        to: { name: 'pat.otter' },
        libraryKeys: ['3'],
        filters: noFilters,
      }),
    ).rejects.toMatchObject({ code: 'plex_refused', message: `plex.tv refused: ${said || words}.` })
  })

  test('where both routes are gone, that is said', async () => {
    const { plexAccount, world, mid, plexTv } = await stagePlex()
    world.people.behaviour.v2Invitations = 'gone'
    plexTv.faults.next({ match: 'POST /api/servers', act: { kind: 'answer', status: 410 } })

    await expect(
      plexAccount.invite({
        machineIdentifier: mid,
        to: { name: 'pat.otter' },
        libraryKeys: ['3'],
        filters: noFilters,
      }),
    ).rejects.toMatchObject({ code: 'plex_refused', message: expect.stringContaining('no way to invite') })
  })

  test('a full server is refused', async () => {
    const { plexAccount, world, mid } = await stagePlex()
    world.people.limits.people = 0

    await expect(
      plexAccount.invite({
        machineIdentifier: mid,
        to: { name: 'pat.otter' },
        filters: noFilters,
        libraryKeys: ['3'],
      }),
    ).rejects.toThrow('maximum number')
  })

  test.each([
    ['no answer', { kind: 'hang', when: 'after' }, 'plex_unreachable'],
    ['a broken connection', { kind: 'reset', when: 'after' }, 'plex_unreachable'],
    ['an unreadable answer', { kind: 'cut' }, 'plex_unreachable'],
    ['429', { kind: 'answer', status: 429 }, 'plex_busy'],
    ['502', { kind: 'answer', status: 502 }, 'plex_unreachable'],
  ] as const)('%s is never followed by a second invitation', async (_what, act, code) => {
    const { connectWith, world, mid, plexTv } = await stagePlex()
    const { plexAccount } = connectWith({ accountTimeoutMs: 1_000 })
    plexTv.faults.next({ match: 'POST /api/servers', act })

    await expect(
      plexAccount.invite({
        machineIdentifier: mid,
        to: { name: 'pat.otter' },
        filters: noFilters,
        libraryKeys: ['3'],
      }),
    ).rejects.toMatchObject({ code })
    expect(postsOf(plexTv)).toHaveLength(1)
    expect(world.people.shares()).toHaveLength(act.kind === 'answer' ? 0 : 1)
  })
})

describe('what holds for a person', () => {
  const settings = { downloads: true, filters: { ...noFilters, movies: 'label=A%2CB', all: 'x!=1' } }

  test('all of it is set, and what OTP has no say in stays', async () => {
    const { plexAccount, world, friend, plexTv } = await stagePlex()
    world.people.setSettings('mo.heron', { allowTuners: 2, allowChannels: true, filterTelevision: 'y=1' })
    await plexAccount.setSettings({ plexId: String(friend.plexId), settings })

    expect(postsOf(plexTv)).toEqual([
      {
        invitedId: friend.plexId,
        settings: {
          allowSync: true,
          allowChannels: true,
          allowCameraUpload: false,
          allowSubtitleAdmin: false,
          allowTuners: 2,
          filterMovies: 'label=A%2CB',
          filterTelevision: '',
          filterMusic: '',
          filterPhotos: null,
          filterAll: 'x!=1',
        },
      },
    ])
    expect(await plexAccount.friends()).toMatchObject([{ username: 'mo.heron', settings }])
  })

  test.each([404, 405, 410])('where that route is gone (%i) the older one gets all of it', async (status) => {
    const { plexAccount, world, friend, plexTv } = await stagePlex()
    world.people.setSettings('mo.heron', { allowTuners: 1, filterTelevision: 'y=1' })
    plexTv.faults.next({ match: 'POST /api/v2/sharing_settings', act: { kind: 'answer', status } })
    await plexAccount.setSettings({ plexId: String(friend.plexId), settings })

    expect(plexTv.journal.at(-1)).toMatchObject({
      method: 'PUT',
      path: `/api/v2/sharings/${friend.plexId}`,
      query: {
        allowSync: '1',
        allowChannels: '0',
        allowCameraUpload: '0',
        allowSubtitleAdmin: '0',
        allowTuners: '1',
        filterMovies: 'label=A%2CB',
        filterTelevision: '',
        filterMusic: '',
        filterPhotos: '',
        filterAll: 'x!=1',
      },
    })
    expect(await plexAccount.friends()).toMatchObject([{ username: 'mo.heron', settings }])
  })

  test('somebody whose invitation is pending can be given other settings', async () => {
    const { plexAccount, world, stranger } = await stagePlex()
    world.shareWith('pat.otter', ['Films'], { accepted: false })
    await plexAccount.setSettings({ plexId: String(stranger.plexId), settings })

    expect(await plexAccount.shares()).toMatchObject([{ accepted: false, settings }])
  })

  test('an unknown person is refused in Plex’s words, without asking elsewhere', async () => {
    const { plexAccount, plexTv } = await stagePlex()

    await expect(plexAccount.setSettings({ plexId: '5', settings })).rejects.toMatchObject({
      code: 'plex_refused',
      message: 'plex.tv refused: User not found.',
    })
    expect(writesOf(plexTv)).toHaveLength(1)
  })

  test('a restriction that needs a Plex Pass is refused in Plex’s words', async () => {
    const { plexAccount, world, friend } = await stagePlex({ plexPass: false })
    world.people.behaviour.filtersWithoutPass = 'refused'

    await expect(plexAccount.setSettings({ plexId: String(friend.plexId), settings })).rejects.toMatchObject({
      code: 'fence_unavailable',
      message: expect.stringContaining('Plex Pass'),
    })
  })

  test('where both routes are gone, the sentence says what to do', async () => {
    const { plexAccount, friend, plexTv } = await stagePlex()
    plexTv.faults.next({ match: 'POST /api/v2/sharing_settings', act: { kind: 'answer', status: 410 } })
    plexTv.faults.next({ match: 'PUT /api/v2/sharings', act: { kind: 'answer', status: 410 } })

    await expect(plexAccount.setSettings({ plexId: String(friend.plexId), settings })).rejects.toMatchObject({
      code: 'plex_refused',
      message: expect.stringContaining('Do it in Plex, under Settings'),
    })
  })

  test('"too many requests" is waited out here: it may be said twice', async () => {
    const { plexAccount, friend, plexTv, clock } = await stagePlex()
    plexTv.faults.next({ match: 'POST /api/v2/sharing_settings', act: { kind: 'answer', status: 429 } })

    const setting = plexAccount.setSettings({ plexId: String(friend.plexId), settings })
    await until('the wait', () => clock.sleeping() === 1)
    await clock.advance(1_000)
    await setting
    expect(await plexAccount.friends()).toMatchObject([{ settings }])
  })
})

describe('items granted one by one', () => {
  test('an item is granted to one person, listed and taken back', async () => {
    const { plexAccount, world, mid, friend, arrival } = await stagePlex()
    const plexId = String(friend.plexId)
    await plexAccount.grantItem({ machineIdentifier: mid, plexId, ratingKey: arrival.ratingKey })

    expect(world.people.isGranted(friend, arrival.ratingKey)).toBe(true)
    const [grant] = await plexAccount.grants()
    expect(grant).toEqual({
      grantId: expect.any(String),
      machineIdentifier: mid,
      plexId,
      ratingKeys: [arrival.ratingKey],
    })

    await plexAccount.removeGrant(grant?.grantId ?? '')
    expect(await plexAccount.grants()).toEqual([])
    await expect(plexAccount.removeGrant(grant?.grantId ?? '')).resolves.toBeUndefined()
  })

  test.each([404, 405, 410])('where granting is gone (%i) the other form of it is asked', async (status) => {
    const { plexAccount, plexTv, mid, friend } = await stagePlex()
    plexTv.faults.next({ match: 'POST /api/v2/shared_items', act: { kind: 'answer', status } })
    plexTv.faults.next({ match: 'POST /api/v2/shared_sources', act: { kind: 'answer', status: 201 } })
    await plexAccount.grantItem({
      machineIdentifier: mid,
      plexId: String(friend.plexId),
      ratingKey: '6001',
    })

    expect(plexTv.journal.at(-1)?.query).toEqual({
      invitedId: String(friend.plexId),
      items: `server://${mid}/com.plexapp.plugins.library/library/metadata/6001`,
    })
  })

  test('a refusal comes in Plex’s words and is asked nowhere else', async () => {
    const { plexAccount, world, plexTv, mid, friend } = await stagePlex()
    const grant = { machineIdentifier: mid, plexId: String(friend.plexId), ratingKey: '6001' }
    world.people.behaviour.grants = 'refused'
    await expect(plexAccount.grantItem(grant)).rejects.toMatchObject({
      code: 'plex_refused',
      message: 'plex.tv refused: These items cannot be shared.',
    })

    world.people.behaviour.grants = 'works'
    await expect(plexAccount.grantItem({ ...grant, plexId: '5' })).rejects.toThrow('No user with that id')
    await expect(plexAccount.grantItem({ ...grant, ratingKey: '99999' })).rejects.toThrow('Item not found')
    expect(postsOf(plexTv)).toHaveLength(3)
  })

  test('where none of it exists, the sentence says what to use instead', async () => {
    const { plexAccount, world, mid, friend } = await stagePlex()
    world.people.behaviour.grants = 'gone'
    const gone = { code: 'plex_refused', message: expect.stringContaining('Use another fence') }

    await expect(plexAccount.grants()).rejects.toMatchObject(gone)
    await expect(
      plexAccount.grantItem({ machineIdentifier: mid, plexId: String(friend.plexId), ratingKey: '1' }),
    ).rejects.toMatchObject(gone)
  })
})

describe('changing and taking away', () => {
  test('the libraries become exactly the given ones', async () => {
    const { plexAccount, world, mid } = await stagePlex()
    const { shareId } = world.shareWith('mo.heron', 'all')
    await plexAccount.setLibraries({ machineIdentifier: mid, shareId: String(shareId), libraryKeys: ['4'] })

    expect(world.librariesOf('mo.heron')).toEqual(['4'])
    expect(await plexAccount.shares()).toMatchObject([{ allLibraries: false, libraryKeys: ['4'] }])
  })

  test('a share that does not exist cannot be changed', async () => {
    const { plexAccount, mid, plexTv } = await stagePlex()

    await expect(
      plexAccount.setLibraries({ machineIdentifier: mid, shareId: '5', libraryKeys: ['4'] }),
    ).rejects.toMatchObject({ code: 'plex_refused', message: 'plex.tv refused: Shared server not found.' })
    expect(writesOf(plexTv)).toHaveLength(1)
  })

  const webPage = { body: '<!DOCTYPE html><html><body>Not Found</body></html>', type: 'text/html' }
  const theirs = { allowSync: true, allowTuners: 2, filterMovies: 'label=Otp-7', filterAll: 'x!=1' }
  const kept = {
    downloads: true,
    filters: { ...noFilters, movies: 'label=Otp-7', all: 'x!=1' },
    rights: { ...noRights, tuners: 2 },
  }

  test.each([
    ['405', { status: 405 }, kept],
    ['410', { status: 410 }, { downloads: kept.downloads, filters: kept.filters }],
    ['404 with a web page', { status: 404, ...webPage }, undefined],
  ])(
    'where the old route says %s, the new one changes them and keeps the rest',
    async (_what, dead, settings) => {
      const { plexAccount, world, mid, plexTv } = await stagePlex()
      world.people.setSettings('mo.heron', theirs)
      const shareId = String(world.shareWith('mo.heron', ['Films']).shareId)
      plexTv.faults.next({ match: 'PUT /api/servers', act: { kind: 'answer', ...dead } })
      const wanted = { machineIdentifier: mid, shareId, libraryKeys: ['4'] }
      await plexAccount.setLibraries({ ...wanted, ...(settings && { settings }) })

      expect(plexTv.journal.at(-1)).toMatchObject({
        method: 'POST',
        path: `/api/v2/shared_servers/${shareId}`,
      })
      expect(postsOf(plexTv)).toEqual([
        {
          librarySectionIds: [64100202],
          settings: {
            allowSync: true,
            allowChannels: false,
            allowCameraUpload: false,
            allowSubtitleAdmin: false,
            allowTuners: 2,
            filterMovies: 'label=Otp-7',
            filterTelevision: '',
            filterMusic: '',
            filterPhotos: null,
            filterAll: 'x!=1',
          },
        },
      ])
      expect(await plexAccount.shares()).toMatchObject([{ libraryKeys: ['4'], settings: kept }])
    },
  )

  test('the new route gets rights also where the lists of shares leave the settings out', async () => {
    const { plexAccount, world, mid, plexTv } = await stagePlex()
    world.people.behaviour.sharingSettings = 'when restricted'
    world.people.setSettings('mo.heron', { allowSync: true, allowTuners: 1 })
    const shareId = String(world.shareWith('mo.heron', ['Films']).shareId)
    plexTv.faults.next({ match: 'PUT /api/servers', act: { kind: 'answer', status: 410 } })
    await plexAccount.setLibraries({ machineIdentifier: mid, shareId, libraryKeys: ['3', '4'] })

    expect(postsOf(plexTv)).toMatchObject([{ settings: { allowSync: true, allowTuners: 1 } }])
    expect(world.librariesOf('mo.heron')).toEqual(['3', '4'])
  })

  test('the new route gets nothing for a share whose settings are not known', async () => {
    const { plexAccount, mid, plexTv } = await stagePlex()
    plexTv.faults.next({ match: 'PUT /api/servers', act: { kind: 'answer', status: 410 } })

    await expect(
      plexAccount.setLibraries({ machineIdentifier: mid, shareId: '5', libraryKeys: ['4'] }),
    ).rejects.toMatchObject({ code: 'plex_refused', message: expect.stringContaining('does not list') })
    expect(postsOf(plexTv)).toEqual([])
  })

  test('where both routes are gone, that is said and the libraries stay', async () => {
    const { plexAccount, world, mid, plexTv } = await stagePlex()
    const shareId = String(world.shareWith('mo.heron', ['Films']).shareId)
    plexTv.faults.next({ match: 'PUT /api/servers', act: { kind: 'answer', status: 410 } })
    plexTv.faults.next({ match: 'POST /api/v2/shared_servers', act: { kind: 'answer', status: 405 } })

    await expect(
      plexAccount.setLibraries({ machineIdentifier: mid, shareId, libraryKeys: ['4'] }),
    ).rejects.toMatchObject({
      code: 'plex_refused',
      message: expect.stringContaining('no way to change the libraries'),
    })
    expect(world.librariesOf('mo.heron')).toEqual(['3'])
  })

  test('a share is taken away, pending or accepted, and the friendship stays', async () => {
    const { plexAccount, world, mid } = await stagePlex()
    const accepted = world.shareWith('mo.heron', ['Films'])
    const pending = world.shareWith('pat.otter', ['Films'], { accepted: false })
    const elsewhere = world.shareElsewhere('mo.heron')

    for (const { shareId } of [accepted, pending]) {
      await plexAccount.removeShare({ machineIdentifier: mid, shareId: String(shareId) })
    }
    expect(world.people.shares()).toEqual([elsewhere])
    expect(await plexAccount.friends()).toHaveLength(2)
  })

  test('a share that is gone already counts as taken away', async () => {
    const { plexAccount, mid, plexTv } = await stagePlex()

    await expect(plexAccount.removeShare({ machineIdentifier: mid, shareId: '5' })).resolves.toBeUndefined()
    expect(deletesOf(plexTv)).toHaveLength(1)
  })

  test.each([
    ['405', { status: 405 }],
    ['410', { status: 410 }],
    ['404 with nothing', { status: 404 }],
    ['404 with a web page', { status: 404, ...webPage }],
  ])('where the old route says %s the new one is asked', async (_what, answer) => {
    const { plexAccount, world, mid, plexTv } = await stagePlex()
    const { shareId } = world.shareWith('mo.heron', ['Films'])
    plexTv.faults.next({ match: 'DELETE /api/servers', act: { kind: 'answer', ...answer } })
    await plexAccount.removeShare({ machineIdentifier: mid, shareId: String(shareId) })

    expect(world.people.shares()).toEqual([])
  })

  test('where both routes know no such share, it counts as taken away', async () => {
    const { plexAccount, mid, plexTv } = await stagePlex()
    plexTv.faults.next({ match: 'DELETE /api/servers', act: { kind: 'answer', status: 404, ...webPage } })

    await expect(plexAccount.removeShare({ machineIdentifier: mid, shareId: '5' })).resolves.toBeUndefined()
    expect(deletesOf(plexTv)).toHaveLength(2)
  })

  test.each([404, 405] as const)(
    'an invitation that the old route does not cancel (%i) is cancelled by the new one',
    async (status) => {
      const { plexAccount, world, mid } = await stagePlex()
      world.people.behaviour.v1Cancelling = status
      const { shareId } = world.shareWith('pat.otter', ['Films'], { accepted: false })
      await plexAccount.removeShare({ machineIdentifier: mid, shareId: String(shareId) })

      expect(world.people.shares()).toEqual([])
    },
  )

  test('where neither route cancels it, nothing more is tried: the person keeps what other servers gave', async () => {
    const { plexAccount, world, mid, plexTv } = await stagePlex()
    world.people.behaviour.v1Cancelling = 405
    world.people.behaviour.v2Removal = 'refused'
    const { shareId } = world.shareWith('pat.otter', ['Films'], { accepted: false })
    world.shareElsewhere('pat.otter')

    await expect(
      plexAccount.removeShare({ machineIdentifier: mid, shareId: String(shareId) }),
    ).rejects.toMatchObject({
      code: 'plex_refused',
      message: expect.stringContaining('no way to take this share away'),
    })
    expect(deletesOf(plexTv)).toHaveLength(2)
    expect(world.people.shares()).toHaveLength(2)
  })

  test('a refusal to take away is said', async () => {
    const { plexAccount, world, mid, plexTv } = await stagePlex()
    const { shareId } = world.shareWith('mo.heron', ['Films'])
    plexTv.faults.next({ match: 'DELETE /api/servers', act: { kind: 'answer', status: 500 } })

    await expect(
      plexAccount.removeShare({ machineIdentifier: mid, shareId: String(shareId) }),
    ).rejects.toMatchObject({ code: 'plex_unreachable' })
    expect(world.people.shares()).toHaveLength(1)
  })
})

function postsOf(plexTv: { journal: { method: string; body: unknown }[] }): unknown[] {
  return plexTv.journal.filter((one) => one.method === 'POST').map((one) => one.body)
}

function readsOfPeople(plexTv: { journal: { path: string }[] }): unknown[] {
  return plexTv.journal.filter((one) => one.path === '/api/users')
}

function deletesOf(plexTv: { journal: { method: string }[] }): unknown[] {
  return plexTv.journal.filter((one) => one.method === 'DELETE')
}

function writesOf(plexTv: { journal: { method: string }[] }): unknown[] {
  return plexTv.journal.filter((one) => one.method !== 'GET')
}

describe('a restriction that plex.tv does not take', () => {
  test('is told as that, so that another fence can be put up', async () => {
    const { plexAccount, mid, world, plexTv } = await stagePlex()
    world.addAccount('pat.otter')
    const body = '<Response code="400" status="Restrictions require an active Plex Pass"/>'
    const act = { kind: 'answer', status: 400, type: 'text/xml', body } as const
    plexTv.faults.next({ match: 'POST /api/servers', act })
    const filters = { ...noFilters, movies: 'label=Otp-1' }

    await expect(
      plexAccount.invite({ machineIdentifier: mid, to: { name: 'pat.otter' }, libraryKeys: ['3'], filters }),
    ).rejects.toMatchObject({ code: 'fence_unavailable' })
  })
})
