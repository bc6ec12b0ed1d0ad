import { describe, expect, test } from 'vitest'
import { anEvening, hour, minute, second } from '../support/evening.js'
import { aLoan } from '../support/lent.js'

const reminder = /almost over/

describe('messages to a guest', () => {
  test('who is invited reads the first steps, then that it is ready; each has the buttons', async () => {
    const evening = await anEvening()
    const { admin, guest, soon, titles, world, clock, pass, dms, discord } = evening
    await evening.start()
    const film = { media: `rk:${titles.lent}`, member: guest, plex: 'guest.one', expires: '7d' }
    await soon(admin.click(await soon(admin.slash('/assign', film)), 'Confirm'))
    await pass(2 * second)
    world.acceptInvitation('guest.one')
    await clock.leap(minute)
    await pass(2 * second)

    expect(dms()).toMatchInlineSnapshot(`
      [
        "You have a guest pass for Arrival (2016). / It is yours until 2026-11-29 19:00 UTC (in 7 days). / Plex has sent you an invitation. To get started: / 1. Accept it, from the e-mail or at https://app.plex.tv with your Plex account. / 2. If Plex asks you to, confirm your e-mail address at https://www.plex.tv; it does not let you in before. / 3. Wait for my next message: it comes by itself within a minute or two. / 4. Then open this link and press play, in the browser or in the Plex app of your TV or phone: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001 / [I'm done] [I need more time]",
        "Your pass for Arrival (2016) is ready. Enjoy! / It is yours until 2026-11-29 19:00 UTC (in 7 days). / Open it here: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001 / It plays in the browser at https://app.plex.tv and in the Plex app of your TV or phone. / [I'm done] [I need more time]",
      ]
    `)
    expect(discord.pings()).toEqual([])
  })

  test('where the owner has no Plex Pass, what a guest away from home needs is said', async () => {
    const evening = await anEvening({
      config: '[access]\nfence = "library"',
      before: ({ world }) => {
        world.server.plexPass = false
      },
    })
    const { admin, guest, soon, titles, pass, dms } = evening
    await evening.start()
    await pass(2 * second)
    const film = { media: `rk:${titles.lent}`, member: guest, plex: 'friend.two' }
    await soon(admin.slash('/assign', film))
    await pass(2 * second)
    expect(dms()[0]).toContain(
      'Away from the home of the server, Plex asks for a Remote Watch Pass or a Plex Pass of your own.',
    )
  })

  test('of a stray has the buttons of the one pass that they have', async () => {
    const { world, titles, pass, lastDm } = await aLoan({ config: '[access]\nfence = "library"' })
    world.play('friend.two', titles.other)
    await pass(10 * second)
    expect(lastDm().text).toContain('I ended Heat (1995)')
    expect(lastDm().buttons.map((one) => one.label)).toEqual(["I'm done", 'I need more time'])
  })

  test('of an end, in any way, has no buttons', async () => {
    const { admin, soon, pass, lastDm } = await aLoan()
    await soon(admin.slash('/unassign', { guest: 'friend.two', reason: 'The disk is full' }))
    await pass(2 * second)
    expect(lastDm().text).toBe('Your pass for Arrival (2016) has ended. / Reason: The disk is full')
  })
})

describe('one hour before the deadline', () => {
  test('a guest who has not finished is told, once, also across a restart', async () => {
    const { clock, pass, dms, lastDm, stop, start } = await aLoan({ expires: '5h' })
    await clock.leap(3 * hour + 55 * minute)
    await pass(2 * second)
    expect(dms().filter((text) => reminder.test(text))).toEqual([])

    await clock.leap(5 * minute)
    await pass(2 * second)
    expect(lastDm().text).toMatch(
      /^The time for Arrival \(2016\) is almost over\. \/ It is yours until 2026-11-23 00:00 UTC \(in (60|59) minutes\)\. \/ Open it here: .*\[I'm done\] \[I need more time\]$/,
    )
    await stop()
    await start()
    await pass(minute, 10 * second)
    expect(dms().filter((text) => reminder.test(text))).toHaveLength(1)
  })

  test('is not told when the time was shorter from the start', async () => {
    const { pass, dms, clock } = await aLoan({ expires: '50m' })
    await clock.leap(20 * minute)
    await pass(2 * second)
    expect(dms().filter((text) => reminder.test(text))).toEqual([])
  })

  test('is told late when OTP was down at that time, and not at all when it is over', async () => {
    const { clock, pass, dms, stop, start } = await aLoan({ expires: '5h' })
    await stop()
    await clock.leap(4 * hour + 20 * minute)
    await start()
    await pass(10 * second)
    expect(dms().filter((text) => reminder.test(text))).toHaveLength(1)

    const other = await aLoan({ expires: '5h' })
    await other.stop()
    await other.clock.leap(6 * hour)
    await other.start()
    await other.pass(3 * second)
    expect(other.dms().filter((text) => reminder.test(text))).toEqual([])
    expect(other.lastDm().text).toContain('The time for Arrival (2016) is over')
  })

  test('is told again of a new deadline, an hour before that', async () => {
    const { admin, guest, soon, clock, pass, dms, wishes, lastDm } = await aLoan({ expires: '5h' })
    await clock.leap(4 * hour)
    await pass(2 * second)
    await soon(guest.click(lastDm(), 'I need more time'))
    await pass(2 * second)
    const [card] = wishes(/more time/)
    if (card) await soon(admin.click(card, '+1 day'))
    await pass(2 * second)
    await clock.leap(24 * hour)
    await pass(2 * second)
    expect(dms().filter((text) => reminder.test(text))).toHaveLength(2)
  })
})

describe('a guest who takes no messages', () => {
  test('is told by the admins, who get the text to pass on, without buttons', async () => {
    const { admin, guest, soon, clock, pass, lastDm, wishes } = await aLoan({ expires: '5h' })
    const dm = lastDm()
    guest.closeDms()
    await clock.leap(4 * hour)
    await pass(2 * second)
    await soon(guest.click(dm, 'I need more time'))
    await pass(2 * second)
    const [card] = wishes(/asks for more time/)
    if (card) await soon(admin.click(card, 'Deny'))
    await pass(2 * second)

    const forwarded = wishes(/no direct messages/)
    expect(forwarded.map((one) => one.text)).toMatchInlineSnapshot(`
      [
        "friend.two accepts no direct messages from me. Please pass this on: / > The time for Arrival (2016) is almost over. / > It is yours until 2026-11-23 00:00 UTC (in 59 minutes). / > Open it here: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001",
        "friend.two accepts no direct messages from me. Please pass this on: / > The admins cannot give you more time for Arrival (2016). / > It is yours until 2026-11-23 00:00 UTC (in 59 minutes). / > Open it here: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001",
      ]
    `)
    expect(forwarded.flatMap((one) => one.buttons)).toEqual([])
  })
})

describe('the language of a guest', () => {
  test.each([
    { locale: 'de', ended: 'Dein Pass für Arrival (2016) ist beendet.' },
    { locale: 'fi', ended: 'Your pass for Arrival (2016) has ended.' },
  ])('is remembered with the link from whatever they use: $locale', async ({ locale, ended }) => {
    const { discord, admin, start, soon, titles, pass, dms, ...evening } = await anEvening()
    await start()
    const guest = discord.person('dana', { locale })
    await soon(admin.slash('/assign', { media: `rk:${titles.lent}`, member: guest, plex: 'friend.two' }))
    await soon(guest.slash('/pass'))
    await evening.stop()
    await start()
    await soon(admin.slash('/unassign', { guest: 'friend.two' }))
    await pass(2 * second)
    expect(dms(guest)).toHaveLength(2)
    expect(dms(guest)[1]).toBe(ended)
    expect(evening.troubles()).toEqual([])
  })
})

describe('a link between member and account', () => {
  test('is told when /assign makes it, and can be undone once', async () => {
    const { admin, guest, reply, soon, pass, dms } = await aLoan()
    expect(reply.text).toContain(
      '@bob is linked to friend.two from now on: `member` alone is enough next time. / [Unlink]',
    )
    const told = dms().length
    expect((await soon(admin.click(reply, 'Unlink'))).text).toBe(
      '@bob is not linked to friend.two any more, and is told nothing more of their passes.',
    )
    expect((await soon(admin.click(reply, 'Unlink'))).text).toBe(
      'There is no such link any more, so nothing was changed.',
    )
    await soon(admin.slash('/unassign', { guest: 'friend.two' }))
    await pass(2 * second)
    expect(dms()).toHaveLength(told)
    expect((await soon(guest.slash('/pass'))).text).toContain('You are linked to no Plex account here')
  })

  test('is not told again when it was there before', async () => {
    const { admin, guest, soon, titles } = await aLoan()
    const again = await soon(admin.slash('/assign', { media: `rk:${titles.other}`, member: guest }))
    expect(again.text).not.toContain('is linked to')
    expect(again.buttons).toEqual([])
  })

  test('is not undone by who is no admin any more', async () => {
    const { admin, reply, soon } = await aLoan()
    admin.demote()
    expect((await soon(admin.click(reply, 'Unlink'))).text).toContain(
      'Only the admins of this server can do that.',
    )
  })
})

describe('a member who left the Discord server', () => {
  const hasLeft = /has left/

  test('is noticed by a message that cannot be sent, and the admins decide', async () => {
    const { admin, guest, soon, clock, pass, wishes, open, discord } = await aLoan({ expires: '5h' })
    guest.leave()
    await clock.leap(4 * hour)
    await pass(3 * second)
    await clock.leap(minute)
    await pass(3 * second)
    const [card, ...more] = wishes(hasLeft)
    expect(more).toEqual([])
    expect(card?.text).toBe(
      'friend.two has left this Discord server. / They still have a pass for Arrival (2016). What shall become of it? / [Revoke] [Keep]',
    )
    if (!card) return

    const asked = await soon(admin.click(card, 'Revoke'))
    expect(asked.text).toContain('Every pass of friend.two ends now')
    const other = await soon(admin.click(card, 'Revoke'))
    await soon(admin.click(asked, 'Confirm'))
    expect((await soon(admin.click(other, 'Confirm'))).text).toBe('@ann ended what they had.')
    await pass(3 * second)
    expect(await open()).toEqual([])
    expect(wishes(hasLeft)[0]?.text).toBe(
      'friend.two has left this Discord server. / @ann ended what they had.',
    )
    expect(discord.pings()).toEqual([])
  })

  test('is noticed within a day otherwise, once, also across a restart; Keep lets them keep it', async () => {
    const { admin, guest, soon, clock, pass, wishes, open, stop, start } = await aLoan({ expires: '30d' })
    guest.leave()
    await clock.leap(24 * hour)
    await pass(3 * second)
    await stop()
    await start()
    await clock.leap(25 * hour)
    await pass(3 * second)
    const [card, ...more] = wishes(hasLeft)
    expect(more).toEqual([])
    if (!card) throw new Error('There is no card')
    expect((await soon(guest.click(card, 'Keep'))).text).toContain(
      'Only the admins of this server can do that.',
    )
    expect((await soon(admin.click(card, 'Keep'))).text).toBe('@ann let them keep it.')
    await pass(2 * second)
    expect(wishes(hasLeft)[0]?.text).toBe('friend.two has left this Discord server. / @ann let them keep it.')
    expect(await open()).toEqual(['Arrival'])
  })

  test('who comes back is noticed, and asked about again when they leave again', async () => {
    const { guest, clock, pass, wishes } = await aLoan({ expires: '30d' })
    const day = async () => {
      await clock.leap(24 * hour + minute)
      await pass(3 * second)
    }
    guest.leave()
    await day()
    guest.join()
    await day()
    expect(wishes(hasLeft).map((one) => one.text)).toEqual([
      'friend.two has left this Discord server. / They are back, so nothing has to be decided.',
    ])
    guest.leave()
    await day()
    expect(wishes(hasLeft)).toHaveLength(2)
  })

  test('nothing is concluded while Discord does not say', async () => {
    const { discord, clock, pass, wishes } = await aLoan({ expires: '30d' })
    discord.fault({ route: '/members/', times: 50, kind: { kind: 'status', status: 500 } })
    await clock.leap(24 * hour + minute)
    await pass(3 * second)
    expect(wishes(hasLeft)).toEqual([])
  })
})
