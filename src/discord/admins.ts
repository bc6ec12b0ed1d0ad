import { type Interaction, PermissionFlagsBits } from 'discord.js'
import type { DiscordWords } from '../core/messages/discord.js'
import { lines } from './message.js'

/**
 * Says whether somebody is an admin: by the configured roles or, without them, by Manage Server; only in the guild.
 */
export function createAdmins({
  guildId,
  adminRoleIds,
}: {
  /** Undefined as long as it is not known which guild it is: then nobody is an admin. */
  guildId: () => string | undefined
  adminRoleIds: readonly string[]
}) {
  return { isAdmin, refusal }

  function isAdmin(interaction: Interaction): boolean {
    if (!isAtHome(interaction) || !interaction.member) return false
    if (adminRoleIds.length === 0) return managesServer(interaction)

    const { roles } = interaction.member
    const held = Array.isArray(roles) ? roles : [...roles.cache.keys()]
    return held.some((id) => adminRoleIds.includes(id))
  }

  /** For who is no admin: what makes one, and whom to ask. */
  function refusal({ access, errors }: DiscordWords, interaction: Interaction): string {
    if (!isAtHome(interaction)) return lines(errors.forbidden(), access.elsewhere())
    if (adminRoleIds.length === 0) return lines(errors.forbidden(), access.byPermission())

    const roles = adminRoleIds.map((id) => `<@&${id}>`).join(', ')
    return lines(
      errors.forbidden(),
      access.byRoles(roles),
      managesServer(interaction) && access.forManagers('`[discord] admin_role_ids`'),
    )
  }

  function isAtHome(interaction: Interaction): boolean {
    return interaction.guildId !== null && interaction.guildId === guildId()
  }
}

function managesServer(interaction: Interaction): boolean {
  return interaction.memberPermissions?.has(PermissionFlagsBits.ManageGuild) ?? false
}
