import type { Endings } from '../assignments/endings.js'
import { openAssignmentsOf } from '../engine/open-assignments.js'
import { all, transact } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import type { AccessBefore, Assignment, Fence, Guest, PlexPerson } from '../model.js'
import type { Change, Clock, Store } from '../ports.js'
import { guestId } from '../records.js'
import { isOpen, refOf, withHistory } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import type { Tidings } from '../telling/tidings.js'
import type { AccessNow } from './access.js'
import type { ChosenFence } from './fences.js'
import { settingsWithoutOurs, snapshotOf, withoutOwnLabel } from './wanted.js'
import type { Whereabout, Whereabouts } from './whereabouts.js'

/** An assignment that is to be made; which fence it gets is found out in the guest's turn. */
export interface Draft extends Omit<Assignment, 'guest' | 'fence' | 'passedOver' | 'mayWeaken'> {
  wish: Fence | 'auto'
}

export interface Given {
  assignment: Assignment
  guest: Guest
  /** Ended to make room. */
  replaced: Assignment[]
  /** An invitation was sent now. */
  invited: boolean
}

/** The fence for somebody, and what decides it. Throws `plex_pass_required`, `fence_unavailable`. */
export type FenceFor = (
  draft: Draft,
  before: Guest['before'],
  beside: readonly Assignment[],
) => Promise<ChosenFence>

/** The records of what is being given. Each is written down before plex.tv is asked, and again afterwards. */
export interface GivingBook {
  /** The assignment and the snapshot of the access before it, in one write, before plex.tv is asked. */
  begin(person: PlexPerson, draft: Draft, discordUserId: string | undefined): Promise<void>
  /** The outcome; what the assignment takes the place of ends in the same write. */
  settle(id: string, machineIdentifier: string, plexId: string, now: AccessNow): Promise<Given>
  /** A pass that stands waits for its guest once more. */
  invitedAnew(id: string): Promise<void>
  /** It goes on with the library, since its fence does not hold. */
  weakened(id: string, why: string): Promise<void>
  /** As they are in the store now. */
  assignment(id: string): Promise<Assignment>
  guestOf(machineIdentifier: string, plexId: string): Promise<Guest>
}

export function createGivingBook(needs: {
  store: Store
  whereabouts: Whereabouts
  endings: Pick<Endings, 'ended'>
  tidings: Tidings
  outbox: Outbox
  clock: Clock
  fenceFor: FenceFor
}): GivingBook {
  const { store, whereabouts, endings, tidings, outbox, clock, fenceFor } = needs

  return { begin, settle, invitedAnew, weakened, assignment, guestOf }

  async function begin(
    person: PlexPerson,
    { wish, ...draft }: Draft,
    discordUserId: string | undefined,
  ): Promise<void> {
    const { machineIdentifier } = draft
    const id = guestId(machineIdentifier, person.plexId)
    // Read in the turn: access that OTP gave and took back meanwhile must not pass for access from before.
    const now = await whereabouts.of(machineIdentifier, person.plexId)
    const known = (await store.read('guest', id))?.record
    const snapshot = withoutLabel(person.plexId, snapshotOf(now.share, now))
    const beside = draft.besideOthers ? await openAssignmentsOf(store, machineIdentifier, person.plexId) : []
    const chosen = await fenceFor({ wish, ...draft }, known ? withoutOurs(known, now) : snapshot, beside)

    await transact(store, async () => {
      const stored = await store.read('guest', id)
      const linked = discordUserId ?? stored?.record.discordUserId
      const before = stored?.record.before ?? snapshot
      const guest: Guest = {
        watched: false,
        givenLibraryKeys: [],
        ...stored?.record,
        ...refOf(person),
        machineIdentifier,
        before,
        ...(linked !== undefined && { discordUserId: linked }),
      }
      const assignment: Assignment = { ...draft, ...chosen, ...weakness(wish), guest: refOf(guest) }
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

  async function settle(
    id: string,
    machineIdentifier: string,
    plexId: string,
    now: AccessNow,
  ): Promise<Given> {
    const write = () => tryToWriteOutcome(id, machineIdentifier, plexId, now)
    // A write that failed may be in the store all the same, with what it takes the place of ended: look before giving up.
    const given = await write().catch((error: unknown) => {
      if (error instanceof OtpError && error.code === 'store_unavailable') return write()
      throw error
    })
    outbox.wake()
    return given
  }

  function tryToWriteOutcome(
    id: string,
    machineIdentifier: string,
    plexId: string,
    { pending, invited }: AccessNow,
  ): Promise<Given> {
    return transact<Given>(store, async () => {
      const stored = await store.read('assignment', id)
      const guest = await store.read('guest', guestId(machineIdentifier, plexId))
      if (!stored || !guest) throw new Error(`Assignment ${id} or its guest is not in the store`)
      if (!isBegun(stored.record)) {
        const replaced = await wereReplacedBy(stored.record)
        return { changes: [], value: { assignment: stored.record, guest: guest.record, replaced, invited } }
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
  }

  /** What still has its access although this one has taken its place. */
  async function wereReplacedBy({ id, guest }: Assignment): Promise<Assignment[]> {
    const theirs = await all(store, 'assignment', { open: true, guest: guest.plexId })
    return theirs.map((one) => one.record).filter((one) => one.replacedBy === id)
  }

  /** The first assignment ends in the write that makes the next one usable, so that one of them is always open. */
  async function replacedBy({ id, machineIdentifier, guest, createdBy, besideOthers }: Assignment) {
    if (besideOthers) return []

    const theirs = await all(store, 'assignment', { open: true, guest: guest.plexId })
    const what = `replaced by ${id}`
    const cause = { state: 'revoked' as const, by: createdBy, what, replacedBy: id, silent: true }
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

  async function invitedAnew(id: string): Promise<void> {
    await transact(store, async () => {
      const found = await store.read('assignment', id)
      if (!found || !isOpen(found.record) || found.record.state === 'pending') {
        return { changes: [], value: undefined }
      }
      const line = { at: clock.now(), by: 'otp', what: 'invited anew' }
      const record: Assignment = { ...withHistory(found.record, line), state: 'pending' }
      return { changes: [{ kind: 'assignment', id, record, ifRevision: found.revision }], value: undefined }
    })
  }

  async function weakened(id: string, why: string): Promise<void> {
    await transact(store, async () => {
      const found = await store.read('assignment', id)
      if (!found) throw new Error(`Assignment ${id} is not in the store`)
      const { record, revision } = found
      const passedOver = [...(record.passedOver ?? []), { fence: record.fence, why }]
      const line = { at: clock.now(), by: 'otp', what: `fence ${record.fence} does not hold: ${why}` }
      const weaker: Assignment = { ...withHistory(record, line), fence: 'library', passedOver }
      return {
        changes: [{ kind: 'assignment', id, record: weaker, ifRevision: revision }],
        value: undefined,
      }
    })
  }

  async function assignment(id: string): Promise<Assignment> {
    const found = await store.read('assignment', id)
    if (!found) throw new Error(`Assignment ${id} is not in the store`)
    return found.record
  }

  async function guestOf(machineIdentifier: string, plexId: string): Promise<Guest> {
    const found = await store.read('guest', guestId(machineIdentifier, plexId))
    if (!found) throw new Error(`Guest ${plexId} is not in the store`)
    return found.record
  }
}

/** The access was being given, and nobody knows yet whether it was. */
export function isBegun(assignment: Assignment): boolean {
  return isOpen(assignment) && assignment.access === 'giving'
}

/** What is left of an earlier pass, where access was to be kept, is nobody's restriction. */
function withoutLabel(plexId: string, before: AccessBefore): AccessBefore {
  if (!before.settings) return before
  return { ...before, settings: withoutOwnLabel(plexId, before.settings) }
}

/** What somebody has that OTP did not give, now: a restriction would hide it, whenever it came. */
function withoutOurs(guest: Guest, now: Whereabout): AccessBefore {
  const settings = settingsWithoutOurs(guest, now.settings)
  const snapshot = snapshotOf(now.share, now)
  const more = { ...(settings && { settings }), ...(now.elsewhere && { elsewhere: true }) }
  if (snapshot.kind !== 'libraries') return { kind: snapshot.kind, ...more }

  const libraryKeys = snapshot.libraryKeys.filter((key) => !guest.givenLibraryKeys.includes(key))
  return libraryKeys.length > 0 ? { kind: 'libraries', libraryKeys, ...more } : { kind: 'none', ...more }
}

/** What was asked for by name is not exchanged for less; a single-item grant is, since Plex documents none of it. */
export function weakness(wish: Fence | 'auto'): { mayWeaken?: boolean } {
  return wish === 'auto' || wish === 'item' ? { mayWeaken: true } : {}
}
