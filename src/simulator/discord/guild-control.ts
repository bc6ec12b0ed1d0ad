import type { Gateway } from './gateway.js'
import type { Overwrite } from './shapes.js'
import { guildShape } from './wire.js'
import type { World } from './world.js'

/** What those who run the guild do: roles, what a channel allows, and whether the bot is there at all. */
export function createGuildControl({ world, gateway }: { world: World; gateway: Gateway }) {
  return { addRole, removeRole, giveBot, overwrite, addChannelElsewhere, removeBot, comeBack, goAway }

  function addRole(name: string, permissions = 0n): string {
    const id = world.snowflake()
    world.roles.push({ id, name, permissions })
    return id
  }

  function removeRole(id: string): void {
    const at = world.roles.findIndex((one) => one.id === id)
    if (at !== -1) world.roles.splice(at, 1)
  }

  function giveBot(roleId: string): void {
    world.bot.roles.push(roleId)
  }

  /** What a channel allows or denies to a role or, by type 1, to a member. */
  function overwrite(channelId: string, one: Partial<Overwrite> & { id: string }): void {
    world.channels.get(channelId)?.overwrites.push({ type: 0, allow: 0n, deny: 0n, ...one })
  }

  /** A channel of another guild in which the bot is, too. */
  function addChannelElsewhere(name: string): string {
    const channel = world.textChannel(name)
    channel.elsewhere = true
    return channel.id
  }

  function removeBot(): void {
    world.bot.inGuild = false
    gateway.dispatch('GUILD_DELETE', { id: world.guildId })
  }

  /** An outage of Discord: the guild is still the bot's, and cannot be reached. */
  function goAway(): void {
    gateway.dispatch('GUILD_DELETE', { id: world.guildId, unavailable: true })
  }

  /** After either of them. */
  function comeBack(): void {
    world.bot.inGuild = true
    gateway.dispatch('GUILD_CREATE', guildShape(world))
  }
}
