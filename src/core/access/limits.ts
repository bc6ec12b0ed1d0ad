import type { AssignRequest } from '../api.js'
import { parseInstant } from '../durations.js'
import { OtpError } from '../errors.js'
import { refusals } from '../messages/refusals.js'

export interface Limits {
  expiresAt?: number
  plays?: number
}

/** The limits that a request sets, each checked. Throws `invalid_input` with the field named. */
export function readLimits(
  { expires, plays }: Pick<AssignRequest, 'expires' | 'plays'>,
  now: number,
): Limits {
  if (plays !== undefined && !(Number.isSafeInteger(plays) && plays >= 1)) {
    throw new OtpError('invalid_input', refusals.playsWrong(plays))
  }
  return {
    ...(expires !== undefined && { expiresAt: readExpires(expires, now) }),
    ...(plays !== undefined && { plays }),
  }
}

function readExpires(text: string, now: number): number {
  const at = parseInstant(text, now)
  if (at === undefined) throw new OtpError('invalid_input', refusals.expiresUnreadable(text))
  if (at <= now) throw new OtpError('invalid_input', refusals.expiresPast(text))
  return at
}
