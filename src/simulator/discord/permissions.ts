import { ADMINISTRATOR, ALL_PERMISSIONS, type Channel, type Role, VIEW_CHANNEL } from './shapes.js'

/** What a member may do in a channel: the roles together, then what the channel takes and gives. */
export function permissionsIn(
  { overwrites }: Pick<Channel, 'overwrites'>,
  member: { id: string; roles: readonly string[] },
  guild: { guildId: string; roles: readonly Role[] },
): bigint {
  const held = guild.roles.filter(({ id }) => id === guild.guildId || member.roles.includes(id))
  const base = held.reduce((all, { permissions }) => all | permissions, 0n)
  if ((base & ADMINISTRATOR) !== 0n) return ALL_PERMISSIONS

  const steps = [
    overwrites.filter(({ id }) => id === guild.guildId),
    overwrites.filter(({ id, type }) => type === 0 && id !== guild.guildId && member.roles.includes(id)),
    overwrites.filter(({ id, type }) => type === 1 && id === member.id),
  ]
  const left = steps.reduce((may, some) => {
    const denied = some.reduce((all, { deny }) => all | deny, 0n)
    const allowed = some.reduce((all, { allow }) => all | allow, 0n)
    return (may & ~denied) | allowed
  }, base)
  return (left & VIEW_CHANNEL) === 0n ? 0n : left
}
