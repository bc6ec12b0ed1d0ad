import type { Giving } from '../access/giving.js'
import { type Draft, weakness } from '../access/giving-book.js'
import type { InvitationBook } from '../access/invitation-book.js'
import type { Invites } from '../access/invites.js'
import { type Limits, readLimits } from '../access/limits.js'
import type { People, Somebody } from '../access/people.js'
import { linkKeyOf } from '../access/private-library.js'
import { snapshotOf } from '../access/wanted.js'
import type { AssignAnswer, Assigned, AssignRequest, Doubt, Settings } from '../api.js'
import type { ServerFacts } from '../engine/server-facts.js'
import { all } from '../engine/transact.js'
import type { Turns } from '../engine/turns.js'
import type { Assignment, MediaItem } from '../model.js'
import { isSameItem } from '../monitor/judge.js'
import type { Calendar, Clock, Ids, PlexServer, Store } from '../ports.js'
import type { Search } from '../search.js'
import { isOpen, refOf, stopsEverythingElse } from '../states.js'
import type { Extension } from './extension.js'

type Known = Extract<Somebody, { kind: 'known' }>

/** Lets guests watch: finds out who and what is meant, asks back where it should, and has it given. */
export interface Assignments {
  assign(request: AssignRequest): Promise<AssignAnswer>
}

interface Needs {
  plexServer: PlexServer
  store: Store
  giving: Giving
  extension: Extension
  book: InvitationBook
  invites: Invites
  people: People
  search: Search
  facts: ServerFacts
  turns: Turns
  clock: Clock
  calendar: Calendar
  ids: Ids
  settings: Settings
  /** Running streams are to be judged under the new state. */
  wakeMonitor: () => void
}

export function createAssignments(needs: Needs): Assignments {
  const { plexServer, store, giving, extension, book, invites, people, search, facts } = needs
  const { turns, clock, calendar, ids, settings, wakeMonitor } = needs

  return { assign }

  async function assign(request: AssignRequest): Promise<AssignAnswer> {
    const limits = readLimits(request, clock.now(), calendar)
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
      wish: request.fence ?? settings.access.fence,
      scope: request.scope ?? settings.monitor.scope,
      access: 'giving',
      ...(request.add && { besideOthers: true }),
      createdAt: clock.now(),
      createdBy: request.by,
      ...limits,
      playsUsed: 0,
      watch: {},
      violations: 0,
      history: [{ at: clock.now(), by: request.by, what: 'created' }],
    }
    const linksBefore = await links(request)
    const assigned = await assignInTurn(somebody, draft, request, limits)
    return isNewLink(assigned, linksBefore) ? { ...assigned, linked: true } : assigned
  }

  /** The accounts that the Discord user of the request was linked to before. */
  async function links({ discordUserId }: AssignRequest): Promise<string[] | undefined> {
    if (discordUserId === undefined) return undefined
    const known = (await all(store, 'guest')).map((one) => one.record)
    return known.filter((one) => one.discordUserId === discordUserId).map((one) => one.plexId)
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
      await book.refuseUndecided(machineIdentifier, [username, email])
      return turns.run(plexId, () => assignTo(somebody, draft, request, limits))
    }

    return turns.run(somebody.invitee.toLowerCase(), async () => {
      await book.refuseUndecided(machineIdentifier, [somebody.invitee])
      const now = await people.resolve(request, machineIdentifier, true)
      return now.kind === 'known'
        ? assignInTurn(now, draft, request, limits)
        : inviteAndAssign(now.invitee, draft, request)
    })
  }

  async function inviteAndAssign(invitee: string, draft: Draft, request: AssignRequest): Promise<Assigned> {
    const assignment = await invites.inviteFor(invitee, draft, request.discordUserId)
    return answer(assignment, { replaced: [], invited: true, everythingElseStops: false })
  }

  async function assignTo(
    { person }: Known,
    draft: Draft,
    request: AssignRequest,
    limits: Limits,
  ): Promise<Assigned> {
    const same = await standingAssignment(draft.machineIdentifier, person.plexId, draft.media)
    const extended = same && !wantsOtherFence(same, request) && (await extend(same, limits, request))
    if (extended) return extended

    const { assignment, guest, replaced, invited } = await giving.give(person, draft, request.discordUserId)
    wakeMonitor()
    return answer(assignment, {
      replaced,
      invited,
      everythingElseStops: stopsEverythingElse(assignment, guest),
    })
  }

  async function standingAssignment(
    machineIdentifier: string,
    plexId: string,
    media: MediaItem,
  ): Promise<Assignment | undefined> {
    const theirs = await all(store, 'assignment', { open: true, guest: plexId })
    return theirs
      .map((one) => one.record)
      .filter((one) => isOpen(one) && one.machineIdentifier === machineIdentifier)
      .find((one) => one.media.type === media.type && isSameItem(one.media, media))
  }

  async function extend(
    standing: Assignment,
    limits: Limits,
    { by, discordUserId }: AssignRequest,
  ): Promise<Assigned | undefined> {
    const change = { limits, by, ...(discordUserId !== undefined && { discordUserId }) }
    const invited = await giving.renew(standing)
    const extended = await extension.extend(standing, change)
    if (!extended) return undefined

    const { assignment, guest, before } = extended
    wakeMonitor()
    return answer(assignment, {
      replaced: [],
      invited,
      everythingElseStops: stopsEverythingElse(assignment, guest),
      extended: {
        ...(before.expiresAt !== undefined && { expiresBefore: before.expiresAt }),
        ...(before.plays !== undefined && { playsBefore: before.plays }),
      },
    })
  }

  function answer(
    assignment: Assignment,
    more: Pick<Assigned, 'replaced' | 'invited' | 'everythingElseStops' | 'extended'>,
  ): Assigned {
    const { machineIdentifier, guest } = assignment
    return {
      kind: 'assigned',
      assignment,
      link: plexServer.linkTo(machineIdentifier, linkKeyOf(assignment)),
      guestTold:
        guest.discordUserId === undefined
          ? 'not-linked'
          : isNews(assignment, more)
            ? 'queued'
            : 'nothing-new',
      ...more,
    }
  }
}

function isNewLink({ assignment: { guest } }: Assigned, before: readonly string[] | undefined): boolean {
  return before !== undefined && guest.discordUserId !== undefined && !before.includes(guest.plexId)
}

/** Another fence than the one that stands is put up by giving the item anew. */
function wantsOtherFence(standing: Assignment, { fence, add }: AssignRequest): boolean {
  if (fence === undefined || fence === 'auto' || fence === standing.fence || add) return false

  // The same request again: what stands is what it was exchanged for.
  const wasExchanged = standing.passedOver?.some((one) => one.fence === fence) ?? false
  return !(wasExchanged && weakness(fence).mayWeaken)
}

/** A pass that stands is told of again only when its deadline has changed. */
function isNews({ expiresAt }: Assignment, { extended }: Pick<Assigned, 'extended'>): boolean {
  return extended === undefined || extended.expiresBefore !== expiresAt
}
