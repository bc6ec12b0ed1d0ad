import { type Interaction, PermissionFlagsBits } from 'discord.js'

/** Says whether somebody is an admin: by the configured roles or, without them, by Manage Server; only in the guild. */
export function createAdmins({
  guildId,
  adminRoleIds,
}: {
  guildId: string
  adminRoleIds: readonly string[]
}) {
  return { isAdmin }

  function isAdmin(interaction: Interaction): boolean {
    if (interaction.guildId !== guildId || !interaction.member) return false
    if (adminRoleIds.length === 0) {
      return interaction.memberPermissions?.has(PermissionFlagsBits.ManageGuild) ?? false
    }
    const { roles } = interaction.member
    const held = Array.isArray(roles) ? roles : [...roles.cache.keys()]
    return held.some((id) => adminRoleIds.includes(id))
  }
}
