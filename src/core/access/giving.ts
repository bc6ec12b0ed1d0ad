import type { Endings, StreamWatch } from '../assignments/endings.js'
import type { AtHand } from '../engine/at-hand.js'
import { refuseHeld } from '../engine/restored.js'
import { all } from '../engine/transact.js'
import type { Turns } from '../engine/turns.js'
import { OtpError } from '../errors.js'
import { refusals } from '../messages/refusals.js'
import type { Assignment, Guest, PlexPerson } from '../model.js'
import type { Clock, Logger, PlexServer, Store } from '../ports.js'
import { isOpen } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import type { Tidings } from '../telling/tidings.js'
import type { Access, AccessNow } from './access.js'
import { chooseFence } from './fences.js'
import { createGivingBook, type Draft, type FenceFor, type Given, isBegun } from './giving-book.js'
import type { PrivateLibraries } from './private-library.js'
import type { Whereabouts } from './whereabouts.js'

/** Gives somebody who is known at plex.tv what an assignment needs: intent, act, read back, outcome. */
export interface Giving {
  /** Must run in the guest's turn. Throws what plex.tv refuses; then nothing stays behind. */
  give(person: PlexPerson, draft: Draft, discordUserId: string | undefined): Promise<Given>
  /**
   * Sees to it that a pass that stands still has its access, which somebody may have taken away by hand; answers
   * whether the guest was invited anew. plex.tv being away changes nothing. Must run in the guest's turn.
   */
  renew(standing: Assignment): Promise<boolean>
  fenceFor: FenceFor
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
  const { plexServer, store, hand, access, privateLibraries, endings, streams } = needs
  const { tidings, outbox, turns, log, offers } = needs
  const book = createGivingBook({ ...needs, fenceFor })
  const { assignment, guestOf } = book

  return { give, renew, fenceFor, weaken, refuse, assignment, guestOf, resume }

  async function give(person: PlexPerson, draft: Draft, discordUserId: string | undefined): Promise<Given> {
    refuseHeld(hand, person)
    await book.begin(person, draft, discordUserId)
    return goOn(draft.id, draft.machineIdentifier, person.plexId)
  }

  async function renew({ id, machineIdentifier, guest }: Assignment): Promise<boolean> {
    const { plexId } = guest
    refuseHeld(hand, guest)
    try {
      const { pending, invited } = await putUp(id, machineIdentifier, plexId)
      if (pending && invited) await book.invitedAnew(id)
      return invited
    } catch (error) {
      if (!(error instanceof OtpError) || !mayPass.has(error.code)) throw error
      log.warn('whether a pass still has its access could not be seen', { assignment: id, error })
      return false
    }
  }

  async function fenceFor({ wish, media }: Draft, before: Guest['before'], beside: readonly Assignment[]) {
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
      return await book.settle(id, machineIdentifier, plexId, now)
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
      if ((await assignment(id)).fence === 'private') await privateLibraries.make(id)
      return await access.bringInLine(machineIdentifier, plexId, 'give')
    } catch (error) {
      if (!(error instanceof OtpError) || error.code !== 'fence_unavailable') throw error
      if (!(await mayWeaken(id))) throw error

      await weaken(id, error.why ?? error.message)
      return access.bringInLine(machineIdentifier, plexId, 'give')
    }
  }

  async function mayWeaken(id: string): Promise<boolean> {
    const { mayWeaken: may, fence } = await assignment(id)
    return may === true && fence !== 'library'
  }

  async function weaken(id: string, why: string): Promise<void> {
    await privateLibraries.remove(id)
    await book.weakened(id, why)
    log.warn('fence does not hold, the library is shared instead', { assignment: id, why })
  }

  async function refuse(id: string, why: string): Promise<void> {
    const { machineIdentifier, guest } = await assignment(id)
    await endings.close(id, { state: 'revoked', by: 'otp', what: `access refused: ${why}`, reason: why })
    await endings.takeAway(machineIdentifier, guest.plexId)
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

/** plex.tv is away, or shows something else than it did a moment ago. */
const mayPass = new Set(['plex_unreachable', 'plex_busy', 'conflict'])
