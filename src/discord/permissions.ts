import { PermissionFlagsBits } from 'discord.js'
import { type NeededPermission, neededPermissions } from './invite-link.js'

export interface Overwrite {
  id: string
  /** Of a role (0) or a member (1). */
  type: number
  allow: bigint
  deny: bigint
}

interface Where {
  guildId: string
  roles: readonly { id: string; permissions: bigint }[]
  overwrites: readonly Overwrite[]
}

/** Which of the permissions that the bot needs it lacks in a channel, in Discord's own order of precedence. */
export function missingIn(
  where: Where,
  member: { id: string; roles: readonly string[] },
): NeededPermission[] {
  const may = permissionsIn(where, member)
  return neededPermissions.filter((name) => (may & PermissionFlagsBits[name]) === 0n)
}

/** The roles together; then what the channel says of everybody, of the roles together, and of the member. */
function permissionsIn(
  { guildId, roles, overwrites }: Where,
  member: { id: string; roles: readonly string[] },
): bigint {
  const held = new Set([guildId, ...member.roles])
  const base = roles.filter(({ id }) => held.has(id)).reduce((all, it) => all | it.permissions, 0n)
  if ((base & PermissionFlagsBits.Administrator) !== 0n) return ~0n

  const ofRoles = overwrites.filter(({ type }) => type === 0)
  const steps = [
    ofRoles.filter(({ id }) => id === guildId),
    ofRoles.filter(({ id }) => id !== guildId && held.has(id)),
    overwrites.filter(({ type, id }) => type === 1 && id === member.id),
  ]
  return steps.reduce((may, some) => {
    const denied = some.reduce((all, { deny }) => all | deny, 0n)
    const allowed = some.reduce((all, { allow }) => all | allow, 0n)
    return (may & ~denied) | allowed
  }, base)
}
