import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { discordSetUp } from '../../src/app/discord-set-up.js'
import { defaultConfigText, writeDefaultConfig } from '../../src/config/default-file.js'
import { loadConfig } from '../../src/config.js'
import { checkDiscord } from '../../src/discord/check.js'
import { startDiscord } from '../../src/simulator/discord/start.js'
import { createTestClock } from '../support/clock.js'
import { sitAt } from './desk.js'

it('asks for the token without showing it, offers what there is, and writes everything at once', async () => {
  const { otp, discord, file, questions } = await aSetUp(['wrong-token', (it) => it.token, '2'])

  const { code, out, err } = await otp(['init', '--discord-only', '--config', file])

  expect(code).toBe(0)
  expect(questions).toEqual([
    { question: expect.stringContaining('it is not shown'), hidden: true },
    { question: expect.stringContaining('it is not shown'), hidden: true },
    { question: 'Which one? Its number: ', hidden: false },
  ])
  expect(err).toContain('Discord does not accept that token.')
  expect(err).toMatch(/1 {2}#general\n {2}2 {2}#plex-admin\n/)
  expect(err).toContain(`The keys of Discord were written to ${file}.`)
  expect(out).toContain('✓ The bot has every permission that it needs in #plex-admin.')
  expect(out + err).not.toContain(discord.token)

  const { config } = await loadConfig({ file, env: {} })
  expect(config.discord).toMatchObject({
    token: discord.token,
    applicationId: discord.applicationId,
    guildId: discord.guildId,
    adminChannelId: discord.adminChannelId,
  })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const comments = (text: string) => text.split('\n').filter((line) => line.startsWith('#'))
  expect(comments(readFileSync(file, 'utf8'))).toEqual(comments(defaultConfigText()))
})

it.each<[string, (string | undefined)[]]>([
  ['Enter instead of a token', ['']],
  ['the end of the input instead of a channel', ['(token)', undefined]],
])('%s leaves the file as it was', async (_, answers) => {
  const { otp, file } = await aSetUp(answers.map((one) => (one === '(token)' ? (it) => it.token : one)))
  const before = readFileSync(file, 'utf8')

  const { code, err } = await otp(['init', '--discord-only', '--config', file])

  expect(code).toBe(answers.length === 1 ? 0 : 1)
  expect(err).toMatch(/goes without Discord|Nothing of Discord was written/)
  expect(readFileSync(file, 'utf8')).toBe(before)
})

it('shows the link that invites the bot, and looks again when it is there', async () => {
  const { otp, discord, file } = await aSetUp([
    (it) => it.token,
    (it) => {
      it.guild.comeBack()
      return ''
    },
    '1',
  ])
  discord.guild.removeBot()

  const { err } = await otp(['init', '--discord-only', '--config', file])

  expect(err).toContain(`https://discord.com/oauth2/authorize?client_id=${discord.applicationId}`)
  expect(err).toContain('The bot is in ')
  expect((await loadConfig({ file, env: {} })).config.discord.guildId).toBe(discord.guildId)
})

it('is asked about before it is set up anew, and leaves alone what the environment says', async () => {
  const { otp, discord, file } = await aSetUp([(it) => it.token, '2', 'n'])
  const words = ['init', '--discord-only', '--config', file]
  await otp(words)
  const before = readFileSync(file, 'utf8')

  expect((await otp(words)).code).toBe(0)
  expect(readFileSync(file, 'utf8')).toBe(before)

  const fixed = await aSetUp([], { OTP_DISCORD_TOKEN: discord.token })
  expect((await fixed.otp([...words.slice(0, 3), fixed.file])).err).toContain('comes from OTP_DISCORD_TOKEN')
})

type Simulated = Awaited<ReturnType<typeof startDiscord>>
type Typed = string | undefined | ((discord: Simulated) => string)

/** A fresh configuration, a simulated Discord, and somebody who types these answers. */
async function aSetUp(answers: Typed[], env: Record<string, string> = {}) {
  const discord = await startDiscord()
  const folder = mkdtempSync(join(tmpdir(), 'otp-init-'))
  const file = join(folder, 'config.toml')
  await writeDefaultConfig(file, { apiKey: 'key-for-tests' })
  onTestFinished(async () => {
    await discord.close()
    rmSync(folder, { recursive: true })
  })

  const clock = createTestClock()
  const questions: { question: string; hidden: boolean }[] = []
  const load = () => loadConfig({ file, env: { OTP_DISCORD_API_URL: discord.apiUrl, ...env } })
  const otp = await sitAt(
    {},
    {
      own: {
        discordSetUp: async () => discordSetUp({ file, loaded: await load(), clock }),
        discord: async () => checkDiscord({ config: (await load()).config.discord, clock }),
      },
      ask: async (question, { hidden = false } = {}) => {
        questions.push({ question, hidden })
        const answer = answers.shift()
        return typeof answer === 'function' ? answer(discord) : answer
      },
    },
  )
  return { otp, discord, file, questions }
}
