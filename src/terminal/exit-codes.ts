import { CommanderError } from 'commander'
import type { ErrorCode } from '../core/errors.js'

/** How a verb ends. */
export const exits = { done: 0, failed: 1, usage: 2, unreachable: 3 } as const

export const exitOf: Record<ErrorCode, number> = {
  invalid_input: exits.failed,
  unauthenticated: exits.failed,
  forbidden: exits.failed,
  not_found: exits.failed,
  media_not_found: exits.failed,
  guest_not_found: exits.failed,
  library_not_found: exits.failed,
  assignment_not_found: exits.failed,
  violation_not_found: exits.failed,
  ambiguous: exits.failed,
  confirmation_needed: exits.failed,
  media_not_assignable: exits.failed,
  guest_not_assignable: exits.failed,
  fence_unavailable: exits.failed,
  conflict: exits.failed,
  plex_unreachable: exits.failed,
  plex_refused: exits.failed,
  plex_pass_required: exits.failed,
  plex_busy: exits.failed,
  plex_token_rejected: exits.failed,
  store_unavailable: exits.failed,
  too_many_requests: exits.failed,
  not_configured: exits.failed,
  service_unreachable: exits.unreachable,
}

/** Whether the word is a code that this version knows. */
export function isErrorCode(word: string): word is ErrorCode {
  return Object.hasOwn(exitOf, word)
}

/** Wrong usage, found after the flags were read: every problem on a line of its own. */
export function usageError(problems: readonly string[]): CommanderError {
  return new CommanderError(exits.usage, 'otp.usage', problems.join('\n'))
}
