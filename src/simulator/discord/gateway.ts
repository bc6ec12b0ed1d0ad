import type { Server } from 'node:http'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import type { Clock } from '../../core/ports.js'
import { createFrames } from './frames.js'
import { guildShape, readyShape } from './wire.js'
import type { World } from './world.js'

const Frame = z.looseObject({ op: z.number(), d: z.unknown().optional() })
const Identify = z.looseObject({ token: z.string(), intents: z.number() })
const Resume = z.looseObject({ token: z.string(), session_id: z.string(), seq: z.number() })
const GUILDS_INTENT = 1

interface GatewaySession {
  id: string
  seq: number
  sent: { s: number; frame: string }[]
  socket: WebSocket | undefined
}

interface GatewayFaults {
  /** The next so many connections are closed with this code right at the identify. */
  closeOnIdentify?: { code: number; times: number }
  /** Connections are accepted and never greeted. */
  silent: boolean
  /** Upgrades are answered with this HTTP status. */
  refuseUpgrades?: number
  /** Sessions are not known any more when a client wants to resume. */
  forgetSessions: boolean
}

export type Gateway = ReturnType<typeof createGateway>

/** The socket side: greets, identifies, replays, and passes on what happens. */
export function createGateway({ http, world, clock, token, url, heartbeatMs }: GatewayNeeds) {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 16 * 1024 })
  const sessions = new Map<string, GatewaySession>()
  const faults: GatewayFaults = { silent: false, forgetSessions: false }
  const counts = { connects: 0, identifies: 0, resumes: 0 }

  http.on('upgrade', (request, socket, head) => {
    const path = (request.url ?? '/').split('?')[0]

    if (faults.refuseUpgrades !== undefined || (path !== '/' && path !== '/gateway')) {
      socket.end(`HTTP/1.1 ${faults.refuseUpgrades ?? 404} Refused\r\nconnection: close\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, greet)
  })

  return { dispatch, faults, counts, connected, closeAll, dropAll, askToReconnect, invalidate, close }

  function greet(socket: WebSocket): void {
    let session: GatewaySession | undefined
    const frames = createFrames(world)

    counts.connects += 1
    socket.on('error', () => socket.terminate())
    socket.on('close', (code) => {
      if (session?.socket === socket) session.socket = undefined
      if (session && (code === 1000 || code === 1001)) sessions.delete(session.id)
    })
    socket.on('message', (data) => {
      const frame = readFrame(data)
      if (!frame) return socket.close(4002)
      if (frames.isTooMany(clock.now())) return socket.close(4008)

      if (frame.op === 1) return send(socket, { op: 11 })
      if (frame.op === 2) session = session ? again(socket) : identify(socket, frame.d)
      else if (frame.op === 6) session = resume(socket, frame.d)
      else if (!session) socket.close(4003)
      else if (frame.op === 3 && !frames.presence(frame.d, clock.now())) socket.close(4008)
    })
    if (!faults.silent) send(socket, { op: 10, d: { heartbeat_interval: heartbeatMs } })
  }

  function identify(socket: WebSocket, data: unknown): GatewaySession | undefined {
    const wanted = Identify.safeParse(data)
    counts.identifies += 1

    if (faults.closeOnIdentify && faults.closeOnIdentify.times > 0) {
      faults.closeOnIdentify.times -= 1
      return shut(socket, faults.closeOnIdentify.code)
    }
    if (!wanted.success) return shut(socket, 4002)
    if (wanted.data.token !== token()) return shut(socket, 4004)
    if (wanted.data.intents !== GUILDS_INTENT) {
      world.violations.push(`identified with intents ${wanted.data.intents}`)
      return shut(socket, 4014)
    }

    const session: GatewaySession = { id: `session-${world.snowflake()}`, seq: 0, sent: [], socket }
    sessions.set(session.id, session)
    push(session, 'READY', readyShape(world, session.id, url()))
    if (world.bot.inGuild) push(session, 'GUILD_CREATE', guildShape(world))
    return session
  }

  function resume(socket: WebSocket, data: unknown): GatewaySession | undefined {
    const wanted = Resume.safeParse(data)
    counts.resumes += 1

    if (!wanted.success) return shut(socket, 4002)
    if (wanted.data.token !== token()) return shut(socket, 4004)
    const session = faults.forgetSessions ? undefined : sessions.get(wanted.data.session_id)
    if (!session) {
      send(socket, { op: 9, d: false })
      return undefined
    }

    session.socket = socket
    for (const { s, frame } of session.sent) if (s > wanted.data.seq) socket.send(frame)
    push(session, 'RESUMED', {})
    return session
  }

  /** Tells every session, also one whose socket is down: it hears of it when it resumes. */
  function dispatch(t: string, d: unknown): void {
    for (const session of sessions.values()) push(session, t, d)
  }

  function push(session: GatewaySession, t: string, d: unknown): void {
    session.seq += 1
    const frame = JSON.stringify({ op: 0, t, s: session.seq, d })
    session.sent = [...session.sent.slice(-200), { s: session.seq, frame }]
    session.socket?.send(frame)
  }

  function connected(): number {
    return [...sessions.values()].filter((one) => one.socket).length
  }

  function closeAll(code: number): void {
    for (const socket of sockets.clients) socket.close(code)
  }

  function dropAll(): void {
    for (const socket of sockets.clients) socket.terminate()
  }

  function askToReconnect(): void {
    for (const socket of sockets.clients) send(socket, { op: 7, d: null })
  }

  function invalidate(resumable: boolean): void {
    if (!resumable) sessions.clear()
    for (const socket of sockets.clients) send(socket, { op: 9, d: resumable })
  }

  function close(): void {
    dropAll()
    sockets.close()
  }
}

interface GatewayNeeds {
  http: Server
  world: World
  clock: Clock
  /** The one that is accepted now. */
  token: () => string
  /** Where this very server can be reached, known once it listens. */
  url: () => string
  heartbeatMs: number
}

function readFrame(data: RawData): z.infer<typeof Frame> | undefined {
  const text = data.toString()
  if (text.length > 4096) return undefined

  try {
    return Frame.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

function send(socket: WebSocket, frame: unknown): void {
  socket.send(JSON.stringify(frame))
}

function shut(socket: WebSocket, code: number): undefined {
  socket.close(code)
}

function again(socket: WebSocket): undefined {
  socket.close(4005)
}
