import type { Endings, StreamWatch } from '../assignments/endings.js'
import type { AtHand } from '../engine/at-hand.js'
import { refuseHeld } from '../engine/restored.js'
import { all, transact } from '../engine/transact.js'
import type { Turns } from '../engine/turns.js'
import { OtpError } from '../errors.js'
import { refusals } from '../messages/refusals.js'
import type { AccessBefore, Assignment, Fence, Guest, PlexPerson } from '../model.js'
import type { Change, Clock, Logger, PlexServer, Store } from '../ports.js'
import { guestId } from '../records.js'
import { isOpen, refOf, withHistory } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import type { Tidings } from '../telling/tidings.js'
import type { Access, AccessNow } from './access.js'
import { type ChosenFence, chooseFence } from './fences.js'
import type { PrivateLibraries } from './private-library.js'
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

/** Gives somebody who is known at plex.tv what an assignment needs: intent, act, read back, outcome. */
export interface Giving {
  /** Must run in the guest's turn. Throws what plex.tv refuses; then nothing stays behind. */
  give(person: PlexPerson, draft: Draft, discordUserId: string | undefined): Promise<Given>
  /**
   * Sees to it that a pass that stands still has its access, which somebody may have taken away by hand; answers
   * whether the guest was invited anew. plex.tv being away changes nothing. Must run in the guest's turn.
   */
  renew(standing: Assignment): Promise<boolean>
  /** The fence for somebody, and what decides it. Throws `plex_pass_required`, `fence_unavailable`. */
  fenceFor(draft: Draft, before: Guest['before'], beside: readonly Assignment[]): Promise<ChosenFence>
  /** Takes the next weaker fence, since this one does not hold. */
  weaken(id: string, why: string): Promise<void>
  /** Ends an assignment whose fence cannot be, and must be. Must run in the guest's turn. */
  refuse(id: string, why: string): Promise<void>
  /** As they are in the store now. */
  assignment(id: string): Promise<Assignment>
  guestOf(machineIdentifier: string, plexId: string): Promise<Guest>
  /** Finishes what was begun and is not being given now, as after a crash. */
  resume(machineIdentifier: string): Promise<void>
}

interface Needs {
  plexServer: PlexServer
  store: Store
  hand: Pick<AtHand, 'isHeld'>
  whereabouts: Whereabouts
  access: Access
  privateLibraries: PrivateLibraries
  endings: Endings
  streams: StreamWatch
  tidings: Tidings
  outbox: Outbox
  turns: Turns
  clock: Clock
  log: Logger
  /** Whether there is a folder for private libraries, and whether single items may be granted. */
  offers: { privateRoot: boolean; itemGrants: boolean }
}

export function createGiving(needs: Needs): Giving {
  const { plexServer, store, hand, whereabouts, access, privateLibraries, endings, streams } = needs
  const { tidings, outbox, turns, clock, log, offers } = needs

  return { give, renew, fenceFor, weaken, refuse, assignment: stored, guestOf, resume }

  async function give(person: PlexPerson, draft: Draft, discordUserId: string | undefined): Promise<Given> {
    refuseHeld(hand, person)
    await writeIntent(person, draft, discordUserId)
    return goOn(draft.id, draft.machineIdentifier, person.plexId)
  }

  async function renew({ id, machineIdentifier, guest }: Assignment): Promise<boolean> {
    const { plexId } = guest
    refuseHeld(hand, guest)
    try {
      const { pending, invited } = await putUp(id, machineIdentifier, plexId)
      if (pending && invited) await waitForAcceptance(id)
      return invited
    } catch (error) {
      if (!(error instanceof OtpError) || !mayPass.has(error.code)) throw error
      log.warn('whether a pass still has its access could not be seen', { assignment: id, error })
      return false
    }
  }

  async function waitForAcceptance(id: string): Promise<void> {
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

  /** The assignment and the snapshot of the access before it, in one write, before plex.tv is asked. */
  async function writeIntent(
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
    const beside = draft.besideOthers ? await openOf(machineIdentifier, person.plexId) : []
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

  async function fenceFor(
    { wish, media }: Draft,
    before: Guest['before'],
    beside: readonly Assignment[],
  ): Promise<ChosenFence> {
    const isFilm = media.type === 'movie'
    const sameKind = beside.filter((one) => (one.media.type === 'movie') === isFilm)
    return chooseFence(wish, {
      media,
      capabilities: await plexServer.capabilities(),
      before,
      ...offers,
      beside: sameKind.map((one) => one.fence),
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
      const now = await putUp(id, machineIdentifier, plexId)
      return await writeOutcome(id, machineIdentifier, plexId, now)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const what = `access refused: ${reason}`
      await endings.close(id, { state: 'revoked', by: 'otp', what, silent: true })
      await endings.takeAway(machineIdentifier, plexId)
      await tellOfStray(error, machineIdentifier, plexId)
      throw error
    }
  }

  /** The admins hear of an invitation that went to somebody else also when a script had asked for it. */
  async function tellOfStray(error: unknown, machineIdentifier: string, plexId: string): Promise<void> {
    if (!(error instanceof OtpError) || error.code !== 'guest_not_assignable') return

    const { username } = await guestOf(machineIdentifier, plexId)
    await store.commit(tidings.invitationFailed(machineIdentifier, username, error.message))
    outbox.wake()
  }

  /** The fence that was chosen or, where it turns out not to hold, the next weaker one. */
  async function putUp(id: string, machineIdentifier: string, plexId: string): Promise<AccessNow> {
    try {
      if ((await stored(id)).fence === 'private') await privateLibraries.make(id)
      return await access.bringInLine(machineIdentifier, plexId, 'give')
    } catch (error) {
      if (!(error instanceof OtpError) || error.code !== 'fence_unavailable') throw error
      if (!(await mayWeaken(id))) throw error

      await weaken(id, error.why ?? error.message)
      return access.bringInLine(machineIdentifier, plexId, 'give')
    }
  }

  async function mayWeaken(id: string): Promise<boolean> {
    const { mayWeaken: may, fence } = await stored(id)
    return may === true && fence !== 'library'
  }

  async function weaken(id: string, why: string): Promise<void> {
    await privateLibraries.remove(id)
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
    log.warn('fence does not hold, the library is shared instead', { assignment: id, why })
  }

  async function refuse(id: string, why: string): Promise<void> {
    const { machineIdentifier, guest } = await stored(id)
    await endings.close(id, { state: 'revoked', by: 'otp', what: `access refused: ${why}`, reason: why })
    await endings.takeAway(machineIdentifier, guest.plexId)
  }

  async function stored(id: string): Promise<Assignment> {
    const found = await store.read('assignment', id)
    if (!found) throw new Error(`Assignment ${id} is not in the store`)
    return found.record
  }

  async function guestOf(machineIdentifier: string, plexId: string): Promise<Guest> {
    const found = await store.read('guest', guestId(machineIdentifier, plexId))
    if (!found) throw new Error(`Guest ${plexId} is not in the store`)
    return found.record
  }

  async function openOf(machineIdentifier: string, plexId: string): Promise<Assignment[]> {
    const theirs = await all(store, 'assignment', { open: true, guest: plexId })
    return theirs
      .map((one) => one.record)
      .filter((one) => one.machineIdentifier === machineIdentifier && isOpen(one))
  }

  async function writeOutcome(
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

  async function resume(machineIdentifier: string): Promise<void> {
    const open = await all(store, 'assignment', { open: true })
    const begun = open
      .map((one) => one.record)
      .filter((one) => one.machineIdentifier === machineIdentifier && isBegun(one))
      .filter((one) => !hand.isHeld(one.guest.plexId))

    for (const { id, guest } of begun) {
      await turns
        .run(guest.plexId, () => goOnIfBegun(id, machineIdentifier, guest.plexId))
        .catch(async (error) => {
          log.warn('an assignment begun before could not be finished', { assignment: id, error })
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

/** plex.tv is away, or shows something else than it did a moment ago. */
const mayPass = new Set(['plex_unreachable', 'plex_busy', 'conflict'])

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
