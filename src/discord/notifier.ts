import { createHash } from 'node:crypto'
import { DiscordAPIError, RateLimitError, type REST, RESTJSONErrorCodes, Routes } from 'discord.js'
import { z } from 'zod'
import { english } from '../core/messages/english.js'
import type { GuestRef, MediaItem } from '../core/model.js'
import type { Clock, Logger, Notifier } from '../core/ports.js'
import type { DeliveredMessage, Delivery, OutboxMessage } from '../core/telling/notices.js'
import type { DiscordClient } from './client.js'
import { wordsFor } from './languages.js'
import { noMentions } from './message.js'
import { noticeMessage } from './notices.js'
import { createdAt, findPosted, type Posted } from './posted.js'
import { reasonOf } from './redact.js'
import { neverArrived } from './requests.js'

const WithId = z.looseObject({ id: z.string() })

const posterName = 'poster.jpg'

/** Why nothing went out, in the words of the log. */
const NOT_LINKED = 'the guest is linked to no Discord user'
const NOT_LOGGED_IN = 'Discord is not logged in'

/** Sends the core's messages to guests and to the admin channel, each one once. */
export function createNotifier(needs: NotifierNeeds): Notifier {
  const { client, config, poster, localeOf, onNoMutualGuild, clock, log } = needs
  return { deliver, trouble: client.channelTrouble, health }

  function health(): { ok: boolean; reason?: string } {
    const { ok, reason } = client.health()
    return { ok, ...(reason !== undefined && { reason }) }
  }

  async function deliver(message: OutboxMessage): Promise<Delivery> {
    const rest = client.rest()
    if (!rest) return { kind: 'later', reason: NOT_LOGGED_IN }

    try {
      if (message.delivered) return await edit(rest, message, message.delivered)
      return await send(rest, message, 'send')
    } catch (error) {
      return failed(message, error)
    }
  }

  async function send(rest: REST, message: OutboxMessage, purpose: string): Promise<Delivery> {
    const channelId = await channelFor(rest, message)
    if (channelId === undefined) return { kind: 'impossible', reason: NOT_LINKED }

    const nonce = nonceOf(message.id, purpose)
    const there = await postedBefore(rest, message, channelId, nonce)
    if (there) {
      const poster = there.files.includes(posterName)
      const found = { channelId, messageId: there.id, ...(poster && { poster }) }
      log.info('message was there already', { message: message.id })
      return { kind: 'delivered', message: found, fromBefore: true }
    }
    const picture = await posterFor(message)
    const files = picture ? [{ name: posterName, data: picture }] : []
    const shown = await bodyOf(message, picture !== undefined)
    const startedAt = clock.now()
    const body = { ...shown, nonce, enforce_nonce: true }
    try {
      const sent = WithId.parse(await rest.post(Routes.channelMessages(channelId), { body, files }))
      const isFromBefore = message.attempts > 0 || startedAt - createdAt(sent.id) > FROM_BEFORE_MS
      return {
        kind: 'delivered',
        message: { channelId, messageId: sent.id, ...(picture && { poster: true }) },
        ...(isFromBefore && { fromBefore: true }),
      }
    } catch (error) {
      const delivery = failed(message, error)
      if (delivery.kind !== 'later' || !mayHaveArrived(error)) return delivery
      return { ...delivery, unsureSince: startedAt }
    }
  }

  /**
   * Where the nonce may have run out, only the channel itself tells whether an earlier attempt has come through. One who
   * may not look posts: a message twice is better than one that nobody sees. While Discord has trouble, waiting costs
   * nothing, since posting would hardly fare better; but not for ever.
   */
  async function postedBefore(
    rest: REST,
    { content, unsureSince }: OutboxMessage,
    channelId: string,
    nonce: string,
  ): Promise<Posted | undefined> {
    const botId = client.botId()
    const unsureMs = clock.now() - (unsureSince ?? clock.now())
    if (unsureSince === undefined || botId === undefined || unsureMs < NONCE_HOLDS_MS) return undefined

    const where = { channelId, botId, sinceMs: unsureSince }
    return findPosted(rest, where, { content, nonce }).catch((error: unknown) => {
      const isForbidden = error instanceof DiscordAPIError && (error.status === 403 || error.status === 404)
      if (!isForbidden && unsureMs < LOOKED_FOR_MS) throw error
      log.warn('whether a message is there already cannot be seen', { reason: reasonOf(error, config.token) })
      return undefined
    })
  }

  async function edit(rest: REST, message: OutboxMessage, at: DeliveredMessage): Promise<Delivery> {
    try {
      await rest.patch(Routes.channelMessage(at.channelId, at.messageId), {
        body: await bodyOf(message, at.poster ?? false),
      })
      return { kind: 'delivered', message: at }
    } catch (error) {
      const isGone = isCode(error, RESTJSONErrorCodes.UnknownMessage)
      // The admins have moved to another channel, and what was said in the old one cannot be changed any more.
      const hasMoved = message.content.to === 'admins' && at.channelId !== config.adminChannelId
      if (!isGone && !(hasMoved && isBarred(error))) throw error
      log.info('message is there no more, posted anew', { message: message.id })
      return send(rest, message, `again:${at.messageId}`)
    }
  }

  /** Admins read in the language of their guild, guests in their own where it is known. */
  async function bodyOf({ content, machineIdentifier }: OutboxMessage, hasPoster: boolean) {
    const locale =
      content.to === 'admins' ? client.guildLocale() : await localeOf(machineIdentifier, content.guest)
    const { embeds, ...said } = noticeMessage(wordsFor(locale), content)
    // An edit leaves the picture where it is, as long as the embed goes on showing it.
    const shown = hasPoster
      ? embeds.map((one) => ({ ...one, thumbnail: { url: `attachment://${posterName}` } }))
      : embeds
    return { ...said, embeds: shown, allowed_mentions: noMentions }
  }

  /** The picture itself, never a link to it: that would lead to the server. */
  async function posterFor({ content }: OutboxMessage): Promise<Uint8Array | undefined> {
    if (content.to !== 'admins' || content.notice.kind !== 'violation') return undefined
    return poster(content.notice.violation.media)
  }

  async function channelFor(rest: REST, { content }: OutboxMessage): Promise<string | undefined> {
    if (content.to === 'admins') return config.adminChannelId
    if (content.guest.discordUserId === undefined) return undefined

    const body = { recipient_id: content.guest.discordUserId }
    return WithId.parse(await rest.post(Routes.userChannels(), { body })).id
  }

  function failed(message: OutboxMessage, error: unknown): Delivery {
    const reason = reasonOf(error, config.token)

    if (error instanceof RateLimitError) {
      return { kind: 'later', reason: 'Discord asked to wait', afterMs: error.retryAfter }
    }
    if (!(error instanceof DiscordAPIError)) return { kind: 'later', reason }
    return verdict(message, Number(error.code), error.status, reason)
  }

  function verdict(message: OutboxMessage, code: number, status: number, reason: string): Delivery {
    const { content } = message
    if (content.to === 'guest' && blockedCodes.has(code)) {
      if (code === noMutualGuild) onNoMutualGuild(content.guest.discordUserId ?? '')
      return { kind: 'blocked', reason }
    }
    if (content.to === 'admins' && barredCodes.has(code)) {
      return { kind: 'barred', reason: client.channelTrouble() ?? barredReason(code) }
    }
    if (impossibleCodes.has(code)) return { kind: 'impossible', reason }
    if (!isAboutMessage(code, status)) return { kind: 'later', reason }

    log.error('discord refused a message', { message: message.id, code, status, reason })
    return { kind: 'impossible', reason }
  }
}

interface NotifierNeeds {
  client: Pick<DiscordClient, 'rest' | 'botId' | 'guildLocale' | 'channelTrouble' | 'health'>
  config: { token: string; adminChannelId: string }
  /** A small picture of an item, if there is one soon. Never throws. */
  poster: (item: MediaItem) => Promise<Uint8Array | undefined>
  /** The language that a guest reads, if anybody knows. */
  localeOf: (machineIdentifier: string, guest: GuestRef) => Promise<string | undefined>
  /** Somebody could not be written to because they share no server with the bot. */
  onNoMutualGuild: (discordUserId: string) => void
  clock: Clock
  log: Logger
}

const noMutualGuild: number = RESTJSONErrorCodes.CannotSendMessagesToThisUserDueToHavingNoMutualGuilds

/** The person takes no messages of the bot: closed, blocked, no server in common, or too many opened. */
const blockedCodes = new Set<number>([
  RESTJSONErrorCodes.CannotSendMessagesToThisUser,
  noMutualGuild,
  RESTJSONErrorCodes.ExplicitContentCannotBeSentToTheDesiredRecipient,
  RESTJSONErrorCodes.OpeningDirectMessagesTooFast,
])

/** The channel is gone or closed to the bot. */
const barredCodes = new Set<number>([
  RESTJSONErrorCodes.UnknownChannel,
  RESTJSONErrorCodes.MissingAccess,
  RESTJSONErrorCodes.MissingPermissions,
])

/** The same for one person, or there is no such person. */
const impossibleCodes = new Set<number>([...barredCodes, RESTJSONErrorCodes.UnknownUser])

/** Discord knows a nonce again for a few minutes; this is certainly within them. */
const NONCE_HOLDS_MS = 60_000
/** How long a message waits for an answer to the question whether it is there already. */
const LOOKED_FOR_MS = 30 * 60_000

/** A message that is older than the attempt to send it was sent before; clocks differ a little. */
const FROM_BEFORE_MS = 1_000

/** Whether sending it again would help no more. Without a code of its own Discord, or whatever is before it, refuses all. */
function isAboutMessage(code: number, status: number): boolean {
  if (status === 401 || status === 429 || status >= 500) return false
  return code > 0 || messageStatuses.has(status)
}

/** Not readable, too large, and not as it has to be. */
const messageStatuses = new Set([400, 413, 422])

function barredReason(code: number): string {
  const { standing, permissions } = english.discordSetup
  if (code !== RESTJSONErrorCodes.MissingPermissions) return standing.noChannel()
  return standing.lacks([permissions.some])
}

/** Whether Discord may have taken a message, though it did not say so. */
function mayHaveArrived(error: unknown): boolean {
  if (error instanceof RateLimitError) return false
  return error instanceof DiscordAPIError ? error.status >= 500 : !neverArrived(error)
}

function isBarred(error: unknown): boolean {
  return error instanceof DiscordAPIError && barredCodes.has(Number(error.code))
}

/**
 * The same message for the same purpose has the same nonce, also after a restart: within a few minutes
 * Discord then answers with the first one instead of posting a second.
 */
function nonceOf(messageId: string, purpose: string): string {
  return createHash('sha256').update(`${purpose} ${messageId}`).digest('base64url').slice(0, 25)
}

function isCode(error: unknown, code: number): boolean {
  return error instanceof DiscordAPIError && Number(error.code) === code
}
