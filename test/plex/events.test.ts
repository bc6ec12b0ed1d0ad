import { createHash } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import type { PlaybackReport, PushWay } from '../../src/core/model.js'
import type { ItemChange, ListeningEnded, PlexEvents } from '../../src/core/ports.js'
import { connectPlex, type PlexConnection } from '../../src/plex/connect.js'
import { type SimServerSettings, startSimServer } from '../../src/simulator/plex/http.js'
import { createTestClock, type TestClock } from '../support/clock.js'
import { until } from '../support/until.js'
import { stagePlex } from './stage.js'

const both: PushWay[] = ['websocket', 'sse']
const token = 'xSecretTokenx-9'

describe.each(both)('listening by %s', (way) => {
  test('tells that it is open and what every player reports', async () => {
    const { world, arrival, plexEvents, clock } = await stagePlex()
    const line = await open(plexEvents, way)
    const player = world.play('quill', arrival.ratingKey)
    await clock.advance(10_000)
    player.stop()

    await line.reports(3)
    const of = { sessionKey: player.sessionKey(), ratingKey: arrival.ratingKey }
    expect(line.heard).toEqual([
      { ...of, state: 'playing', offsetMs: 0 },
      { ...of, state: 'playing', offsetMs: 10_000 },
      { ...of, state: 'stopped', offsetMs: 10_000 },
    ])
    expect(line.opened()).toBe(1)
  })

  test('tells what has come, has changed and is gone in the libraries', async () => {
    const { world, arrival, plexEvents } = await stagePlex()
    const line = await open(plexEvents, way)
    const { ratingKey } = world.addMovie({ title: 'Contact' })
    world.catalogue.rename(arrival.ratingKey, 'The Arrival')
    world.remove(ratingKey)

    await until('the changes', () => line.changes.length >= 3)
    expect(line.changes).toEqual([
      { ratingKey, removed: false },
      { ratingKey: arrival.ratingKey, removed: false },
      { ratingKey, removed: true },
    ])
    expect(line.heard).toEqual([])
  })

  test('asks for players and changes only, says who it is, and keeps the token out of the address', async () => {
    const { server, plexEvents } = await stagePlex()
    await open(plexEvents, way)

    expect(server.journal).toMatchObject([
      {
        query: { filters: 'playing,timeline' },
        headers: {
          'x-plex-token': '(redacted)',
          'x-plex-client-identifier': 'otp-test-0001',
          'x-plex-product': 'One Time Plex Reloaded',
          'x-plex-version': '0.1.0',
        },
        status: way === 'sse' ? 200 : 101,
      },
    ])
  })

  test('goes below the path of the address', async () => {
    const { world, arrival, plexEvents } = await stagePlex({ basePath: '/media/plex' })
    const line = await open(plexEvents, way)
    world.play('quill', arrival.ratingKey)

    await line.reports(1)
  })

  test('hears all sessions of one frame, in the old form and in the new', async () => {
    const { world, arrival, server, plexEvents } = await stagePlex()
    const line = await open(plexEvents, way)
    world.play('quill', arrival.ratingKey)
    server.push.switches.with = 'others'
    world.play('quill', arrival.ratingKey)
    server.push.switches.form = 'old'
    world.play('quill', arrival.ratingKey)
    server.push.switches.form = 'new'
    server.push.switches.events = 'wrapped'
    world.play('quill', arrival.ratingKey)

    await line.reports(10)
    const keys = line.heard.map((one) => one.sessionKey).join(' ')
    expect(keys).toBe('84 84 85 84 85 86 84 85 86 87')
  })

  test('passes over what it does not know and goes on', async () => {
    const { world, arrival, server, plexEvents } = await stagePlex()
    const line = await open(plexEvents, way)
    for (const text of [
      'junk',
      '',
      '{"NotificationContainer":{"type":"timeline","TimelineEntry":[{}]}}',
      '[]',
    ]) {
      server.push.send(text)
    }
    const key = '{"PlaySessionStateNotification":[{"sessionKey":"dlna-1","state":"playing"}]}'
    server.push.send(key, 'playing')
    world.play('quill', arrival.ratingKey)

    await line.reports(1)
    expect(line.heard).toMatchObject([{ ratingKey: arrival.ratingKey }])
  })

  test.each([401, 403])('a server that answers %s does not take the token', async (status) => {
    const { server, plexEvents } = await stagePlex()
    server.push.switches[way] = status
    const line = listen(plexEvents, way)

    expect(await line.ended).toEqual({
      kind: 'rejected',
      reason: `it does not take the token (HTTP ${status})`,
    })
    expect(line.opened()).toBe(0)
  })

  test('a wrong token is one, and so is none', async () => {
    const { connectWith, world } = await stagePlex()
    for (const wrong of ['', 'wrong']) {
      const { plexEvents } = connectWith({ token: () => wrong })
      expect((await listen(plexEvents, way).ended).kind).toBe('rejected')
    }
    const turns = ['wrong', world.owner.token]
    const { plexEvents } = connectWith({ token: () => turns.shift() ?? '' })
    expect((await listen(plexEvents, way).ended).kind).toBe('rejected')
    await open(plexEvents, way)
  })

  test.each([404, 500, 503, 200, 204])('a server that answers %s has no such way', async (status) => {
    const { server, plexEvents } = await stagePlex()
    server.push.switches[way] = status

    expect(await listen(plexEvents, way).ended).toMatchObject({ kind: 'unavailable' })
  })

  test('nobody is followed elsewhere: the token would go along', async () => {
    const asked: string[] = []
    const { url } = await anOddServer((socket) => {
      socket.once('data', (data) => {
        asked.push(String(data))
        socket.end(`HTTP/1.1 302 Found\r\nLocation: ${url}/thief\r\nContent-Length: 0\r\n\r\n`)
      })
    })

    expect(await listen(plexAt(url).events, way).ended).toEqual({
      kind: 'unavailable',
      reason: 'it redirects (302) to another address',
    })
    expect(asked).toHaveLength(1)
  })

  test('an address at which nothing listens is unavailable', async () => {
    const { url, server } = await anOddServer(() => {})
    await new Promise((resolve) => server.close(resolve))

    expect(await listen(plexAt(url).events, way).ended).toEqual({
      kind: 'unavailable',
      reason: 'nothing listens at that address',
    })
  })

  test.each(['', 'not an address', 'http://', 'http://127.0.0.1:1:2'])(
    'an address that is none is unavailable: "%s"',
    async (url) => {
      expect((await listen(plexAt(url).events, way).ended).kind).toBe('unavailable')
    },
  )

  test('a token that cannot be sent shows in no reason', async () => {
    const { url } = await anOddServer((socket) => socket.once('data', () => socket.end()))
    const { kind, reason } = await listen(plexAt(url, { token: () => `${token}\n` }).events, way).ended

    expect(kind).toBe('unavailable')
    expect(reason).not.toContain(token)
  })

  test.each([
    ['nothing at all', ''],
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['half a head', 'HTTP/1.1 200 OK\r\nContent-'],
  ])('%s before the end is unavailable', async (_what, said) => {
    const { url } = await anOddServer((socket) => socket.once('data', () => socket.end(said)))

    expect((await listen(plexAt(url).events, way).ended).kind).toBe('unavailable')
  })

  test('a server that repeats the token in its refusal is not quoted', async () => {
    const { url } = await anOddServer((socket) => {
      socket.once('data', () => socket.end(`HTTP/1.1 500 ${token}\r\nX-Oh: ${token}\r\n\r\n${token}`))
    })

    expect(await listen(plexAt(url).events, way).ended).toEqual({ kind: 'unavailable', reason: 'HTTP 500' })
  })

  test('a server that never answers is given up after ten seconds', async () => {
    const { server, plexEvents, clock } = await stagePlex()
    server.push.switches[way] = 'hang'
    const line = listen(plexEvents, way)
    await until('the request', () => server.journal.length === 1)

    await clock.advance(9_999)
    expect(line.isOver()).toBe(false)
    await clock.advance(1)
    expect(await line.ended).toEqual({ kind: 'unavailable', reason: 'no answer came in time' })
    expect(clock.sleeping()).toBe(0)
  })

  test.each(['close', 'reset'] as const)('a connection that ends by %s is lost', async (how) => {
    const { server, plexEvents, clock } = await stagePlex()
    const line = await open(plexEvents, way)
    server.push.drop(how)

    expect(await line.ended).toMatchObject({ kind: 'lost' })
    expect(line.opened()).toBe(1)
    await until('nobody asleep', () => clock.sleeping() === 0)
  })

  test('one after the other works, and only the present one hears', async () => {
    const { world, arrival, server, plexEvents } = await stagePlex()
    const first = await open(plexEvents, way)
    server.push.drop('reset')
    await first.ended
    const second = await open(plexEvents, way)
    world.play('quill', arrival.ratingKey)

    await second.reports(1)
    expect(first.heard).toEqual([])
  })

  test('a connection whose other end is gone is noticed within 45 s and given up', async () => {
    const { server, plexEvents, clock } = await stagePlex()
    const line = await open(plexEvents, way)
    await clock.advance(60_000)
    expect(line.isOver()).toBe(false)

    server.push.strand('dead')
    const silentFrom = clock.now()
    await clock.advance(29_000)
    expect(line.isOver()).toBe(false)
    await passing(clock, line)
    expect(clock.now() - silentFrom).toBeLessThanOrEqual(45_000)
    expect(await line.ended).toEqual({ kind: 'silent', reason: 'it gave no sign of life for 30 s' })
    await until('nobody left', () => server.push.count() === 0)
    await until('nobody asleep', () => clock.sleeping() === 0)
  })

  test('muted but alive it stays', async () => {
    const { server, world, arrival, plexEvents, clock } = await stagePlex()
    // Only the answers to our pings are left where there are some.
    if (way === 'websocket') server.push.switches.pingMs = 0
    server.push.switches.silence = 'muted'
    const line = await open(plexEvents, way)
    world.play('quill', arrival.ratingKey)
    await clock.advance(600_000)

    expect(line.isOver()).toBe(false)
    expect(line.heard).toEqual([])
  })

  test('hours that pass at once are not silence', async () => {
    const { server, plexEvents, clock } = await stagePlex()
    const line = await open(plexEvents, way)
    for (let i = 0; i < 3; i += 1) {
      await clock.leap(5 * 3_600_000)
      await clock.advance(20_000)
    }

    expect(line.isOver()).toBe(false)
    expect(server.push.count()).toBe(1)
  })

  test('is over at once when it is told to stop, and nothing is heard after that', async () => {
    const { server, world, arrival, plexEvents, clock } = await stagePlex()
    const line = await open(plexEvents, way)
    line.stop()
    world.play('quill', arrival.ratingKey)

    expect(await line.ended).toMatchObject({ kind: 'stopped' })
    await until('nobody left', () => server.push.count() === 0)
    expect(line.heard).toEqual([])
    expect(clock.sleeping()).toBe(1)
  })

  test('is over at once while nobody answers, too, and is not begun after the stop', async () => {
    const { server, plexEvents, clock } = await stagePlex()
    server.push.switches[way] = 'hang'
    const line = listen(plexEvents, way)
    await until('the request', () => server.journal.length === 1)
    line.stop()
    expect(await line.ended).toMatchObject({ kind: 'stopped' })

    const never = new AbortController()
    never.abort()
    expect(await listen(plexEvents, way, never).ended).toMatchObject({ kind: 'stopped' })
    expect(server.journal).toHaveLength(1)
    expect(clock.sleeping()).toBe(0)
  })

  test('lets go of a server that does not answer, or whose refusal never ends', async () => {
    for (const said of ['', 'HTTP/1.1 503 Busy\r\nContent-Length: 1000000\r\n\r\nwait']) {
      let isClosed = false
      let isAsked = false
      const { url } = await anOddServer((socket) => {
        socket.on('close', () => {
          isClosed = true
        })
        socket.once('data', () => {
          isAsked = true
          socket.write(said)
        })
      })
      const line = listen(plexAt(url).events, way)
      await until('the request', () => isAsked)
      if (said === '') line.stop()

      await line.ended
      await until('the end of the connection', () => isClosed)
    }
  })

  test('ends with the program', async () => {
    const program = new AbortController()
    const { connectWith } = await stagePlex()
    const line = await open(connectWith({ signal: program.signal }).plexEvents, way)
    program.abort()

    expect(await line.ended).toMatchObject({ kind: 'stopped' })
  })
})

describe('a WebSocket', () => {
  test('with more in a frame than anybody needs is lost', async () => {
    const { server, plexEvents } = await stagePlex()
    const line = await open(plexEvents, 'websocket')
    server.push.send(`"${'x'.repeat(1024 * 1024)}"`)

    expect(await line.ended).toMatchObject({ kind: 'lost' })
  })

  test('that pings is answered', async () => {
    const sockets = new WebSocketServer({ noServer: true })
    const { url } = await aServer({
      upgrade: (_request, { incoming, socket, head }) => {
        sockets.handleUpgrade(incoming, socket, head, (opened) => {
          opened.on('pong', () => opened.send('{"PlaySessionStateNotification":{"sessionKey":5}}'))
          opened.ping()
        })
        return 101
      },
    })
    const line = await open(plexAt(url).events, 'websocket')

    await line.reports(1)
    expect(line.heard).toEqual([{ sessionKey: '5', state: 'unknown' }])
  })

  test('is let go of without waiting for a goodbye', async () => {
    const { url, socket } = await aRawSocketServer()
    const line = await open(plexAt(url).events, 'websocket')
    let isClosed = false
    socket().on('close', () => {
      isClosed = true
    })
    line.stop()

    await until('the end of the connection', () => isClosed)
  })

  test('is not heard any more once it was told to stop, not even what came together', async () => {
    const { url, socket } = await aRawSocketServer()
    const stopping = new AbortController()
    const heard: string[] = []
    let isOpen = false
    const ended = plexAt(url).events.listen(
      'websocket',
      {
        opened: () => {
          isOpen = true
        },
        heard: (reports) => {
          heard.push(...reports.map((one) => one.sessionKey))
          stopping.abort()
        },
        changed: () => {},
      },
      stopping.signal,
    )
    await until('the connection', () => isOpen)
    const frames = [7, 8].map((key) => `{"PlaySessionStateNotification":{"sessionKey":${key}}}`)
    socket().write(Buffer.concat(frames.map((one) => Buffer.from(`\x81${lengthOf(one)}${one}`, 'latin1'))))

    await ended
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard).toEqual(['7'])
  })

  test('whose greeting is wrong is unavailable', async () => {
    const { url } = await anOddServer((socket) => {
      const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
      socket.once('data', () => socket.write(`${head}Sec-WebSocket-Accept: nonsense\r\n\r\n`))
    })

    expect((await listen(plexAt(url).events, 'websocket').ended).kind).toBe('unavailable')
  })
})

describe('server-sent events', () => {
  const report = '{"PlaySessionStateNotification":{"sessionKey":"7","state":"paused","title":"Zoë 🏮"}}'

  test('are heard in whatever pieces they come', async () => {
    const { url, socket } = await anEventServer()
    const line = await open(plexAt(url).events, 'sse')
    for (const byte of Buffer.from(`: hello\r\n\r\nevent: playing\r\ndata: ${report}\r\n\r\n`)) {
      socket().write(Buffer.from([byte]))
      await new Promise((resolve) => setImmediate(resolve))
    }

    await line.reports(1)
    expect(line.heard).toEqual([{ sessionKey: '7', state: 'paused' }])
  })

  test('without an end are lost', async () => {
    const { url, socket } = await anEventServer()
    const line = await open(plexAt(url).events, 'sse')
    socket().write(`data: ${'x'.repeat(1024 * 1024 + 1)}`)

    expect(await line.ended).toEqual({ kind: 'lost', reason: 'it sent more than an event may hold' })
  })

  test('are not read from a web page, or from a page that says nothing of itself', async () => {
    for (const type of ['text/html', undefined]) {
      const { url } = await aServer({
        answer: () => ({ status: 200, body: `data: ${report}\n\n`, ...(type && { type }) }),
      })
      const line = listen(plexAt(url).events, 'sse')

      expect(await line.ended).toEqual({
        kind: 'unavailable',
        reason: 'it answers with something else than events',
      })
      expect([line.opened(), line.heard]).toEqual([0, []])
    }
  })

  test('may name their encoding of characters', async () => {
    const { url } = await anEventServer('Text/Event-Stream;charset=utf-8')

    await open(plexAt(url).events, 'sse')
  })
})

/** Listens and notes what is told; after the end nothing may be told. */
function listen(events: PlexEvents, way: PushWay, stopping = new AbortController()) {
  const heard: PlaybackReport[] = []
  const changes: ItemChange[] = []
  let opened = 0
  let isOver = false
  const ended: Promise<ListeningEnded> = events
    .listen(
      way,
      {
        opened: () => {
          if (isOver) throw new Error('Opened after the end.')
          opened += 1
        },
        heard: (reports) => {
          if (isOver) throw new Error('Heard something after the end.')
          heard.push(...reports)
        },
        changed: (items) => {
          if (isOver) throw new Error('Heard of a change after the end.')
          changes.push(...items)
        },
      },
      stopping.signal,
    )
    .finally(() => {
      isOver = true
    })
  onTestFinished(() => stopping.abort())

  return {
    heard,
    ended,
    opened: () => opened,
    stop: () => stopping.abort(),
    isOver: () => isOver,
    changes,
    reports: (count: number) => until(`${count} reports`, () => heard.length >= count),
  }
}

/** Listens, and waits until the connection stands. */
async function open(events: PlexEvents, way: PushWay) {
  const line = listen(events, way)
  await until('the connection', () => line.opened() === 1)
  return line
}

/** Lets time pass in steps until the line has ended. */
async function passing(clock: TestClock, line: ReturnType<typeof listen>): Promise<void> {
  for (let i = 0; i < 60 && !line.isOver(); i += 1) await clock.advance(1_000)
}

function plexAt(url: string, more: Partial<PlexConnection> = {}) {
  const clock = createTestClock()
  const identity = { clientIdentifier: 'otp-test-0001', version: '0.1.0' }
  const connection = { url: () => url, accountUrl: url, token: () => token, ...identity, clock, ...more }
  return { clock, events: connectPlex(connection).plexEvents }
}

/** An HTTP server that answers as it is told to. */
async function aServer(settings: Partial<SimServerSettings>) {
  const answer = () => ({ status: 404 })
  const server = await startSimServer({ clock: createTestClock(), answer, ...settings })
  onTestFinished(() => server.close())
  return server
}

/** A server whose only answer is a stream of events, to be written by hand. */
function anEventServer(type = 'text/event-stream') {
  return aServerByHand(() => `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n\r\n`)
}

/** A server that becomes a WebSocket and says nothing by itself, not even goodbye. */
function aRawSocketServer() {
  return aServerByHand((request) => {
    const [, key = ''] = /sec-websocket-key: (.*)\r/i.exec(request) ?? []
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    return `${head}Sec-WebSocket-Accept: ${accept}\r\n\r\n`
  })
}

/** The length of a short text as a WebSocket frame has it. */
function lengthOf(text: string): string {
  return String.fromCharCode(text.length)
}

async function aServerByHand(answer: (request: string) => string) {
  let socket: Socket | undefined
  const { url } = await anOddServer((opened) => {
    socket = opened
    opened.once('data', (request) => opened.write(answer(String(request))))
  })
  return {
    url,
    socket: () => {
      if (!socket) throw new Error('Nobody is connected.')
      return socket
    },
  }
}

/** A server that speaks no HTTP but what it is told to write. */
async function anOddServer(meet: (socket: Socket) => void): Promise<{ url: string; server: Server }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    meet(socket)
  })
  onTestFinished(() => {
    for (const one of sockets) one.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return { url: `http://127.0.0.1:${address.port}`, server }
}
