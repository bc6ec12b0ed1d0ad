import type { Client, Guild } from 'discord.js'
import { english } from '../core/messages/english.js'
import type { DiscordConfig } from './client.js'
import { neededPermissions } from './invite-link.js'

const { standing: words, permissions, admins } = english.discordSetup

/** How the bot stands in its guild: what keeps it from its work, and what people should know besides. */
export interface Standing {
  trouble?: string
  warnings: string[]
}

/** Looks at what Discord tells each client of itself, so that nothing has to be asked. */
export function standingOf(client: Client, config: DiscordConfig, guildId: string | undefined): Standing {
  const guild = guildId === undefined ? undefined : client.guilds.cache.get(guildId)

  if (!guild) return { trouble: config.guildId === '' ? words.noChannel() : words.notInGuild(), warnings: [] }
  if (!guild.available) return { trouble: words.guildAway(), warnings: [] }
  const trouble = troubleWithChannel(guild, config.adminChannelId)
  return { ...(trouble !== undefined && { trouble }), warnings: adminWarnings(guild, config.adminRoleIds) }
}

function troubleWithChannel(guild: Guild, channelId: string): string | undefined {
  const channel = guild.channels.cache.get(channelId)
  if (!channel) return words.noChannel()

  const missing = guild.members.me
    ? channel.permissionsFor(guild.members.me).missing([...neededPermissions])
    : []
  if (missing.length === 0) return undefined
  return words.lacks(
    neededPermissions.filter((name) => missing.includes(name)).map((it) => permissions.names[it]),
  )
}

/** Roles that give orders and are not there; whether anybody is left who can. */
function adminWarnings(guild: Guild, adminRoleIds: readonly string[]): string[] {
  const gone = adminRoleIds.filter((id) => !guild.roles.cache.has(id))
  const isEveryone = adminRoleIds.includes(guild.id)
  const useful = adminRoleIds.filter((id) => guild.roles.cache.has(id) && id !== guild.id)

  return [
    ...(gone.length > 0 ? [admins.gone(gone)] : []),
    ...(isEveryone ? [admins.everyone()] : []),
    ...(adminRoleIds.length > 0 && useful.length === 0 ? [admins.nobody()] : []),
  ]
}
