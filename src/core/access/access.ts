import { all, transact } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { refusals } from '../messages/refusals.js'
import type { AccessBefore, Assignment, ForeignChange, Guest, PersonSettings, Share } from '../model.js'
import type { Clock, Logger, Store, Stored } from '../ports.js'
import { guestId } from '../records.js'
import { isOpen } from '../states.js'
import type { Granting } from './granting.js'
import { isSameLabel, type Labelling } from './labelling.js'
import type { Sharing } from './sharing.js'
import {
  foreignChange,
  type Needs,
  needsOf,
  ownLabel,
  settingsAtTheEnd,
  settingsWhileOpen,
  snapshotOf,
  unique,
  type WhenDone,
  wantedFor,
} from './wanted.js'

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
   * Moves one guest's access from what is to what their open assignments need: what was there before and what
   * others gave stays. The intent is written before anything is asked; success means it was read back. Must
   * run in the guest's turn. Throws what Plex refuses, `fence_unavailable` when a fence does not hold.
   */
  bringInLine(machineIdentifier: string, plexId: string): Promise<AccessNow>
  /**
   * Whoever was invited by name got a label that says nothing of them, since their id was not known yet. Moves
   * the restriction to their own; where plex.tv does not let it, the first one stays. Must run in their turn.
   */
  useOwnLabel(machineIdentifier: string, plexId: string): Promise<void>
}

/** What is and what shall be. */
interface Plan {
  needs: Needs
  libraryKeys: string[]
  given: string[]
  /** It lists all libraries and stays as it is. */
  whole: boolean
  /** What shall hold for the person; undefined = whatever does. */
  settings: PersonSettings | undefined
  /** Everything stays as it is, and OTP answers for it no more. */
  keep: boolean
}

export function createAccess(needs: {
  sharing: Sharing
  labelling: Labelling
  granting: Granting
  store: Store
  clock: Clock
  log: Logger
  whenDone: WhenDone
}): Access {
  const { sharing, labelling, granting, store, clock, log, whenDone } = needs

  return { bringInLine, useOwnLabel }

  async function bringInLine(machineIdentifier: string, plexId: string): Promise<AccessNow> {
    // The list of libraries is written as a whole, so what was read a moment ago does not do.
    const share = await sharing.shareOf(machineIdentifier, plexId, { fresh: true })
    const current = share?.settings ?? (await sharing.settingsOf(plexId))
    const { guest, plan } = await writeIntent(machineIdentifier, plexId, share, current)

    await labelling.put(plan.needs.labelled)
    const { invited, share: read } = await reachShare(guest, share, plan)
    const left = plan.keep ? undefined : await removeRest(guest, plan)

    const unseen = isInDoubt(guest) ? unseenOf(guest, share, plan.given) : []
    const lastRead = snapshotOf(read, { settings: plan.settings ?? current })
    await updateGuest(machineIdentifier, plexId, (now) =>
      outcome(now, plan, { lastRead, unseen, ...(left && { left }) }),
    )
    return {
      pending: read !== undefined && !read.accepted,
      invited,
      ...(unseen.length > 0 && {
        unsettled: new OtpError('plex_unreachable', refusals.shareUndecided(guest.username)),
      }),
    }
  }

  async function reachShare(
    guest: Guest,
    share: Share | undefined,
    plan: Plan,
  ): Promise<{ share: Share | undefined; invited: boolean }> {
    const { machineIdentifier, plexId } = guest
    if (plan.whole) return { share, invited: false }

    const { libraryKeys: wanted, settings } = plan
    const reached = await sharing.reach({ machineIdentifier, person: guest, share, wanted, settings })
    if (!reached.doubt) return reached

    if (opensMore(share, wanted)) await remainInDoubt(machineIdentifier, plexId)
    throw reached.doubt
  }

  /** Once the share is gone, what held for the person can go, and what the restriction named. */
  async function removeRest(guest: Guest, plan: Plan): Promise<ForeignChange | undefined> {
    const { machineIdentifier, plexId } = guest
    const { needs: needed, settings, libraryKeys, whole } = plan
    if (settings && (whole || libraryKeys.length === 0)) await sharing.reachSettings(plexId, settings)

    const granted = guest.grantedRatingKeys ?? []
    const grants = await granting.reach({ machineIdentifier, plexId, granted, wanted: needed.grants })
    const surplus = (guest.labelled ?? []).filter(
      (one) => !needed.labelled.some((other) => isSameLabel(one, other)),
    )
    await labelling.remove(surplus)
    return grants === 'left' ? 'grants' : undefined
  }

  async function useOwnLabel(machineIdentifier: string, plexId: string): Promise<void> {
    const { record } = known(await store.read('guest', guestId(machineIdentifier, plexId)))
    try {
      if (record.label !== undefined) await moveToOwnLabel(record)
    } catch (error) {
      if (!(error instanceof OtpError)) throw error
      log.warn('the label of the invitation stays', { guest: plexId, reason: error.message })
    }
    await bringInLine(machineIdentifier, plexId)
  }

  async function moveToOwnLabel(guest: Guest): Promise<void> {
    const { machineIdentifier, plexId } = guest
    const { label: _, ...own } = guest
    const share = await sharing.shareOf(machineIdentifier, plexId)
    const needed = needsOf(await openOf(machineIdentifier, plexId), ownLabel(plexId))
    const settings = share && settingsWhileOpen(own, share.settings, needed, true)
    if (!share || !settings) return

    // What was last read is about to change, and nobody else did it.
    await updateGuest(machineIdentifier, plexId, ({ lastRead: _, ...now }) => ({
      ...withLabels(now, needed),
      settingsGiven: [...(now.settingsGiven ?? []), settings],
    }))
    await labelling.put(needed.labelled)
    const wanted = share.libraryKeys
    const { doubt } = await sharing.reach({ machineIdentifier, person: guest, share, wanted, settings })
    if (doubt) throw doubt

    await updateGuest(machineIdentifier, plexId, ({ label: __, ...now }) => now)
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

  /** From here on OTP answers for everything it is about to do, even if it dies before anything is asked. */
  async function writeIntent(
    machineIdentifier: string,
    plexId: string,
    share: Share | undefined,
    current: PersonSettings | undefined,
  ): Promise<{ guest: Guest; plan: Plan }> {
    const open = await openOf(machineIdentifier, plexId)
    let plan: Plan | undefined

    const guest = await updateGuest(machineIdentifier, plexId, (record) => {
      plan = planFor(record, open, share, current)
      return withIntent(record, plan, snapshotOf(share, { settings: current }))
    })
    if (!plan) throw new Error('A guest was updated without a plan')
    return { guest, plan }
  }

  function planFor(
    guest: Guest,
    open: readonly Assignment[],
    share: Share | undefined,
    current: PersonSettings | undefined,
  ): Plan {
    const needed = needsOf(open, guest.label ?? ownLabel(guest.plexId))
    // Whoever was refused, or was released before, has no pass whose end could cost them their share.
    const atTheEnd = guest.watched ? whenDone : 'restore'
    const isOver = open.length === 0
    const untilThen = isOver ? atTheEnd : 'restore'
    const libraries = wantedFor(guest.givenLibraryKeys, share, needed.libraryKeys, untilThen)
    const settings = isOver
      ? settingsAtTheEnd(guest, current, atTheEnd)
      : settingsWhileOpen(guest, current, needed, libraries.given.length > 0)
    return {
      ...libraries,
      needs: needed,
      settings,
      whole: staysWhole(share, isOver, atTheEnd),
      keep: isOver && atTheEnd === 'keep',
    }
  }

  async function openOf(machineIdentifier: string, plexId: string): Promise<Assignment[]> {
    const theirs = await all(store, 'assignment', { open: true, guest: plexId })
    return theirs
      .map((one) => one.record)
      .filter((one) => one.machineIdentifier === machineIdentifier && isOpen(one))
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

/** What OTP is about to open, label, set and grant; and what others have changed since it last looked. */
function withIntent(guest: Guest, { given, needs, settings, keep }: Plan, now: AccessBefore): Guest {
  const { lastRead, ...rest } = withLabels(guest, needs)
  const foreign = lastRead && foreignChange(lastRead, now)
  const granted = unique([...(guest.grantedRatingKeys ?? []), ...needs.grants])

  return {
    ...rest,
    givenLibraryKeys: unique([...guest.givenLibraryKeys, ...given]),
    ...(granted.length > 0 && { grantedRatingKeys: granted }),
    ...(settings && !keep && { settingsGiven: [...(guest.settingsGiven ?? []), settings] }),
    ...(foreign && { foreignChanges: unique([...(guest.foreignChanges ?? []), foreign]) }),
  }
}

function withLabels(guest: Guest, { labelled }: Needs): Guest {
  const before = guest.labelled ?? []
  const more = labelled.filter((one) => !before.some((other) => isSameLabel(one, other)))
  return more.length > 0 ? { ...guest, labelled: [...before, ...more] } : guest
}

/** The guest after the change was read back; the doubt is over when nothing is left unseen. */
function outcome(
  guest: Guest,
  { given, needs, settings }: Plan,
  { lastRead, unseen, left }: { lastRead: AccessBefore; unseen: readonly string[]; left?: ForeignChange },
): Guest {
  const { doubtUntil, labelled: _, grantedRatingKeys: __, settingsGiven = [], ...rest } = guest
  // What may still show brings the settings with it that were asked for together.
  const answeredFor = unseen.length > 0 ? settingsGiven : settings ? [settings] : []
  return {
    ...rest,
    givenLibraryKeys: unique([...given, ...unseen]),
    lastRead,
    ...(needs.labelled.length > 0 && { labelled: needs.labelled }),
    ...(needs.grants.length > 0 && { grantedRatingKeys: needs.grants }),
    ...(answeredFor.length > 0 && { settingsGiven: answeredFor }),
    ...(left && { foreignChanges: unique([...(guest.foreignChanges ?? []), left]) }),
    ...(unseen.length > 0 && doubtUntil !== undefined && { doubtUntil }),
  }
}

/** A share of all libraries may list none of them: there is nothing to add to it and nothing to take from it. */
function staysWhole(share: Share | undefined, isOver: boolean, whenDone: WhenDone): boolean {
  return share?.allLibraries === true && (!isOver || whenDone !== 'unshare')
}

/** Whether plex.tv is asked for something that the share does not have yet. */
function opensMore(share: Share | undefined, wanted: readonly string[]): boolean {
  return wanted.some((key) => !share?.libraryKeys.includes(key))
}

/** What OTP opened, needs no more, and never saw at plex.tv. */
function unseenOf({ givenLibraryKeys }: Guest, share: Share | undefined, given: readonly string[]): string[] {
  if (share?.allLibraries) return []
  return givenLibraryKeys.filter((key) => !given.includes(key) && !share?.libraryKeys.includes(key))
}

function known(stored: Stored<Guest> | undefined): Stored<Guest> {
  if (!stored) throw new Error('Access was to be changed for somebody OTP has no record of')
  return stored
}
