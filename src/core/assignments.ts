import type { Access, AccessNow } from './access.js'
import { snapshotOf } from './access.js'
import type { AssignAnswer, Assigned, AssignRequest, Doubt, Settings } from './api.js'
import type { Endings, StreamWatch } from './endings.js'
import type { Invites } from './invites.js'
import { isSameItem } from './judge.js'
import { chooseFence, type Limits, readLimits } from './limits.js'
import type { Assignment, Guest, GuestRef, MediaItem, PlexPerson, Share } from './model.js'
import type { Outbox } from './outbox.js'
import type { People, Somebody } from './people.js'
import type { Change, Clock, Ids, Logger, PlexServer, Store } from './ports.js'
import { guestId } from './records.js'
import type { Search } from './search.js'
import type { ServerFacts } from './server-facts.js'
import type { Sharing } from './sharing.js'
import { isOpen, stopsEverythingElse, withHistory } from './states.js'
import type { Tidings } from './tidings.js'
import { all, transact } from './transact.js'
import type { Turns } from './turns.js'

type Known = Extract<Somebody, { kind: 'known' }>
type Draft = Omit<Assignment, 'guest'>

/** The first line of an assignment's history, when it leaves the guest's other assignments alone. */
const besideOthers = 'created beside others'

interface Outcome {
  record: Assignment
  guest: Guest
  /** Ended to make room. */
  replaced: Assignment[]
}

type Given = Outcome & { access: AccessNow }

export interface Assignments {
  assign(request: AssignRequest): Promise<AssignAnswer>
  /** Finishes what was begun before a crash: an assignment whose access was being given. */
  resume(machineIdentifier: string): Promise<void>
}

interface Needs {
  plexServer: PlexServer
  store: Store
  sharing: Sharing
  access: Access
  endings: Endings
  streams: StreamWatch
  invites: Invites
  people: People
  search: Search
  facts: ServerFacts
  tidings: Tidings
  outbox: Outbox
  turns: Turns
  clock: Clock
  ids: Ids
  log: Logger
  settings: Settings
  /** Running streams are to be judged under the new state. */
  wakeMonitor: () => void
}

export function createAssignments(needs: Needs): Assignments {
  const {
    plexServer,
    store,
    sharing,
    access,
    endings,
    streams,
    invites,
    people,
    search,
    facts,
    tidings,
    outbox,
    turns,
    clock,
    ids,
  } = needs
  const { log, settings, wakeMonitor } = needs

  return { assign, resume }

  async function assign(request: AssignRequest): Promise<AssignAnswer> {
    const limits = readLimits(request, clock.now())
    const fence = chooseFence(request.fence ?? settings.access.fence)
    const machineIdentifier = await facts.machineIdentifier()
    const media = await search.findOne(request.media)
    const somebody = await people.resolve(request, machineIdentifier, request.invite !== false)

    const doubts = request.ask ? doubtsAbout(somebody, request) : []
    if (doubts.length > 0) return { kind: 'question', doubts, media }

    const draft: Draft = {
      id: ids.next(),
      machineIdentifier,
      media,
      state: 'ready',
      fence,
      scope: request.scope ?? settings.monitor.scope,
      access: 'giving',
      createdAt: clock.now(),
      createdBy: request.by,
      ...limits,
      playsUsed: 0,
      watch: {},
      violations: 0,
      history: [{ at: clock.now(), by: request.by, what: request.add ? besideOthers : 'created' }],
    }
    return assignInTurn(somebody, draft, request, limits)
  }

  /** Whoever was invited while this waited for its turn is no stranger any more. */
  async function assignInTurn(
    somebody: Somebody,
    draft: Draft,
    request: AssignRequest,
    limits: Limits,
  ): Promise<Assigned> {
    const { machineIdentifier } = draft
    if (somebody.kind === 'known') {
      const { plexId, username, email } = somebody.person
      await invites.refuseUndecided(machineIdentifier, [username, email])
      return turns.run(plexId, () => assignTo(somebody, draft, request, limits))
    }

    return turns.run(somebody.invitee.toLowerCase(), async () => {
      await invites.refuseUndecided(machineIdentifier, [somebody.invitee])
      const now = await people.resolve(request, machineIdentifier, true)
      return now.kind === 'known'
        ? assignInTurn(now, draft, request, limits)
        : inviteAndAssign(now.invitee, draft, request)
    })
  }

  function doubtsAbout(somebody: Somebody, { scope }: AssignRequest): Doubt[] {
    if (somebody.kind === 'stranger') return [{ kind: 'will-invite', invitee: somebody.invitee }]

    const { person, connected, share, guest } = somebody
    const doubts: Doubt[] = connected ? [] : [{ kind: 'will-invite', invitee: person.username }]
    const everything = (scope ?? settings.monitor.scope) === 'everything'
    if (everything && !guest?.watched && snapshotOf(share).kind !== 'none') {
      doubts.push({ kind: 'everything-else-stops', guest: refOf(person) })
    }
    return doubts
  }

  async function inviteAndAssign(invitee: string, draft: Draft, request: AssignRequest): Promise<Assigned> {
    const assignment = await invites.inviteFor(invitee, draft, request.discordUserId)
    return answer(assignment, { replaced: [], invited: true, everythingElseStops: false })
  }

  async function assignTo(
    somebody: Known,
    draft: Draft,
    request: AssignRequest,
    limits: Limits,
  ): Promise<Assigned> {
    const standing = await openAssignments(draft.machineIdentifier, somebody.person.plexId)
    const same = standing.find(
      ({ media }) => media.type === draft.media.type && isSameItem(media, draft.media),
    )
    if (same) return extend(same, somebody, limits, request)

    // Read in the turn: access that OTP gave and took back meanwhile must not pass for access from before.
    const share = await sharing.shareOf(draft.machineIdentifier, somebody.person.plexId)
    await writeIntent(somebody.person, share, draft, request.discordUserId)
    const { record, guest, replaced, access } = await give(
      draft.id,
      draft.machineIdentifier,
      somebody.person.plexId,
    )
    wakeMonitor()
    return answer(record, {
      replaced,
      invited: access.invited,
      everythingElseStops: stopsEverythingElse(record, guest),
    })
  }

  /** The assignment and the snapshot of the access before it, in one write, before plex.tv is asked. */
  async function writeIntent(
    person: PlexPerson,
    share: Share | undefined,
    draft: Draft,
    discordUserId: string | undefined,
  ): Promise<void> {
    const { machineIdentifier } = draft
    const id = guestId(machineIdentifier, person.plexId)

    await transact(store, async () => {
      const stored = await store.read('guest', id)
      const linked = discordUserId ?? stored?.record.discordUserId
      const guest: Guest = {
        ...refOf(person),
        machineIdentifier,
        watched: stored?.record.watched ?? false,
        before: stored?.record.before ?? snapshotOf(share),
        givenLibraryKeys: stored?.record.givenLibraryKeys ?? [],
        ...(linked !== undefined && { discordUserId: linked }),
      }
      const assignment: Assignment = { ...draft, guest: refOf(guest) }
      const condition = stored ? { ifRevision: stored.revision } : ({ unless: 'exists' } as const)
      return {
        changes: [
          { kind: 'guest', id, record: guest, ...condition },
          { kind: 'assignment', id: draft.id, record: assignment, unless: 'exists' },
        ],
        value: undefined,
      }
    })
  }

  /** Gives the access that was written down, then ends what the assignment takes the place of. */
  async function give(id: string, machineIdentifier: string, plexId: string): Promise<Given> {
    const given = await giveOrEnd(id, machineIdentifier, plexId)
    if (given.replaced.length > 0) {
      await streams.inspect()
      await endings.takeAway(machineIdentifier, plexId)
    }
    return given
  }

  /** When Plex refuses, the assignment ends and nothing stays behind. */
  async function giveOrEnd(id: string, machineIdentifier: string, plexId: string): Promise<Given> {
    try {
      const now = await access.bringInLine(machineIdentifier, plexId)
      return { ...(await writeOutcome(id, machineIdentifier, plexId, now)), access: now }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      await endings.close(id, {
        state: 'revoked',
        by: 'otp',
        what: `access refused: ${reason}`,
        silent: true,
      })
      await endings.takeAway(machineIdentifier, plexId)
      throw error
    }
  }

  async function writeOutcome(
    id: string,
    machineIdentifier: string,
    plexId: string,
    { pending }: AccessNow,
  ): Promise<Outcome> {
    const written = await transact<Outcome>(store, async () => {
      const assignment = await store.read('assignment', id)
      const guest = await store.read('guest', guestId(machineIdentifier, plexId))
      if (!assignment || !guest) throw new Error(`Assignment ${id} or its guest is not in the store`)
      if (!isOpen(assignment.record))
        return { changes: [], value: { record: assignment.record, guest: guest.record, replaced: [] } }

      const record: Assignment = {
        ...withHistory(assignment.record, {
          at: clock.now(),
          by: 'otp',
          what: pending ? 'invited' : 'ready',
        }),
        state: pending ? 'pending' : 'ready',
        access: 'given',
      }
      const watched: Guest = { ...guest.record, watched: true }
      const replaced = await replacedBy(record)
      const changes: Change[] = [
        { kind: 'assignment', id, record, ifRevision: assignment.revision },
        { kind: 'guest', id: guest.id, record: watched, ifRevision: guest.revision },
        ...replaced,
        ...tidings.assigned(record, watched),
      ]
      return { changes, value: { record, guest: watched, replaced: replaced.map((one) => one.record) } }
    })
    outbox.wake()
    return written
  }

  /** The first assignment ends in the write that makes the next one usable, so that one of them is always open. */
  async function replacedBy(record: Assignment) {
    const { id, machineIdentifier, guest, createdBy, history } = record
    if (history[0]?.what === besideOthers) return []

    const theirs = await all(store, 'assignment', { open: true, guest: guest.plexId })
    const cause = { state: 'revoked' as const, by: createdBy, what: `replaced by ${id}`, silent: true }
    return theirs
      .filter(
        (one) => one.id !== id && one.record.machineIdentifier === machineIdentifier && isOpen(one.record),
      )
      .map((one) => ({
        kind: 'assignment' as const,
        id: one.id,
        record: endings.ended(one.record, cause),
        ifRevision: one.revision,
      }))
  }

  /** The same item again: the assignment that stands gets the limits that are given now. */
  async function extend(
    standing: Assignment,
    { person }: Known,
    limits: Limits,
    { by, discordUserId }: AssignRequest,
  ): Promise<Assigned> {
    const { record, guest, before } = await transact(store, async () => {
      const stored = await store.read('assignment', standing.id)
      const guest = await store.read('guest', guestId(standing.machineIdentifier, person.plexId))
      if (!stored || !guest) throw new Error(`Assignment ${standing.id} or its guest is not in the store`)

      const linked = discordUserId === undefined ? {} : { discordUserId }
      const record: Assignment = {
        ...withHistory(stored.record, { at: clock.now(), by, what: 'extended' }),
        ...limits,
        guest: { ...stored.record.guest, ...linked },
      }
      const changes: Change[] = [
        { kind: 'assignment', id: stored.id, record, ifRevision: stored.revision },
        { kind: 'guest', id: guest.id, record: { ...guest.record, ...linked }, ifRevision: guest.revision },
      ]
      return { changes, value: { record, guest: guest.record, before: stored.record } }
    })
    wakeMonitor()
    return answer(record, {
      replaced: [],
      invited: false,
      everythingElseStops: stopsEverythingElse(record, guest),
      extended: {
        ...(before.expiresAt !== undefined && { expiresBefore: before.expiresAt }),
        ...(before.plays !== undefined && { playsBefore: before.plays }),
      },
    })
  }

  async function openAssignments(machineIdentifier: string, plexId: string): Promise<Assignment[]> {
    const theirs = await all(store, 'assignment', { open: true, guest: plexId })
    return theirs
      .map((one) => one.record)
      .filter((one) => isOpen(one) && one.machineIdentifier === machineIdentifier)
  }

  function answer(
    assignment: Assignment,
    more: Pick<Assigned, 'replaced' | 'invited' | 'everythingElseStops' | 'extended'>,
  ): Assigned {
    return {
      kind: 'assigned',
      assignment,
      link: linkTo(assignment.machineIdentifier, assignment.media),
      guestTold: assignment.guest.discordUserId === undefined ? 'not-linked' : 'queued',
      ...more,
    }
  }

  function linkTo(machineIdentifier: string, media: MediaItem): string {
    return plexServer.linkTo(machineIdentifier, media.ratingKey)
  }

  async function resume(machineIdentifier: string): Promise<void> {
    const open = await all(store, 'assignment', { open: true })
    const begun = open
      .map((one) => one.record)
      .filter((one) => one.machineIdentifier === machineIdentifier && isOpen(one) && one.access === 'giving')

    for (const { id, guest } of begun) {
      await turns
        .run(guest.plexId, () => give(id, machineIdentifier, guest.plexId))
        .catch(async (error) => {
          log.warn('an assignment begun before the restart could not be finished', { assignment: id, error })
          await store.commit(
            tidings.invitationFailed(machineIdentifier, guest.username, String(error.message)),
          )
          outbox.wake()
        })
    }
  }
}

/** The part of a person or a guest that other records carry. */
export function refOf(person: GuestRef): GuestRef {
  const { plexId, username, email, discordUserId } = person
  return {
    plexId,
    username,
    ...(email !== undefined && { email }),
    ...(discordUserId !== undefined && { discordUserId }),
  }
}
