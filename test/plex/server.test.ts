import { describe, expect, test } from 'vitest'
import type { OtpError } from '../../src/core/errors.js'
import type { Session } from '../../src/core/model.js'
import { systemClock } from '../../src/util/clock.js'
import { stagePlex } from './stage.js'

describe('reading the media server', () => {
  test('the server says who it is and what its owner may do', async () => {
    const { plexServer, mid } = await stagePlex()

    expect(await plexServer.identity()).toEqual({ machineIdentifier: mid, version: '1.43.2.10687-sim' })
    expect(await plexServer.capabilities()).toEqual({ plexPass: true, canTerminate: true, canRestrict: true })
  })

  test('without a Plex Pass nothing can be ended or restricted', async () => {
    const { plexServer } = await stagePlex({ plexPass: false })

    expect(await plexServer.capabilities()).toEqual({
      plexPass: false,
      canTerminate: false,
      canRestrict: false,
    })
  })

  test('a path prefix in the address is kept', async () => {
    const { plexServer, server, mid } = await stagePlex({ basePath: '/behind/proxy' })

    expect((await plexServer.identity()).machineIdentifier).toBe(mid)
    expect(server.url).toMatch(/\/behind\/proxy$/)
  })

  test('libraries carry the server’s own keys', async () => {
    const { plexServer } = await stagePlex()
    const alike = { uuid: expect.any(String), scanning: false }

    expect(await plexServer.libraries()).toEqual([
      { ...alike, key: '3', title: 'Films', type: 'movie', folders: ['/media/films'] },
      { ...alike, key: '4', title: 'Series', type: 'show', folders: ['/media/series'] },
    ])
  })

  test('an episode knows its season, its show and its library', async () => {
    const { plexServer, harbour } = await stagePlex()
    const episode = harbour.episodes[1]

    expect(await plexServer.item(episode?.ratingKey ?? '')).toEqual({
      ratingKey: episode?.ratingKey,
      guid: episode?.guid,
      type: 'episode',
      title: 'Episode 2',
      show: 'Tin Harbour',
      season: 1,
      episode: 2,
      libraryKey: '4',
      parentRatingKey: harbour.seasons[0]?.ratingKey,
      parentGuid: harbour.seasons[0]?.guid,
      grandparentRatingKey: harbour.show.ratingKey,
      grandparentGuid: harbour.show.guid,
      durationMs: 45 * 60_000,
    })
  })

  test('an item that the server does not have is undefined, also when its key is no key at all', async () => {
    const { plexServer } = await stagePlex()

    expect(await plexServer.item('999999')).toBeUndefined()
    await expect(plexServer.item('../../status')).rejects.toThrow(/no business/)
  })

  test('a show is walked by seasons and by episodes, a season by episodes', async () => {
    const { plexServer, harbour } = await stagePlex()
    const season = harbour.seasons[1]

    expect((await plexServer.children(harbour.show.ratingKey)).map((one) => one.title)).toEqual([
      'Season 1',
      'Season 2',
    ])
    expect(await plexServer.episodes(harbour.show.ratingKey)).toHaveLength(5)
    expect((await plexServer.episodes(season?.ratingKey ?? '')).map((one) => one.season)).toEqual([2, 2])
  })

  test('the episodes of an item that is gone are not "none"', async () => {
    const { plexServer } = await stagePlex()

    await expect(plexServer.episodes('999999')).rejects.toMatchObject({ code: 'plex_refused' })
  })

  test('a search finds films and shows, the best of each kind first', async () => {
    const { plexServer, world, server } = await stagePlex()
    world.addMovie({ title: 'Harbour Lights' })
    world.addMovie({ title: 'Harbour Nights' })

    const found = await plexServer.search('harbour', 3)
    expect(found.map((one) => one.title)).toEqual(['Harbour Lights', 'Tin Harbour', 'Harbour Nights'])
    expect(server.journal.at(-1)?.query).toEqual({ query: 'harbour', limit: '3' })
  })

  test('the link opens the item in the web app and holds no secret', async () => {
    const { plexServer } = await stagePlex()

    expect(plexServer.linkTo('abc', '42')).toBe(
      'https://app.plex.tv/desktop/#!/server/abc/details?key=%2Flibrary%2Fmetadata%2F42',
    )
  })
})

describe('the session list', () => {
  test('nobody watching is an empty list', async () => {
    const { plexServer } = await stagePlex()

    expect(await plexServer.sessions()).toEqual([])
  })

  test('a stream is read whole, and the owner is user 1', async () => {
    const { plexServer, world, arrival, friend } = await stagePlex()
    world.shareWith('mo.heron', ['Films'])
    world.play('mo.heron', arrival.ratingKey, { offsetMs: 5_000, transcode: true })
    world.play('quill', arrival.ratingKey)

    const [guest, owner] = await plexServer.sessions()
    expect(guest).toMatchObject({
      key: '84',
      id: 'sim-session-1',
      user: { plexId: String(friend.plexId), name: 'mo.heron' },
      item: { ratingKey: arrival.ratingKey, guid: arrival.guid, type: 'movie', libraryKey: '3' },
      state: 'playing',
      offsetMs: 5_000,
      player: {
        machineId: 'sim-player-1',
        product: 'Plex for Android (TV)',
        device: 'BRAVIA',
        platform: 'Android',
      },
      transcodeId: '/transcode/sessions/sim-1',
    })
    expect(owner?.user).toEqual({ plexId: '1', name: 'quill' })
  })

  test('numbers as text read the same', async () => {
    const { plexServer, world, arrival } = await stagePlex()
    world.play('quill', arrival.ratingKey, { offsetMs: 5_000 })
    const before = await plexServer.sessions()
    world.server.numbersAsText = true

    expect(await plexServer.sessions()).toEqual(before)
  })

  test.each([
    ['a web page', { kind: 'html' }, 'plex_unreachable'],
    ['half an answer', { kind: 'cut' }, 'plex_unreachable'],
    [
      'JSON that is not Plex',
      { kind: 'answer', status: 200, body: '{}', type: 'application/json' },
      'plex_unreachable',
    ],
    ['nothing at all', { kind: 'answer', status: 200, body: '', type: 'text/xml' }, 'plex_unreachable'],
    ['a redirect', { kind: 'answer', status: 302, headers: { location: '/elsewhere' } }, 'plex_unreachable'],
    ['a closed connection', { kind: 'reset', when: 'before' }, 'plex_unreachable'],
    ['503', { kind: 'answer', status: 503 }, 'plex_unreachable'],
    ['401', { kind: 'answer', status: 401 }, 'plex_token_rejected'],
    ['403', { kind: 'answer', status: 403 }, 'plex_refused'],
    ['429', { kind: 'answer', status: 429, headers: { 'retry-after': '30' } }, 'plex_busy'],
  ] as const)('%s is a failed reading, never an empty list', async (_what, act, code) => {
    const { plexServer, server } = await stagePlex()
    server.faults.next({ match: 'GET /status/sessions', act })

    await expect(plexServer.sessions()).rejects.toMatchObject({ code })
    expect(await plexServer.sessions()).toEqual([])
  })

  test('a server that keeps silent is given up', async () => {
    const { server, connectWith } = await stagePlex()
    server.faults.next({ match: 'GET /status/sessions', act: { kind: 'hang', when: 'before' } })

    const { plexServer } = connectWith({ serverTimeoutMs: 40, clock: systemClock })
    await expect(plexServer.sessions()).rejects.toThrow(
      'The Plex server cannot be reached: no answer came in time.',
    )
  })

  test('a server that is not there is named as such', async () => {
    const { connectWith } = await stagePlex()
    const { plexServer } = connectWith({ url: () => 'http://127.0.0.1:1' })

    await expect(plexServer.sessions()).rejects.toMatchObject({ code: 'plex_unreachable' })
  })
})

describe('ending a stream', () => {
  test('terminate flags the session, and the player stops at its next report with the reason', async () => {
    const { plexServer, world, arrival, clock, server } = await stagePlex()
    const player = world.play('quill', arrival.ratingKey)
    const session = await onlySession(plexServer.sessions())

    expect(await plexServer.terminate(session, 'Not on\nyour pass: "Dust & Bells" ☂')).toEqual({
      kind: 'accepted',
    })
    expect(player.running()).toBe(true)

    await clock.advance(10_000)
    expect(player.ending()).toEqual({ why: 'terminated', text: 'Not on your pass: "Dust & Bells" ☂' })
    expect(await plexServer.sessions()).toEqual([])
    expect(server.journal.filter((one) => one.path === '/status/sessions/terminate')).toHaveLength(1)
  })

  test('a session that is gone counts as gone', async () => {
    const { plexServer, world, arrival } = await stagePlex()
    const player = world.play('quill', arrival.ratingKey)
    const session = await onlySession(plexServer.sessions())
    player.stop()

    expect(await plexServer.terminate(session, 'over')).toEqual({ kind: 'gone' })
  })

  test('a session without an id cannot be ended that way', async () => {
    const { plexServer, world, arrival, server } = await stagePlex()
    world.play('quill', arrival.ratingKey, { withoutSessionId: true })
    const session = await onlySession(plexServer.sessions())
    const asked = server.journal.length

    expect(await plexServer.terminate(session, 'over')).toMatchObject({ kind: 'impossible' })
    expect(server.journal).toHaveLength(asked)
  })

  test('without a Plex Pass it is impossible', async () => {
    const { plexServer, world, arrival } = await stagePlex({ plexPass: false })
    world.play('quill', arrival.ratingKey)

    expect(await plexServer.terminate(await onlySession(plexServer.sessions()), 'over')).toEqual({
      kind: 'impossible',
      reason: 'This server cannot end streams: that needs a Plex Pass of its owner.',
    })
  })

  test('somebody else’s token is told apart from a dead one', async () => {
    const { plexServer, world, arrival, connectWith } = await stagePlex()
    world.play('quill', arrival.ratingKey)
    const session = await onlySession(plexServer.sessions())

    const asGuest = connectWith({ token: () => 'token-of-mo.heron' }).plexServer
    const asNobody = connectWith({ token: () => 'dead' }).plexServer
    expect(await asGuest.terminate(session, 'over')).toMatchObject({
      kind: 'impossible',
      reason: expect.stringContaining('owner'),
    })
    expect(await asNobody.terminate(session, 'over')).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('does not accept'),
    })
  })

  test.each([
    ['503', { kind: 'answer', status: 503 }, 'refused'],
    ['401 from a server that can', { kind: 'answer', status: 401 }, 'refused'],
    ['429', { kind: 'answer', status: 429 }, 'refused'],
    ['a reset', { kind: 'reset', when: 'before' }, 'refused'],
    ['a web page', { kind: 'html' }, 'refused'],
    ['silence', { kind: 'hang', when: 'after' }, 'unknown'],
  ] as const)('%s does not throw', async (_what, act, kind) => {
    const { world, arrival, server, connectWith } = await stagePlex()
    // Only silence is to be cut short: a loaded machine may take longer than that for an answer.
    const { plexServer } = connectWith(
      act.kind === 'hang' ? { serverTimeoutMs: 1_000, clock: systemClock } : {},
    )
    world.play('quill', arrival.ratingKey)
    const session = await onlySession(plexServer.sessions())
    server.faults.next({ match: 'GET /status/sessions/terminate', act })

    expect(await plexServer.terminate(session, 'over')).toMatchObject({ kind })
  })

  test('a player that takes commands is stopped, with a rising command number', async () => {
    const { plexServer, world, arrival, server } = await stagePlex()
    const player = world.play('quill', arrival.ratingKey, { controllable: true })
    const session = await onlySession(plexServer.sessions())

    expect(await plexServer.stopPlayer(session)).toEqual({ kind: 'accepted' })
    expect(player.ending()).toEqual({ why: 'stopped' })
    await plexServer.stopPlayer(session)
    const commands = server.journal.filter((one) => one.path === '/player/playback/stop')
    expect(commands.map((one) => one.query)).toEqual([
      { type: 'video', commandID: '1' },
      { type: 'video', commandID: '2' },
    ])
    expect(commands[0]?.headers['x-plex-target-client-identifier']).toBe('sim-player-1')
  })

  test('a transcode is killed where the player takes no commands', async () => {
    const { plexServer, world, arrival } = await stagePlex()
    const player = world.play('quill', arrival.ratingKey, { transcode: true })

    expect(await plexServer.stopPlayer(await onlySession(plexServer.sessions()))).toEqual({
      kind: 'accepted',
    })
    expect(player.running()).toBe(false)
  })

  test('a player without commands and without a transcode cannot be stopped', async () => {
    const { plexServer, world, arrival } = await stagePlex()
    world.play('quill', arrival.ratingKey)

    const session = await onlySession(plexServer.sessions())
    expect(await plexServer.stopPlayer(session)).toMatchObject({ kind: 'impossible' })
  })

  test.each([
    '/library/metadata/6001',
    '/transcode/sessions/../../library/metadata/6001',
    '',
    '/transcode/sessions/',
  ])('what claims to be a transcode but is "%s" is never deleted', async (transcodeId) => {
    const { plexServer, world, arrival, server } = await stagePlex()
    world.play('quill', arrival.ratingKey)
    const session = await onlySession(plexServer.sessions())

    await plexServer.stopPlayer({ ...session, transcodeId })
    expect(server.journal.filter((one) => one.method === 'DELETE')).toEqual([])
  })
})

describe('the token', () => {
  test('is in no address, no error and no error’s cause', async () => {
    const { connectWith, server, plexTv } = await stagePlex()
    const { plexServer, plexAccount } = connectWith({ token: () => 'very-secret-token' })
    const failures: OtpError[] = []

    for (const ask of [() => plexServer.sessions(), () => plexAccount.owner(), () => plexAccount.friends()]) {
      await ask().catch((problem) => failures.push(problem))
    }
    server.faults.next({ match: 'GET /identity', act: { kind: 'reset', when: 'before' } })
    await plexServer.identity().catch((problem) => failures.push(problem))

    expect(failures).toHaveLength(4)
    for (const failure of failures) {
      expect(failure.cause).toBeUndefined()
      expect(`${failure.message} ${failure.stack} ${JSON.stringify(failure)}`).not.toContain('very-secret')
    }
    const asked = [...server.journal, ...plexTv.journal]
    expect(asked.filter((one) => 'X-Plex-Token' in one.query)).toEqual([])
    expect(asked.length).toBeGreaterThanOrEqual(4)
    expect(asked.filter((one) => one.headers['x-plex-token'] !== '(redacted)')).toEqual([])
  })
})

async function onlySession(reading: Promise<Session[]>): Promise<Session> {
  const [session, ...others] = await reading
  if (!session || others.length > 0) throw new Error(`Expected one session, not ${others.length + 1}.`)
  return session
}
