import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import axios from 'axios'
import type { Clock } from '../core/ports.js'
import type { Answered } from '../util/answered.js'
import { type AllowedShape, isAllowed, type Method } from './allowed.js'
import { errorFor, outcomeOf, type PlexAnswer, readAnswer } from './answer.js'
import { getAtOnce } from './urgent.js'

/** The longest answer that is read, except for pictures. */
const mostBytes = 64 * 1024 * 1024

/** What people read at Plex as the name of this program. */
export const product = 'One Time Plex Reloaded'

/**
 * As Node's own ones are. The one difference: axios has every connection probed each minute, and where its agent wants
 * another pace, the two of them set it anew before and after each request.
 */
const connections = { keepAlive: true, scheduling: 'lifo', timeout: 5_000, keepAliveMsecs: 60_000 } as const

export interface PlexHttpNeeds {
  /** Who is asked, as said in sentences. */
  name: string
  /** Base address without a trailing slash; may hold a path prefix. Asked for anew each time. */
  url: () => string
  /** Empty = none is sent. Asked for anew each time. */
  token: () => string
  /** Made once per install and kept: plex.tv wants it on every call. */
  clientIdentifier: string
  version: string
  timeoutMs: number
  /** Whether answers may come compressed: not from nearby, where unpacking costs more than it saves. */
  compressed: boolean
  allowed: readonly AllowedShape[]
  clock: Clock
  /** Breaks off what is under way, so that a server that hangs holds no stop up. */
  signal?: AbortSignal
  /** Hears of every request when it is over. */
  onAnswered?: (answered: Answered) => void
}

export interface PlexRequest {
  method: Method
  path: string
  query?: Query
  headers?: Record<string, string>
  /** Sent as JSON. */
  body?: unknown
  /** Another one than usual; empty = none. */
  token?: string
  /** For how long the answer is waited, where it is not the usual time. */
  patienceMs?: number | undefined
  /** It may be asked again after "too many requests". Without a word, everything but POST may. */
  repeatable?: boolean
  /** A stream that must end waits for it: it goes the shortest way. Only to get something. */
  urgent?: boolean
}

/** What can be said of a request that only reads. */
export type Reading = Pick<PlexRequest, 'patienceMs' | 'urgent'>

/** Several values for one name are sent as that name several times. */
export type Query = Record<string, string | readonly string[]>

export interface PlexHttp {
  name: string
  /** Never throws for what Plex or the network does. */
  ask(request: PlexRequest): Promise<PlexAnswer>
  /** Reads something and throws unless it was answered. */
  read(path: string, query?: Query, how?: Reading): Promise<unknown>
}

export interface PictureHttp {
  /** Fetches a picture; undefined for whatever else comes, or does not come soon. Never throws. */
  bytes(path: string, how: Fetching): Promise<Uint8Array | undefined>
}

interface Fetching {
  query: Query
  patienceMs: number
  mostBytes: number
}

/**
 * Requests to the media server or to plex.tv, each sent at once and once, with the token in a header and
 * nowhere else. Redirects are not followed, the token would go with them. What is not on the list of allowed
 * requests is a bug and throws.
 */
export function createPlexHttp(needs: PlexHttpNeeds): PlexHttp & PictureHttp {
  const { name, clock } = needs
  const agents = { httpAgent: new HttpAgent(connections), httpsAgent: new HttpsAgent(connections) }
  const always = { Accept: 'application/json', ...introduction(needs) }
  const client = axios.create({
    adapter: 'http',
    timeout: needs.timeoutMs,
    decompress: needs.compressed,
    maxRedirects: 0,
    maxContentLength: mostBytes,
    proxy: false,
    ...agents,
    ...(needs.signal && { signal: needs.signal }),
    responseType: 'text',
    transformResponse: [(body: unknown) => body],
    validateStatus: () => true,
    headers: { ...always, ...(!needs.compressed && { 'Accept-Encoding': 'identity' }) },
  })

  return { ...plexHttp(name, ask), bytes }

  async function ask(request: PlexRequest): Promise<PlexAnswer> {
    if (!isAllowed(needs.allowed, request.method, request.path)) {
      throw new Error(`OTP has no business with ${request.method} ${request.path} at ${name}.`)
    }
    const token = request.token ?? needs.token()
    const startedAt = clock.now()
    const answer = await send(request, token)
    needs.onAnswered?.({ outcome: outcomeOf(answer), tookMs: clock.now() - startedAt })
    return withoutToken(answer, token)
  }

  async function bytes(
    path: string,
    { query, patienceMs, mostBytes: maxContentLength }: Fetching,
  ): Promise<Uint8Array | undefined> {
    if (!isAllowed(needs.allowed, 'GET', path)) {
      throw new Error(`OTP has no business with GET ${path} at ${name}.`)
    }
    const answer = await client
      .request<unknown>({
        url: urlOf({ path, query }),
        headers: { Accept: 'image/jpeg, image/png', ...authorised(needs.token()) },
        responseType: 'arraybuffer',
        timeout: patienceMs,
        maxContentLength,
      })
      .catch(() => undefined)
    const isPicture = String(answer?.headers['content-type'] ?? '').startsWith('image/')
    return answer?.status === 200 && isPicture && answer.data instanceof Uint8Array ? answer.data : undefined
  }

  async function send(request: PlexRequest, token: string): Promise<PlexAnswer> {
    try {
      const { status, headers, body } = await (request.urgent
        ? hurry(request, token)
        : deliver(request, token))
      const raw = {
        status,
        type: String(headers['content-type'] ?? ''),
        body: typeof body === 'string' ? body : '',
        retryAfter: textOr(headers['retry-after']),
        date: textOr(headers.date),
      }
      return readAnswer(raw, clock.now())
    } catch (problem) {
      // The problem holds the request with its headers, token included: only its code goes on from here.
      return silence(codeOf(problem))
    }
  }

  async function deliver({ body, patienceMs, ...request }: PlexRequest, token: string) {
    const { status, headers, data } = await client.request<unknown>({
      method: request.method,
      url: urlOf(request),
      headers: { ...request.headers, ...authorised(token) },
      ...(body !== undefined && { data: body }),
      ...(patienceMs !== undefined && { timeout: patienceMs }),
    })
    return { status, headers, body: data }
  }

  function hurry({ headers, patienceMs, ...request }: PlexRequest, token: string) {
    return getAtOnce({
      ...agents,
      url: urlOf(request),
      headers: { ...always, ...headers, ...authorised(token) },
      timeoutMs: patienceMs ?? needs.timeoutMs,
      clock,
      mostBytes,
      signal: needs.signal,
    })
  }

  function urlOf({ path, query = {} }: Pick<PlexRequest, 'path' | 'query'>): string {
    return `${needs.url()}${path}${queryText(query)}`
  }
}

function authorised(token: string): Record<string, string> {
  return token === '' ? {} : { 'X-Plex-Token': token }
}

/** How OTP says at Plex who it is. */
export function introduction(
  who: Pick<PlexHttpNeeds, 'clientIdentifier' | 'version'>,
): Record<string, string> {
  return {
    'X-Plex-Client-Identifier': who.clientIdentifier,
    'X-Plex-Product': product,
    'X-Plex-Version': who.version,
  }
}

/** Why a connection could not be made or did not last: by its code, because the problem may hold the token. */
export function troubleIn(problem: unknown): string {
  const code = codeOf(problem)
  return reasons[code] ?? (code === '' ? 'no connection could be made' : brokenOff(code))
}

function codeOf(problem: unknown): string {
  return problem instanceof Error && 'code' in problem ? String(problem.code) : ''
}

/** Whatever asks, with the reading that goes with it. */
export function plexHttp(name: string, ask: PlexHttp['ask']): PlexHttp {
  return { name, ask, read }

  async function read(path: string, query: Query = {}, how: Reading = {}): Promise<unknown> {
    const answer = await ask({ method: 'GET', path, query, ...how })
    if (answer.kind === 'done') return answer.data
    throw errorFor(answer, name)
  }
}

/** Whoever refuses may repeat what was sent. */
function withoutToken(answer: PlexAnswer, token: string): PlexAnswer {
  if (answer.kind === 'done' || token === '') return answer
  return { ...answer, reason: answer.reason.replaceAll(token, '(token)') }
}

function queryText(query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`),
  )
  return pairs.length > 0 ? `?${pairs.join('&')}` : ''
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function silence(code: string): PlexAnswer {
  if (code === '') return { kind: 'silence', why: 'reset', reason: 'no request could be made' }
  if (code === 'ECONNABORTED' || code === 'ETIMEDOUT') {
    return { kind: 'silence', why: 'timeout', reason: 'no answer came in time' }
  }
  // As with a time-out, it may have been done: nobody waited for the answer.
  if (code === 'ERR_CANCELED') return { kind: 'silence', why: 'timeout', reason: 'OTP is being stopped' }
  const reason = reasons[code]
  if (reason !== undefined) return { kind: 'silence', why: 'no-connection', reason }
  return { kind: 'silence', why: 'reset', reason: brokenOff(code) }
}

function brokenOff(code: string): string {
  return `the connection broke off (${code})`
}

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing listens at that address',
  ENOTFOUND: 'the address is not known',
  EAI_AGAIN: 'the address could not be looked up',
  EHOSTUNREACH: 'there is no way to that address',
  ENETUNREACH: 'there is no network',
  ERR_INVALID_URL: 'the address is not a valid one',
}
