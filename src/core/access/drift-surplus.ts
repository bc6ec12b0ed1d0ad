import { OtpError } from '../errors.js'
import type { Assignment, Guest, Invitation, Library, PersonSettings } from '../model.js'
import { isOpen } from '../states.js'
import { type Finding, grantedTo, type Somebody } from './drift-findings.js'
import { type GuestCase, isLabel, labelsIn, type PrivateCase, type Situation } from './drift-reading.js'
import { leftBehind } from './private-library.js'
import { isOurs } from './private-listing.js'
import { isSameSettings, ownLabel } from './wanted.js'

/** What is there of OTP and no open assignment explains. */
export function surplusIn(situation: Situation): Finding[] {
  return [
    ...labels(situation),
    ...restrictions(situation),
    ...libraries(situation),
    ...privateLibraries(situation),
    ...grants(situation),
  ]
}

function labels(situation: Situation): Finding[] {
  return situation.labels.flatMap(({ label, item: media }): Finding[] => {
    const whose = situation.cases.find((one) => one.here && isLabelOf(one.guest, label))
    const theirs = { ratingKey: media.ratingKey, label }
    if (whose?.busy || whose?.needs.labelled.some((one) => isOn(theirs, one))) return []

    const guest = whose && refOf(whose.guest)
    const asked = situation.invitations.find(({ invitation }) =>
      invitation.labelled?.some((one) => isOn(theirs, one)),
    )
    if (asked) {
      const { busy, invitation } = asked
      if (busy || !hasComeToNothing(invitation)) return []
      return [{ kind: 'label', label, media, invitationId: invitation.id, recorded: true, repairable: true }]
    }

    const recorded = whose?.guest.labelled?.some((one) => isOn(theirs, one)) ?? false
    if (!recorded && isKept(situation, label)) return []
    return [{ kind: 'label', label, media, ...(guest && { guest }), recorded, repairable: recorded }]
  })
}

/** With `when_done = "keep"` label and restriction stay on purpose, and no record names them any more. */
function isKept({ whenDone, shares, friends }: Situation, label: string): boolean {
  const held = [...shares, ...friends].flatMap(({ settings }) => labelsIn(settings.filters))
  return whenDone === 'keep' && held.some((one) => isLabel(one, label))
}

function restrictions(situation: Situation): Finding[] {
  return everybody(situation).flatMap(({ guest, settings }) =>
    [...new Set(labelsIn(settings.filters))].flatMap((label) =>
      restriction(situation, label, guest, settings),
    ),
  )
}

function restriction(
  situation: Situation,
  label: string,
  guest: Somebody | undefined,
  settings: PersonSettings,
): Finding[] {
  const { cases, invitations, whenDone } = situation
  const theirs = cases.filter((one) => one.guest.plexId === guest?.plexId)
  const isNeeded = theirs.some((one) => one.needs.restricted.length > 0 && isLabel(one.label, label))
  const isAsked = invitations.some(
    ({ invitation, busy }) => (busy || !hasComeToNothing(invitation)) && namesIt(invitation, label),
  )
  if (isNeeded || isAsked || theirs.some((one) => one.busy)) return []

  const record = theirs.find((one) => one.here)?.guest
  const recorded = (record?.settingsGiven ?? []).some((one) => isSameSettings(one, settings))
  if (!recorded && whenDone === 'keep') return []
  return [{ kind: 'restriction', label, ...(guest && { guest }), recorded, repairable: recorded }]
}

/** Everybody whom plex.tv names, once, with what holds for them; an address without an account has no name. */
function everybody({ shares, friends }: Situation): { guest?: Somebody; settings: PersonSettings }[] {
  const people = new Map<string, { guest: Somebody; settings: PersonSettings }>()
  for (const { plexId, username, settings } of friends)
    people.set(plexId, { guest: { plexId, username }, settings })
  for (const { person, settings } of shares) {
    if (person) people.set(person.plexId, { guest: refOf(person), settings })
  }
  return [...people.values(), ...shares.filter((one) => !one.person).map(({ settings }) => ({ settings }))]
}

function libraries(situation: Situation): Finding[] {
  return hereAndIdle(situation).flatMap(({ guest, needs }) => {
    const share = situation.shares.find((one) => isShareOf(one, guest))
    if (!share || share.allLibraries) return []

    return guest.givenLibraryKeys
      .filter((key) => share.libraryKeys.includes(key) && !needs.libraryKeys.includes(key))
      .map((key) => ({
        kind: 'library' as const,
        library: named(situation.libraries, key),
        guest: refOf(guest),
        repairable: true,
      }))
  })
}

function named(libraries: readonly Library[], key: string): Pick<Library, 'key' | 'title'> {
  return { key, title: libraries.find((one) => one.key === key)?.title ?? key }
}

function privateLibraries(situation: Situation): Finding[] {
  return situation.privates.flatMap((found) => {
    const library = { key: found.library.key, title: found.library.title }
    if (found.assignment) return ofAssignment(situation, found.library, found.assignment)
    if (found.invitation) return ofInvitation(situation, found, found.invitation)
    return [{ kind: 'private-library', library, recorded: false, repairable: false } as const]
  })
}

function ofAssignment(situation: Situation, library: Library, assignment: Assignment): Finding[] {
  const { machineIdentifier, cases, whenDone } = situation
  const { id, media, guest, privateLibrary } = assignment
  const isBusy = cases.some((one) => one.busy && one.guest.plexId === guest.plexId)
  const isMeant = whenDone === 'keep' && privateLibrary?.step !== 'removed'
  if (!privateLibrary || isBusy || isMeant || isOpen(assignment)) return []
  if (leftBehind([assignment], [library]).length === 0) return []

  const isAsMade = library.title === privateLibrary.title && isOurs(library, privateLibrary)
  return [
    {
      kind: 'private-library',
      library: { key: library.key, title: library.title },
      media,
      guest: refOf(guest),
      assignmentId: id,
      recorded: true,
      repairable: isAsMade && assignment.machineIdentifier === machineIdentifier,
    },
  ]
}

function ofInvitation(
  { invitations }: Situation,
  { library }: PrivateCase,
  { id, purpose }: Invitation,
): Finding[] {
  const asked = invitations.find(({ invitation }) => invitation.id === id)
  if (!asked || asked.busy || !hasComeToNothing(asked.invitation) || purpose.kind === 'standing') return []

  const { media, privateLibrary } = purpose.assignment
  if (!privateLibrary) return []
  return [
    {
      kind: 'private-library',
      library: { key: library.key, title: library.title },
      media,
      invitationId: id,
      recorded: true,
      repairable: library.title === privateLibrary.title && isOurs(library, privateLibrary),
    },
  ]
}

function grants(situation: Situation): Finding[] {
  const { grants: all, machineIdentifier } = situation
  if (all === undefined) return []
  if (all instanceof OtpError) return [{ kind: 'grants-unknown', reason: all.message, repairable: false }]

  return hereAndIdle(situation).flatMap(({ guest, needs }): Finding[] => {
    const ours = guest.grantedRatingKeys ?? []
    const there = grantedTo(all, machineIdentifier, guest)
    const ratingKeys = there.filter((key) => ours.includes(key) && !needs.grants.includes(key))
    // A grant is taken back as a whole, with whatever somebody else has put in it.
    const repairable = there.every((key) => ours.includes(key))
    return ratingKeys.length === 0 ? [] : [{ kind: 'grant', guest: refOf(guest), ratingKeys, repairable }]
  })
}

function hereAndIdle({ cases }: Situation): GuestCase[] {
  return cases.filter((one) => one.here && !one.busy)
}

function isLabelOf({ plexId, label, labelled = [] }: Guest, name: string): boolean {
  const theirs = [ownLabel(plexId), label, ...labelled.map((one) => one.label)]
  return theirs.some((one) => one !== undefined && isLabel(one, name))
}

function isOn(
  one: { ratingKey: string; label: string },
  other: { ratingKey: string; label: string },
): boolean {
  return one.ratingKey === other.ratingKey && isLabel(one.label, other.label)
}

function hasComeToNothing({ state }: Invitation): boolean {
  return state === 'failed' || state === 'cancelled'
}

function namesIt({ filters }: Invitation, label: string): boolean {
  return filters !== undefined && labelsIn(filters).some((one) => isLabel(one, label))
}

function isShareOf(
  share: Situation['shares'][number],
  { machineIdentifier, plexId }: { machineIdentifier: string; plexId: string },
): boolean {
  return share.machineIdentifier === machineIdentifier && share.person?.plexId === plexId
}

/** The part that may be told: an address is nobody else's business. */
function refOf({ plexId, username }: Somebody): Somebody {
  return { plexId, username }
}
