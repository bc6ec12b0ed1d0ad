import type { Settings } from '../api.js'
import { reasons } from '../messages/reasons.js'
import type { EnforcementStep, Rung, RungOutcome, Session, Violation, ViolationStream } from '../model.js'
import type { Clock, EndAnswer, Logger, Meter, PlexServer } from '../ports.js'
import { titleOf } from '../titles.js'
import { nextRung, stepsFor } from './ladder.js'
import type { Reaction } from './reaction.js'
import { isSameStream } from './sightings.js'
import { runningStream } from './violation-streams.js'
import type { Violations } from './violations.js'

/**
 * A call that fails in passing is tried again after these waits. The first answers are not waited for long, so
 * that lost ones cost little; the last one is, because the server may only be slow.
 */
const firstPatienceMs = 1_500
const laterAttempts = [
  { waitMs: 500, patienceMs: 1_500 },
  { waitMs: 1_000, patienceMs: 1_500 },
  { waitMs: 2_000, patienceMs: 10_000 },
]
/** How long an outcome waits to be written down for the answers to other calls of the same moment. */
const othersFirstMs = 50
/** Plex only flags a stream, and the player learns of it at its next report: these are the times to look. */
const verifyAfterMs = [2_000, 5_000, 15_000, 30_000]

export interface Enforcement {
  /**
   * Does the next thing about a stream that must not go on, unless something is being done about it already.
   * Returns at once; what it begins is awaited by `settled`.
   */
  pursue(violation: Violation, session: Session): void
  /** What is pursued in this work is all told to the server before anything of its outcome is written down. */
  together(work: () => Promise<void>): Promise<void>
  /** Ends a stream whose own assignment has ended, for as long as `isDue` says that it still must. */
  close(session: Session, title: string, isDue: () => Promise<boolean>): void
  /** Forgets streams that are not listed any more. */
  forgetGone(listed: readonly Session[]): void
  settled(): Promise<void>
}

interface Needs {
  plexServer: PlexServer
  violations: Violations
  /** Reads the sessions anew, so that nothing is done on what was seen some seconds ago; false when that failed. */
  lookAgain: () => Promise<boolean>
  /** Has the sessions read at these times. */
  lookAt: (times: readonly number[]) => void
  /** Takes away what OTP gave and revokes the guest's assignments; false when OTP gave nothing. */
  unshare: (violation: Violation, reason: string) => Promise<boolean>
  reaction: Reaction
  clock: Clock
  meter: Meter
  log: Logger
  settings: Settings
}

export function createEnforcement(needs: Needs): Enforcement {
  const { plexServer, violations, lookAgain, lookAt, unshare, reaction, clock, meter, log, settings } = needs
  const { onViolation, verifyWithinMs, message } = settings.monitor
  const rules = { ladder: onViolation, verifyWithinMs }
  /** What is being done now, by the stream it is done to. */
  const underway = new Map<string, Promise<void>>()
  const closed = new Map<string, Session>()
  /** Calls to Plex that are not answered yet. */
  const calls = new Set<Promise<unknown>>()
  let beginning: Promise<unknown> = Promise.resolve()

  return { pursue, together, close, forgetGone, settled }

  function pursue(violation: Violation, session: Session): void {
    once(session.key, () => climb(violation, session))
  }

  function together(work: () => Promise<void>): Promise<void> {
    const begun = work()
    beginning = begun.catch(() => {})
    return begun
  }

  function close(session: Session, title: string, isDue: () => Promise<boolean>): void {
    const before = closed.get(session.key)
    if (before && isSameStream(before, session)) return

    once(session.key, async () => {
      const reason = reasons.passEnded(title)
      const answer = await persistently((ms) => plexServer.terminate(session, reason, ms), isDue)
      if (answer.kind !== 'unknown' && answer.kind !== 'refused') closed.set(session.key, session)
      log.info('stream of an ended assignment closed', { session: session.key, answer: answer.kind })
    })
  }

  function forgetGone(listed: readonly Session[]): void {
    for (const [key, session] of closed) {
      if (!listed.some((one) => isSameStream(one, session))) closed.delete(key)
    }
  }

  async function settled(): Promise<void> {
    while (underway.size > 0) await Promise.all(underway.values())
  }

  function once(sessionKey: string, task: () => Promise<void>): void {
    if (underway.has(sessionKey)) return

    const work = task()
      .catch((error: unknown) => log.error('enforcement failed', { session: sessionKey, error }))
      .finally(() => underway.delete(sessionKey))
    underway.set(sessionKey, work)
  }

  /** A rung that cannot work is left at once; the others get their time. */
  async function climb(seen: Violation, session: Session): Promise<void> {
    let violation = seen

    for (;;) {
      const stream = runningStream(violation, session)
      const rung = stream && nextRung(violation, stream, rules, clock.now())
      if (!stream || !rung) return

      violation = await take(rung, violation, session, stream)
      if (stepsFor(violation, stream).at(-1)?.outcome !== 'impossible') return
    }
  }

  /** One rung: the intent, unless it is written already, the deed, the outcome. */
  async function take(
    rung: Rung,
    violation: Violation,
    session: Session,
    stream: ViolationStream,
  ): Promise<Violation> {
    const { id } = violation
    const steps = stepsFor(violation, stream)
    const written = steps.findLast((one) => one.rung === rung && one.outcome === 'intended')
    const hasBeenTold = steps.some((one) => one.rung === rung && one.outcome !== 'intended')
    const intent: EnforcementStep = written ?? {
      rung,
      at: clock.now(),
      outcome: 'intended',
      stream: session.key,
    }
    if (!written) await violations.writeStep(id, intent)

    if (rung === 'terminate' && !hasBeenTold) noteSent(stream.firstSeenAt)
    const { outcome, reason } = await counted(act(rung, violation, session))
    const tookMs = clock.now() - stream.firstSeenAt
    await othersFirst()
    meter.note({ kind: 'rung-done', rung, outcome })
    if (outcome !== 'impossible' && rung !== 'report') verifyLater()
    const because = reason === undefined ? {} : { reason }
    log.info('enforcement step done', { violation: id, session: session.key, rung, outcome, tookMs })
    return violations.writeStep(id, { ...intent, outcome, tookMs, ...because })
  }

  async function counted<T>(call: Promise<T>): Promise<T> {
    calls.add(call)
    return call.finally(() => calls.delete(call))
  }

  /** When many stray at once, telling the server goes before writing down what it answered. */
  async function othersFirst(): Promise<void> {
    await beginning
    if (calls.size === 0) return
    const patience = new AbortController()
    await Promise.race([Promise.allSettled(calls), clock.sleep(othersFirstMs, patience.signal)])
    patience.abort('answered')
  }

  function noteSent(seenAt: number): void {
    const afterMs = clock.now() - seenAt
    reaction.note('terminateSent', afterMs)
    meter.note({ kind: 'terminate-sent', afterMs })
  }

  function verifyLater(): void {
    const { verifyWithinMs: longestMs } = rules
    const waits = [...verifyAfterMs.filter((ms) => ms < longestMs), longestMs]
    lookAt(waits.map((ms) => clock.now() + ms))
  }

  async function act(
    rung: Rung,
    violation: Violation,
    session: Session,
  ): Promise<{ outcome: RungOutcome; reason?: string }> {
    const isOn = () => violations.isRunning(violation.id, session)

    switch (rung) {
      case 'report':
        return { outcome: 'accepted' }
      case 'terminate':
        return outcomeOf(
          await persistently((ms) => plexServer.terminate(session, reasonFor(violation), ms), isOn),
        )
      case 'stop':
        return outcomeOf(await persistently((ms) => plexServer.stopPlayer(session, ms), isOn))
      case 'unshare': {
        const gave = await unshare(violation, reasons.couldNotBeEnded(titleOf(violation.media)))
        return gave ? { outcome: 'accepted' } : { outcome: 'impossible', reason: reasons.gaveNothing() }
      }
    }
  }

  /**
   * Nothing is repeated against a stream that has moved on, or whose item was assigned meanwhile, nor before that
   * could be looked at: after a time-out the call may have worked.
   */
  async function persistently(
    call: (patienceMs: number) => Promise<EndAnswer>,
    isOn: () => Promise<boolean>,
  ): Promise<EndAnswer> {
    let answer = await call(firstPatienceMs)
    for (const { waitMs, patienceMs } of laterAttempts) {
      if (answer.kind !== 'refused' && answer.kind !== 'unknown') return answer
      await clock.sleep(waitMs)
      if (!(await lookAgain())) continue
      if (!(await isOn())) return { kind: 'gone' }
      answer = await call(patienceMs)
    }
    return answer
  }

  function reasonFor(violation: Violation): string {
    const titles = violation.allowed.map(titleOf).join(', ')
    return message.replaceAll('{title}', titles === '' ? reasons.nothingAllowed() : titles)
  }
}

function outcomeOf(answer: EndAnswer): { outcome: RungOutcome; reason?: string } {
  switch (answer.kind) {
    case 'accepted':
    case 'gone':
      return { outcome: answer.kind }
    case 'impossible':
    case 'unknown':
      return { outcome: answer.kind, reason: answer.reason }
    case 'refused':
      return { outcome: 'failed', reason: answer.reason }
  }
}
