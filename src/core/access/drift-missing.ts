import { OtpError } from '../errors.js'
import type { Assignment, Friend, PersonSettings, Share } from '../model.js'
import { type Finding, grantedTo, type Lack } from './drift-findings.js'
import { type GuestCase, isLabel, labelsIn, type Situation } from './drift-reading.js'
import { isMadeOf, isOurs } from './private-listing.js'
import { needsOf } from './wanted.js'

/** Taking access away is tried every quarter of a minute, so that an hour means that it does not work. */
const longMs = 3_600_000

/** What open assignments were given and is not there any more, and records that nobody went on with. */
export function missingIn(situation: Situation): Finding[] {
  const here = situation.cases.filter((one) => one.here)
  const idle = here.filter((one) => !one.busy)
  return [
    ...idle.flatMap((one) => lacking(situation, one)),
    // Also while it is being tried once more.
    ...here.flatMap((one) => stillTaking(situation, one)),
    ...idle.flatMap((one) => unfinished(situation, one)),
    ...elsewhere(situation),
  ]
}

function lacking(situation: Situation, one: GuestCase): Finding[] {
  const { guest, open } = one
  const given = open.filter((assignment) => assignment.access === 'given')
  const share = situation.shares.find(
    ({ machineIdentifier, person }) =>
      machineIdentifier === guest.machineIdentifier && person?.plexId === guest.plexId,
  )
  const friend = situation.friends.find(({ plexId }) => plexId === guest.plexId)

  return given.flatMap((assignment) =>
    lacksOf(situation, one, assignment, { share, friend }).map((lacks) => ({
      kind: 'missing' as const,
      lacks,
      guest: { plexId: guest.plexId, username: guest.username },
      media: assignment.media,
      assignmentId: assignment.id,
      repairable: false as const,
    })),
  )
}

interface Standing {
  share: Share | undefined
  friend: Friend | undefined
}

function lacksOf(
  situation: Situation,
  one: GuestCase,
  assignment: Assignment,
  { share, friend }: Standing,
): Lack[] {
  if (!share && !friend) return ['connection']
  if (assignment.fence === 'item') return lacksGrant(situation, assignment) ? ['grant'] : []
  if (lacksPrivateLibrary(situation, assignment)) return ['private-library']
  if (!share) return ['share']

  const needs = needsOf([assignment], one.label)
  const lacks: Lack[] = []
  if (!share.allLibraries && !needs.libraryKeys.every((key) => share.libraryKeys.includes(key))) {
    lacks.push('library')
  }
  if (needs.restricted.some((kind) => !names(share.settings.filters[kind], one.label))) {
    lacks.push('restriction')
  }
  if (isDownloadable(one, needs.libraryKeys, share.settings)) lacks.push('no-downloads')
  return [...lacks, ...lacksLabel(situation, needs.labelled)]
}

function lacksGrant({ grants, machineIdentifier }: Situation, { guest, media }: Assignment): boolean {
  if (grants === undefined || grants instanceof OtpError) return false
  return !grantedTo(grants, machineIdentifier, guest).includes(media.ratingKey)
}

function lacksPrivateLibrary({ libraries }: Situation, { fence, privateLibrary }: Assignment): boolean {
  if (fence !== 'private' || !privateLibrary) return false
  return !libraries.some(
    (one) =>
      one.key === privateLibrary.libraryKey &&
      isMadeOf(one, privateLibrary.folder) &&
      isOurs(one, privateLibrary),
  )
}

function names(filter: string, label: string): boolean {
  return labelsIn({ all: filter }).some((one) => isLabel(one, label))
}

/** Where OTP opens a library, downloads are off. */
function isDownloadable(
  { guest }: GuestCase,
  libraryKeys: readonly string[],
  { downloads }: PersonSettings,
): boolean {
  return downloads && libraryKeys.some((key) => guest.givenLibraryKeys.includes(key))
}

function lacksLabel(
  { labels, labelsOf }: Situation,
  wanted: readonly { ratingKey: string; label: string }[],
): Lack[] {
  return wanted.flatMap(({ ratingKey, label }): Lack[] => {
    const isListed = labels.some((one) => one.item.ratingKey === ratingKey && isLabel(one.label, label))
    if (isListed || labelsOf.get(ratingKey)?.some((one) => isLabel(one, label))) return []
    return [labelsOf.get(ratingKey) ? 'label' : 'item']
  })
}

function stillTaking({ now }: Situation, { ending }: GuestCase): Finding[] {
  return ending
    .filter(({ endedAt, createdAt }) => now - (endedAt ?? createdAt) >= longMs)
    .map((one) => ({ kind: 'still-taking', ...about(one), repairable: true }))
}

function unfinished({ sessions }: Situation, { guest, open, ending }: GuestCase): Finding[] {
  const { plexId, username } = guest
  const isIdle = guest.watched && open.length === 0 && ending.length === 0
  const begun = open.filter(({ access }) => access === 'giving')

  return [
    ...begun.map((one): Finding => ({ kind: 'still-giving', ...about(one), repairable: false })),
    // Whoever watches on is let go when the stream has ended.
    ...(isIdle && !sessions.some(({ user }) => user?.plexId === plexId)
      ? [{ kind: 'still-watched' as const, guest: { plexId, username }, repairable: true as const }]
      : []),
  ]
}

function about({ id, media, guest: { plexId, username } }: Assignment) {
  return { guest: { plexId, username }, media, assignmentId: id }
}

function elsewhere({ machineIdentifier, assignments }: Situation): Finding[] {
  const others = assignments
    .map((one) => one.machineIdentifier)
    .filter((server) => server !== machineIdentifier)
  return [...new Set(others)].map((server) => ({
    kind: 'other-server',
    machineIdentifier: server,
    assignments: others.filter((one) => one === server).length,
    repairable: false,
  }))
}
