import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type PlexAnswer, readAnswer } from '../../src/plex/answer.js'
import { parseCapabilities, parseIdentity, parseItems, parseSearch } from '../../src/plex/parse.js'
import { parseSessions } from '../../src/plex/parse-sessions.js'

describe('a list of sessions', () => {
  test.each(['status/sessions-one.xml', 'status/sessions-one.json'])(
    'one session is read from %s',
    async (file) => {
      expect(await parseSessions(fixture(file))).toEqual([
        {
          key: '112',
          id: 'sessiontextone',
          user: { plexId: '40990001', name: 'juniper.vole' },
          item: {
            ratingKey: '5310',
            guid: 'plex://episode/60aa11',
            type: 'episode',
            title: 'Salt & Lanterns',
            show: "Nell's Lighthouse",
            season: 2,
            episode: 4,
            libraryKey: '4',
            parentRatingKey: '5301',
            grandparentRatingKey: '5300',
            durationMs: 2_710_000,
          },
          state: 'paused',
          offsetMs: 415_000,
          player: {
            machineId: 'player-one',
            product: 'Plex for Roku',
            device: 'Roku Express',
            platform: 'Roku',
          },
          transcodeId: '/transcode/sessions/aa-11',
        },
      ])
    },
  )

  test('an idle server lists nothing, in either language', async () => {
    expect(await parseSessions(dataOf('<MediaContainer size="0"/>', 'text/xml'))).toEqual([])
    expect(await parseSessions(dataOf('<MediaContainer></MediaContainer>', 'text/xml'))).toEqual([])
    expect(await parseSessions(dataOf('{"MediaContainer":{"size":0}}', 'application/json'))).toEqual([])
  })

  test('every kind of playback is told apart', async () => {
    const sessions = await parseSessions(fixture('status/sessions-kinds.xml'))
    const kinds = Object.fromEntries(sessions.map((one) => [one.key, one.item?.type]))

    expect(kinds).toEqual({
      '1': 'clip',
      '2': 'clip',
      '3': 'live',
      '4': 'track',
      '5': 'clip',
      '6': 'photo',
      '7': 'movie',
      '8': undefined,
      '9': undefined,
    })
  })

  test('live television has a key of its own, and its transcode is found inside the media', async () => {
    const live = await sessionOf('status/sessions-kinds.xml', '3')

    expect(live.item).toMatchObject({ ratingKey: '/livetv/sessions/5f-33', title: 'Evening news' })
    expect(live.transcodeId).toBe('/transcode/sessions/live-33')
  })

  test('a session without user, id or known state says so', async () => {
    expect((await sessionOf('status/sessions-kinds.xml', '7')).user).toBeUndefined()
    expect((await sessionOf('status/sessions-kinds.xml', '7')).state).toBe('buffering')
    expect((await sessionOf('status/sessions-kinds.xml', '4')).id).toBeUndefined()
    expect((await sessionOf('status/sessions-kinds.xml', '8')).state).toBe('unknown')
  })

  test('one unreadable session does not lose the others, and nothing is known about it', async () => {
    const sessions = await parseSessions(fixture('status/sessions-broken.json'))

    expect(sessions.map((one) => [one.key, one.user?.plexId, one.item?.title])).toEqual([
      ['', undefined, undefined],
      ['', undefined, undefined],
      ['21', undefined, undefined],
      ['22', '40990001', 'Still here'],
    ])
    expect(sessions[3]?.offsetMs).toBe(0)
  })

  test.each([
    undefined,
    null,
    '',
    'text',
    [],
    {},
    { MediaContainer: 'text' },
    { MediaContainer: 7 },
    { Response: {} },
  ])('%j is no list of sessions', async (data) => {
    await expect(parseSessions(data)).rejects.toThrow('it holds no MediaContainer')
  })
})

describe('the library', () => {
  test('a search keeps films, shows and seasons of the server, best of each kind first', () => {
    const found = parseSearch(fixture('library/search.xml'))

    expect(found.map((one) => [one.type, one.title, one.show])).toEqual([
      ['movie', 'Harbour', undefined],
      ['show', 'Harbour Days', undefined],
      ['season', 'Season 1', 'Harbour Days'],
    ])
    expect(found[2]?.season).toBe(1)
  })

  test('items take the library from the container when they do not name it', () => {
    const data = {
      MediaContainer: {
        librarySectionID: 3,
        Metadata: { ratingKey: 7, type: 'movie', title: 'Alone', year: '', duration: ' ' },
      },
    }

    expect(parseItems(data)).toEqual([
      { ratingKey: '7', guid: '', type: 'movie', title: 'Alone', libraryKey: '3' },
    ])
  })

  test('features are read one by one, whatever else is among them', () => {
    const data = {
      MediaContainer: { ownerFeatures: '9c1f-77aa, pass,session_kick ,webhooks', myPlexSubscription: '1' },
    }

    expect(parseCapabilities(data)).toEqual({ plexPass: true, canTerminate: true, canRestrict: false })
    expect(parseCapabilities({ MediaContainer: {} })).toEqual({
      plexPass: false,
      canTerminate: false,
      canRestrict: false,
    })
  })

  test('a server that does not say which one it is cannot be used', () => {
    expect(() => parseIdentity({ MediaContainer: { version: '1.43' } })).toThrow('which server it is')
  })
})

describe('an answer', () => {
  test.each([
    ['v2 JSON', 'application/json', '{"errors":[{"code":1001,"message":"Not you","status":401}]}', 'Not you'],
    [
      'v2 XML',
      'application/xml',
      '<errors><error code="1001" message="Not you" status="401"/></errors>',
      'Not you',
    ],
    ['v1 XML', 'text/xml', '<Response code="400" status="Not you"/>', 'Not you'],
    ['a page', 'text/html', '<html><body>Secret page</body></html>', 'HTTP 400'],
    ['nothing', '', '', 'HTTP 400'],
  ])('%s gives Plex’s own reason', (_what, type, body, reason) => {
    expect(read({ status: 400, type, body })).toEqual({ kind: 'refused', status: 400, reason })
  })

  test('e-mail addresses are taken out of a reason, and a long one is cut', () => {
    const said = `Already sharing with pat+film@example.test (pat@example.co.uk). ${'x'.repeat(300)}`
    const answer = read({ status: 400, type: 'text/xml', body: `<Response status="${said}"/>` })

    expect(answer).toMatchObject({
      reason: expect.stringMatching(/^Already sharing with \(e-mail address\) \(/),
    })
    expect(JSON.stringify(answer)).not.toContain('@')
    expect(JSON.stringify(answer).length).toBeLessThan(300)
  })

  test('the wait is read from seconds and from a date', () => {
    const busy = { status: 429, type: '', body: '' }

    expect(read({ ...busy, retryAfter: '7' })).toMatchObject({ retryAfterMs: 7_000 })
    expect(read({ ...busy, retryAfter: new Date(60_000).toUTCString() })).toMatchObject({
      retryAfterMs: 60_000,
    })
    expect(read({ ...busy, retryAfter: 'soon' })).not.toHaveProperty('retryAfterMs')
  })

  test('half a document is not data', () => {
    expect(read({ status: 200, type: 'text/xml', body: '<MediaContainer size="1"><Video ' }).kind).toBe(
      'foreign',
    )
    expect(
      read({ status: 200, type: 'text/xml', body: '<MediaContainer size="1"><Video a="1"/>' }).kind,
    ).toBe('foreign')
    expect(read({ status: 200, type: 'application/json', body: '{"MediaContainer":{' }).kind).toBe('foreign')
  })
})

function fixture(file: string): unknown {
  const body = readFileSync(new URL(`../fixtures/plex/${file}`, import.meta.url), 'utf8')
  return dataOf(body, file.endsWith('.json') ? 'application/json' : 'text/xml;charset=utf-8')
}

function dataOf(body: string, type: string): unknown {
  const answer = read({ status: 200, type, body })
  if (answer.kind !== 'done') throw new Error(`The fixture is not readable: ${answer.reason}`)
  return answer.data
}

function read(raw: { status: number; type: string; body: string; retryAfter?: string }): PlexAnswer {
  return readAnswer(raw, 0)
}

async function sessionOf(file: string, key: string) {
  const found = (await parseSessions(fixture(file))).find((one) => one.key === key)
  if (!found) throw new Error(`There is no session ${key} in ${file}.`)
  return found
}
