import { describe, expect, test } from 'vitest'
import { until } from '../support/until.js'
import { stageServer, stageWorld } from './plex-stage.js'

describe('people at the simulated Plex', () => {
  test('nobody plays what they have no access to', () => {
    const { world, film } = stageWorld()
    world.addAccount('pat.otter')

    expect(() => world.play('pat.otter', film.ratingKey)).toThrow('403')
    world.shareWith('pat.otter', ['Films'], { accepted: false })
    expect(() => world.play('pat.otter', film.ratingKey)).toThrow('403')
    world.acceptInvitation('pat.otter')
    expect(world.play('pat.otter', film.ratingKey).running()).toBe(true)
    expect(() => world.play('pat.otter', '404404')).toThrow('404')
  })

  test('a share of one library opens that library only', () => {
    const { world, show } = stageWorld()
    world.addAccount('pat.otter')
    world.shareWith('pat.otter', ['Films'])

    expect(() => world.play('pat.otter', show.episodes[0]?.ratingKey ?? '')).toThrow('403')
  })

  test('only the invited person can accept', () => {
    const { world } = stageWorld()
    world.addAccount('pat.otter')
    world.addAccount('mo.heron')
    world.shareWith('pat.otter', ['Films'], { accepted: false })

    expect(() => world.acceptInvitation('mo.heron')).toThrow('no invitation')
  })
})

describe('a simulated player', () => {
  test('moves in simulated time, and the list learns of it at each report', async () => {
    const { world, film, clock } = stageWorld()
    const player = world.play('quill', film.ratingKey)

    await clock.advance(9_999)
    expect([player.offsetMs(), player.session.viewOffset]).toEqual([9_999, 0])
    await clock.advance(1)
    expect(player.session.viewOffset).toBe(10_000)
  })

  test('stands still while paused, and a seek is reported at once', async () => {
    const { world, film, clock } = stageWorld()
    const player = world.play('quill', film.ratingKey)
    player.seek(60_000)
    player.pause()
    await clock.advance(30_000)

    expect(player.session).toMatchObject({ viewOffset: 60_000, state: 'paused' })
    player.resume()
    await clock.advance(10_000)
    expect(player.session).toMatchObject({ viewOffset: 70_000, state: 'playing' })
  })

  test('leaves the list at the end of the film', async () => {
    const { world, film, clock } = stageWorld()
    const player = world.play('quill', film.ratingKey, { offsetMs: 90 * 60_000 - 15_000 })
    await clock.advance(20_000)

    expect(player.ending()).toEqual({ why: 'finished' })
    expect(world.players.sessions()).toEqual([])
  })

  test('goes on to the next episode under the same session key', () => {
    const { world, show } = stageWorld()
    const [first, second] = show.episodes
    const player = world.play('quill', first?.ratingKey ?? '', { offsetMs: 100_000 })
    player.playNext(second?.ratingKey ?? '')

    expect(world.players.sessions()).toMatchObject([
      { sessionKey: player.sessionKey(), ratingKey: second?.ratingKey, viewOffset: 0 },
    ])
  })

  test('that is killed lingers on the list for three minutes without a report', async () => {
    const { world, film, clock } = stageWorld()
    const player = world.play('quill', film.ratingKey)
    await clock.advance(10_000)
    player.vanish()

    await clock.advance(179_999)
    expect(world.players.sessions()).toMatchObject([{ viewOffset: 10_000, state: 'playing' }])
    await clock.advance(1)
    expect(world.players.sessions()).toEqual([])
  })

  test('that ignores terminate goes on reporting', async () => {
    const { world, film, clock } = stageWorld()
    const player = world.play('quill', film.ratingKey, { ignoresTerminate: true })
    world.players.terminate(player.session.id ?? '', 'please stop')
    await clock.advance(20_000)

    expect(world.players.sessions()).toMatchObject([{ viewOffset: 20_000 }])
  })

  test('is forgotten when the server restarts, and session keys begin anew', () => {
    const { world, film } = stageWorld()
    const before = world.play('quill', film.ratingKey)
    world.restart()

    expect(before.ending()).toEqual({ why: 'restart' })
    expect(world.play('quill', film.ratingKey).sessionKey()).toBe('1')
  })

  test('that was killed before the server restarts takes nothing off the list after it', async () => {
    const { world, film, clock } = stageWorld()
    world.play('quill', film.ratingKey).vanish()
    world.restart()
    world.play('quill', film.ratingKey)
    await clock.advance(180_000)

    expect(world.players.sessions()).toMatchObject([{ sessionKey: '1', viewOffset: 180_000 }])
  })
})

describe('the simulated server', () => {
  test('says who it is to anybody and everything else only with a token', async () => {
    const { ask, plain } = await stageServer()

    expect((await plain('/identity')).status).toBe(200)
    expect((await plain('/library/sections')).status).toBe(401)
    expect((await ask('/library/sections', { token: 'wrong' })).status).toBe(401)
    expect((await ask('/library/sections')).status).toBe(200)
  })

  test('shows sessions to its owner only', async () => {
    const { ask, world } = await stageServer()
    world.addAccount('pat.otter')

    const refused = await ask('/status/sessions', { token: 'token-of-pat.otter' })
    expect(refused.status).toBe(403)
    expect(await refused.text()).toContain('<h1>403 Forbidden</h1>')
  })

  test('refuses a token in the address', async () => {
    const { ask, server } = await stageServer()

    expect((await ask('/status/sessions?X-Plex-Token=token-of-quill')).status).toBe(400)
    expect(JSON.stringify(server.journal)).not.toContain('token-of-quill')
  })

  test('speaks XML unless JSON is wanted, and leaves out an empty list', async () => {
    const { ask, world, film } = await stageServer()

    expect(await (await ask('/status/sessions')).text()).toContain('<MediaContainer size="0"/>')
    expect(await (await ask('/status/sessions', { accept: 'application/json' })).json()).toEqual({
      MediaContainer: { size: 0 },
    })
    world.play('quill', film.ratingKey)
    expect(await (await ask('/status/sessions')).text()).toMatch(
      /<Video sessionKey="84" .*title="Salt &amp; Lanterns".*<User id="1" title="quill"/,
    )
  })

  test('lists what no player stands behind, until it is taken off', async () => {
    const { ask, world } = await stageServer()
    const takeOff = world.putOnTheList({ sessionKey: '9', type: 'clip', title: 'House opening' })

    expect(await (await ask('/status/sessions')).text()).toContain('House opening')
    takeOff()
    expect(await (await ask('/status/sessions')).text()).not.toContain('House opening')
  })

  test('a file that was added again has a new rating key and the same guid', async () => {
    const { ask, world, film } = await stageServer()
    const again = world.readd(film.ratingKey)

    expect(again.guid).toBe(film.guid)
    expect((await ask(`/library/metadata/${film.ratingKey}`)).status).toBe(404)
    const both = await ask(`/library/metadata/${film.ratingKey},${again.ratingKey}`)
    expect(await both.text()).toContain(`ratingKey="${again.ratingKey}"`)
    const byGuid = await ask(`/library/sections/3/all?guid=${encodeURIComponent(film.guid)}`)
    expect(await byGuid.text()).toContain(`ratingKey="${again.ratingKey}"`)
  })

  test('finds three of a kind unless asked for more, and wants a query', async () => {
    const { ask, world } = await stageServer()
    for (let i = 0; i < 5; i += 1) world.addMovie({ title: `Tide ${i}` })

    expect((await ask('/hubs/search')).status).toBe(400)
    expect((await (await ask('/hubs/search?query=tide')).text()).match(/<Video/g)).toHaveLength(3)
    expect((await (await ask('/hubs/search?query=tide&limit=5')).text()).match(/<Video/g)).toHaveLength(5)
  })

  test('gives every answer that terminate can have', async () => {
    const { ask, world, film } = await stageServer()
    const { id } = world.play('quill', film.ratingKey).session
    const terminate = async (query: string) => (await ask(`/status/sessions/terminate?${query}`)).status

    expect(await terminate(`sessionid=${id}`)).toBe(400)
    expect(await terminate('sessionId=')).toBe(403)
    expect(await terminate('sessionId=unknown')).toBe(404)
    world.server.plexPass = false
    expect(await terminate(`sessionId=${id}`)).toBe(401)
    world.server.plexPass = true
    expect(await terminate(`sessionId=${id}&reason=x`)).toBe(200)
  })

  test('deletes no item, and remembers that somebody wanted it to', async () => {
    const { ask, film, world } = await stageServer()
    expect(world.disaster).toBe(false)

    expect((await ask(`/library/metadata/${film.ratingKey}`, { method: 'DELETE' })).status).toBe(500)
    expect((await ask(`/library/metadata/${film.ratingKey}`)).status).toBe(200)
    expect(world.disaster).toBe(true)
  })

  test('lets somebody outside act as a guest', async () => {
    const { world, film, control } = await stageServer()
    world.addAccount('pat.otter')
    world.shareWith('pat.otter', ['Films'], { accepted: false })
    const user = 'pat.otter'

    expect(await control('play', { user, ratingKey: film.ratingKey })).toMatchObject({
      reason: expect.stringContaining('403'),
    })
    await control('accept', { user })
    await control('play', { user, ratingKey: film.ratingKey })
    expect(await control('seek', { user, ms: 5_000 })).toMatchObject({
      sessions: [{ user, ratingKey: film.ratingKey, viewOffset: 5_000 }],
    })
    expect(await control('stop', { user })).toMatchObject({ sessions: [] })
    expect(await control('stop', { user })).toEqual({ reason: 'pat.otter is not playing anything.' })
  })
})

test('somebody outside chooses what is played on', async () => {
  const { world, film, control } = await stageServer()
  const device = { product: 'Plex DLNA Server', platform: 'DLNA', controllable: true }
  await control('play', { user: 'quill', ratingKey: film.ratingKey, transcode: true, ...device })

  const { session } = world.player('quill') ?? {}
  expect(session).toMatchObject({ device, transcodeKey: expect.stringContaining('/transcode/sessions/') })
})

describe('a fault', () => {
  test('hits as often as told and then is over', async () => {
    const { ask, server } = await stageServer()
    server.faults.next({ match: 'GET /library', times: 2, act: { kind: 'answer', status: 503 } })

    const statuses = []
    for (const path of ['/identity', '/library/sections', '/library/sections', '/library/sections']) {
      statuses.push((await ask(path)).status)
    }
    expect(statuses).toEqual([200, 503, 503, 200])
  })

  test('of delay waits for the simulated clock', async () => {
    const { ask, server, clock } = await stageServer()
    server.faults.next({ match: '* /identity', act: { kind: 'delay', ms: 5_000 } })

    const asking = ask('/identity')
    await until('the delay', () => clock.sleeping() === 1)
    await clock.advance(5_000)
    expect((await asking).status).toBe(200)
  })

  test('of hanging lasts until it is released', async () => {
    const { ask, server } = await stageServer()
    server.faults.next({ match: 'GET /identity', act: { kind: 'hang', when: 'before' } })

    const asking = ask('/identity')
    await until('the request', () => server.journal.length === 1)
    server.faults.release()
    expect((await asking).status).toBe(200)
  })

  test('of reset closes the connection', async () => {
    const { ask, server } = await stageServer()
    server.faults.next({ match: 'GET /identity', act: { kind: 'reset', when: 'before' } })

    await expect(ask('/identity')).rejects.toThrow('fetch failed')
  })
})
