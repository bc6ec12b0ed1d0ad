import type { GuestSession } from '../api.js'
import type { AtHand } from '../engine/at-hand.js'
import type { Session } from '../model.js'
import { refOf } from '../states.js'
import type { Verdict } from './judge.js'
import { isDraining } from './ladder.js'
import type { Sighting } from './sightings.js'
import { runningStream } from './violation-streams.js'

/** A session, what is remembered of it, and what the judge said. */
export interface Judged {
  session: Session
  sighting: Sighting
  verdict: Verdict
}

/** Sessions that an assignment covers, by its id. */
export function allowedFor(judged: readonly Judged[]): Map<string, Session[]> {
  const found = new Map<string, Session[]>()
  for (const { session, verdict } of judged) {
    if (verdict.kind !== 'allow') continue
    const theirs = found.get(verdict.assignment.id)
    if (theirs) theirs.push(session)
    else found.set(verdict.assignment.id, [session])
  }
  return found
}

/** The stream as people see it; undefined where it is no guest's. */
export function shownStream(
  { session, sighting, verdict }: Judged,
  hand: Pick<AtHand, 'openViolations'>,
): GuestSession | undefined {
  const guest = guestOf(verdict)
  if (!guest) return undefined

  return {
    id: sighting.playId(),
    guest: refOf(guest),
    session,
    firstSeenAt: sighting.firstSeenAt,
    verdict: shownVerdict(session, verdict, hand),
  }
}

function shownVerdict(
  session: Session,
  { kind }: Verdict,
  hand: Pick<AtHand, 'openViolations'>,
): GuestSession['verdict'] {
  if (kind === 'allow') return 'allowed'
  if (kind !== 'violation') return 'other'

  const isOver = hand.openViolations().some(({ record }) => {
    const stream = runningStream(record, session)
    return stream !== undefined && isDraining(record, stream)
  })
  return isOver ? 'draining' : 'violation'
}

function guestOf(verdict: Verdict) {
  if (verdict.kind === 'violation') return verdict.guest
  return verdict.kind === 'allow' || verdict.kind === 'closing' ? verdict.assignment.guest : undefined
}
