import type { GuestSession, Settings } from '../api.js'
import type { Cause } from '../assignments/endings.js'
import type { AtHand } from '../engine/at-hand.js'
import type { Background } from '../engine/background.js'
import { createBell } from '../engine/bell.js'
import type { ServerFacts } from '../engine/server-facts.js'
import { createSingleFlight } from '../engine/single-flight.js'
import { OtpError } from '../errors.js'
import { reasons } from '../messages/reasons.js'
import type { Assignment, Guest, PlaybackReport, Session } from '../model.js'
import type { Clock, Logger, Meter, PlexServer, Store } from '../ports.js'
import { isOpen } from '../states.js'
import { titleOf } from '../titles.js'
import { createAbsences } from './absences.js'
import type { Enforcement } from './enforcement.js'
import { browsingMs, isSameItem, judgeAll, type Scene, type Verdict } from './judge.js'
import { type Judged, shownStream } from './judged.js'
import type { Looks } from './looks.js'
import type { Outage } from './outage.js'
import type { ProgressNotes } from './progress-notes.js'
import type { Push } from './push.js'
import type { Readings } from './readings.js'
import type { Sighting, Sightings } from './sightings.js'
import { isStream, runningStream, type Stray } from './violation-streams.js'
import type { Seen, Violations } from './violations.js'

/** How often the list is read while nobody is under watch. */
const idleEveryMs = 30_000
/** How often it is read while Plex announces what happens: to find what was not announced. */
const reconcileEveryMs = 5_000
/** How many strays are written down together, when many begin at once. */
const straysAtOnce = 10
const lookAroundEveryMs = 1_000
/** An announcement may come a little before the reading that shows what it told of. */
const announcedBeforeMs = 1_000

export interface Monitor {
  /** Reads the sessions once and acts on them; never throws for what Plex does. False when nothing could be read. */
  inspect(): Promise<boolean>
  /** Something changed: judge again at once. */
  wake(): void
  /** The next reading may be due at another time than it was. */
  reschedule(): void
  /** Takes in what Plex announces: a hint at most. */
  hear(reports: readonly PlaybackReport[]): void
  /** Whether the guest has a stream, or had one so lately that a list without it proves nothing. */
  mayBeHere(plexId: string): boolean
  /** Guests' streams as last read, and how many others there were. */
  streams(): { guests: GuestSession[]; others: number }
  /** The session as it can be ended without ending another one, which some players make share its id. */
  endable(session: Session): Session
  lastPassAt(): number | undefined
  /** Goes on reading and judging until the signal aborts; the first reading is `inspect`. */
  run(signal: AbortSignal): Promise<void>
  /** What was begun is done. */
  settled(): Promise<void>
}

interface Needs {
  plexServer: PlexServer
  store: Store
  hand: AtHand
  clock: Clock
  meter: Meter
  log: Logger
  facts: ServerFacts
  push: Push
  outage: Outage
  background: Background
  readings: Readings
  sightings: Sightings
  looks: Looks
  progress: ProgressNotes
  violations: Violations
  enforcement: Enforcement
  settings: Settings
  isRunning: () => Promise<boolean>
  /** The server refuses the token. */
  tokenRejected: () => void
  /** Begins to end an assignment; the monitor must not wait for it, since it waits for the monitor. */
  end: (assignment: Assignment, cause: Cause) => void
}

export function createMonitor(needs: Needs): Monitor {
  const { plexServer, store, hand, clock, meter, log, facts, push, outage, readings, sightings } = needs
  const { background } = needs
  const { looks, progress, violations, enforcement, settings } = needs
  const bell = createBell(clock)
  const inspect = createSingleFlight(pass)
  const absences = createAbsences()
  let last: Judged[] = []
  let isAsked = false
  let isRunning = false
  let isReadingAhead = false
  let lookedAt = Number.NEGATIVE_INFINITY
  /** When the last reading was begun, and when the last one that worked was. */
  let triedAt = Number.NEGATIVE_INFINITY
  let readAt: number | undefined
  let passedAt: number | undefined

  return {
    inspect,
    wake,
    reschedule: bell.ring,
    hear,
    mayBeHere: absences.mayBeHere,
    streams,
    endable: endableAlone,
    lastPassAt: () => passedAt,
    run,
    settled: enforcement.settled,
  }

  async function run(signal: AbortSignal): Promise<void> {
    absences.doubt(
      hand.guests().map((one) => one.plexId),
      clock.now(),
    )
    while (!signal.aborted) {
      const waitMs = dueAt() - clock.now()
      if (waitMs > 0 && !isAsked) await bell.wait(waitMs, signal)
      // A reading that was begun meanwhile, for a hint, makes the next one due later.
      if (signal.aborted || (!isAsked && dueAt() > clock.now())) continue

      isAsked = false
      await inspect()
    }
    await enforcement.settled()
  }

  function wake(): void {
    isAsked = true
    lookedAt = Number.NEGATIVE_INFINITY
    bell.ring()
  }

  function dueAt(): number {
    // The machine's clock was set back: what was to wait for seconds would wait for hours.
    if (triedAt > clock.now()) return Number.NEGATIVE_INFINITY
    if (outage.isOn()) return triedAt + outage.waitMs(settings.monitor.intervalMs)

    const extra = Math.min(looks.next() ?? Infinity, sightings.lookAgainAt() ?? Infinity)
    return Math.min(triedAt + intervalMs(), isGuarding() ? extra : Infinity)
  }

  function intervalMs(): number {
    if (!isGuarding()) return idleEveryMs
    return push.isReliable() ? reconcileEveryMs : settings.monitor.intervalMs
  }

  function isGuarding(): boolean {
    return hand.guests().length > 0
  }

  /** While the list cannot be read, hints do not have it asked for more often. */
  function hear(reports: readonly PlaybackReport[]): void {
    const isNews = reports.filter(sightings.hear).length > 0
    if (isNews && isGuarding() && !outage.isOn()) void inspect()
  }

  /** One step's failure must not stop the next reading. */
  async function pass(): Promise<boolean> {
    triedAt = clock.now()
    looks.done(triedAt)
    try {
      const [machineIdentifier, sessions] = await Promise.all([
        facts.machineIdentifier(),
        plexServer.sessions(outage.patienceMs()),
        lookAround(),
      ])
      await outage.worked(machineIdentifier, clock.now() - triedAt)
      await actOn(sessions, machineIdentifier)
      passedAt = clock.now()
      return true
    } catch (error) {
      if (error instanceof OtpError && error.code.startsWith('plex_')) await noteOutage(error)
      else log.error('reading could not be acted on', { error })
      return false
    }
  }

  /** What only other processes, or an order that wakes the monitor, can have changed. */
  async function lookAround(): Promise<void> {
    if (triedAt >= lookedAt && triedAt - lookedAt < lookAroundEveryMs) return
    const [isOn] = await Promise.all([needs.isRunning(), hand.refresh()])
    isRunning = isOn
    lookedAt = triedAt
  }

  async function noteOutage(error: OtpError): Promise<void> {
    facts.doubt()
    readings.failed()
    absences.failed()
    if (error.code === 'plex_token_rejected') needs.tokenRejected()
    const machineIdentifier = await facts.known().catch(() => undefined)
    await outage
      .failed(machineIdentifier, error.message)
      .catch((problem: unknown) => log.error('outage could not be noted', { error: problem }))
  }

  async function actOn(sessions: readonly Session[], machineIdentifier: string): Promise<void> {
    const before = last
    takeIn(sessions)
    const scene = await sceneOf(machineIdentifier, sessions)
    last = judged(sessions, scene)
    absences.note(watching(), triedAt)

    // The streams that must end come first; whatever else there is to write can wait.
    for (const { session, verdict } of last) {
      if (verdict.kind !== 'closing') continue
      enforcement.close(session, titleOf(verdict.assignment.media), async () => isClosing(session.key))
    }
    if (isRunning) await enforcement.together(pursueStrays)
    // Otherwise they would leave only after all that follows, which grows with the length of the list.
    await clock.turn()

    await step('closing violations', () => closeGone(machineIdentifier))
    enforcement.forgetGone(sessions)
    await progress.note(scene.assignments.filter(isOpen), last, before)
    logUnsure()
    readAhead()
  }

  function takeIn(sessions: readonly Session[]): void {
    const { hasMoved } = sightings.note(sessions, triedAt)
    if (readAt !== undefined) push.compare({ hasMoved, sinceAt: readAt - announcedBeforeMs })
    readAt = triedAt
  }

  function judged(sessions: readonly Session[], scene: Scene): Judged[] {
    const verdicts = judgeAll(sessions, scene)
    return sessions.flatMap((session, at) => {
      const [verdict, sighting] = [verdicts[at], sightings.of(session)]
      if (!verdict || !sighting) return []

      if (verdict.kind === 'allow') sighting.coveredAt = clock.now()
      sighting.wasClosing ||= verdict.kind === 'closing'
      sighting.isNobodys =
        verdict.kind === 'ignore' && (verdict.why === 'not-a-guest' || verdict.why === 'owner')
      if (verdict.kind === 'unsure' && verdict.why === 'flashed-up') looks.add(sighting.listedAt + browsingMs)
      if (sighting.isNew) meter.note({ kind: 'session-seen', verdict: measured[verdict.kind] })
      return { session, sighting, verdict }
    })
  }

  /** As of the last reading: the item may have been assigned again meanwhile. */
  function isClosing(sessionKey: string): boolean {
    return last.some((one) => one.session.key === sessionKey && one.verdict.kind === 'closing')
  }

  async function pursueStrays(): Promise<void> {
    const strays = last.flatMap(({ session, sighting, verdict }) => {
      if (verdict.kind !== 'violation') return []
      // What is only judged anew now, because a pass has changed, counts from now on.
      const seenAt = sighting.isNew ? sighting.firstSeenAt : clock.now()
      return { session, offence: verdict, seenAt, reportedAt: lastSign(sighting, seenAt) }
    })
    let written = writeDown(strays.slice(0, straysAtOnce))
    for (let from = straysAtOnce; from < strays.length + straysAtOnce; from += straysAtOnce) {
      const seen = await written
      // While some are written down, the server is told of those before.
      written = writeDown(strays.slice(from, from + straysAtOnce))
      await step('violations', () => pursueAll(seen))
    }
  }

  /** What could not be written down is not pursued; the next reading finds it again. */
  async function writeDown(strays: readonly Stray[]): Promise<Seen[]> {
    let seen: Seen[] = []
    await step('violations', async () => {
      seen = await violations.seeAll(strays)
    })
    return seen
  }

  async function pursueAll(seen: readonly Seen[]): Promise<void> {
    for (const { violation, session, offence } of seen) {
      enforcement.pursue(violation, endableAlone(session))
      await revokeAfterTooMany(offence.allowed)
    }
  }

  /** Whoever has just begun to play shows life; of what was there at the start nothing is known. */
  function lastSign({ isNew, reportedAt }: Sighting, seenAt: number): number {
    if (reportedAt === undefined) return 0
    return isNew ? seenAt : reportedAt
  }

  /** Some players share one id: where another stream under it may go on, that id ends neither. */
  function endableAlone(session: Session): Session {
    const isShared = last.some(
      ({ session: other, verdict }) =>
        other !== session &&
        session.id !== undefined &&
        other.id === session.id &&
        verdict.kind !== 'violation' &&
        verdict.kind !== 'closing',
    )
    if (!isShared) return session
    const { id: _, ...without } = session
    return without
  }

  async function revokeAfterTooMany(assignments: readonly Assignment[]): Promise<void> {
    const most = settings.monitor.maxViolations
    const dryRun = settings.monitor.onViolation.every((rung) => rung === 'report')
    if (most === 0 || dryRun) return

    for (const { id } of assignments) {
      const stored = await store.read('assignment', id)
      if (!stored || stored.record.violations < most) continue
      needs.end(stored.record, { state: 'revoked', by: 'otp', reason: reasons.tooManyViolations(most) })
    }
  }

  /** A stream goes on while it is listed with the same item, or cannot be read. */
  function closeGone(machineIdentifier: string): Promise<void> {
    return violations.closeGone(machineIdentifier, (violation, stream) => {
      const listed = last.find((one) => isStream(stream, one.session))
      if (!listed || listed.verdict.kind === 'unsure') return listed !== undefined
      return listed.verdict.kind === 'violation' && isSameItem(listed.verdict.item, violation.media)
    })
  }

  async function step(what: string, task: () => Promise<void>): Promise<void> {
    await task().catch((error: unknown) => log.error('a step of the monitor failed', { step: what, error }))
  }

  async function sceneOf(machineIdentifier: string, sessions: readonly Session[]): Promise<Scene> {
    const guests = new Map<string, Guest>()
    for (const one of hand.guests()) {
      if (one.machineIdentifier === machineIdentifier) guests.set(one.plexId, one)
    }
    const watching = sessions.flatMap(({ user }) => (user && guests.has(user.plexId) ? user.plexId : []))
    await hand.load(new Set(watching))

    const ownerPlexId = facts.ownerPlexId()
    return {
      now: clock.now(),
      guests,
      assignments: hand
        .assignments({ recent: true })
        .filter((one) => one.machineIdentifier === machineIdentifier),
      closingMs: settings.monitor.verifyWithinMs,
      slipMs: settings.monitor.slipMs,
      reportedAt: (session) => sightings.of(session)?.reportedAt,
      coveredUntil: (session) => sightings.of(session)?.coveredAt,
      isPursued,
      wasClosing: (session) => sightings.of(session)?.wasClosing ?? false,
      listedMs: (session) => listedMs(session),
      ...(ownerPlexId !== undefined && { ownerPlexId }),
    }
  }

  function isPursued(session: Session): boolean {
    return hand.openViolations().some(({ record }) => runningStream(record, session) !== undefined)
  }

  function listedMs(session: Session): number | undefined {
    const sighting = sightings.of(session)
    return sighting && clock.now() - sighting.listedAt
  }

  function readAhead(): void {
    if (isReadingAhead) return
    isReadingAhead = true
    background.run(
      () =>
        hand.readAhead().finally(() => {
          isReadingAhead = false
        }),
      'what has ended of the guests could not be read ahead',
    )
  }

  function logUnsure(): void {
    for (const { session, sighting, verdict } of last) {
      if (verdict.kind !== 'unsure' || verdict.why === 'flashed-up' || sighting.unsureTold) continue
      sighting.unsureTold = true
      log.warn('session left alone because it cannot be read', { session: session.key, why: verdict.why })
    }
  }

  /** Who has a stream that is OTP's business. */
  function watching(): Set<string> {
    return new Set(
      last.flatMap(({ session: { user }, verdict }) =>
        user && verdict.kind !== 'ignore' ? user.plexId : [],
      ),
    )
  }

  function streams(): { guests: GuestSession[]; others: number } {
    const guests = last.flatMap((one) => shownStream(one, hand) ?? [])
    return { guests, others: last.length - guests.length }
  }
}

const measured = {
  ignore: 'ignored',
  unsure: 'unsure',
  allow: 'allowed',
  closing: 'ignored',
  violation: 'violation',
} as const satisfies Record<Verdict['kind'], string>
