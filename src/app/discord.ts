import { commands } from '../../commands/index.js'
import type { Config } from '../config/schema.js'
import type { Core } from '../core/api.js'
import { localeOf } from '../core/guests/locales.js'
import type { Clock, Ids, Logger, Store } from '../core/ports.js'
import { createBot } from '../discord/bot.js'
import { buttons } from '../discord/buttons/index.js'
import { createDiscordClient } from '../discord/client.js'
import { createMembers } from '../discord/members.js'
import { createNotifier } from '../discord/notifier.js'
import { showWatching } from '../discord/presence.js'
import type { DiscordSide } from '../discord/side.js'
import type { Posters } from '../plex/posters.js'
import type { Answered } from '../util/answered.js'

export interface DiscordConnection {
  config: Config['discord']
  store: Store
  /** What is shown beside the cards. */
  poster: Posters['poster']
  clock: Clock
  log: Logger
  /** How long an answer is waited for; the usual time unless told. */
  timeoutMs?: number
  /** Hears of every request when it is over. */
  onAnswered: (answered: Answered) => void
  /** Aborted when the program stops. */
  signal: AbortSignal
}

/** The bot, its commands and its messages. Nothing is asked before `serve`. */
export function connectDiscord(connection: DiscordConnection): DiscordSide {
  const { config, store, poster, clock, log, timeoutMs, onAnswered, signal } = connection
  const timeout = timeoutMs === undefined ? {} : { timeoutMs }
  const client = createDiscordClient({ config, clock, log, onAnswered, ...timeout })
  const members = createMembers({ client, config, log })
  const notifier = createNotifier({
    client,
    config,
    poster,
    localeOf: (server, guest) => localeOf(store, server, guest),
    onNoMutualGuild: members.doubt,
    clock,
    log,
  })
  return { notifier, members, health, serve }

  function health(): { ok: boolean; reason?: string } {
    const { ok, reason } = client.health()
    return { ok, ...(reason !== undefined && { reason }) }
  }

  function serve(core: Core, ids: Ids): () => Promise<void> {
    const bot = createBot({ client, core, commands, buttons, config, clock, ids, log })
    const showing = showWatching({ client, core, config, clock, log, signal })
    client.start()
    return () => Promise.all([bot.stop(), showing]).then(client.stop, client.stop)
  }
}
