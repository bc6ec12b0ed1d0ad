import { ChannelType, DiscordAPIError, type REST, Routes } from 'discord.js'
import { z } from 'zod'
import { OtpError } from '../core/errors.js'
import { english } from '../core/messages/english.js'
import type { Clock } from '../core/ports.js'
import { restOf } from './check.js'
import { Application, Channel } from './check-shapes.js'
import { inviteLink } from './invite-link.js'
import { reasonOf } from './redact.js'

const { token: words } = english.discordSetup

/** Something of Discord that can be chosen. */
export interface Named {
  id: string
  name: string
}

/** The bot of a token, and the link by which it is invited. */
export interface Bot {
  applicationId: string
  name: string
  link: string
}

/** What somebody who sets OTP up can choose from. Changes nothing. */
export interface DiscordSetUp {
  /** Undefined for a token that Discord does not accept. Throws `conflict` where it cannot be asked. */
  bot(token: string): Promise<Bot | undefined>
  /** The Discord servers that the bot is in. */
  guilds(token: string): Promise<Named[]>
  /** The text channels of one of them. */
  channels(token: string, guildId: string): Promise<Named[]>
}

const Guilds = z.array(z.looseObject({ id: z.string(), name: z.string() }))
const texts = new Set<number>([ChannelType.GuildText, ChannelType.GuildAnnouncement])

export function createDiscordSetUp({ apiUrl, clock }: { apiUrl: string; clock: Clock }): DiscordSetUp {
  return { bot, guilds, channels }

  function bot(token: string): Promise<Bot | undefined> {
    return asking(token, async (rest) => {
      try {
        const { id, name } = Application.parse(await rest.get(Routes.currentApplication()))
        return { applicationId: id, name, link: inviteLink({ applicationId: id, guildId: '' }) }
      } catch (error) {
        if (error instanceof DiscordAPIError && error.status === 401) return undefined
        throw error
      }
    })
  }

  function guilds(token: string): Promise<Named[]> {
    return asking(token, async (rest) =>
      Guilds.parse(await rest.get(Routes.userGuilds())).map(({ id, name }) => ({ id, name })),
    )
  }

  function channels(token: string, guildId: string): Promise<Named[]> {
    return asking(token, async (rest) => {
      const found = z.array(Channel).parse(await rest.get(Routes.guildChannels(guildId)))
      return found.filter(({ type }) => texts.has(type)).map(({ id, name }) => ({ id, name: name ?? id }))
    })
  }

  async function asking<T>(token: string, work: (rest: REST) => Promise<T>): Promise<T> {
    const rest = restOf({ token, apiUrl }, clock)
    try {
      return await work(rest)
    } catch (error) {
      throw new OtpError('conflict', words.unreachable(reasonOf(error, token)), { cause: error })
    } finally {
      rest.clearHandlerSweeper()
      rest.clearHashSweeper()
    }
  }
}
