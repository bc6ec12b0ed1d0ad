import { all } from '../engine/transact.js'
import type { Turns } from '../engine/turns.js'
import { OtpError } from '../errors.js'
import type {
  Assignment,
  Filters,
  Friend,
  Guest,
  Invitation,
  ItemGrant,
  Library,
  MediaItem,
  Session,
  Share,
} from '../model.js'
import type { Clock, PlexAccount, PlexServer, PrivateShelf, Store, Stored } from '../ports.js'
import { guestId } from '../records.js'
import { isOpen } from '../states.js'
import { type Needs, needsOf, ownLabel, type WhenDone } from './wanted.js'

/** What is given or taken away takes seconds, or minutes where plex.tv is slow. */
const underWayMs = 15 * 60_000

/** One guest of one server, with what their assignments need. */
export interface GuestCase {
  guest: Guest
  /** Of the server that answers now. */
  here: boolean
  open: Assignment[]
  /** Ended, their access not taken away yet. */
  ending: Assignment[]
  needs: Needs
  /** The label that their restriction names. */
  label: string
  /** Something is under way for them. */
  busy: boolean
}

/** A library whose folder is called as OTP calls those of private libraries. */
export interface PrivateCase {
  library: Library
  /** Under the folder that is configured for them now. */
  underRoot: boolean
  assignment?: Assignment
  /** Holds the draft that it was made for. */
  invitation?: Invitation
}

/** Everything at one moment: what Plex shows, and what the records say. */
export interface Situation {
  now: number
  machineIdentifier: string
  whenDone: WhenDone
  shares: Share[]
  friends: Friend[]
  /** Undefined where nothing was granted; an error where plex.tv does not tell. */
  grants: ItemGrant[] | OtpError | undefined
  labels: { label: string; item: MediaItem }[]
  /** Labels of items that need one and were not listed under it; undefined for an item that is gone. */
  labelsOf: ReadonlyMap<string, string[] | undefined>
  libraries: Library[]
  privates: PrivateCase[]
  /** What is played. */
  sessions: readonly Session[]
  cases: GuestCase[]
  invitations: { invitation: Invitation; busy: boolean }[]
  /** Assignments of all servers that are open or not taken away. */
  assignments: Assignment[]
}

interface Needed {
  plexServer: PlexServer
  plexAccount: PlexAccount
  shelf: PrivateShelf
  store: Store
  turns: Turns
  clock: Clock
  whenDone: WhenDone
}

/** Reads the records before and after Plex: who changed meanwhile is busy. */
export function createDriftReading(needs: Needed): () => Promise<Situation> {
  const { plexServer, plexAccount, shelf, store, turns, clock, whenDone } = needs

  return read

  async function read(): Promise<Situation> {
    const { machineIdentifier } = await plexServer.identity()
    const before = await records()
    const [shares, friends, labels, libraries, sessions] = await Promise.all([
      plexAccount.shares({ fresh: true }),
      plexAccount.friends({ fresh: true }),
      plexServer.labelled('Otp-'),
      plexServer.libraries(),
      plexServer.sessions(),
    ])
    const grants = await grantsFor(before)
    const after = await records()
    const cases = casesOf(before, after, machineIdentifier)
    const invitations = [...before.invitations, ...after.invitations.filter(isNewTo(before.invitations))]

    return {
      now: clock.now(),
      machineIdentifier,
      whenDone,
      shares,
      friends,
      grants,
      labels,
      labelsOf: await labelsMissing(cases, labels),
      libraries,
      privates: await privatesAmong(libraries, invitations),
      sessions,
      cases,
      invitations: invitations
        .filter((one) => one.machineIdentifier === machineIdentifier)
        .map((invitation) => ({ invitation, busy: isBusyInvitation(invitation, after.invitations) })),
      assignments: after.assignments,
    }
  }

  async function records() {
    const [guests, assignments, invitations] = await Promise.all([
      all(store, 'guest'),
      all(store, 'assignment', { open: true }),
      all(store, 'invitation', { open: true }),
    ])
    const busy = new Set(guests.map(({ record }) => record.plexId).filter(turns.isRunning))
    return {
      guests,
      assignments: assignments.map((one) => one.record),
      invitations: invitations.map((one) => one.record),
      busy,
    }
  }

  /** Nothing marks a grant as OTP's, so without a record there is nothing to compare. */
  async function grantsFor({ guests, assignments }: Known): Promise<Situation['grants']> {
    const isUsed =
      guests.some(({ record }) => (record.grantedRatingKeys ?? []).length > 0) ||
      assignments.some((one) => one.fence === 'item')
    if (!isUsed) return undefined

    try {
      return await plexAccount.grants()
    } catch (error) {
      if (error instanceof OtpError && error.code === 'plex_refused') return error
      throw error
    }
  }

  function casesOf(before: Known, after: Known, machineIdentifier: string): GuestCase[] {
    return after.guests.map(({ record: guest }) => {
      const theirs = after.assignments.filter((one) => isOf(guest, one))
      const open = theirs.filter(isOpen)
      const label = guest.label ?? ownLabel(guest.plexId)
      return {
        guest,
        here: guest.machineIdentifier === machineIdentifier,
        open,
        ending: theirs.filter((one) => !isOpen(one)),
        needs: needsOf(open, label),
        label,
        busy:
          before.busy.has(guest.plexId) ||
          after.busy.has(guest.plexId) ||
          printOf(before, guest) !== printOf(after, guest) ||
          theirs.some(isUnderWay),
      }
    })
  }

  function isUnderWay({ access, createdAt, endedAt }: Assignment): boolean {
    if (access === 'giving') return clock.now() - createdAt < underWayMs
    return access === 'taking' && clock.now() - (endedAt ?? createdAt) < underWayMs
  }

  function isBusyInvitation({ id, invitee, state }: Invitation, after: readonly Invitation[]): boolean {
    return turns.isRunning(invitee.toLowerCase()) || after.find((one) => one.id === id)?.state !== state
  }

  /** A list may be late, so that the item itself is asked. */
  async function labelsMissing(
    cases: readonly GuestCase[],
    labels: Situation['labels'],
  ): Promise<ReadonlyMap<string, string[] | undefined>> {
    const wanted = cases.filter((one) => one.here && !one.busy).flatMap((one) => one.needs.labelled)
    const missing = wanted.filter(
      ({ ratingKey, label }) =>
        !labels.some((one) => one.item.ratingKey === ratingKey && isLabel(one.label, label)),
    )
    const found = new Map<string, string[] | undefined>()
    for (const { ratingKey } of missing) found.set(ratingKey, await plexServer.labels(ratingKey))
    return found
  }

  async function privatesAmong(
    libraries: readonly Library[],
    invitations: readonly Invitation[],
  ): Promise<PrivateCase[]> {
    const found: PrivateCase[] = []
    for (const library of libraries) {
      const [folder = '', ...others] = library.folders
      const id = others.length === 0 ? assignmentIdIn(folder) : undefined
      if (id === undefined) continue

      const assignment = (await store.read('assignment', id))?.record
      const invitation = assignment ? undefined : invitations.find((one) => isDraftIn(one, id))
      const underRoot = shelf.root !== undefined && isUnder(shelf.root, folder)
      if (!underRoot && !assignment && !invitation && !looksMade(folder)) continue
      found.push({ library, underRoot, ...(assignment && { assignment }), ...(invitation && { invitation }) })
    }
    return found
  }
}

/** What the records said at one moment. */
interface Known {
  guests: Stored<Guest>[]
  assignments: Assignment[]
  invitations: Invitation[]
  /** Whose turn was running. */
  busy: ReadonlySet<string>
}

/** Plex writes labels with a capital and may answer them in another case. */
export function isLabel(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

/** Labels of OTP's that a restriction names, in one kind of libraries or in all. */
export function labelsIn(filters: Partial<Filters>): string[] {
  return Object.values(filters).flatMap((filter: string) => filter.match(/\botp-[a-z0-9-]+/gi) ?? [])
}

function isOf({ machineIdentifier, plexId }: Guest, assignment: Assignment): boolean {
  return assignment.machineIdentifier === machineIdentifier && assignment.guest.plexId === plexId
}

/** Changes with everything that has to do with somebody's access; what they watch does not count. */
function printOf({ guests, assignments }: Known, guest: Guest): string {
  const id = guestId(guest.machineIdentifier, guest.plexId)
  return JSON.stringify([
    guests.find((one) => one.id === id)?.revision,
    assignments
      .filter((one) => isOf(guest, one))
      .map((one) => [one.id, one.access, isOpen(one), one.fence, one.media.ratingKey]),
  ])
}

function isNewTo(known: readonly Invitation[]): (invitation: Invitation) => boolean {
  return ({ id }) => !known.some((one) => one.id === id)
}

function isDraftIn({ purpose }: Invitation, assignmentId: string): boolean {
  return purpose.kind === 'assignment' && purpose.assignment.id === assignmentId
}

/** Folders of private libraries are called `otp-<plex id>-<assignment>` or, for a stranger, `otp-<assignment>`. */
function assignmentIdIn(folder: string): string | undefined {
  return /^otp-(?:\d+-)?([\w-]+)$/.exec(nameIn(folder))?.[1]
}

/** Also where another folder was configured when it was made: nobody else gives names like this one. */
function looksMade(folder: string): boolean {
  return /^otp-(?:\d+-)?[0-9a-z]{24}$/.test(nameIn(folder))
}

function nameIn(folder: string): string {
  return plain(folder).split(/[\\/]/).at(-1) ?? ''
}

function isUnder(root: string, folder: string): boolean {
  return plain(folder).startsWith(`${plain(root)}/`) || plain(folder).startsWith(`${plain(root)}\\`)
}

function plain(folder: string): string {
  return folder.replace(/[\\/]+$/, '')
}
