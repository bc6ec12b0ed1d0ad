import { type Client, PermissionFlagsBits, type PermissionsString } from 'discord.js'
import { english } from '../core/messages/english.js'

/** What the bot needs in the admin channel. */
const NEEDED = [
  PermissionFlagsBits.ViewChannel,
  PermissionFlagsBits.SendMessages,
  PermissionFlagsBits.EmbedLinks,
]

/** What is wrong with the guild or the admin channel, and what mends it; said before the first card gets lost. */
export function troubleIn(
  client: Client,
  { guildId, adminChannelId }: { guildId: string; adminChannelId: string },
): string | undefined {
  const { trouble } = english.discord.outbox
  const guild = client.guilds.cache.get(guildId)
  if (!guild) return trouble.notInGuild

  const channel = guild.channels.cache.get(adminChannelId)
  if (!channel) return trouble.noChannel

  const missing = guild.members.me ? channel.permissionsFor(guild.members.me).missing(NEEDED) : []
  return missing.length > 0 ? trouble.lacks(missing.map(named).join(', ')) : undefined
}

/** As Discord's own pages call it: "SendMessages" is "Send Messages". */
function named(permission: PermissionsString): string {
  return permission.replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
}
