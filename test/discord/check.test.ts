import { describe, expect, test } from 'vitest'
import { checkDiscord } from '../../src/discord/check.js'
import { inviteLink } from '../../src/discord/invite-link.js'
import type { Overwrite } from '../../src/simulator/discord/shapes.js'
import type { SimulatedDiscord } from '../../src/simulator/discord/start.js'
import { systemClock } from '../../src/util/clock.js'
import { aDiscord, configFor } from './evening.js'

type Config = Partial<ReturnType<typeof configFor>>

const NOWHERE = '1420000000000000099'
const VIEW = 1n << 10n
const SEND = 1n << 11n
const ATTACH = 1n << 15n
const ADMINISTRATOR = 1n << 3n

async function check(discord: SimulatedDiscord, more: Config = {}) {
  return checkDiscord({ config: configFor(discord, more), clock: systemClock })
}

/** Each step with how it went, the link left out. */
async function outcomes(discord: SimulatedDiscord, more: Config = {}): Promise<string[]> {
  const checks = await check(discord, more)
  return checks
    .filter((it) => it.check !== 'discord-invite')
    .map((it) => `${it.check.replace('discord-', '')} ${it.outcome}`)
}

async function the(step: string, discord: SimulatedDiscord, more: Config = {}) {
  const found = (await check(discord, more)).find((it) => it.check === step)
  return { outcome: found?.outcome, found: found?.found ?? '', remedy: found?.remedy ?? '' }
}

describe('the way to Discord', () => {
  test('in order: every step is good, and the link asks for exactly what is needed', async () => {
    const discord = await aDiscord()
    const checks = await check(discord)

    expect(checks.map((it) => it.outcome)).toEqual(checks.map(() => 'good'))
    expect(checks.map((it) => it.found).join('\n')).toBe(
      `Discord accepts the bot token, which is that of otp.
The token belongs to the application OTP.
The bot is in OTP.
The bot may have slash commands there.
The admin channel is #plex-admin.
The bot has every permission that it needs in #plex-admin.
Orders are taken from everybody who may manage the Discord server.
This link invites the bot with exactly what it needs: ${inviteLink(configFor(discord))}`,
    )
    const link = new URL(inviteLink(configFor(discord)))
    expect(Object.fromEntries(link.searchParams)).toEqual({
      client_id: discord.applicationId,
      scope: 'bot applications.commands',
      permissions: String((1n << 10n) | (1n << 11n) | (1n << 14n) | (1n << 15n) | (1n << 16n)),
      guild_id: discord.guildId,
      disable_guild_select: 'true',
    })
    expect(discord.calls.every((it) => it.method === 'GET')).toBe(true)
    expect(discord.strictViolations).toEqual([])
  })

  test('without a token: nothing is asked', async () => {
    const discord = await aDiscord()
    expect(await check(discord, { token: '' })).toMatchObject([
      { check: 'discord', outcome: 'lacking', found: 'There is no Discord token: OTP runs without Discord.' },
    ])
    expect(discord.calls).toEqual([])
  })

  test('with a token that is refused: the rest is skipped, and the token is not shown', async () => {
    const discord = await aDiscord()
    const checks = await check(discord, { token: 'a.wrong.token' })

    expect(checks[0]).toMatchObject({ outcome: 'bad', found: 'Discord does not accept the bot token.' })
    expect(checks[0]?.remedy).toContain('Reset Token')
    expect(checks.slice(1).map((it) => it.outcome)).toEqual(checks.slice(1).map(() => 'skipped'))
    expect(JSON.stringify(checks)).not.toContain('a.wrong.token')
  })

  test('where Discord does not answer', async () => {
    const discord = await aDiscord()
    discord.fault({ times: 10, kind: { kind: 'status', status: 503 } })
    expect(await the('discord', discord)).toMatchObject({
      outcome: 'bad',
      found: expect.stringContaining('Discord could not be asked'),
    })
  })

  test('with one step that Discord does not answer: the others are tried all the same', async () => {
    const discord = await aDiscord()
    discord.fault({ route: '/members/', times: 10, kind: { kind: 'status', status: 500 } })
    expect(await outcomes(discord)).toContain('permissions bad')
    expect(await outcomes(discord)).toContain('admins good')
  })

  test.each([
    ['another', NOWHERE, 'another application'],
    ['none', '', 'is empty'],
  ])('with %s as the application: the right id is named', async (_, applicationId, said) => {
    const discord = await aDiscord()
    const found = await the('discord-application', discord, { applicationId })

    expect(found).toMatchObject({ outcome: 'bad', found: expect.stringContaining(said) })
    expect(found.remedy).toBe(`Set [discord] application_id to "${discord.applicationId}".`)
    expect(await outcomes(discord, { applicationId })).toContain('permissions good')
  })

  test('where the bot is not: the link is given', async () => {
    const discord = await aDiscord()
    discord.guild.removeBot()

    expect((await the('discord-guild', discord)).remedy).toContain(inviteLink(configFor(discord)))
    expect(await outcomes(discord)).toEqual([
      'discord good',
      'application good',
      'guild bad',
      'commands skipped',
      'channel skipped',
      'permissions skipped',
      'admins skipped',
    ])
  })

  test('without the right to have commands', async () => {
    const discord = await aDiscord()
    discord.allowCommands(false)
    const found = await the('discord-commands', discord)

    expect(found).toMatchObject({ outcome: 'bad' })
    expect(found.remedy).toContain('scope=bot+applications.commands')
  })

  test('by the channel, where no guild is configured', async () => {
    const discord = await aDiscord()
    const checks = await check(discord, { guildId: '' })

    expect(checks.map((it) => it.outcome)).toEqual(checks.map(() => 'good'))
    expect(checks.map((it) => it.found).join()).toContain('registered for every Discord server')
    expect(checks.at(-1)?.found).not.toContain('guild_id')
  })

  test.each<[string, string, (discord: SimulatedDiscord) => string]>([
    ['none', 'admin_channel_id is empty', () => ''],
    ['one that is not there', 'There is no channel', () => NOWHERE],
    ['one of another guild', 'is in another Discord server', (it) => it.guild.addChannelElsewhere('far')],
    ['one that the bot does not see', 'does not see the channel', hidden],
  ])('with %s as the channel', async (_, said, channelOf) => {
    const discord = await aDiscord()
    const adminChannelId = channelOf(discord)
    const found = await the('discord-channel', discord, { adminChannelId })

    expect(found).toMatchObject({ outcome: 'bad', found: expect.stringContaining(said) })
    expect(found.remedy).toContain('admin_channel_id')
    expect(await outcomes(discord, { adminChannelId })).toContain('permissions skipped')
  })
})

function hidden(discord: SimulatedDiscord): string {
  discord.guild.overwrite(discord.adminChannelId, { id: discord.guildId, deny: VIEW })
  return discord.adminChannelId
}

describe('permissions', () => {
  type Scene = {
    guild?: bigint
    role?: bigint
    overwrites: (ids: Ids) => (Partial<Overwrite> & { id: string })[]
  }
  type Ids = { everyone: string; role: string; bot: string }
  const all = VIEW | SEND | ATTACH | (1n << 14n) | (1n << 16n)

  test.each<[string, string, Scene]>([
    ['that the guild does not give', 'Attach Files', { guild: all & ~ATTACH, overwrites: () => [] }],
    ['that a role gives', '', { guild: 0n, role: all, overwrites: () => [] }],
    [
      'that the channel denies everybody',
      'Send Messages',
      { overwrites: (it) => [{ id: it.everyone, deny: SEND }] },
    ],
    [
      'that it denies everybody and allows the role',
      '',
      {
        overwrites: (it) => [
          { id: it.everyone, deny: SEND },
          { id: it.role, allow: SEND },
        ],
      },
    ],
    ['that it denies the role', 'Send Messages', { overwrites: (it) => [{ id: it.role, deny: SEND }] }],
    [
      'that it denies the role and allows the bot',
      '',
      {
        overwrites: (it) => [
          { id: it.role, deny: SEND },
          { id: it.bot, type: 1, allow: SEND },
        ],
      },
    ],
    [
      'that it allows the role and denies the bot',
      'Send Messages, Attach Files',
      {
        overwrites: (it) => [
          { id: it.role, allow: SEND },
          { id: it.bot, type: 1, deny: SEND | ATTACH },
        ],
      },
    ],
    [
      'that an administrator has in spite of all',
      '',
      { guild: 0n, role: ADMINISTRATOR, overwrites: (it) => [{ id: it.everyone, deny: all }] },
    ],
    [
      'of a role that the bot does not have',
      'Send Messages',
      {
        guild: all & ~SEND,
        overwrites: (it) => [{ id: `${it.role}9`, allow: SEND }],
      },
    ],
  ])('%s', async (_, missing, { guild = all, role = 0n, overwrites }) => {
    const discord = await aDiscord(systemClock, { botPermissions: guild })
    const roleId = discord.guild.addRole('bots', role)
    discord.guild.giveBot(roleId)
    const ids = { everyone: discord.guildId, role: roleId, bot: discord.applicationId }
    for (const one of overwrites(ids)) discord.guild.overwrite(discord.adminChannelId, one)

    const found = await the('discord-permissions', discord)
    if (missing === '') return expect(found).toMatchObject({ outcome: 'good' })
    expect(found).toMatchObject({ outcome: 'bad', found: `In #plex-admin the bot lacks: ${missing}.` })
    expect(found.remedy).toContain('Edit Channel of #plex-admin, Permissions')
  })
})

describe('who gives orders', () => {
  test('the members with the roles', async () => {
    const discord = await aDiscord()
    discord.person('ann', { adminRole: true })
    expect(await the('discord-admins', discord, { adminRoleIds: [discord.adminRoleId] })).toMatchObject({
      outcome: 'good',
      found: 'Orders are taken from members with plex admins.',
    })
  })

  test('a role that is not there is named, and the others count', async () => {
    const discord = await aDiscord()
    discord.person('ann', { adminRole: true })
    const adminRoleIds = [NOWHERE, discord.adminRoleId]
    expect(await the('discord-admins', discord, { adminRoleIds })).toMatchObject({
      outcome: 'lacking',
      found: expect.stringContaining(NOWHERE),
    })
    expect((await outcomes(discord, { adminRoleIds })).at(-1)).toBe('admins good')
  })

  test('nobody, where no role is there', async () => {
    const discord = await aDiscord()
    const [gone, nobody] = (await check(discord, { adminRoleIds: [NOWHERE] })).filter(
      (it) => it.check === 'discord-admins',
    )
    expect(gone?.outcome).toBe('lacking')
    expect(nobody).toMatchObject({ outcome: 'bad', found: expect.stringContaining('Nobody can give orders') })
  })

  test('nobody, where it is @everyone, and nobody, where no member has the role', async () => {
    const discord = await aDiscord()
    const everyone = await check(discord, { adminRoleIds: [discord.guildId] })
    expect(everyone.map((it) => it.found).join()).toMatch(/@everyone.*Nobody can give orders/)

    const unheld = await check(discord, { adminRoleIds: [discord.adminRoleId] })
    expect(unheld.map((it) => it.found).join()).toContain('No member has plex admins')
  })

  test('unknown, where Discord does not count: then nothing is said', async () => {
    const discord = await aDiscord()
    discord.fault({ route: '/member-counts', kind: { kind: 'status', status: 404 } })
    expect(await the('discord-admins', discord, { adminRoleIds: [discord.adminRoleId] })).toMatchObject({
      outcome: 'good',
    })
  })
})
