import { OtpError } from '../errors.js'
import type { AccessBefore, Assignment, ForeignChange, Guest, PersonSettings, Share } from '../model.js'
import { isSameLabel } from './labelling.js'
import {
  foreignChange,
  isSameFilters,
  isSetAs,
  type Needs,
  needsOf,
  ownLabel,
  rightsOf,
  settingsAtTheEnd,
  settingsWhileOpen,
  settingsWithoutOurs,
  snapshotOf,
  unique,
  type WhenDone,
  wantedFor,
} from './wanted.js'

/**
 * Why access is brought in line: `give` opens what an order needs, `follow` goes on with what was given, `take`
 * only ever takes away, so that nothing that cannot be given any more stands in its way.
 */
export type Purpose = 'give' | 'follow' | 'take'

/** What there is to decide on. */
export interface Situation {
  /** The guest's open assignments. */
  open: readonly Assignment[]
  share: Share | undefined
  /** What holds for the person; undefined when plex.tv does not know them as connected. */
  current: PersonSettings | undefined
  purpose: Purpose
  whenDone: WhenDone
  now: number
}

/** What shall be. */
export interface Plan {
  needs: Needs
  libraryKeys: string[]
  given: string[]
  /** What is being given now, without which there is no pass: libraries, and items to be labelled. */
  mustShare: string[]
  mustLabel: string[]
  /** The share stays as it is. */
  whole: boolean
  /** What shall hold for the person; undefined = whatever does. */
  settings: PersonSettings | undefined
  /** Everything stays as it is, and OTP answers for it no more. */
  keep: boolean
  /** Which of two labels the restriction names cannot be seen yet, so both stay on the items. */
  labelInDoubt: boolean
  foreign: ForeignChange[]
  /** What would hold for the person without OTP, as others have left it. */
  without: PersonSettings | undefined
}

/** What OTP makes of a situation. Throws `fence_unavailable` when a restriction is in the way of what is to be given. */
export function planFor(guest: Guest, situation: Situation): Plan {
  const { open, share, purpose } = situation
  const isOver = open.length === 0
  const atTheEnd = endOf(guest, situation)
  const labelInDoubt = !isOver && (guest.labelDoubtUntil ?? 0) > situation.now
  const needs = needsFor(guest, open, labelInDoubt)
  const foreign = changedByOthers(guest, situation)

  // An invitation that was taken back to be sent anew counts as there.
  const have = share ?? (guest.takenBack && { allLibraries: false, ...guest.takenBack })
  const wanted = wantedFor(guest.givenLibraryKeys, have, needs.libraryKeys, isOver ? atTheEnd : 'restore')
  const opens = purpose === 'give' || (purpose === 'follow' && foreign.length === 0)
  const allowed = (keys: string[]) => (opens ? keys : keys.filter((key) => have?.libraryKeys.includes(key)))
  const libraryKeys = allowed(wanted.libraryKeys)
  const given = allowed(wanted.given)

  const beingGiven = needsOf(
    open.filter((one) => one.access === 'giving'),
    guest.label ?? ownLabel(guest.plexId),
  )
  return {
    needs,
    libraryKeys,
    given,
    mustShare: beingGiven.libraryKeys,
    mustLabel: beingGiven.labelled.map((one) => one.ratingKey),
    whole: staysWhole(guest, share, libraryKeys, isOver && atTheEnd === 'unshare'),
    keep: isOver && atTheEnd === 'keep',
    labelInDoubt,
    without: withoutUs(guest, situation),
    ...settingsFor(guest, situation, { needs, atTheEnd, given, labelInDoubt, foreign }),
  }
}

/** plex.tv may show a change long after it was asked for; after this time it did not happen. */
export const doubtMs = 15 * 60_000

/** What OTP is about to open, label, set and grant; and what others have changed since it last looked. */
export function withIntent(guest: Guest, plan: Plan, now: number): Guest {
  const { given, needs, settings, keep, foreign, without } = plan
  const { lastRead: _, asking, ...rest } = withLabels(guest, needs)
  const asked = guest.settingsGiven ?? []
  const isNew = settings && !keep && !asked.some((one) => isSetAs(one, settings))
  const granted = unique([...(guest.grantedRatingKeys ?? []), ...needs.grants])

  return {
    ...rest,
    givenLibraryKeys: unique([...guest.givenLibraryKeys, ...given]),
    ...(asking && { doubtUntil: now + doubtMs }),
    ...(granted.length > 0 && { grantedRatingKeys: granted }),
    ...(isNew && { settingsGiven: [...asked, settings] }),
    // What somebody else has set since the snapshot is what the guest keeps.
    ...(guest.before && without && { before: { ...guest.before, settings: without } }),
    ...(foreign.length > 0 && { foreignChanges: unique([...(guest.foreignChanges ?? []), ...foreign]) }),
  }
}

export function withLabels(guest: Guest, { labelled }: Needs): Guest {
  const before = guest.labelled ?? []
  const more = labelled.filter((one) => !before.some((other) => isSameLabel(one, other)))
  return more.length > 0 ? { ...guest, labelled: [...before, ...more] } : guest
}

/** Just before plex.tv is asked for what it might do late. */
export function withQuestion(guest: Guest, now: number): Guest {
  return { ...guest, asking: true, ...(isInDoubt(guest, now) && { askedAgain: true }) }
}

/** Somebody was there to see what became of what was asked. */
export function withoutQuestion({ asking: _, ...guest }: Guest): Guest {
  return guest
}

/** plex.tv has said no to what was asked since `before`, so that nothing can come of it any more. */
export function withRefusal(guest: Guest, before: Guest): Guest {
  const { askedAgain: _, ...rest } = withoutQuestion(guest)
  return { ...rest, ...(before.askedAgain && { askedAgain: true }) }
}

/** Whether something that was asked for may still come of which nothing was heard. */
export function isInDoubt({ doubtUntil }: Guest, now: number): boolean {
  return doubtUntil !== undefined && now < doubtUntil
}

interface Outcome {
  lastRead: AccessBefore
  unseen: readonly string[]
  left?: ForeignChange
  now: number
}

/** The guest after the change was read back; the doubt is over when nothing can come of it any more. */
export function withOutcome(guest: Guest, { given, needs }: Plan, outcome: Outcome): Guest {
  const { lastRead, unseen, left, now } = outcome
  const {
    doubtUntil,
    askedAgain,
    asking: _____,
    labelled: _,
    grantedRatingKeys: __,
    settingsGiven = [],
    takenBack: ___,
    sent,
    leavingShareId: ____,
    ...rest
  } = guest
  const isUnseen = unseen.length > 0
  return {
    ...rest,
    givenLibraryKeys: unique([...given, ...unseen]),
    lastRead,
    ...(needs.labelled.length > 0 && { labelled: needs.labelled }),
    ...(needs.grants.length > 0 && { grantedRatingKeys: needs.grants }),
    ...(settingsGiven.length > 0 && { settingsGiven }),
    ...(left && { foreignChanges: unique([...(guest.foreignChanges ?? []), left]) }),
    ...((isUnseen || askedAgain) && isInDoubt(guest, now) && { doubtUntil }),
    ...(askedAgain && isInDoubt(guest, now) && { askedAgain }),
    ...(isUnseen && sent && { sent }),
  }
}

/** Somebody who was not connected before has nothing that could be kept. */
function withoutUs(guest: Guest, { current }: Situation): PersonSettings | undefined {
  if (!current || !guest.before?.settings) return undefined

  const base = settingsWithoutOurs(guest, current)
  return base && { ...base, ...rightsOf(guest, current, base) }
}

/** While nobody knows which label counts, items carry both. */
function needsFor(guest: Guest, open: readonly Assignment[], labelInDoubt: boolean): Needs {
  const own = ownLabel(guest.plexId)
  const needs = needsOf(open, guest.label ?? own)
  if (!labelInDoubt) return needs
  return { ...needs, labelled: [...needs.labelled, ...needsOf(open, own).labelled] }
}

/** Whoever was refused, or was released before, has no pass whose end could cost them their share. */
function endOf({ watched }: Guest, { share, whenDone }: Situation): WhenDone {
  if (!watched) return 'restore'
  // What nobody has accepted is no access that could be kept.
  return whenDone === 'keep' && share?.accepted === false ? 'restore' : whenDone
}

function changedByOthers({ lastRead }: Guest, { share, current }: Situation): ForeignChange[] {
  const foreign = lastRead && foreignChange(lastRead, snapshotOf(share, { settings: current }))
  return foreign ? [foreign] : []
}

function settingsFor(
  guest: Guest,
  { open, share, current, purpose }: Situation,
  plan: Pick<Plan, 'needs' | 'given' | 'labelInDoubt' | 'foreign'> & { atTheEnd: WhenDone },
): Pick<Plan, 'settings' | 'foreign'> {
  const { needs, given, labelInDoubt, foreign, atTheEnd } = plan
  if (open.length === 0) {
    const asTaken = share === undefined ? guest.takenBack?.settings : undefined
    return { settings: asTaken ?? settingsAtTheEnd(guest, current, atTheEnd), foreign }
  }

  try {
    const settings = settingsWhileOpen(guest, current, needs, given.length > 0)
    const isSet = labelInDoubt && current !== undefined && namesOneOf(guest, current, settings)
    return { settings: isSet ? undefined : settings, foreign }
  } catch (error) {
    if (purpose !== 'take' || !(error instanceof OtpError)) throw error
    // Somebody else restricts them now: that stays, and what there is to take away goes all the same.
    return { settings: undefined, foreign: unique([...foreign, 'settings' as const]) }
  }
}

/** Whether the restriction names one of the two labels that are on the items. */
function namesOneOf(guest: Guest, current: PersonSettings, wanted: PersonSettings | undefined): boolean {
  if (!wanted) return true
  if (isSameFilters(current.filters, wanted.filters)) return true

  const swap = (text: string) => text.replace(guest.label ?? '', ownLabel(guest.plexId))
  const { movies, television, ...others } = wanted.filters
  const own = { ...others, movies: swap(movies), television: swap(television) }
  return isSameFilters(current.filters, own)
}

/**
 * A share of all libraries may list none of them: there is nothing to add to it and nothing to take from it. One
 * that was empty before stays, too.
 */
function staysWhole(
  { before }: Guest,
  share: Share | undefined,
  libraryKeys: readonly string[],
  isUnshared: boolean,
): boolean {
  if (!share || isUnshared) return false
  if (share.allLibraries) return true
  return libraryKeys.length === 0 && share.libraryKeys.length === 0 && before?.kind === 'libraries'
}
