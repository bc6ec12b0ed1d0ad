import { describe, expect, test } from 'vitest'
import { until } from '../support/until.js'
import { arrived, reportsIn, stagePush } from './push-stage.js'

describe('the WebSocket of the simulated server', () => {
  test('tells every report, naming the session and nobody', async () => {
    const { play, clock, push, socket, server } = await stagePush()
    const { frames } = await socket()
    const player = play()
    await clock.advance(10_000)
    player.pause()
    player.stop()

    await arrived(frames, 4)
    const reports = reportsIn(frames).map(([one]) => [one.sessionKey, one.state, one.viewOffset])
    expect(reports).toEqual([
      ['84', 'playing', 0],
      ['84', 'playing', 10_000],
      ['84', 'paused', 10_000],
      ['84', 'stopped', 10_000],
    ])
    expect(frames.join()).not.toContain('quill')
    expect([push.count(), push.count('websocket'), push.count('sse')]).toEqual([1, 1, 0])
    expect(server.journal).toMatchObject([{ path: '/:/websockets/notifications', status: 101 }])
  })

  test('is for the owner, whose token comes in a header', async () => {
    const { world, socket, server } = await stagePush()
    world.addAccount('pat.otter')

    await expect(socket({ token: 'wrong' })).rejects.toThrow('401')
    await expect(socket({ token: 'token-of-pat.otter' })).rejects.toThrow('403')
    await expect(socket({ query: '?X-Plex-Token=token-of-quill' })).rejects.toThrow('400')
    expect(JSON.stringify(server.journal)).not.toContain('token-of-quill')
  })

  test('tells only what the filters want', async () => {
    const { play, push, socket } = await stagePush()
    const [all, some, others] = await Promise.all([
      socket(),
      socket({ query: '?filters=playing,activity' }),
      socket({ query: '?filters=-playing' }),
    ])
    play()
    push.send('the log', 'log')
    push.send('a timeline', 'timeline')
    push.send('anything')

    for (const one of [all, some, others]) await until('the last', () => one.frames.at(-1) === 'anything')
    expect(all.frames.slice(1)).toEqual(['a timeline', 'anything'])
    expect(some.frames.slice(1)).toEqual(['anything'])
    expect(others.frames).toEqual(['the log', 'a timeline', 'anything'])
  })

  test('pings now and then, and answers pings', async () => {
    const { clock, socket } = await stagePush()
    const { signs, ping } = await socket()

    await clock.advance(10_000)
    await until('a ping', () => signs.length === 1)
    ping()
    await until('a pong', () => signs.length === 2)
    expect(signs).toEqual(['ping', 'pong'])
  })

  test.each([401, 403, 404, 503, 200])('can refuse everybody with %s', async (status) => {
    const { push, socket } = await stagePush()
    push.switches.websocket = status

    await expect(socket()).rejects.toThrow(`${status}`)
    push.switches.websocket = 'open'
    await socket()
    expect(push.count()).toBe(1)
  })

  test('can leave whoever asks without an answer', async () => {
    const { push, socket, server } = await stagePush()
    push.switches.websocket = 'hang'
    const asking = socket()

    await until('the request', () => server.journal.length === 1)
    expect(server.journal[0]?.status).toBeUndefined()
    await server.close()
    await expect(asking).rejects.toThrow()
  })

  test('is closed with a goodbye or reset', async () => {
    const { push, socket } = await stagePush()
    const first = await socket()
    push.drop()
    expect(await first.closed).toBe(1001)

    const second = await socket()
    push.drop('reset')
    expect(await second.closed).toBe(1006)
    await until('nobody left', () => push.count() === 0)
  })

  test('muted it keeps frames back and goes on with pings and pongs', async () => {
    const { push, socket, play, clock } = await stagePush()
    const { frames, signs, ping } = await socket()
    push.switches.silence = 'muted'
    play()
    ping()
    await clock.advance(10_000)
    await until('both signs', () => signs.length === 2)

    push.send('past the switch')
    await arrived(frames, 1)
    expect(frames).toEqual(['past the switch'])
  })

  test('a stranded one gives no sign of life any more, a later one does', async () => {
    const { push, socket, play, clock } = await stagePush()
    const stranded = await socket()
    push.strand('dead')
    const later = await socket()
    play()
    stranded.ping()
    later.ping()
    push.send('whatever')
    await clock.advance(10_000)

    await until('both signs', () => later.signs.length === 2)
    await arrived(later.frames, 3)
    expect([stranded.frames, stranded.signs]).toEqual([[], []])
    expect(push.count()).toBe(2)
  })

  test('loses as many frames as told', async () => {
    const { push, socket, play } = await stagePush()
    const { frames } = await socket()
    push.switches.lose = 2
    const player = play()
    player.pause()
    player.resume()

    await arrived(frames, 1)
    expect(reportsIn(frames)).toMatchObject([[{ state: 'playing' }]])
    expect(push.switches.lose).toBe(0)
  })

  test('speaks as very old servers do', async () => {
    const { push, socket, play } = await stagePush()
    const { frames } = await socket()
    push.switches.form = 'old'
    play()

    await arrived(frames, 1)
    expect(JSON.parse(frames[0] ?? '')).toMatchObject({
      type: 'playing',
      size: 1,
      _children: [{ _elementType: 'PlaySessionStateNotification', sessionKey: '84' }],
    })
  })

  test('puts all other sessions before the one that reports', async () => {
    const { push, socket, play } = await stagePush()
    const [first] = [play(), play()]
    const { frames } = await socket()
    push.switches.with = 'others'
    first.pause()

    await arrived(frames, 1)
    expect(reportsIn(frames)[0]).toMatchObject([
      { sessionKey: '85', state: 'playing' },
      { sessionKey: '84', state: 'paused' },
    ])
  })
})

describe('the server-sent events of the simulated server', () => {
  test('ping every ten seconds and tell of one session without a list', async () => {
    const { stream, clock, play } = await stagePush()
    const { answer, heard } = await stream()
    expect(answer.headers.get('content-type')).toBe('text/event-stream')

    await clock.advance(10_000)
    play()
    await until('both', () => heard.text.split('\n\n').length === 3)
    expect(heard.text).toMatch(
      /^event: ping\ndata: \{\}\n\nevent: playing\ndata: \{"PlaySessionStateNotification":\{"sessionKey":"84",.*\}\}\n\n$/,
    )
  })

  test('can come with their container, and several as a list', async () => {
    const { stream, push, play } = await stagePush()
    play()
    const { heard } = await stream()
    push.switches.events = 'wrapped'
    push.switches.with = 'others'
    play()

    await until('the event', () => heard.text.endsWith('\n\n'))
    expect(heard.text).toContain('data: {"NotificationContainer":{"type":"playing","size":2,')
  })

  test('are for the owner, whose token comes in a header, and for who wants them', async () => {
    const { stream, push, world } = await stagePush()
    world.addAccount('pat.otter')

    expect((await stream({ token: 'wrong' })).answer.status).toBe(401)
    expect((await stream({ token: 'token-of-pat.otter' })).answer.status).toBe(403)
    expect((await stream({ query: '?X-Plex-Token=token-of-quill' })).answer.status).toBe(400)
    const { heard } = await stream({ query: '?filters=playing' })
    push.send('{"a":1}', 'timeline')
    push.send('two\nlines', 'playing')
    await until('the event', () => heard.text !== '')
    expect(heard.text).toBe('event: playing\ndata: two\ndata: lines\n\n')
  })

  test('can be refused while the WebSocket is open, and can be left without an answer', async () => {
    const { stream, socket, push, server } = await stagePush()
    push.switches.sse = 503
    const { answer } = await stream()
    expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'text/html'])
    await socket()

    push.switches.sse = 'hang'
    const asking = stream()
    await until('the request', () => server.journal.length === 3)
    await server.close()
    await expect(asking).rejects.toThrow()
  })

  test('are ended, reset and left dead as told', async () => {
    const { stream, push, play, clock } = await stagePush()
    const first = await stream()
    push.drop()
    await until('the end', () => first.heard.ended === 'closed')

    const second = await stream()
    push.drop('reset')
    await until('the reset', () => second.heard.ended === 'broken off')

    const third = await stream()
    push.strand('dead')
    const fourth = await stream()
    play()
    await clock.advance(10_000)
    await until('a ping', () => fourth.heard.text.includes('ping'))
    expect(third.heard.text).toBe('')
    fourth.leave()
    third.leave()
    await until('nobody left', () => push.count() === 0)
  })
})

describe('the list of sessions', () => {
  test('can show a session only some time after its first frame', async () => {
    const { world, play, socket, titles, clock } = await stagePush()
    const { frames } = await socket()
    world.server.listsAfterMs = 2_000
    play()

    await arrived(frames, 1)
    await clock.advance(1_999)
    expect(await titles('/status/sessions')).toEqual([])
    await clock.advance(1)
    expect(await titles('/status/sessions')).toEqual(['Salt & Lanterns'])
  })

  test('can show the old item for a while after a frame named the next', async () => {
    const { world, show, socket, read, clock } = await stagePush()
    const [one, two] = show.episodes
    const player = world.play('quill', one?.ratingKey ?? '', { offsetMs: 5_000 })
    const { frames } = await socket()
    world.server.showsItemAfterMs = 3_000
    player.playNext(two?.ratingKey ?? '')

    await arrived(frames, 1)
    expect(reportsIn(frames)).toMatchObject([[{ ratingKey: two?.ratingKey, viewOffset: 0 }]])
    const listed = async () => (await read('/status/sessions')).Metadata
    expect(await listed()).toMatchObject([{ ratingKey: one?.ratingKey, viewOffset: 5_000 }])
    await clock.advance(3_000)
    expect(await listed()).toMatchObject([{ ratingKey: two?.ratingKey }])
  })
})

test('somebody outside steers all of it', async () => {
  const { control, plain, socket, stream, server, world } = await stagePush()
  const { frames, closed } = await socket()
  const { heard } = await stream()

  expect(
    await control('push', { send: { text: 'junk' }, silence: 'muted', lose: 3, websocket: 503 }),
  ).toEqual({
    websocket: 503,
    sse: 'open',
    silence: 'muted',
    lose: 3,
    form: 'new',
    with: 'nothing',
    events: 'bare',
    pingMs: 10_000,
    open: { websocket: 1, sse: 1 },
  })
  await arrived(frames, 1)
  await until('the event', () => heard.text.includes('junk'))
  await control('push', { strand: 'dead', drop: 'reset' })
  await closed
  await until('nobody left', () => server.push.count() === 0)
  expect(await (await plain('/_sim/push')).json()).toMatchObject({ open: { websocket: 0, sse: 0 } })
  expect(await control('push', { websocket: 'slow' })).toMatchObject({ reason: expect.any(String) })

  await control('server', { listsAfterMs: 1_000, showsItemAfterMs: 2_000 })
  expect(world.server).toMatchObject({ listsAfterMs: 1_000, showsItemAfterMs: 2_000 })
})
