import { describe, expect, test } from 'vitest'
import { commands } from '../../commands/index.js'
import type { AssignRequest } from '../../src/core/api.js'
import { OtpError } from '../../src/core/errors.js'
import { createBot } from '../../src/discord/bot.js'
import { registerCommands } from '../../src/discord/deploy.js'
import { NO_RESPONSE } from '../../src/simulator/discord/person.js'
import { systemClock } from '../../src/util/clock.js'
import { createIds } from '../../src/util/ids.js'
import { aFriend, aLibrary } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'
import { fakeCore } from '../support/fake-core.js'
import { until } from '../support/until.js'
import { aClient, anEvening } from './evening.js'
import { aGuest, aGuestRef, anAssignment, anItem, aStatus, assignedAnswer } from './fakes.js'

describe('/assign', () => {
  test('an admin assigns a film, and only they see the answer', async () => {
    const asked: AssignRequest[] = []
    const clock = createTestClock()
    const assign = async (request: AssignRequest) => {
      asked.push(request)
      const expiresAt = clock.now() + 36 * 3_600_000
      return assignedAnswer({ assignment: anAssignment({ expiresAt }) })
    }
    const { discord, admin, guest } = await anEvening({ assign }, { clock })

    await admin.slash('/assign', {
      media: 'rk:1042',
      member: guest,
      plex: 'bob',
      expires: '36h',
      fence: 'library',
    })

    expect(asked).toEqual([
      {
        media: 'rk:1042',
        guest: 'bob',
        discordUserId: guest.id,
        expires: '36h',
        fence: 'library',
        add: false,
        ask: true,
        by: `discord:${admin.id}`,
      },
    ])
    expect(discord.transcript()).toMatchInlineSnapshot(`
      [
        "only ann: Arrival (2016) is assigned to bob. / It ends at 2026-11-24 07:00 UTC (in 36 hours). / Fence: library. The library that holds the title is shared, downloads off; the guest can see its other titles and start one for a moment before it is ended. / The guest gets a direct message.",
      ]
    `)
    expect(discord.strictViolations).toEqual([])
    expect(discord.pings()).toEqual([])
  })

  test('what was replaced, who waits and what stops is said', async () => {
    const clock = createTestClock()
    const { admin } = await anEvening(
      {
        assign: async () =>
          assignedAnswer({
            assignment: anAssignment({
              state: 'pending',
              fence: 'library',
              passedOver: [{ fence: 'label', why: 'the *guest* sees other things of this server already' }],
              plays: 2,
              expiresAt: Date.UTC(2026, 11, 1),
            }),
            replaced: [anAssignment({ media: anItem({ title: 'Heat', year: 1995 }) })],
            invited: true,
            everythingElseStops: true,
            guestTold: 'not-linked',
          }),
      },
      { clock },
    )

    expect((await admin.slash('/assign', { media: 'Arrival', plex: 'bob' })).text).toMatchInlineSnapshot(
      `"Everything else that bob plays on this server will be ended until the pass ends. / Arrival (2016) is assigned to bob. / Replaced: Heat (1995). / It ends at 2026-12-01 00:00 UTC (in 8 days). / It may be played 2 times. / A Plex invitation is on its way; the pass is ready as soon as it is accepted. / The time counts from now, also while the invitation is waiting. / Fence: library. The library that holds the title is shared, downloads off; the guest can see its other titles and start one for a moment before it is ended. / Not label, because the *guest* sees other things of this server already. / No Discord member is linked to the guest. Please pass this link on: https://app.plex.tv/desktop/#!/server/server/details?key=%2Flibrary%2Fmetadata%2F1042"`,
    )
  })

  test('an assignment that stands already is told with its old and its new deadline', async () => {
    const { admin } = await anEvening({
      assign: async () =>
        assignedAnswer({
          assignment: anAssignment({ expiresAt: Date.UTC(2026, 11, 2) }),
          extended: { expiresBefore: Date.UTC(2026, 11, 1) },
        }),
    })

    const { text } = await admin.slash('/assign', { media: 'Arrival', plex: 'bob' })
    expect(text).toContain('Arrival (2016) was assigned to bob already and stays so.')
    expect(text).toContain('It ends at 2026-12-02 00:00 UTC; before, it was 2026-12-01 00:00 UTC.')
  })

  test('without a guest it says what is missing and asks the core nothing', async () => {
    const { admin } = await anEvening({})

    expect((await admin.slash('/assign', { media: 'Arrival' })).text).toBe(
      'Say who: give `member`, `plex`, or both.',
    )
  })

  test('media is suggested by title, with the rating key as value', async () => {
    const asked: string[] = []
    const { admin } = await anEvening({
      search: async (text) => {
        asked.push(text)
        return [
          anItem({ title: `**Ali** ${'x'.repeat(200)}` }),
          anItem({ ratingKey: '5', type: 'episode', title: 'Rope', show: 'Tin', season: 2, episode: 3 }),
          anItem({ ratingKey: '5', type: 'episode', title: 'Rope', show: 'Tin', season: 2, episode: 3 }),
        ]
      },
    })

    const choices = await admin.type('/assign', 'media', 'ali')
    expect(asked).toEqual(['ali'])
    expect(choices.map((it) => it.value)).toEqual(['rk:1042', 'rk:5'])
    expect(choices[0]?.name).toHaveLength(100)
    expect(choices[1]?.name).toBe('Tin S02E03 · Rope - episode')
  })

  test('guests and friends are suggested once each, those that start with the typed text first', async () => {
    const { admin } = await anEvening({
      guests: async () => [aGuest({ plexId: '1', username: 'rob' })],
      friends: async () => [
        aFriend({ plexId: '1', username: 'rob' }),
        aFriend({ plexId: '2', username: 'Obelix' }),
        aFriend({ plexId: '3', username: 'zoe' }),
      ],
    })

    expect(await admin.type('/assign', 'plex', 'ob')).toEqual([
      { name: 'Obelix', value: '2' },
      { name: 'rob', value: '1' },
    ])
  })

  test('guests are suggested also when the friends cannot be read', async () => {
    const { admin } = await anEvening({
      guests: async () => [aGuest({ plexId: '1', username: 'rob' })],
      friends: () => Promise.reject(new OtpError('plex_unreachable', 'plex.tv does not answer.')),
    })

    expect(await admin.type('/assign', 'plex', 'r')).toEqual([{ name: 'rob', value: '1' }])
  })

  test('suggestions that fail or take too long are none at all', async () => {
    const clock = createTestClock()
    const { admin, log } = await anEvening(
      {
        search: () => Promise.reject(new OtpError('plex_unreachable', 'Plex does not answer.')),
        guests: () => new Promise(() => undefined),
      },
      { clock },
    )

    expect(await admin.type('/assign', 'media', 'ali')).toEqual([])
    expect(log.lines.map((it) => it.phrase)).toContain('no suggestions')

    const waiting = clock.sleeping()
    const typed = admin.type('/assign', 'plex', 'ali')
    await until('the bot to wait', () => clock.sleeping() >= waiting + 2)
    await clock.advance(2_500)
    expect(await typed).toEqual([])
  })
})

describe('questions', () => {
  const question = {
    kind: 'question' as const,
    doubts: [
      { kind: 'will-invite' as const, invitee: 'bob_the_builder' },
      { kind: 'everything-else-stops' as const, guest: aGuestRef() },
    ],
    media: anItem(),
  }

  function asking() {
    const asked: AssignRequest[] = []
    const assign = async (request: AssignRequest) => {
      asked.push(request)
      return request.ask ? question : assignedAnswer()
    }
    return { asked, assign }
  }

  test('Confirm does what was asked and takes the buttons away', async () => {
    const { asked, assign } = asking()
    const { discord, admin } = await anEvening({ assign })

    const seen = await admin.slash('/assign', { media: 'rk:1042', plex: 'bob_the_builder' })
    expect(seen.text).toMatchInlineSnapshot(
      `"bob_the_builder is not a friend of this server yet. Send a Plex invitation, and let them watch Arrival (2016)? / bob can see other things on this server. With a pass for Arrival (2016), everything else they play is ended until the pass ends. / Shall I go on? / [Confirm] [Cancel]"`,
    )
    const done = await admin.click(seen, 'Confirm')

    expect(done.text).toContain('Arrival (2016) is assigned to bob.')
    expect(done.buttons).toEqual([])
    expect(asked.map((it) => it.ask)).toEqual([true, false])
    expect(asked[1]).toEqual({ ...asked[0], ask: false })
    expect(discord.strictViolations).toEqual([])
  })

  test('Cancel changes nothing', async () => {
    const { asked, assign } = asking()
    const { admin } = await anEvening({ assign })

    const seen = await admin.slash('/assign', { media: 'rk:1042', plex: 'bob' })
    expect((await admin.click(seen, 'Cancel')).text).toBe('Nothing was changed.')
    expect(asked).toHaveLength(1)
  })

  test('of two presses at once the second is told so', async () => {
    const { asked, assign } = asking()
    const { admin } = await anEvening({ assign })

    const seen = await admin.slash('/assign', { media: 'rk:1042', plex: 'bob' })
    const answers = await Promise.all([admin.click(seen, 'Confirm'), admin.click(seen, 'Confirm')])

    expect(answers.map((it) => it.text)).toContain('That has been answered already.')
    expect(asked).toHaveLength(2)
  })

  test('after a restart the question is no longer valid', async () => {
    const { assign, asked } = asking()
    const { discord, admin, client, config } = await anEvening({ assign })
    const seen = await admin.slash('/assign', { media: 'rk:1042', plex: 'bob' })

    await client.stop()
    const second = aClient(config)
    createBot({
      client: second.client,
      core: fakeCore({}),
      commands,
      buttons: [],
      config,
      clock: systemClock,
      ids: createIds(systemClock),
      log: second.log,
    })
    second.client.start()
    await until('the second client', () => second.client.health().ok)

    const pressed = await admin.click(seen, 'Confirm')
    expect(pressed.text).toBe('This question is no longer valid. Please run the command again.')
    expect(pressed.buttons).toEqual([])
    expect(asked).toHaveLength(1)
    expect(discord.strictViolations).toEqual([])
  })

  test('somebody who is no admin any more cannot confirm', async () => {
    const { assign, asked } = asking()
    const { admin } = await anEvening({ assign })
    const seen = await admin.slash('/assign', { media: 'rk:1042', plex: 'bob' })

    admin.demote()
    expect((await admin.click(seen, 'Confirm')).text).toContain('Only the admins of this server can do that.')
    expect(asked).toHaveLength(1)
  })

  test('a question is forgotten after a quarter of an hour', async () => {
    const clock = createTestClock()
    const { assign, asked } = asking()
    const { admin } = await anEvening({ assign }, { clock })
    const seen = await admin.slash('/assign', { media: 'rk:1042', plex: 'bob' })

    await clock.advance(15 * 60_000)
    expect((await admin.click(seen, 'Confirm')).text).toContain('no longer valid')
    expect(asked).toHaveLength(1)
  })
})

describe('the other commands', () => {
  test('/unassign ends the assignments and says where the access stands', async () => {
    const clock = createTestClock()
    const asked: unknown[] = []
    const { admin } = await anEvening(
      {
        unassign: async (request) => {
          asked.push(request)
          return { ended: [anAssignment({ state: 'revoked', endedAt: clock.now() })], access: 'pending' }
        },
        guests: async () => [aGuest(), aGuest({ plexId: '88', username: 'done' })],
        assignments: async ({ state }) => ({
          items: state === 'ready' || state === 'pending' ? [anAssignment({ state })] : [],
          next: null,
        }),
      },
      { clock },
    )

    expect(await admin.type('/unassign', 'guest', '')).toEqual([{ name: 'bob', value: '77' }])
    const seen = await admin.slash('/unassign', { guest: '77', reason: 'moved away' })
    expect(asked).toEqual([{ guest: '77', reason: 'moved away', by: `discord:${admin.id}` }])
    expect(seen.text).toMatchInlineSnapshot(
      `"The pass of bob for Arrival (2016) has ended. / plex.tv has not confirmed yet that the access is gone. OTP goes on trying by itself. / You can undo this until in 30 seconds. / [Undo]"`,
    )
  })

  test('/invite gives a library, by its key', async () => {
    const asked: unknown[] = []
    const { admin, guest } = await anEvening({
      libraries: async () => [aLibrary(), aLibrary({ key: '2', title: 'Shows', type: 'show' })],
      invite: async (request) => {
        asked.push(request)
        return {
          id: 'i1',
          machineIdentifier: 'server',
          invitee: 'bob@example.com',
          libraryKeys: ['1'],
          purpose: { kind: 'standing', library: 'Films' },
          state: 'sent',
          at: 0,
          by: 'discord:1',
        }
      },
    })

    expect(await admin.type('/invite', 'library', 'fi')).toEqual([{ name: 'Films', value: '1' }])
    const seen = await admin.slash('/invite', { plex: 'bob@example.com', library: '1', member: guest })
    expect(asked).toEqual([
      {
        invitee: 'bob@example.com',
        library: '1',
        discordUserId: guest.id,
        ask: true,
        by: `discord:${admin.id}`,
      },
    ])
    expect(seen.text).toBe('That e-mail address is invited to Films.')
  })

  test('/monitor starts, stops and tells how things are', async () => {
    const { admin } = await anEvening({
      startMonitor: async (by) => aStatus({ since: { at: Date.UTC(2026, 10, 22, 19), by } }),
      stopMonitor: async (by) => aStatus({ running: false, since: { at: Date.UTC(2026, 10, 22, 19), by } }),
      status: async () =>
        aStatus({
          plex: { ok: false, reason: 'No answer.' },
          capabilities: { plexPass: false, canTerminate: false, canRestrict: false },
          waitingMessages: 2,
        }),
    })

    expect((await admin.slash('/monitor start')).text).toMatch(
      /^Monitor \/ Watching since 2026-11-22 19:00 UTC \(@ann\)\./,
    )
    expect((await admin.slash('/monitor stop')).text).toMatch(
      /^Monitor \/ Not watching since .* Strays are left alone; .* when a pass ends, so do its streams and access\./,
    )
    expect((await admin.slash('/monitor status')).text).toMatchInlineSnapshot(
      `"Monitor / Watching. / Guests: 1, open assignments: 2 / Streams now: 1 of guests, 3 of others / Plex: does not answer. No answer. / Listening to Plex: yes (WebSocket), since 2026-11-22 19:00 UTC / Plex Pass: no, so streams cannot be ended with a reason / On a stream that is not covered: terminate, stop, unshare / Violations going on: 4 / Messages waiting to be sent: 2 / [Stop] [Refresh]"`,
    )
  })
})

describe('who may', () => {
  test('somebody without Manage Server is not shown the command, and refused when sending it anyway', async () => {
    const { discord, client, config, guest, log } = await anEvening({})
    await expect(guest.slash('/monitor status')).rejects.toThrow('/monitor is not shown to bob')

    const rest = client.rest()
    if (!rest) throw new Error('not logged in')
    const open = commands.map((command) => ({ ...command, adminOnly: false }))
    await registerCommands({ rest, config, commands: open, log })

    expect((await guest.slash('/monitor status')).text).toContain(
      'Only the admins of this server can do that.',
    )
    expect(await guest.type('/assign', 'media', 'ali')).toEqual([])
    expect(discord.strictViolations).toEqual([])
  })

  test('with admin roles the role decides, and Manage Server alone does not', async () => {
    const { discord, admin } = await anEvening({ status: async () => aStatus() }, { adminRole: true })
    const owner = discord.person('owner', { admin: true })

    expect((await admin.slash('/monitor status')).text).toContain('Watching')
    expect((await owner.slash('/monitor status')).text).toContain(
      'Only the admins of this server can do that.',
    )
  })
})

describe('what can go wrong', () => {
  test('the candidates of an ambiguous title can be picked, whatever is in their names', async () => {
    const { discord, admin } = await anEvening({
      assign: () =>
        Promise.reject(
          new OtpError('ambiguous', '"**x** @everyone" could be several.', {
            candidates: [
              { value: 'rk:1', label: '[Alien](http://evil.example) (1979)' },
              { value: 'rk:2', label: 'Aliens <@1400000000000000001>' },
            ],
          }),
        ),
    })

    expect((await admin.slash('/assign', { media: 'x', plex: 'bob' })).text).toMatchInlineSnapshot(
      `""x" could be any of these. Which one is meant? / [Pick a title: [Alien](http://evil.example) (1979) | Aliens <@1400000000000000001>] [Cancel]"`,
    )
    expect(discord.pings()).toEqual([])
  })

  test('what nobody expected is shown as a reference into the log', async () => {
    const { admin, log } = await anEvening({
      assign: () => Promise.reject(new Error('secret internals of bob@example.com')),
    })

    const { text } = await admin.slash('/assign', { media: 'x', plex: 'bob' })
    const ref = /^Something went wrong \(ref (\w+)\)\.$/.exec(text)?.[1]
    const line = log.lines.find((it) => it.phrase === 'command failed')
    expect(line?.data?.ref).toBe(ref)
    expect(JSON.stringify(line)).not.toContain('bob@example.com')
  })

  test('a slow core is no reason to keep Discord waiting', async () => {
    const clock = createTestClock()
    let finish: () => void = () => undefined
    const slow = new Promise<void>((resolve) => {
      finish = resolve
    })
    const { discord, admin } = await anEvening({ status: () => slow.then(() => aStatus()) }, { clock })

    const seen = admin.slash('/monitor status')
    await until('the bot to acknowledge', () => discord.calls.some((it) => it.route.endsWith('/callback')))
    await clock.advance(60_000)
    finish()

    expect((await seen).text).toContain('Watching')
    expect((await seen).text).not.toBe(NO_RESPONSE)
  })

  test('a failing acknowledgement is logged without the token of the interaction', async () => {
    const clock = createTestClock()
    const { discord, admin, log } = await anEvening({}, { clock })
    discord.fault({
      route: '/callback',
      kind: { kind: 'status', status: 404, code: 10062, message: 'Unknown' },
    })

    const seen = admin.slash('/monitor status')
    await until('the log line', () =>
      log.lines.some((it) => it.phrase === 'interaction could not be answered'),
    )
    await clock.advance(3_000)
    expect((await seen).text).toBe(NO_RESPONSE)
    expect(JSON.stringify(log.lines)).not.toContain('aW50ZXJ')
  })

  test('an interaction that is over is no reason to doubt the bot token', async () => {
    const { discord, client, admin, log } = await anEvening({ status: async () => aStatus() })
    discord.fault({ route: '/webhooks/', kind: { kind: 'status', status: 401, code: 50027 } })

    void admin.slash('/monitor status')
    await until('the log line', () =>
      log.lines.some((it) => it.phrase === 'interaction could not be answered'),
    )
    expect(client.health()).toMatchObject({ ok: true })
  })

  test('titles can neither mention nor style anything', async () => {
    const title = '**Big** @everyone <@1400000000000000001> [x](http://evil.example) `code` <t:0:R>'
    const { discord, admin } = await anEvening({
      assign: async () => assignedAnswer({ assignment: anAssignment({ media: anItem({ title }) }) }),
    })

    expect((await admin.slash('/assign', { media: 'x', plex: 'bob' })).text).toContain(title)
    expect(discord.pings()).toEqual([])
    expect(discord.strictViolations).toEqual([])
  })

  test('an answer that Discord swallows holds the end up for a few seconds only', async () => {
    const clock = createTestClock()
    const { discord, bot, client, admin } = await anEvening({}, { clock })
    discord.fault({ route: '/callback', kind: { kind: 'hang' } })
    void admin.slash('/monitor status')
    await until('the answer to hang', () => discord.calls.some((it) => it.route.endsWith('/callback')))

    let stopped = false
    const end = bot
      .stop()
      .then(client.stop)
      .then(() => {
        stopped = true
      })
    await clock.advance(4_000)
    expect(stopped).toBe(false)
    await clock.advance(1_000)
    await until('the end', () => stopped)
    await end
    expect(client.health()).toMatchObject({ ok: false, reason: 'stopped' })
  })

  test('while stopping, people are told to come back', async () => {
    const { bot, admin } = await anEvening({})

    await bot.stop()
    expect((await admin.slash('/monitor status')).text).toBe(
      'OTP is restarting. Please try again in a minute.',
    )
  })
})
