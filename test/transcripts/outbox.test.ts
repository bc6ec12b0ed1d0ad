import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { BOT_PERMISSIONS, SEND_MESSAGES } from '../../src/simulator/discord/shapes.js'
import { anEvening, type Evening, minute, second } from '../support/evening.js'
import { until } from '../support/until.js'

describe('a hundred violations of ten guests within a minute', () => {
  test('cost few requests, tell each guest once, and lose nothing', async () => {
    const scene = await lentToMany(10)
    const { discord, admin, pass } = scene
    discord.limitMessages()
    scene.followTime()
    const from = discord.calls.length

    for (let at = 0; at < 100; at += 1) {
      scene.stray(at)
      await pass(600, 600)
    }
    await pass(3 * minute, 2 * second)

    const calls = discord.calls.slice(from)
    const inChannel = calls.filter(({ route }) => route.startsWith(`/channels/${discord.adminChannelId}/`))
    expect(inChannel.length).toBeLessThanOrEqual(20)
    expect(calls.filter(({ status }) => status === 429)).toEqual([])
    for (const guest of scene.guests) expect(strayDms(scene, guest)).toHaveLength(1)
    await expectAllShown(scene, 100)

    const list = lists(scene)[0]
    const entry = list?.menus[0]?.options[3]?.label ?? ''
    const opened = await admin.select({ messageId: list?.messageId ?? '' }, entry)
    expect(opened).toMatchObject({ ephemeral: true })
    expect(opened.text).toMatch(/^Stream ended .* Done: End the stream: done/)
  })

  test('all at once are lists only', async () => {
    const scene = await lentToMany(10)
    const { discord, pass } = scene
    const from = discord.calls.length
    for (let at = 0; at < 30; at += 1) scene.stray(at)
    await pass(2 * minute, second)

    const calls = discord.calls.slice(from)
    const inChannel = calls.filter(({ route }) => route.startsWith(`/channels/${discord.adminChannelId}/`))
    expect(inChannel.length).toBeLessThanOrEqual(8)
    expect(scene.cards()).toEqual([])
    await expectAllShown(scene, 30)
  })

  test('lose nothing when the program dies in the middle, when answers get lost and the gateway drops', async () => {
    const scene = await lentToMany(5)
    const { discord, pass, crash, start } = scene
    for (let at = 0; at < 30; at += 1) {
      scene.stray(at)
      if (at % 7 === 3)
        discord.fault({ method: 'POST', route: '/messages', kind: { kind: 'reset' }, afterwards: true })
      if (at === 8) discord.gateway.dropAll()
      if (at === 14) {
        await crash()
        await start()
      }
      if (at === 22) discord.gateway.invalidate(false)
      await pass(600, 600)
    }
    discord.clearFaults()
    await pass(4 * minute, 2 * second)

    await expectAllShown(scene, 30)
    for (const guest of scene.guests) expect(strayDms(scene, guest)).toHaveLength(1)
  })
})

describe('an admin channel that cannot be written to', () => {
  test('deleted: said in the log, at /readyz and by /monitor status, while the guard goes on; then all is there', async () => {
    const scene = await lentToMany(3)
    const { discord, admin, api, pass, soon } = scene
    discord.deleteChannel(discord.adminChannelId)
    await until('the program to hear of it', async () => (await api('GET', '/readyz')).status === 503)
    const early = await soon(admin.slash('/monitor status'))
    expect(early.text).toContain(
      'Messages to the admin channel cannot be delivered: The admin channel is gone',
    )
    const from = discord.calls.length
    const players = Array.from({ length: 12 }, (_, at) => scene.stray(at))
    await pass(3 * minute, second)

    expect(players.every((one) => one.ending()?.why === 'terminated')).toBe(true)
    expect(refused(scene, from)).toBeLessThanOrEqual(4)
    const ready = await api('GET', '/readyz')
    expect(ready.status).toBe(503)
    expect(ready.text).toContain('[discord] admin_channel_id')
    const status = await soon(admin.slash('/monitor status'))
    expect(status.text).toContain(
      'Messages to the admin channel cannot be delivered: The admin channel is gone',
    )
    expect(scene.troubles().filter((line) => line.includes('cannot be delivered'))).toHaveLength(1)

    discord.restoreChannel(discord.adminChannelId)
    await pass(6 * minute, 5 * second)
    expect((await api('GET', '/readyz')).status).toBe(200)
    expect(lists(scene)).toHaveLength(1)
    await expectAllShown(scene, 12)
  })

  test('closed to the bot: the missing permission is named, and everything comes when it is given back', async () => {
    const scene = await lentToMany(1)
    const { discord, api, pass } = scene
    scene.stray(0)
    await pass(20 * second)
    discord.setBotPermissions(BOT_PERMISSIONS & ~SEND_MESSAGES)
    const from = discord.calls.length
    scene.stray(1)
    await pass(10 * minute, 2 * second)

    expect((await api('GET', '/readyz')).text).toContain('lacks Send Messages. Grant that in Discord')
    expect(refused(scene, from)).toBeLessThanOrEqual(5)
    expect(scene.cards()).toHaveLength(1)

    discord.setBotPermissions(BOT_PERMISSIONS)
    await pass(6 * minute, 5 * second)
    expect(scene.cards()).toHaveLength(2)
    await expectAllShown(scene, 2)
  })

  test('asked to wait for long: nothing is asked meanwhile, and nothing is lost', async () => {
    const scene = await lentToMany(1)
    const { discord, pass } = scene
    scene.followTime()
    const route = `/channels/${discord.adminChannelId}/messages`
    discord.fault({ method: 'POST', route, kind: { kind: 'rate-limit', retryAfterS: 90 } })
    const from = discord.calls.length
    scene.stray(0)
    await pass(80 * second, second)
    expect(discord.calls.slice(from).filter((one) => one.route === route)).toHaveLength(1)

    await pass(40 * second, second)
    await expectAllShown(scene, 1)
    expect(scene.cards()).toHaveLength(1)
  })
})

test('the presence line counts the guests that watch, and changes only when they do', async () => {
  const scene = await lentToMany(2)
  const { discord, world, titles, pass } = scene
  await pass(30 * second)
  expect(discord.presences()).toEqual(['nobody watching'])

  const [one, other] = ['guest.0', 'guest.1'].map((name) => world.play(name, titles.lent))
  await pass(40 * second)
  expect(discord.presence()).toBe('2 guests watching')
  one?.stop()
  await pass(40 * second)
  expect(discord.presence()).toBe('1 guest watching')
  discord.gateway.invalidate(false)
  await until('the next session', () => discord.gateway.counts.identifies === 2)
  await pass(30 * second)
  other?.stop()
  await pass(40 * second)

  expect(discord.presences().at(-1)).toBe('nobody watching')
  expect(discord.presences().length).toBeLessThanOrEqual(6)
})

type Scene = Awaited<ReturnType<typeof lentToMany>>

/** So many friends see all films and have a pass for one; each is linked to a Discord user. */
async function lentToMany(count: number) {
  const names = Array.from({ length: count }, (_, at) => `guest.${at}`)
  const films: string[] = []
  const evening: Evening = await anEvening({
    config: '[access]\nfence = "library"',
    before: ({ world }) => {
      for (let at = 0; at < 10; at += 1) {
        films.push(world.addMovie({ title: `Stray *${at}*`, year: 2000 + at, minutes: 100 }).ratingKey)
      }
      for (const name of names) {
        world.addAccount(name, { email: `${name}@example.test` })
        world.befriend(name)
        world.shareWith(name, ['Films'])
      }
    },
  })
  const { discord, world, titles, api, clock, start, pass } = evening
  const guests = names.map((name) => discord.person(`user.${name}`))
  await start()
  for (const [at, name] of names.entries()) {
    const lent = { guest: name, media: titles.lent, discordUserId: guests[at]?.id }
    expect((await api('POST', '/api/v1/assignments', lent)).status).toBe(201)
  }
  await pass(10 * second)
  return { ...evening, guests, stray, followTime }

  /** The next guest plays the next film, another one each time round. */
  function stray(at: number) {
    const film = films[Math.floor(at / count) % films.length] ?? ''
    return world.play(names[at % count] ?? '', film)
  }

  /** discord.js asks the machine what time it is, to see whether a limit has passed. */
  function followTime(): void {
    const now = vi.spyOn(Date, 'now').mockImplementation(() => clock.now())
    onTestFinished(() => now.mockRestore())
  }
}

function lists({ discord }: Scene) {
  return discord.channelMessages(discord.adminChannelId).filter((one) => one.menus.length > 0)
}

function strayDms({ dms }: Scene, guest: Scene['guests'][number]): string[] {
  return dms(guest).filter((text) => text.startsWith('I ended'))
}

/** Requests to the admin channel that Discord refused. */
function refused({ discord }: Scene, from: number): number {
  return discord.calls.slice(from).filter(({ status, route }) => {
    return (status === 403 || status === 404) && route.includes(discord.adminChannelId)
  }).length
}

/** Every violation is told exactly once, as ended. */
async function expectAllShown(scene: Scene, count: number): Promise<void> {
  const { json } = await scene.api('GET', '/api/v1/violations?limit=100')
  expect(json).toMatchObject({ result: Array(count).fill({ endedAt: expect.any(String) }) })
  const entries = lists(scene).flatMap((one) => one.menus.flatMap(({ options }) => options))
  const lines = lists(scene).flatMap(
    ({ text }) => text.match(/\((?:ended|going on|could not be ended)\)/g) ?? [],
  )

  expect(scene.cards().length + entries.length).toBe(count)
  expect(new Set(entries.map(({ value }) => value)).size).toBe(entries.length)
  expect(scene.cards().filter((text) => !text.startsWith('Stream ended'))).toEqual([])
  expect(lines).toEqual(Array(entries.length).fill('(ended)'))
}
