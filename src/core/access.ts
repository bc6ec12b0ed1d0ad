import type { AccessBefore, Assignment, Guest, Share } from './model.js'
import type { Store, Stored } from './ports.js'
import { guestId } from './records.js'
import type { Sharing } from './sharing.js'
import { isOpen } from './states.js'
import { all, transact } from './transact.js'

/** Where a guest's access stands after it was brought in line and read back. */
export interface AccessNow {
  /** The guest must accept the invitation before anything can be watched. */
  pending: boolean
  invited: boolean
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

export function createAccess(needs: { sharing: Sharing; store: Store; whenDone: WhenDone }): Access {
  const { sharing, store, whenDone } = needs

  return { bringInLine }

  async function bringInLine(machineIdentifier: string, plexId: string): Promise<AccessNow> {
    const share = await sharing.shareOf(machineIdentifier, plexId)
    const { guest, wanted } = await writeIntent(machineIdentifier, plexId, share)

    const reached = wanted.whole
      ? { share, invited: false }
      : await sharing.reach({ machineIdentifier, person: guest, share, wanted: wanted.libraryKeys })
    await updateGuest(machineIdentifier, plexId, () => wanted.given)

    return { pending: reached.share !== undefined && !reached.share.accepted, invited: reached.invited }
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

    const guest = await updateGuest(machineIdentifier, plexId, ({ givenLibraryKeys, watched }) => {
      // Whoever was refused, or was released before, has no pass whose end could cost them their share.
      const atTheEnd = watched ? whenDone : 'restore'
      wanted = {
        ...wantedFor(givenLibraryKeys, share, needed, atTheEnd),
        whole: staysWhole(share, needed, atTheEnd),
      }
      return union(givenLibraryKeys, wanted.given)
    })
    return { guest, wanted }
  }

  function updateGuest(
    machineIdentifier: string,
    plexId: string,
    givenOf: (guest: Guest) => string[],
  ): Promise<Guest> {
    const id = guestId(machineIdentifier, plexId)

    return transact(store, async () => {
      const { record, revision } = known(await store.read('guest', id))
      const changed = { ...record, givenLibraryKeys: givenOf(record) }
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
