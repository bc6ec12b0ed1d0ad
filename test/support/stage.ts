import { createCalendar } from '../../src/calendar/calendar.js'
import type { Assigned, AssignRequest, Core, Settings } from '../../src/core/api.js'
import { createCore } from '../../src/core/core.js'
import type { Assignment, Guest, Invitation, Violation } from '../../src/core/model.js'
import type { LogData, Logger, Notifier, Ports, Store, Stored } from '../../src/core/ports.js'
import { guestId, type Kind, type Records } from '../../src/core/records.js'
import type { Delivery, Notice, OutboxMessage } from '../../src/core/telling/notices.js'
import { titleOf } from '../../src/core/titles.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { createIds } from '../../src/util/ids.js'
import { secrets } from '../../src/util/secrets.js'
import {
  aLibrary,
  aMovie,
  anEpisode,
  anOwner,
  anotherMovie,
  aSeason,
  aShow,
  second,
  someSettings,
  theServer,
} from './builders.js'
import { createTestClock } from './clock.js'
import { createFakePlex } from './fake-plex.js'
import { createFakeShelf } from './fake-shelf.js'
import { createFakePlexSettings, createFakeSignIn } from './fake-sign-in.js'

/** The people of every test, by what they are to the owner of the server. */
export const friend = { plexId: '7001', username: 'friend', email: 'friend@example.test' }
/** A friend who sees the library of shows already. */
export const neighbour = { plexId: '7002', username: 'neighbour', email: 'neighbour@example.test' }
export const stranger = { plexId: '7003', username: 'stranger', email: 'stranger@example.test' }
export const housemate = { plexId: '7004', username: 'housemate' }
export const admin = 'discord:1'

/** A film in a library of its own. */
export const rarity = aMovie({
  ratingKey: '301',
  guid: 'plex://movie/rarity',
  title: 'Rarity',
  libraryKey: '3',
})

export type Stage = ReturnType<typeof createStage>

/** A whole core over fakes: a server with a few people and films, a memory store, a clock that is moved by hand. */
export function createStage(
  overrides: {
    monitor?: Partial<Settings['monitor']>
    access?: Partial<Settings['access']>
    /** Where private libraries go; none unless told. */
    privateRoot?: string
  } = {},
) {
  const settings = someSettings(overrides)
  const clock = createTestClock()
  const plex = furnish(createFakePlex(clock))
  const plexTv = createFakeSignIn(clock)
  const plexSettings = createFakePlexSettings({ url: 'http://attic.test:32400', token: 'token-before' })
  const shelf = createFakeShelf(overrides.privateRoot)
  const store = createMemoryStore()
  const notifier = createFakeNotifier()
  const log = createCollectingLog()
  const ports: Ports = {
    plexServer: plex.server,
    plexEvents: { listen: async () => ({ kind: 'unavailable', reason: 'nobody announces anything' }) },
    plexAccount: plex.account,
    plexSignIn: plexTv.port,
    plexSettings: plexSettings.port,
    shelf: shelf.port,
    store,
    notifier,
    calendar: createCalendar('UTC'),
    clock,
    ids: createIds(clock),
    secrets,
    meter: { note: () => {} },
    log,
  }
  let core = createCore(ports, settings)
  let running: { signal: AbortController; done: Promise<void> } | undefined

  return {
    settings,
    clock,
    plex,
    plexTv,
    plexSettings,
    shelf,
    store,
    notifier,
    log,
    ports,
    core: () => core,
    start,
    stop,
    restart,
    replaceCore,
    soon,
    assign,
    assignment,
    guest,
    records,
    violations: () => records('violation'),
  }

  /** Runs the core's loops. */
  async function start(): Promise<void> {
    const signal = new AbortController()
    running = { signal, done: core.run(signal.signal) }
    await clock.advance(0)
  }

  async function stop(): Promise<void> {
    running?.signal.abort()
    if (running) await soon(running.done)
    running = undefined
  }

  /** An orderly end and a new process over the same store and the same world, `afterMs` later. */
  async function restart(afterMs = 0): Promise<void> {
    await stop()
    await clock.advance(afterMs)
    replaceCore()
    await start()
  }

  /** A new process; whatever the old one was about to do is not waited for. */
  function replaceCore(otherPorts: Ports = ports): Core {
    core = createCore(otherPorts, settings)
    return core
  }

  /** Moves the clock until the work is done, a quarter of a second at a time. */
  async function soon<T>(work: Promise<T>, atMostMs = 60 * second): Promise<T> {
    let done = false
    const finished = work.finally(() => {
      done = true
    })
    finished.catch(() => {})
    await clock.advance(0)
    for (let waitedMs = 0; !done && waitedMs < atMostMs; waitedMs += 250) await clock.advance(250)
    if (!done) throw new Error(`Not done within ${atMostMs} ms of the test clock`)
    return finished
  }

  /** Assigns the film to the friend, unless told otherwise. */
  async function assign(request: Partial<AssignRequest> = {}): Promise<Assigned> {
    const answer = await soon(
      core.assign({
        guest: 'friend',
        media: 'rk:101',
        discordUserId: discordOf(request.guest),
        by: admin,
        ...request,
      }),
    )
    if (answer.kind !== 'assigned') throw new Error('OTP asked back')
    return answer
  }

  function assignment(id: string): Promise<Assignment> {
    return core.assignment(id)
  }

  async function guest(plexId: string): Promise<Guest | undefined> {
    return (await store.read('guest', guestId(theServer, plexId)))?.record
  }

  /** Everything of a kind, oldest first. */
  async function records<K extends Kind>(kind: K): Promise<Records[K][]> {
    return stored(store, kind)
  }
}

export async function stored<K extends Kind>(store: Store, kind: K): Promise<Records[K][]> {
  const found: Stored<Records[K]>[] = await store.page(kind, { limit: 1_000 })
  return found.map((one) => one.record).reverse()
}

/** The Discord user who belongs to somebody on this stage. */
export function discordOf(username = 'friend'): string {
  return `discord-${username}`
}

/** The violation that is there, alone. */
export async function theViolation(stage: Stage): Promise<Violation> {
  const [only, ...others] = await stage.violations()
  if (!only || others.length > 0)
    throw new Error(`Expected one violation, found ${others.length + (only ? 1 : 0)}`)
  return only
}

export async function theInvitation(stage: Stage): Promise<Invitation> {
  const [only, ...others] = await stage.records('invitation')
  if (!only || others.length > 0) throw new Error('Expected one invitation')
  return only
}

function furnish(plex: ReturnType<typeof createFakePlex>) {
  plex.setOwner(anOwner())
  plex.befriend(friend)
  plex.befriend(neighbour)
  plex.befriend(housemate, true)
  plex.accounts.push(stranger)
  plex.share(neighbour.plexId, ['2'])
  plex.libraries.push(
    aLibrary(),
    aLibrary({ key: '2', title: 'Shows', type: 'show' }),
    aLibrary({ key: '3', title: 'Rarities' }),
  )
  plex.items.push(
    aMovie(),
    anotherMovie(),
    rarity,
    aShow(),
    aSeason(),
    anEpisode({
      ratingKey: '211',
      guid: 'plex://episode/severance-1-1',
      title: 'Good News About Hell',
      episode: 1,
    }),
    anEpisode(),
  )
  return plex
}

/** Delivers everything unless `answer` says otherwise; a message of an id that came before is the same message. */
export function createFakeNotifier() {
  const said: string[] = []
  const posted = new Map<string, OutboxMessage>()
  let answering: (message: OutboxMessage) => Delivery | undefined | Promise<Delivery | undefined> = () =>
    undefined

  const notifier: Notifier = { deliver }
  return {
    ...notifier,
    /** Every message once, in the order in which they first arrived. */
    posts,
    /** The texts of `said` without edits: `friend: assigned Arrival (2016)`. */
    said,
    answer: (with_: typeof answering) => {
      answering = with_
    },
  }

  async function deliver(message: OutboxMessage): Promise<Delivery> {
    const planned = await answering(message)
    if (planned && planned.kind !== 'delivered') return planned

    if (!posted.has(message.id)) said.push(describeNotice(message.content))
    posted.set(message.id, structuredClone(message))
    return planned ?? { kind: 'delivered', message: { channelId: 'channel', messageId: message.id } }
  }

  function posts(): OutboxMessage[] {
    return [...posted.values()]
  }
}

/** One line for each message: who hears what. */
export function describeNotice(content: Notice): string {
  const { notice } = content
  const who = content.to === 'guest' ? content.guest.username : 'admins'

  switch (notice.kind) {
    case 'violation':
      return `${who}: ${notice.violation.guest.username} played ${titleOf(notice.violation.media)}`
    case 'strayed':
      return `${who}: strayed to ${titleOf(notice.played)}`
    case 'assignment-ended':
      return (
        `${who}: ${notice.assignment.guest.username}'s ${titleOf(notice.assignment.media)} ${notice.assignment.state}` +
        (notice.accessLeft ? ', access left' : '')
      )
    case 'ended':
      return `${who}: ${titleOf(notice.media)} ${notice.state}`
    case 'assigned':
      return `${who}: assigned ${titleOf(notice.media)}${notice.pending ? ', pending' : ''}`
    case 'ready':
      return `${who}: ready ${titleOf(notice.media)}`
    case 'dm-blocked':
      return `${who}: ${notice.guest.username} cannot be told ${notice.notice.kind}`
    case 'access-gone':
      return `${who}: ${notice.guest.username}'s access to ${titleOf(notice.media)} is gone`
    case 'invitation-failed':
      return `${who}: invitation of ${notice.invitee} failed`
    default:
      return `${who}: ${notice.kind}`
  }
}

interface LogLine {
  level: keyof Logger
  phrase: string
  data?: LogData
}

function createCollectingLog() {
  const lines: LogLine[] = []
  const log = (level: keyof Logger) => (phrase: string, data?: LogData) => {
    lines.push({ level, phrase, ...(data && { data }) })
  }
  return { lines, debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
}
