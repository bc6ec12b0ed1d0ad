import type { ParsedComponents, ParsedResult } from 'chrono-node'
// The other languages would be loaded as well.
import { GB } from 'chrono-node/en'
import type { Calendar } from '../core/ports.js'
import { createWallClock } from './wall-clock.js'

type Read = ReturnType<Calendar['read']>

/** Days and times as people say them, day before month, by the clock on the wall of one time zone. */
export function createCalendar(timeZone: string): Calendar {
  const wallClock = createWallClock(timeZone)
  const short = formatIn(timeZone, {})
  const long = formatIn(timeZone, { year: 'numeric' })
  const year = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric' })

  return { read, write }

  function read(text: string, now: number): Read {
    const words = tidied(text)
    if (isEitherWay(words)) return { kind: 'several' }

    const reference = { instant: new Date(now), timezone: wallClock.offsetMs(now) / 60_000 }
    const [found, ...others] = GB.parse(words, reference, { forwardDate: true })
    // What is left over might be what matters.
    if (!found || others.length > 0 || found.end || found.text.trim() !== words) return { kind: 'unreadable' }
    if (isMorningOrEvening(found)) return { kind: 'several' }

    const at = instantOf(found, words)
    return Number.isFinite(at) ? { kind: 'instant', at } : { kind: 'unreadable' }
  }

  /** Hours that pass are counted; days and times of day are those on the wall, whose clock may be put on meanwhile. */
  function instantOf({ start }: ParsedResult, words: string): number {
    if (start.isCertain('timezoneOffset')) return start.date().getTime()

    const wall = {
      year: start.get('year') ?? Number.NaN,
      month: start.get('month') ?? Number.NaN,
      day: start.get('day') ?? Number.NaN,
    }
    const time = saysTime(start, words)
      ? { hour: start.get('hour') ?? 0, minute: start.get('minute') ?? 0, second: start.get('second') ?? 0 }
      : endOfDay
    return wallClock.at({ ...wall, ...time })
  }

  function write(at: number, now: number): string {
    const isThisYear = year.format(at) === year.format(now)
    return (isThisYear ? short : long).format(at).replaceAll(',', '')
  }
}

const endOfDay = { hour: 23, minute: 59, second: 59 }
const timeOfDay = /\b(?:morning|noon|midday|afternoon|evening|night|midnight|tonight|now)\b/i

/** A bare day means all of it; "in 3 days" means at this time of day. */
function saysTime(start: ParsedComponents, words: string): boolean {
  if (start.isCertain('hour') || timeOfDay.test(words)) return true
  return start.tags().has('result/relativeDate')
}

/** "at 8" with nothing that says which. */
function isMorningOrEvening({ start, text }: ParsedResult): boolean {
  const hour = start.get('hour') ?? 0
  const isBare = start.isCertain('hour') && !start.isCertain('meridiem') && !/\d[:.]\d\d/.test(text)
  return isBare && hour >= 1 && hour <= 12 && !timeOfDay.test(text)
}

/** "3/4" is a day in March for some and in April for others. */
function isEitherWay(words: string): boolean {
  const [, first, second] = /(?:^|\s)(\d{1,2})\/(\d{1,2})(?:\/\d{2,4})?(?=[\s,]|$)/.exec(words) ?? []
  return first !== undefined && first !== second && Number(first) <= 12 && Number(second) <= 12
}

/** Without what says no more than that a time follows; "Dec 24" and "24.12." as it is usual here. */
function tidied(text: string): string {
  return text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/^(?:until|till|til|by|before|up to|on)\s+(?=\S)/i, '')
    .replace(
      /\b([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?(?=[\s,]|$)/gi,
      (all, month: string, day: string) => {
        return months.some((one) => month.toLowerCase().startsWith(one.toLowerCase()))
          ? `${day} ${month}`
          : all
      },
    )
    .replace(/\b(\d{1,2})\.\s?(\d{1,2})\.(?=\s|$)/g, (_, day: string, month: string) => {
      return `${day} ${months[Number(month) - 1] ?? month}`
    })
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

function formatIn(timeZone: string, more: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...more,
  })
}
