import type { Endings, StreamWatch } from '../assignments/endings.js'
import { all, transact } from '../engine/transact.js'
import type { Turns } from '../engine/turns.js'
import { OtpError } from '../errors.js'
import { refusals } from '../messages/refusals.js'
import type { Assignment, Guest, PlexPerson } from '../model.js'
import type { Change, Clock, Logger, Store } from '../ports.js'
import { guestId } from '../records.js'
import { isOpen, refOf, withHistory } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import type { Tidings } from '../telling/tidings.js'
import { type Access, type AccessNow, snapshotOf } from './access.js'
import type { Sharing } from './sharing.js'

export type Draft = Omit<Assignment, 'guest'>

export interface Given {
  assignment: Assignment
  guest: Guest
  /** Ended to make room. */
  replaced: Assignment[]
  /** An invitation was sent now. */
  invited: boolean
}

/** Gives somebody who is known at plex.tv what an assignment needs: intent, act, read back, outcome. */
export interface Giving {
  /** Must run in the guest's turn. Throws what plex.tv refuses; then nothing stays behind. */
  give(person: PlexPerson, draft: Draft, discordUserId: string | undefined): Promise<Given>
  /** Finishes what was begun before a crash. */
  resume(machineIdentifier: string): Promise<void>
}

interface Needs {
  store: Store
  sharing: Sharing
  access: Access
  endings: Endings
  streams: StreamWatch
  tidings: Tidings
  outbox: Outbox
  turns: Turns
  clock: Clock
  log: Logger
}

export function createGiving(needs: Needs): Giving {
  const { store, sharing, access, endings, streams, tidings, outbox, turns, clock, log } = needs

  return { give, resume }

  async function give(person: PlexPerson, draft: Draft, discordUserId: string | undefined): Promise<Given> {
    await writeIntent(person, draft, discordUserId)
    return goOn(draft.id, draft.machineIdentifier, person.plexId)
  }

  /** The assignment and the snapshot of the access before it, in one write, before plex.tv is asked. */
  async function writeIntent(
    person: PlexPerson,
    draft: Draft,
    discordUserId: string | undefined,
  ): Promise<void> {
    const { machineIdentifier } = draft
    const id = guestId(machineIdentifier, person.plexId)
    // Read in the turn: access that OTP gave and took back meanwhile must not pass for access from before.
    const share = await sharing.shareOf(machineIdentifier, person.plexId)

    await transact(store, async () => {
      const stored = await store.read('guest', id)
      const linked = discordUserId ?? stored?.record.discordUserId
      const guest: Guest = {
        ...refOf(person),
        machineIdentifier,
        watched: stored?.record.watched ?? false,
        before: stored?.record.before ?? snapshotOf(share),
        givenLibraryKeys: stored?.record.givenLibraryKeys ?? [],
        ...(stored?.record.doubtUntil !== undefined && { doubtUntil: stored.record.doubtUntil }),
        ...(linked !== undefined && { discordUserId: linked }),
      }
      const assignment: Assignment = { ...draft, guest: refOf(guest) }
      const condition = stored ? { ifRevision: stored.revision } : ({ unless: 'exists' } as const)
      return {
        changes: [
          { kind: 'guest', id, record: guest, ...condition },
          { kind: 'assignment', id: draft.id, record: assignment, unless: 'exists' },
        ],
        value: undefined,
      }
    })
  }

  /** Gives the access that was written down, then ends what the assignment takes the place of. */
  async function goOn(id: string, machineIdentifier: string, plexId: string): Promise<Given> {
    const given = await openOrEnd(id, machineIdentifier, plexId)
    if (!isOpen(given.assignment)) {
      await endings.takeAway(machineIdentifier, plexId)
      throw new OtpError('conflict', refusals.endedMeanwhile())
    }
    if (given.replaced.length > 0) {
      await streams.inspect()
      await endings.takeAway(machineIdentifier, plexId)
    }
    return given
  }

  /** What was being given when this began to wait for its turn may have been given since. */
  async function goOnIfBegun(id: string, machineIdentifier: string, plexId: string): Promise<void> {
    const stored = await store.read('assignment', id)
    if (stored && isBegun(stored.record)) await goOn(id, machineIdentifier, plexId)
  }

  async function openOrEnd(id: string, machineIdentifier: string, plexId: string): Promise<Given> {
    try {
      const now = await access.bringInLine(machineIdentifier, plexId)
      return await writeOutcome(id, machineIdentifier, plexId, now)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const what = `access refused: ${reason}`
      await endings.close(id, { state: 'revoked', by: 'otp', what, silent: true })
      await endings.takeAway(machineIdentifier, plexId)
      throw error
    }
  }

  async function writeOutcome(
    id: string,
    machineIdentifier: string,
    plexId: string,
    { pending, invited }: AccessNow,
  ): Promise<Given> {
    const given = await transact<Given>(store, async () => {
      const stored = await store.read('assignment', id)
      const guest = await store.read('guest', guestId(machineIdentifier, plexId))
      if (!stored || !guest) throw new Error(`Assignment ${id} or its guest is not in the store`)
      if (!isBegun(stored.record)) {
        return {
          changes: [],
          value: { assignment: stored.record, guest: guest.record, replaced: [], invited },
        }
      }

      const line = { at: clock.now(), by: 'otp', what: pending ? 'invited' : 'ready' }
      const assignment: Assignment = {
        ...withHistory(stored.record, line),
        state: pending ? 'pending' : 'ready',
        access: 'given',
      }
      const watched: Guest = { ...guest.record, watched: true }
      const replaced = await replacedBy(assignment)
      const changes: Change[] = [
        { kind: 'assignment', id, record: assignment, ifRevision: stored.revision },
        { kind: 'guest', id: guest.id, record: watched, ifRevision: guest.revision },
        ...replaced,
        ...tidings.assigned(assignment, watched),
      ]
      const ended = replaced.map((one) => one.record)
      return { changes, value: { assignment, guest: watched, replaced: ended, invited } }
    })
    outbox.wake()
    return given
  }

  /** The first assignment ends in the write that makes the next one usable, so that one of them is always open. */
  async function replacedBy({ id, machineIdentifier, guest, createdBy, besideOthers }: Assignment) {
    if (besideOthers) return []

    const theirs = await all(store, 'assignment', { open: true, guest: guest.plexId })
    const cause = { state: 'revoked' as const, by: createdBy, what: `replaced by ${id}`, silent: true }
    return theirs
      .filter(
        (one) => one.id !== id && one.record.machineIdentifier === machineIdentifier && isOpen(one.record),
      )
      .map((one) => ({
        kind: 'assignment' as const,
        id: one.id,
        record: endings.ended(one.record, cause),
        ifRevision: one.revision,
      }))
  }

  async function resume(machineIdentifier: string): Promise<void> {
    const open = await all(store, 'assignment', { open: true })
    const begun = open
      .map((one) => one.record)
      .filter((one) => one.machineIdentifier === machineIdentifier && isBegun(one))

    for (const { id, guest } of begun) {
      await turns
        .run(guest.plexId, () => goOnIfBegun(id, machineIdentifier, guest.plexId))
        .catch(async (error) => {
          log.warn('an assignment begun before the restart could not be finished', { assignment: id, error })
          const reason = String(error.message)
          await store.commit(tidings.invitationFailed(machineIdentifier, guest.username, reason))
          outbox.wake()
        })
    }
  }
}

/** The access was being given, and nobody knows yet whether it was. */
function isBegun(assignment: Assignment): boolean {
  return isOpen(assignment) && assignment.access === 'giving'
}
