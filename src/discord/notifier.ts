import { createHash } from 'node:crypto'
import { DiscordAPIError, RateLimitError, type REST, RESTJSONErrorCodes, Routes } from 'discord.js'
import { z } from 'zod'
import type { GuestRef } from '../core/model.js'
import type { Logger, Notifier } from '../core/ports.js'
import type { Delivery, OutboxMessage } from '../core/telling/notices.js'
import type { DiscordClient } from './client.js'
import { wordsFor } from './languages.js'
import { noMentions } from './message.js'
import { noticeMessage } from './notices.js'
import { reasonOf } from './redact.js'

const WithId = z.looseObject({ id: z.string() })

/** Why nothing went out, in the words of the log. */
const NOT_LINKED = 'the guest is linked to no Discord user'
const NOT_LOGGED_IN = 'Discord is not logged in'

/** Takes the place of Discord where none is configured. */
export function createNoNotifier(): Notifier {
  return { deliver: async () => ({ kind: 'impossible', reason: 'Discord is not configured' }) }
}

/** Sends the core's messages to guests and to the admin channel, each one once. */
export function createNotifier({ client, config, localeOf, onNoMutualGuild, log }: NotifierNeeds): Notifier {
  return { deliver }

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

    const body = { ...(await bodyOf(message)), nonce: nonceOf(message.id, purpose), enforce_nonce: true }
    const sent = WithId.parse(await rest.post(Routes.channelMessages(channelId), { body }))
    return { kind: 'delivered', message: { channelId, messageId: sent.id } }
  }

  async function edit(
    rest: REST,
    message: OutboxMessage,
    at: { channelId: string; messageId: string },
  ): Promise<Delivery> {
    try {
      await rest.patch(Routes.channelMessage(at.channelId, at.messageId), { body: await bodyOf(message) })
      return { kind: 'delivered', message: at }
    } catch (error) {
      if (!isCode(error, RESTJSONErrorCodes.UnknownMessage)) throw error
      log.info('message had been deleted, posted anew', { message: message.id })
      return send(rest, message, `again:${at.messageId}`)
    }
  }

  /** Admins read in the language of their guild, guests in their own where it is known. */
  async function bodyOf({ content, machineIdentifier }: OutboxMessage) {
    const locale =
      content.to === 'admins' ? client.guildLocale() : await localeOf(machineIdentifier, content.guest)
    const words = wordsFor(locale)
    return { ...noticeMessage(words, content), allowed_mentions: noMentions }
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
    if (impossibleCodes.has(code)) return { kind: 'impossible', reason }
    if (status === 401 || status === 429 || status >= 500) return { kind: 'later', reason }

    log.error('discord refused a message', { message: message.id, code, status, reason })
    return { kind: 'impossible', reason }
  }
}

interface NotifierNeeds {
  client: Pick<DiscordClient, 'rest' | 'guildLocale'>
  config: { token: string; adminChannelId: string }
  /** The language that a guest reads, if anybody knows. */
  localeOf: (machineIdentifier: string, guest: GuestRef) => Promise<string | undefined>
  /** Somebody could not be written to because they share no server with the bot. */
  onNoMutualGuild: (discordUserId: string) => void
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

/** The channel is gone or closed to the bot, or there is no such person. */
const impossibleCodes = new Set<number>([
  RESTJSONErrorCodes.UnknownChannel,
  RESTJSONErrorCodes.UnknownUser,
  RESTJSONErrorCodes.MissingAccess,
  RESTJSONErrorCodes.MissingPermissions,
])

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
