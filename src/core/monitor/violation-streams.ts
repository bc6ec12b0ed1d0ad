import type { EnforcementStep, Session, Violation, ViolationStream } from '../model.js'
import type { Verdict } from './judge.js'

type Offence = Extract<Verdict, { kind: 'violation' }>

/** A stream that must not go on, as it was just read. */
export interface Stray {
  session: Session
  offence: Offence
  /** When it was first seen. */
  seenAt: number
  /** When the player last reported something new. */
  reportedAt: number
}

export type StillThere = (violation: Violation, stream: ViolationStream) => boolean

/** The record of a stream that begins to count. */
export function newStream({ session, seenAt, reportedAt }: Stray): ViolationStream {
  return {
    key: session.key,
    ...(session.id !== undefined && { id: session.id }),
    ...(session.player.machineId !== '' && { playerId: session.player.machineId }),
    firstSeenAt: seenAt,
    lastReportAt: reportedAt,
    offsetMs: session.offsetMs,
    state: session.state,
  }
}

/** As it is when the streams that are not there any more have ended; the same record where none has. */
export function withoutGone(violation: Violation, isStillThere: StillThere, now: number): Violation {
  const gone = violation.streams.filter((one) => one.endedAt === undefined && !isStillThere(violation, one))
  if (gone.length === 0) return violation

  const streams = violation.streams.map((one) => (gone.includes(one) ? { ...one, endedAt: now } : one))
  const over = streams.every((one) => one.endedAt !== undefined)
  const enforcement = violation.enforcement.map((step) =>
    step.outcome === 'intended' && gone.some((one) => one.key === step.stream)
      ? { ...step, outcome: 'gone' as const }
      : step,
  )
  return { ...violation, streams, enforcement, ...(over && { endedAt: now }) }
}

/** A player that is paused reports as well, and changes nothing by it. */
export function showsLife(stream: ViolationStream, { session, reportedAt }: Stray): boolean {
  const hasMoved = stream.offsetMs !== session.offsetMs || stream.state !== session.state
  return hasMoved || reportedAt > stream.lastReportAt
}

/** Adds the step, or replaces the one of the same instant. */
export function withStep(steps: readonly EnforcementStep[], step: EnforcementStep): EnforcementStep[] {
  const written = steps.findLastIndex(
    (one) => one.stream === step.stream && one.rung === step.rung && one.at === step.at,
  )
  return written === -1 ? [...steps, step] : steps.with(written, step)
}

/** The stream of a violation that this session is. */
export function runningStream(violation: Violation, session: Session): ViolationStream | undefined {
  return violation.streams.find((one) => one.endedAt === undefined && isStream(one, session))
}

/** Session keys start over when the server does, so what the players say of themselves must not contradict. */
export function isStream(stream: ViolationStream, { key, id, player }: Session): boolean {
  if (stream.key !== key || contradicts(stream.playerId, player.machineId)) return false
  return !contradicts(stream.id, id)
}

function contradicts(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && other !== '' && one !== other
}
