import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createIdentifyBudget } from '../../src/discord/identify-budget.js'
import { assertLoopback } from '../../src/discord/loopback.js'
import { createReins } from '../../src/discord/reins.js'
import { systemClock } from '../../src/util/clock.js'
import { createTestClock } from '../support/clock.js'
import { until } from '../support/until.js'
import { aClient, aDiscord, configFor } from './evening.js'

const MINUTE = 60_000

test('while the api is on this machine, a gateway elsewhere is never called', async () => {
  const discord = await aDiscord(systemClock, { gatewayUrl: 'wss://gateway.example.invalid' })
  const { client } = aClient(configFor(discord))

  client.start()
  await until('the drop', () => client.health().reason?.includes('on another machine'))
  expect(discord.gateway.counts.connects).toBe(0)
})

test('a request to another machine is stopped while the api is on this one', () => {
  expect(() => assertLoopback('http://127.0.0.1:4010/api/v10/users/@me')).not.toThrow()
  expect(() => assertLoopback('https://discord.com/api/v10/users/@me')).toThrow(/another machine/)
  expect(() => assertLoopback('http://127.0.0.1.example.com/')).toThrow(/another machine/)
})

describe('the reins of a client', () => {
  function reins() {
    const clock = createTestClock()
    const budget = createIdentifyBudget(clock)
    return { clock, budget, held: createReins({ clock, budget, fenced: false }) }
  }

  test('hold a dropped client at the next connection, for good', async () => {
    const { held } = reins()

    expect(await settledAtOnce(held.mayConnect())).toBe(true)
    held.drop('enough')
    held.drop('not the first reason')
    expect(await held.dropped).toBe('enough')
    expect(await settledAtOnce(held.mayConnect())).toBe(false)
    expect(await settledAtOnce(held.waitForIdentify(0, new AbortController().signal))).toBe(false)
  })

  test('let twenty identifies through in an hour, five seconds apart, and drop at the next', async () => {
    const { clock, budget, held } = reins()
    const signal = new AbortController().signal

    await held.waitForIdentify(0, signal)
    const second = held.waitForIdentify(0, signal)
    expect(await settledAtOnce(second)).toBe(false)
    await clock.advance(6_000)
    await second

    for (let i = 3; i <= 20; i += 1) {
      await clock.advance(6_000)
      await held.waitForIdentify(0, signal)
    }
    expect(budget.used()).toBe(20)
    await clock.advance(6_000)
    expect(await settledAtOnce(held.waitForIdentify(0, signal))).toBe(false)
    expect(await held.dropped).toBe('too many logins within the hour')
    expect(budget.waitMs()).toBeGreaterThan(0)
    await clock.advance(60 * MINUTE)
    expect(budget.waitMs()).toBe(0)
  })
})

describe('a client under supervision', () => {
  test('logs in, says so, and is let in again after a stop', async () => {
    const discord = await aDiscord()
    const { client } = aClient(configFor(discord))
    let ready = 0
    client.whenReady(() => {
      ready += 1
    })

    expect(client.health()).toMatchObject({ ok: false })
    client.start()
    await until('the login', () => client.health().ok)
    await client.stop()
    expect(client.health()).toMatchObject({ ok: false, reason: 'stopped' })
    expect(discord.gateway.connected()).toBe(0)
    expect(ready).toBe(1)
    expect(discord.strictViolations).toEqual([])
  })

  test('a refused token is told, tried again after five minutes, then hourly', async () => {
    const clock = createTestClock()
    const discord = await aDiscord(clock)
    const { client, log } = aClient(configFor(discord, { token: 'a.wrong.token' }), clock)
    const tries = () => log.lines.filter((it) => it.phrase === 'discord client dropped').length

    client.start()
    await until('the refusal', () => tries() === 1 && clock.sleeping() > 0)
    expect(client.health().reason).toMatch(/does not accept the token of the bot/)

    await clock.advance(5 * MINUTE)
    await until('the second refusal', () => tries() === 2)
    await clock.advance(59 * MINUTE)
    expect(tries()).toBe(2)
    await clock.advance(2 * MINUTE)
    await until('the third refusal', () => tries() === 3)
    expect(JSON.stringify(log.lines)).not.toContain('a.wrong.token')
  })

  test('a gateway that never greets is given up after a minute', async () => {
    const clock = createTestClock()
    const discord = await aDiscord(clock)
    discord.gateway.faults.silent = true
    const { client } = aClient(configFor(discord), clock)

    client.start()
    await until('the connection', () => discord.gateway.counts.connects === 1)
    await clock.advance(MINUTE)
    await until('the client to be dropped', () => client.health().reason?.includes('longer than a minute'))

    discord.gateway.faults.silent = false
    await clock.advance(5 * MINUTE)
    await until('the next client', () => client.health().ok)
  })

  test('what is missing in the admin channel is said at the login', async () => {
    const discord = await aDiscord(systemClock, { botPermissions: 1n << 10n })
    const { client, log } = aClient(configFor(discord))
    client.start()
    await until('the login', () => client.rest())

    const trouble =
      'The bot lacks permissions in the admin channel: Send Messages, Embed Links, Attach Files, Read Message History. ' +
      'Allow them in Edit Channel, Permissions.'
    expect(log.lines.find((it) => it.level === 'warn')?.data).toEqual({ reason: trouble })
    expect(client.health()).toMatchObject({ ok: false, reason: trouble })
  })

  test('a guild or a channel that is not there is said at the login', async () => {
    const discord = await aDiscord()
    for (const wrong of ['guildId', 'adminChannelId'] as const) {
      const { client, log } = aClient(configFor(discord, { [wrong]: '1420000000000000099' }))
      client.start()
      await until('the login', () => client.rest())
      const setting = wrong === 'guildId' ? '[discord] guild_id' : '[discord] admin_channel_id'
      expect(log.lines.find((it) => it.level === 'warn')?.data?.reason).toContain(setting)
    }
  })

  test('a fatal close drops the client, and another one takes over', async () => {
    const clock = createTestClock()
    const discord = await aDiscord(clock)
    const { client } = aClient(configFor(discord), clock)
    client.start()
    await until('the login', () => client.health().ok)

    discord.gateway.closeAll(4014)
    await until('the drop', () => client.health().reason?.includes('refuses what the bot wants'))
    expect(client.rest()).toBeUndefined()
    await clock.advance(5 * MINUTE)
    await until('the next client', () => client.health().ok)
    expect(discord.gateway.counts.identifies).toBe(2)
  })

  test('a lost connection is resumed, and health says so meanwhile', async () => {
    const discord = await aDiscord()
    const { client } = aClient(configFor(discord))
    client.start()
    await until('the login', () => client.health().ok)

    discord.gateway.dropAll()
    await until('the loss to be noticed', () => client.health().reason === 'reconnecting')
    await until('the resume', () => client.health().ok)
    expect(discord.gateway.counts).toMatchObject({ identifies: 1, resumes: 1 })
  })

  test('a connection that does not come back is given up, and leaves nothing that reconnects', async () => {
    const clock = createTestClock()
    const discord = await aDiscord(clock)
    const { client } = aClient(configFor(discord), clock)
    client.start()
    await until('the login', () => client.health().ok)

    discord.gateway.faults.refuseUpgrades = 503
    discord.gateway.dropAll()
    await until('the loss to be noticed', () => client.health().reason === 'reconnecting')
    await clock.advance(2 * MINUTE)
    await until('the drop', () => client.health().reason?.includes('did not come back'))

    delete discord.gateway.faults.refuseUpgrades
    await clock.advance(5 * MINUTE)
    await until('the next client', () => client.health().ok)
    expect(discord.gateway.connected()).toBe(1)
    expect(discord.gateway.counts.connects).toBe(2)
  })
})

async function settledAtOnce(work: unknown): Promise<boolean> {
  let settled = false
  void Promise.resolve(work).then(() => {
    settled = true
  })
  await setImmediate()
  return settled
}
