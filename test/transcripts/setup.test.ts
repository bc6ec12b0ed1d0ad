import { describe, expect, test } from 'vitest'
import { anEvening, type Evening, minute, second } from '../support/evening.js'
import { until } from '../support/until.js'

/** An evening on which a guest has a pass for one film, and could play another one. */
async function aLentEvening(more: Parameters<typeof anEvening>[0] = {}): Promise<Evening> {
  const evening = await anEvening({
    ...more,
    before: (stage) => {
      stage.world.shareWith('friend.two', ['Films'])
      more.before?.(stage)
    },
  })
  return evening
}

async function discordOf({ api }: Evening): Promise<{ readyz: number; text: string; status: string }> {
  const ready = await api('GET', '/readyz')
  const status = await api('GET', '/api/v1/monitor')
  return { readyz: ready.status, text: ready.text, status: status.text }
}

/** Somebody goes astray, and is stopped whatever Discord says. */
async function guardGoesOn(evening: Evening): Promise<void> {
  const { world, titles, api } = evening
  await api('POST', '/api/v1/assignments', { guest: 'friend.two', media: titles.lent })
  const astray = world.play('friend.two', titles.other)
  await evening.pass(15 * second)
  expect(astray.ending()?.why).toBe('terminated')
}

async function noticed(evening: Evening, what: string): Promise<void> {
  await until(what, () => evening.troubles().some((line) => line.includes(what)))
  await evening.settled()
}

describe('the token', () => {
  test('wrong from the start: it is said plainly, and the guard goes on', async () => {
    const evening = await aLentEvening({ before: ({ discord }) => discord.revokeToken() })
    await evening.start({ discordAway: true })
    await noticed(evening, 'does not accept the token of the bot')

    const { readyz, text, status } = await discordOf(evening)
    expect(readyz).toBe(503)
    expect(text).toContain('Discord: Discord does not accept the token of the bot. Make a new one at')
    expect(status).toContain('does not accept the token of the bot')
    expect(text).not.toContain(evening.discord.token)
    await guardGoesOn(evening)
  })

  test('revoked while OTP runs: the same', async () => {
    const evening = await aLentEvening()
    await evening.start()
    expect(await discordOf(evening)).toMatchObject({ readyz: 200 })

    evening.discord.revokeToken()
    await noticed(evening, 'does not accept the token of the bot')
    expect(await discordOf(evening)).toMatchObject({
      readyz: 503,
      status: expect.stringContaining('does not accept the token of the bot'),
    })
    await guardGoesOn(evening)
    expect(evening.cards()).toEqual([])
  })

  test('refused by the next request alone: the same', async () => {
    const evening = await aLentEvening()
    await evening.start()
    const refused = { kind: 'status', status: 401 } as const
    evening.discord.fault({ route: '/channels/', times: Number.POSITIVE_INFINITY, kind: refused })

    await guardGoesOn(evening)
    expect((await discordOf(evening)).text).toContain('does not accept the token of the bot')

    evening.discord.clearFaults()
    await evening.clock.leap(6 * minute)
    await until('the login', () => evening.discord.gateway.connected() === 1)
    await evening.pass(70 * second)
    expect(evening.cards()).toHaveLength(1)
    expect(await discordOf(evening)).toMatchObject({ readyz: 200 })
  })
})

describe('the gateway', () => {
  test.each([4013, 4014])('refuses the intents with %i: it is said, and the guard goes on', async (code) => {
    const evening = await aLentEvening({
      before: ({ discord }) => {
        discord.gateway.faults.closeOnIdentify = { code, times: 1 }
      },
    })
    await evening.start({ discordAway: true })
    await noticed(evening, 'refuses what the bot wants to be told of')

    expect((await discordOf(evening)).text).toContain('no privileged intent')
    await guardGoesOn(evening)
    await evening.clock.leap(6 * minute)
    await until('the next login', () => evening.discord.gateway.connected() === 1)
  })
})

describe('the Discord server', () => {
  test('throws the bot out: it is said with what to do, and is over when the bot is back', async () => {
    const evening = await aLentEvening()
    await evening.start()
    const { discord } = evening

    discord.guild.removeBot()
    await noticed(evening, 'was removed from the Discord server')
    expect(await discordOf(evening)).toMatchObject({
      readyz: 503,
      status: expect.stringContaining('Invite it again with the link'),
    })
    await guardGoesOn(evening)

    discord.guild.comeBack()
    await until('all to be well', async () => (await discordOf(evening)).readyz === 200)
  })

  test('is away for a while: nothing is to be done', async () => {
    const evening = await aLentEvening()
    await evening.start()

    evening.discord.guild.goAway()
    await noticed(evening, 'Discord has an outage')
    await guardGoesOn(evening)
    evening.discord.guild.comeBack()
    await until('all to be well', async () => (await discordOf(evening)).readyz === 200)
  })

  test('takes a permission: it is named, with the place to give it', async () => {
    const evening = await aLentEvening({
      before: ({ discord }) => {
        discord.guild.overwrite(discord.adminChannelId, { id: discord.guildId, deny: 1n << 15n })
      },
    })
    await evening.start()
    expect((await discordOf(evening)).text).toContain(
      'The bot lacks permissions in the admin channel: Attach Files. Allow them in Edit Channel, Permissions.',
    )
    const seen = await evening.soon(evening.admin.slash('/monitor status'))
    expect(seen.text).toContain('Discord: The bot lacks permissions in the admin channel: Attach Files.')
  })
})

describe('admins', () => {
  test('of a role that is not there: nobody can approve, and it is said at the start', async () => {
    const evening = await aLentEvening()
    evening.config.discord.adminRoleIds = ['1420000000000000099']
    await evening.start()

    expect(evening.troubles().join()).toContain('Nobody can give orders or approve anything in Discord.')
    expect((await discordOf(evening)).text).toContain('Nobody can give orders')
    expect(await discordOf(evening)).toMatchObject({ readyz: 200 })
  })

  test('are told apart from others, who read how to become one', async () => {
    const evening = await aLentEvening()
    const { discord, admin, guest } = evening
    evening.config.discord.adminRoleIds = [discord.adminRoleId]
    await evening.start()

    await evening.soon(guest.slash('/monitor status'))
    await evening.soon(admin.slash('/monitor status'))
    const role = `<@&${discord.adminRoleId}>`
    expect(discord.transcript().map((line) => line.replaceAll(role, '@plex admins'))).toEqual([
      'only bob: Only the admins of this server can do that. / Admins are the members with @plex admins. If you should be one, ask somebody who may manage this Discord server for that role.',
      'only ann: Only the admins of this server can do that. / Admins are the members with @plex admins. If you should be one, ask somebody who may manage this Discord server for that role. / You may manage this Discord server, so you can give that role yourself. Which roles count is set where OTP runs (`[discord] admin_role_ids`); who is shown the commands, in Server Settings, Integrations.',
    ])
    expect(discord.pings()).toEqual([])
  })
})

describe('languages', () => {
  test('a German reader is answered in German, an English one beside them in English', async () => {
    const evening = await aLentEvening({ config: '[access]\nwhen_done = "restore"' })
    await evening.start()
    const { discord, titles, admin, guest } = evening
    const anna = discord.person('anna', { admin: true, locale: 'de' })

    const film = { media: `rk:${titles.lent}`, member: guest, plex: 'friend.two' }
    const asked = await evening.soon(anna.slash('/assign', film))
    expect(asked.buttons.map(({ label }) => label)).toEqual(['Ja, machen', 'Abbrechen'])
    const done = await evening.soon(anna.click(asked, 'Ja, machen'))
    expect(done.text).toContain('Arrival (2016) ist jetzt an friend.two verliehen.')
    expect((await evening.soon(admin.slash('/monitor status'))).text).toContain(
      'Guests: 1, open assignments: 1',
    )
    expect((await evening.soon(anna.slash('/monitor status'))).text).toContain('Gäste: 1, offene Pässe: 1')
  })
})

test('an interaction that Discord no longer knows is logged once, without what answers it', async () => {
  const evening = await aLentEvening()
  await evening.start()
  const { discord, admin } = evening
  const unknown = { kind: 'status', status: 404, code: 10062, message: 'Unknown interaction' } as const
  discord.fault({ route: '/callback', kind: unknown })

  await evening.soon(admin.slash('/monitor status'))
  expect(evening.troubles().filter((line) => line.includes('could not be answered'))).toHaveLength(1)
  const tokens = discord.interactionTokens()
  expect(tokens).not.toEqual([])
  for (const token of tokens) expect(evening.logLines.join('\n')).not.toContain(token)
})
