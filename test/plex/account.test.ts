import { describe, expect, test } from 'vitest'
import { until } from '../support/until.js'
import { stagePlex } from './stage.js'

describe('reading the account', () => {
  test('the owner and the friends are read', async () => {
    const { plexAccount, world, friend } = await stagePlex()
    const home = world.addHomeUser('little.one')

    expect(await plexAccount.owner()).toEqual({
      plexId: '90210001',
      username: 'quill',
      email: 'quill@example.test',
    })
    expect(await plexAccount.friends()).toEqual([
      { plexId: String(friend.plexId), username: 'mo.heron', email: 'mo.heron@example.test', home: false },
      { plexId: String(home.plexId), username: 'little.one', home: true },
    ])
  })

  test('shares are read by the server’s own library keys; other servers and shares that were left are not', async () => {
    const { plexAccount, world, friend, mid } = await stagePlex()
    world.shareWith('mo.heron', ['Series'])
    world.shareElsewhere('mo.heron')
    world.shareWith('pat.otter', ['Films'])
    world.leave('pat.otter')

    expect(await plexAccount.shares(mid)).toEqual([
      {
        shareId: expect.any(String),
        accepted: true,
        person: { plexId: String(friend.plexId), username: 'mo.heron', email: 'mo.heron@example.test' },
        allLibraries: false,
        libraryKeys: ['4'],
      },
    ])
  })

  test('a dead token is told as such by both generations of routes', async () => {
    const { connectWith, mid } = await stagePlex()
    const { plexAccount } = connectWith({ token: 'dead' })

    for (const asking of [plexAccount.owner(), plexAccount.friends(), plexAccount.shares(mid)]) {
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

  test('a long 429 is refused with the time to try again', async () => {
    const { plexAccount, plexTv } = await stagePlex()
    const busy = { kind: 'answer', status: 429, headers: { 'retry-after': '90' } } as const
    plexTv.faults.next({ match: 'GET /api/users', act: busy })

    await expect(plexAccount.friends()).rejects.toMatchObject({
      code: 'plex_busy',
      message: 'plex.tv takes no more requests just now. Try again in 90 s.',
    })
  })

  test('a share that is accepted while the lists are read is not overlooked', async () => {
    const { plexAccount, plexTv, world, mid, clock } = await stagePlex()
    world.shareWith('mo.heron', ['Films'], { accepted: false })
    const pending = 'GET /api/v2/shared_servers/owned/pending'
    plexTv.faults.next({ match: pending, act: { kind: 'delay', ms: 1_000 } })

    const reading = plexAccount.shares(mid)
    await until('the delay', () => clock.sleeping() === 1)
    world.acceptInvitation('mo.heron')
    await clock.advance(1_000)
    expect(await reading).toMatchObject([{ accepted: true }])
  })

  test('a list of shares that is a web page is not "nobody"', async () => {
    const { plexAccount, plexTv, mid } = await stagePlex()
    plexTv.faults.next({ match: 'GET /api/v2/shared_servers/owned/accepted', act: { kind: 'html' } })

    await expect(plexAccount.shares(mid)).rejects.toMatchObject({ code: 'plex_unreachable' })
  })
})

describe('inviting', () => {
  test('a stranger is invited by name to one library, downloads off, and is pending until they accept', async () => {
    const { plexAccount, world, mid, stranger, plexTv } = await stagePlex()
    await plexAccount.invite({ machineIdentifier: mid, to: { name: 'pat.otter' }, libraryKeys: ['3'] })

    expect(postsOf(plexTv)).toEqual([
      {
        server_id: mid,
        shared_server: { library_section_ids: [64100201], invited_email: 'pat.otter' },
        sharing_settings: { allowSync: '0', allowCameraUpload: '0', allowChannels: '0' },
      },
    ])
    const [pending] = await plexAccount.shares(mid)
    expect(pending).toMatchObject({
      accepted: false,
      libraryKeys: ['3'],
      person: { plexId: String(stranger.plexId) },
    })
    expect(world.librariesOf('pat.otter')).toEqual([])

    world.acceptInvitation('pat.otter')
    const [accepted] = await plexAccount.shares(mid)
    expect(accepted).toEqual({ ...pending, accepted: true })
    expect(world.librariesOf('pat.otter')).toEqual(['3'])
    expect(world.shareOf('pat.otter')?.settings.allowSync).toBe(false)
  })

  test('a friend is invited by account id', async () => {
    const { plexAccount, world, mid, friend, plexTv } = await stagePlex()
    await plexAccount.invite({
      machineIdentifier: mid,
      to: { plexId: String(friend.plexId) },
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
    await plexAccount.invite({ machineIdentifier: mid, to: { name: 'new@example.test' }, libraryKeys: ['3'] })

    const [share] = await plexAccount.shares(mid)
    expect(share).toMatchObject({ accepted: false, invitedEmail: 'new@example.test' })
    expect(share).not.toHaveProperty('person')
  })

  test('an empty list of libraries is never sent', async () => {
    const { plexAccount, mid, plexTv, world } = await stagePlex()
    const { shareId } = world.shareWith('mo.heron', ['Films'])
    const nothing = { machineIdentifier: mid, libraryKeys: [] }

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
      libraryKeys: [scratch.key],
    })

    expect(postsOf(plexTv)).toMatchObject([{ shared_server: { library_section_ids: [scratch.sectionId] } }])
    expect(plexTv.journal.map((one) => one.path)).toContain(`/api/servers/${mid}`)
  })

  test('somebody who has a share already is a conflict, with Plex’s reason', async () => {
    const { plexAccount, world, mid } = await stagePlex()
    world.shareWith('mo.heron', ['Films'])

    await expect(
      plexAccount.invite({ machineIdentifier: mid, to: { name: 'mo.heron' }, libraryKeys: ['4'] }),
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
      await plexAccount.invite({ machineIdentifier: mid, to: { name: 'pat.otter' }, libraryKeys: ['3'] })

      expect(world.shareOf('pat.otter')?.settings).toMatchObject({
        allowSync: false,
        allowChannels: false,
        allowTuners: 0,
      })
      expect(world.people.shares()).toHaveLength(1)
      await expect(
        plexAccount.invite({ machineIdentifier: mid, to: { name: 'pat.otter' }, libraryKeys: ['3'] }),
      ).rejects.toMatchObject({
        code: 'conflict',
        message: 'plex.tv refused: Account already has access to this server.',
      })
    },
  )

  test.each([
    ['an unknown name', 'nobody.here', 'No user with that username'],
    ['the owner', 'quill', 'with yourself'],
  ])('%s is refused in Plex’s words', async (_what, name, words) => {
    const { plexAccount, mid } = await stagePlex()

    await expect(
      plexAccount.invite({ machineIdentifier: mid, to: { name }, libraryKeys: ['3'] }),
    ).rejects.toMatchObject({ code: 'plex_refused', message: expect.stringContaining(words) })
  })

  test('a full server is refused', async () => {
    const { plexAccount, world, mid } = await stagePlex()
    world.people.limits.people = 0

    await expect(
      plexAccount.invite({ machineIdentifier: mid, to: { name: 'pat.otter' }, libraryKeys: ['3'] }),
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
      plexAccount.invite({ machineIdentifier: mid, to: { name: 'pat.otter' }, libraryKeys: ['3'] }),
    ).rejects.toMatchObject({ code })
    expect(postsOf(plexTv)).toHaveLength(1)
    expect(world.people.shares()).toHaveLength(act.kind === 'answer' ? 0 : 1)
  })
})

describe('changing and taking away', () => {
  test('the libraries become exactly the given ones', async () => {
    const { plexAccount, world, mid } = await stagePlex()
    const { shareId } = world.shareWith('mo.heron', 'all')
    await plexAccount.setLibraries({ machineIdentifier: mid, shareId: String(shareId), libraryKeys: ['4'] })

    expect(world.librariesOf('mo.heron')).toEqual(['4'])
    expect(await plexAccount.shares(mid)).toMatchObject([{ allLibraries: false, libraryKeys: ['4'] }])
  })

  test('a share that does not exist cannot be changed', async () => {
    const { plexAccount, mid } = await stagePlex()

    await expect(
      plexAccount.setLibraries({ machineIdentifier: mid, shareId: '5', libraryKeys: ['4'] }),
    ).rejects.toMatchObject({ code: 'plex_refused', message: 'plex.tv refused: Shared server not found.' })
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

  const page = { body: '<!DOCTYPE html><html><body>Not Found</body></html>', type: 'text/html' }

  test.each([
    ['405', { status: 405 }],
    ['410', { status: 410 }],
    ['404 with nothing', { status: 404 }],
    ['404 with a web page', { status: 404, ...page }],
  ])('where the old route says %s the new one is asked', async (_what, answer) => {
    const { plexAccount, world, mid, plexTv } = await stagePlex()
    const { shareId } = world.shareWith('mo.heron', ['Films'])
    plexTv.faults.next({ match: 'DELETE /api/servers', act: { kind: 'answer', ...answer } })
    await plexAccount.removeShare({ machineIdentifier: mid, shareId: String(shareId) })

    expect(world.people.shares()).toEqual([])
  })

  test('where both routes know no such share, it counts as taken away', async () => {
    const { plexAccount, mid, plexTv } = await stagePlex()
    plexTv.faults.next({ match: 'DELETE /api/servers', act: { kind: 'answer', status: 404, ...page } })

    await expect(plexAccount.removeShare({ machineIdentifier: mid, shareId: '5' })).resolves.toBeUndefined()
    expect(deletesOf(plexTv)).toHaveLength(2)
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

function deletesOf(plexTv: { journal: { method: string }[] }): unknown[] {
  return plexTv.journal.filter((one) => one.method === 'DELETE')
}
