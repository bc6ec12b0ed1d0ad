import { DefaultRestOptions, type RESTOptions } from 'discord.js'
import type { Clock } from '../core/ports.js'
import { type Answered, type Outcome, outcomeOfStatus } from '../util/answered.js'
import { assertLoopback } from './loopback.js'

export interface RequestNeeds {
  /** No request may leave this machine. */
  fenced: boolean
  clock: Clock
  /** Hears of every request when it is over. */
  onAnswered?: (answered: Answered) => void
}

/** How discord.js sends one request, each of its own repeats included. */
export function createRequests({ fenced, clock, onAnswered }: RequestNeeds): RESTOptions['makeRequest'] {
  return async function makeRequest(url, init) {
    if (fenced) assertLoopback(url)

    const startedAt = clock.now()
    const over = (outcome: Outcome) => onAnswered?.({ outcome, tookMs: clock.now() - startedAt })
    return DefaultRestOptions.makeRequest(url, init).then(
      (response) => {
        over(outcomeOfStatus(response.status))
        return response
      },
      (error: unknown) => {
        over(outcomeOfError(error))
        throw error
      },
    )
  }
}

const noConnection = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Whether a request that failed like this has never reached Discord. */
export function neverArrived(error: unknown): boolean {
  return error instanceof Error && 'code' in error && noConnection.has(String(error.code))
}

/** discord.js breaks a request off itself when it has taken too long. */
function outcomeOfError(error: unknown): Outcome {
  if (!(error instanceof Error)) return 'reset'
  if (error.name === 'AbortError' || error.name === 'HeadersTimeoutError') return 'timeout'
  return neverArrived(error) ? 'no_connection' : 'reset'
}
