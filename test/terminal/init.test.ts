import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Check } from '../../src/core/sign-in/checks.js'
import { startDiscord } from '../../src/simulator/discord/start.js'
import { sitAt } from './desk.js'
import { createTerminalRunner } from './otp.js'

const signedIn = {
  account: { plexId: '9000', username: 'owner' },
  server: { machineIdentifier: 'server-one', name: 'Attic Box' },
  url: 'http://attic.test:32400',
}

/** Somebody at a terminal, where what is set up is not touched. */
function aDesk(checks: Check[], { terminal = true } = {}) {
  // What signing in does is shown by the tests of `otp login`, and setting Discord up by its own.
  const signIn = async <T>() => signedIn as T
  const here = async () => ({ ...nothing, isSetUp: true })
  const own = { signIn, discord: async () => checks, discordSetUp: here }
  return sitAt({}, { own, ...(terminal && { ask: async () => 'n' }) })
}

const nobody = () => Promise.reject(new Error('Nobody expected that'))
const nothing = { fixed: undefined, bot: nobody, guilds: nobody, channels: nobody, write: nobody }

describe('otp init', () => {
  it('signs in at Plex, then tells how each step of the way to Discord went', async () => {
    const otp = await aDesk([
      { check: 'discord', outcome: 'good', found: 'Discord accepts the bot token.' },
      { check: 'discord-guild', outcome: 'bad', found: 'The bot is not there.', remedy: 'Invite it.' },
      { check: 'discord-channel', outcome: 'skipped', found: 'The channel could not be looked at.' },
    ])
    expect(await otp(['init'])).toEqual({
      code: 1,
      out:
        'Signed in as owner.\nOTP guards Attic Box at http://attic.test:32400.\n' +
        '✓ Discord accepts the bot token.\n✗ The bot is not there.\n  Invite it.\n' +
        '– The channel could not be looked at.\n',
      err: 'One step failed.\n',
    })
  })

  it('asks nothing without a terminal, and says what to do instead', async () => {
    const otp = await aDesk([], { terminal: false })
    const { code, out, err } = await otp(['init'])

    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/needs a terminal.*"otp login".*"otp init --discord-only"/)
  })

  it('ends well when nothing failed, and needs no Discord', async () => {
    const otp = await aDesk([{ check: 'discord', outcome: 'lacking', found: 'No token.', remedy: 'Set it.' }])
    expect(await otp(['init', '--discord-only', '--json'])).toEqual({
      code: 0,
      out: '{"check":"discord","outcome":"lacking","found":"No token.","remedy":"Set it."}\n',
      err: '',
    })
  })
})

describe('on this machine', () => {
  const runner = createTerminalRunner()
  afterAll(runner.remove)

  it('otp init and otp doctor look at the same Discord, and show no token', { timeout: 60_000 }, async () => {
    const discord = await startDiscord()
    onTestFinished(() => discord.close())
    const env = {
      OTP_DISCORD_TOKEN: discord.token,
      OTP_DISCORD_APPLICATION_ID: discord.applicationId,
      OTP_DISCORD_GUILD_ID: discord.guildId,
      OTP_DISCORD_ADMIN_CHANNEL_ID: discord.adminChannelId,
      OTP_DISCORD_API_URL: discord.apiUrl,
      OTP_PLEX_URL: 'http://127.0.0.1:1',
      OTP_PLEX_ACCOUNT_URL: 'http://127.0.0.1:1',
      OTP_PLEX_TOKEN: 'token-of-nobody',
    }
    const init = await runner.otp(['init', '--discord-only'], env)
    expect(init).toMatchObject({ code: 0, err: '' })
    expect(init.out).toContain('✓ The bot has every permission that it needs in #plex-admin.')

    const doctor = await runner.otp(['doctor'], env)
    for (const line of init.out.trim().split('\n')) expect(doctor.out).toContain(line)
    expect(init.out + doctor.out).not.toContain(discord.token)
  })
})
