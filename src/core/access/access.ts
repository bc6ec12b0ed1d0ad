import { all, transact } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { refusals } from '../messages/refusals.js'
import type { Assignment, ForeignChange, Guest, PersonSettings, Share } from '../model.js'
import type { Clock, Logger, PlexAccount, Store, Stored } from '../ports.js'
import { guestId } from '../records.js'
import { isOpen } from '../states.js'
import { type Plan, type Purpose, planFor, withIntent, withLabels, withOutcome } from './access-plan.js'
import type { Granting } from './granting.js'
import { isSameLabel, type Labelling } from './labelling.js'
import type { Sharing } from './sharing.js'
import { needsOf, ownLabel, sameKeys, settingsWhileOpen, snapshotOf, type WhenDone } from './wanted.js'

/** plex.tv may show a change long after it was asked for; after this time it did not happen. */
const doubtMs = 15 * 60_000

/** Where a guest's access stands after it was brought in line and read back. */
export interface AccessNow {
  /** The guest must accept the invitation before anything can be watched. */
  pending: boolean
  invited: boolean
  /** An invitation was found to have gone to somebody else, who has lost it again. */
  wentAstray: boolean
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
  bringInLine(machineIdentifier: string, plexId: string, purpose: Purpose): Promise<AccessNow>
  /**
   * Whoever was invited by name got a label that says nothing of them, since their id was not known yet. Moves
   * the restriction to their own; where plex.tv does not let it, the first one stays. Must run in their turn.
   */
  useOwnLabel(machineIdentifier: string, plexId: string): Promise<void>
}

export function createAccess(needs: {
  plexAccount: PlexAccount
  sharing: Sharing
  labelling: Labelling
  granting: Granting
  store: Store
  clock: Clock
  log: Logger
  whenDone: WhenDone
}): Access {
  const { plexAccount, sharing, labelling, granting, store, clock, log, whenDone } = needs

  return { bringInLine, useOwnLabel }

  async function bringInLine(
    machineIdentifier: string,
    plexId: string,
    purpose: Purpose,
  ): Promise<AccessNow> {
    const wentAstray = await takeBackStray(machineIdentifier, plexId)
    // The list of libraries is written as a whole, so what was read a moment ago does not do.
    const share = await sharing.shareOf(machineIdentifier, plexId, { fresh: true })
    const current = share?.settings ?? (await sharing.settingsOf(plexId))
    await refuseWhileLeaving(machineIdentifier, plexId, share, purpose)
    const { guest, plan } = await writeIntent(machineIdentifier, plexId, share, current, purpose)

    if (purpose !== 'take') await labelling.put(plan.needs.labelled)
    const { invited, share: read } = await reachShare(guest, share, plan, purpose)
    const left = plan.keep ? undefined : await removeRest(guest, plan)

    const unseen = isInDoubt(guest) ? unseenOf(guest, share, plan.given) : []
    const lastRead = snapshotOf(read, { settings: plan.settings ?? current })
    await updateGuest(machineIdentifier, plexId, (now) =>
      withOutcome(now, plan, { lastRead, unseen, ...(left && { left }) }),
    )
    return {
      pending: read !== undefined && !read.accepted,
      invited,
      wentAstray,
      ...(unseen.length > 0 && {
        unsettled: new OtpError('plex_unreachable', refusals.shareUndecided(guest.username)),
      }),
    }
  }

  /** plex.tv may show only late whom an invitation really went to. */
  async function takeBackStray(machineIdentifier: string, plexId: string): Promise<boolean> {
    const { sentShareId } = await guestNow(machineIdentifier, plexId)
    if (sentShareId === undefined) return false

    const shares = await sharing.sharesOf(machineIdentifier)
    const stray = shares.find((one) => one.shareId === sentShareId && one.person?.plexId !== plexId)
    if (!stray) return false

    await sharing.takeBack(stray, [])
    await updateGuest(machineIdentifier, plexId, ({ sentShareId: _, ...guest }) => guest)
    return true
  }

  /** What was taken away a moment ago may still be listed, and would pass for what is to be given. */
  async function refuseWhileLeaving(
    machineIdentifier: string,
    plexId: string,
    share: Share | undefined,
    purpose: Purpose,
  ): Promise<void> {
    const { leavingShareId, username } = await guestNow(machineIdentifier, plexId)
    if (purpose === 'take' || !share || share.shareId !== leavingShareId) return
    throw new OtpError('conflict', refusals.shareGoing(username))
  }

  async function reachShare(
    guest: Guest,
    share: Share | undefined,
    plan: Plan,
    purpose: Purpose,
  ): Promise<{ share: Share | undefined; invited: boolean }> {
    const { machineIdentifier, plexId } = guest
    const wanted = purpose === 'take' ? await stillThere(guest, share, plan) : plan.libraryKeys
    if (plan.whole || !wanted) return { share, invited: false }

    const { settings } = plan
    const notes = notesOf(machineIdentifier, plexId)
    const reached = await sharing.reach({ machineIdentifier, person: guest, share, wanted, settings, notes })
    if (!reached.doubt) return reached

    await updateGuest(machineIdentifier, plexId, (now) => ({
      ...now,
      ...(opensMore(share, wanted) && { doubtUntil: clock.now() + doubtMs }),
      ...(share && wanted.length === 0 && { leavingShareId: share.shareId }),
    }))
    throw opensMore(share, wanted) ? lost(reached.doubt) : reached.doubt
  }

  /** A library that is gone cannot be written, and need not be; undefined = the share stays as it is. */
  async function stillThere(
    { machineIdentifier, before }: Guest,
    share: Share | undefined,
    { libraryKeys, whole }: Plan,
  ): Promise<string[] | undefined> {
    if (!share || whole || libraryKeys.length === 0 || sameKeys(share.libraryKeys, libraryKeys)) {
      return libraryKeys
    }
    const known = await plexAccount.shareableLibraries(machineIdentifier)
    const there = libraryKeys.filter((key) => known.includes(key))
    return there.length === 0 && before?.kind !== 'none' ? undefined : there
  }

  function notesOf(machineIdentifier: string, plexId: string) {
    const note = async (change: (guest: Guest) => Guest): Promise<void> => {
      await updateGuest(machineIdentifier, plexId, change)
    }
    return {
      takingBack: ({ libraryKeys, settings }: Share) =>
        note((guest) => ({ ...guest, takenBack: guest.takenBack ?? { libraryKeys, settings } })),
      sent: (sentShareId: string) => note((guest) => ({ ...guest, sentShareId })),
    }
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
    const guest = await guestNow(machineIdentifier, plexId)
    try {
      if (guest.label !== undefined && (await moveToOwnLabel(guest)) === 'in doubt') return
    } catch (error) {
      if (!(error instanceof OtpError)) throw error
      log.warn('the label of the invitation stays', { guest: plexId, reason: error.message })
    }
    await bringInLine(machineIdentifier, plexId, 'take')
  }

  async function moveToOwnLabel(guest: Guest): Promise<'done' | 'in doubt'> {
    const { machineIdentifier, plexId } = guest
    const { label: _, ...own } = guest
    const share = await sharing.shareOf(machineIdentifier, plexId, { fresh: true })
    const needed = needsOf(await openOf(machineIdentifier, plexId), ownLabel(plexId))
    const settings = share && settingsWhileOpen(own, share.settings, needed, true)
    if (!share || !settings) return 'done'

    // What was last read is about to change, and nobody else did it.
    await updateGuest(machineIdentifier, plexId, ({ lastRead: _, ...now }) => ({
      ...withLabels(now, needed),
      settingsGiven: [...(now.settingsGiven ?? []), settings],
    }))
    await labelling.put(needed.labelled)
    const wanted = share.libraryKeys
    const { doubt } = await sharing.reach({ machineIdentifier, person: guest, share, wanted, settings })
    if (doubt) {
      const labelDoubtUntil = clock.now() + doubtMs
      await updateGuest(machineIdentifier, plexId, (now) => ({ ...now, labelDoubtUntil }))
      return 'in doubt'
    }
    await updateGuest(machineIdentifier, plexId, ({ label: __, labelDoubtUntil: ___, ...now }) => now)
    return 'done'
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
    purpose: Purpose,
  ): Promise<{ guest: Guest; plan: Plan }> {
    const open = await openOf(machineIdentifier, plexId)
    let plan: Plan | undefined

    const guest = await updateGuest(machineIdentifier, plexId, (record) => {
      plan = planFor(record, { open, share, current, purpose, whenDone, now: clock.now() })
      return withIntent(record, plan)
    })
    if (!plan) throw new Error('A guest was updated without a plan')
    return { guest, plan }
  }

  async function openOf(machineIdentifier: string, plexId: string): Promise<Assignment[]> {
    const theirs = await all(store, 'assignment', { open: true, guest: plexId })
    return theirs
      .map((one) => one.record)
      .filter((one) => one.machineIdentifier === machineIdentifier && isOpen(one))
  }

  async function guestNow(machineIdentifier: string, plexId: string): Promise<Guest> {
    return known(await store.read('guest', guestId(machineIdentifier, plexId))).record
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

/** Whoever waits for the answer must know that something may still come of it. */
function lost(doubt: OtpError): OtpError {
  if (doubt.code !== 'plex_unreachable') return doubt
  return new OtpError(doubt.code, refusals.changeLost(doubt.message), { cause: doubt })
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
