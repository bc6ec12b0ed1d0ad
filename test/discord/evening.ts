import { onTestFinished } from 'vitest'
import { commands } from '../../commands/index.js'
import type { Core } from '../../src/core/api.js'
import type { Clock } from '../../src/core/ports.js'
import { createBot } from '../../src/discord/bot.js'
import { buttons } from '../../src/discord/buttons/index.js'
import { createDiscordClient, type DiscordConfig } from '../../src/discord/client.js'
import { type SimulatedDiscord, startDiscord } from '../../src/simulator/discord/start.js'
import type { Answered } from '../../src/util/answered.js'
import { systemClock } from '../../src/util/clock.js'
import { createIds } from '../../src/util/ids.js'
import { fakeCore } from '../support/fake-core.js'
import { until } from '../support/until.js'
import { testLog } from './fakes.js'

/** A simulated Discord that is closed after the test. */
export async function aDiscord(
  clock: Clock = systemClock,
  more: { gatewayUrl?: string; botPermissions?: bigint } = {},
): Promise<SimulatedDiscord> {
  const discord = await startDiscord({ clock, ...more })
  onTestFinished(() => discord.close())
  return discord
}

export function configFor(discord: SimulatedDiscord, more: Partial<DiscordConfig> = {}): DiscordConfig {
  const { token, applicationId, guildId, adminChannelId, apiUrl } = discord
  return { token, applicationId, guildId, adminChannelId, apiUrl, adminRoleIds: [], ...more }
}

/** A supervised client that is stopped after the test, before its Discord is closed. */
export function aClient(
  config: DiscordConfig,
  clock: Clock = systemClock,
  onAnswered: (answered: Answered) => void = () => {},
) {
  const log = testLog()
  const client = createDiscordClient({ config, clock, log, onAnswered })
  onTestFinished(() => client.stop())
  return { client, log }
}

/** The bot, logged in and with its commands registered. */
export async function anEvening(
  expected: Partial<Core>,
  {
    clock = systemClock,
    config: more = {},
    adminRole = false,
  }: { clock?: Clock; config?: Partial<DiscordConfig>; adminRole?: boolean } = {},
) {
  const discord = await aDiscord(clock)
  const config = configFor(discord, { ...more, ...(adminRole && { adminRoleIds: [discord.adminRoleId] }) })
  const { client, log } = aClient(config, clock)
  const core = fakeCore(expected)
  const bot = createBot({ client, core, commands, buttons, config, clock, ids: createIds(clock), log })

  client.start()
  await until('the commands to be registered', () => {
    return client.health().ok && discord.commands().length + discord.globalCommands().length > 0
  })
  const admin = discord.person('ann', adminRole ? { adminRole } : { admin: true })
  const guest = discord.person('bob')
  return { discord, client, bot, log, config, admin, guest }
}
