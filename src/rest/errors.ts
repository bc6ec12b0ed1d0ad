import { type Candidate, type ErrorCode, OtpError } from '../core/errors.js'

/** What a failed request is answered with. */
export interface Failure {
  status: number
  body: { error: true; code: string; reason: string; result: null; candidates?: Candidate[] }
  /** A fault of ours: the log gets the stack, the caller only the reference. */
  bug: boolean
  /** When asking again makes sense, where that is known. */
  retryAfterSeconds?: number
}

const statusOf: Record<ErrorCode, number> = {
  invalid_input: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  media_not_found: 404,
  guest_not_found: 404,
  library_not_found: 404,
  assignment_not_found: 404,
  violation_not_found: 404,
  ambiguous: 409,
  confirmation_needed: 409,
  conflict: 409,
  too_many_requests: 429,
  media_not_assignable: 422,
  guest_not_assignable: 422,
  fence_unavailable: 422,
  plex_refused: 502,
  plex_pass_required: 502,
  plex_token_rejected: 502,
  plex_unreachable: 503,
  plex_busy: 503,
  store_unavailable: 503,
  not_configured: 503,
  service_unreachable: 503,
}

/** Refusals of HTTP itself, before the core is asked. */
const httpRefusals: Record<number, { code: string; reason: string }> = {
  400: { code: 'invalid_input', reason: 'The body cannot be read: JSON or a form is expected.' },
  404: { code: 'not_found', reason: 'There is nothing at this address. The API lives under /api/v1.' },
  405: {
    code: 'method_not_allowed',
    reason: 'This address does not take that method; see the Allow header.',
  },
  408: { code: 'request_timeout', reason: 'The request took too long to arrive. Send it in one go.' },
  413: { code: 'payload_too_large', reason: 'The body is too large: at most 256 kB are read.' },
  415: {
    code: 'unsupported_media_type',
    reason: 'Send application/json, application/x-www-form-urlencoded or multipart/form-data without files.',
  },
  431: {
    code: 'headers_too_large',
    reason: 'The headers, with the address, are too large: at most 16 kB are read.',
  },
}
const unreadable = { code: 'invalid_input', reason: 'This is no HTTP request that can be read.' }

/** Statuses of what Node itself refuses, by its own codes. */
const statusOfUnreadable: Record<string, number> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
}

/** Every status that a request can fail with. */
export const failureStatuses: readonly number[] = [
  ...new Set([...Object.values(statusOf), ...Object.keys(httpRefusals).map(Number), 500]),
].sort((a, b) => a - b)

/** Turns anything thrown into an answer; `ref` is the id under which the log knows the request. */
export function presentError(error: unknown, ref: string): Failure {
  if (error instanceof OtpError) return presentRefusal(error)

  const status = httpStatus(error)
  const known = status === undefined ? undefined : httpRefusals[status]

  if (status !== undefined && known) return failure(status, known.code, known.reason)
  return { ...failure(500, 'internal', `Something went wrong (ref ${ref}).`), bug: true }
}

/** The answer to what came in and is no request, by Node's code for it. */
export function presentUnreadable(nodeCode = ''): Failure {
  const status = statusOfUnreadable[nodeCode] ?? 400
  const { code, reason } = (status === 400 ? undefined : httpRefusals[status]) ?? unreadable
  return failure(status, code, reason)
}

/** The core's sentence names the candidates already; beside it they are there for programs. */
function presentRefusal({ code, message, candidates, retryAfterMs }: OtpError): Failure {
  const { status, body, bug } = failure(statusOf[code], code, message)
  return {
    status,
    body: candidates.length === 0 ? body : { ...body, candidates: candidates.map(presentCandidate) },
    bug,
    ...((status === 503 || status === 429) &&
      retryAfterMs !== undefined && { retryAfterSeconds: Math.ceil(retryAfterMs / 1000) }),
  }
}

function presentCandidate({ value, label }: Candidate): Candidate {
  return { value, label }
}

function failure(status: number, code: string, reason: string): Failure {
  return { status, body: { error: true, code, reason, result: null }, bug: false }
}

/** Koa and the body parser say `status`, the multipart parser `httpCode`. Only refusals of a request count. */
function httpStatus(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined

  const status = 'status' in error ? error.status : 'httpCode' in error ? error.httpCode : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined
}
