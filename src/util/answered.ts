/** How a request that OTP sent went, in few enough words to be counted. */
export const outcomes = [
  'ok',
  '4xx',
  '429',
  '5xx',
  /** Something else answered, or nothing that can be read. */
  'unreadable',
  'timeout',
  'reset',
  'no_connection',
] as const

export type Outcome = (typeof outcomes)[number]

/** One request that OTP sent, when it is over. */
export interface Answered {
  outcome: Outcome
  tookMs: number
}

/** The outcome that a status stands for. */
export function outcomeOfStatus(status: number): Outcome {
  if (status === 429) return '429'
  if (status >= 500) return '5xx'
  if (status >= 400) return '4xx'
  return status >= 200 && status < 300 ? 'ok' : 'unreadable'
}
