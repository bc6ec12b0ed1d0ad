import type { Settings } from '../api.js'
import type { Background } from '../engine/background.js'
import { transact } from '../engine/transact.js'
import { reasons } from '../messages/reasons.js'
import type { Assignment, Session } from '../model.js'
import type { Silence } from '../monitor/readings.js'
import type { Clock, Logger, PlexServer, Store } from '../ports.js'
import { isOpen, withHistory } from '../states.js'
import { createCredits } from './credits.js'
import type { Cause } from './endings.js'
import { hasWatched, isPlayedOut, noteSessions, watchedToTheEnd, withoutSilence } from './progress.js'

const listAgainMs = 60_000

/** Keeps what guests have watched of what they may watch, and says when that was all. */
export interface Plays {
  /**
   * Notes one successful reading for one assignment, and the silence before it, if there was one; answers why
   * the assignment should end now, if it should.
   */
  note(assignment: Assignment, running: readonly Session[], silence?: Silence): Promise<Cause | undefined>
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
  /** A silence that has not been noted yet, because the store failed, is not forgotten. */
  const owed = new Map<string, Silence>()
  /** The server is asked for all the episodes when another one was watched, and not at every reading. */
  const listed = new Map<string, { when: string; againAt: number }>()

  return { note }

  async function note(
    assignment: Assignment,
    running: readonly Session[],
    silence?: Silence,
  ): Promise<Cause | undefined> {
    const { id } = assignment
    if (silence) owed.set(id, { ...silence, ...owed.get(id), untilAt: silence.untilAt })
    const noted = await write(assignment, running)
    owed.delete(id)
    credits.look(noted)

    if (running.length > 0) return undefined
    if (await isFinished(noted)) return { state: 'finished', by: 'otp' }
    if (!isPlayedOut(noted, rules, clock.now())) return undefined

    return { state: 'expired', by: 'otp', reason: reasons.playedOut(noted.playsUsed) }
  }

  async function write(assignment: Assignment, running: readonly Session[]): Promise<Assignment> {
    if (noted(assignment, running) === assignment) return assignment

    return transact(store, async () => {
      const stored = await store.read('assignment', assignment.id)
      if (!stored || !isOpen(stored.record)) return { changes: [], value: assignment }

      const record = noted(stored.record, running)
      if (record === stored.record) return { changes: [], value: record }
      return {
        changes: [{ kind: 'assignment', id: stored.id, record, ifRevision: stored.revision }],
        value: record,
      }
    })
  }

  function noted(assignment: Assignment, running: readonly Session[]): Assignment {
    const silence = owed.get(assignment.id)
    const before = silence ? withoutSilence(assignment, silence, rules) : assignment
    const watched = noteSessions(before, running, rules, clock.now())
    // While the acceptance has not been read yet, `pending` stays, so that it is told when it has been.
    if (running.length === 0 || watched.state !== 'ready') return watched
    return {
      ...withHistory(watched, { at: clock.now(), by: 'otp', what: 'watching' }),
      state: 'watching',
    }
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
