import type { SuggestedDeadline } from './api.js'
import { endOfTime, parseInstant } from './durations.js'
import { OtpError } from './errors.js'
import { deadlines as words } from './messages/deadlines.js'
import { refusals } from './messages/refusals.js'
import type { Calendar } from './ports.js'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
/** Nobody needs more to say when, and reading must not take long whatever is typed. */
const longest = 60

/** The instant that somebody means by a deadline. Throws `invalid_input` with examples when there is none, or two. */
export function deadlineIn(text: string, now: number, calendar: Calendar): number {
  const at = parseInstant(text, now) ?? inWords(text, now, calendar)
  if (at <= now) throw new OtpError('invalid_input', refusals.expiresPast(text))
  return at
}

function inWords(text: string, now: number, calendar: Calendar): number {
  if (text.length > longest) {
    throw new OtpError('invalid_input', refusals.expiresUnreadable(`${text.slice(0, longest)}...`))
  }
  const read = calendar.read(text, now)
  switch (read.kind) {
    case 'instant':
      if (read.at <= endOfTime) return read.at
      throw new OtpError('invalid_input', refusals.expiresUnreadable(text))
    case 'several':
      throw new OtpError('invalid_input', refusals.expiresSeveral(text))
    case 'unreadable':
      throw new OtpError('invalid_input', refusals.expiresUnreadable(text))
  }
}

/** What was typed as a deadline that can be picked; while it is none yet, the usual ones that begin so, or all. */
export function suggestDeadlines(typed: string, now: number, calendar: Calendar): SuggestedDeadline[] {
  const said = typed.trim()
  const meant = said === '' ? undefined : attempt(said, now, calendar)
  if (meant !== undefined) return [suggestion(meant, now, calendar)]

  const fitting = words.usual.filter((one) => one.startsWith(said.toLowerCase()))
  const shown = fitting.length > 0 ? fitting : words.usual
  return shown.flatMap((one) => {
    const at = attempt(one, now, calendar)
    return at === undefined ? [] : [suggestion(at, now, calendar, one)]
  })
}

function attempt(text: string, now: number, calendar: Calendar): number | undefined {
  const at = parseInstant(text, now)
  if (at !== undefined) return at > now ? at : undefined
  if (text.length > longest) return undefined

  const read = calendar.read(text, now)
  return read.kind === 'instant' && read.at > now && read.at <= endOfTime ? read.at : undefined
}

function suggestion(at: number, now: number, calendar: Calendar, said?: string): SuggestedDeadline {
  const name = words.when(calendar.write(at, now), howLong(at - now))
  return { at, name: said === undefined ? name : words.named(said, name) }
}

function howLong(ms: number): string {
  if (ms < hourMs) return words.minutes(Math.max(1, Math.round(ms / minuteMs)))
  if (ms < 2 * dayMs) return words.hours(Math.round(ms / hourMs))
  return words.days(Math.round(ms / dayMs))
}
