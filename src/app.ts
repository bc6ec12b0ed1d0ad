import { setMaxListeners } from 'node:events'
import { createCalendar } from './calendar/calendar.js'
import { createPlexSettings } from './config/plex-settings.js'
import type { Origins } from './config/problems.js'
import type { Config } from './config/schema.js'
import type { Core } from './core/api.js'
import { createCore } from './core/core.js'
import { createRepeats, type Repeats } from './core/keys/repeats.js'
import type { Clock, Ids, Store } from './core/ports.js'
import { discordLater } from './discord/later.js'
import { type DiscordSide, noDiscord } from './discord/side.js'
import type { Disk } from './files/disk.js'
import { createPrivateShelf } from './files/shelf.js'
import { createMetrics, type Metrics } from './metrics/metrics.js'
import { connectPlex } from './plex/connect.js'
import type { Posters } from './plex/posters.js'
import { createPlexSignIn } from './plex/sign-in.js'
import { presentEvent } from './rest/present-event.js'
import { createRestServer } from './rest/server.js'
import { clientIdentifier } from './store/client-identifier.js'
import { openStore } from './store/open.js'
import { createTitleIndex } from './titles/title-index.js'
import { createIds } from './util/ids.js'
import type { HidingLogger } from './util/log.js'
import { secrets } from './util/secrets.js'
import { createEventPoster } from './webhooks/poster.js'
import type { WireReadiness } from './wire/shapes.js'

const listenAgainAfterMs = 30_000
/** How long Discord waits at most until running streams are judged. */
const judgingMs = 2_000
/** How long what is under way may still take when the program stops; then Plex is not waited for. */
const breakOffAfterMs = 4_000

export interface App {
  /**
   * Opens the store and begins to guard, then offers REST and Discord. Throws only when there is no store;
   * whatever else is missing is tried again while the guard goes on.
   */
  start(): Promise<{ apiUrl: string | undefined; core: Core }>
  /** Closes in reverse order. */
  stop(): Promise<void>
}

export interface AppNeeds {
  config: Config
  /** Where the configuration was read, to write a new token to; without it nothing is written. */
  configFile?: { path: string; origins: Origins }
  clock: Clock
  log: HidingLogger
  version: string
  /** The guard itself has failed, which only a fault of ours can bring about. */
  onFatal: (error: unknown) => void
  /** How long an answer of plex.tv is waited for; the usual time unless told. */
  accountTimeoutMs?: number
  /** The same of Discord. */
  discordTimeoutMs?: number
  /** Where private libraries are made; the disks of this machine unless told. */
  disk?: Disk
}

interface RestParts {
  core: Core
  ids: Ids
  repeats: Repeats
  discord: DiscordSide['health']
  metrics: Metrics
}

/** The whole program: the only place that knows all of its parts. */
export function createApp(needs: AppNeeds): App {
  const { config, configFile, clock, log, version, onFatal, accountTimeoutMs, discordTimeoutMs, disk } = needs
  const stopping = new AbortController()
  const breakingOff = new AbortController()
  // Each request that is under way listens to it, and many may be.
  setMaxListeners(0, breakingOff.signal)
  /** What has been opened, to be closed in reverse: first the doors, side by side, then what is behind them. */
  const doors: (() => Promise<void>)[] = []
  const opened: (() => Promise<void>)[] = []

  let noteJudged = () => {}
  const judged = new Promise<void>((resolve) => {
    noteJudged = resolve
  })

  return { start, stop }

  async function start(): Promise<{ apiUrl: string | undefined; core: Core }> {
    const ids = createIds(clock)
    const metrics = createMetrics()
    const store = await openStore(config.store.url, (problem) =>
      log.error('a record cannot be read', { error: problem }),
    )
    opened.push(() => store.close())

    const plexSettings = createPlexSettings({
      plex: config.plex,
      ...(configFile && { file: configFile.path, origins: configFile.origins }),
    })
    const us = { clientIdentifier: await clientIdentifier(store), version, clock, signal: breakingOff.signal }
    const { plexServer, plexEvents, plexAccount, plexTv, posters } = connectPlex({
      ...us,
      url: () => plexSettings.value('url'),
      accountUrl: config.plex.accountUrl,
      token: () => plexSettings.value('token'),
      ...(accountTimeoutMs !== undefined && { accountTimeoutMs }),
      onAnswered: metrics.plexAnswered,
    })
    const plexSignIn = createPlexSignIn({ ...us, plexTv, hide: log.hide })
    const discord = discordSide(metrics, posters, store)
    const core = createCore(
      {
        plexServer,
        plexEvents,
        plexAccount,
        plexSignIn,
        plexSettings,
        shelf: createPrivateShelf({ root: config.access.privateRoot, ...(disk && { disk }) }),
        store,
        notifier: discord.notifier,
        ...(discord.members && { members: discord.members }),
        titleIndex: createTitleIndex(),
        ...(config.webhooks.length > 0 && {
          poster: createEventPoster({ webhooks: config.webhooks, present: presentEvent, version, clock }),
        }),
        calendar: createCalendar(config.access.timeZone),
        clock,
        ids,
        secrets,
        meter: metrics.meter,
        log,
      },
      { monitor: config.monitor, access: config.access, store: config.store },
    )
    guard(core)

    const repeats = createRepeats({ store, secrets, clock })
    const apiUrl = await offerRest({ core, ids, repeats, discord: discord.health, metrics })
    doors.push(discord.serve(core, ids))
    return { apiUrl, core }
  }

  async function stop(): Promise<void> {
    stopping.abort()
    const stopped = new AbortController()
    void clock.sleep(breakOffAfterMs, stopped.signal).then(() => breakingOff.abort())
    await Promise.all(doors.map(closed))
    for (const part of opened.toReversed()) await closed(part)
    stopped.abort()
  }

  async function closed(close: () => Promise<void>): Promise<void> {
    await close().catch((error: unknown) => log.error('a part could not be closed', { error }))
  }

  function guard(core: Core): void {
    const running = core.run(stopping.signal, noteJudged).catch((error: unknown) => {
      log.error('the guard has failed', { error })
      onFatal(error)
    })
    opened.push(() => running)
  }

  async function offerRest({ core, ids, repeats, discord, metrics }: RestParts): Promise<string | undefined> {
    const rest = createRestServer({
      core,
      config: config.api,
      version,
      repeats,
      secrets,
      readiness,
      metrics: () => metrics.page({ status: core.status, parts }),
      onAnswered: metrics.apiAnswered,
      log,
      clock,
      ids,
    })
    doors.push(() => rest.stop())

    return rest.start().then(
      ({ url }) => url,
      (error: unknown) => {
        log.error('the REST API cannot be offered yet; the guard goes on', { error })
        void listenLater(() => rest.start())
        return undefined
      },
    )

    async function readiness(): Promise<WireReadiness> {
      const { plex, store, messages } = await core.health()
      const connection = discord()
      return {
        plex: brief(plex),
        store: brief(store),
        discord: connection.ok ? { ...connection, ...brief(messages) } : connection,
      }
    }

    async function parts() {
      const { plex, store, discord } = await readiness()
      return {
        plex: plex.ok,
        store: store.ok,
        ...(config.discord.token !== '' && { discord: discord.ok }),
      }
    }
  }

  async function listenLater(listen: () => Promise<unknown>): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(listenAgainAfterMs, stopping.signal)
      if (stopping.signal.aborted) return

      const error = await listen().then(
        () => undefined,
        (problem: unknown) => problem,
      )
      if (error === undefined) return
      log.warn('the REST API cannot be offered yet', { error })
    }
  }

  /** Loaded only where it is configured, and when running streams were judged, or cannot be for a while. */
  function discordSide(metrics: Metrics, { poster }: Posters, store: Store): DiscordSide {
    if (config.discord.token === '') return noDiscord

    const { signal } = stopping
    const load = async () => {
      const { connectDiscord } = await import('./app/discord.js')
      return connectDiscord({
        config: config.discord,
        store,
        poster,
        clock,
        log,
        onAnswered: metrics.discordAnswered,
        ...(discordTimeoutMs !== undefined && { timeoutMs: discordTimeoutMs }),
        signal,
      })
    }
    return discordLater(load, { when: Promise.race([judged, clock.sleep(judgingMs, signal)]), signal })
  }
}

function brief({ ok, reason }: { ok: boolean; reason?: string }): { ok: boolean; reason?: string } {
  return { ok, ...(reason !== undefined && { reason }) }
}
