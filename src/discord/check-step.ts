import { DiscordAPIError, RESTJSONErrorCodes } from 'discord.js'
import type { Check, CheckName } from '../core/sign-in/checks.js'

/** What one step found, and what the next ones need of it; without a value they cannot be tried. */
export interface Step<T> {
  checks: Check[]
  value?: T
}

/** A step that failed, and what to do about it. */
export function bad(check: CheckName, found: string, remedy: string): { checks: Check[] } {
  return { checks: [{ check, outcome: 'bad', found, remedy }] }
}

/** Whether Discord refused it for one of these reasons. */
export function isRefusal(error: unknown, ...codes: (keyof typeof RESTJSONErrorCodes)[]): boolean {
  return (
    error instanceof DiscordAPIError && codes.some((code) => RESTJSONErrorCodes[code] === Number(error.code))
  )
}
