import { setMaxListeners } from 'node:events'
import { createCalendar } from '../../../src/calendar/calendar.js'
import type { Core, Settings } from '../../../src/core/api.js'
import { createCore } from '../../../src/core/core.js'
import type { Session } from '../../../src/core/model.js'
import type { Clock, PlexEvents, Ports, PrivateShelf, Store } from '../../../src/core/ports.js'
import { connectPlex } from '../../../src/plex/connect.js'
import { createPlexSignIn } from '../../../src/plex/sign-in.js'
import { startPlexTv } from '../../../src/simulator/plex/plex-tv.js'
import { connectionTo } from '../../../src/simulator/plex/resources.js'
import { startPlexServer } from '../../../src/simulator/plex/server.js'
import { createMemoryStore } from '../../../src/store/memory.js'
import { openStore } from '../../../src/store/open.js'
import { createIds } from '../../../src/util/ids.js'
import { secrets } from '../../../src/util/secrets.js'
import { minute, second, someSettings } from '../builders.js'
import { createTestClock } from '../clock.js'
import { createFakeShelf } from '../fake-shelf.js'
import { createFakePlexSettings } from '../fake-sign-in.js'
import { createMortalPorts } from '../mortal-ports.js'
import { createMoodyDiscord } from './discord.js'
import { createHousehold } from './household.js'
import { watchStore } from './memory.js'
import { watchRequests } from './open-requests.js'

/** After this time of an orderly end nothing is waited for any more, as `app.ts` has it. */
const breakOffAfterMs = 4 * second
/** How long an orderly end may take. */
const endWithinMs = 10 * second
/** How long an answer of Plex is waited for. */
const patienceMs = 10 * second
/** Turns of the event loop without anything under way, after which nothing more comes of the last step. */
const quietTurns = 8
/** The same after something went out that nobody answers, or a socket was cut. */
const quietTurnsOfSockets = 40
/** So many turns mean that something waits for what never comes: a disk that is slow once may take a second or two. */
const tooManyTurns = 2_000_000

const admin = 'discord:1'

export type GuardWorld = Awaited<ReturnType<typeof aGuardWorld>>

export interface GuardOptions {
  monitor?: Partial<Settings['monitor']>
  access?: Partial<Settings['access']>
  /** A real store: in memory, or in this file. */
  sqlite?: boolean | string
  /** Begins the row of numbers that stands for chance. */
  seed?: number
  seams?: Seams
}

/** What stands between the program and what it lives on. */
export interface Seams {
  store?: (store: Store) => Store
  /** The program's view of the time. */
  clock?: (clock: Clock) => Clock
  shelf?: PrivateShelf
  /** How much is under way there; the world is not at rest before that is done. */
  underWay?: () => number
  /** Another address than that of the server, as long as there is one. */
  serverUrl?: () => string | undefined
}

/** One run of the program, from its start to its death. */
interface Life {
  core: Core
  since: number
  steps(): number
  /** It does nothing any more after this step. */
  lastStep: number
  die(): void
  /** The orderly end; true when it was over in time. */
  end(): Promise<boolean>
  isEnding(): boolean
}

/**
 * The core with its real way to Plex, over a household on loopback and a clock that is moved by hand. Every
 * instant is lived through before the next: nothing sleeps, and the same orders always come to the same.
 */
export async function aGuardWorld({
  monitor = {},
  access = {},
  sqlite = false,
  seed = 1,
  seams = {},
}: GuardOptions = {}) {
  const clock = createTestClock(undefined, settled)
  const household = createHousehold(clock)
  const { world } = household
  const requests = watchRequests({ clock, patienceMs })
  const plexServer = await startPlexServer(world)
  world.server.connections = [connectionTo(plexServer.url)]
  const plexTv = await startPlexTv(world)
  const discord = createMoodyDiscord(clock)
  const memory = watchStore(await aStore(sqlite), clock)
  const settings = someSettings({
    monitor: { finishGraceMs: 20 * second, repeatWindowMs: minute, ...monitor },
    access,
  })
  const random = numbersFrom(seed)
  const troubles: string[] = []
  /** What the program has last been told of the sessions, and when. */
  let lastRead: { at: number; sessions: readonly Session[] } | undefined
  /** What happened at the sockets may still be on its way. */
  let stirred = false
  let ids = 0
  let life: Life | undefined
  /** With which step somebody asks the program to end. */
  let endStep = Number.POSITIVE_INFINITY
  /** The last step of the next program. */
  let lastOfNext = Number.POSITIVE_INFINITY
  const afterSteps: (() => void)[] = []
  const unsubscribe = world.players.onReport(() => {
    stirred ||= plexServer.push.count() > 0
  })

  return {
    ...household,
    clock,
    startedAt: clock.now(),
    settings,
    plexServer,
    plexTv,
    discord,
    memory,
    troubles,
    lastRead: () => lastRead,
    aliveSince: () => life?.since,
    /** How many steps the running program has taken, a step being whatever outlives it. */
    steps: () => life?.steps() ?? 0,
    kill,
    core,
    start,
    stop,
    dieAfter,
    endAfter,
    isEnding: () => life?.isEnding() ?? false,
    killAfter,
    dropPush,
    begin,
    pass,
    passUntil,
    settled,
    /** Something to be looked at whenever the world has come to rest. */
    onRest: (look: () => void) => {
      afterSteps.push(look)
    },
    close,
  }

  function core(): Core {
    if (!life) throw new Error('The program is not running')
    return life.core
  }

  /** A new process over what is stored. */
  async function start(): Promise<void> {
    if (life) return
    const stopping = new AbortController()
    const connection = new AbortController()
    // Each request that hangs listens to it, and many may hang.
    setMaxListeners(100, connection.signal)
    lastRead = undefined
    const fate = { lastStep: lastOfNext }
    lastOfNext = Number.POSITIVE_INFINITY
    const ours = seams.clock?.(clock) ?? clock
    const us = { clientIdentifier: 'otp-model', version: 'test', clock: ours, signal: connection.signal }
    const plex = connectPlex({
      ...us,
      url: () => seams.serverUrl?.() ?? plexServer.url,
      accountUrl: plexTv.url,
      token: () => world.owner.token,
      random,
    })
    const hide = () => {}
    const ports: Ports = {
      plexServer: { ...plex.plexServer, sessions: read },
      plexEvents: { listen },
      plexAccount: plex.plexAccount,
      plexSignIn: createPlexSignIn({ ...us, plexTv: plex.plexTv, hide }),
      plexSettings: createFakePlexSettings({ url: plexServer.url, token: world.owner.token }).port,
      shelf: seams.shelf ?? createFakeShelf(undefined).port,
      store: seams.store?.(memory.store) ?? memory.store,
      notifier: discord.notifier,
      calendar: createCalendar('UTC'),
      clock: ours,
      ids: { ...createIds(ours), next: nextId },
      secrets,
      meter: { note: () => {} },
      log: { debug: hide, info: hide, warn: hide, error: noteTrouble },
    }
    const mortal = createMortalPorts(ports, () => lastStepOf(mortal.steps()), 'killed')
    const running = createCore(mortal.ports, settings, { random })
    const over = running
      .run(stopping.signal)
      .catch((error: unknown) => noteTrouble('the guard failed', { error }))
    const { steps } = mortal
    const isEnding = () => stopping.signal.aborted
    life = Object.assign(fate, { core: running, since: clock.now(), steps, die, end, isEnding })
    await settled()

    async function read(patience?: number): Promise<Session[]> {
      const sessions = await plex.plexServer.sessions(patience)
      if (!mortal.isOver()) lastRead = { at: clock.now(), sessions }
      return sessions
    }

    function listen(...[way, listener, signal]: Parameters<PlexEvents['listen']>) {
      const ears = {
        opened: () => {
          if (!mortal.isOver()) listener.opened()
        },
        heard: (reports: Parameters<typeof listener.heard>[0]) => {
          if (!mortal.isOver()) listener.heard(reports)
        },
        changed: (items: Parameters<typeof listener.changed>[0]) => {
          if (!mortal.isOver()) listener.changed(items)
        },
      }
      return plex.plexEvents.listen(way, ears, AbortSignal.any([signal, connection.signal]))
    }

    /** Asks it to end as well, when it is time for that. */
    function lastStepOf(stepsTaken: number): number {
      if (stepsTaken >= endStep) stopping.abort()
      return fate.lastStep
    }

    async function end(): Promise<boolean> {
      let isOver = false
      const stopped = new AbortController()
      void over.then(() => {
        isOver = true
        stopped.abort()
      })
      stopping.abort()
      void clock.sleep(breakOffAfterMs, stopped.signal).then(() => connection.abort())
      return passUntil(() => isOver, endWithinMs)
    }

    /** Nothing that it was about to do is done any more. */
    function die(): void {
      fate.lastStep = Math.min(fate.lastStep, mortal.steps())
      stopping.abort()
      connection.abort()
    }
  }

  function noteTrouble(phrase: string, data: object = {}): void {
    const error = 'error' in data && data.error instanceof Error ? `: ${data.error.message}` : ''
    troubles.push(`${phrase}${error}`)
  }

  async function kill(): Promise<void> {
    if (!life) return
    life.die()
    life = undefined
    endStep = Number.POSITIVE_INFINITY
    // What was on its way when the program died is done, or never will be, by the time of the next start.
    plexTv.faults.release()
    await settled()
    lastRead = undefined
  }

  /** Ends the program in an orderly way; true when that was over in time. */
  async function stop(): Promise<boolean> {
    const inTime = (await life?.end()) ?? true
    await kill()
    return inTime
  }

  /** The program does nothing any more after so many more steps; where none runs, the next one. */
  function dieAfter(steps: number): void {
    if (life) life.lastStep = life.steps() + steps
    else lastOfNext = steps
  }

  /** Somebody asks the program to end right after so many more steps. */
  function endAfter(steps: number): void {
    endStep = (life?.steps() ?? 0) + steps
  }

  /** Ends the program right after so many more steps, or after a while when it takes none. */
  async function killAfter(steps: number, atMostMs: number): Promise<void> {
    const dying = life
    if (!dying) return
    dying.lastStep = dying.steps() + steps
    await passUntil(() => dying.steps() >= dying.lastStep, atMostMs)
    await kill()
  }

  function dropPush(how: 'close' | 'reset' = 'reset'): void {
    stirred = true
    plexServer.push.drop(how)
  }

  /** Gives an order that may take its time, fail, or die with the program. */
  async function begin(order: (core: Core) => Promise<unknown>, done: () => void = () => {}): Promise<void> {
    if (!life) return
    order(life.core).then(done, (error: unknown) => {
      if (!(error instanceof Error) || error.name !== 'OtpError') noteTrouble('an order failed', { error })
    })
    await settled()
  }

  async function pass(ms: number): Promise<void> {
    await settled()
    await clock.advance(ms)
  }

  /** Lets time pass until something is the case, at most so much; answers whether it is. */
  async function passUntil(look: () => boolean, atMostMs: number): Promise<boolean> {
    await settled()
    for (const end = clock.now() + atMostMs; clock.now() < end && !look(); ) await clock.advance(250)
    return look()
  }

  /** Waits until the program sleeps and nothing is on its way between it and the household. */
  async function settled(): Promise<void> {
    const wanted = stirred ? quietTurnsOfSockets : quietTurns
    stirred = false
    for (let quiet = 0, turns = 0; quiet < wanted; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      quiet = isBusy() ? 0 : quiet + 1
      if (turns > tooManyTurns) throw new Error(`The guard does not come to rest: ${whatFor()}`)
    }
    for (const look of afterSteps) look()
  }

  function isBusy(): boolean {
    return (
      memory.underWay() > 0 ||
      (seams.underWay?.() ?? 0) > 0 ||
      requests.open() !== plexServer.held() + plexTv.held()
    )
  }

  function whatFor(): string {
    return `${memory.underWay()} at the store, ${requests.open()} at Plex`
  }

  function nextId(): string {
    ids += 1
    return String(ids).padStart(24, '0')
  }

  async function close(): Promise<void> {
    await kill()
    unsubscribe()
    world.close()
    await Promise.all([plexServer.close(), plexTv.close()])
    requests.stop()
    await memory.store.close()
  }
}

async function aStore(sqlite: boolean | string): Promise<Store> {
  if (sqlite === false) return createMemoryStore()
  return openStore(`sqlite://${sqlite === true ? ':memory:' : sqlite}`)
}

/** The same row of numbers from 0 up to 1 for the same seed. */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export { admin }
