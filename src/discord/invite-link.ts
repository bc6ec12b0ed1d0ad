import { PermissionFlagsBits } from 'discord.js'

/** What the bot needs in the admin channel, and nothing else. */
export const neededPermissions = [
  'ViewChannel',
  'SendMessages',
  'EmbedLinks',
  'AttachFiles',
  'ReadMessageHistory',
] as const

export type NeededPermission = (typeof neededPermissions)[number]

/** The page on which somebody who may manage the guild lets the bot in, with exactly what it needs. */
export function inviteLink({ applicationId, guildId }: { applicationId: string; guildId: string }): string {
  const permissions = neededPermissions.reduce((all, name) => all | PermissionFlagsBits[name], 0n)
  const link = `https://discord.com/oauth2/authorize?client_id=${applicationId}&scope=bot+applications.commands&permissions=${permissions}`
  return guildId === '' ? link : `${link}&guild_id=${guildId}&disable_guild_select=true`
}
