import type { Settings } from '../api.js'
import type { Background } from '../engine/background.js'
import { transact } from '../engine/transact.js'
import { reasons } from '../messages/reasons.js'
import type { Assignment, Session } from '../model.js'
import type { Silence } from '../monitor/readings.js'
import type { Clock, Logger, PlexServer, Store } from '../ports.js'
import { isOpen, withHistory } from '../states.js'
import { createAbsenceProof } from './absence-proof.js'
import { createCredits } from './credits.js'
import type { Cause } from './endings.js'
import {
  hasOnlyMoved,
  hasWatched,
  isPlayedOut,
  isSettled,
  noteSessions,
  watchedToTheEnd,
  withoutSilence,
} from './progress.js'

const listAgainMs = 60_000
/** How often a place that only moves on is written down; it is kept in memory besides. */
const writeEveryMs = 60_000

/** Streams that an assignment covers, from one reading. */
export interface Watching {
  running: readonly Session[]
  /** They are not listed any more; their players may have announced where they stopped. */
  left?: readonly Session[]
}

/** What the last reading has shown of an assignment, whose place is newer than what is written. */
interface Unwritten {
  /** As it was written. */
  of: Assignment
  running: readonly Session[]
  /** Time alone changes nothing of it. */
  isSettled: boolean
}

/** Keeps what guests have watched of what they may watch, and says when that was all. */
export interface Plays {
  /**
   * Notes one successful reading for one assignment, and the silence before it, if there was one; answers why
   * the assignment should end now, if it should.
   */
  note(assignment: Assignment, watching: Watching, silence?: Silence): Promise<Cause | undefined>
  /** Whether a reading shows nothing of it that has not been noted, and nothing is due to be written down. */
  isNoted(assignment: Assignment, watching: Watching): boolean
  /** The assignment with the progress that is not written down yet. */
  current(assignment: Assignment): Assignment
}

export function createPlays(needs: {
  plexServer: PlexServer
  store: Store
  clock: Clock
  log: Logger
  background: Background
  settings: Settings
}): Plays {
  const { plexServer, store, clock, log, settings } = needs
  const rules = settings.monitor
  const credits = createCredits(needs)
  const absence = createAbsenceProof(rules)
  /** A silence that has not been noted yet, because the store failed, is not forgotten. */
  const owed = new Map<string, Silence>()
  const unwritten = new Map<string, Unwritten>()
  const writtenAt = new Map<string, number>()
  /** The server is asked for all the episodes when another one was watched, and not at every reading. */
  const listed = new Map<string, { when: string; againAt: number }>()

  return { note, isNoted, current }

  async function note(
    assignment: Assignment,
    watching: Watching,
    silence?: Silence,
  ): Promise<Cause | undefined> {
    const { id } = assignment
    const isWatched = watching.running.length > 0
    if (silence) {
      owed.set(id, { ...silence, ...owed.get(id), untilAt: silence.untilAt })
      absence.doubt(id)
    }
    if (!isWatched) absence.missed(id)
    const noted = await write(assignment, watching)
    if (isWatched) absence.seen(id)
    owed.delete(id)
    credits.look(noted)

    if (isWatched) return undefined
    if (await isFinished(noted)) return { state: 'finished', by: 'otp' }
    const now = clock.now()
    if (!isPlayedOut(noted, absence.rulesFor(noted, now), now)) return undefined

    return { state: 'expired', by: 'otp', reason: reasons.playedOut(noted.playsUsed) }
  }

  async function write(assignment: Assignment, watching: Watching): Promise<Assignment> {
    const { id } = assignment
    const now = noted(assignment, watching)
    if (now === assignment) return assignment

    if (isFresh(id) && hasOnlyMoved(assignment, now)) {
      unwritten.set(id, { of: assignment, running: watching.running, isSettled: isSettled(now) })
      return now
    }
    const written = await writeDown(assignment, watching)
    unwritten.delete(id)
    writtenAt.set(id, clock.now())
    return written
  }

  function isNoted(assignment: Assignment, { running, left = [] }: Watching): boolean {
    const { id } = assignment
    const known = unwritten.get(id)
    if (known?.of !== assignment || !known.isSettled || !isFresh(id)) return false
    return left.length === 0 && !owed.has(id) && absence.isSeen(id) && areAlike(running, known.running)
  }

  function isFresh(id: string): boolean {
    const sinceMs = clock.now() - (writtenAt.get(id) ?? Number.NEGATIVE_INFINITY)
    // Where the machine's clock was set back, it seems to have been written in times to come.
    return sinceMs >= 0 && sinceMs < writeEveryMs
  }

  function writeDown(assignment: Assignment, watching: Watching): Promise<Assignment> {
    return transact(store, async () => {
      const stored = await store.read('assignment', assignment.id)
      if (!stored || !isOpen(stored.record)) return { changes: [], value: assignment }

      const record = noted(current(stored.record), watching)
      if (record === stored.record) return { changes: [], value: record }
      return {
        changes: [{ kind: 'assignment', id: stored.id, record, ifRevision: stored.revision }],
        value: record,
      }
    })
  }

  function current(assignment: Assignment): Assignment {
    const known = unwritten.get(assignment.id)
    return known && isOpen(assignment) ? read(assignment, known.running) : assignment
  }

  function noted(assignment: Assignment, { running, left = [] }: Watching): Assignment {
    const silence = owed.get(assignment.id)
    const before = silence ? withoutSilence(assignment, silence, rules) : assignment
    const parted = left.length > 0 ? read(before, [...running, ...left]) : before
    const watched = read(parted, running)
    // While the acceptance has not been read yet, `pending` stays, so that it is told when it has been.
    if (running.length === 0 || watched.state !== 'ready') return watched
    return {
      ...withHistory(watched, { at: clock.now(), by: 'otp', what: 'watching' }),
      state: 'watching',
    }
  }

  function read(assignment: Assignment, running: readonly Session[]): Assignment {
    const now = clock.now()
    return noteSessions(assignment, running, absence.rulesFor(assignment, now), now)
  }

  /** A film or an episode once it was watched to the end; a season or a show once every episode was. */
  async function isFinished(assignment: Assignment): Promise<boolean> {
    const watched = watchedToTheEnd(assignment)
    const { type, ratingKey } = assignment.media
    if (watched.length === 0) return false
    if (type !== 'season' && type !== 'show') return true

    const when = [ratingKey, watched.length].join()
    const last = listed.get(assignment.id)
    if (last?.when === when && last.againAt > clock.now()) return false

    try {
      const episodes = await plexServer.episodes(ratingKey)
      const finished = episodes.length > 0 && episodes.every((one) => hasWatched(assignment, one))
      // What is finished is said again until it has been ended.
      if (!finished) listed.set(assignment.id, { when, againAt: Infinity })
      return finished
    } catch (error) {
      log.warn('episodes could not be listed', { assignment: assignment.id, error })
      listed.set(assignment.id, { when, againAt: clock.now() + listAgainMs })
      return false
    }
  }
}

function areAlike(running: readonly Session[], before: readonly Session[]): boolean {
  return running.length === before.length && running.every((one, at) => isAlike(one, before[at]))
}

function isAlike({ key, offsetMs, state, item }: Session, other: Session | undefined): boolean {
  return (
    key === other?.key &&
    offsetMs === other.offsetMs &&
    state === other.state &&
    item?.ratingKey === other.item?.ratingKey &&
    item?.guid === other.item?.guid &&
    item?.durationMs === other.item?.durationMs
  )
}
