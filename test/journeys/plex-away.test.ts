import { describe, expect, test } from 'vitest'
import type { FaultAct } from '../../src/simulator/plex/faults.js'
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

test('with plex.tv away at the end of a pass, the access goes as soon as it answers, and that is told once', async () => {
  const evening = await anEvening({
    before: ({ world }) => world.shareWith('friend.two', ['Films']),
  })
  const { world, titles, plexTv, admin, guest, api, soon } = evening
  await evening.start()
  const lent = { guest: 'friend.two', media: titles.episode, discordUserId: guest.id }
  expect((await api('POST', '/api/v1/assignments', lent)).status).toBe(201)
  const watching = world.play('friend.two', titles.episode)
  await evening.pass(3 * second)

  plexTv.faults.next({ ...always, act: away })
  const said = await soon(admin.slash('/unassign', { guest: 'friend.two' }))
  await evening.pass(40 * second)
  expect(watching.ending()?.why).toBe('terminated')
  expect(world.librariesOf('friend.two')).toEqual(['3', '4'])
  await evening.passReading()
  const again = world.play('friend.two', titles.episode)
  await evening.pass(12 * second)
  expect(again.ending()?.why).toBe('terminated')

  plexTv.faults.clear()
  await evening.pass(45 * second)
  expect(world.librariesOf('friend.two')).toEqual(['3'])
  expect(said.text.replace(/in \d+ seconds/, 'in a moment')).toMatchInlineSnapshot(
    `"The pass of friend.two for Tin Harbour S01E01 · Episode 1 has ended. / plex.tv has not confirmed yet that the access is gone. OTP goes on trying by itself. / You can undo this until in a moment. / [Undo]"`,
  )
  const told = evening.told()
  // How soon a reading comes depends on what else the machine does.
  const admins = told.admins.map((one) => one.replaceAll(/ after [\d.]+ s/g, ' after a moment'))
  expect({ ...told, admins }).toMatchInlineSnapshot(`
    {
      "admins": [
        "The pass of friend.two for Tin Harbour S01E01 · Episode 1 was taken back. / plex.tv has not confirmed yet that the access is gone. OTP goes on trying by itself.",
        "Stream ended / seen 2026-11-22 19:00 UTC / Guest: friend.two / Played: Tin Harbour S01E01 · Episode 1 / Where: Plex for Android (TV) on BRAVIA / On the pass: nothing / Done: End the stream: done after a moment / Gone after a moment / [Allow once] [Assign this] [Revoke] [Dismiss]",
        "plex.tv has confirmed it: the access that friend.two had for Tin Harbour S01E01 · Episode 1 is gone.",
      ],
      "guest": [
        "You have a guest pass for Tin Harbour S01E01 · Episode 1. / While you have this pass, everything else you play on that server is ended. / Open it here: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6006 / [I'm done]",
        "Your pass for Tin Harbour S01E01 · Episode 1 has ended.",
        "I ended Tin Harbour S01E01 · Episode 1: it is not on your pass. / There is nothing on your pass at the moment.",
      ],
    }
  `)
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
