import type { Cause } from '../assignments/endings.js'
import type { Following } from '../assignments/following.js'
import type { HistoryProof } from '../assignments/history-proof.js'
import type { Plays } from '../assignments/plays.js'
import type { Assignment, Session } from '../model.js'
import type { Logger } from '../ports.js'
import { allowedFor, type Judged } from './judged.js'
import type { Readings, Silence } from './readings.js'
import type { Sightings } from './sightings.js'

/** Takes down after each reading what guests have watched of what they may watch. */
export interface ProgressNotes {
  /** `open` may be watched; `now` is the reading, and `before` the one before it. */
  note(open: readonly Assignment[], now: readonly Judged[], before: readonly Judged[]): Promise<void>
}

export function createProgressNotes(needs: {
  readings: Readings
  sightings: Sightings
  plays: Plays
  following: Following
  historyProof: HistoryProof
  log: Logger
  /** Begins to end an assignment; nobody waits for it here, since it waits for the monitor. */
  end: (assignment: Assignment, cause: Cause) => void
}): ProgressNotes {
  const { readings, sightings, plays, following, historyProof, log, end } = needs

  return { note }

  async function note(
    open: readonly Assignment[],
    now: readonly Judged[],
    before: readonly Judged[],
  ): Promise<void> {
    const silence = await readings.worked(open.length > 0)
    const running = allowedFor(now)
    const gone = sightings.parted()
    const parted = gone.length > 0 ? allowedFor(before) : undefined

    for (const one of open) {
      const theirs = running.get(one.id) ?? none
      const covered = parted?.get(one.id)
      const left = covered ? gone.filter(({ key }) => covered.some((session) => session.key === key)) : none
      if (isIdle(one, theirs, left, silence)) continue
      // Most readings come because of somebody else's stream.
      if (!silence && plays.isNoted(one, { running: theirs, left })) continue
      await noteOne(one, { running: theirs, left }, silence).catch((error: unknown) =>
        log.error('a step of the monitor failed', { step: 'progress', assignment: one.id, error }),
      )
    }
    historyProof.look(open, silence)
  }

  async function noteOne(
    assignment: Assignment,
    seen: { running: readonly Session[]; left: readonly Session[] },
    silence: Silence | undefined,
  ): Promise<void> {
    following.glance(assignment, seen.running)
    const cause = await plays.note(assignment, seen, silence)
    if (cause) end(assignment, cause)
  }
}

const none: readonly Session[] = []

/** Nothing of it has ever been played, so a reading without a stream of it tells nothing. */
function isIdle(
  { watch }: Assignment,
  running: readonly Session[],
  left: readonly Session[],
  silence: Silence | undefined,
): boolean {
  return silence === undefined && running.length + left.length === 0 && Object.keys(watch).length === 0
}
