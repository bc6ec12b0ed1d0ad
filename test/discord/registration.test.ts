import { REST, type RESTPostAPIChatInputApplicationCommandsJSONBody } from 'discord.js'
import { describe, expect, test } from 'vitest'
import { commands } from '../../commands/index.js'
import { type Command, say } from '../../src/discord/command.js'
import { registerCommands } from '../../src/discord/deploy.js'
import { otherLanguages } from '../../src/discord/languages.js'
import { commandErrors } from '../../src/simulator/discord/command-limits.js'
import { CommandBody, type OptionBody } from '../../src/simulator/discord/shapes.js'
import type { SimulatedDiscord } from '../../src/simulator/discord/start.js'
import { aDiscord, anEvening, configFor } from './evening.js'
import { aStatus, testLog } from './fakes.js'

type Data = RESTPostAPIChatInputApplicationCommandsJSONBody

async function aPlace(more: { guildId?: string; adminRoleIds?: string[] } = {}) {
  const discord = await aDiscord()
  const rest = new REST({ api: discord.apiUrl, version: '10' }).setToken(discord.token)
  const log = testLog()
  return { discord, log, register }

  function register(list: readonly Command[] = commands, changed: typeof more = {}) {
    const config = configFor(discord, { ...more, ...changed })
    return registerCommands({ rest, config, guildIds: [discord.guildId], commands: list, log })
  }
}

function puts(discord: SimulatedDiscord) {
  return discord.calls.filter((it) => it.method === 'PUT')
}

function aCommand(data: Partial<Data> = {}, adminOnly = true): Command {
  return { data: { name: 'lend', description: 'Lend', ...data }, adminOnly, run: async () => say('done') }
}

const text = { type: 3, name: 'what', description: 'What' } as const

/** Everything that makes a command another one, each against the plain one. */
const changes: Record<string, Partial<Data>> = {
  'the name': { name: 'borrow' },
  'the description': { description: 'Lend a film' },
  'an option more': { options: [text] },
  'a translation': { description_localizations: { de: 'Leihen' } },
  'a translated name': { name_localizations: { de: 'leihen' } },
  'for grown-ups': { nsfw: true },
}

const optionChanges: Record<string, object> = {
  'its description': { description: 'Which' },
  'whether it is needed': { required: true },
  'whether it suggests': { autocomplete: true },
  'its choices': { choices: [{ name: 'a', value: 'a' }] },
  'the translation of a choice': {
    choices: [{ name: 'a', value: 'a', name_localizations: { de: 'ä' } }],
  },
  'its least length': { min_length: 2 },
  'its greatest length': { max_length: 300 },
  'its type': { type: 4 },
}

describe('commands are registered', () => {
  test('once, and not again while they stay the same', async () => {
    const { discord, register, log } = await aPlace()

    expect(await register()).toBe(true)
    expect(await register()).toBe(false)
    expect(puts(discord)).toHaveLength(1)
    expect(discord.commands().map((it) => it.name)).toEqual(commands.map((it) => it.data.name))
    expect(log.lines).toHaveLength(1)
    expect(discord.strictViolations).toEqual([])
  })

  test.each(Object.entries(changes))('again for %s', async (_, change) => {
    const { discord, register } = await aPlace()
    await register([aCommand()])

    expect(await register([aCommand(change)])).toBe(true)
    expect(await register([aCommand(change)])).toBe(false)
    expect(puts(discord)).toHaveLength(2)
    expect(discord.commands()).toHaveLength(1)
  })

  test.each(Object.entries(optionChanges))('again for an option: %s', async (_, change) => {
    const { discord, register } = await aPlace()
    const changed = [aCommand({ options: [{ ...text, ...change } as typeof text] })]
    await register([aCommand({ options: [text] })])

    expect(await register(changed)).toBe(true)
    expect(await register(changed)).toBe(false)
    expect(puts(discord)).toHaveLength(2)
  })

  test('again when roles decide from now on, and hidden by default no more', async () => {
    const { discord, register } = await aPlace()
    await register()
    const forAdmins = discord.commands().filter((it) => it.name !== 'pass')
    expect(new Set(forAdmins.map((it) => it.default_member_permissions))).toEqual(new Set(['32']))
    expect(discord.commands().find((it) => it.name === 'pass')?.default_member_permissions).toBeNull()

    expect(await register(commands, { adminRoleIds: [discord.adminRoleId] })).toBe(true)
    expect(new Set(discord.commands().map((it) => it.default_member_permissions))).toEqual(new Set([null]))
  })

  test('and those that are no more disappear', async () => {
    const { discord, register } = await aPlace()
    await register()
    await register(commands.slice(1))
    expect(discord.commands().map((it) => it.name)).toEqual(commands.slice(1).map((it) => it.data.name))
  })

  test('for every guild where none is configured, and never twice', async () => {
    const { discord, register } = await aPlace()
    await register()

    expect(await register(commands, { guildId: '' })).toBe(true)
    expect(await register(commands, { guildId: '' })).toBe(false)
    expect(discord.commands()).toEqual([])
    expect(discord.globalCommands().map((it) => it.contexts)).toEqual(commands.map(() => [0]))

    expect(await register()).toBe(true)
    expect(discord.globalCommands()).toEqual([])
    expect(discord.commands()).toHaveLength(commands.length)
    expect(discord.strictViolations).toEqual([])
  })

  test('and without the right to, that is an error of its own', async () => {
    const { discord, register } = await aPlace()
    discord.allowCommands(false)
    await expect(register()).rejects.toThrow('Missing Access')
  })
})

describe('what is registered', () => {
  const wanted = async () => {
    const { discord, register } = await aPlace()
    await register()
    return discord.commands()
  }

  test('is in every language: each description, and each choice', async () => {
    const all = (await wanted()).flatMap((it) => [it, ...optionsIn(it.options)])
    for (const { locale } of otherLanguages) {
      const missing = all.filter((it) => !it.description_localizations?.[locale]).map((it) => it.name)
      const choices = all.flatMap((it) => ('choices' in it && Array.isArray(it.choices) ? it.choices : []))

      expect(missing).toEqual([])
      expect(choices.filter((it) => !it.name_localizations?.[locale])).toEqual([])
    }
  })

  test('reads well: a sentence without an end, and of a length that is not cut', async () => {
    for (const { description } of (await wanted()).flatMap((it) => [it, ...optionsIn(it.options)])) {
      expect(description).toMatch(/^[A-Z][^.]*[^.\s]$|\d/)
    }
  })
})

describe('the simulated Discord refuses', () => {
  const many = Array.from({ length: 101 }, (_, i) => ({ name: `c${i}`, description: 'd' }))
  const long = Array.from({ length: 25 }, (_, i) => ({
    type: 3,
    name: `o${i}`,
    description: 'd'.repeat(100),
    choices: Array.from({ length: 3 }, (_, j) => ({ name: `${j}${'n'.repeat(90)}`, value: `${j}` })),
  }))
  const option = (more: object) => [
    { name: 'a', description: 'd', options: [{ type: 3, name: 'o', description: 'd', ...more }] },
  ]

  test.each<[string, string, object[]]>([
    ['a name in capitals', 'APPLICATION_COMMAND_INVALID_NAME', [{ name: 'Lend', description: 'd' }]],
    ['a name too long', 'APPLICATION_COMMAND_INVALID_NAME', [{ name: 'l'.repeat(33), description: 'd' }]],
    ['no description', 'BASE_TYPE_BAD_LENGTH', [{ name: 'a', description: '' }]],
    ['a description too long', 'BASE_TYPE_BAD_LENGTH', [{ name: 'a', description: 'd'.repeat(101) }]],
    ['more than a hundred', 'APPLICATION_COMMANDS_LIMIT', many],
    [
      'the same name twice',
      'APPLICATION_COMMANDS_DUPLICATE_NAME',
      [
        { name: 'a', description: 'd' },
        { name: 'a', description: 'e' },
      ],
    ],
    ['too much in all', 'APPLICATION_COMMAND_TOO_LARGE', [{ name: 'a', description: 'd', options: long }]],
    [
      'what is needed after what is not',
      'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
      [
        {
          name: 'a',
          description: 'd',
          options: [
            { type: 3, name: 'o', description: 'd' },
            { type: 3, name: 'p', description: 'd', required: true },
          ],
        },
      ],
    ],
    [
      'a translated name that another option has',
      'APPLICATION_COMMAND_OPTIONS_NAME_INVALID',
      [
        {
          name: 'a',
          description: 'd',
          options: [
            { type: 3, name: 'o', description: 'd', name_localizations: { de: 'p' } },
            { type: 3, name: 'p', description: 'd' },
          ],
        },
      ],
    ],
    ['an unknown language', 'BASE_TYPE_CHOICES', option({ description_localizations: { xx: 'd' } })],
    [
      'a translation too long',
      'BASE_TYPE_BAD_LENGTH',
      option({ description_localizations: { de: 'd'.repeat(101) } }),
    ],
    [
      'choices beside suggestions',
      'APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID',
      option({ autocomplete: true, choices: [{ name: 'a', value: 'a' }] }),
    ],
    ['a length out of range', 'NUMBER_TYPE_MAX', option({ max_length: 6_001 })],
  ])('%s', (_, code, list) => {
    expect(JSON.stringify(commandErrors(CommandBody.array().parse(list)))).toContain(code)
  })
})

function optionsIn(options: readonly OptionBody[]): OptionBody[] {
  return options.flatMap((it) => [it, ...optionsIn(it.options ?? [])])
}

describe('without a configured guild', () => {
  test('the one with the admin channel counts: its admins give orders, and nobody elsewhere', async () => {
    const { discord, client, admin, guest } = await anEvening(
      { status: async () => aStatus() },
      { config: { guildId: '' } },
    )
    expect(client.guildId()).toBe(discord.guildId)
    expect(discord.commands()).toEqual([])
    expect((await admin.slash('/monitor status')).text).toContain('Watching')
    await expect(guest.slash('/monitor status')).rejects.toThrow('is not shown to bob')
    expect(discord.strictViolations).toEqual([])
  })
})
