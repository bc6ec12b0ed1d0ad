import {
  ActivityType,
  Client,
  Events,
  GatewayCloseCodes,
  GatewayIntentBits,
  type Interaction,
  type REST,
  RESTEvents,
  type RESTOptions,
} from 'discord.js'
import { english } from '../core/messages/english.js'
import type { Clock, Logger } from '../core/ports.js'
import type { Answered } from '../util/answered.js'
import { createIdentifyBudget } from './identify-budget.js'
import { isLoopback } from './loopback.js'
import { reasonOf } from './redact.js'
import { createReins, type Reins } from './reins.js'
import { createRequests } from './requests.js'
import { type Standing, standingOf } from './standing.js'

export interface DiscordConfig {
  token: string
  applicationId: string
  guildId: string
  adminChannelId: string
  adminRoleIds: readonly string[]
  /** Empty for Discord itself. */
  apiUrl: string
}

export interface DiscordHealth {
  ok: boolean
  reason?: string
  /** When the last client logged in, and how often one did within the last hour. */
  readyAt?: number
  identifies: number
}

export type DiscordClient = ReturnType<typeof createDiscordClient>

const { standing: words } = english.discordSetup
const LOGIN_WITHIN_MS = 60_000
const RECONNECT_WITHIN_MS = 120_000
const CLOSE_WITHIN_MS = 2_000
const FIRST_WAIT_MS = 5 * 60_000
const LATER_WAIT_MS = 60 * 60_000
/** A rate limit longer than this is an error for whoever asks, instead of being waited out. */
const LONGEST_RATE_LIMIT_MS = 5_000
/** The outbox waits by itself, and has other things to say meanwhile. */
const LONGEST_FOR_MESSAGES_MS = 1_000

/**
 * Keeps a Discord client logged in. One that is refused, stuck or logged out is dropped, and a new one tried
 * after five minutes and then every hour; nothing of it ever throws into the program.
 */
export function createDiscordClient({ config, clock, log, timeoutMs, onAnswered }: DiscordNeeds) {
  const fenced = config.apiUrl !== '' && isLoopback(config.apiUrl)
  const budget = createIdentifyBudget(clock)
  const readyListeners: ((rest: REST, guildIds: readonly string[]) => void)[] = []
  const interactionListeners: ((interaction: Interaction) => void)[] = []
  let stopping = new AbortController()
  let running: Promise<void> | undefined
  let usable: REST | undefined
  let inUse: Client | undefined
  let state: { ok: boolean; reason?: string } = { ok: false, reason: 'not started' }
  /** What is to be shown beside the bot's name, and what the session shows. */
  let wanted: string | undefined
  let shown: string | undefined
  let readyAt: number | undefined
  let guildLocale: string | undefined
  let guildId = config.guildId === '' ? undefined : config.guildId
  let standing: Standing = { warnings: [] }

  return {
    start,
    stop,
    health,
    /** The language that the guild has chosen, once a client has logged in. */
    guildLocale: () => guildLocale,
    /** The guild of the household: the configured one or, once a client has logged in, that of the admin channel. */
    guildId: () => guildId,
    /** For calls to Discord, from the first login of a client until it is dropped. */
    rest: () => usable,
    /** The bot's own user id, as long as there is a client that has logged in. */
    botId: () => inUse?.user?.id,
    channelTrouble,
    showPresence,
    /** Called each time a client has logged in, with the guilds that the bot is in. */
    whenReady: (listener: (rest: REST, guildIds: readonly string[]) => void) =>
      void readyListeners.push(listener),
    whenInteraction: (listener: (interaction: Interaction) => void) =>
      void interactionListeners.push(listener),
  }

  /** Begins to log in; does not wait for it. */
  function start(): void {
    if (running) return
    stopping = new AbortController()
    running = supervise(stopping.signal)
  }

  async function stop(): Promise<void> {
    stopping.abort()
    await running
    running = undefined
  }

  function health(): DiscordHealth {
    return { ...soundness(), identifies: budget.used(), ...(readyAt !== undefined && { readyAt }) }
  }

  /** Shows a line beside the bot's name; what it shows already is not sent again. */
  function showPresence(line: string): void {
    wanted = line
    present()
  }

  function present(): void {
    if (!state.ok || !inUse || wanted === undefined || wanted === shown) return
    inUse.user?.setPresence({ status: 'online', activities: [{ name: wanted, type: ActivityType.Custom }] })
    shown = wanted
  }

  /** Why nothing can be posted for the admins, as far as the gateway tells, and what mends it. */
  function channelTrouble(): string | undefined {
    return inUse && standing.trouble
  }

  /** A connection is not all: without its guild and its channel the bot can do nothing. */
  function soundness(): { ok: boolean; reason?: string } {
    if (!state.ok) return state
    if (standing.trouble !== undefined) return { ok: false, reason: standing.trouble }
    const { warnings } = standing
    return { ok: true, ...(warnings.length > 0 && { reason: warnings.join(' ') }) }
  }

  async function supervise(signal: AbortSignal): Promise<void> {
    let failures = 0

    while (!signal.aborted) {
      state = { ok: false, reason: 'logging in' }
      const { reason, wasReady } = await oneClient(signal)
      state = { ok: false, reason }
      if (signal.aborted) break

      failures = wasReady ? 1 : failures + 1
      const waitMs = Math.max(failures === 1 ? FIRST_WAIT_MS : LATER_WAIT_MS, budget.waitMs())
      log.error('discord client dropped', { reason, nextTryInMs: waitMs })
      await clock.sleep(waitMs, signal)
    }
    state = { ok: false, reason: 'stopped' }
  }

  /** The life of one client, from login until it is of no more use. */
  async function oneClient(signal: AbortSignal): Promise<{ reason: string; wasReady: boolean }> {
    const reins = createReins({ clock, budget, fenced })
    const client = new Client({
      intents: [GatewayIntentBits.Guilds],
      allowedMentions: { parse: [] },
      enforceNonce: true,
      rest: restOptions(),
      ws: reins.options,
    })
    const { dropped, drop } = reins
    let wasReady = false

    signal.addEventListener('abort', () => drop('stopped'), { signal: reins.signal })
    watch(client, reins)
    client.once(Events.ClientReady, () => {
      wasReady = true
      readyAt = clock.now()
      markReady(client)
    })
    void login(client, reins)

    const reason = await dropped
    const connected = state.ok
    usable = undefined
    inUse = undefined
    await closed(client, connected)
    return { reason, wasReady }
  }

  /** discord.js never finishes closing a client that waits to be greeted, so only a live one is waited for. */
  async function closed(client: Client, connected: boolean): Promise<void> {
    const patience = new AbortController()
    const closing = client
      .destroy()
      .catch((error: unknown) => log.warn('discord client was hard to close', problem(error)))

    client.removeAllListeners()
    client.on(Events.Error, () => undefined)
    if (connected) await Promise.race([closing, clock.sleep(CLOSE_WITHIN_MS, patience.signal)])
    patience.abort()
  }

  async function login(client: Client, { drop, signal }: Reins): Promise<void> {
    void clock.sleep(LOGIN_WITHIN_MS, signal).then(() => {
      if (!client.isReady()) drop('the login took longer than a minute')
    })
    try {
      await client.login(config.token)
    } catch (error) {
      drop(`the login was refused: ${reasonOf(error, config.token)}`)
    }
  }

  function markReady(client: Client): void {
    state = { ok: true }
    usable = client.rest
    standing = { warnings: [] }
    log.info('discord ready', { guilds: client.guilds.cache.size })
    inUse = client
    shown = undefined
    look(client)
    present()
    for (const listener of readyListeners) listener(client.rest, [...client.guilds.cache.keys()])
  }

  /** What is wrong with the guild, the admin channel or the admins: said before the first card gets lost, and once. */
  function look(client: Client, removed = false): void {
    const before = standing
    if (config.guildId === '') guildId = guildOfChannel(client) ?? guildId
    const found = standingOf(client, config, guildId)
    standing = removed && found.trouble !== undefined ? { ...found, trouble: words.removed() } : found

    guildLocale = client.guilds.cache.get(guildId ?? '')?.preferredLocale ?? guildLocale
    const { trouble } = standing
    if (trouble !== before.trouble) {
      if (trouble === undefined) log.info('discord works as configured again')
      else log.warn('discord does not work as configured', { reason: trouble })
    }
    for (const reason of standing.warnings.filter((it) => !before.warnings.includes(it))) {
      log.warn('discord is not set up well', { reason })
    }
  }

  function guildOfChannel(client: Client): string | undefined {
    return client.guilds.cache.find((guild) => guild.channels.cache.has(config.adminChannelId))?.id
  }

  /** `isReady()` goes on saying yes after a fatal close, so the events decide. */
  function watch(client: Client, reins: Reins): void {
    client.on(Events.Error, (error) => log.error('discord client error', problem(error)))
    client.on(Events.ShardError, (error) => log.warn('discord socket error', problem(error)))
    client.on(Events.Warn, (warning) => log.warn('discord warning', problem(new Error(warning))))
    client.on(Events.ShardDisconnect, ({ code }) => reins.drop(whyClosed(code)))
    client.on(Events.ShardReady, () => {
      // A new session shows nothing.
      shown = undefined
      present()
    })
    client.on(Events.ShardReconnecting, () => awaitReconnect(client, reins))
    watchGuild(client)
    client.on(Events.InteractionCreate, (interaction) => {
      for (const listener of interactionListeners) listener(interaction)
    })
    client.rest.on(RESTEvents.Response, ({ path }, response) => {
      if (response.status === 401 && !/^\/(webhooks|interactions)\//.test(path)) {
        reins.drop(words.tokenRefused())
      }
    })
  }

  /** People change things while OTP runs: what the bot may do, and whether it is there at all. */
  function watchGuild(client: Client): void {
    const again = () => {
      if (client.isReady()) look(client)
    }
    client.on(Events.GuildDelete, (guild) => look(client, guild.id === guildId))
    for (const event of [
      Events.GuildCreate,
      Events.GuildAvailable,
      Events.GuildUnavailable,
      Events.GuildRoleCreate,
      Events.GuildRoleUpdate,
      Events.GuildRoleDelete,
      Events.ChannelCreate,
      Events.ChannelUpdate,
      Events.ChannelDelete,
    ] as const) {
      client.on(event, again)
    }
  }

  /** A resume that is never answered would leave the client waiting for ever. */
  function awaitReconnect(client: Client, { drop, signal }: Reins): void {
    const wasReady = state.ok
    const back = new AbortController()
    const isBack = () => {
      back.abort()
      client.off(Events.ShardResume, isBack)
      client.off(Events.ShardReady, isBack)
      if (wasReady && !signal.aborted) state = { ok: true }
    }

    if (wasReady) state = { ok: false, reason: 'reconnecting' }
    client.on(Events.ShardResume, isBack)
    client.on(Events.ShardReady, isBack)
    void clock.sleep(RECONNECT_WITHIN_MS, AbortSignal.any([signal, back.signal])).then(() => {
      if (!back.signal.aborted) drop('the connection did not come back within two minutes')
    })
  }

  function restOptions(): Partial<RESTOptions> {
    return {
      ...(config.apiUrl !== '' && { api: config.apiUrl }),
      ...(timeoutMs !== undefined && { timeout: timeoutMs }),
      rejectOnRateLimit: ({ retryAfter, route }) =>
        retryAfter > (route.startsWith('/channels/') ? LONGEST_FOR_MESSAGES_MS : LONGEST_RATE_LIMIT_MS),
      makeRequest: createRequests({ fenced, clock, ...(onAnswered && { onAnswered }) }),
    }
  }

  function problem(error: unknown): { reason: string } {
    return { reason: reasonOf(error, config.token) }
  }
}

interface DiscordNeeds {
  config: DiscordConfig
  clock: Clock
  log: Logger
  /** How long an answer is waited for; 15 s unless told. */
  timeoutMs?: number
  /** Hears of every request to Discord when it is over. */
  onAnswered?: (answered: Answered) => void
}

/** Why the gateway does not let the bot in again, in words for people. */
function whyClosed(code: number): string {
  switch (code) {
    case GatewayCloseCodes.AuthenticationFailed:
      return words.tokenRefused()
    case GatewayCloseCodes.InvalidIntents:
    case GatewayCloseCodes.DisallowedIntents:
      return words.intentsRefused()
    default:
      return words.closed(code)
  }
}
