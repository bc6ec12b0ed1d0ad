import type { Clock } from '../../core/ports.js'
import { permissionsIn } from './permissions.js'
import { renderMessage } from './render.js'
import {
  ALL_PERMISSIONS,
  BOT_PERMISSIONS,
  type Channel,
  EPHEMERAL,
  type MessageBody,
  type RegisteredCommand,
  type Role,
  type Someone,
  type StoredMessage,
} from './shapes.js'

export type World = ReturnType<typeof createWorld>

const NONCE_KEPT_MS = 5 * 60_000

/** Everything the simulated Discord remembers: one guild, its people, channels, messages and commands. */
export function createWorld({ clock, adminChannelName, botPermissions = BOT_PERMISSIONS }: WorldNeeds) {
  let counter = 0n
  const guildId = snowflake()
  const ownerId = snowflake()
  const adminRoleId = snowflake()
  const bot = someone('otp', { bot: true, permissions: botPermissions })
  const people = new Map<string, Someone>([[bot.id, bot]])
  const channels = new Map<string, Channel>()
  const general = textChannel('general')
  const adminChannel = textChannel(adminChannelName)
  const messages: StoredMessage[] = []
  const nonces = new Map<string, { id: string; until: number }>()
  const transcript: string[] = []
  const pings: string[] = []
  const violations: string[] = []
  /** What the bot has shown of itself, one after the other. */
  const presences: string[] = []
  const commands: RegisteredCommand[] = []
  const globalCommands: RegisteredCommand[] = []
  const roles: Role[] = [
    { id: guildId, name: '@everyone', permissions: botPermissions },
    { id: adminRoleId, name: 'plex admins', permissions: 0n },
  ]

  return {
    guildId,
    ownerId,
    adminRoleId,
    bot,
    people,
    channels,
    general,
    adminChannel,
    messages,
    transcript,
    pings,
    violations,
    presences,
    commands,
    globalCommands,
    commandsShown,
    roles,
    /** Whether the bot was invited with the scope that lets it have commands in the guild. */
    commandsAllowed: true,
    botPermissionsIn,
    snowflake,
    textChannel,
    addPerson,
    dmChannel,
    post,
    edit,
    remove,
    visible,
    byNonce,
    permissionsOf,
    render,
  }

  function snowflake(): string {
    counter += 1n
    return String((BigInt(Math.floor(clock.now()) - 1_420_070_400_000) << 22n) + counter)
  }

  function someone(username: string, more: Partial<Someone> = {}): Someone {
    return {
      id: snowflake(),
      username,
      globalName: null,
      bot: false,
      roles: [],
      permissions: 0n,
      dmsClosed: false,
      inGuild: true,
      locale: 'en-US',
      ...more,
    }
  }

  function addPerson(
    username: string,
    {
      admin = false,
      adminRole = false,
      member = true,
      globalName = null,
      locale = 'en-US',
    }: PersonOptions = {},
  ) {
    const person = someone(username, {
      inGuild: member,
      globalName,
      locale,
      permissions: admin ? ALL_PERMISSIONS : 1n << 10n,
      roles: adminRole ? [adminRoleId] : [],
    })
    people.set(person.id, person)
    return person
  }

  /** What people are offered: those of the guild and those of every guild. */
  function commandsShown(): RegisteredCommand[] {
    return [...commands, ...globalCommands]
  }

  function botPermissionsIn(channel: Channel): bigint {
    return permissionsIn(channel, bot, { guildId, roles })
  }

  function permissionsOf(person: Someone): string {
    return String(person.permissions)
  }

  function textChannel(name: string): Channel {
    const channel: Channel = { id: snowflake(), kind: 'text', name, overwrites: [] }
    channels.set(channel.id, channel)
    return channel
  }

  function dmChannel(recipient: Someone): Channel {
    const known = [...channels.values()].find((one) => one.recipient === recipient)
    if (known) return known

    const { username: name } = recipient
    const channel: Channel = { id: snowflake(), kind: 'dm', name, recipient, overwrites: [] }
    channels.set(channel.id, channel)
    return channel
  }

  /** Keeps a new message of the bot; a loading one is told of only when it has been filled. */
  function post(channel: Channel, body: MessageBody, more: Partial<StoredMessage> = {}): StoredMessage {
    const message: StoredMessage = {
      id: snowflake(),
      channel,
      author: bot,
      content: body.content ?? '',
      embeds: body.embeds ?? [],
      components: body.components ?? [],
      attachments: [],
      flags: (body.flags ?? 0) & EPHEMERAL,
      createdAt: clock.now(),
      answer: false,
      ...(body.nonce !== undefined && { nonce: body.nonce }),
      ...more,
    }
    messages.push(message)
    if (body.nonce !== undefined) {
      nonces.set(`${channel.id} ${body.nonce}`, { id: message.id, until: clock.now() + NONCE_KEPT_MS })
    }
    ping(message, body, channel.kind === 'dm' ? [] : ['users', 'roles', 'everyone'])
    return message
  }

  function edit(message: StoredMessage, body: MessageBody): StoredMessage {
    if (body.content !== undefined) message.content = body.content ?? ''
    if (body.embeds !== undefined) message.embeds = body.embeds ?? []
    if (body.components !== undefined) message.components = body.components ?? []
    message.editedAt = clock.now()
    ping(message, body, ['users', 'roles', 'everyone'])
    return message
  }

  /** Says in the transcript what somebody now sees. */
  function visible(message: StoredMessage, edited = false): void {
    transcript.push(`${whereSeen(message)}${edited ? ' (edited)' : ''}: ${render(message)}`)
  }

  function render(message: StoredMessage): string {
    return renderMessage(message, { now: clock.now(), nameOf: (id) => people.get(id)?.username ?? 'unknown' })
  }

  function remove(message: StoredMessage): void {
    const at = messages.indexOf(message)
    if (at !== -1) messages.splice(at, 1)
  }

  function byNonce(channel: Channel, nonce: string): StoredMessage | undefined {
    const known = nonces.get(`${channel.id} ${nonce}`)
    if (!known || known.until < clock.now()) return undefined
    return messages.find((one) => one.id === known.id)
  }

  function ping(message: StoredMessage, body: MessageBody, byDefault: string[]): void {
    const allowed = body.allowed_mentions
    const parse = allowed ? (allowed.parse ?? []) : byDefault
    const users = allowed?.users ?? []

    for (const [, id] of message.content.matchAll(/(?<!\\)<@!?(\d{17,20})>/g)) {
      if (id && (parse.includes('users') || users.includes(id))) pings.push(people.get(id)?.username ?? id)
    }
    for (const [, name] of message.content.matchAll(/(?<!\\)@(everyone|here)\b/g)) {
      if (name && parse.includes('everyone')) pings.push(name)
    }
  }
}

interface WorldNeeds {
  clock: Clock
  adminChannelName: string
  /** What the bot may do in the guild; all it needs, unless told. */
  botPermissions?: bigint | undefined
}

export interface PersonOptions {
  /** Has Manage Server and everything else. */
  admin?: boolean
  /** Has the guild's admin role, without any permission of its own. */
  adminRole?: boolean
  /** False: has an account, and is not in the guild. */
  member?: boolean
  globalName?: string | null
  /** The language of their client; `en-US` unless told. */
  locale?: string
}

/** Whether somebody may use commands that ask for these permissions. */
export function mayUse(person: Someone, required: string | null | undefined): boolean {
  if (required === null || required === undefined) return true

  const wanted = BigInt(required)
  return person.permissions === ALL_PERMISSIONS || (wanted !== 0n && (person.permissions & wanted) === wanted)
}

function whereSeen({ channel, onlyFor }: StoredMessage): string {
  if (onlyFor) return `only ${onlyFor.username}`
  if (channel.recipient) return `dm ${channel.recipient.username}`
  return `#${channel.name}`
}
