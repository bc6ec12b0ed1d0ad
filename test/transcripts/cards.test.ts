import { describe, expect, test } from 'vitest'
import { anEvening, hour, minute, second } from '../support/evening.js'
import { until } from '../support/until.js'

const wholeLibrary = '[access]\nfence = "library"'
const buttons = ['Allow once', 'Assign this', 'Revoke', 'Dismiss']

/** Arrival is lent to a friend who had nothing before; they have just played Heat, which was ended. */
async function aCard() {
  const evening = await lent()
  const { world, titles, pass, discord } = evening
  const stray = world.play('friend.two', titles.other)
  await pass(4 * second)
  stray.stop()
  await pass(4 * second)

  return { ...evening, card, fields }

  /** The card as it stands now. */
  function card() {
    const cards = discord
      .channelMessages(discord.adminChannelId)
      .filter((it) => it.text.startsWith('Stream '))
    const [only, ...more] = cards
    if (!only || more.length > 0) throw new Error(`There are ${cards.length} cards`)
    return only
  }

  function fields(name: string): string | undefined {
    return card().embeds[0]?.fields.find((it) => it.name === name)?.value
  }
}

async function lent() {
  const evening = await anEvening({ config: wholeLibrary })
  const { admin, guest, world, clock, soon, pass, titles } = evening
  await evening.start()
  await soon(admin.slash('/assign', { media: `rk:${titles.lent}`, member: guest, plex: 'friend.two' }))
  world.acceptInvitation('friend.two')
  await clock.leap(minute)
  await pass(2 * second)
  return { ...evening, open }

  async function open(): Promise<string[]> {
    const { json } = await evening.api('GET', '/api/v1/monitor/users')
    return [...JSON.stringify(json).matchAll(/"title":"([^"]+)"/g)].map(([, title]) => title ?? '')
  }
}

describe('the card of a violation', () => {
  test('has a poster, and a button for each thing that an admin may want', async () => {
    const { card, discord, plexServer } = await aCard()

    expect(card().buttons.map((it) => it.label)).toEqual(buttons)
    expect(card().attachments).toEqual(['poster.jpg'])
    expect(JSON.stringify(card().embeds[0])).toContain('"url":"attachment://poster.jpg"')
    expect(plexServer.journal.filter((one) => one.path === '/photo/:/transcode')).toHaveLength(1)
    expect(discord.strictViolations).toEqual([])
  })

  test('goes without a poster where the server has none soon', async () => {
    const evening = await lent()
    const { plexServer, world, titles, pass, cards, discord } = evening
    plexServer.faults.next({
      match: 'GET /photo/:/transcode',
      times: 1,
      act: { kind: 'hang', when: 'before' },
    })
    world.play('friend.two', titles.other)
    await pass(4 * second)
    // The server hangs by real time, and is waited for no longer than a second and a half.
    await until('the card', () => cards()[0])

    const [seen] = discord
      .channelMessages(discord.adminChannelId)
      .filter((it) => it.text.startsWith('Stream '))
    expect(seen?.attachments).toEqual([])
    expect(JSON.stringify(seen?.embeds)).not.toContain('attachment://')
  })

  test('Allow once gives the guest one play of it, and says who did', async () => {
    const { admin, card, soon, fields, open, world, titles, pass, discord } = await aCard()
    const answer = await soon(admin.click(card(), 'Allow once'))
    await pass(second)

    expect(answer).toMatchObject({
      ephemeral: true,
      text: 'friend.two may play Heat (1995) once within the next 24 hours, beside what they have.',
    })
    expect(fields('Decision')).toMatch(new RegExp(`^Allowed once by <@${admin.id}>, <t:\\d+:R>$`))
    expect(card().buttons).toEqual([])
    expect((await open()).sort()).toEqual(['Arrival', 'Heat'])
    const again = world.play('friend.two', titles.other)
    await pass(10 * second)
    expect(again.ending()).toBeUndefined()
    expect(discord.pings()).toEqual([])
  })

  test('Assign this asks first, then replaces what the guest has', async () => {
    const { admin, card, soon, open, passUntil, fields } = await aCard()
    const asked = await soon(admin.click(card(), 'Assign this'))
    expect(asked.text).toBe(
      'Heat (1995) becomes the pass of friend.two; what they have now ends. / Shall I go on? / [Confirm] [Cancel]',
    )
    expect(await open()).toEqual(['Arrival'])

    expect((await soon(admin.click(asked, 'Confirm'))).text).toBe('Heat (1995) is assigned to friend.two.')
    await passUntil('the decision on the card', () => fields('Decision'))
    expect(await open()).toEqual(['Heat'])
    expect(fields('Decision')).toContain('Assigned by')
  })

  test('Cancel leaves everything, and the buttons too', async () => {
    const { admin, card, soon, open } = await aCard()
    const asked = await soon(admin.click(card(), 'Revoke'))
    expect((await soon(admin.click(asked, 'Cancel'))).text).toBe('Nothing was changed.')
    expect(await open()).toEqual(['Arrival'])
    expect(card().buttons).toHaveLength(4)
  })

  test('Revoke ends every pass of the guest, and tells them why', async () => {
    const { admin, card, soon, open, pass, dms, world } = await aCard()
    const asked = await soon(admin.click(card(), 'Revoke'))
    await soon(admin.click(asked, 'Confirm'))
    await pass(2 * second)

    expect(await open()).toEqual([])
    expect(world.shareOf('friend.two')).toBeUndefined()
    expect(dms().at(-1)).toBe(
      'Your pass for Arrival (2016) has ended. / Reason: Heat (1995) was played and is not on the pass.',
    )
  })

  test('Dismiss leaves the card, without its buttons', async () => {
    const { admin, card, soon, open, pass, fields } = await aCard()
    expect((await soon(admin.click(card(), 'Dismiss'))).text).toBe(
      'Dismissed. The card stays, without buttons.',
    )
    await pass(second)
    expect(card().buttons).toEqual([])
    expect(fields('Decision')).toContain('Dismissed by')
    expect(await open()).toEqual(['Arrival'])
  })

  test('two who press at once decide once; the second is told who did', async () => {
    const { admin, discord, card, fields, soon, passUntil } = await aCard()
    const other = discord.person('cleo', { admin: true })
    const seen = card()
    const answers = await soon(Promise.all([admin.click(seen, 'Dismiss'), other.click(seen, 'Allow once')]))
    await passUntil('the decision on the card', () => fields('Decision'))

    const texts = answers.map((it) => it.text)
    expect(
      texts.filter(
        (it) =>
          it.startsWith('That has been decided already') || it.includes('That has been decided already'),
      ),
    ).toHaveLength(1)
    expect(card().embeds[0]?.fields.filter((it) => it.name === 'Decision')).toHaveLength(1)
  })

  test('is for admins only, whoever sees it', async () => {
    const { guest, discord, card, soon, open } = await aCard()
    const former = discord.person('dora', { admin: true })
    former.demote()

    for (const person of [guest, former]) {
      for (const label of buttons) {
        expect((await soon(person.click(card(), label))).text).toContain(
          'Only the admins of this server can do that.',
        )
      }
    }
    expect(card().buttons).toHaveLength(4)
    expect(await open()).toEqual(['Arrival'])
  })

  test('works after a restart, and after a crash between the decision and the deed', async () => {
    const { admin, card, soon, open, start, stop, pass, crash, plexTv, clock, discord } = await aCard()
    await stop()
    await start()
    const asked = await soon(admin.click(card(), 'Assign this'))
    const listed = plexTv.journal.length
    plexTv.faults.next({ match: 'GET /api/users', times: 20, act: { kind: 'hang', when: 'before' } })
    void admin.click(asked, 'Confirm').catch(() => {})
    await until('the order', () => plexTv.journal.length > listed)
    await crash()
    plexTv.faults.clear()
    await start()
    await pass(10 * second)
    await clock.leap(minute)
    await pass(5 * second)

    expect(await open()).toEqual(['Heat'])
    expect(card().buttons).toEqual([])
    expect(discord.strictViolations).toEqual([])
  })

  test('what Plex refuses is said, and can be decided anew', async () => {
    const { admin, card, soon, open, plexServer, pass } = await aCard()
    plexServer.faults.next({ match: 'GET /library/metadata', times: 1, act: { kind: 'answer', status: 503 } })
    const answer = await soon(admin.click(card(), 'Allow once'))

    await pass(10 * second)
    expect(answer.text).toMatch(/Plex server/)
    expect(card().buttons).toHaveLength(4)
    expect(await open()).toEqual(['Arrival'])
    await soon(admin.click(card(), 'Allow once'))
    expect((await open()).sort()).toEqual(['Arrival', 'Heat'])
  })

  test('an edit that meets 429, or a gateway that drops, still ends with the right card', async () => {
    const { admin, card, discord, soon, pass } = await aCard()
    discord.fault({ method: 'PATCH', route: '/channels', kind: { kind: 'rate-limit', retryAfterS: 0.1 } })
    const resumes = discord.gateway.counts.resumes
    await soon(admin.click(card(), 'Dismiss'))
    discord.gateway.dropAll()
    await until('the client to come back', () => discord.gateway.counts.resumes > resumes)
    await pass(3 * second)
    await until('the card', () => card().buttons.length === 0)
  })
})

describe('/unassign', () => {
  test('can be undone for 30 s: the guest has it again, and must accept again where they were invited', async () => {
    const { admin, soon, open, pass, world, dms } = await lent()
    const ended = await soon(admin.slash('/unassign', { guest: 'friend.two' }))
    expect(ended.text).toMatch(/You can undo this until in 30 seconds\. \/ \[Undo\]$/)
    expect(await open()).toEqual([])
    expect(world.shareOf('friend.two')).toBeUndefined()

    const undone = await soon(admin.click(ended, 'Undo'))
    expect(undone.text).toBe(
      'Undone: friend.two has Arrival (2016) again. / Their access had gone, so a new Plex invitation is on its way, which they must accept.',
    )
    expect(undone.buttons).toEqual([])
    await pass(2 * second)
    expect(dms().at(-1)).toContain('You have a guest pass for Arrival (2016).')
    expect(await open()).toEqual(['Arrival'])
  })

  test('cannot be undone twice, or later', async () => {
    const { admin, soon, open, clock, discord } = await lent()
    const ended = await soon(admin.slash('/unassign', { guest: 'friend.two' }))
    const other = discord.person('cleo', { admin: true })
    await clock.leap(31 * second)
    const late = await soon(admin.click(ended, 'Undo'))
    expect(late.text).toBe(
      'An ending can be undone for 30 seconds, and that time is over. Please assign it anew.',
    )
    expect(await open()).toEqual([])
    expect(other.id).not.toBe(admin.id)
  })

  test('Undo is for admins only', async () => {
    const { admin, soon, open } = await lent()
    const ended = await soon(admin.slash('/unassign', { guest: 'friend.two' }))
    admin.demote()
    expect((await soon(admin.click(ended, 'Undo'))).text).toContain(
      'Only the admins of this server can do that.',
    )
    expect(await open()).toEqual([])
  })
})

describe('/monitor', () => {
  test('now shows the streams of guests with a button to end each, and only counts the others', async () => {
    const { admin, soon, world, titles, pass } = await lent()
    const lentOne = world.play('friend.two', titles.lent)
    world.addAccount('somebody.else', { email: 'somebody@example.test' })
    world.befriend('somebody.else')
    world.shareWith('somebody.else', ['Films'])
    const foreign = world.play('somebody.else', titles.other)
    await pass(4 * second)

    const seen = await soon(admin.slash('/monitor now'))
    expect(seen.text).toMatch(
      /^Streams of guests now \/ Besides, one stream of somebody else, who is left alone\. \/ friend\.two: Arrival \(2016\) \/ .+ \/ playing, at 0:\d\d \/ on the pass \/ \[End Arrival \(2016\)\] \[Refresh\]$/,
    )
    expect(seen.text).not.toContain('somebody.else')

    const ended = await soon(admin.click(seen, 'End Arrival (2016)'))
    expect(ended.text).toBe('The stream of friend.two (Arrival (2016)) was told to end.')
    await pass(20 * second)
    expect(lentOne.ending()).toMatchObject({ why: 'terminated' })
    expect(foreign.ending()).toBeUndefined()
    expect((await soon(admin.click(seen, 'Refresh'))).text).toContain('No guest is watching now.')
    expect((await soon(admin.click(seen, 'Refresh'))).buttons.map((it) => it.label)).toEqual(['Refresh'])
  })

  test('a stream that has ended meanwhile is said to be gone', async () => {
    const { admin, soon, world, titles, pass } = await lent()
    const stream = world.play('friend.two', titles.lent)
    await pass(4 * second)
    const seen = await soon(admin.slash('/monitor now'))
    stream.stop()
    await pass(4 * second)

    expect((await soon(admin.click(seen, 'End Arrival (2016)'))).text).toContain(
      'There is no stream of a guest',
    )
  })

  test('status is a card that stops and starts', async () => {
    const { admin, soon, api } = await lent()
    const seen = await soon(admin.slash('/monitor status'))
    expect(seen.text).toMatch(/^Monitor \/ Watching/)
    expect(seen.buttons.map((it) => it.label)).toEqual(['Stop', 'Refresh'])

    const stopped = await soon(admin.click(seen, 'Stop'))
    expect(stopped.text).toMatch(/^Monitor \/ Not watching since/)
    expect(stopped.buttons.map((it) => it.label)).toEqual(['Start', 'Refresh'])
    expect((await api('GET', '/api/v1/monitor')).json).toMatchObject({ result: { running: false } })
    expect((await soon(admin.click(stopped, 'Start'))).text).toMatch(/^Monitor \/ Watching since/)
  })

  test('violations are turned page by page, and each opens as its card', async () => {
    const { admin, soon, world, titles, pass, clock } = await lent()
    const none = await soon(admin.slash('/monitor violations'))
    expect(none.text).toBe('Nothing has been played that was not on a pass.')

    for (let count = 0; count < 12; count += 1) {
      const stray = world.play('friend.two', titles.other)
      await pass(3 * second)
      stray.stop()
      await pass(2 * second)
      await clock.leap(6 * minute)
      await pass(2 * second)
    }
    const first = await soon(admin.slash('/monitor violations'))
    expect(first.text.match(/friend\.two: Heat \(1995\) \(ended\)/g)).toHaveLength(10)
    expect(first.buttons.map((it) => it.label)).toEqual(['Older'])

    const opened = await soon(admin.select(first, first.menus[0]?.options[0]?.label ?? ''))
    expect(opened).toMatchObject({ ephemeral: true, text: expect.stringContaining('Stream ended') })
    expect(opened.buttons.map((it) => it.label)).toEqual(buttons)

    const second_ = await soon(admin.click(first, 'Older'))
    expect(second_.text.match(/friend\.two: Heat \(1995\) \(ended\)/g)).toHaveLength(2)
    expect(second_.buttons.map((it) => it.label)).toEqual(['Newest'])
  })

  test('nothing of it is for others', async () => {
    const { guest, admin, soon, discord } = await lent()
    await expect(guest.slash('/monitor now')).rejects.toThrow('not shown')
    const seen = await soon(admin.slash('/monitor status'))
    admin.demote()
    expect((await soon(admin.click(seen, 'Stop'))).text).toContain(
      'Only the admins of this server can do that.',
    )
    expect(discord.strictViolations).toEqual([])
  })
})

test('a whole day later the buttons of a card still work', async () => {
  const { admin, card, soon, clock, pass, fields } = await aCard()
  await clock.leap(24 * hour)
  await pass(5 * second)
  await soon(admin.click(card(), 'Dismiss'))
  await pass(2 * second)
  expect(fields('Decision')).toContain('Dismissed by')
})
