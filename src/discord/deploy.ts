import {
  ApplicationIntegrationType,
  DiscordAPIError,
  InteractionContextType,
  PermissionFlagsBits,
  type REST,
  RESTJSONErrorCodes,
  Routes,
} from 'discord.js'
import type { Logger } from '../core/ports.js'
import type { Command } from './command.js'
import { fingerprint } from './command-shape.js'
import { localised } from './localised.js'

type Route = `/${string}`

/**
 * Registers the commands of the guild or, where none is configured, those of every guild, and only when Discord has
 * other ones: a needless change makes people's clients refuse a command for a moment. What was registered elsewhere
 * before is taken away, so that no command shows twice. Answers whether our own list was written.
 */
export async function registerCommands(needs: DeployNeeds): Promise<boolean> {
  const { rest, config, commands, log } = needs
  const { ours, others } = routesOf(needs)
  const isGlobal = config.guildId === ''
  const wanted = commands.map((command) => wantedCommand(command, config.adminRoleIds, isGlobal))

  const differs = fingerprint(await registered(rest, ours), isGlobal) !== fingerprint(wanted, isGlobal)
  if (differs) {
    await rest.put(ours, { body: wanted })
    log.info('discord commands registered', { commands: wanted.map((it) => it.name), everywhere: isGlobal })
  }
  for (const route of others) await takeAway(needs, route)
  return differs
}

interface DeployNeeds {
  rest: REST
  config: { applicationId: string; guildId: string; adminRoleIds: readonly string[] }
  /** The guilds that the bot is in. */
  guildIds?: readonly string[]
  commands: readonly Command[]
  log: Logger
}

/** Whether the bot was invited without the right to have commands. */
export function isForbidden(error: unknown): boolean {
  return error instanceof DiscordAPIError && Number(error.code) === RESTJSONErrorCodes.MissingAccess
}

function routesOf({ config: { applicationId, guildId }, guildIds = [] }: DeployNeeds): {
  ours: Route
  others: Route[]
} {
  const everywhere = Routes.applicationCommands(applicationId)
  const ofGuilds = guildIds
    .filter((id) => id !== guildId)
    .map((id) => Routes.applicationGuildCommands(applicationId, id))

  if (guildId === '') return { ours: everywhere, others: ofGuilds }
  return { ours: Routes.applicationGuildCommands(applicationId, guildId), others: [everywhere, ...ofGuilds] }
}

/** Discord leaves the translations out unless asked, and then every one would look as if it were missing. */
function registered(rest: REST, route: Route): Promise<unknown> {
  return rest.get(route, { query: new URLSearchParams({ with_localizations: 'true' }) })
}

async function takeAway({ rest, log }: DeployNeeds, route: Route): Promise<void> {
  try {
    if (fingerprint(await registered(rest, route), false) === fingerprint([], false)) return
    await rest.put(route, { body: [] })
    log.info('discord commands of another place taken away', { route })
  } catch (error) {
    // Where the bot may have no commands, there are none of it.
    if (!isForbidden(error)) throw error
  }
}

/**
 * Admin commands are hidden from those without Manage Server, unless roles decide: Discord cannot be told
 * of them here, so then everybody sees the commands, and the bot refuses. Where a command may be used can be said
 * of those of every guild alone.
 */
function wantedCommand(
  { data, adminOnly }: Command,
  adminRoleIds: readonly string[],
  isGlobal: boolean,
): Command['data'] {
  const { contexts, integration_types, ...common } = localised(data)
  return {
    ...common,
    default_member_permissions:
      adminOnly && adminRoleIds.length === 0 ? String(PermissionFlagsBits.ManageGuild) : null,
    ...(isGlobal && {
      contexts: contexts ?? [InteractionContextType.Guild],
      integration_types: integration_types ?? [ApplicationIntegrationType.GuildInstall],
    }),
  }
}
