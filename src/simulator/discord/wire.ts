import type { APIUser, GatewayGuildCreateDispatchData, GatewayReadyDispatchData } from 'discord-api-types/v10'
import { ALL_PERMISSIONS, BOT_PERMISSIONS, type Channel, type Someone, type StoredMessage } from './shapes.js'
import type { World } from './world.js'

const JOINED = '2026-01-01T00:00:00.000000+00:00'

/** The shapes in which things travel, the smallest that satisfy the real client. */
export function userShape(person: Someone): APIUser {
  return {
    id: person.id,
    username: person.username,
    discriminator: person.bot ? '0000' : '0',
    global_name: person.globalName,
    avatar: null,
    ...(person.bot && { bot: true }),
  }
}

export function memberShape(person: Someone) {
  return {
    nick: null,
    avatar: null,
    roles: person.roles,
    joined_at: JOINED,
    deaf: false,
    mute: false,
    flags: 0,
    pending: false,
  }
}

export function channelShape(world: World, channel: Channel) {
  if (channel.recipient) {
    return {
      id: channel.id,
      type: 1,
      last_message_id: null,
      flags: 0,
      recipients: [userShape(channel.recipient)],
    }
  }
  return {
    id: channel.id,
    type: 0,
    guild_id: channel.elsewhere ? world.ownerId : world.guildId,
    name: channel.name,
    position: 0,
    permission_overwrites: channel.overwrites.map(({ id, type, allow, deny }) => ({
      id,
      type,
      allow: String(allow),
      deny: String(deny),
    })),
    parent_id: null,
    nsfw: false,
  }
}

/** A message as the list of a channel tells of it: whether with its nonce is not documented, so without. */
export function listedShape(world: World, message: StoredMessage) {
  const { nonce: _, ...shape } = messageShape(world, message)
  return { ...shape, embeds: shape.embeds.map((one) => ({ type: 'rich', ...one })) }
}

/** A message as REST answers it. Components come back with the numeric ids that Discord gives them. */
export function messageShape(world: World, message: StoredMessage) {
  let component = 0

  return {
    id: message.id,
    channel_id: message.channel.id,
    type: message.answer ? 20 : 0,
    content: message.content,
    flags: message.flags,
    author: userShape(message.author),
    timestamp: new Date(message.createdAt).toISOString(),
    edited_timestamp: message.editedAt === undefined ? null : new Date(message.editedAt).toISOString(),
    tts: false,
    pinned: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    attachments: message.attachments.map((it, i) => ({
      id: String(i),
      filename: it.filename,
      size: it.size,
      url: `attachment://${it.filename}`,
      proxy_url: `attachment://${it.filename}`,
    })),
    embeds: message.embeds,
    components: message.components.map((row) => ({
      id: ++component,
      ...row,
      components: row.components.map((it) => ({ id: ++component, ...it })),
    })),
    ...(message.nonce !== undefined && { nonce: message.nonce }),
    ...(message.answer && { webhook_id: world.bot.id, application_id: world.bot.id }),
  }
}

export function readyShape(world: World, sessionId: string, url: string) {
  return {
    v: 10,
    user: { ...userShape(world.bot), mfa_enabled: false, verified: true },
    guilds: world.bot.inGuild ? [{ id: world.guildId, unavailable: true }] : [],
    session_id: sessionId,
    resume_gateway_url: url,
    shard: [0, 1],
    application: { id: world.bot.id, flags: 0 },
  } satisfies Partial<Record<keyof GatewayReadyDispatchData, unknown>>
}

/** Only the bot itself is among the members, as for every bot without the privileged intents. */
export function guildShape(world: World) {
  return {
    id: world.guildId,
    name: 'OTP',
    unavailable: false,
    owner_id: world.ownerId,
    preferred_locale: 'en-US',
    joined_at: JOINED,
    member_count: world.people.size,
    large: false,
    roles: world.roles.map(({ id, name, permissions }) => roleShape(id, name, permissions)),
    members: [{ user: userShape(world.bot), ...memberShape(world.bot) }],
    channels: [...world.channels.values()]
      .filter((it) => it.kind === 'text' && !it.elsewhere)
      .map((it) => channelShape(world, it)),
    threads: [],
    emojis: [],
    stickers: [],
    voice_states: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  } satisfies Partial<Record<keyof GatewayGuildCreateDispatchData, unknown>>
}

/** The role that everybody has; the bot has no other. */
export function everyoneShape(world: World) {
  return roleShape(
    world.guildId,
    '@everyone',
    world.roles.find((it) => it.id === world.guildId)?.permissions ?? 0n,
  )
}

/** The part that every interaction has, with the person and the place it comes from. */
export function placeShape(world: World, person: Someone, channel: Channel) {
  const common = {
    application_id: world.bot.id,
    version: 1,
    channel_id: channel.id,
    channel: { ...channelShape(world, channel), permissions: String(ALL_PERMISSIONS) },
    app_permissions: String(BOT_PERMISSIONS),
    locale: person.locale,
    attachment_size_limit: 10_485_760,
    entitlements: [],
  }
  if (channel.recipient) {
    return {
      ...common,
      context: 1,
      user: userShape(person),
      authorizing_integration_owners: { 0: '0' },
    }
  }
  return {
    ...common,
    context: 0,
    guild_id: world.guildId,
    guild_locale: 'en-US',
    authorizing_integration_owners: { 0: world.guildId },
    member: { user: userShape(person), ...memberShape(person), permissions: world.permissionsOf(person) },
  }
}

function roleShape(id: string, name: string, permissions: bigint) {
  return {
    id,
    name,
    permissions: String(permissions),
    position: 0,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    managed: false,
    mentionable: false,
    flags: 0,
  }
}
