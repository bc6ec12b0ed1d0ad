import { request } from 'node:http'
import type { Core } from '../../src/core/api.js'
import { createRepeats } from '../../src/core/keys/repeats.js'
import type { LogData, Store } from '../../src/core/ports.js'
import { createRestServer, type RestConfig, type RestNeeds } from '../../src/rest/server.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { secrets } from '../../src/util/secrets.js'
import type { WireReadiness } from '../../src/wire/shapes.js'
import { createTestClock } from '../support/clock.js'

export const testKey = 'key-for-tests-0123456789'

export interface Answered {
  status: number
  headers: Headers
  body: unknown
}

/** A REST server on a free port over the given core, and a way to ask it. */
export async function startService(
  core: Core,
  more: {
    config?: Partial<RestConfig>
    ready?: WireReadiness
    store?: Store
    clock?: ReturnType<typeof createTestClock>
    metrics?: RestNeeds['metrics']
    onAnswered?: RestNeeds['onAnswered']
    patience?: RestNeeds['patience']
  } = {},
) {
  const lines: { level: string; phrase: string; data: LogData }[] = []
  let requests = 0
  const clock = more.clock ?? createTestClock()
  const rest = createRestServer({
    core,
    version: '0.0.0',
    repeats: createRepeats({ store: more.store ?? createMemoryStore(), secrets, clock }),
    secrets,
    config: {
      host: '127.0.0.1',
      port: 0,
      key: testKey,
      basePath: '',
      trustProxy: false,
      corsOrigins: [],
      ...more.config,
    },
    readiness: async () => more.ready ?? { plex: { ok: true }, store: { ok: true }, discord: { ok: true } },
    metrics: more.metrics ?? (() => Promise.reject(new Error('Nobody expected the metrics'))),
    ...(more.onAnswered && { onAnswered: more.onAnswered }),
    ...(more.patience && { patience: more.patience }),
    clock,
    ids: {
      next() {
        requests += 1
        return `r${requests}`
      },
      of: (facts) => JSON.stringify(facts),
    },
    log: {
      debug: (phrase, data = {}) => void lines.push({ level: 'debug', phrase, data }),
      info: (phrase, data = {}) => void lines.push({ level: 'info', phrase, data }),
      warn: (phrase, data = {}) => void lines.push({ level: 'warn', phrase, data }),
      error: (phrase, data = {}) => void lines.push({ level: 'error', phrase, data }),
    },
  })
  const { url } = await rest.start()

  return { url, lines, clock, stop: rest.stop, ask, api, raw }

  /** Asks below `/api/v1` with the key. */
  function api(line: string, init: RequestInit = {}): Promise<Answered> {
    const [method = 'GET', path = ''] = line.split(' ')
    return ask(`${method} /api/v1${path}`, {
      ...init,
      headers: { 'X-Api-Key': testKey, ...Object.fromEntries(new Headers(init.headers)) },
    })
  }

  async function ask(line: string, init: RequestInit = {}): Promise<Answered> {
    const [method = 'GET', path = ''] = line.split(' ')
    const response = await fetch(`${url}${path}`, { ...init, method })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }

  /** A path sent as it is, without the cleaning that fetch does. */
  function raw(path: string): Promise<{ status: number; body: unknown }> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(url)
      const asking = request({ hostname, port, path, headers: { 'X-Api-Key': testKey } }, (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }))
      })
      asking.on('error', reject)
      asking.end()
    })
  }
}

export function json(body: unknown): RequestInit {
  return { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
}
