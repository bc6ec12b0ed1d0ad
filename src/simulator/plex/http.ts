import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock } from '../../core/ports.js'
import { createFaults, type FaultAct, type Faults } from './faults.js'

export interface SimRequest {
  method: string
  /** Without the base path and the query. */
  path: string
  query: URLSearchParams
  headers: Record<string, string>
  /** Parsed JSON or a parsed form; undefined when there was none. */
  body: unknown
}

export interface SimAnswer {
  status: number
  type?: string
  body?: string | Uint8Array
  headers?: Record<string, string>
  /** Goes on with the answer after its head, instead of a body. */
  stream?(outgoing: ServerResponse): void
}

/** One request as it came in, upgrades included. Tokens are not kept. */
export interface JournalEntry {
  at: number
  method: string
  path: string
  query: Record<string, string>
  headers: Record<string, string>
  body: unknown
  /** What was answered; missing while, or when, nothing was. */
  status?: number
}

/** A simulated server on loopback. */
export interface SimServer {
  /** Base address without a trailing slash. */
  url: string
  /** Every request, oldest first. */
  journal: JournalEntry[]
  faults: Faults
  /** How many requests are kept waiting by a fault, and whoever asked still waits. */
  held(): number
  close(): Promise<void>
}

/** A request to become a WebSocket. */
export interface Upgrade {
  incoming: IncomingMessage
  socket: Duplex
  head: Buffer
}

export interface SimServerSettings {
  clock: Clock
  port?: number | undefined
  /** Path prefix, as behind a reverse proxy. */
  basePath?: string | undefined
  answer(request: SimRequest): SimAnswer | Promise<SimAnswer>
  /** Takes the socket over and says with which status; none for a request that is never answered. */
  upgrade?(request: SimRequest, upgrade: Upgrade): number | undefined
}

/** Starts an HTTP server on 127.0.0.1 that keeps a journal and misbehaves on demand. */
export async function startSimServer(settings: SimServerSettings): Promise<SimServer> {
  const { clock, basePath = '' } = settings
  const { faults, take, released } = createFaults()
  const journal: JournalEntry[] = []
  const sockets = new Set<Socket>()
  const waiting = new Set<ServerResponse>()
  const stopping = new AbortController()

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((problem) => {
      outgoing.writeHead(500, { 'content-type': 'text/plain' })
      outgoing.end(`The simulator failed: ${problem}`)
    })
  })

  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { path, query } = splitUrl(incoming, basePath)
    if (!settings.upgrade || path === undefined) {
      socket.destroy()
      return
    }
    // Whoever asked may be gone before it is answered.
    socket.on('error', () => socket.destroy())
    const request = { method: 'GET', path, query, headers: headersOf(incoming), body: undefined }
    const entry = journalEntry(request, clock.now())
    journal.push(entry)
    const status = settings.upgrade(request, { incoming, socket, head })
    if (status !== undefined) entry.status = status
  })

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port ?? 0, '127.0.0.1', resolve)
  })

  return { url: `http://127.0.0.1:${portOf(server)}${basePath}`, journal, faults, held, close }

  function held(): number {
    return [...waiting].filter((one) => !one.destroyed).length
  }

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { path = '/ outside the base path', query } = splitUrl(incoming, basePath)
    const headers = headersOf(incoming)
    const controls = isControl(path)
    // Whoever steers by hand sends JSON; curl calls everything a form unless told otherwise.
    const type = controls ? 'application/json' : (headers['content-type'] ?? '')
    const body = parseBody(await readBody(incoming), type)
    const request: SimRequest = { method: incoming.method ?? 'GET', path, query, headers, body }
    const entry = journalEntry(request, clock.now())
    if (!controls) journal.push(entry)

    const act = controls ? undefined : take(request.method, path)
    const answer = await disturbed(act, outgoing, () => settings.answer(request))
    if (answer === 'drop') {
      incoming.socket.destroy()
      return
    }
    if (outgoing.destroyed) return
    entry.status = answer.status
    send(outgoing, answer)
  }

  async function disturbed(
    act: FaultAct | undefined,
    outgoing: ServerResponse,
    proper: () => SimAnswer | Promise<SimAnswer>,
  ): Promise<SimAnswer | 'drop'> {
    switch (act?.kind) {
      case undefined:
        return proper()
      case 'answer':
        return act
      case 'html':
        return { status: 200, type: 'text/html', body: '<html><body><h1>Please sign in</h1></body></html>' }
      case 'cut':
        return cut(await proper())
      case 'twist':
        return twisted(await proper(), act.twist)
      case 'reset':
        if (act.when === 'after') await proper()
        return 'drop'
      case 'delay':
        await keptWaiting(outgoing, clock.sleep(act.ms, stopping.signal))
        return proper()
      case 'hang': {
        const done = act.when === 'after' ? await proper() : undefined
        await keptWaiting(outgoing, released())
        return done ?? proper()
      }
    }
  }

  async function keptWaiting(outgoing: ServerResponse, over: Promise<void>): Promise<void> {
    waiting.add(outgoing)
    await over
    waiting.delete(outgoing)
  }

  async function close(): Promise<void> {
    stopping.abort()
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    faults.clear()
    await closed
  }
}

/** Whether whoever asks steers the simulator, and means nothing that the real one would know. */
export function isControl(path: string): boolean {
  return path.startsWith('/_sim/')
}

/** Matches a request against a table keyed by `METHOD /path/:name`; the first line that fits answers. */
export function createRoutes<T = SimAnswer>(
  table: Record<string, (request: SimRequest, named: Record<string, string>) => T>,
) {
  const routes = Object.entries(table).map(([line, route]) => {
    const [method = '', path = ''] = line.split(' ')
    return { method, pattern: new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`), route }
  })

  return function find(request: SimRequest): (() => T) | undefined {
    for (const { method, pattern, route } of routes) {
      const match = method === request.method ? pattern.exec(request.path) : null
      if (match) return () => route(request, decoded(match.groups ?? {}))
    }
    return undefined
  }
}

export type Route = (request: SimRequest, named: Record<string, string>) => SimAnswer

function decoded(groups: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]))
}

function portOf(server: ReturnType<typeof createServer>): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The simulator has no port.')
  return address.port
}

function splitUrl(incoming: IncomingMessage, basePath: string): { path?: string; query: URLSearchParams } {
  const url = new URL(incoming.url ?? '/', 'http://simulator')
  const inside = basePath === '' || url.pathname.startsWith(`${basePath}/`)
  return {
    ...(inside && { path: url.pathname.slice(basePath.length) || '/' }),
    query: url.searchParams,
  }
}

function headersOf(incoming: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join() : (value ?? ''),
    ]),
  )
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers
  if (length === undefined && encoding === undefined) return ''

  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

function parseBody(text: string, type: string): unknown {
  if (text === '') return undefined
  if (type.includes('form-urlencoded')) return Object.fromEntries(new URLSearchParams(text))
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function journalEntry(request: SimRequest, at: number): JournalEntry {
  return {
    at,
    method: request.method,
    path: request.path,
    query: redacted(Object.fromEntries(request.query)),
    headers: redacted(request.headers),
    body: request.body,
  }
}

function redacted(pairs: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pairs).map(([name, value]) => [
      name,
      /token|authorization/i.test(name) ? '(redacted)' : value,
    ]),
  )
}

function cut(answer: SimAnswer): SimAnswer {
  const body = answer.body ?? ''
  return { ...answer, body: body.slice(0, Math.floor(body.length / 2)) }
}

function twisted(answer: SimAnswer, twist: (body: string) => string): SimAnswer {
  return typeof answer.body === 'string' ? { ...answer, body: twist(answer.body) } : answer
}

function send(outgoing: ServerResponse, answer: SimAnswer): void {
  const headers = { ...(answer.type !== undefined && { 'content-type': answer.type }), ...answer.headers }
  outgoing.writeHead(answer.status, headers)
  if (answer.stream) answer.stream(outgoing)
  else outgoing.end(answer.body ?? '')
}
