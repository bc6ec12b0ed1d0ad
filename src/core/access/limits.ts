import type { AssignRequest } from '../api.js'
import { deadlineIn } from '../deadlines.js'
import { OtpError } from '../errors.js'
import { refusals } from '../messages/refusals.js'
import type { Calendar } from '../ports.js'

export interface Limits {
  expiresAt?: number
  plays?: number
}

/** The limits that a request sets, each checked. Throws `invalid_input` with the field named. */
export function readLimits(
  { expires, plays }: Pick<AssignRequest, 'expires' | 'plays'>,
  now: number,
  calendar: Calendar,
): Limits {
  if (plays !== undefined && !(Number.isSafeInteger(plays) && plays >= 1)) {
    throw new OtpError('invalid_input', refusals.playsWrong(plays))
  }
  return {
    ...(expires !== undefined && { expiresAt: deadlineIn(expires, now, calendar) }),
    ...(plays !== undefined && { plays }),
  }
}
