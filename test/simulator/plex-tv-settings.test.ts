import { describe, expect, test } from 'vitest'
import { films, series, stagePlexTv as stage } from './plex-tv-stage.js'

const off = { allowSync: '0', allowChannels: '0', allowCameraUpload: '0' }
const onlyTheirs = { ...off, filterMovies: 'label=Otp-1', filterTelevision: '', filterMusic: '' }
const pending = '/api/v2/shared_servers/owned/pending'
const accepted = '/api/v2/shared_servers/owned/accepted'

describe('what holds for one person', () => {
  test('comes with the invitation, on either route, and what is left out is as plex.tv likes it', async () => {
    const { invite, inviteV2, world, people, pat } = await stage()
    const mo = world.addAccount('mo.heron')
    await invite('pat.otter', [films], { allowSync: '0', filterMovies: 'label=Otp-1' })
    await inviteV2('mo.heron', [films], {
      settings: { allowSync: false, filterPhotos: null, allowTuners: 0 },
    })

    expect(people.settingsOf(pat.plexId)).toMatchObject({
      allowSync: false,
      allowChannels: true,
      filterMovies: 'label=Otp-1',
      filterTelevision: '',
    })
    expect(people.settingsOf(mo.plexId)).toMatchObject({
      allowSync: false,
      filterPhotos: '',
      filterMovies: '',
    })
  })

  test('is told by every list', async () => {
    const { invite, ask, read, mid, world } = await stage()
    await invite('pat.otter', [films], onlyTheirs)
    const told = { allowSync: false, filterMovies: 'label=Otp-1', filterPhotos: null, filterAll: null }

    expect(await read(pending)).toMatchObject([{ invited: { sharingSettings: told }, sharingSettings: told }])
    expect((await ask(`GET /api/servers/${mid}/shared_servers`)).body).toContain('filterMovies="label=Otp-1"')

    world.acceptInvitation('pat.otter')
    expect(await read(accepted)).toMatchObject([{ sharingSettings: told }])
    expect((await ask('GET /api/users')).body).toMatch(/allowSync="0".*filterMovies="label=Otp-1"/)
  })

  test('may be left out of the lists, and be encoded in another', async () => {
    const { behaviour, people, world, read, ask } = await stage()
    world.shareWith('pat.otter', ['Films'])
    behaviour.sharingSettings = 'when restricted'
    behaviour.encodedAttributes = true

    const [open] = await read(accepted)
    expect([open.sharingSettings, open.invited.sharingSettings]).toEqual([undefined, undefined])

    people.setSettings('pat.otter', { filterMovies: 'label=A' })
    expect(await read(accepted)).toMatchObject([{ sharingSettings: { filterMovies: 'label=A' } }])
    expect((await ask('GET /api/users')).body).toContain('filterMovies="label%3DA"')
  })

  test('holds on every server of the owner, and stays with a friend whose share is removed', async () => {
    const { invite, ask, mid, world, people, pat, read } = await stage()
    world.shareElsewhere('pat.otter')
    await invite('pat.otter', [films], onlyTheirs)
    const [elsewhere] = await read(accepted)
    expect(elsewhere).toMatchObject({
      machineIdentifier: 'f'.repeat(40),
      sharingSettings: { filterMovies: 'label=Otp-1' },
    })

    await ask(`DELETE /api/servers/${mid}/shared_servers/${world.shareOf('pat.otter')?.shareId}`)
    expect(people.settingsOf(pat.plexId)?.filterMovies).toBe('label=Otp-1')
  })

  test('is forgotten with the invitation of a stranger', async () => {
    const { invite, ask, mid, world, people, pat, read } = await stage()
    await invite('pat.otter', [films], onlyTheirs)
    await ask(`DELETE /api/servers/${mid}/shared_servers/${world.shareOf('pat.otter')?.shareId}`)

    expect(people.settingsOf(pat.plexId)).toBeUndefined()
    expect(await read(pending)).toEqual([])
    expect((await ask('GET /api/users')).body).not.toContain('pat.otter')
  })

  test('goes from an invited address to the account that accepts', async () => {
    const { invite, world, people, read } = await stage()
    await invite('new@example.test', [films], onlyTheirs)
    expect(await read(pending)).toMatchObject([
      { invitedId: null, invitedEmail: 'new@example.test', sharingSettings: { filterMovies: 'label=Otp-1' } },
    ])

    const { plexId } = world.addAccount('new.gull', { email: 'new@example.test' })
    world.acceptInvitation('new.gull')
    expect(people.settingsOf(plexId)?.filterMovies).toBe('label=Otp-1')
  })
})

describe('changing what holds for one person', () => {
  test('one route changes what it is sent and nothing else', async () => {
    const { ask, world, people, pat } = await stage()
    world.shareWith('pat.otter', ['Films'])
    people.setSettings('pat.otter', { allowSync: true, filterTelevision: 'contentRating=PG' })
    const line = `PUT /api/v2/sharings/${pat.plexId}?allowSync=0&filterMovies=label%3DOtp-1`

    expect((await ask(line)).status).toBe(200)
    expect(people.settingsOf(pat.plexId)).toMatchObject({
      allowSync: false,
      filterMovies: 'label=Otp-1',
      filterTelevision: 'contentRating=PG',
    })
  })

  test('the other resets what is left out, and reads it back', async () => {
    const { ask, world, people, pat, read } = await stage()
    world.shareWith('pat.otter', ['Films'])
    people.setSettings('pat.otter', { filterMovies: 'label=A' })
    const body = { invitedId: pat.plexId, settings: { filterTelevision: 'label=B' } }

    expect((await ask('POST /api/v2/sharing_settings', { body })).status).toBe(200)
    expect(await read(`/api/v2/sharing_settings?invitedId=${pat.plexId}`)).toMatchObject({
      allowSync: true,
      filterMovies: '',
      filterTelevision: 'label=B',
    })
    expect(
      (await ask('POST /api/v2/sharing_settings', { body: { invitedEmail: 'PAT.otter', settings: {} } }))
        .status,
    ).toBe(200)
    expect(people.settingsOf(pat.plexId)?.filterTelevision).toBe('')
  })

  test('nobody has settings who is neither connected nor invited', async () => {
    const { ask, pat } = await stage()
    const body = { invitedId: pat.plexId, settings: {} }

    expect((await ask(`PUT /api/v2/sharings/${pat.plexId}?allowSync=0`)).status).toBe(404)
    expect((await ask('POST /api/v2/sharing_settings', { body })).status).toBe(404)
    expect((await ask(`GET /api/v2/sharing_settings?invitedId=${pat.plexId}`)).status).toBe(404)
    expect((await ask(`DELETE /api/v2/sharings/${pat.plexId}`)).status).toBe(404)
  })

  test.each(['work', 404, 422] as const)(
    'of somebody who has not accepted yet it may say %s',
    async (state) => {
      const { ask, behaviour, invite, people, pat } = await stage()
      await invite('pat.otter', [films], off)
      behaviour.settingsOfPending = state

      const { status } = await ask(`PUT /api/v2/sharings/${pat.plexId}?filterMovies=label%3DA`)
      expect(status).toBe(state === 'work' ? 200 : state)
      expect(people.settingsOf(pat.plexId)?.filterMovies).toBe(state === 'work' ? 'label=A' : '')
    },
  )

  test('the newer route for libraries sets them too, and leaves alone what is not sent', async () => {
    const { ask, world, people, pat } = await stage()
    const { shareId } = world.shareWith('pat.otter', ['Films'])
    const path = `POST /api/v2/shared_servers/${shareId}`

    await ask(path, { body: { settings: { filterMovies: 'label=A' } } })
    expect(people.settingsOf(pat.plexId)).toMatchObject({ filterMovies: 'label=A', allowSync: true })
    expect(world.librariesOf('pat.otter')).toEqual(['3'])

    await ask(path, { body: { librarySectionIds: [series] } })
    expect(people.settingsOf(pat.plexId)?.filterMovies).toBe('label=A')
    expect(world.librariesOf('pat.otter')).toEqual(['4'])
  })
})

describe('an owner without Plex Pass', () => {
  test('restricts nobody, and is not told', async () => {
    const { ask, invite, people, pat } = await stage({ plexPass: false })
    expect((await invite('pat.otter', [films], onlyTheirs)).status).toBe(200)
    await ask(`PUT /api/v2/sharings/${pat.plexId}?allowChannels=1&filterMovies=label%3DA`)

    expect(people.settingsOf(pat.plexId)).toMatchObject({
      allowSync: false,
      allowChannels: true,
      filterMovies: '',
    })
  })

  test('or is refused, and nothing is made', async () => {
    const { ask, invite, inviteV2, behaviour, people, world, pat } = await stage({ plexPass: false })
    behaviour.filtersWithoutPass = 'refused'
    const settings = { filterMovies: 'label=A' }

    expect((await invite('pat.otter', [films], onlyTheirs)).status).toBe(400)
    expect((await inviteV2('pat.otter', [films], { settings })).status).toBe(400)
    expect(people.shares()).toEqual([])

    world.shareWith('pat.otter', ['Films'])
    const body = { invitedId: pat.plexId, settings }
    expect((await ask(`PUT /api/v2/sharings/${pat.plexId}?filterMovies=label%3DA`)).status).toBe(400)
    expect((await ask('POST /api/v2/sharing_settings', { body })).status).toBe(400)
    expect((await ask(`PUT /api/v2/sharings/${pat.plexId}?allowSync=1`)).status).toBe(200)
    expect(people.settingsOf(pat.plexId)).toMatchObject({ allowSync: true, filterMovies: '' })
  })
})
