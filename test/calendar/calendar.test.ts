import { describe, expect, it } from 'vitest'
import { createCalendar } from '../../src/calendar/calendar.js'

const berlin = createCalendar('Europe/Berlin')
/** A Wednesday, three in the afternoon in Berlin. */
const now = Date.parse('2026-11-25T14:00:00Z')

function inBerlin(text: string, from = now): string {
  const read = berlin.read(text, from)
  return read.kind === 'instant' ? new Date(read.at).toISOString() : read.kind
}

describe('a deadline in words', () => {
  it.each([
    ['friday 20:00', '2026-11-27T19:00:00.000Z'],
    ['Fri 8pm', '2026-11-27T19:00:00.000Z'],
    ['until friday 20:00', '2026-11-27T19:00:00.000Z'],
    ['friday', '2026-11-27T22:59:59.000Z'],
    ['wednesday 14:00', '2026-12-02T13:00:00.000Z'],
    ['in 3 days', '2026-11-28T14:00:00.000Z'],
    ['3 days', '2026-11-28T14:00:00.000Z'],
    ['in 90 minutes', '2026-11-25T15:30:00.000Z'],
    ['in an hour', '2026-11-25T15:00:00.000Z'],
    ['tomorrow', '2026-11-26T22:59:59.000Z'],
    ['tomorrow evening', '2026-11-26T19:00:00.000Z'],
    ['tonight', '2026-11-25T21:00:00.000Z'],
    ['20:00', '2026-11-25T19:00:00.000Z'],
    ['at 8', 'several'],
    ['8 in the morning', '2026-11-26T07:00:00.000Z'],
    ['march 5th 6pm', '2027-03-05T17:00:00.000Z'],
    ['friday at 8', 'several'],
    ['friday at 8:00', '2026-11-27T07:00:00.000Z'],
    ['14:00', '2026-11-26T13:00:00.000Z'],
    ['24 Dec 18:00', '2026-12-24T17:00:00.000Z'],
    ['Dec 24 18:00', '2026-12-24T17:00:00.000Z'],
    ['24.12. 18:00', '2026-12-24T17:00:00.000Z'],
    ['24.12.2026 18:00', '2026-12-24T17:00:00.000Z'],
    ['24 Dec', '2026-12-24T22:59:59.000Z'],
    ['2026-12-24 18:00', '2026-12-24T17:00:00.000Z'],
    ['24/12 18:00', '2026-12-24T17:00:00.000Z'],
    ['12/24 18:00', '2026-12-24T17:00:00.000Z'],
    ['3/4 18:00', 'several'],
    ['4 Mar 18:00', '2027-03-04T17:00:00.000Z'],
    ['yesterday', '2026-11-24T22:59:59.000Z'],
    ['20:00 UTC', '2026-11-25T20:00:00.000Z'],
    ['friday to sunday', 'unreadable'],
    ['the bell rings on friday', 'unreadable'],
    ['soon', 'unreadable'],
    ['', 'unreadable'],
    ['31 Feb 18:00', 'unreadable'],
  ])('%s', (text, expected) => {
    expect(inBerlin(text)).toBe(expected)
  })

  it.each([
    // The clock is put back on Sunday, 25 October 2026, and forward on Sunday, 28 March 2027.
    ['sunday 20:00', '2026-10-24T10:00:00Z', '2026-10-25T19:00:00.000Z'],
    ['tomorrow 12:00', '2026-10-24T10:00:00Z', '2026-10-25T11:00:00.000Z'],
    ['in 24 hours', '2026-10-24T10:00:00Z', '2026-10-25T10:00:00.000Z'],
    ['in 1 day', '2026-10-24T10:00:00Z', '2026-10-25T11:00:00.000Z'],
    ['25 Oct 02:30', '2026-10-24T10:00:00Z', '2026-10-25T00:30:00.000Z'],
    ['25 Oct 01:59', '2026-10-24T10:00:00Z', '2026-10-24T23:59:00.000Z'],
    ['25 Oct 03:00', '2026-10-24T10:00:00Z', '2026-10-25T02:00:00.000Z'],
    ['sunday 20:00', '2027-03-27T10:00:00Z', '2027-03-28T18:00:00.000Z'],
    ['in 24 hours', '2027-03-27T10:00:00Z', '2027-03-28T10:00:00.000Z'],
    ['in 1 day', '2027-03-27T10:00:00Z', '2027-03-28T09:00:00.000Z'],
    ['28 March 02:30', '2027-03-27T10:00:00Z', '2027-03-28T01:30:00.000Z'],
    ['1 July 20:00', '2027-03-27T10:00:00Z', '2027-07-01T18:00:00.000Z'],
  ])('%s, said at %s, where the clock changes', (text, from, expected) => {
    expect(inBerlin(text, Date.parse(from))).toBe(expected)
  })

  it('counts by the zone that is configured', () => {
    const auckland = createCalendar('Pacific/Auckland')

    expect(auckland.read('friday 20:00', now)).toEqual({
      kind: 'instant',
      at: Date.parse('2026-11-27T07:00:00Z'),
    })
    expect(auckland.write(Date.parse('2026-11-27T07:00:00Z'), now)).toBe('Fri 27 Nov 20:00')
  })

  it('is written with its year where that is another', () => {
    expect(berlin.write(Date.parse('2026-11-27T19:00:00Z'), now)).toBe('Fri 27 Nov 20:00')
    expect(berlin.write(Date.parse('2027-01-04T07:05:00Z'), now)).toBe('Mon 4 Jan 2027 08:05')
  })
})
