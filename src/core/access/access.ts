import { openAssignmentsOf } from '../engine/open-assignments.js'
import { readUntil } from '../engine/read-until.js'
import { transact } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { refusals } from '../messages/refusals.js'
import type { ForeignChange, Guest, PersonSettings, Share } from '../model.js'
import type { Clock, Logger, PlexServer, Store, Stored } from '../ports.js'
import { guestId } from '../records.js'
import {
  doubtMs,
  isInDoubt,
  type Plan,
  type Purpose,
  planFor,
  withIntent,
  withLabels,
  withOutcome,
  withoutQuestion,
  withQuestion,
  withRefusal,
} from './access-plan.js'
import type { Granting } from './granting.js'
import { isSameLabel, type Labelling } from './labelling.js'
import type { Sharing, SharingNotes } from './sharing.js'
import {
  needsOf,
  notable,
  ownLabel,
  sameKeys,
  settingsWhileOpen,
  snapshotOf,
  type WhenDone,
} from './wanted.js'

/** A share that was there is not believed to be gone before it was missing as often as this. */
const missingForMs = [0, 1_000, 2_000, 4_000] as const

/** Where a guest's access stands after it was brought in line and read back. */
export interface AccessNow {
  /** The guest must accept the invitation before anything can be watched. */
  pending: boolean
  invited: boolean
  /** An invitation was found to have gone to somebody else, who has lost it again. */
  wentAstray: boolean
  /** An invitation of somebody else's had to be taken back, and plex.tv does not let it be sent again: why. */
  lost?: string
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
  /** For changes of a guest's share that are no pass: what must survive a crash goes into their record. */
  notesFor(machineIdentifier: string, plexId: string): SharingNotes
}

export function createAccess(needs: {
  plexServer: PlexServer
  sharing: Sharing
  labelling: Labelling
  granting: Granting
  store: Store
  clock: Clock
  log: Logger
  whenDone: WhenDone
}): Access {
  const { plexServer, sharing, labelling, granting, store, clock, log, whenDone } = needs

  return { bringInLine, useOwnLabel, notesFor }

  async function bringInLine(
    machineIdentifier: string,
    plexId: string,
    purpose: Purpose,
  ): Promise<AccessNow> {
    const wentAstray = await takeBackStray(machineIdentifier, plexId)
    const share = await shareNow(machineIdentifier, plexId)
    const current = share?.settings ?? (await sharing.settingsOf(plexId))
    await refuseWhileLeaving(machineIdentifier, plexId, share, purpose)
    const { guest, plan } = await writeIntent(machineIdentifier, plexId, share, current, purpose)

    if (purpose !== 'take') await putLabels(plan)
    const { invited, share: read, lost } = await reachShare(guest, share, plan, purpose)
    const left = plan.keep ? undefined : await removeRest(guest, plan, purpose).catch(wasReadBack)

    const now = clock.now()
    const lastRead = snapshotOf(read, { settings: plan.settings ?? current })
    let unseen: string[] = []
    await updateGuest(machineIdentifier, plexId, (record) => {
      unseen = isInDoubt(record, now) && !plan.keep ? unseenOf(record, share, plan.given) : []
      return withOutcome(record, plan, { lastRead, unseen, now, ...(left && { left }) })
    })
    return {
      pending: read !== undefined && !read.accepted,
      invited,
      wentAstray,
      ...(lost !== undefined && { lost }),
      ...(unseen.length > 0 && {
        unsettled: new OtpError('plex_unreachable', refusals.shareUndecided(guest.username)),
      }),
    }

    /** What went wrong after the share was there makes no doubt about the share. */
    async function wasReadBack(error: unknown): Promise<never> {
      await updateGuest(machineIdentifier, plexId, withoutQuestion)
      throw error
    }
  }

  /**
   * The list of libraries is written as a whole, so what was read a moment ago does not do. A share that was there
   * and is not listed is looked for again, since a list may be late or cut short.
   */
  async function shareNow(machineIdentifier: string, plexId: string): Promise<Share | undefined> {
    const { lastRead } = await guestNow(machineIdentifier, plexId)
    const waits = lastRead && lastRead.kind !== 'none' ? missingForMs : ([0] as const)
    const read = () => sharing.shareOf(machineIdentifier, plexId, { fresh: true })
    return readUntil(clock, waits, read, (share) => share !== undefined)
  }

  /** Only what is being given now must be there; an item of another pass may be gone. */
  async function putLabels({ needs: { labelled }, mustLabel }: Plan): Promise<void> {
    for (const item of labelled) {
      await labelling.put([item]).catch((error: unknown) => {
        const isGone = error instanceof OtpError && error.code === 'media_not_found'
        if (!isGone || mustLabel.includes(item.ratingKey)) throw error
      })
    }
  }

  /** plex.tv may show only late whom an invitation really went to. */
  async function takeBackStray(machineIdentifier: string, plexId: string): Promise<boolean> {
    const { sent } = await guestNow(machineIdentifier, plexId)
    if (!sent) return false

    const shares = await sharing.sharesOf(machineIdentifier)
    const stray = shares.find((one) => one.shareId === sent.shareId && one.person?.plexId !== plexId)
    if (!stray) return false

    await sharing.takeBack(stray, sent.settingsBefore)
    await updateGuest(machineIdentifier, plexId, ({ sent: _, ...guest }) => guest)
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
  ): Promise<{ share: Share | undefined; invited: boolean; lost?: string }> {
    const { machineIdentifier, plexId } = guest
    if (plan.whole) return { share, invited: false }

    const wanted = await withoutGone(share, plan)
    const { settings } = plan
    const notes = notesFor(machineIdentifier, plexId)
    const order = { machineIdentifier, person: guest, share, wanted, settings, notes }
    const asks = opensMore(share, wanted) || mayComeBack(guest, share, plan, wanted)
    if (asks) await updateGuest(machineIdentifier, plexId, (now) => withQuestion(now, clock.now()))
    const reached = await sharing
      .reach({ ...order, mustRestrict: purpose === 'give' })
      .catch(async (error: unknown) => {
        if (!isAnswer(error)) throw error
        if (asks) await updateGuest(machineIdentifier, plexId, (now) => withRefusal(now, guest))
        const isLost = purpose === 'take' && !share && wanted.length > 0
        if (!isLost || !isFinal(error)) throw error
        return { share, invited: false, lost: error.message, doubt: undefined }
      })
    if (!reached.doubt) return reached

    await updateGuest(machineIdentifier, plexId, (now) => ({
      ...withoutQuestion(now),
      ...(asks && { doubtUntil: clock.now() + doubtMs }),
      ...(share && wanted.length === 0 && { leavingShareId: share.shareId }),
    }))
    throw undecided(reached.doubt)
  }

  /** A list that plex.tv has not shown yet would bring back with it what is taken away now. */
  function mayComeBack(guest: Guest, share: Share | undefined, { given }: Plan, wanted: string[]): boolean {
    if (!share || sameKeys(share.libraryKeys, wanted)) return false
    return isInDoubt(guest, clock.now()) && unseenOf(guest, share, given).length > 0
  }

  /** A library that the server has no more cannot be written for other passes, and need not be. */
  async function withoutGone(share: Share | undefined, { libraryKeys, mustShare }: Plan): Promise<string[]> {
    if (libraryKeys.length === 0 || (share && sameKeys(share.libraryKeys, libraryKeys))) return libraryKeys

    const there = (await plexServer.libraries()).map((one) => one.key)
    return libraryKeys.filter((key) => there.includes(key) || mustShare.includes(key))
  }

  function notesFor(machineIdentifier: string, plexId: string): SharingNotes {
    const note = async (change: (guest: Guest) => Guest): Promise<void> => {
      await updateGuest(machineIdentifier, plexId, change)
    }
    return {
      takingBack: ({ libraryKeys, settings }) =>
        note((guest) => ({ ...guest, takenBack: guest.takenBack ?? { libraryKeys, settings } })),
      sent: (shareId, before) =>
        note((guest) => ({ ...guest, sent: { shareId, settingsBefore: notable(before) } })),
    }
  }

  /** Once the share is gone, what held for the person can go, and what the restriction named. */
  async function removeRest(guest: Guest, plan: Plan, purpose: Purpose): Promise<ForeignChange | undefined> {
    const { machineIdentifier, plexId } = guest
    const { needs: needed, settings, libraryKeys, whole } = plan
    if (settings && (whole || libraryKeys.length === 0)) await sharing.reachSettings(plexId, settings)

    const granted = guest.grantedRatingKeys ?? []
    const mayGrant = purpose !== 'take'
    const wanted = needed.grants
    const grants = await granting.reach({ machineIdentifier, plexId, granted, wanted, mayGrant })
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
    const open = await openAssignmentsOf(store, machineIdentifier, plexId)
    // The share goes first then: without the restriction it would show everything until it is gone.
    if (open.length === 0) return 'done'

    const needed = needsOf(open, ownLabel(plexId))
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

  /** From here on OTP answers for everything it is about to do, even if it dies before anything is asked. */
  async function writeIntent(
    machineIdentifier: string,
    plexId: string,
    share: Share | undefined,
    current: PersonSettings | undefined,
    purpose: Purpose,
  ): Promise<{ guest: Guest; plan: Plan }> {
    const open = await openAssignmentsOf(store, machineIdentifier, plexId)
    let plan: Plan | undefined

    const guest = await updateGuest(machineIdentifier, plexId, (record) => {
      plan = planFor(record, { open, share, current, purpose, whenDone, now: clock.now() })
      return withIntent(record, plan, clock.now())
    })
    if (!plan) throw new Error('A guest was updated without a plan')
    return { guest, plan }
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
function undecided(doubt: OtpError): OtpError {
  if (doubt.code !== 'plex_unreachable') return doubt
  return new OtpError(doubt.code, refusals.changeLost(doubt.message), { cause: doubt })
}

/** plex.tv has said no; what went wrong in the store says nothing of plex.tv. */
function isAnswer(error: unknown): error is OtpError {
  return error instanceof OtpError && error.code !== 'store_unavailable'
}

/** plex.tv has answered, and asking again will not help. */
function isFinal({ code }: OtpError): boolean {
  return code !== 'plex_unreachable' && code !== 'plex_busy' && code !== 'plex_token_rejected'
}

/** Whether plex.tv is asked for something that the share does not have yet. */
function opensMore(share: Share | undefined, wanted: readonly string[]): boolean {
  return wanted.some((key) => !share?.libraryKeys.includes(key))
}

/** What OTP opened, needs no more, and never saw at plex.tv, or has not seen as often as it asked for it. */
function unseenOf(guest: Guest, share: Share | undefined, given: readonly string[]): string[] {
  if (share?.allLibraries) return []
  const unneeded = guest.givenLibraryKeys.filter((key) => !given.includes(key))
  return guest.askedAgain ? unneeded : unneeded.filter((key) => !share?.libraryKeys.includes(key))
}

function known(stored: Stored<Guest> | undefined): Stored<Guest> {
  if (!stored) throw new Error('Access was to be changed for somebody OTP has no record of')
  return stored
}
