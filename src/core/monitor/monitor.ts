import type { GuestSession, Settings } from '../api.js'
import type { Cause } from '../assignments/endings.js'
import type { Following } from '../assignments/following.js'
import type { HistoryProof } from '../assignments/history-proof.js'
import type { Plays } from '../assignments/plays.js'
import { createBell } from '../engine/bell.js'
import type { ServerFacts } from '../engine/server-facts.js'
import { createSingleFlight } from '../engine/single-flight.js'
import { all } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { reasons } from '../messages/reasons.js'
import type { Assignment, Guest, Session } from '../model.js'
import type { Clock, Ids, Logger, PlexServer, Store } from '../ports.js'
import { isOpen, refOf } from '../states.js'
import { titleOf } from '../titles.js'
import type { Enforcement } from './enforcement.js'
import { isSameItem, judge, type Scene, type Verdict } from './judge.js'
import type { Outage } from './outage.js'
import type { Readings, Silence } from './readings.js'
import { isStream, type Violations } from './violations.js'

const idleEveryMs = 30_000
/** How many of a guest's newest assignments can explain a stream that is still closing. */
const lookBack = 5

/** A session and what the judge said of it. */
interface Judged {
  session: Session
  verdict: Verdict
}

/** What OTP remembers of a session key between two readings; nothing of it matters after a restart. */
interface Memory {
  playId: string
  ratingKey: string | undefined
  firstSeenAt: number
  seen: { offsetMs: number; state: string }
  /** When the player was seen to report something new; undefined until the second reading. */
  reportedAt?: number
  coveredAt?: number
  unsureTold: boolean
}

export interface Monitor {
  /** Reads the sessions once and acts on them; never throws for what Plex does. */
  inspect(): Promise<void>
  /** Something changed: judge again at once. */
  wake(): void
  isWatching(plexId: string): boolean
  /** Guests' streams as last read, and how many others there were. */
  streams(): { guests: GuestSession[]; others: number }
  lastPassAt(): number | undefined
  /** Goes on reading and judging until the signal aborts; the first reading is `inspect`. */
  run(signal: AbortSignal): Promise<void>
  /** What was begun is done. */
  settled(): Promise<void>
}

interface Needs {
  plexServer: PlexServer
  store: Store
  clock: Clock
  ids: Ids
  log: Logger
  facts: ServerFacts
  outage: Outage
  readings: Readings
  plays: Plays
  historyProof: HistoryProof
  following: Following
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
  const { plexServer, store, clock, ids, log, facts, outage, readings, plays, historyProof, following } =
    needs
  const { violations, enforcement, settings } = needs
  const bell = createBell(clock)
  const inspect = createSingleFlight(pass)
  let memory = new Map<string, Memory>()
  let last: Judged[] = []
  let passedAt: number | undefined

  return {
    inspect,
    wake: bell.ring,
    isWatching,
    streams,
    lastPassAt: () => passedAt,
    run,
    settled: enforcement.settled,
  }

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await bell.wait(outage.waitMs(await intervalMs()), signal)
      if (!signal.aborted) await inspect()
    }
    await enforcement.settled()
  }

  async function intervalMs(): Promise<number> {
    const guests = await store.page('guest', { where: { open: true }, limit: 1 }).catch(() => [])
    return guests.length > 0 ? settings.monitor.intervalMs : idleEveryMs
  }

  /** One step's failure must not stop the next reading. */
  async function pass(): Promise<void> {
    try {
      const machineIdentifier = await facts.machineIdentifier()
      const sessions = await plexServer.sessions()
      await outage.worked(machineIdentifier)
      await actOn(sessions, machineIdentifier)
      passedAt = clock.now()
    } catch (error) {
      if (error instanceof OtpError && error.code.startsWith('plex_')) await noteOutage(error)
      else log.error('reading could not be acted on', { error })
    }
  }

  async function noteOutage(error: OtpError): Promise<void> {
    facts.doubt()
    readings.failed()
    if (error.code === 'plex_token_rejected') needs.tokenRejected()
    const machineIdentifier = await facts.known().catch(() => undefined)
    await outage
      .failed(machineIdentifier, error.message)
      .catch((problem: unknown) => log.error('outage could not be noted', { error: problem }))
  }

  async function actOn(sessions: readonly Session[], machineIdentifier: string): Promise<void> {
    remember(sessions)
    const scene = await sceneOf(machineIdentifier)
    last = sessions.map((session) => ({ session, verdict: judge(session, scene) }))
    noteCovered(last)

    // The streams that must end come first; whatever else there is to write can wait.
    for (const { session, verdict } of last) {
      if (verdict.kind !== 'closing') continue
      enforcement.close(session, titleOf(verdict.assignment.media), async () => isClosing(session.key))
    }
    if (await needs.isRunning()) await pursueStrays(last)

    await step('closing violations', () => closeGone(machineIdentifier))
    enforcement.forgetGone((key) => memory.has(key))
    await noteReading(scene.assignments.filter(isOpen))
    logUnsure()
  }

  /** As of the last reading: the item may have been assigned again meanwhile. */
  function isClosing(sessionKey: string): boolean {
    return last.some((one) => one.session.key === sessionKey && one.verdict.kind === 'closing')
  }

  async function pursueStrays(judged: readonly Judged[]): Promise<void> {
    for (const { session, verdict } of judged) {
      if (verdict.kind !== 'violation') continue

      await step('violation', async () => {
        const reportedAt = memory.get(session.key)?.reportedAt ?? clock.now()
        const violation = await violations.see({ session, offence: verdict, reportedAt })
        enforcement.pursue(violation, session)
        await revokeAfterTooMany(verdict.allowed)
      })
    }
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

  async function noteReading(open: readonly Assignment[]): Promise<void> {
    const silence = await readings.worked(open.length > 0)
    for (const one of open) await step('progress', () => noteProgress(one, silence))
    historyProof.look(open, silence)
  }

  async function noteProgress(assignment: Assignment, silence: Silence | undefined): Promise<void> {
    const running = last
      .filter(({ verdict }) => verdict.kind === 'allow' && verdict.assignment.id === assignment.id)
      .map((one) => one.session)
    following.glance(assignment, running)
    const cause = await plays.note(assignment, running, silence)
    if (cause) needs.end(assignment, cause)
  }

  async function step(what: string, task: () => Promise<void>): Promise<void> {
    await task().catch((error: unknown) => log.error('a step of the monitor failed', { step: what, error }))
  }

  async function sceneOf(machineIdentifier: string): Promise<Scene> {
    const guests = new Map<string, Guest>()
    for (const { record } of await all(store, 'guest', { open: true })) {
      if (record.machineIdentifier === machineIdentifier) guests.set(record.plexId, record)
    }
    const ownerPlexId = facts.ownerPlexId()
    return {
      now: clock.now(),
      guests,
      assignments: await assignmentsOf(machineIdentifier, guests),
      closingMs: settings.monitor.verifyWithinMs,
      slipMs: settings.monitor.slipMs,
      reportedAt: (key) => memory.get(key)?.reportedAt,
      coveredUntil: (key) => memory.get(key)?.coveredAt,
      ...(ownerPlexId !== undefined && { ownerPlexId }),
    }
  }

  async function assignmentsOf(
    machineIdentifier: string,
    guests: ReadonlyMap<string, Guest>,
  ): Promise<Assignment[]> {
    const open = (await all(store, 'assignment', { open: true })).map((one) => one.record)
    const recent = await Promise.all(
      [...guests.keys()].map((guest) => store.page('assignment', { where: { guest }, limit: lookBack })),
    )
    const ended = recent.flat().map((one) => one.record)
    return [...open, ...ended.filter((one) => one.access === 'taken')].filter(
      (one) => one.machineIdentifier === machineIdentifier,
    )
  }

  /** Notes which players have reported something new since the last reading, and forgets who is gone. */
  function remember(sessions: readonly Session[]): void {
    const now = clock.now()
    const next = new Map<string, Memory>()

    for (const session of sessions) {
      const before = memory.get(session.key)
      const { offsetMs, state } = session
      const isSame = before !== undefined && before.ratingKey === session.item?.ratingKey
      const hasMoved = !isSame || before.seen.offsetMs !== offsetMs || before.seen.state !== state
      // Nothing is known of what the first reading after a start shows: it may have stopped long ago.
      const isNew = hasMoved && (before !== undefined || passedAt !== undefined)
      next.set(session.key, {
        playId: isSame ? before.playId : ids.next(),
        ratingKey: session.item?.ratingKey,
        firstSeenAt: isSame ? before.firstSeenAt : now,
        seen: { offsetMs, state },
        unsureTold: isSame && before.unsureTold,
        ...(before?.coveredAt !== undefined && { coveredAt: before.coveredAt }),
        ...(isNew
          ? { reportedAt: now }
          : before?.reportedAt !== undefined && { reportedAt: before.reportedAt }),
      })
    }
    memory = next
  }

  function noteCovered(judged: readonly Judged[]): void {
    for (const { session, verdict } of judged) {
      const known = memory.get(session.key)
      if (known && verdict.kind === 'allow') known.coveredAt = clock.now()
    }
  }

  function logUnsure(): void {
    for (const { session, verdict } of last) {
      const known = memory.get(session.key)
      if (verdict.kind !== 'unsure' || !known || known.unsureTold) continue
      known.unsureTold = true
      log.warn('session left alone because it cannot be read', { session: session.key, why: verdict.why })
    }
  }

  function isWatching(plexId: string): boolean {
    return last.some(({ session, verdict }) => session.user?.plexId === plexId && verdict.kind !== 'ignore')
  }

  function streams(): { guests: GuestSession[]; others: number } {
    const guests = last.flatMap((one) => guestSession(one) ?? [])
    return { guests, others: last.length - guests.length }
  }

  function guestSession({ session, verdict }: Judged): GuestSession | undefined {
    const known = memory.get(session.key)
    const guest = guestOf(verdict)
    if (!known || !guest) return undefined

    return {
      id: known.playId,
      guest: refOf(guest),
      session,
      firstSeenAt: known.firstSeenAt,
      verdict: verdict.kind === 'allow' ? 'allowed' : verdict.kind === 'violation' ? 'violation' : 'other',
    }
  }
}

function guestOf(verdict: Verdict) {
  if (verdict.kind === 'violation') return verdict.guest
  return verdict.kind === 'allow' || verdict.kind === 'closing' ? verdict.assignment.guest : undefined
}
