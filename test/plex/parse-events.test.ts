import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseNotification } from '../../src/plex/parse-events.js'
import { createEventReader, type EventFrame } from '../../src/util/event-stream.js'

const parseReports = (text: string) => parseNotification(text).reports
const paused = { sessionKey: '112', ratingKey: '5310', state: 'paused', offsetMs: 415_000 }

describe('a notification', () => {
  test.each(['playing.json', 'playing-old.json', 'playing-bare.json'])(
    'of a player is read from %s',
    (file) => {
      expect(parseReports(fixture(file))).toEqual([paused])
    },
  )

  test('may hold several reports; those without a key of digits are left out', () => {
    expect(parseReports(fixture('playing-many.json'))).toEqual([
      { sessionKey: '112', ratingKey: '5310', state: 'playing', offsetMs: 415_000 },
      { sessionKey: '113', ratingKey: '5311', state: 'buffering', offsetMs: 0 },
      { sessionKey: '114', state: 'stopped' },
      { sessionKey: '115', ratingKey: '5312', state: 'unknown' },
    ])
  })

  test('may hold one report that is no list, or old children within a container', () => {
    const report = { sessionKey: '112', ratingKey: '5310', state: 'paused', viewOffset: 415_000 }
    for (const inside of [
      { type: 'playing', PlaySessionStateNotification: report },
      { type: 'playing', _children: [report] },
      { PlaySessionStateNotification: [report] },
    ]) {
      expect(parseReports(JSON.stringify({ NotificationContainer: inside }))).toEqual([paused])
      expect(parseReports(JSON.stringify(inside))).toEqual([paused])
    }
  })

  test.each(['timeline.json', 'activity.json'])('about something else holds no report: %s', (file) => {
    expect(parseReports(fixture(file))).toEqual([])
  })

  test.each([
    ['processed', { itemID: 5310, state: 5 }, [{ ratingKey: '5310', removed: false }]],
    ['deleted', { itemID: '5310', state: '9' }, [{ ratingKey: '5310', removed: true }]],
    ['still being looked at', { itemID: 5310, state: 3 }, []],
    ['of no item', { state: 5 }, []],
    ['of another plugin', { itemID: 5310, state: 5, identifier: 'com.plexapp.system' }, []],
  ])('tells of an item that is %s', (_, entry, changes) => {
    const wrapped = { NotificationContainer: { type: 'timeline', TimelineEntry: [entry] } }

    expect(parseNotification(JSON.stringify(wrapped))).toEqual({ reports: [], changes })
    expect(parseNotification(JSON.stringify({ TimelineEntry: entry }))).toEqual({ reports: [], changes })
  })

  test('of another type holds no report, whatever is in it', () => {
    const report = { sessionKey: '112', ratingKey: '5310', state: 'playing' }
    const other = { type: 'transcodeSession.update', PlaySessionStateNotification: [report] }
    expect(parseReports(JSON.stringify({ NotificationContainer: other }))).toEqual([])
  })

  test.each([
    '',
    'junk',
    '{"NotificationContainer":',
    'null',
    '7',
    '"playing"',
    '[]',
    '{}',
    '{"NotificationContainer":null}',
    '{"NotificationContainer":7}',
    '{"NotificationContainer":{"type":"playing"}}',
    '{"NotificationContainer":{"type":"playing","PlaySessionStateNotification":7}}',
    '{"NotificationContainer":{"type":"playing","PlaySessionStateNotification":[null,[],{}]}}',
    '{"NotificationContainer":{"type":["playing"],"PlaySessionStateNotification":{"sessionKey":{}}}}',
  ])('that cannot be read holds no report: %s', (text) => {
    expect(parseReports(text)).toEqual([])
  })
})

describe('a stream of events', () => {
  test.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('is read with %s at the ends of lines', (_name, end) => {
    const lines = [
      ': hello',
      'event: playing',
      'id: 7',
      'data: one',
      '',
      'data:two',
      'data',
      'data:  three',
      '',
    ]
    expect(read([`${[...lines, 'data: not finished'].join(end)}${end}`])).toEqual(['one', 'two\n\n three'])
  })

  test('is the same in whatever pieces it comes, characters of several bytes included', () => {
    const bytes = Buffer.from('event: playing\r\ndata: Zoë’s\r\ndata: 🏮\r\n\r\ndata: ü\r\n\r\n')
    for (let size = 1; size <= bytes.length; size += 1) {
      const reader = createEventReader()
      const events: string[] = []
      for (let at = 0; at < bytes.length; at += size) {
        events.push(...dataOf(reader.read(bytes.subarray(at, at + size))))
        events.push(...dataOf(reader.read(Buffer.alloc(0))))
      }
      expect([size, events]).toEqual([size, ['Zoë’s\n🏮', 'ü']])
    }
  })

  test('without data there is no event', () => {
    expect(read(['event: ping\n\n', ':\n\n', 'database: x\n\n', '\n\n'])).toEqual([])
  })

  test('ends where a line or an event becomes too long, wherever it is split', () => {
    const longLine = createEventReader({ maxLength: 20 })
    expect(longLine.read(Buffer.from('data: 12345678901234'))).toEqual([])
    expect(longLine.read(Buffer.from('5'))).toBeUndefined()

    const longEvent = createEventReader({ maxLength: 20 })
    expect(longEvent.read(Buffer.from('data: 1234567890\n'))).toEqual([])
    expect(longEvent.read(Buffer.from('data: 1234567890\n'))).toEqual([])
    expect(longEvent.read(Buffer.from('data: 1\n'))).toBeUndefined()

    const manyEvents = createEventReader({ maxLength: 20 })
    expect(manyEvents.read(Buffer.from('data: 1234567890\n\n'.repeat(9)))).toHaveLength(9)
  })
})

function read(pieces: readonly string[]): string[] {
  const reader = createEventReader()
  return pieces.flatMap((piece) => dataOf(reader.read(Buffer.from(piece))))
}

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/plex/notifications/${name}`, import.meta.url), 'utf8')
}

function dataOf(frames: EventFrame[] | undefined): string[] {
  return frames?.flatMap(({ data }) => data ?? []) ?? ['nothing']
}
