import { type Client, Client as DiscordClient, Events, GatewayIntentBits, type Interaction } from 'discord.js'
import { describe, expect, onTestFinished, test } from 'vitest'
import { NO_RESPONSE } from '../../src/simulator/discord/person.js'
import { type SimulatedDiscord, startDiscord } from '../../src/simulator/discord/start.js'
import { createTestClock } from '../support/clock.js'
import { until } from '../support/until.js'

const BUTTONS = [
  {
    type: 1,
    components: [
      { type: 2, style: 1, label: 'Yes', custom_id: 'otp1:yes:1' },
      { type: 2, style: 2, label: 'No', custom_id: 'otp1:no:1', disabled: true },
    ],
  },
]

async function aDiscord(options: Parameters<typeof startDiscord>[0] = {}): Promise<SimulatedDiscord> {
  const discord = await startDiscord(options)
  onTestFinished(() => discord.close())
  return discord
}

function aClient(discord: SimulatedDiscord): Client {
  const client = new DiscordClient({
    intents: [GatewayIntentBits.Guilds],
    allowedMentions: { parse: [] },
    rest: { api: discord.apiUrl },
  })
  client.on(Events.Error, () => undefined)
  onTestFinished(() => client.destroy())
  return client
}

async function loggedIn(discord: SimulatedDiscord): Promise<Client<true>> {
  const client = aClient(discord)
  await client.login(discord.token)
  await until('the client to be ready', () => client.isReady())
  if (!client.isReady()) throw new Error('not ready')
  return client
}

async function withCommands(
  discord: SimulatedDiscord,
  handle: (interaction: Interaction) => Promise<unknown>,
) {
  const client = await loggedIn(discord)
  await client.application.commands.set(
    [
      {
        name: 'lend',
        description: 'Lend a film',
        options: [
          { type: 3, name: 'media', description: 'What', required: true, autocomplete: true },
          { type: 6, name: 'member', description: 'Who' },
        ],
      },
      { name: 'watch', description: 'Watch', options: [{ type: 1, name: 'start', description: 'Start' }] },
    ],
    discord.guildId,
  )
  client.on(Events.InteractionCreate, (interaction) => void handle(interaction).catch(() => undefined))
  return client
}

describe('logging in', () => {
  test('the real client logs in and finds its guild and the channel', async () => {
    const discord = await aDiscord()
    const client = await loggedIn(discord)

    expect(client.guilds.cache.get(discord.guildId)?.available).toBe(true)
    expect(client.channels.cache.get(discord.adminChannelId)?.isTextBased()).toBe(true)
    expect(discord.strictViolations).toEqual([])
  })

  test('a wrong token is refused at the door', async () => {
    const discord = await aDiscord()

    await expect(aClient(discord).login('wrong.token.here')).rejects.toMatchObject({ code: 'TokenInvalid' })
  })

  test('a token that only the gateway refuses closes with 4004', async () => {
    const discord = await aDiscord()
    discord.gateway.faults.closeOnIdentify = { code: 4004, times: 1 }

    await expect(aClient(discord).login(discord.token)).rejects.toThrow(/Authentication failed/)
  })

  test('a dropped client resumes and gets what it missed', async () => {
    const discord = await aDiscord()
    const heard: string[] = []
    const client = await withCommands(discord, async (interaction) => {
      if (interaction.isChatInputCommand()) {
        heard.push(interaction.commandName)
        await interaction.reply('here')
      }
    })
    let resumed = 0
    client.on(Events.ShardResume, () => {
      resumed += 1
    })

    discord.gateway.dropAll()
    await until('the socket to be gone', () => discord.gateway.connected() === 0)
    const seen = await discord.person('ann').slash('/watch start')

    expect(seen.text).toBe('here')
    expect(heard).toEqual(['watch'])
    expect(resumed).toBe(1)
    expect(discord.gateway.counts.identifies).toBe(1)
  })

  test('asked to reconnect, the client resumes', async () => {
    const discord = await aDiscord()
    await loggedIn(discord)

    discord.gateway.askToReconnect()
    await until('the resume', () => discord.gateway.counts.resumes === 1 && discord.gateway.connected() === 1)
    expect(discord.gateway.counts.identifies).toBe(1)
  })
})

describe('interactions', () => {
  test('a reply, a deferred reply and a follow-up are seen by the one who asked', async () => {
    const discord = await aDiscord()
    await withCommands(discord, async (interaction) => {
      if (!interaction.isChatInputCommand()) return
      await interaction.deferReply({ flags: 64, withResponse: true })
      await interaction.editReply(`**${interaction.options.getString('media', true)}** it is`)
      await interaction.followUp({ content: 'and more', flags: 64 })
    })
    const ann = discord.person('ann')

    const seen = await ann.slash('/lend', { media: 'Heat', member: discord.person('bob') })
    await until('the follow-up', () => discord.transcript().length === 2)

    expect(seen).toMatchObject({ text: 'Heat it is', ephemeral: true })
    expect(discord.transcript()).toEqual(['only ann: Heat it is', 'only ann: and more'])
    expect(discord.channelMessages(discord.generalChannelId)).toEqual([])
    expect(discord.strictViolations).toEqual([])
  })

  test('suggestions come back while somebody types', async () => {
    const discord = await aDiscord()
    await withCommands(discord, async (interaction) => {
      if (!interaction.isAutocomplete()) return
      const { name, value } = interaction.options.getFocused(true)
      await interaction.respond([{ name: `${name} ${value}`, value: 'rk:1' }])
    })

    expect(await discord.person('ann').type('/lend', 'media', 'hea')).toEqual([
      { name: 'media hea', value: 'rk:1' },
    ])
  })

  test('a button updates the message that carries it', async () => {
    const discord = await aDiscord()
    await withCommands(discord, async (interaction) => {
      if (interaction.isChatInputCommand()) await interaction.reply({ content: 'Sure?', components: BUTTONS })
      if (interaction.isButton()) await interaction.update({ content: interaction.customId, components: [] })
    })
    const ann = discord.person('ann')
    const asked = await ann.slash('/watch start')

    await expect(ann.click(asked, 'No')).rejects.toThrow('There is no button No to press')
    expect((await ann.click(asked, 'Yes')).text).toBe('otp1:yes:1')
    await expect(ann.click(asked, 'Yes')).rejects.toThrow('There is no button Yes to press')
  })

  test('an answer that comes after three seconds comes too late', async () => {
    const clock = createTestClock()
    const discord = await aDiscord({ clock })
    const codes: unknown[] = []
    let heard = false
    await withCommands(discord, async (interaction) => {
      if (!interaction.isChatInputCommand()) return
      heard = true
      await until('the clock to be past it', () => clock.now() >= interaction.createdTimestamp + 3_000)
      await interaction.reply('late').catch((error: { code?: unknown }) => codes.push(error.code))
    })

    const seen = discord.person('ann').slash('/watch start')
    await until('the command to arrive', () => heard)
    await clock.advance(3_000)

    expect((await seen).text).toBe(NO_RESPONSE)
    await until('the refusal', () => codes.length === 1)
    expect(codes).toEqual([10062])
  })

  test('a second acknowledgement is refused, and so is an edit after fifteen minutes', async () => {
    const clock = createTestClock()
    const discord = await aDiscord({ clock })
    const codes: unknown[] = []
    let interaction: Interaction | undefined
    const client = await withCommands(discord, async (it) => {
      interaction = it
      if (it.isChatInputCommand()) await it.reply('once')
    })
    await discord.person('ann').slash('/watch start')
    if (!interaction?.isChatInputCommand()) throw new Error('no command came')

    const { id, token } = interaction
    await client.rest
      .post(`/interactions/${id}/${token}/callback`, {
        body: { type: 4, data: { content: 'twice' } },
        auth: false,
      })
      .catch((error: { code?: unknown }) => codes.push(error.code))
    await clock.advance(15 * 60_000)
    await interaction.editReply('too late').catch((error: { code?: unknown }) => codes.push(error.code))

    expect(codes).toEqual([40060, 50027])
  })

  test('people can send only what was registered', async () => {
    const discord = await aDiscord()
    await withCommands(discord, async () => undefined)
    const ann = discord.person('ann')

    await expect(ann.slash('/lend')).rejects.toThrow('/lend cannot be sent without media')
    await expect(ann.slash('/lend', { media: 'x', much: true })).rejects.toThrow('/lend has no option much')
    await expect(ann.slash('/lend', { media: 3 })).rejects.toThrow('/lend media does not take number')
    await expect(ann.slash('/borrow')).rejects.toThrow('/borrow is not a registered command')
  })
})

describe('messages', () => {
  test('closed direct messages, strangers and unknown channels are refused as Discord does', async () => {
    const discord = await aDiscord()
    const client = await loggedIn(discord)
    const bob = discord.person('bob')
    const eve = discord.person('eve', { member: false })
    bob.closeDms()

    await expect(client.users.send(bob.id, 'hi')).rejects.toMatchObject({ code: 50007 })
    await expect(client.users.send(eve.id, 'hi')).rejects.toMatchObject({ code: 50278 })
    await expect(client.channels.fetch('1420000000000000099')).rejects.toMatchObject({ code: 10003 })
    bob.openDms()
    await client.users.send(bob.id, {
      content: 'hi',
      files: [{ name: 'a.txt', attachment: Buffer.from('abc') }],
    })
    expect(discord.transcript()).toEqual(['dm bob: hi'])
  })

  test('the same nonce is posted once, also when the first answer was lost', async () => {
    const discord = await aDiscord()
    const client = await loggedIn(discord)
    discord.fault({ method: 'POST', route: '/messages', kind: { kind: 'reset' }, afterwards: true })

    await client.users.send(discord.person('bob').id, { content: 'once', nonce: 'n1', enforceNonce: true })
    await client.users.send(discord.person('bob').id, { content: 'once', nonce: 'n1', enforceNonce: true })

    expect(discord.transcript()).toEqual(['dm bob: once'])
  })

  test('what is too long is refused with the path, and counts as a violation', async () => {
    const discord = await aDiscord()
    const client = await loggedIn(discord)
    const route = `/channels/${discord.adminChannelId}/messages` as const
    const fields = [{ name: 'n', value: 'x'.repeat(1025) }]

    await expect(client.rest.post(route, { body: { content: 'x'.repeat(2001) } })).rejects.toThrow(
      /content\[BASE_TYPE_MAX_LENGTH\]/,
    )
    await expect(client.rest.post(route, { body: { embeds: [{ fields }] } })).rejects.toThrow(
      /embeds\[0\]\.fields\[0\]\.value/,
    )
    await expect(client.rest.post(route, { body: {} })).rejects.toMatchObject({ code: 50006 })
    expect(discord.strictViolations).toHaveLength(3)
  })

  test('a rate limit is waited out and an unknown route is refused', async () => {
    const discord = await aDiscord()
    const client = await loggedIn(discord)
    discord.fault({ route: '/messages', kind: { kind: 'rate-limit', retryAfterS: 0.05 } })

    await client.users.send(discord.person('bob').id, 'hi')
    expect(discord.calls.filter((it) => it.route.endsWith('/messages')).map((it) => it.status)).toEqual([
      429, 200,
    ])

    await expect(client.rest.get('/sounds')).rejects.toMatchObject({ status: 404 })
    expect(discord.strictViolations).toEqual(['GET /sounds is not a route'])
  })

  test('a mention that is not held back is noticed', async () => {
    const discord = await aDiscord()
    const client = await loggedIn(discord)
    const bob = discord.person('bob')
    const route = `/channels/${discord.adminChannelId}/messages` as const

    await client.rest.post(route, { body: { content: `<@${bob.id}>`, allowed_mentions: { parse: [] } } })
    expect(discord.pings()).toEqual([])
    await client.rest.post(route, { body: { content: `<@${bob.id}> @everyone` } })
    expect(discord.pings()).toEqual(['bob', 'everyone'])
  })
})

describe('the control surface', () => {
  test('another process can type a command and read the transcript', async () => {
    const discord = await aDiscord()
    await withCommands(discord, async (interaction) => {
      if (interaction.isChatInputCommand()) await interaction.reply({ content: 'done', flags: 64 })
    })
    const slash = await fetch(`${discord.url}/_sim/slash`, {
      method: 'POST',
      body: JSON.stringify({ person: 'ann', command: '/lend', options: { media: 'Heat', member: '@bob' } }),
    })

    expect(await slash.json()).toMatchObject({ text: 'done' })
    expect(await (await fetch(`${discord.url}/_sim/transcript`)).json()).toEqual(['only ann: done'])
    expect((await fetch(`${discord.url}/_sim/slash`, { method: 'POST', body: '{}' })).status).toBe(400)
  })
})
