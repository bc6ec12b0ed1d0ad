import type { Core } from '../core/api.js'
import type { Clock, Logger } from '../core/ports.js'
import type { DiscordClient } from './client.js'
import { wordsFor } from './languages.js'
import { reasonOf } from './redact.js'

/** Discord takes five changes within twenty seconds; nobody needs to know sooner. */
const EVERY_MS = 15_000

/** Shows beside the bot's name how many guests are watching, until the signal aborts. */
export async function showWatching({ client, core, config, clock, log, signal }: Needs): Promise<void> {
  while (!signal.aborted) {
    try {
      const words = wordsFor(client.guildLocale())
      client.showPresence(words.outbox.watching(await watching(core)))
    } catch (error) {
      log.warn('the presence could not be shown', { reason: reasonOf(error, config.token) })
    }
    await clock.sleep(EVERY_MS, signal)
  }
}

/** People, not streams; whoever is being stopped is not counted. */
async function watching(core: Pick<Core, 'sessions'>): Promise<number> {
  const allowed = (await core.sessions()).filter(({ verdict }) => verdict === 'allowed')
  return new Set(allowed.map(({ guest }) => guest.plexId)).size
}

interface Needs {
  client: Pick<DiscordClient, 'showPresence' | 'guildLocale'>
  core: Pick<Core, 'sessions'>
  config: { token: string }
  clock: Clock
  log: Logger
  signal: AbortSignal
}
