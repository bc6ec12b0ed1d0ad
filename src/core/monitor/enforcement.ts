import type { Settings } from '../api.js'
import { reasons } from '../messages/reasons.js'
import type { EnforcementStep, Rung, RungOutcome, Session, Violation } from '../model.js'
import type { Clock, EndAnswer, Logger, PlexServer } from '../ports.js'
import { titleOf } from '../titles.js'
import { nextRung, stepsFor } from './ladder.js'
import { runningStream, type Violations } from './violations.js'

/** A call that fails in passing is tried again after these waits. */
const tryAgainAfterMs = [500, 1_000, 2_000]

export interface Enforcement {
  /**
   * Does the next thing about a stream that must not go on, unless something is being done about it already.
   * Returns at once; what it begins is awaited by `settled`.
   */
  pursue(violation: Violation, session: Session): void
  /** Ends a stream whose own assignment has ended, for as long as `isDue` says that it still must. */
  close(session: Session, title: string, isDue: () => Promise<boolean>): void
  /** Forgets streams that are not listed any more. */
  forgetGone(isListed: (sessionKey: string) => boolean): void
  settled(): Promise<void>
}

interface Needs {
  plexServer: PlexServer
  violations: Violations
  /** Reads the sessions anew, so that nothing is done on what was seen some seconds ago. */
  lookAgain: () => Promise<void>
  /** Takes away what OTP gave and revokes the guest's assignments; false when OTP gave nothing. */
  unshare: (violation: Violation, reason: string) => Promise<boolean>
  clock: Clock
  log: Logger
  settings: Settings
}

export function createEnforcement(needs: Needs): Enforcement {
  const { plexServer, violations, lookAgain, unshare, clock, log, settings } = needs
  const { onViolation, verifyWithinMs, message } = settings.monitor
  const rules = { ladder: onViolation, verifyWithinMs }
  /** What is being done now, by the stream it is done to. */
  const underway = new Map<string, Promise<void>>()
  const closed = new Set<string>()

  return { pursue, close, forgetGone, settled }

  function pursue(violation: Violation, session: Session): void {
    once(session.key, () => climb(violation, session))
  }

  function close(session: Session, title: string, isDue: () => Promise<boolean>): void {
    if (closed.has(session.key)) return

    once(session.key, async () => {
      const answer = await persistently(() => plexServer.terminate(session, reasons.passEnded(title)), isDue)
      if (answer.kind !== 'unknown' && answer.kind !== 'refused') closed.add(session.key)
      log.info('stream of an ended assignment closed', { session: session.key, answer: answer.kind })
    })
  }

  function forgetGone(isListed: (sessionKey: string) => boolean): void {
    for (const key of closed) if (!isListed(key)) closed.delete(key)
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

      violation = await take(rung, violation, session, stream.firstSeenAt)
      if (stepsFor(violation, stream).at(-1)?.outcome !== 'impossible') return
    }
  }

  /** One rung: the intent, unless it is written already, the deed, the outcome. */
  async function take(
    rung: Rung,
    violation: Violation,
    session: Session,
    seenAt: number,
  ): Promise<Violation> {
    const { id, enforcement } = violation
    const written = enforcement.findLast(
      (one) => one.stream === session.key && one.rung === rung && one.outcome === 'intended',
    )
    const intent: EnforcementStep = written ?? {
      rung,
      at: clock.now(),
      outcome: 'intended',
      stream: session.key,
    }
    if (!written) await violations.writeStep(id, intent)

    const { outcome, reason } = await act(rung, violation, session)
    const tookMs = clock.now() - seenAt
    const because = reason === undefined ? {} : { reason }
    log.info('enforcement step done', { violation: id, session: session.key, rung, outcome, tookMs })
    return violations.writeStep(id, { ...intent, outcome, tookMs, ...because })
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
        return outcomeOf(await persistently(() => plexServer.terminate(session, reasonFor(violation)), isOn))
      case 'stop':
        return outcomeOf(await persistently(() => plexServer.stopPlayer(session), isOn))
      case 'unshare': {
        const gave = await unshare(violation, reasons.couldNotBeEnded(titleOf(violation.media)))
        return gave ? { outcome: 'accepted' } : { outcome: 'impossible', reason: reasons.gaveNothing() }
      }
    }
  }

  /**
   * A time-out is not repeated here: the next reading shows whether it worked. Neither is a call against a
   * stream that has moved on, or whose item was assigned meanwhile.
   */
  async function persistently(
    call: () => Promise<EndAnswer>,
    isOn: () => Promise<boolean>,
  ): Promise<EndAnswer> {
    let answer = await call()
    for (const waitMs of tryAgainAfterMs) {
      if (answer.kind !== 'refused') return answer
      await clock.sleep(waitMs)
      await lookAgain()
      if (!(await isOn())) return { kind: 'gone' }
      answer = await call()
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
