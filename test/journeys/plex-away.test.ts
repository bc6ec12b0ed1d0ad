import { describe, expect, test } from 'vitest'
import type { FaultAct } from '../../src/simulator/faults.js'
import { anEvening, type Evening, minute, second } from '../support/evening.js'

const away: FaultAct = { kind: 'reset', when: 'before' }
const always = { match: '* /', times: Number.POSITIVE_INFINITY }

test('with Plex down at the start an assignment is refused in words, and everything recovers alone', async () => {
  const evening = await anEvening({
    before: ({ world, plexServer }) => {
      world.shareWith('friend.two', ['Films'])
      plexServer.faults.next({ ...always, act: away })
    },
  })
  const { world, titles, plexServer, api } = evening
  await evening.start()

  const refused = await api('POST', '/api/v1/assignments', { guest: 'friend.two', media: titles.lent })
  const ready = await api('GET', '/readyz')
  expect([refused.status, ready.status]).toEqual([503, 503])
  expect([refused.json, ready.json]).toMatchInlineSnapshot(`
    [
      {
        "code": "plex_unreachable",
        "error": true,
        "reason": "The Plex server cannot be reached: the connection broke off (ECONNRESET).",
        "result": null,
      },
      {
        "code": "plex_unreachable",
        "error": true,
        "reason": "Not ready. Plex: The Plex server cannot be reached: the connection broke off (ECONNRESET).",
        "result": {
          "discord": {
            "ok": true,
          },
          "plex": {
            "ok": false,
            "reason": "The Plex server cannot be reached: the connection broke off (ECONNRESET).",
          },
          "store": {
            "ok": true,
          },
        },
      },
    ]
  `)

  plexServer.faults.clear()
  await evening.pass(35 * second)
  expect((await api('GET', '/readyz')).status).toBe(200)
  const lent = await api('POST', '/api/v1/assignments', { guest: 'friend.two', media: titles.lent })
  expect(lent.status).toBe(201)
  const astray = world.play('friend.two', titles.other)
  await evening.pass(12 * second)
  expect(astray.ending()?.why).toBe('terminated')
})

describe('while Plex is down in the middle of an evening', () => {
  test("a short outage is nobody's news", async () => {
    const evening = await watching()
    evening.plexServer.faults.next({ ...always, act: away })
    await evening.pass(50 * second)
    evening.plexServer.faults.clear()
    await evening.pass(30 * second)

    expect(evening.told().admins).toEqual([])
    expect((await evening.api('GET', '/readyz')).status).toBe(200)
  })

  test('the admins are told once after a minute and once when it is back, and nothing counts as finished', async () => {
    const evening = await watching()
    const { plexServer, clock, player } = evening
    player.seek(115 * minute)
    await evening.pass(2 * second)
    plexServer.faults.next({ ...always, act: away })
    await evening.pass(50 * second)
    expect(evening.told().admins).toEqual([])
    await evening.pass(30 * second)
    expect(evening.told().admins).toHaveLength(1)
    await clock.leap(11 * minute)
    await evening.pass(20 * second)
    plexServer.faults.clear()
    await evening.pass(20 * second)

    expect(evening.told().admins).toMatchInlineSnapshot(`
      [
        "Plex has not answered since 2026-11-22 19:00 UTC. The Plex server cannot be reached: the connection broke off (ECONNRESET). Nobody is watched until it does; nothing counts as finished.",
        "Plex answers again; it had been away since 2026-11-22 19:00 UTC.",
      ]
    `)
    expect(evening.terminations()).toEqual([])
    expect(evening.world.librariesOf('friend.two')).toEqual(['3'])
    expect(await stateOf(evening)).toBe('watching')
  })
})

test.each<[string, FaultAct]>([
  ['a web page', { kind: 'html' }],
  ['half an answer', { kind: 'cut' }],
  ['"unauthorized"', { kind: 'answer', status: 401 }],
  [
    'an empty list without a container',
    { kind: 'answer', status: 200, type: 'application/json', body: '{}' },
  ],
  ['nothing at all', { kind: 'answer', status: 200, type: 'application/json', body: '' }],
])('session lists that come as %s end nobody and finish nothing', async (_what, act) => {
  const evening = await watching()
  const { world, titles, plexServer, clock, player } = evening
  player.seek(115 * minute)
  await evening.pass(2 * second)
  const match = 'GET /status/sessions'
  plexServer.faults.next({ match, times: Number.POSITIVE_INFINITY, act })
  await evening.pass(3 * second)
  await clock.leap(15 * minute)
  await evening.pass(20 * second)

  expect(evening.acts()).toEqual([])
  expect(await stateOf(evening)).toBe('watching')
  expect((await evening.api('GET', '/readyz')).status).toBe(503)

  plexServer.faults.clear()
  await evening.pass(20 * second)
  expect((await evening.api('GET', '/readyz')).status).toBe(200)
  const astray = world.play('friend.two', titles.other)
  await evening.pass(12 * second)
  expect(astray.ending()?.why).toBe('terminated')
})

/** A friend with access from before watches what was lent. */
async function watching() {
  const evening = await anEvening({
    before: ({ world }) => world.shareWith('friend.two', ['Films']),
  })
  const { world, titles, api } = evening
  await evening.start()
  expect((await api('POST', '/api/v1/assignments', { guest: 'friend.two', media: titles.lent })).status).toBe(
    201,
  )
  const player = world.play('friend.two', titles.lent)
  await evening.pass(3 * second)
  return { ...evening, player }
}

async function stateOf({ api }: Pick<Evening, 'api'>): Promise<unknown> {
  const { text } = await api('GET', '/api/v1/assignments')
  return /"state":"(\w+)"/.exec(text)?.[1]
}
