import { type ErrorCode, OtpError } from '../core/errors.js'
import type { DiscordWords } from '../core/messages/discord.js'
import { lines } from './message.js'
import { escaped } from './text.js'

/** A refusal in words for the one who asked. */
export function refusal({ errors, ...words }: DiscordWords, error: OtpError): string {
  /** What helps beside the sentence that the core says already: the setting to look at, or the next step. */
  const hints: Record<ErrorCode, string> = words.hints
  const said = escaped(error.message, 1500)
  if (error.candidates.length === 0) return lines(said, hints[error.code])

  const candidates = error.candidates
    .slice(0, 5)
    .map(({ label, value }) => errors.candidate(escaped(label, 150), escaped(value, 150)))

  return lines(errors.several(), ...candidates, hints[error.code])
}

/** The words for whatever went wrong; what nobody expected is only shown as a reference into the log. */
export function errorWords(words: DiscordWords, error: unknown, ref: () => string): string {
  return error instanceof OtpError ? refusal(words, error) : words.errors.unexpected(ref())
}
