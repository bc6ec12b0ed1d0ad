import { describe, expect, test } from 'vitest'
import { films, listed, stagePlexTv as stage } from './plex-tv-stage.js'

describe('the simulated plex.tv', () => {
  test('refuses a wrong token in the language of the route', async () => {
    const { ask } = await stage()

    expect(await ask('GET /api/v2/user', { token: 'wrong' })).toMatchObject({
      status: 401,
      body: '{"errors":[{"code":1001,"message":"User could not be authenticated","status":401}]}',
    })
    const v1 = await ask('GET /api/users', { token: 'wrong' })
    expect([v1.status, v1.body]).toEqual([401, expect.stringContaining('<Response code="401"')])
  })

  test('wants a client identifier on the newer routes, and no token in the address', async () => {
    const { ask } = await stage()

    expect(await ask('GET /api/v2/user', { client: '' })).toMatchObject({
      status: 400,
      body: expect.stringContaining('1000'),
    })
    expect((await ask('GET /api/users', { client: '' })).status).toBe(200)
    expect((await ask('GET /api/users?X-Plex-Token=token-of-quill')).status).toBe(400)
  })

  test('answers 410 on routes that are gone, 405 and 404 on those that never were', async () => {
    const { ask } = await stage()

    for (const path of [
      '/api/friends/5',
      '/api/v2/friends',
      '/api/invites/requested',
      '/api/invites/requests',
    ]) {
      expect((await ask(`GET ${path}`)).status).toBe(410)
    }
    for (const line of ['PUT /api/friends/5', 'DELETE /api/friends/5', 'GET /pms/friends/all']) {
      expect((await ask(line)).status).toBe(410)
    }
    expect((await ask('GET /api/v2/shared_servers')).status).toBe(405)
    expect(await ask('GET /api/v2/sharings')).toMatchObject({
      status: 404,
      body: expect.stringContaining('<html>'),
    })
  })

  test('a guest is no owner', async () => {
    const { ask, mid } = await stage()
    const token = 'token-of-pat.otter'

    expect((await ask(`GET /api/servers/${mid}/shared_servers`, { token })).status).toBe(404)
    expect((await ask('GET /api/v2/user', { token })).body).toContain('"username":"pat.otter"')
  })

  test('knows libraries by ids that are not the server’s keys', async () => {
    const { ask, mid } = await stage()
    const { body } = await ask(`GET /api/v2/servers/${mid}`)

    expect(JSON.parse(body).librarySections[0]).toEqual({ id: films, key: 3, title: 'Films', type: 'movie' })
    expect((await ask(`GET /api/servers/${mid}`)).body).toContain('<Section id="64100201" key="3"')
  })

  test.each([
    ['a server key in place of a section id', [3], 404],
    ['one unknown id among known ones', [films, 5], 404],
    ['an empty list', [], 400],
  ])('refuses to share %s', async (_what, ids, status) => {
    const { invite, world } = await stage()

    expect((await invite('pat.otter', ids)).status).toBe(status)
    expect(world.people.shares()).toEqual([])
  })

  test('refuses a second share in the words of each route', async () => {
    const { invite, inviteV2 } = await stage()
    expect((await invite('pat.otter', [films])).status).toBe(200)

    expect((await invite('PAT.otter@example.test', [films])).status).toBe(400)
    expect(await invite('Pat.Otter', [films])).toMatchObject({
      status: 400,
      body: expect.stringContaining('You&#39;re already sharing this server with pat.otter'),
    })
    expect(await inviteV2('pat.otter', [films])).toMatchObject({
      status: 422,
      body: expect.stringContaining('Account already has access to this server'),
    })
  })

  test('downloads stay on unless they are switched off', async () => {
    const { inviteV2, world } = await stage()
    await inviteV2('pat.otter', [films])

    expect(world.shareOf('pat.otter')?.settings.allowSync).toBe(true)
  })

  test('moves a share from pending to accepted under the same id, by the guest’s own token', async () => {
    const { ask, invite, world, mid } = await stage()
    await invite('pat.otter', [films])
    const share = world.shareOf('pat.otter')
    const accept = `POST /api/v2/shared_servers/${share?.shareId}/accept`

    expect((await ask(accept)).status).toBe(404)
    expect(await listed(ask, 'pending')).toEqual([share?.shareId])
    expect((await ask('GET /api/v2/resources', { token: 'token-of-pat.otter' })).body).toBe('[]')

    expect((await ask(accept, { token: 'token-of-pat.otter' })).status).toBe(200)
    expect(await listed(ask, 'pending')).toEqual([])
    expect(await listed(ask, 'accepted')).toEqual([share?.shareId])
    expect((await ask('GET /api/v2/resources', { token: 'token-of-pat.otter' })).body).toContain(mid)
    expect((await ask('GET /api/users')).body).toContain('username="pat.otter"')
  })

  test('takes a share away once', async () => {
    const { ask, invite, world, mid } = await stage()
    await invite('pat.otter', [films])
    const path = `/api/servers/${mid}/shared_servers/${world.shareOf('pat.otter')?.shareId}`

    expect((await ask(`DELETE ${path}`)).status).toBe(200)
    expect((await ask(`DELETE ${path}`)).status).toBe(404)
  })
})
