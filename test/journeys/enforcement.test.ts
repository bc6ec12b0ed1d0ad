import { describe, expect, test } from 'vitest'
import type { PlayOptions } from '../../src/simulator/plex/players.js'
import { anEvening, minute, second } from '../support/evening.js'

const intervalMs = 1_500
/** The guest sees the other films too, and can start them. */
const wholeLibrary = '[access]\nfence = "library"'

describe('a stray', () => {
  test('is ended at the next reading, and only once', async () => {
    const evening = await lentToAFriend()
    const { world, titles, clock } = evening

    for (const laterMs of [0, 500, 1_000]) {
      await evening.pass(laterMs)
      const before = evening.terminations().length
      const startedAt = clock.now()
      const astray = world.play('friend.two', titles.other)
      await evening.pass(10 * second)

      const [ended, ...more] = evening.terminations().slice(before)
      expect(ended?.at).toBeGreaterThan(startedAt)
      expect(ended?.at).toBeLessThanOrEqual(startedAt + intervalMs)
      expect(more).toEqual([])
      expect(astray.ending()?.why).toBe('terminated')
    }
    expect(evening.cards()).toHaveLength(1)
    expect(evening.cards()[0]).toContain('Repeats: 2 times more')
    expect(evening.dms().filter((text) => text.startsWith('I ended'))).toHaveLength(1)
  })

  test('an entry that lingers after the app was killed costs nothing', async () => {
    const evening = await lentToAFriend()
    const { world, titles } = evening

    const killed = world.play('friend.two', titles.other)
    await evening.pass(2 * second)
    killed.vanish()
    await evening.pass(50 * second)
    expect(world.players.sessions()).toHaveLength(1)
    await evening.pass(140 * second, 5_000)

    expect(world.players.sessions()).toHaveLength(0)
    expect(evening.terminations()).toHaveLength(1)
    expect(world.librariesOf('friend.two')).toEqual(['3'])
    expect(evening.cards()).toHaveLength(1)
    expect(evening.cards()[0]).toMatch(
      /^Stream ended .* End the stream: done after 0\.0 s \/ Gone after 1[89]\d s \/ \[Allow once\] \[Assign this\] \[Revoke\] \[Dismiss\]$/,
    )
  })

  test('a player that obeys nobody loses its access, and one card tells the whole story', async () => {
    const evening = await lentToAFriend()
    const { world, titles } = evening

    world.play('friend.two', titles.other, { ignoresTerminate: true })
    await evening.pass(75 * second)

    expect(evening.acts()).toEqual([
      'GET /status/sessions/terminate',
      'GET /player/playback/stop',
      'DELETE /api/servers/shared_servers',
    ])
    expect(world.shareOf('friend.two')).toBeUndefined()
    // The clock moves in steps, and on a busy machine an answer may come one step later.
    const admins = evening.told().admins.map((text) => text.replace(/after 3\d s/g, 'after 30 s'))
    expect(admins).toMatchInlineSnapshot(`
      [
        "friend.two has accepted the invitation; the pass for Arrival (2016) is ready.",
        "Stream not on the pass / seen 2026-11-22 19:01 UTC / Guest: friend.two / Played: Heat (1995) / Where: Plex for Android (TV) on BRAVIA / On the pass: Arrival (2016) / Done: End the stream: done after 0.0 s / Stop the player: not possible after 30 s (The player takes no commands, and there is no transcode to stop.) / Take the access away: done after 30 s / [Allow once] [Assign this] [Revoke] [Dismiss]",
        "The pass of friend.two for Arrival (2016) was taken back. / Reason: Heat (1995) was played and could not be ended otherwise.",
      ]
    `)
    expect(evening.told().guest.slice(1)).toMatchInlineSnapshot(`
      [
        "Your pass for Arrival (2016) is ready. Enjoy! / Open it here: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001 / It plays in the browser at https://app.plex.tv and in the Plex app of your TV or phone. / [I'm done]",
        "I ended Heat (1995): it is not on your pass. / You may watch Arrival (2016). / Open it here: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001 / [I'm done]",
        "Your pass for Arrival (2016) has ended. / Reason: Heat (1995) was played and could not be ended otherwise.",
      ]
    `)
  })

  test('a player without a session id is stopped by remote control at once', async () => {
    const evening = await strayed({ withoutSessionId: true, controllable: true })

    expect(evening.acts()).toEqual(['GET /player/playback/stop'])
    // The clock moves in steps, and on a busy machine an answer may come one step later.
    const cards = evening.cards().map((text) => text.replace('done after 0.5 s', 'done after 0.0 s'))
    expect(cards).toMatchInlineSnapshot(`
      [
        "Stream ended / seen 2026-11-22 19:01 UTC / Guest: friend.two / Played: Heat (1995) / Where: Plex for Android (TV) on BRAVIA / On the pass: Arrival (2016) / Done: End the stream: not possible after 0.0 s (Plex lists this stream without an id, so it cannot be ended that way.) / Stop the player: done after 0.0 s / Gone after 1.5 s / [Allow once] [Assign this] [Revoke] [Dismiss]",
      ]
    `)
    expect(evening.world.librariesOf('friend.two')).toEqual(['3'])
  })

  test('the end of a stream that Plex cannot serve at first is asked for again', async () => {
    const evening = await lentToAFriend()
    const { world, titles, plexServer } = evening
    const busy = { kind: 'answer', status: 503 } as const
    plexServer.faults.next({ match: 'GET /status/sessions/terminate', times: 2, act: busy })

    const astray = world.play('friend.two', titles.other)
    await evening.pass(15 * second)

    expect(astray.ending()?.why).toBe('terminated')
    expect(evening.terminations().map((one) => one.status)).toEqual([503, 503, 200])
    expect(evening.cards()).toHaveLength(1)
  })

  test('the next item in the same session is judged anew', async () => {
    const evening = await lentToAFriend()
    const { world, titles } = evening

    const player = world.play('friend.two', titles.lent)
    await evening.pass(20 * second)
    expect(evening.terminations()).toEqual([])
    player.playNext(titles.other)
    await evening.pass(12 * second)

    expect(player.ending()?.why).toBe('terminated')
    expect(evening.terminations()).toHaveLength(1)
  })

  test('an app that still knows a title which the label hides is ended all the same', async () => {
    const evening = await lentToAFriend('')
    const { world, titles } = evening
    expect(world.seenBy('friend.two')).toEqual([titles.lent])

    const cached = world.play('friend.two', titles.other, { anyway: true })
    await evening.pass(12 * second)

    expect(cached.ending()?.why).toBe('terminated')
    expect(evening.terminations()).toHaveLength(1)
    expect(world.seenBy('friend.two')).toEqual([titles.lent])
  })
})

async function strayed(options: PlayOptions) {
  const evening = await lentToAFriend()
  evening.world.play('friend.two', evening.titles.other, options)
  await evening.pass(40 * second)
  return evening
}

/** Arrival is lent to a friend who had nothing before and has accepted. */
async function lentToAFriend(config = wholeLibrary) {
  const evening = await anEvening({ config })
  const { admin, guest, world, clock, soon, pass } = evening
  await evening.start()
  await soon(admin.slash('/assign', { media: 'Arrival', member: guest, plex: 'friend.two' }))
  world.acceptInvitation('friend.two')
  await clock.leap(minute)
  await pass(2 * second)
  return evening
}
