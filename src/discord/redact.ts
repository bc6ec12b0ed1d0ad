import { createRedactor } from '../util/redact.js'

/** An error in few words that are safe to log and to show in the health report. */
export function reasonOf(error: unknown, token: string): string {
  if (!(error instanceof Error)) return 'unknown reason'
  return createRedactor([token])(error.message || error.name).slice(0, 300)
}
