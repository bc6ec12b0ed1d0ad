import { DiscordAPIError, REST, Routes } from 'discord.js'
import { english } from '../core/messages/english.js'
import type { Clock } from '../core/ports.js'
import type { Check } from '../core/sign-in/checks.js'
import { checkAdmins, checkChannel, checkCommands, checkGuild, checkPermissions } from './check-guild.js'
import { Application, User } from './check-shapes.js'
import { bad, type Step } from './check-step.js'
import type { DiscordConfig } from './client.js'
import { inviteLink } from './invite-link.js'
import { isLoopback } from './loopback.js'
import { reasonOf } from './redact.js'
import { createRequests } from './requests.js'

const { discordSetup: words } = english

type Later = keyof typeof words.skipped

/**
 * Tries every step of the way to Discord, one by one, and says for each how it went; what needs a step that failed is
 * skipped. The last line is the link that invites the bot. Nothing is changed.
 */
export async function checkDiscord({
  config,
  clock,
}: {
  config: DiscordConfig
  clock: Clock
}): Promise<Check[]> {
  if (config.token === '') {
    const { none, noneRemedy } = words.token
    return [{ check: 'discord', outcome: 'lacking', found: none(), remedy: noneRemedy() }]
  }

  const rest = restOf(config, clock)
  try {
    return await walk(rest, config)
  } finally {
    rest.clearHandlerSweeper()
    rest.clearHashSweeper()
  }
}

async function walk(rest: REST, config: DiscordConfig): Promise<Check[]> {
  const token = await checkToken(rest, config)
  if (token.value === undefined) return [...token.checks, ...skipped('application', 'guild', ...inGuild)]

  const bot = token.value
  const application = await attempt(config, 'application', () => checkApplication(rest, config))
  const before = [...token.checks, ...application.checks]
  if (application.value === undefined) return [...before, ...skipped('guild', ...inGuild)]

  const asked = { rest, config, link: inviteLink({ ...config, applicationId: application.value }) }
  const channel = await attempt(config, 'channel', () => checkChannel(asked))
  const guildId = config.guildId || channel.value?.guildId
  const guild = await attempt(config, 'guild', () => checkGuild(asked, guildId))
  const found = guild.value
  const line: Check = { check: 'discord-invite', outcome: 'good', found: words.invite(asked.link) }
  if (!found) return [...before, ...guild.checks, ...skipped(...inGuild), line]

  const applicationId = application.value
  const commands = await attempt(config, 'commands', () => checkCommands(asked, applicationId, found.id))
  const place = channel.value?.guildId === found.id ? channel.value : undefined
  const permissions = place
    ? await attempt(config, 'permissions', () => checkPermissions(asked, bot.id, found, place))
    : { checks: skipped('permissions') }
  const admins = await attempt(config, 'admins', () => checkAdmins(asked, found))
  return [...before, ...[guild, commands, channel, permissions, admins].flatMap(({ checks }) => checks), line]
}

async function checkToken(rest: REST, config: DiscordConfig): Promise<Step<{ id: string }>> {
  const { good, refused, remedy, unreachable, unreachableRemedy } = words.token
  try {
    const bot = User.parse(await rest.get(Routes.user()))
    return { checks: [{ check: 'discord', outcome: 'good', found: good(bot.username) }], value: bot }
  } catch (error) {
    const isRefused = error instanceof DiscordAPIError && error.status === 401
    return isRefused
      ? bad('discord', refused(), remedy())
      : bad('discord', unreachable(reasonOf(error, config.token)), unreachableRemedy())
  }
}

async function checkApplication(rest: REST, { applicationId }: DiscordConfig): Promise<Step<string>> {
  const { good, missing, another, remedy } = words.application
  const { id, name } = Application.parse(await rest.get(Routes.currentApplication()))

  if (applicationId === id) {
    return { checks: [{ check: 'discord-application', outcome: 'good', found: good(name) }], value: id }
  }
  const found = applicationId === '' ? missing() : another(applicationId)
  return { ...bad('discord-application', found, remedy(id)), value: id }
}

/** A step in which Discord cannot be asked has failed; the next one is tried all the same. */
async function attempt<T>(
  { token }: DiscordConfig,
  step: Later,
  work: () => Promise<Step<T>>,
): Promise<Step<T>> {
  try {
    return await work()
  } catch (error) {
    const found = words.token.unreachable(reasonOf(error, token))
    return bad(`discord-${step}`, found, words.token.unreachableRemedy())
  }
}

const inGuild: readonly Later[] = ['commands', 'channel', 'permissions', 'admins']

function skipped(...steps: readonly Later[]): Check[] {
  return steps.map((step) => ({
    check: `discord-${step}`,
    outcome: 'skipped',
    found: words.skipped[step](),
  }))
}

/** Asks Discord by REST alone, as the bot of the token. */
export function restOf({ token, apiUrl }: Pick<DiscordConfig, 'token' | 'apiUrl'>, clock: Clock): REST {
  const fenced = apiUrl !== '' && isLoopback(apiUrl)
  const api = apiUrl === '' ? {} : { api: apiUrl }
  const makeRequest = createRequests({ fenced, clock })
  return new REST({ version: '10', retries: 1, ...api, makeRequest }).setToken(token)
}
