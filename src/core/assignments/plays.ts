import type { Settings } from '../api.js'
import { transact } from '../engine/transact.js'
import { reasons } from '../messages/reasons.js'
import type { Assignment, Session } from '../model.js'
import type { Clock, Logger, PlexServer, Store } from '../ports.js'
import { isOpen, withHistory } from '../states.js'
import type { Cause } from './endings.js'
import { isPlayedOut, noteSessions, watchedToTheEnd } from './progress.js'

/** Keeps what guests have watched of what they may watch, and says when that was all. */
export interface Plays {
  /** Notes one successful reading for one assignment; answers why it should end now, if it should. */
  note(assignment: Assignment, running: readonly Session[]): Promise<Cause | undefined>
}

export function createPlays(needs: {
  plexServer: PlexServer
  store: Store
  clock: Clock
  log: Logger
  settings: Settings
}): Plays {
  const { plexServer, store, clock, log, settings } = needs
  const rules = settings.monitor
  /** How many episodes had been watched when the server was last asked for all of them. */
  const askedAt = new Map<string, number>()

  return { note }

  async function note(assignment: Assignment, running: readonly Session[]): Promise<Cause | undefined> {
    const noted = await write(assignment, running)
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
    const watched = noteSessions(assignment, running, rules, clock.now())
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
    if (askedAt.get(assignment.id) === watched.length) return false

    try {
      const episodes = await plexServer.episodes(ratingKey)
      const finished = episodes.length > 0 && episodes.every((one) => watched.includes(one.ratingKey))
      // What is finished is said again until it has been ended.
      if (!finished) askedAt.set(assignment.id, watched.length)
      return finished
    } catch (error) {
      log.warn('episodes could not be listed', { assignment: assignment.id, error })
      return false
    }
  }
}
