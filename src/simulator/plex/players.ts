import type { Clock } from '../../core/ports.js'
import type { Catalogue, SimItem } from './catalogue.js'
import type { History } from './history.js'
import type { People, SimAccount } from './people.js'
import type { ServerSwitches } from './switches.js'
import type { Visibility } from './visibility.js'

export type SimState = 'playing' | 'paused' | 'buffering' | 'stopped'

/** A playback as the server holds it: what the player last reported. */
export interface SimSession {
  sessionKey: string
  /** Text that the player chose; some players have none. */
  id?: string
  who: SimAccount
  ratingKey: string
  state: SimState
  viewOffset: number
  device: SimDevice
  transcodeKey?: string
  /** Set by terminate; the player learns it at its next report. */
  terminateReason?: string
  lastReportAt: number
  /** When the list begins to show it; frames do not wait for that. */
  listedAt: number
  /** What the list shows instead for a while after the item changed. */
  late?: { as: SimSession; until: number }
}

export interface SimDevice {
  machineIdentifier: string
  product: string
  device: string
  platform: string
  title: string
  /** Takes remote commands through the server. */
  controllable: boolean
}

export interface PlayOptions {
  product?: string
  device?: string
  platform?: string
  controllable?: boolean
  /** Plays through a transcode, which the server can kill. */
  transcode?: boolean
  /** Has no Session element, as some players. */
  withoutSessionId?: boolean
  /** Goes on playing after it was told to stop. */
  ignoresTerminate?: boolean
  offsetMs?: number
  /** Plays also what the account may not see, as a client that kept an address does for a while. */
  anyway?: boolean
}

/** Somebody in front of a screen. */
export interface SimPlayer {
  sessionKey(): string
  session: SimSession
  /** Where the player really is, reported or not. */
  offsetMs(): number
  running(): boolean
  /** Why it stopped; `terminated` carries what was shown on the screen. */
  ending(): { why: 'stopped' | 'terminated' | 'finished' | 'vanished' | 'restart'; text?: string } | undefined
  seek(ms: number): void
  pause(): void
  resume(): void
  buffer(): void
  /** The next item starts by itself, in the same session. */
  playNext(ratingKey: string): void
  stop(): void
  /** The app is killed: nothing is reported any more and the entry lingers. */
  vanish(): void
}

/** Told of every report and change of state, as the server pushes them. */
export type ReportListener = (session: SimSession) => void

/** Sessions of a simulated server and the players behind them. */
export function createPlayers(needs: {
  clock: Clock
  server: ServerSwitches
  catalogue: Catalogue
  people: People
  visibility: Visibility
  history: History
  reportEveryMs: number
  lingerMs: number
}) {
  const { clock, server, catalogue, people, visibility, history, reportEveryMs, lingerMs } = needs
  const listeners = new Set<ReportListener>()
  const byKey = new Map<string, { session: SimSession; player: SimPlayer; end: End }>()
  const closing = new AbortController()
  let nextKey = 84
  let devices = 0

  return {
    play,
    player: (username: string) => entries().find((one) => one.session.who.username === username)?.player,
    sessions: () => entries().map((one) => one.session),
    listed,
    terminate,
    stopPlayer,
    killTranscode,
    restart,
    onReport,
    close: () => closing.abort(),
  }

  /** Starts a playback, if the account really has access. */
  function play(username: string, ratingKey: string, options: PlayOptions = {}): SimPlayer {
    const who = people.account(username)
    const item = playable(who, ratingKey, options.anyway)
    devices += 1

    const session: SimSession = {
      sessionKey: String(nextKey),
      who,
      ratingKey: item.ratingKey,
      state: 'playing',
      viewOffset: options.offsetMs ?? 0,
      device: {
        machineIdentifier: `sim-player-${devices}`,
        product: options.product ?? 'Plex for Android (TV)',
        device: options.device ?? 'BRAVIA',
        platform: options.platform ?? 'Android',
        title: `${username}'s TV`,
        controllable: options.controllable ?? false,
      },
      lastReportAt: clock.now(),
      listedAt: clock.now() + server.listsAfterMs,
      ...(!options.withoutSessionId && { id: `sim-session-${devices}` }),
      ...(options.transcode && { transcodeKey: `/transcode/sessions/sim-${devices}` }),
    }
    nextKey += 1
    return run(session, options)
  }

  function run(session: SimSession, { ignoresTerminate, anyway }: PlayOptions): SimPlayer {
    const stopped = new AbortController()
    let ending: ReturnType<SimPlayer['ending']>
    let from = { at: clock.now(), offsetMs: session.viewOffset }
    /** This play of this item has its row in the history. */
    let isInHistory = false

    const player: SimPlayer = {
      session,
      sessionKey: () => session.sessionKey,
      offsetMs,
      running: () => ending === undefined,
      ending: () => ending,
      seek: (ms) => change(() => moveTo(ms)),
      pause: () => change(() => setState('paused')),
      resume: () => change(() => setState('playing')),
      buffer: () => change(() => setState('buffering')),
      playNext,
      stop: () => end('stopped'),
      vanish,
    }
    byKey.set(session.sessionKey, { session, player, end })
    tell(session)
    keepReporting()
    return player

    async function keepReporting(): Promise<void> {
      const over = AbortSignal.any([stopped.signal, closing.signal])
      while (!over.aborted) {
        await clock.sleep(reportEveryMs, over)
        if (!over.aborted) report()
      }
    }

    function stopReporting(): void {
      // With a reason of its own, since the usual one is an error with a stack.
      stopped.abort('over')
    }

    function report(): void {
      if (session.terminateReason !== undefined && !ignoresTerminate) {
        end('terminated', session.terminateReason)
        return
      }
      session.viewOffset = offsetMs()
      session.lastReportAt = clock.now()
      tell(session)
      if (server.historyAt === 'passing') noteWatched()
      if (session.viewOffset >= lengthMs()) end('finished')
    }

    function change(act: () => void): void {
      if (ending) throw new Error('This simulated player has stopped.')
      act()
      report()
    }

    function offsetMs(): number {
      const passed = session.state === 'playing' && !ending ? clock.now() - from.at : 0
      return Math.min(from.offsetMs + passed, lengthMs())
    }

    function lengthMs(): number {
      return catalogue.item(session.ratingKey)?.durationMs ?? Number.POSITIVE_INFINITY
    }

    function moveTo(ms: number): void {
      from = { at: clock.now(), offsetMs: ms }
    }

    function setState(state: SimState): void {
      moveTo(offsetMs())
      session.state = state
    }

    function playNext(ratingKey: string): void {
      const next = playable(session.who, ratingKey, anyway)
      change(() => {
        session.late = { as: { ...session }, until: clock.now() + server.showsItemAfterMs }
        session.viewOffset = offsetMs()
        noteWatched()
        isInHistory = false
        session.ratingKey = next.ratingKey
        session.state = 'playing'
        moveTo(0)
      })
    }

    function vanish(): void {
      if (ending) return
      moveTo(offsetMs())
      ending = { why: 'vanished' }
      stopReporting()
      clock.sleep(lingerMs, closing.signal).then(() => {
        // After a restart of the server the key may be another session's.
        if (byKey.get(session.sessionKey)?.session !== session) return
        byKey.delete(session.sessionKey)
        noteWatched()
      })
    }

    function end(why: NonNullable<typeof ending>['why'], text?: string): void {
      if (ending) return
      moveTo(offsetMs())
      ending = { why, ...(text !== undefined && { text }) }
      stopReporting()
      byKey.delete(session.sessionKey)
      if (why === 'restart') return
      session.viewOffset = from.offsetMs
      noteWatched()
      tell({ ...session, state: 'stopped' })
    }

    /** Whoever has been told of the last tenth has watched it. A length that is not known proves nothing. */
    function noteWatched(): void {
      const item = catalogue.item(session.ratingKey)
      if (isInHistory || !item?.durationMs || session.viewOffset < 0.9 * item.durationMs) return
      isInHistory = true
      history.add(session.who, item, clock.now())
    }
  }

  /** What the list shows, which may lag behind what the players report. */
  function listed(): SimSession[] {
    const now = clock.now()
    return entries()
      .map(({ session }) => session)
      .filter((one) => one.listedAt <= now)
      .map((one) => (one.late && one.late.until > now ? one.late.as : one))
  }

  /** Flags the session; false when there is none with this id. */
  function terminate(id: string, reason: string): boolean {
    const entry = entries().find((one) => one.session.id === id)
    if (entry) entry.session.terminateReason = reason
    return entry !== undefined
  }

  function stopPlayer(machineIdentifier: string): boolean {
    const entry = entries().find(
      ({ session }) => session.device.machineIdentifier === machineIdentifier && session.device.controllable,
    )
    entry?.end('stopped')
    return entry !== undefined
  }

  function killTranscode(key: string): boolean {
    const entry = entries().find((one) => one.session.transcodeKey === key)
    entry?.end('stopped')
    return entry !== undefined
  }

  /** The server restarts: sessions are forgotten and session keys count from the beginning. */
  function restart(): void {
    for (const { end } of entries()) end('restart')
    byKey.clear()
    nextKey = 1
  }

  function onReport(listener: ReportListener): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  function playable(who: SimAccount, ratingKey: string, anyway = false): SimItem {
    const item = catalogue.item(ratingKey)
    if (!item) throw new Error(`404: there is no item ${ratingKey} to play.`)
    if (!anyway && !visibility.maySee(who, item)) {
      throw new Error(`403: ${who.username} has no access to ${item.title}.`)
    }
    return item
  }

  function tell(session: SimSession): void {
    for (const listener of listeners) listener({ ...session })
  }

  function entries() {
    return [...byKey.values()]
  }
}

type End = (why: 'stopped' | 'restart') => void
