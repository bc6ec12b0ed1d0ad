import { describe, expect, it } from 'vitest'
import { createCalendar } from '../../src/calendar/calendar.js'
import { readLimits } from '../../src/core/access/limits.js'
import { parseDurationMs, parseInstant } from '../../src/core/durations.js'
import { evening, hour, minute, second } from '../support/builders.js'

const day = 24 * hour
const calendar = createCalendar('UTC')

describe('a length of time', () => {
  it.each([
    ['90s', 90 * second],
    ['5m', 5 * minute],
    ['36h', 36 * hour],
    ['7d', 7 * day],
    ['2w', 14 * day],
    ['2d12h', 2 * day + 12 * hour],
    [' 2D12H ', 2 * day + 12 * hour],
    ['0s', 0],
  ])('%s is read', (text, expected) => {
    expect(parseDurationMs(text)).toBe(expected)
  })

  it.each(['', '36', 'h', '1.5h', '-2h', '2 h', '2h later', '3y', '1h30', '99999999999999d'])(
    '"%s" is not taken for one',
    (text) => {
      expect(parseDurationMs(text)).toBeUndefined()
    },
  )
})

describe('an instant', () => {
  it('is a length of time from now', () => {
    expect(parseInstant('36h', evening)).toBe(evening + 36 * hour)
  })

  it.each([
    ['2026-11-27T20:00:00Z', Date.UTC(2026, 10, 27, 20)],
    ['2026-11-27T20:00Z', Date.UTC(2026, 10, 27, 20)],
    ['2026-11-27T20:00:00.250Z', Date.UTC(2026, 10, 27, 20, 0, 0, 250)],
    ['2026-11-27T20:00:00+02:00', Date.UTC(2026, 10, 27, 18)],
    [' 2026-11-27T20:00:00-05:30 ', Date.UTC(2026, 10, 28, 1, 30)],
    ['2028-02-29T00:00Z', Date.UTC(2028, 1, 29)],
  ])('%s is read in its own zone', (text, expected) => {
    expect(parseInstant(text, evening)).toBe(expected)
  })

  it.each([
    ['no zone', '2026-11-27T20:00:00'],
    ['no time', '2026-11-27'],
    ['a month too many', '2026-13-01T20:00Z'],
    ['an hour too many', '2026-11-27T25:00Z'],
    ['a day that the month does not have', '2026-11-31T20:00Z'],
    ['a leap day in another year', '2027-02-29T20:00Z'],
    ['words', 'tomorrow'],
    ['nothing', ''],
  ])('with %s is not understood', (_, text) => {
    expect(parseInstant(text, evening)).toBeUndefined()
  })

  it('after the year 9999 is not understood, since no answer could show it', () => {
    expect(parseInstant('100000000d', evening)).toBeUndefined()
    expect(parseInstant('9999-12-31T23:59:59-01:00', evening)).toBeUndefined()
  })
})

describe('the limits of a request', () => {
  it('are none when none are given', () => {
    expect(readLimits({}, evening, calendar)).toEqual({})
  })

  it('are a deadline and a number of plays', () => {
    expect(readLimits({ expires: '7d', plays: 2 }, evening, calendar)).toEqual({
      expiresAt: evening + 7 * day,
      plays: 2,
    })
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('%s plays are refused by name', (plays) => {
    expect(() => readLimits({ plays }, evening, calendar)).toThrow(
      expect.objectContaining({ code: 'invalid_input', message: expect.stringMatching(/^plays: .*from 1/) }),
    )
  })

  it.each(['soon', '2026-11-31T20:00Z', ''])('a deadline of "%s" is refused by name', (expires) => {
    expect(() => readLimits({ expires }, evening, calendar)).toThrow(
      expect.objectContaining({ code: 'invalid_input', message: expect.stringMatching(/^expires: .*36h/) }),
    )
  })

  it.each(['0h', '2026-11-22T19:00:00Z', '2020-01-01T00:00Z'])(
    'a deadline of %s is over already',
    (expires) => {
      expect(() => readLimits({ expires }, evening, calendar)).toThrow(
        expect.objectContaining({
          code: 'invalid_input',
          message: expect.stringMatching(/^expires: .*over already/),
        }),
      )
    },
  )
})
