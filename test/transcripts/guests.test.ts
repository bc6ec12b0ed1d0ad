import { describe, expect, test } from 'vitest'
import { anEvening, hour, minute, second } from '../support/evening.js'
import { aLoan } from '../support/lent.js'

const link =
  'https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001'
const notYours =
  'That pass belongs to somebody else, or you are not linked to its guest any more. /pass shows your own.'

describe('/pass', () => {
  test('shows what the guest may watch, until when, how far they are, and the link', async () => {
    const { guest, soon, world, titles, pass, discord } = await aLoan()
    expect((await soon(guest.slash('/pass'))).text).toBe(
      `Arrival (2016) / Yours until 2026-11-29 19:00 UTC (in 7 days). / Not begun yet. / Open it here: ${link} / [I'm done] [I need more time]`,
    )

    const stream = world.play('friend.two', titles.lent, { offsetMs: 42 * minute })
    await pass(10 * second)
    stream.stop()
    await pass(3 * second)
    const seen = await soon(guest.slash('/pass'))
    expect(seen.ephemeral).toBe(true)
    expect(seen.text).toContain('Watched: 42 of 116 minutes.')
    expect(discord.pings()).toEqual([])
  })

  test('without a deadline there is no more time to ask for; plays that are left are told', async () => {
    const { api, guest, soon, settled, clock, pass, titles } = await aLoan()
    const lent = { guest: 'friend.two', media: titles.lent, plays: 2 }
    await api('POST', '/api/v1/assignments', lent)
    const { text } = await api('GET', '/api/v1/assignments')
    const id = /"id":"([^"]+)"/.exec(text)?.[1] ?? ''
    await api('PATCH', `/api/v1/assignments/${id}`, { expires: null })
    await settled()
    await clock.leap(second)
    await pass(second)

    const seen = await soon(guest.slash('/pass'))
    expect(seen.text).toContain('Yours until you have finished it.')
    expect(seen.text).toContain('It may be played 2 times more.')
    expect(seen.buttons.map((one) => one.label)).toEqual(["I'm done"])
  })

  test('while the invitation waits it shows how to accept it', async () => {
    const evening = await anEvening()
    const { admin, guest, soon, titles } = evening
    await evening.start()
    const film = { media: `rk:${titles.lent}`, member: guest, plex: 'guest.one' }
    await soon(admin.click(await soon(admin.slash('/assign', film)), 'Confirm'))

    expect((await soon(guest.slash('/pass'))).text).toMatchInlineSnapshot(
      `"Arrival (2016) / Yours until you have finished it. / Plex has sent you an invitation. To get started: / 1. Accept it, from the e-mail or at https://app.plex.tv with your Plex account. / 2. If Plex asks you to, confirm your e-mail address at https://www.plex.tv; it does not let you in before. / 3. Wait for my next message: it comes by itself within a minute or two. / 4. Then open this link and press play, in the browser or in the Plex app of your TV or phone: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001 / [I'm done]"`,
    )
  })

  test('of a show it counts the episodes', async () => {
    const evening = await anEvening({ config: '[access]\nfence = "library"' })
    const { admin, guest, soon, world, pass, clock } = evening
    await evening.start()
    await soon(admin.slash('/assign', { media: 'Tin Harbour', member: guest, plex: 'friend.two' }))
    world.acceptInvitation('friend.two')
    await clock.leap(minute)
    await pass(2 * second)

    expect((await soon(guest.slash('/pass'))).text).toContain('Watched: 0 of 6 episodes.')
    evening.plexServer.faults.next({
      match: 'GET /library/metadata',
      times: 10,
      act: { kind: 'answer', status: 500 },
    })
    expect((await soon(guest.slash('/pass'))).text).toContain('Watched: 0 episodes.')
  })

  test('shows several with a button for each', async () => {
    const { admin, guest, soon, titles, pass } = await aLoan({ config: '[access]\nfence = "library"' })
    await soon(admin.slash('/assign', { media: `rk:${titles.other}`, member: guest, add: true }))
    await pass(2 * second)

    const seen = await soon(guest.slash('/pass'))
    expect(seen.buttons.map((one) => one.label)).toEqual([
      "I'm done: Arrival (2016)",
      'More time: Arrival (2016)',
      "I'm done: Heat (1995)",
    ])
  })

  test('says what to do to who is linked to nobody, and shows nothing of others', async () => {
    const { discord, soon } = await aLoan()
    const other = discord.person('cleo')
    expect((await soon(other.slash('/pass'))).text).toBe(
      'You are linked to no Plex account here, so I know of no pass of yours. Ask an admin to use `/assign` with `member`, which links you to your account.',
    )
  })

  test('says what to do to who has none now', async () => {
    const { admin, guest, soon, pass } = await aLoan()
    await soon(admin.slash('/unassign', { guest: 'friend.two' }))
    await pass(2 * second)
    expect((await soon(guest.slash('/pass'))).text).toContain('You have no pass at the moment.')
  })

  test('waits for a Plex that is slow, and does not fail by it', async () => {
    const evening = await anEvening({ config: '[access]\nfence = "library"' })
    const { admin, guest, inTime, soon, plexServer } = evening
    await evening.start()
    await soon(admin.slash('/assign', { media: 'Tin Harbour', member: guest, plex: 'friend.two' }))
    plexServer.faults.next({ match: 'GET /library/metadata', times: 3, act: { kind: 'delay', ms: 5_000 } })
    expect((await inTime(guest.slash('/pass'))).text).toContain('Tin Harbour')
  })
})

describe('"I\'m done"', () => {
  test('asks, ends the pass as finished by the guest, and tells everybody', async () => {
    const { guest, soon, lastDm, pass, open, history, world, told } = await aLoan()
    const asked = await soon(guest.click(lastDm(), "I'm done"))
    expect(asked).toMatchObject({ ephemeral: true })
    expect(asked.text).toBe(
      'Are you done with Arrival (2016)? Your pass for it ends now, and a stream that is still running as well. / Shall I go on? / [Confirm] [Cancel]',
    )
    expect(await open()).toEqual(['Arrival'])

    expect((await soon(guest.click(asked, 'Confirm'))).text).toBe(
      'Your pass for Arrival (2016) has ended. Thank you for saying so!',
    )
    await pass(2 * second)
    expect(await open()).toEqual([])
    expect(world.shareOf('friend.two')).toBeUndefined()
    expect(await history()).toContain(`discord:${guest.id} finished: the guest said so`)
    expect(told().admins.at(-1)).toBe('friend.two has finished Arrival (2016); the pass has ended.')
    expect(told().guest.at(-1)).toContain('You have finished Arrival (2016).')
  })

  test('Cancel leaves the pass as it is', async () => {
    const { guest, soon, lastDm, open } = await aLoan()
    const asked = await soon(guest.click(lastDm(), "I'm done"))
    expect((await soon(guest.click(asked, 'Cancel'))).text).toBe('Nothing was changed.')
    expect(await open()).toEqual(['Arrival'])
  })

  test('works from /pass, twice does it once, and from an old message it says what is the case', async () => {
    const { guest, soon, lastDm, pass, told } = await aLoan()
    const old = lastDm()
    const seen = await soon(guest.slash('/pass'))
    const asked = await soon(guest.click(seen, "I'm done"))
    const again = await soon(guest.click(old, "I'm done"))
    await soon(guest.click(asked, 'Confirm'))
    await pass(2 * second)
    expect((await soon(guest.click(again, 'Confirm'))).text).toBe(
      'Your pass for Arrival (2016) has ended already. /pass shows what you have now.',
    )
    expect((await soon(guest.click(old, "I'm done"))).text).toContain('has ended already')
    expect(told().admins.filter((text) => text.includes('has finished'))).toHaveLength(1)
  })

  test('after a restart the button works, and the question of before is no longer valid', async () => {
    const { guest, soon, lastDm, open, stop, start, pass } = await aLoan()
    const asked = await soon(guest.click(lastDm(), "I'm done"))
    await stop()
    await start()
    expect((await soon(guest.click(asked, 'Confirm'))).text).toContain('no longer valid')
    expect(await open()).toEqual(['Arrival'])

    await soon(guest.click(await soon(guest.click(lastDm(), "I'm done")), 'Confirm'))
    await pass(2 * second)
    expect(await open()).toEqual([])
  })

  test('is confirmed by the guest alone: anybody else is told so, in their language, and nothing ends', async () => {
    const { guest, discord, soon, lastDm, open } = await aLoan()
    const asked = await soon(guest.click(lastDm(), "I'm done"))
    const confirm = asked.buttons.find((one) => one.label === 'Confirm')?.customId ?? ''
    const says = async (name: string, more: Parameters<typeof discord.person>[1] = {}) => {
      const other = discord.person(name, more)
      const own = await soon(other.slash('/pass'))
      return (await soon(other.press(own, confirm))).text
    }

    expect(await says('carl')).toBe('Only the person who was asked can answer that.')
    expect(await says('anna', { admin: true, locale: 'de' })).toBe(
      'Das kann nur beantworten, wer gefragt wurde.',
    )
    expect(await open()).toHaveLength(1)
  })

  test('whoever is not linked any more is told so', async () => {
    const { admin, guest, reply, soon, lastDm, open } = await aLoan()
    await soon(admin.click(reply, 'Unlink'))
    expect((await soon(guest.click(lastDm(), "I'm done"))).text).toBe(notYours)
    expect(await open()).toEqual(['Arrival'])
  })
})

describe('"I need more time"', () => {
  test('asks the admins by a card; one press gives a day, says who did, and the guest is told', async () => {
    const { admin, guest, soon, lastDm, pass, wishes, history, discord } = await aLoan()
    const asked = await soon(guest.click(lastDm(), 'I need more time'))
    await pass(2 * second)
    expect(asked.text).toBe(
      'I have asked the admins for more time for Arrival (2016). I tell you what they say.',
    )
    const [card] = wishes(/more time/)
    expect(card?.text).toBe(
      'friend.two asks for more time for Arrival (2016). / It ends at 2026-11-29 19:00 UTC (in 7 days). / [+1 day] [+3 days] [Deny]',
    )

    if (card) await soon(admin.click(card, '+1 day'))
    await pass(2 * second)
    expect(wishes(/more time/).map((one) => one.text)).toEqual([
      'friend.two asks for more time for Arrival (2016). / @ann gave more time: it ends at 2026-11-30 19:00 UTC now.',
    ])
    expect(lastDm().text).toContain(
      'Your pass for Arrival (2016) has a new deadline. / It is yours until 2026-11-30 19:00 UTC',
    )
    expect(await history()).toEqual(
      expect.arrayContaining([`discord:${guest.id} asked for more time`, `discord:${admin.id} extended`]),
    )
    expect(discord.pings()).toEqual([])
  })

  test('+3 days gives three', async () => {
    const { admin, guest, soon, lastDm, pass, wishes } = await aLoan()
    await soon(guest.click(lastDm(), 'I need more time'))
    await pass(2 * second)
    const [card] = wishes(/more time/)
    if (card) await soon(admin.click(card, '+3 days'))
    await pass(2 * second)
    expect(lastDm().text).toContain('2026-12-02 19:00 UTC')
  })

  test('Deny is told, and the guest may ask again', async () => {
    const { admin, guest, soon, lastDm, pass, wishes } = await aLoan()
    await soon(guest.click(lastDm(), 'I need more time'))
    await pass(2 * second)
    const [card] = wishes(/more time/)
    if (card) await soon(admin.click(card, 'Deny'))
    await pass(2 * second)

    expect(wishes(/more time/)[0]?.text).toBe(
      'friend.two asks for more time for Arrival (2016). / @ann said no; the guest has been told.',
    )
    expect(lastDm().text).toBe(
      `The admins cannot give you more time for Arrival (2016). / It is yours until 2026-11-29 19:00 UTC (in 7 days). / Open it here: ${link} / [I'm done] [I need more time]`,
    )
    expect((await soon(guest.click(lastDm(), 'I need more time'))).text).toContain('I have asked the admins')
    await pass(2 * second)
    expect(wishes(/more time/)).toHaveLength(2)
  })

  test('asked twice while it is being looked at, it asks the admins once', async () => {
    const { guest, soon, lastDm, pass, wishes } = await aLoan()
    const dm = lastDm()
    const seen = await soon(guest.slash('/pass'))
    const answers = await soon(
      Promise.all([guest.click(dm, 'I need more time'), guest.click(seen, 'I need more time')]),
    )
    await pass(2 * second)
    expect(answers.map((one) => one.text.slice(0, 23)).sort()).toEqual([
      'I have asked the admins',
      'The admins have been as',
    ])
    expect(wishes(/more time/)).toHaveLength(1)
  })

  test('of two admins at once one decides, and the other is told', async () => {
    const { admin, guest, soon, lastDm, pass, wishes, discord, dms } = await aLoan()
    const other = discord.person('cleo', { admin: true })
    await soon(guest.click(lastDm(), 'I need more time'))
    await pass(2 * second)
    const [card] = wishes(/more time/)
    if (!card) throw new Error('There is no card')
    const told = dms().length
    const answers = await soon(Promise.all([admin.click(card, '+1 day'), other.click(card, 'Deny')]))
    await pass(2 * second)

    expect(answers[0]?.text).toBe(answers[1]?.text)
    expect(answers[0]).toMatchObject({ ephemeral: true })
    expect(dms()).toHaveLength(told + 1)
    expect(wishes(/more time/)[0]?.buttons).toEqual([])
  })

  test('only an admin answers, also after a restart', async () => {
    const { admin, guest, soon, lastDm, pass, wishes, stop, start } = await aLoan()
    await soon(guest.click(lastDm(), 'I need more time'))
    await pass(2 * second)
    await stop()
    await start()
    const [card] = wishes(/more time/)
    if (!card) throw new Error('There is no card')
    expect((await soon(guest.click(card, '+3 days'))).text).toContain(
      'Only the admins of this server can do that.',
    )
    await soon(admin.click(card, '+1 day'))
    await pass(2 * second)
    expect(lastDm().text).toContain('2026-11-30 19:00 UTC')
  })

  test('a wish for a pass that has ended meanwhile cannot be granted, and the card says so', async () => {
    const { admin, guest, soon, lastDm, pass, wishes, open } = await aLoan()
    await soon(guest.click(lastDm(), 'I need more time'))
    await pass(2 * second)
    const [card] = wishes(/more time/)
    await soon(admin.slash('/unassign', { guest: 'friend.two' }))
    if (!card) throw new Error('There is no card')
    expect((await soon(admin.click(card, '+1 day'))).text).toBe('The pass has ended before anybody answered.')
    await pass(2 * second)
    expect(wishes(/asks for/)[0]?.text).toContain('The pass has ended before anybody answered.')
    expect(await open()).toEqual([])
    expect(await soon(guest.click(lastDm(), 'I need more time')).catch((error) => String(error))).toContain(
      'no button',
    )
  })

  test('a card that Discord takes late, or not while the bot may not post, comes once', async () => {
    const { guest, soon, lastDm, pass, wishes, discord, clock } = await aLoan()
    const route = `/channels/${discord.adminChannelId}/messages`
    discord.fault({ method: 'POST', route, kind: { kind: 'rate-limit', retryAfterS: 2 } })
    discord.fault({ method: 'POST', route, kind: { kind: 'status', status: 403, code: 50013 } })
    await soon(guest.click(lastDm(), 'I need more time'))
    await pass(10 * second)
    await clock.leap(hour)
    await pass(10 * second)
    expect(wishes(/asks for more time/)).toHaveLength(1)
  })
})
