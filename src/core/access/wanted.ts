import { obstacles } from '../messages/obstacles.js'
import type {
  AccessBefore,
  Assignment,
  Filters,
  ForeignChange,
  Guest,
  KnownSettings,
  LabelledItem,
  PersonSettings,
  Rights,
  Share,
} from '../model.js'
import { isOpen } from '../states.js'
import { fenceImpossible } from './fences.js'

export type WhenDone = 'restore' | 'unshare' | 'keep'

/** The two kinds of libraries that hold what can be lent, each with a filter of its own. */
type Kind = 'movies' | 'television'

/** An assignment whose guest need not be known yet. */
type Lent = Omit<Assignment, 'guest'>

/** What the open assignments of one guest need, all together. */
export interface Needs {
  libraryKeys: string[]
  /** Items that must carry the guest's label. */
  labelled: LabelledItem[]
  /** Kinds of libraries in which the guest may see labelled items alone. */
  restricted: Kind[]
  /** Items to be granted one by one. */
  grants: string[]
}

/** Which libraries a share should list. */
interface WantedLibraries {
  /** What the share must list; empty = no share. */
  libraryKeys: string[]
  /** Which of these are there because of OTP. */
  given: string[]
}

export const noFilters: Filters = { movies: '', television: '', music: '', photos: '', all: '' }

/** The label that is a guest's own: nobody else's restriction names it. */
export function ownLabel(plexId: string): string {
  return `Otp-${plexId}`
}

/** What assignments need. One restriction holds for all a guest's libraries of a kind, so whatever is lent there gets the label. */
export function needsOf(assignments: readonly Lent[], label: string): Needs {
  const open = assignments.filter(isOpen)
  const shared = open.filter((one) => one.fence !== 'item')
  const restricted = unique(shared.filter((one) => one.fence === 'label').map(kindOf))
  const toLabel = shared.filter((one) => one.fence !== 'private' && restricted.includes(kindOf(one)))

  return {
    libraryKeys: unique(shared.flatMap(libraryOf)),
    labelled: toLabel.flatMap((one) => labelledItem(one, label)),
    restricted,
    grants: unique(open.filter((one) => one.fence === 'item').map((one) => one.media.ratingKey)),
  }
}

/** Access as it is now, to be restored at the end. */
export function snapshotOf(
  share: Share | undefined,
  more: { settings?: PersonSettings | undefined; elsewhere?: boolean } = {},
): AccessBefore {
  const settings = share?.settings ?? more.settings
  const rest = { ...(settings && { settings }), ...(more.elsewhere && { elsewhere: true }) }

  if (!share) return { kind: 'none', ...rest }
  if (share.allLibraries) return { kind: 'all', ...rest }
  return { kind: 'libraries', libraryKeys: share.libraryKeys, ...rest }
}

/**
 * What a share should list, given what OTP has opened in it and what open assignments need. Whatever else is
 * there came from somebody else, before or meanwhile, and stays.
 */
export function wantedFor(
  given: readonly string[],
  share: Pick<Share, 'allLibraries' | 'libraryKeys'> | undefined,
  needed: readonly string[],
  whenDone: WhenDone,
): WantedLibraries {
  const have = share?.libraryKeys ?? []
  if (needed.length === 0 && whenDone === 'unshare') return { libraryKeys: [], given: [] }
  if (share?.allLibraries) return { libraryKeys: have, given: [] }
  if (needed.length === 0 && whenDone === 'keep') return { libraryKeys: have, given: [] }

  const fromOthers = have.filter((key) => !given.includes(key))
  return {
    libraryKeys: unique([...fromOthers, ...needed]),
    given: needed.filter((key) => !fromOthers.includes(key)),
  }
}

/**
 * What should hold for the person while assignments are open: what held before, no downloads where OTP opens
 * something, and the restriction. Throws `fence_unavailable` when somebody else restricts them in the same place.
 */
export function settingsWhileOpen(
  guest: Guest,
  current: PersonSettings | undefined,
  { restricted }: Needs,
  opensSomething: boolean,
): PersonSettings | undefined {
  const base = settingsWithoutOurs(guest, current)
  const filters = { ...(base?.filters ?? noFilters) }
  for (const kind of restricted) {
    if (filters[kind] !== '') {
      throw fenceImpossible('label', obstacles.isRestricted())
    }
    filters[kind] = `label=${guest.label ?? ownLabel(guest.plexId)}`
  }
  if (!opensSomething && restricted.length === 0 && base === current) return undefined
  const downloads = opensSomething ? false : (base?.downloads ?? false)
  return { downloads, filters, ...rightsOf(guest, current, base) }
}

/** What should hold for the person when nothing is open any more; undefined = leave it as it is. */
export function settingsAtTheEnd(
  guest: Guest,
  current: PersonSettings | undefined,
  whenDone: WhenDone,
): PersonSettings | undefined {
  const base = settingsWithoutOurs(guest, current)
  if (whenDone === 'keep' || !base || base === current) return undefined
  return { downloads: base.downloads, filters: base.filters, ...rightsOf(guest, current, base) }
}

/** OTP gives no rights, so those that somebody changed meanwhile stay changed. */
export function rightsOf(
  { lastRead }: Guest,
  current: PersonSettings | undefined,
  base: PersonSettings | undefined,
): { rights?: Rights } {
  const changed = !isSameRights(lastRead?.settings?.rights, current?.rights)
  const rights = changed ? current?.rights : base?.rights
  return rights ? { rights } : {}
}

/** Nothing hidden, no downloads: what somebody has of whom plex.tv knew nothing. */
export const unrestricted: PersonSettings = { downloads: false, filters: noFilters }

/** Downloads and filters. Plex writes labels with a capital and may answer them in another case. */
export function isSameSettings(one: PersonSettings, other: PersonSettings): boolean {
  return one.downloads === other.downloads && isSameFilters(one.filters, other.filters)
}

/** Whether somebody's settings are to be written: rights count where both are known. */
export function isSetAs(current: PersonSettings, wanted: PersonSettings): boolean {
  return isSameSettings(current, wanted) && isSameRights(current.rights, wanted.rights)
}

function isSameRights(one: Rights | undefined, other: Rights | undefined): boolean {
  if (!one || !other) return true
  return (
    one.channels === other.channels &&
    one.cameraUpload === other.cameraUpload &&
    one.subtitleAdmin === other.subtitleAdmin &&
    one.tuners === other.tuners
  )
}

export function isSameFilters(one: Filters, other: Filters): boolean {
  const same = (kind: keyof Filters) => one[kind].toLowerCase() === other[kind].toLowerCase()
  return same('movies') && same('television') && same('music') && same('photos') && same('all')
}

/** On the way from one to the other: what the second restricts more already holds, what it opens does not yet. */
export function tightened(current: PersonSettings, wanted: PersonSettings): PersonSettings {
  const kind = (name: keyof Filters) => wanted.filters[name] || current.filters[name]
  return {
    ...wanted,
    downloads: current.downloads && wanted.downloads,
    filters: {
      movies: kind('movies'),
      television: kind('television'),
      music: kind('music'),
      photos: kind('photos'),
      all: kind('all'),
    },
  }
}

/** Settings without a restriction to the guest's own label, which only OTP writes. */
export function withoutOwnLabel(plexId: string, settings: PersonSettings): PersonSettings {
  const label = `label=${ownLabel(plexId)}`.toLowerCase()
  const part = (text: string) => (text.toLowerCase() === label ? '' : text)
  const { movies, television, ...others } = settings.filters
  return { ...settings, filters: { ...others, movies: part(movies), television: part(television) } }
}

/** The settings of those for whom something is set, to be given back to one of them later. */
export function notable(people: readonly KnownSettings[]): KnownSettings[] {
  return people
    .filter((one) => !isSetAs(one.settings, plain))
    .map(({ plexId, settings }) => ({ plexId, settings }))
}

const plain: PersonSettings = {
  downloads: false,
  filters: noFilters,
  rights: { channels: false, cameraUpload: false, subtitleAdmin: false, tuners: 0 },
}

/** What somebody else has changed between two readings. */
export function foreignChange(before: AccessBefore, now: AccessBefore): ForeignChange | undefined {
  if (before.kind !== now.kind) return before.kind === 'none' || now.kind === 'none' ? 'share' : 'libraries'
  if (
    before.kind === 'libraries' &&
    now.kind === 'libraries' &&
    !sameKeys(before.libraryKeys, now.libraryKeys)
  ) {
    return 'libraries'
  }
  const changed = before.settings && now.settings && !isSetAs(before.settings, now.settings)
  return changed ? 'settings' : undefined
}

export function sameKeys(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((key) => other.includes(key))
}

export function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}

/** What would hold for the person without OTP: what was set by OTP goes back, what somebody else set since stays. */
export function settingsWithoutOurs(
  guest: Guest,
  current: PersonSettings | undefined,
): PersonSettings | undefined {
  if (!current) return current

  const base = guest.before?.settings ?? unrestricted
  if ((guest.settingsGiven ?? []).some((one) => isSameSettings(one, current))) return base

  const labels = [ownLabel(guest.plexId), guest.label].map((one) => `label=${one}`.toLowerCase())
  const isOurs = (kind: Kind) => labels.includes(current.filters[kind].toLowerCase())
  if (!isOurs('movies') && !isOurs('television')) return current

  const part = (kind: Kind) => (isOurs(kind) ? base : current).filters[kind]
  const filters = { ...current.filters, movies: part('movies'), television: part('television') }
  // Downloads that are off beside a restriction of OTP's are off because of OTP.
  return { ...current, downloads: current.downloads || base.downloads, filters }
}

function kindOf({ media, privateLibrary }: Lent): Kind {
  return (privateLibrary?.type ?? media.type) === 'movie' ? 'movies' : 'television'
}

function libraryOf({ fence, media, privateLibrary }: Lent): string[] {
  const key = fence === 'private' ? privateLibrary?.libraryKey : media.libraryKey
  return key === undefined ? [] : [key]
}

/** Labels count on films and on whole shows, so a part of a show is reached through its show. */
function labelledItem({ media }: Lent, label: string): LabelledItem[] {
  const ratingKey = rootOf(media)
  if (ratingKey === undefined || media.libraryKey === undefined) return []
  const type = media.type === 'movie' ? 'movie' : 'show'
  return [{ ratingKey, type, libraryKey: media.libraryKey, label }]
}

function rootOf(media: Assignment['media']): string | undefined {
  if (media.type === 'season') return media.parentRatingKey
  if (media.type === 'episode') return media.grandparentRatingKey
  return media.ratingKey
}
