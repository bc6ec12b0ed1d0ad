import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createLibraries } from '../../src/core/access/libraries.js'
import { byCurl, byFetch, type Called, hasCurl } from '../support/curl.js'
import { aPrivateHouse } from '../support/private-household.js'
import { shellWords } from '../support/shell-line.js'
import { createStage } from '../support/stage.js'
import { sitAt } from '../terminal/desk.js'

/** One line of the table in the README: a call of an earlier program, and what it is now. */
interface Row {
  before: string
  now: string
}

const rows = tableOf('Scripts of One Time Plex')
const calls = rows.filter(({ now }) => now.startsWith('curl '))
const verbs = rows.filter(({ now }) => now.startsWith('otp '))
const call = hasCurl ? byCurl : byFetch

/** What each call must come to besides not being refused; one that is not listed here fails. */
const wanted: Record<string, unknown> = {
  'GET /api/v1/monitor/start': { running: true },
  'GET /api/v1/monitor/users': [],
  'POST /api/v1/request/add': {
    guest: { username: 'guest.one' },
    media: { ratingKey: '6001' },
    state: 'pending',
    invited: true,
  },
  'GET /api/v1/monitor/user/:name': {
    username: 'guest.one',
    assignments: [{ media: { ratingKey: '6001' } }],
  },
  'POST /api/v1/request/remove': { access: 'restored', ended: [{ guest: { username: 'guest.one' } }] },
  'POST /api/v1/request/add?plexpass=1': { guest: { username: 'friend.two' }, fence: 'label' },
  'POST /api/v1/request/add?invite=0': { guest: { username: 'friend.two' }, media: { ratingKey: '6001' } },
  both: { fence: 'label', media: { ratingKey: '6002' } },
  'POST /api/v1/library/shared/new': { fence: 'private', media: { ratingKey: '6002' } },
  'GET /api/v1/monitor/stop': { running: false },
  'POST /api/users/add': { guest: { username: 'friend.two' }, media: { ratingKey: '6001' } },
  'GET /api/users': expect.arrayContaining([expect.objectContaining({ state: expect.any(String) })]),
  'GET /api/user/:id': { guest: { username: 'friend.two' }, media: { ratingKey: '6001' } },
  'DELETE /api/user/:id': { ended: [{ state: 'revoked' }] },
  'DELETE /api/users/clear': { ended: [] },
  'GET /api/friends': expect.arrayContaining([expect.objectContaining({ username: 'friend.two' })]),
  'GET /api/search?title=': [{ ratingKey: '6001', title: 'Arrival', type: 'movie' }],
  'GET /api/metadata?mediaid=': [{ type: 'season' }, { type: 'season' }],
  'GET /api/plex/test': { ok: true },
  'GET /api/plex/pin': { link: expect.stringContaining('https://') },
  'GET /api/plex/pin/check': { state: 'waiting' },
  'GET /api/plex/servers': [{ inUse: true }, { inUse: false }],
  'PUT /api/plex/server': { url: expect.any(String) },
}

describe('scripts of earlier programs', () => {
  const house = aPrivateHouse()

  /** Sends one line as the README has it; `ID` is what the line needs it to be. */
  async function send(line: string, ID = ''): Promise<Called> {
    const { apiUrl, apiKey, inTime, clock } = house()
    const variables = { OTP: `${apiUrl()}/api/v1`, AUTH: `-H X-Api-Key:${apiKey}`, ID }
    const [program, ...words] = shellWords(line, variables)
    expect(program).toBe('curl')
    await clock.leap(5_000)
    return inTime(call(words))
  }

  test('call every route as the table says', async () => {
    const made: Record<string, string> = { server: house().world.machineIdentifier }

    for (const { before, now } of calls) {
      const [, needs = ''] = /\/(assignments|pin|server)(?:\/\$ID|$)/.exec(now) ?? []
      const { status, json } = await send(now, made[needs])

      expect({ before, json }).toMatchObject({ json: { error: false, reason: '', result: wanted[before] } })
      expect({ before, status }).toEqual({
        before,
        status: /-d (?!machine)(?!.*remove)|-X POST/.test(now) ? 201 : 200,
      })
      const { id } = z
        .object({ result: z.looseObject({ id: z.string().optional() }).catch({}) })
        .parse(json).result
      if (id !== undefined) made[/\/pin/.test(now) ? 'pin' : 'assignments'] = id
    }
    expect(calls.map((one) => one.before).sort()).toEqual(Object.keys(wanted).sort())
  })

  test('send the short forms as JSON, as a form, and in parts', async () => {
    const bodies = [
      `-H Content-Type:application/json -d '{"plexUsername":"friend.two","ratingKey":"6001"}'`,
      `-H Content-Type:application/json -d '{"plexUsername":"friend.two","ratingKey":6001}'`,
      '-d plexUsername=friend.two -d ratingKey=6001',
      '-F plexUsername=friend.two -F ratingKey=6001',
    ]
    const ids: unknown[] = []
    for (const body of bodies) {
      const { status, json } = await send(`curl $AUTH ${body} "$OTP/request/add?plexpass=0&invite=1"`)
      expect({ body, status }).toEqual({ body, status: 201 })
      ids.push(z.object({ result: z.object({ id: z.string() }) }).parse(json).result.id)
    }
    expect(new Set(ids).size).toBe(1)
    expect(await send('curl $AUTH -F plexUsername=friend.two $OTP/request/remove')).toMatchObject({
      status: 200,
    })
  })

  test('are told what they lack: the key, a friend, a field', async () => {
    const bare = await send('curl $OTP/monitor/start')
    const stranger = await send(
      'curl $AUTH -d plexUsername=nobody.known -d ratingKey=6001 "$OTP/request/add?invite=0"',
    )
    const fieldless = await send('curl $AUTH -d plexusername=guest.one $OTP/request/add')

    expect(bare).toMatchObject({ status: 401, json: { error: true, code: 'unauthenticated', result: null } })
    expect(stranger).toMatchObject({ status: 404, json: { code: 'guest_not_found' } })
    expect(fieldless).toMatchObject({ status: 400, json: { reason: expect.stringContaining('ratingKey: ') } })
  })

  test('are answered the same without curl', async () => {
    const { apiUrl, apiKey } = house()
    const words = ['-H', `X-Api-Key:${apiKey}`, `${apiUrl()}/api/v1/media/6001`]

    expect(await byFetch(words)).toEqual(await call(words))
  })
})

test('every verb of the earlier tool does what it did', async () => {
  const { ports, plex } = createStage()
  const libraries = createLibraries(ports)
  const otp = await sitAt(
    {},
    {
      own: {
        libraries: (_, work) => work({ libraries, knowsPasses: true }),
        test: async () => [{ check: 'server', outcome: 'good', found: 'The server answers.' }],
      },
    },
  )
  const said: string[] = []
  for (const { before, now } of verbs) {
    const { code, out } = await otp(shellWords(now, {}).slice(1))
    expect({ before, code }).toEqual({ before, code: 0 })
    said.push(out)
  }

  expect(said[0]).toContain('Rarities')
  expect(said[1]).toContain('The library "Shorts" was made')
  expect(said[2]).toContain('The library "Shorts" is gone')
  expect(said).toHaveLength(4)
  expect(plex.said).toContain('delete library Shorts')
})

test('the words of a line are those of a shell', () => {
  const variables = { AUTH: '-H X-Api-Key:k', OTP: 'http://127.0.0.1:1', ID: 'a b' }

  expect(shellWords(`curl $AUTH -d '{"a":"$ID"}' "$OTP/x?a=1&b=$ID" -d a="$ID"`, variables)).toEqual([
    'curl',
    '-H',
    'X-Api-Key:k',
    '-d',
    '{"a":"$ID"}',
    'http://127.0.0.1:1/x?a=1&b=a b',
    '-d',
    'a=a b',
  ])
  for (const line of ['curl $OTP; rm x', 'curl $(x)', 'curl $OTP/a&b', 'curl `x`', 'curl $NOTHING'])
    expect(() => shellWords(line, variables)).toThrow()
})

/** The rows of the table below a heading of the README, each cell out of its code marks. */
function tableOf(heading: string): Row[] {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
  const [, section = ''] = readme.split(`## ${heading}\n`)
  const lines = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| '))
  return lines.slice(1).map((line) => {
    const [, before = '', now = ''] = line.split('|').map((cell) => cell.trim().replace(/^`|`$/g, ''))
    return { before, now }
  })
}
