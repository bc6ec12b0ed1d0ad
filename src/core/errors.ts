/** Everything OTP refuses or cannot do. Each edge has a table with a line for every code. */
export type ErrorCode =
  | 'invalid_input'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'media_not_found'
  | 'guest_not_found'
  | 'library_not_found'
  | 'assignment_not_found'
  | 'violation_not_found'
  | 'ambiguous'
  | 'confirmation_needed'
  | 'media_not_assignable'
  | 'guest_not_assignable'
  | 'fence_unavailable'
  | 'conflict'
  | 'too_many_requests'
  | 'plex_unreachable'
  | 'plex_refused'
  | 'plex_pass_required'
  | 'plex_busy'
  | 'plex_token_rejected'
  | 'store_unavailable'
  | 'not_configured'
  | 'service_unreachable'

/**
 * One possible answer to an ambiguous question: `value` is what to send instead, `label` what to show. A title also
 * says its bare `name`, for where it can be picked.
 */
export interface Candidate {
  value: string
  label: string
  name?: string
}

/**
 * A refusal that the caller can act on. The message is a full sentence for people and holds no secret; for
 * `ambiguous` it comes with up to 25 candidates, the likeliest first.
 */
export class OtpError extends Error {
  readonly code: ErrorCode
  readonly candidates: Candidate[]
  /** With `plex_busy` and `too_many_requests`: how long to wait, where that is known. */
  readonly retryAfterMs: number | undefined
  /** With `plex_unreachable`: nothing was sent, so nothing can have come of it. */
  readonly unsent: boolean
  /** With a fence that cannot be put up: the reason alone, as the rest of a sentence. */
  readonly why: string | undefined

  constructor(
    code: ErrorCode,
    message: string,
    more: {
      cause?: unknown
      candidates?: Candidate[]
      retryAfterMs?: number | undefined
      unsent?: boolean
      why?: string
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.name = 'OtpError'
    this.code = code
    this.candidates = more.candidates ?? []
    this.retryAfterMs = more.retryAfterMs
    this.unsent = more.unsent ?? false
    this.why = more.why
  }
}
