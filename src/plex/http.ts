import axios from 'axios'
import type { Clock } from '../core/ports.js'
import { type AllowedShape, isAllowed, type Method } from './allowed.js'
import { errorFor, type PlexAnswer, readAnswer } from './answer.js'

export interface PlexHttpNeeds {
  /** Who is asked, as said in sentences. */
  name: string
  /** Base address without a trailing slash; may hold a path prefix. */
  url: string
  token: string
  /** Made once per install and kept: plex.tv wants it on every call. */
  clientIdentifier: string
  version: string
  timeoutMs: number
  allowed: readonly AllowedShape[]
  clock: Clock
  /** How long "too many requests" is waited out in all, where repeating is harmless. */
  patienceMs: number
  /** Breaks off what is under way, so that a server that hangs holds no stop up. */
  signal?: AbortSignal
}

export interface PlexRequest {
  method: Method
  path: string
  query?: Record<string, string>
  headers?: Record<string, string>
  /** Sent as JSON. */
  body?: unknown
}

export interface PlexHttp {
  name: string
  /** Makes one request. Never throws for what Plex or the network does. */
  ask(request: PlexRequest): Promise<PlexAnswer>
  /** Reads something and throws unless it was answered. */
  read(path: string, query?: Record<string, string>): Promise<unknown>
}

/**
 * Requests to the media server or to plex.tv, with the token in a header and nowhere else. Redirects are not
 * followed, the token would go with them. What is not on the list of allowed requests is a bug and throws.
 */
export function createPlexHttp(needs: PlexHttpNeeds): PlexHttp {
  const { name, clock, patienceMs } = needs
  const client = axios.create({
    timeout: needs.timeoutMs,
    maxRedirects: 0,
    maxContentLength: 64 * 1024 * 1024,
    proxy: false,
    ...(needs.signal && { signal: needs.signal }),
    responseType: 'text',
    transformResponse: [(body: unknown) => body],
    validateStatus: () => true,
    headers: {
      Accept: 'application/json',
      'X-Plex-Token': needs.token,
      'X-Plex-Client-Identifier': needs.clientIdentifier,
      'X-Plex-Product': 'One Time Plex Reloaded',
      'X-Plex-Version': needs.version,
    },
  })

  return { name, ask, read }

  async function ask(request: PlexRequest): Promise<PlexAnswer> {
    if (!isAllowed(needs.allowed, request.method, request.path)) {
      throw new Error(`OTP has no business with ${request.method} ${request.path} at ${name}.`)
    }
    let waitedMs = 0

    for (let nextWaitMs = 1_000; ; nextWaitMs *= 2) {
      const answer = await askOnce(request)
      if (answer.kind !== 'refused' || answer.status !== 429 || request.method === 'POST') return answer

      const waitMs = answer.retryAfterMs ?? nextWaitMs
      if (waitedMs + waitMs > patienceMs || needs.signal?.aborted) return answer
      await clock.sleep(waitMs, needs.signal)
      waitedMs += waitMs
    }
  }

  async function read(path: string, query: Record<string, string> = {}): Promise<unknown> {
    const answer = await ask({ method: 'GET', path, query })
    if (answer.kind === 'done') return answer.data
    throw errorFor(answer, name)
  }

  async function askOnce({ method, path, query = {}, headers = {}, body }: PlexRequest): Promise<PlexAnswer> {
    try {
      const {
        status,
        headers: answered,
        data,
      } = await client.request<unknown>({
        method,
        url: `${needs.url}${path}${queryText(query)}`,
        headers,
        ...(body !== undefined && { data: body }),
      })
      const raw = {
        status,
        type: String(answered['content-type'] ?? ''),
        body: typeof data === 'string' ? data : '',
        retryAfter: textOr(answered['retry-after']),
      }
      return readAnswer(raw, clock.now())
    } catch (problem) {
      // The problem holds the request with its headers, token included: only its code goes on from here.
      return silence(axios.isAxiosError(problem) ? (problem.code ?? '') : 'no request could be made')
    }
  }
}

function queryText(query: Record<string, string>): string {
  const pairs = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
  return pairs.length > 0 ? `?${pairs.join('&')}` : ''
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function silence(code: string): PlexAnswer {
  if (code === 'ECONNABORTED' || code === 'ETIMEDOUT') {
    return { kind: 'silence', why: 'timeout', reason: 'no answer came in time' }
  }
  // As with a time-out, it may have been done: nobody waited for the answer.
  if (code === 'ERR_CANCELED') return { kind: 'silence', why: 'timeout', reason: 'OTP is being stopped' }
  const reason = reasons[code]
  if (reason !== undefined) return { kind: 'silence', why: 'no-connection', reason }
  return { kind: 'silence', why: 'reset', reason: `the connection broke off (${code})` }
}

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing listens at that address',
  ENOTFOUND: 'the address is not known',
  EAI_AGAIN: 'the address could not be looked up',
  EHOSTUNREACH: 'there is no way to that address',
  ENETUNREACH: 'there is no network',
  ERR_INVALID_URL: 'the address is not a valid one',
}
