import { DiscordAPIError, RESTJSONErrorCodes, Routes } from 'discord.js'
import type { Logger, Members } from '../core/ports.js'
import type { DiscordClient } from './client.js'
import { reasonOf } from './redact.js'

/** Looks members up one by one, which needs no privileged intent. */
export function createMembers({ client, config, log }: MembersNeeds): Members & Doubts {
  const listeners: ((discordUserId: string) => void)[] = []

  return {
    standing,
    onDoubt: (listener) => void listeners.push(listener),
    doubt: (discordUserId) => {
      for (const listener of listeners) listener(discordUserId)
    },
  }

  async function standing(discordUserId: string): Promise<'member' | 'left' | 'unknown'> {
    const rest = client.rest()
    if (!rest) return 'unknown'

    try {
      await rest.get(Routes.guildMember(config.guildId, discordUserId))
      return 'member'
    } catch (error) {
      if (error instanceof DiscordAPIError && goneCodes.has(Number(error.code))) return 'left'
      log.warn('a member could not be looked up', { reason: reasonOf(error, config.token) })
      return 'unknown'
    }
  }
}

/** Where it is said that somebody could not be written to as if they were not there. */
interface Doubts {
  doubt(discordUserId: string): void
}

interface MembersNeeds {
  client: Pick<DiscordClient, 'rest'>
  config: { token: string; guildId: string }
  log: Logger
}

const goneCodes = new Set<number>([RESTJSONErrorCodes.UnknownMember, RESTJSONErrorCodes.UnknownUser])
