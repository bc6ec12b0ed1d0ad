import { push as words } from '../messages/push.js'
import type { PlaybackReport, PushHealth, PushWay } from '../model.js'
import type { Clock, ItemChange, ListeningEnded, Logger, PlexEvents } from '../ports.js'

const firstWaitMs = 1_000
const longestWaitMs = 60_000
/** A connection that stood this long was a good one: what ends it says nothing about the next. */
const provenMs = 60_000
/** Players that move without an announcement for so long, and in so many readings, are not announced at all. */
const silentForMs = 15_000
const silentReadings = 3

/** Listens to what the server announces, and says whether that can be relied on. */
export interface Push {
  /** Goes on listening, by one way or the other, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
  /** Announcements come through: the list need only be read now and then. */
  isReliable(): boolean
  /** What a reading showed: whether a player had moved since the one before, which the server announces. */
  compare(reading: { hasMoved: boolean; sinceAt: number }): void
  health(): PushHealth
  /** The address or the token is another one: connect anew, at once. */
  reconnect(): void
}

export interface PushNeeds {
  plexEvents: PlexEvents
  clock: Clock
  log: Logger
  enabled: boolean
  /** A connection stands; whatever happened before it was not announced. */
  onOpened: () => void
  onHeard: (reports: readonly PlaybackReport[]) => void
  /** Something in a library has changed. That says nothing about whether players are announced. */
  onChanged: (items: readonly ItemChange[]) => void
  /** Announcements have stopped, or come again. */
  onChange: () => void
  /** The server refuses the token. */
  onRejected: () => void
  /** From 0 up to 1; spreads attempts. */
  random: () => number
}

export function createPush(needs: PushNeeds): Push {
  const { plexEvents, clock, log, enabled, onOpened, onHeard, onChanged, onChange, onRejected, random } =
    needs
  let opened: { way: PushWay; at: number } | undefined
  let down = { reason: words.notYet(), sinceAt: clock.now() }
  /** An open connection that announced nothing is believed again only once it announces something. */
  let isDoubted = false
  let heardAt: number | undefined
  let unannounced: { sinceAt: number; readings: number } | undefined
  let connection = new AbortController()
  let pause = new AbortController()

  return { run, isReliable, compare, health, reconnect }

  function isReliable(): boolean {
    return opened !== undefined && !isDoubted
  }

  function health(): PushHealth {
    if (!enabled) return { kind: 'off' }
    if (opened && !isDoubted) return { kind: 'up', way: opened.way, sinceAt: opened.at }
    return { kind: 'down', ...down }
  }

  function reconnect(): void {
    connection.abort()
    pause.abort()
  }

  async function run(signal: AbortSignal): Promise<void> {
    let way: PushWay = 'websocket'
    let failures = 0

    while (enabled && !signal.aborted) {
      const { ended, stoodMs } = await listen(way, signal)
      if (signal.aborted) return

      noteDown(ended, way)
      const isAsked = ended.kind === 'stopped' && !isDoubted
      const isGood = isAsked || (stoodMs >= provenMs && !isDoubted)
      failures = isGood ? 0 : failures + 1
      // Where one way does not stand, the other may: only after both is there something to wait for.
      const triesOther: boolean = way === 'websocket' && failures > 0
      way = triesOther ? 'sse' : 'websocket'
      if (isAsked || (triesOther && stoodMs === 0)) continue

      pause = new AbortController()
      await clock.sleep(waitMs(failures, ended), AbortSignal.any([signal, pause.signal]))
    }
  }

  /** Listens once; answers how long the connection stood. */
  async function listen(
    way: PushWay,
    signal: AbortSignal,
  ): Promise<{ ended: ListeningEnded; stoodMs: number }> {
    connection = new AbortController()
    const stop = AbortSignal.any([signal, connection.signal])
    const listener = { opened: () => noteOpened(way), heard: noteHeard, changed: onChanged }
    const ended = await plexEvents.listen(way, listener, stop)
    return { ended, stoodMs: opened ? clock.now() - opened.at : 0 }
  }

  function noteOpened(way: PushWay): void {
    opened = { way, at: clock.now() }
    unannounced = undefined
    log.info('listening to plex', { way })
    onChange()
    onOpened()
  }

  function noteHeard(reports: readonly PlaybackReport[]): void {
    heardAt = clock.now()
    unannounced = undefined
    if (isDoubted) {
      isDoubted = false
      log.info('plex announces streams again')
      onChange()
    }
    onHeard(reports)
  }

  function noteDown(ended: ListeningEnded, way: PushWay): void {
    const reason = isDoubted ? words.announcesNothing() : ended.reason
    if (opened || reason !== down.reason) log.warn('plex cannot be listened to', { way, reason })
    down = { reason, sinceAt: opened ? clock.now() : down.sinceAt }
    opened = undefined
    if (ended.kind === 'rejected') onRejected()
    onChange()
  }

  function compare({ hasMoved, sinceAt }: { hasMoved: boolean; sinceAt: number }): void {
    if (!opened || !hasMoved || (heardAt !== undefined && heardAt >= sinceAt)) return

    unannounced ??= { sinceAt: clock.now(), readings: 0 }
    unannounced.readings += 1
    const patienceMs = isDoubted ? provenMs : silentForMs
    if (unannounced.readings < silentReadings || clock.now() - unannounced.sinceAt < patienceMs) return

    isDoubted = true
    connection.abort()
  }

  /** A token that is refused is not taken sooner for being shown more often. */
  function waitMs(failures: number, { kind }: ListeningEnded): number {
    const rounds = kind === 'rejected' ? Number.POSITIVE_INFINITY : Math.max(0, Math.ceil(failures / 2) - 1)
    return Math.min(longestWaitMs, firstWaitMs * 2 ** rounds) * (0.5 + random() / 2)
  }
}
