import { channel } from 'node:diagnostics_channel'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../../core/ports.js'
import { systemClock } from '../../util/clock.js'
import { DISCORD_STARTED } from './announced.js'
import { createControl } from './control.js'
import { createGateway } from './gateway.js'
import { createGuildControl } from './guild-control.js'
import { createInteractions } from './interactions.js'
import { createPerson, type Person, type Seen, seenMessage } from './person.js'
import { createRest } from './rest.js'
import type { Channel } from './shapes.js'
import { channelShape, everyoneShape } from './wire.js'
import { createWorld, type PersonOptions } from './world.js'

export interface DiscordOptions {
  clock?: Clock
  /** 0, the default, takes a free one. */
  port?: number
  token?: string
  adminChannelName?: string
  heartbeatMs?: number
  /** Sends clients elsewhere, to see whether they go. */
  gatewayUrl?: string
  botPermissions?: bigint
}

export type SimulatedDiscord = Awaited<ReturnType<typeof startDiscord>>

/**
 * Starts a Discord on the loopback interface that a real client can log in to: REST, gateway, people who type
 * and press. It refuses what Discord refuses and notes what a well-behaved bot would not do.
 */
export async function startDiscord({
  clock = systemClock,
  port = 0,
  token = 'simulated.discord.token',
  adminChannelName = 'plex-admin',
  heartbeatMs = 45_000,
  gatewayUrl,
  botPermissions,
}: DiscordOptions = {}) {
  const http = createServer()
  const world = createWorld({ clock, adminChannelName, botPermissions })
  const interactions = createInteractions({ clock, world })
  let accepted = token
  const gateway = createGateway({
    http,
    world,
    clock,
    token: () => accepted,
    heartbeatMs,
    url: () => `ws://127.0.0.1:${address().port}`,
  })
  const rest = createRest({
    clock,
    world,
    interactions,
    token: () => accepted,
    gatewayUrl: () => gatewayUrl ?? `ws://127.0.0.1:${address().port}/gateway`,
  })
  const people = new Map<string, Person>()
  const deleted = new Map<string, Channel>()
  const control = createControl({
    person,
    transcript: () => [...world.transcript],
    commands: () => world.commandsShown(),
    objections: () => [...world.violations],
    fault: rest.fault,
  })

  http.on('request', (request, response) => {
    const path = request.url ?? '/'

    if (path.startsWith('/_sim/')) return void control.answer(request, response)
    if (path.startsWith('/api/v10/')) {
      void rest.answer(request, response, path.slice('/api/v10'.length)).catch(() => response.destroy())
      return
    }
    world.violations.push(`${request.method} ${path} is not under /api/v10`)
    response
      .writeHead(404, { 'content-type': 'application/json' })
      .end('{"message":"404: Not Found","code":0}')
  })
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, '127.0.0.1', resolve)
  })

  const simulated = {
    apiUrl: `http://127.0.0.1:${address().port}/api`,
    url: `http://127.0.0.1:${address().port}`,
    token,
    applicationId: world.bot.id,
    guildId: world.guildId,
    adminChannelId: world.adminChannel.id,
    generalChannelId: world.general.id,
    adminRoleId: world.adminRoleId,
    person,
    channelMessages,
    dms,
    transcript: () => [...world.transcript],
    pings: () => [...world.pings],
    commands: () => structuredClone(world.commands),
    /** Those that every guild is shown. */
    globalCommands: () => structuredClone(world.globalCommands),
    /** Whether the bot may have commands in the guild. */
    allowCommands: (allowed: boolean) => {
      world.commandsAllowed = allowed
    },
    guild: createGuildControl({ world, gateway }),
    revokeToken,
    interactionTokens: interactions.tokens,
    calls: rest.calls,
    strictViolations: world.violations,
    fault: rest.fault,
    clearFaults: rest.clearFaults,
    deleteMessage,
    deleteChannel,
    restoreChannel,
    setBotPermissions,
    /** From now on a channel takes five messages within five seconds, and answers say how it stands. */
    limitMessages: rest.limitMessages,
    /** What the bot shows of itself now. */
    presence: () => world.presences.at(-1),
    presences: () => [...world.presences],
    gateway: {
      faults: gateway.faults,
      counts: gateway.counts,
      connected: gateway.connected,
      closeAll: gateway.closeAll,
      dropAll: gateway.dropAll,
      askToReconnect: gateway.askToReconnect,
      invalidate: gateway.invalidate,
    },
    close,
  }
  channel(DISCORD_STARTED).publish(simulated)
  return simulated

  /** The person of that name, made on first mention. */
  function person(username: string, options: PersonOptions = {}): Person {
    const known = people.get(username)
    if (known) return known

    const someone = world.addPerson(username, options)
    const made = createPerson({ clock, world, interactions, gateway, someone })
    people.set(username, made)
    return made
  }

  /** What everybody in a channel sees. */
  function channelMessages(channelId: string): Seen[] {
    return world.messages
      .filter((it) => it.channel.id === channelId && !it.onlyFor)
      .map((it) => seenMessage(world, it))
  }

  /** What somebody finds in their private channel with the bot. */
  function dms(to: Pick<Person, 'id'>): Seen[] {
    return world.messages
      .filter((it) => it.channel.recipient?.id === to.id)
      .map((it) => seenMessage(world, it))
  }

  function deleteChannel(channelId: string): void {
    const channel = world.channels.get(channelId)
    if (!channel) return
    world.channels.delete(channelId)
    deleted.set(channelId, channel)
    gateway.dispatch('CHANNEL_DELETE', channelShape(world, channel))
  }

  /** As it was; Discord itself would make another one. */
  function restoreChannel(channelId: string): void {
    const channel = deleted.get(channelId)
    if (!channel) throw new Error('No such channel was deleted')
    world.channels.set(channelId, channel)
    gateway.dispatch('CHANNEL_CREATE', channelShape(world, channel))
  }

  /** What the bot may do, by the role that everybody has. */
  function setBotPermissions(permissions: bigint): void {
    world.bot.permissions = permissions
    gateway.dispatch('GUILD_ROLE_UPDATE', { guild_id: world.guildId, role: everyoneShape(world) })
  }

  function deleteMessage(seen: Pick<Seen, 'messageId'>): void {
    const message = world.messages.find((it) => it.id === seen.messageId)
    if (message) world.remove(message)
  }

  /** Somebody has had a new token made: the old one is worth nothing from now on. */
  function revokeToken(): void {
    accepted = `${token}.renewed`
    gateway.closeAll(4004)
  }

  function address(): AddressInfo {
    const at = http.address()
    if (at === null || typeof at === 'string') throw new Error('The simulated Discord does not listen')
    return at
  }

  async function close(): Promise<void> {
    gateway.close()
    http.closeAllConnections()
    await new Promise<void>((resolve) => http.close(() => resolve()))
  }
}
