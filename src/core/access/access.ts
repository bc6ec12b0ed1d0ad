import { all, transact } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { refusals } from '../messages/refusals.js'
import type { AccessBefore, Assignment, Guest, Share } from '../model.js'
import type { Clock, Store, Stored } from '../ports.js'
import { guestId } from '../records.js'
import { isOpen } from '../states.js'
import type { Sharing } from './sharing.js'

/** plex.tv may show a change long after it was asked for; after this time it did not happen. */
const doubtMs = 15 * 60_000

/** Where a guest's access stands after it was brought in line and read back. */
export interface AccessNow {
  /** The guest must accept the invitation before anything can be watched. */
  pending: boolean
  invited: boolean
  /** What was opened before and is needed no more may still show, so it is too early to let the guest go. */
  unsettled?: OtpError
}

/** Gives guests what their open assignments need, and takes back exactly that. */
export interface Access {
  /**
   * Moves one guest's share from what is to what their open assignments need: what was there before and what
   * others gave stays. The intent is written before plex.tv is asked; success means it was read back. Must
   * run in the guest's turn. Throws what plex.tv refuses.
   */
  bringInLine(machineIdentifier: string, plexId: string): Promise<AccessNow>
}

export type WhenDone = 'restore' | 'unshare' | 'keep'

interface Wanted {
  /** What the share must list; empty = no share. */
  libraryKeys: string[]
  /** Which of these are there because of OTP. */
  given: string[]
}

/** `whole`: it lists all libraries and stays as it is. */
type Plan = Wanted & { whole: boolean }

export function createAccess(needs: {
  sharing: Sharing
  store: Store
  clock: Clock
  whenDone: WhenDone
}): Access {
  const { sharing, store, clock, whenDone } = needs

  return { bringInLine }

  async function bringInLine(machineIdentifier: string, plexId: string): Promise<AccessNow> {
    const share = await sharing.shareOf(machineIdentifier, plexId)
    const { guest, wanted } = await writeIntent(machineIdentifier, plexId, share)

    const reached = wanted.whole
      ? { share, invited: false }
      : await sharing.reach({ machineIdentifier, person: guest, share, wanted: wanted.libraryKeys })
    if (reached.doubt) {
      if (opensMore(share, wanted)) await remainInDoubt(machineIdentifier, plexId)
      throw reached.doubt
    }

    const unseen = isInDoubt(guest) ? unseenOf(guest, share, wanted) : []
    await updateGuest(machineIdentifier, plexId, (now) => outcome(now, union(wanted.given, unseen), unseen))
    return {
      pending: reached.share !== undefined && !reached.share.accepted,
      invited: reached.invited,
      ...(unseen.length > 0 && {
        unsettled: new OtpError('plex_unreachable', refusals.shareUndecided(guest.username)),
      }),
    }
  }

  /** What was asked for may come into effect when nobody waits for it any more. */
  async function remainInDoubt(machineIdentifier: string, plexId: string): Promise<void> {
    await updateGuest(machineIdentifier, plexId, (guest) => ({
      ...guest,
      doubtUntil: clock.now() + doubtMs,
    }))
  }

  function isInDoubt({ doubtUntil }: Guest): boolean {
    return doubtUntil !== undefined && clock.now() < doubtUntil
  }

  /** From here on OTP answers for everything it is about to open, even if it dies before plex.tv is asked. */
  async function writeIntent(
    machineIdentifier: string,
    plexId: string,
    share: Share | undefined,
  ): Promise<{ guest: Guest; wanted: Plan }> {
    const assignments = await all(store, 'assignment', { open: true, guest: plexId })
    const here = assignments
      .map((one) => one.record)
      .filter((one) => one.machineIdentifier === machineIdentifier)
    const needed = librariesOf(here)
    let wanted: Plan = { libraryKeys: [], given: [], whole: false }

    const guest = await updateGuest(machineIdentifier, plexId, (record) => {
      const { givenLibraryKeys, watched } = record
      // Whoever was refused, or was released before, has no pass whose end could cost them their share.
      const atTheEnd = watched ? whenDone : 'restore'
      wanted = {
        ...wantedFor(givenLibraryKeys, share, needed, atTheEnd),
        whole: staysWhole(share, needed, atTheEnd),
      }
      return { ...record, givenLibraryKeys: union(givenLibraryKeys, wanted.given) }
    })
    return { guest, wanted }
  }

  function updateGuest(
    machineIdentifier: string,
    plexId: string,
    change: (guest: Guest) => Guest,
  ): Promise<Guest> {
    const id = guestId(machineIdentifier, plexId)

    return transact(store, async () => {
      const { record, revision } = known(await store.read('guest', id))
      const changed = change(record)
      return { changes: [{ kind: 'guest', id, record: changed, ifRevision: revision }], value: changed }
    })
  }
}

/** Access as it is now, to be restored at the end. */
export function snapshotOf(share: Share | undefined): AccessBefore {
  if (!share) return { kind: 'none' }
  if (share.allLibraries) return { kind: 'all' }
  return { kind: 'libraries', libraryKeys: share.libraryKeys }
}

/**
 * What a share should list, given what OTP has opened in it and what open assignments need. Whatever else is
 * there came from somebody else, before or meanwhile, and stays.
 */
export function wantedFor(
  given: readonly string[],
  share: Share | undefined,
  needed: readonly string[],
  whenDone: WhenDone,
): Wanted {
  const have = share?.libraryKeys ?? []
  if (needed.length === 0 && whenDone === 'unshare') return { libraryKeys: [], given: [] }
  if (share?.allLibraries) return { libraryKeys: have, given: [] }
  if (needed.length === 0 && whenDone === 'keep') return { libraryKeys: have, given: [] }

  const fromOthers = have.filter((key) => !given.includes(key))
  return {
    libraryKeys: union(fromOthers, needed),
    given: needed.filter((key) => !fromOthers.includes(key)),
  }
}

/** A share of all libraries may list none of them: there is nothing to add to it and nothing to take from it. */
function staysWhole(share: Share | undefined, needed: readonly string[], whenDone: WhenDone): boolean {
  return share?.allLibraries === true && (needed.length > 0 || whenDone !== 'unshare')
}

/** Whether plex.tv is asked for something that the share does not have yet. */
function opensMore(share: Share | undefined, { libraryKeys }: Wanted): boolean {
  return libraryKeys.some((key) => !share?.libraryKeys.includes(key))
}

/** What OTP opened, needs no more, and never saw at plex.tv. */
function unseenOf({ givenLibraryKeys }: Guest, share: Share | undefined, { given }: Wanted): string[] {
  if (share?.allLibraries) return []
  return givenLibraryKeys.filter((key) => !given.includes(key) && !share?.libraryKeys.includes(key))
}

/** The guest after the change was read back; the doubt is over when nothing is left unseen. */
function outcome(guest: Guest, givenLibraryKeys: string[], unseen: readonly string[]): Guest {
  if (unseen.length > 0) return { ...guest, givenLibraryKeys }
  const { doubtUntil: _, ...rest } = guest
  return { ...rest, givenLibraryKeys }
}

/** The libraries that open assignments need, each once. */
function librariesOf(assignments: readonly Assignment[]): string[] {
  return [...new Set(assignments.filter(isOpen).flatMap((one) => one.media.libraryKey ?? []))]
}

function known(stored: Stored<Guest> | undefined): Stored<Guest> {
  if (!stored) throw new Error('Access was to be changed for somebody OTP has no record of')
  return stored
}

function union(one: readonly string[], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])]
}
