import { ChannelType, type REST, Routes } from 'discord.js'
import { english } from '../core/messages/english.js'
import type { Check } from '../core/sign-in/checks.js'
import { Channel, Guild, Member, RoleCounts } from './check-shapes.js'
import { bad, isRefusal, type Step } from './check-step.js'
import type { DiscordConfig } from './client.js'
import { missingIn, type Overwrite } from './permissions.js'

const { discordSetup: words } = english

interface Asked {
  rest: REST
  config: DiscordConfig
  /** Invites the bot. */
  link: string
}

/** The admin channel, as far as it was found. */
export interface Place {
  name: string
  guildId: string
  overwrites: Overwrite[]
}

const texts = new Set<number>([ChannelType.GuildText, ChannelType.GuildAnnouncement])

/** Whether the bot is in the guild. */
export async function checkGuild(
  { rest, config, link }: Asked,
  guildId: string | undefined,
): Promise<Step<Guild>> {
  const { good, byChannel, missing, unknown, remedy, unknownRemedy } = words.guild
  if (!guildId) return bad('discord-guild', unknown(), unknownRemedy())
  try {
    const guild = Guild.parse(await rest.get(Routes.guild(guildId)))
    const found = config.guildId === '' ? byChannel(guild.name) : good(guild.name)
    return { checks: [{ check: 'discord-guild', outcome: 'good', found }], value: guild }
  } catch (error) {
    if (!isRefusal(error, 'UnknownGuild', 'MissingAccess')) throw error
    return bad('discord-guild', missing(guildId), remedy(link))
  }
}

/** Whether it was invited with the right to have commands. */
export async function checkCommands(
  { rest, link }: Asked,
  applicationId: string,
  guildId: string,
): Promise<Step<never>> {
  const { good, forbidden, remedy } = words.commands
  try {
    await rest.get(Routes.applicationGuildCommands(applicationId, guildId))
    return { checks: [{ check: 'discord-commands', outcome: 'good', found: good() }] }
  } catch (error) {
    if (!isRefusal(error, 'MissingAccess')) throw error
    return bad('discord-commands', forbidden(), remedy(link))
  }
}

/** Whether the admin channel is there, can be written in, and is in the guild. */
export async function checkChannel({ rest, config }: Asked): Promise<Step<Place>> {
  const { good, none, missing, elsewhere, noText, hidden, remedy, hiddenRemedy } = words.channel
  const id = config.adminChannelId
  if (id === '') return bad('discord-channel', none(), remedy())
  try {
    const channel = Channel.parse(await rest.get(Routes.channel(id)))
    const name = channel.name ?? id
    if (!texts.has(channel.type)) return bad('discord-channel', noText(name), remedy())
    if (config.guildId !== '' && channel.guild_id !== config.guildId) {
      return bad('discord-channel', elsewhere(name), remedy())
    }
    return {
      checks: [{ check: 'discord-channel', outcome: 'good', found: good(name) }],
      value: { name, guildId: channel.guild_id ?? '', overwrites: channel.permission_overwrites },
    }
  } catch (error) {
    if (isRefusal(error, 'MissingAccess')) return bad('discord-channel', hidden(id), hiddenRemedy())
    if (isRefusal(error, 'UnknownChannel')) return bad('discord-channel', missing(id), remedy())
    throw error
  }
}

/** Whether the bot may do there what it needs to. */
export async function checkPermissions(
  { rest }: Asked,
  botId: string,
  { id: guildId, roles }: Guild,
  { name, overwrites }: Place,
): Promise<Step<never>> {
  const { good, missing, names, remedy } = words.permissions
  const member = Member.parse(await rest.get(Routes.guildMember(guildId, botId)))
  const lacking = missingIn({ guildId, roles, overwrites }, { id: botId, roles: member.roles })

  if (lacking.length === 0) {
    return { checks: [{ check: 'discord-permissions', outcome: 'good', found: good(name) }] }
  }
  const found = missing(
    name,
    lacking.map((it) => names[it]),
  )
  return bad('discord-permissions', found, remedy(name))
}

/** Whether anybody can give orders. */
export async function checkAdmins(asked: Asked, guild: Guild): Promise<Step<never>> {
  const { adminRoleIds } = asked.config
  const { byPermission, good, gone, everyone, nobody, remedy } = words.admins
  if (adminRoleIds.length === 0) {
    return { checks: [{ check: 'discord-admins', outcome: 'good', found: byPermission() }] }
  }

  const useful = guild.roles.filter(({ id }) => id !== guild.id && adminRoleIds.includes(id))
  const missing = adminRoleIds.filter((id) => !guild.roles.some((role) => role.id === id))
  const warnings: Check[] = [
    ...(missing.length > 0 ? [gone(missing)] : []),
    ...(adminRoleIds.includes(guild.id) ? [everyone()] : []),
  ].map((found) => ({ check: 'discord-admins', outcome: 'lacking', found, remedy: remedy() }))
  const names = useful.map(({ name }) => name)

  if (useful.length === 0) {
    return { checks: [...warnings, ...bad('discord-admins', nobody(), remedy()).checks] }
  }
  const unheld = await areUnheld(asked, guild, new Set(useful.map(({ id }) => id)))
  if (unheld) {
    const { checks } = bad('discord-admins', words.admins.unheld(names), words.admins.unheldRemedy())
    return { checks: [...warnings, ...checks] }
  }
  return { checks: [...warnings, { check: 'discord-admins', outcome: 'good', found: good(names) }] }
}

/** Discord counts the members of each role, also for those who may not list them; where it does not, nothing is said. */
async function areUnheld({ rest }: Asked, { id }: Guild, roleIds: ReadonlySet<string>): Promise<boolean> {
  const counts = RoleCounts.safeParse(
    await rest.get(`/guilds/${id}/roles/member-counts`).catch((error: unknown) => {
      if (isRefusal(error, 'GeneralError', 'MissingAccess', 'MissingPermissions')) return undefined
      throw error
    }),
  )
  return counts.success && [...roleIds].every((role) => (counts.data[role] ?? 0) === 0)
}
