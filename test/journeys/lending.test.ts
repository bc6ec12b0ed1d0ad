import { describe, expect, test } from 'vitest'
import { everythingOff } from '../../src/simulator/plex/share-settings.js'
import { anEvening, type Evening, hour, minute, second } from '../support/evening.js'

describe('an evening with a stranger', () => {
  test('invited, accepted, watched, finished: the guest saw one film, and nothing of it all stays', async () => {
    const evening = await anEvening()
    const { admin, guest, world, discord, titles, clock, pass, soon } = evening
    const before = standing(evening, 'guest.one')
    await evening.start()

    const film = { media: 'Arrival', member: guest, plex: 'guest.one', expires: '7d' }
    const asked = await soon(admin.slash('/assign', film))
    expect(standing(evening, 'guest.one')).toEqual(before)
    const assigned = await soon(admin.click(asked, 'Confirm'))
    world.acceptInvitation('guest.one')
    expect(world.seenBy('guest.one')).toEqual([titles.lent])
    await clock.leap(minute)
    await pass(2 * second)

    const watching = world.play('guest.one', titles.lent)
    await pass(20 * second)
    watching.stop()
    expect(() => world.play('guest.one', titles.other)).toThrow('no access')
    const { plexId } = world.people.account('guest.one')
    expect(standing(evening, 'guest.one')).toMatchObject({
      shares: [{ plexId }],
      settings: { filterMovies: `label=Otp-${plexId}`, allowSync: false },
      labels: [`Otp-${plexId}`],
      sees: [titles.lent],
    })

    const finale = world.play('guest.one', titles.lent, { offsetMs: 110 * minute })
    await pass(3 * second)
    finale.stop()
    await pass(3 * second)
    await clock.leap(10 * minute)
    await pass(3 * second)

    expect(standing(evening, 'guest.one')).toEqual(before)
    expect(evening.terminations()).toEqual([])
    expect([asked.text, assigned.text]).toMatchInlineSnapshot(`
      [
        "guest.one is not a friend of this server yet. Send a Plex invitation, and let them watch Arrival (2016)? / Shall I go on? / [Confirm] [Cancel]",
        "Arrival (2016) is assigned to guest.one. / It ends at 2026-11-29 19:00 UTC (in 7 days). / A Plex invitation is on its way; the pass is ready as soon as it is accepted. / The time counts from now, also while the invitation is waiting. / Fence: label. The title has a private label and the share is restricted to that, downloads off, so the guest sees nothing else; it needs the owner's Plex Pass, counts for all of the owner's servers, and keeps nobody to a part of a show, because Plex ignores labels on seasons and episodes. / The guest gets a direct message. / @bob is linked to guest.one from now on: \`member\` alone is enough next time. / [Unlink]",
      ]
    `)
    expect(evening.told()).toMatchInlineSnapshot(`
      {
        "admins": [
          "guest.one has accepted the invitation; the pass for Arrival (2016) is ready.",
          "guest.one has finished Arrival (2016); the pass has ended.",
        ],
        "guest": [
          "You have a guest pass for Arrival (2016). / It is yours until 2026-11-29 19:00 UTC (in 7 days). / Plex has sent you an invitation. To get started: / 1. Accept it, from the e-mail or at https://app.plex.tv with your Plex account. / 2. If Plex asks you to, confirm your e-mail address at https://www.plex.tv; it does not let you in before. / 3. Wait for my next message: it comes by itself within a minute or two. / 4. Then open this link and press play, in the browser or in the Plex app of your TV or phone: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001 / [I'm done] [I need more time]",
          "Your pass for Arrival (2016) is ready. Enjoy! / It is yours until 2026-11-29 19:00 UTC (in 7 days). / Open it here: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001 / It plays in the browser at https://app.plex.tv and in the Plex app of your TV or phone. / [I'm done] [I need more time]",
          "You have finished Arrival (2016). I hope you enjoyed it! The pass has ended.",
        ],
      }
    `)
    expect(discord.pings()).toEqual([])
    expect(discord.strictViolations).toEqual([])
    expect(evening.troubles()).toEqual([])
  })

  test('where the whole library is shared, straying once is ended and told, and the rest is the same', async () => {
    const evening = await anEvening({ config: '[access]\nfence = "library"' })
    const { admin, guest, world, titles, clock, pass, soon } = evening
    const before = standing(evening, 'guest.one')
    await evening.start()

    const film = { media: 'Arrival', member: guest, plex: 'guest.one', expires: '7d' }
    const asked = await soon(admin.slash('/assign', film))
    const assigned = await soon(admin.click(asked, 'Confirm'))
    world.acceptInvitation('guest.one')
    await clock.leap(minute)
    await pass(2 * second)

    await evening.passReading()
    const astray = world.play('guest.one', titles.other, { product: 'Plex for LG', device: 'OLED55' })
    await pass(15 * second)
    expect(astray.ending()).toEqual({
      why: 'terminated',
      text: 'This title is not on your pass. You may watch: Arrival (2016).',
    })

    const finale = world.play('guest.one', titles.lent, { offsetMs: 110 * minute })
    await pass(3 * second)
    finale.stop()
    await pass(3 * second)
    await clock.leap(10 * minute)
    await pass(3 * second)

    expect(standing(evening, 'guest.one')).toEqual(before)
    expect(evening.terminations()).toHaveLength(1)
    expect(assigned.text).toMatchInlineSnapshot(
      `"Arrival (2016) is assigned to guest.one. / It ends at 2026-11-29 19:00 UTC (in 7 days). / A Plex invitation is on its way; the pass is ready as soon as it is accepted. / The time counts from now, also while the invitation is waiting. / Fence: library. The library that holds the title is shared, downloads off; the guest can see its other titles and start one for a moment before it is ended. / The guest gets a direct message. / @bob is linked to guest.one from now on: \`member\` alone is enough next time. / [Unlink]"`,
    )
    expect(evening.told()).toMatchInlineSnapshot(`
      {
        "admins": [
          "guest.one has accepted the invitation; the pass for Arrival (2016) is ready.",
          "Stream ended / seen 2026-11-22 19:01 UTC / Guest: guest.one / Played: Heat (1995) / Where: Plex for LG on OLED55 / On the pass: Arrival (2016) / Done: End the stream: done after 0.0 s / Gone after 9.5 s / [Allow once] [Assign this] [Revoke] [Dismiss]",
          "guest.one has finished Arrival (2016); the pass has ended.",
        ],
        "guest": [
          "You have a guest pass for Arrival (2016). / It is yours until 2026-11-29 19:00 UTC (in 7 days). / Plex has sent you an invitation. To get started: / 1. Accept it, from the e-mail or at https://app.plex.tv with your Plex account. / 2. If Plex asks you to, confirm your e-mail address at https://www.plex.tv; it does not let you in before. / 3. Wait for my next message: it comes by itself within a minute or two. / 4. Then open this link and press play, in the browser or in the Plex app of your TV or phone: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001 / [I'm done] [I need more time]",
          "Your pass for Arrival (2016) is ready. Enjoy! / It is yours until 2026-11-29 19:00 UTC (in 7 days). / Open it here: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001 / It plays in the browser at https://app.plex.tv and in the Plex app of your TV or phone. / [I'm done] [I need more time]",
          "I ended Heat (1995): it is not on your pass. / You may watch Arrival (2016). / Open it here: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001 / [I'm done] [I need more time]",
          "You have finished Arrival (2016). I hope you enjoyed it! The pass has ended.",
        ],
      }
    `)
    expect(evening.troubles()).toEqual([])
  })

  test('who goes back within ten minutes has not finished yet', async () => {
    const evening = await lentToAFriend()
    const { world, titles, pass } = evening

    const nearTheEnd = world.play('friend.two', titles.lent, { offsetMs: 110 * minute })
    await pass(3 * second)
    nearTheEnd.stop()
    await pass(3 * second)
    await evening.clock.leap(9 * minute)
    const again = world.play('friend.two', titles.lent, { offsetMs: 30 * minute })
    await pass(3 * second)
    again.stop()
    await pass(3 * second)
    await evening.clock.leap(30 * minute)
    await pass(3 * second)

    expect(evening.dms().at(-1)).toContain('is ready')
    expect(world.librariesOf('friend.two')).toEqual(['3'])
  })
})

describe('a friend with a library from before', () => {
  test('is told that everything else stops, and has exactly what they had when the pass is over', async () => {
    const evening = await anEvening({
      before: ({ world }) => world.shareWith('friend.two', ['Series']),
    })
    const { admin, guest, world, titles, pass, soon } = evening
    const before = standing(evening, 'friend.two')
    await evening.start()

    const film = { media: 'Arrival', member: guest, plex: 'friend.two' }
    const asked = await soon(admin.slash('/assign', film))
    expect(standing(evening, 'friend.two')).toEqual(before)
    const assigned = await soon(admin.click(asked, 'Confirm'))
    expect(world.librariesOf('friend.two')).toEqual(['3', '4'])

    await evening.passReading()
    const series = world.play('friend.two', titles.episode)
    await pass(15 * second)
    expect(series.ending()?.why).toBe('terminated')

    const unassigned = await soon(
      admin.slash('/unassign', { guest: 'friend.two', reason: 'The weekend is over.' }),
    )
    await pass(5 * second)
    expect(standing(evening, 'friend.two')).toEqual(before)

    const free = world.play('friend.two', titles.episode)
    await pass(20 * second)
    expect(free.running()).toBe(true)
    expect([asked.text, assigned.text, unassigned.text]).toMatchInlineSnapshot(`
      [
        "friend.two can see other things on this server. With a pass for Arrival (2016), everything else they play is ended until the pass ends. / Shall I go on? / [Confirm] [Cancel]",
        "Everything else that friend.two plays on this server will be ended until the pass ends. / Arrival (2016) is assigned to friend.two. / Fence: library. The library that holds the title is shared, downloads off; the guest can see its other titles and start one for a moment before it is ended. / Not label, because the guest sees other things of this server already, which a restriction would hide. / The guest gets a direct message. / @bob is linked to friend.two from now on: \`member\` alone is enough next time. / [Unlink]",
        "The pass of friend.two for Arrival (2016) has ended. / The access is back to what it was. / You can undo this until in 30 seconds. / [Undo]",
      ]
    `)
    expect(evening.told()).toMatchInlineSnapshot(`
      {
        "admins": [
          "Stream ended / seen 2026-11-22 19:00 UTC / Guest: friend.two / Played: Tin Harbour S01E01 · Episode 1 / Where: Plex for Android (TV) on BRAVIA / On the pass: Arrival (2016) / Done: End the stream: done after 0.0 s / Gone after 9.5 s / [Allow once] [Assign this] [Revoke] [Dismiss]",
          "The pass of friend.two for Arrival (2016) was taken back. / Reason: The weekend is over.",
        ],
        "guest": [
          "You have a guest pass for Arrival (2016). / While you have this pass, everything else you play on that server is ended. / Open it here: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001 / [I'm done]",
          "I ended Tin Harbour S01E01 · Episode 1: it is not on your pass. / You may watch Arrival (2016). / Open it here: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001 / [I'm done]",
          "Your pass for Arrival (2016) has ended. / Reason: The weekend is over.",
        ],
      }
    `)
    expect(evening.troubles()).toEqual([])
  })

  test('keeps everything when the admin thinks better of it', async () => {
    const evening = await anEvening({
      before: ({ world }) => world.shareWith('friend.two', ['Series']),
    })
    const { admin, guest, world, titles, pass, soon } = evening
    const before = standing(evening, 'friend.two')
    await evening.start()

    const asked = await soon(admin.slash('/assign', { media: 'Arrival', member: guest, plex: 'friend.two' }))
    const answer = await soon(admin.click(asked, 'Cancel'))
    const series = world.play('friend.two', titles.episode)
    await pass(15 * second)

    expect(answer.text).toBe('Nothing was changed.')
    expect(series.running()).toBe(true)
    expect(standing(evening, 'friend.two')).toEqual(before)
    expect(evening.told()).toEqual({ admins: [], guest: [] })
  })
})

describe('a deadline', () => {
  test('ends the running stream with its reason, takes the access away, and tells both', async () => {
    const evening = await lentToAFriend({ expires: '36h' })
    const { world, titles, pass } = evening

    await evening.clock.leap(36 * hour - 2 * minute)
    await pass(3 * second)
    const late = world.play('friend.two', titles.lent)
    await pass(50 * second)
    expect(late.running()).toBe(true)
    await pass(30 * second)

    expect(late.ending()).toEqual({ why: 'terminated', text: 'Your pass for Arrival (2016) has ended.' })
    expect(evening.terminations()).toHaveLength(1)
    expect(world.shareOf('friend.two')).toBeUndefined()
    expect(evening.told().admins.slice(-1)).toMatchInlineSnapshot(`
      [
        "The time of friend.two for Arrival (2016) is over; the pass has ended. / Reason: The deadline has passed.",
      ]
    `)
    expect(evening.told().guest.slice(-1)).toMatchInlineSnapshot(`
      [
        "The time for Arrival (2016) is over, so the pass has ended. / Reason: The deadline has passed.",
      ]
    `)
    expect(evening.troubles()).toEqual([])
  })
})

/**
 * Everything that a pass may change, as plex.tv and the server have it. Whoever has accepted an invitation stays
 * connected to the owner: somebody with nothing allowed and nothing hidden.
 */
function standing({ world, titles }: Evening, username: string) {
  const { plexId } = world.people.account(username)
  return {
    shares: structuredClone(world.people.shares()),
    settings: { ...(world.people.settingsOf(plexId) ?? everythingOff) },
    labels: world.labelsOf(titles.lent),
    sees: world.seenBy(username),
  }
}

/** Arrival is lent to a friend who had nothing before. */
async function lentToAFriend(limits: { expires?: string } = {}) {
  const evening = await anEvening()
  const { admin, guest, soon } = evening
  await evening.start()
  await soon(admin.slash('/assign', { media: 'Arrival', member: guest, plex: 'friend.two', ...limits }))
  await evening.settled()
  evening.world.acceptInvitation('friend.two')
  await evening.clock.leap(minute)
  await evening.pass(2 * second)
  return evening
}
