import { createServer, type Server, type ServerResponse } from 'node:http'
import type { Core } from '../core/api.js'
import { OtpError } from '../core/errors.js'
import type { Repeats } from '../core/keys/repeats.js'
import type { Clock, Ids, Logger, Secrets } from '../core/ports.js'
import type { WireReadiness } from '../wire/shapes.js'
import { createApp } from './app.js'
import { answerUnreadable, type Patience } from './unreadable.js'

export interface RestConfig {
  host: string
  port: number
  key: string
  /** Empty, or a path such as `/otp` without a slash at its end. */
  basePath: string
  trustProxy: boolean
  corsOrigins: readonly string[]
}

export interface RestNeeds {
  core: Core
  config: RestConfig
  /** Of OTP, for the description of the API. */
  version: string
  repeats: Repeats
  secrets: Secrets
  readiness(): Promise<WireReadiness>
  /** The page for Prometheus. */
  metrics(): Promise<{ type: string; text: string }>
  /** Hears of every request when it is answered. */
  onAnswered?: (answered: AnsweredRequest) => void
  /** How long a request may take to arrive; some seconds unless told. */
  patience?: Patience
  log: Logger
  clock: Clock
  ids: Ids
}

export interface AnsweredRequest {
  method: string
  /** The pattern of its address, or `none`. */
  route: string
  status: number
  /** Why it was refused, by the code that the answer has. */
  refused?: string
}

export interface RestServer {
  /** Listens, and tells the address that the paths of the API are appended to. */
  start(): Promise<{ url: string }>
  /** Takes no more requests and lets the running ones finish. */
  stop(): Promise<void>
}

/** How long running requests may take to finish when the server stops. */
const patienceMs = 5_000
const usualPatience: Patience = { headersMs: 20_000, requestMs: 60_000 }

/** The REST API over HTTP. */
export function createRestServer(needs: RestNeeds): RestServer {
  const { config, clock, log, onAnswered, patience = usualPatience } = needs
  const ending = new AbortController()
  const app = createApp(needs, { stopping: () => !server.listening, closing: ending.signal })
  const server: Server = createServer(timeouts(patience), app.callback())
  const running = new Set<ServerResponse>()
  answerUnreadable(server, {
    isAnswering: (socket) => [...running].some((one) => one.socket === socket && one.headersSent),
    onRefused: (status, refused) => onAnswered?.({ method: 'none', route: 'none', status, refused }),
  })
  server.on('request', (_, response) => watch(response))
  server.on('error', (error) => log.warn('rest api failed', { error }))

  return { start, stop }

  async function start(): Promise<{ url: string }> {
    const port = await listen()
    log.info('rest api listening', { host: config.host, port })
    return { url: `http://${hostInUrl(config.host)}:${port}${config.basePath}` }
  }

  async function stop(): Promise<void> {
    ending.abort('the server stops')
    if (!server.listening) return

    const closed = new AbortController()
    const closing = new Promise<void>((resolve) => server.close(() => resolve()))
    hangUp()

    await Promise.race([closing, clock.sleep(patienceMs, closed.signal)])
    closed.abort()
    server.closeAllConnections()
    await closing
  }

  function watch(response: ServerResponse): void {
    running.add(response)
    response.once('close', () => {
      running.delete(response)
      if (!server.listening) hangUp()
    })
  }

  /** Connections on which nothing runs, also those that never asked anything, hold nobody up. */
  function hangUp(): void {
    if (running.size === 0) server.closeAllConnections()
  }

  /** May be called again after it has failed. */
  function listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      const refused = (error: Error) => reject(cannotListen(error))
      server.once('error', refused)

      server.listen(config.port, config.host, () => {
        server.off('error', refused)
        const address = server.address()
        resolve(typeof address === 'object' && address ? address.port : config.port)
      })
    })
  }

  function cannotListen(cause: Error): OtpError {
    const why = 'code' in cause && cause.code === 'EADDRINUSE' ? 'the port is in use already' : cause.message
    return new OtpError(
      'conflict',
      `The REST API cannot listen on ${config.host} port ${config.port}: ${why}. See [api] host and port.`,
      { cause },
    )
  }
}

/** Whoever sends a request by drops holds a connection for so long, and no longer. */
function timeouts({ headersMs, requestMs }: Patience) {
  return {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.max(10, headersMs / 4),
  }
}

function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
