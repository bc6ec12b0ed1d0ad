import { describe, expect, it } from 'vitest'
import { probe } from '../../src/plex/probe.js'
import { questions } from '../../src/plex/probe-questions.js'
import { shapeOf } from '../../src/plex/probe-shape.js'
import { stagePlex } from './stage.js'

describe('the probe', () => {
  it('reads and does nothing, and its report names nobody and nothing', async () => {
    const stage = await stagePlex()
    const { world, server, plexTv, clock, arrival } = stage
    world.shareWith('mo.heron', ['Films'])
    world.label(arrival.ratingKey, 'Otp-4711')
    world.players.play('mo.heron', arrival.ratingKey)
    const before = [server.journal.length, plexTv.journal.length]

    const found = await probe({
      addresses: { server: server.url, account: plexTv.url },
      token: world.owner.token,
      clientIdentifier: 'otp-test-0001',
      version: '0.1.0',
      clock,
    })

    const asked = [...server.journal.slice(before[0]), ...plexTv.journal.slice(before[1])]
    expect(new Set(asked.map((one) => one.method))).toEqual(new Set(['GET']))
    expect(asked.map((one) => one.path).join()).not.toMatch(/terminate|stop|refresh|pins|playback|transcode/)

    const report = JSON.stringify(found)
    const secrets = [
      ...[world.owner.token, world.owner.username, world.owner.email, world.machineIdentifier],
      ...['mo.heron', stage.friend.email, String(stage.friend.plexId), String(world.owner.plexId)],
      ...['Arrival', 'Otp-4711', '127.0.0.1', 'Attic', '/media/', 'plex.direct', 'otp-test-0001'],
    ]
    for (const secret of secrets) expect(report, secret).not.toContain(secret)

    expect(found).toHaveLength(questions.length)
    const answered = Object.fromEntries(found.map((one) => [one.name, one.status ?? one.trouble]))
    expect(answered).toMatchInlineSnapshot(`
      {
        "accounts": 404,
        "friends": 200,
        "history": 200,
        "home": 200,
        "identity": 200,
        "item": 200,
        "labels": 200,
        "libraries": 200,
        "library": 200,
        "ping": 200,
        "resources": 200,
        "server": 200,
        "server at plex.tv": 200,
        "server at plex.tv, version 2": 200,
        "sessions": 200,
        "shares, accepted": 200,
        "shares, pending": 200,
        "single items": 200,
        "user": 200,
      }
    `)
    expect(found.find((one) => one.name === 'sessions')).toMatchInlineSnapshot(`
      {
        "asked": "GET /status/sessions",
        "contentType": "application/json",
        "name": "sessions",
        "shape": {
          "MediaContainer": {
            "Metadata": [
              {
                "Genre": [
                  {
                    "tag": "text",
                  },
                ],
                "Media": [
                  {
                    "Part": [
                      {
                        "container": "text",
                        "file": "path as text",
                        "id": "number",
                        "key": "path as text",
                        "size": "number",
                      },
                    ],
                    "container": "text",
                    "duration": "number",
                    "id": "number",
                  },
                ],
                "Player": {
                  "address": "text",
                  "device": "text",
                  "local": "boolean "false"",
                  "machineIdentifier": "text",
                  "platform": "text "Android"",
                  "product": "text "Plex for Android (TV)"",
                  "state": "text "playing"",
                  "title": "text",
                  "userID": "number",
                },
                "Session": {
                  "bandwidth": "number",
                  "id": "text",
                  "location": "text "wan"",
                },
                "User": {
                  "id": "digits as text",
                  "thumb": "address as text",
                  "title": "text",
                },
                "addedAt": "number",
                "duration": "number",
                "guid": "address as text",
                "key": "path as text",
                "librarySectionID": "number",
                "librarySectionKey": "path as text",
                "librarySectionTitle": "text",
                "ratingKey": "digits as text",
                "sessionKey": "digits as text",
                "thumb": "path as text",
                "title": "text",
                "type": "text "movie"",
                "viewOffset": "number",
                "year": "number",
              },
            ],
            "size": "number "1"",
          },
        },
        "status": 200,
        "tookMs": 0,
        "wonders": "Do all players have a Session with an id, and are ids text or numbers? Best asked while something plays.",
      }
    `)
  })

  it('says why there is no answer, and asks the rest all the same', async () => {
    const stage = await stagePlex()
    const found = await probe({
      addresses: { server: 'http://127.0.0.1:1', account: stage.plexTv.url },
      token: stage.world.owner.token,
      clientIdentifier: 'otp-test-0001',
      version: '0.1.0',
      clock: stage.clock,
    })
    const troubles = Object.fromEntries(found.map((one) => [one.name, one.trouble]))
    expect(troubles).toMatchObject({
      identity: 'nothing listens at that address',
      library: 'what it needs was not learned',
      user: undefined,
    })
  })
})

describe('a shape', () => {
  it('has names of fields and kinds of values, and no value that says anything of anybody', () => {
    const value = {
      id: 40112233,
      code: 1001,
      title: 'pat.otter',
      email: '',
      'pat.otter@example.org': 1,
      when: '2030-05-04T10:00:00Z',
      thumb: 'https://plex.tv/users/ab12/avatar',
      file: '/media/films/x.mkv',
      status: 'You already share this server with pat.otter',
      size: 1720000000,
      product: 'Plex for Android (TV)',
      ownerFeatures: 'pass,session_kick',
      list: [{ a: 1, b: 'x' }, { a: '1' }],
      none: [],
    }

    expect(shapeOf(value)).toEqual({
      id: 'number',
      code: 'number "1001"',
      title: 'text',
      email: 'empty text',
      '(name)': 'number',
      when: 'time as text',
      thumb: 'address as text',
      file: 'path as text',
      status: 'text',
      size: 'number',
      product: 'text "Plex for Android (TV)"',
      ownerFeatures: 'text "pass,session_kick"',
      list: [{ a: 'digits as text | number', b: 'missing | text' }],
      none: 'empty list',
    })
  })
})
