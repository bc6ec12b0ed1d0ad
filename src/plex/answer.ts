import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'
import { OtpError } from '../core/errors.js'
import { type Outcome, outcomeOfStatus } from '../util/answered.js'
import { list, part, readable, text } from './loose.js'

/** What came of one request. */
export type PlexAnswer =
  /** Plex did it; `data` is undefined when there was nothing to read. `at` is when, by its own clock. */
  | { kind: 'done'; data: unknown; at?: number }
  /** Plex said no. `reason` is its own, without addresses. */
  | { kind: 'refused'; status: number; reason: string; retryAfterMs?: number }
  /** Something else answered, or Plex unreadably: a proxy's page, a redirect, half a document. */
  | { kind: 'foreign'; reason: string }
  /** No answer. After `no-connection` nothing was sent; after the others the request may have been done. */
  | { kind: 'silence'; why: 'timeout' | 'reset' | 'no-connection'; reason: string }

export interface RawAnswer {
  status: number
  type: string
  body: string
  retryAfter?: string | undefined
  /** What time it is where the answer comes from. */
  date?: string | undefined
}

const xml = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  parseTagValue: false,
  htmlEntities: true,
  isArray: (name) => repeated.has(name),
})

// Elements that are lists in JSON, so that one child reads like many.
const repeated = new Set([
  ...['Video', 'Track', 'Photo', 'Directory', 'Metadata', 'Hub', 'Media'],
  ...['User', 'Server', 'Section', 'SharedServer', 'error'],
])

/** Reads an answer by what it says it is, not by what was asked for. HTML is never data. */
export function readAnswer(raw: RawAnswer, now: number): PlexAnswer {
  const { status } = raw
  const content = readContent(raw)
  const at = timeIn(raw.date)

  if (status >= 200 && status < 300) {
    if (content.kind === 'data') return { kind: 'done', data: content.data, ...(at !== undefined && { at }) }
    return { kind: 'foreign', reason: content.reason }
  }
  if (status < 400) return { kind: 'foreign', reason: `it redirects (${status}) to another address` }

  const said = content.kind === 'data' ? reasonIn(content.data) : undefined
  const retryAfterMs = waitIn(raw.retryAfter, at ?? now)
  return {
    kind: 'refused',
    status,
    reason: said === undefined ? wordless(status) : withoutAddresses(said),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}

/** The error that stands for an answer that is not `done`. `name` is who was asked. */
export function errorFor(answer: Exclude<PlexAnswer, { kind: 'done' }>, name: string): OtpError {
  if (answer.kind !== 'refused') {
    const unsent = answer.kind === 'silence' && answer.why === 'no-connection'
    return new OtpError('plex_unreachable', `${name} cannot be reached: ${answer.reason}.`, { unsent })
  }

  const { status, reason } = answer
  if (status === 401 || (status === 422 && /invalid token/i.test(reason))) {
    return new OtpError(
      'plex_token_rejected',
      `${name} does not accept the Plex token. Sign in again, or set [plex] token.`,
    )
  }
  if (status === 429) {
    const { retryAfterMs } = answer
    const wait = retryAfterMs === undefined ? 'a while' : inWords(retryAfterMs)
    const sentence = `${name} takes no more requests just now. Try again in ${wait}.`
    return new OtpError('plex_busy', sentence, { retryAfterMs })
  }
  if (status >= 500)
    return new OtpError('plex_unreachable', `${name} cannot answer at the moment (${reason}).`)
  return new OtpError('plex_refused', `${name} refused: ${asSentence(reason)}`)
}

/** The answer in one word, to be counted. */
export function outcomeOf(answer: PlexAnswer): Outcome {
  switch (answer.kind) {
    case 'done':
      return 'ok'
    case 'refused':
      return outcomeOfStatus(answer.status)
    case 'foreign':
      return 'unreadable'
    case 'silence':
      return answer.why === 'no-connection' ? 'no_connection' : answer.why
  }
}

/**
 * The route itself is gone, so nothing was done. A 404 with words about something else is a refusal: nobody has
 * that name, the share does not exist.
 */
export function isDeadRoute(answer: PlexAnswer): boolean {
  if (answer.kind !== 'refused') return false
  if (answer.status === 405 || answer.status === 410) return true

  const { status, reason } = answer
  return status === 404 && (reason === wordless(status) || aboutTheRoute.test(reason))
}

const aboutTheRoute = /\b(endpoint|resource|route)\b|^not found\W*$/i

/** Plex's own words, with the full stop that they sometimes lack. */
export function asSentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`
}

function wordless(status: number): string {
  return `HTTP ${status}`
}

function inWords(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1_000))
  return seconds <= 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`
}

type Content = { kind: 'data'; data: unknown } | { kind: 'foreign'; reason: string }

function readContent({ type, body }: RawAnswer): Content {
  const content = body.trim()
  if (content === '') return { kind: 'data', data: undefined }
  if (/^<(!doctype html|html)\b/i.test(content))
    return { kind: 'foreign', reason: 'a web page came instead of data' }

  if (type.includes('json')) return attempt(() => JSON.parse(content))
  if (type.includes('xml')) return attempt(() => xml.parse(content, true))
  return { kind: 'data', data: undefined }
}

function attempt(read: () => unknown): Content {
  try {
    return { kind: 'data', data: read() }
  } catch {
    return { kind: 'foreign', reason: 'the answer breaks off or is not readable' }
  }
}

const Refusal = z.object({
  errors: list,
  Response: part(z.object({ status: text })),
})
const JsonRefusal = z.object({ message: text })
const XmlRefusals = z.object({ error: part(JsonRefusal) })

function reasonIn(data: unknown): string | undefined {
  const refusal = readable(Refusal, data)
  const [first] = refusal?.errors ?? []
  return (
    refusal?.Response?.status ??
    readable(JsonRefusal, first)?.message ??
    readable(XmlRefusals, first)?.error?.message
  )
}

function withoutAddresses(words: string): string {
  const line = words.replace(/\s+/g, ' ').trim()
  return line.replace(/[^\s@<>()"']+@[^\s@<>()"']+/g, '(e-mail address)').slice(0, 200)
}

/** `Retry-After` holds seconds, or a date by the clock of whoever answers. */
function waitIn(retryAfter: string | undefined, now: number): number | undefined {
  if (retryAfter === undefined) return undefined
  const wait = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined
}

function timeIn(date: string | undefined): number | undefined {
  const at = Date.parse(date ?? '')
  return Number.isFinite(at) ? at : undefined
}
