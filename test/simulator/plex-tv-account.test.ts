import { describe, expect, test } from 'vitest'
import { connectionTo } from '../../src/simulator/plex/resources.js'
import { films, stagePlexTv as stage } from './plex-tv-stage.js'

const minute = 60_000

describe('signing in with a PIN', () => {
  test('a PIN becomes a token when somebody approves it, for the app that asked', async () => {
    const { ask, world } = await stage()
    const asked = await ask('POST /api/v2/pins?strong=true', { token: '' })
    const pin = JSON.parse(asked.body)
    expect(asked.status).toBe(201)
    expect(pin).toMatchObject({ code: expect.stringMatching(/^\w{25}$/), authToken: null, expiresIn: 1800 })

    expect((await ask(`GET /api/v2/pins/${pin.id}`, { client: 'another' })).status).toBe(404)
    expect((await ask(`GET /api/v2/pins/${pin.id}`)).body).toContain('"authToken":null')
    world.approvePin(pin.id, 'quill')
    expect((await ask(`GET /api/v2/pins/${pin.id}`, { token: '' })).body).toContain(
      '"authToken":"token-of-quill"',
    )
  })

  test('a short PIN asked for with a form is linked by an app that is signed in', async () => {
    const { ask } = await stage()
    const pin = JSON.parse((await ask('POST /api/v2/pins', { token: '', form: { strong: 'false' } })).body)
    const link = (token: string) => ask('PUT /api/v2/pins/link', { token, form: { code: pin.code } })

    expect(pin.code).toMatch(/^\w{4}$/)
    expect((await link('wrong')).status).toBe(401)
    expect((await link('token-of-pat.otter')).status).toBe(204)
    expect((await ask(`GET /api/v2/pins/${pin.id}`)).body).toContain('"authToken":"token-of-pat.otter"')
  })

  test('a long code cannot be linked, and an unknown one neither', async () => {
    const { ask } = await stage()
    const { code } = JSON.parse((await ask('POST /api/v2/pins', { form: { strong: 'true' } })).body)

    expect((await ask('PUT /api/v2/pins/link', { form: { code } })).status).toBe(404)
    expect((await ask('PUT /api/v2/pins/link', { form: { code: 'ABCD' } })).status).toBe(404)
  })

  test('a PIN that has run out says so in one of two ways, and takes nobody in', async () => {
    const { ask, world, clock, behaviour } = await stage()
    const { id, expiresAt } = JSON.parse((await ask('POST /api/v2/pins')).body)
    await clock.advance(15 * minute)
    const over = await ask(`GET /api/v2/pins/${id}`)
    expect([over.status, JSON.parse(over.body).errors]).toEqual([404, [expect.anything()]])
    expect(over.headers.get('date')).toBe(new Date(expiresAt).toUTCString())

    behaviour.expiredPin = 'null token'
    expect(() => world.approvePin(id, 'quill')).toThrow('No PIN')
    const nothing = await ask(`GET /api/v2/pins/${id}`)
    expect([nothing.status, JSON.parse(nothing.body).authToken]).toEqual([200, null])
  })
})

describe('tokens', () => {
  test('a token dies, and another takes its place', async () => {
    const { ask, people } = await stage()
    people.killToken('quill')
    expect((await ask('GET /api/v2/ping', { token: 'token-of-quill' })).status).toBe(401)

    people.renewToken('quill', 'second-token')
    expect((await ask('GET /api/v2/ping', { token: 'token-of-quill' })).status).toBe(401)
    expect((await ask('GET /api/v2/ping', { token: 'second-token' })).body).toBe('{"pong":true}')
  })

  test('signing out kills the token', async () => {
    const { ask } = await stage()
    expect((await ask('DELETE /api/v2/users/signout', { token: 'token-of-pat.otter' })).status).toBe(204)
    expect((await ask('GET /api/v2/user', { token: 'token-of-pat.otter' })).status).toBe(401)
  })
})

describe('what an account can reach', () => {
  test('the owner sees the server with its addresses, another of their own, one that is not, and a player', async () => {
    const { read, world, mid } = await stage()
    world.server.connections = [
      connectionTo('http://127.0.0.1:32400'),
      connectionTo('https://192-168-7-20.0123abcd.plex.direct:32400'),
      connectionTo('https://198-51-100-4.0123abcd.plex.direct:8443', { local: false, relay: true }),
    ]
    const list = await read('/api/v2/resources?includeHttps=1')

    expect(list).toMatchObject([
      { clientIdentifier: mid, owned: true, ownerId: null, accessToken: 'token-of-quill' },
      { provides: 'server', owned: true },
      { provides: 'server', owned: false, ownerId: expect.any(Number), sourceTitle: expect.any(String) },
      { provides: expect.stringContaining('player') },
    ])
    expect(list[0].connections.map((one: { uri: string }) => one.uri)).toEqual([
      'http://127.0.0.1:32400',
      'https://192-168-7-20.0123abcd.plex.direct:32400',
    ])
    const [all] = await read('/api/v2/resources?includeHttps=1&includeRelay=1&includeIPv6=1')
    expect(all.connections).toHaveLength(3)
  })

  test('a guest sees it as the owner’s', async () => {
    const { read, world } = await stage()
    world.shareWith('pat.otter', ['Films'])

    expect(await read('/api/v2/resources', { token: 'token-of-pat.otter' })).toMatchObject([
      { owned: false, ownerId: 90210001, sourceTitle: 'quill' },
    ])
  })

  test('the Home is the owner and its members', async () => {
    const { ask, world } = await stage()
    world.addHomeUser('little.one')
    const { body } = await ask('GET /api/home/users')

    expect(body).toMatch(/title="quill".*admin="1".*title="little.one".*restricted="1"/)
    expect(body).not.toContain('pat.otter')
  })

  test('a name can be checked, where the route still lives', async () => {
    const { ask, behaviour } = await stage()
    const check = (name: string) => ask(`POST /api/users/validate?invited_email=${encodeURIComponent(name)}`)

    expect(await check('pat.otter@example.test')).toMatchObject({
      status: 200,
      body: expect.stringContaining('<Response code="0" status="Valid user"/>'),
    })
    expect((await check('nobody.here')).status).toBe(400)
    for (const status of [404, 410] as const) {
      behaviour.validation = status
      expect((await check('pat.otter')).status).toBe(status)
    }
  })
})

describe('too many requests', () => {
  test('are refused until time has passed, in the language of the route', async () => {
    const { ask, behaviour, clock } = await stage()
    behaviour.rateLimit = { requests: 2, perMs: 10_000 }
    await ask('GET /api/v2/ping')
    await clock.advance(4_000)
    await ask('GET /api/v2/ping')

    const refused = await ask('GET /api/v2/ping')
    expect([refused.status, JSON.parse(refused.body).errors[0].code]).toEqual([429, 1003])
    expect(refused.headers.get('retry-after')).toBe('6')
    expect((await ask('GET /api/users')).body).toContain('<Response code="429"')

    await clock.advance(6_000)
    expect((await ask('GET /api/v2/ping')).status).toBe(200)
  })

  test('may be refused without a time', async () => {
    const { ask, behaviour } = await stage()
    behaviour.rateLimit = { requests: 0, perMs: 1_000, retryAfter: false }

    const refused = await ask('GET /api/v2/ping')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, null])
  })
})

describe('single items', () => {
  test('are granted, listed and taken back', async () => {
    const { ask, world, people, pat, mid, read } = await stage()
    const { show, episodes } = world.addShow({ title: 'Tin Harbour', seasons: [2] })
    const film = world.addMovie({ title: 'Arrival' })
    const uri = `server://${mid}/com.plexapp.plugins.library/library/metadata/${show.ratingKey}`
    const body = { items: [{ uri }], invitedId: pat.plexId }

    expect((await ask('POST /api/v2/shared_items', { body })).status).toBe(201)
    expect(people.isGranted(pat, episodes[1]?.ratingKey ?? '')).toBe(true)
    expect(people.isGranted(pat, film.ratingKey)).toBe(false)
    expect(people.isGranted(world.owner, show.ratingKey)).toBe(false)

    const [source] = await read('/api/v2/shared_sources/owned?includeItems=true')
    expect(source).toMatchObject({
      origin: `server://${mid}`,
      invited: { id: pat.plexId },
      sharedItems: [{ uri }],
    })
    const xml = await ask('GET /api/v2/shared_sources/owned?includeItems=1', { accept: 'text/xml' })
    expect(xml.body).toMatch(/<sharedSources><sharedSource .*<sharedItems><sharedItem .*uri="server:/)
    expect((await read('/api/v2/shared_sources/owned'))[0]).not.toHaveProperty('sharedItems')

    expect((await ask(`DELETE /api/v2/shared_sources/${source.id}`)).status).toBe(204)
    expect((await ask(`DELETE /api/v2/shared_sources/${source.id}`)).status).toBe(404)
    expect(people.isGranted(pat, show.ratingKey)).toBe(false)
  })

  test.each(['grant', 'person'] as const)('are one entry for each %s', async (per) => {
    const { behaviour, people, pat, world } = await stage()
    behaviour.sourcePer = per
    people.grants.give(pat, [world.addMovie({ title: 'Arrival' }).ratingKey])
    people.grants.give(pat, [world.addMovie({ title: 'Heat' }).ratingKey])

    expect(people.grants.list().map((one) => one.items.length)).toEqual(per === 'grant' ? [1, 1] : [2])
  })

  test.each([
    ['gone', 404],
    ['refused', 422],
    ['ignored', 200],
  ] as const)('may be %s', async (state, status) => {
    const { ask, behaviour, people, pat, world, mid } = await stage()
    behaviour.grants = state
    const { ratingKey } = world.addMovie({ title: 'Arrival' })
    const uri = `server://${mid}/com.plexapp.plugins.library/library/metadata/${ratingKey}`

    const asked = await ask('POST /api/v2/shared_items', {
      body: { items: [{ uri }], invitedId: pat.plexId },
    })
    expect([asked.status, people.isGranted(pat, ratingKey)]).toEqual([status, false])
    expect((await ask('GET /api/v2/shared_sources/owned')).status).toBe(state === 'gone' ? 404 : 200)
  })

  test('must exist, and go to somebody', async () => {
    const { ask, pat, world, mid } = await stage()
    const { ratingKey } = world.addMovie({ title: 'Arrival' })
    const uri = (key: string) => `server://${mid}/com.plexapp.plugins.library/library/metadata/${key}`
    const grant = (invitedId: number, items: { uri: string }[]) =>
      ask('POST /api/v2/shared_items', { body: { items, invitedId } })

    expect((await grant(5, [{ uri: uri(ratingKey) }])).status).toBe(404)
    expect((await grant(pat.plexId, [{ uri: uri('5') }])).status).toBe(404)
    expect((await grant(pat.plexId, [])).status).toBe(400)
  })
})

describe('steering from another process', () => {
  test('changes how plex.tv behaves, and back', async () => {
    const { ask, behaviour } = await stage()
    const steer = (body: unknown) => ask('POST /_sim/behaviour', { body })

    const limit = { requests: 5, perMs: 1_000 }
    expect((await steer({ showsAfterMs: 500, rateLimit: limit, landsOn: 'pat.otter' })).status).toBe(200)
    expect(behaviour).toMatchObject({
      showsAfterMs: 500,
      rateLimit: limit,
      landsOn: 'pat.otter',
      grants: 'works',
    })

    await steer({ rateLimit: null, landsOn: null })
    expect([behaviour.rateLimit, behaviour.landsOn, behaviour.showsAfterMs]).toEqual([
      undefined,
      undefined,
      500,
    ])
    expect((await steer({ grants: 'perhaps' })).status).toBe(409)
  })

  test('arranges an answer with headers and a body', async () => {
    const { ask } = await stage()
    const act = { kind: 'answer', status: 429, headers: { 'retry-after': '7' }, body: '{"errors":[]}' }
    await ask('POST /_sim/fault', { body: { match: 'GET /api/v2/user', act } })

    const busy = await ask('GET /api/v2/user')
    expect([busy.status, busy.body, busy.headers.get('retry-after')]).toEqual([429, '{"errors":[]}', '7'])
  })

  test('approves a PIN, ends a token, gives another', async () => {
    const { ask } = await stage()
    const { id, code } = JSON.parse((await ask('POST /api/v2/pins?strong=1')).body)
    expect((await ask('POST /_sim/approve-pin', { body: { pin: code, user: 'pat.otter' } })).status).toBe(200)
    expect((await ask(`GET /api/v2/pins/${id}`)).body).toContain('token-of-pat.otter')
    expect((await ask('POST /_sim/approve-pin', { body: { pin: 'none', user: 'pat.otter' } })).status).toBe(
      409,
    )

    await ask('POST /_sim/kill-token', { body: { user: 'pat.otter' } })
    expect((await ask('GET /api/v2/user', { token: 'token-of-pat.otter' })).status).toBe(401)
    await ask('POST /_sim/renew-token', { body: { user: 'pat.otter', token: 'second' } })
    expect((await ask('GET /api/v2/user', { token: 'second' })).status).toBe(200)
  })

  test('shows what everybody has: the same before and after something that was undone', async () => {
    const { ask, invite, world, mid, read, people, pat } = await stage()
    world.addAccount('mo.heron')
    world.shareWith('mo.heron', ['Films'])
    const before = await read('/_sim/shares')
    expect(before.people).toMatchObject([
      { username: 'pat.otter', friend: false, settings: null, shares: [], granted: [] },
      {
        username: 'mo.heron',
        friend: true,
        settings: { allowSync: false },
        shares: [{ sectionIds: [films] }],
      },
    ])

    await invite('pat.otter', [films], { filterMovies: 'label=A' })
    await invite('new@example.test', [films])
    people.grants.give(pat, ['5'])
    const during = await read('/_sim/shares')
    expect(during.people[0]).toMatchObject({ settings: { filterMovies: 'label=A' }, granted: ['5'] })
    expect(during.invitedAddresses).toMatchObject([
      { email: 'new@example.test', shares: [{ accepted: false }] },
    ])

    people.grants.forgetPerson(pat.plexId)
    for (const { shareId } of people.shares().slice(1)) {
      await ask(`DELETE /api/servers/${mid}/shared_servers/${shareId}`)
    }
    expect(await read('/_sim/shares')).toEqual(before)

    await ask('POST /_sim/settings', { body: { user: 'mo.heron', allowSync: true } })
    expect(await read('/_sim/shares')).not.toEqual(before)
  })
})
