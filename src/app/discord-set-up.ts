import { writeKeys } from '../config/write-key.js'
import type { LoadedConfig } from '../config.js'
import { signIn as words } from '../core/messages/sign-in.js'
import type { Clock } from '../core/ports.js'
import { createDiscordSetUp, type DiscordSetUp } from '../discord/set-up.js'

/** What is written down when everything has been chosen. */
export interface DiscordChoice {
  token: string
  applicationId: string
  guildId: string
  adminChannelId: string
}

const keys = ['token', 'application_id', 'guild_id', 'admin_channel_id']

/** Sets Discord up in the configuration file; everything is written at once, or nothing is. */
export function discordSetUp(needs: { file: string; loaded: LoadedConfig; clock: Clock }): DiscordSetUp & {
  isSetUp: boolean
  /** Why nothing can be written, in a sentence. */
  fixed: string | undefined
  write(choice: DiscordChoice): Promise<void>
} {
  const { file, loaded, clock } = needs
  const { discord } = loaded.config

  return {
    ...createDiscordSetUp({ apiUrl: discord.apiUrl, clock }),
    isSetUp: discord.token !== '' && discord.adminChannelId !== '',
    fixed: whyFixed(loaded),
    write: ({ token, applicationId, guildId, adminChannelId }) =>
      writeKeys({
        file,
        section: 'discord',
        values: {
          token,
          application_id: applicationId,
          guild_id: guildId,
          admin_channel_id: adminChannelId,
        },
      }),
  }
}

function whyFixed({ fileFound, origins }: LoadedConfig): string | undefined {
  for (const key of keys) {
    const origin = origins.get(`discord.${key}`)
    if (origin !== undefined) return words.fixedByEnvironment(`[discord] ${key}`, origin)
  }
  return fileFound ? undefined : words.noFile('[discord] token')
}
