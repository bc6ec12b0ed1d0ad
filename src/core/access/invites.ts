import type { ServerFacts } from '../engine/server-facts.js'
import { all } from '../engine/transact.js'
import type { Turns } from '../engine/turns.js'
import { OtpError } from '../errors.js'
import { namedLike } from '../finding/names.js'
import { isSameText } from '../finding/words.js'
import { obstacles } from '../messages/obstacles.js'
import { refusals } from '../messages/refusals.js'
import type { Assignment, Invitation, Library, PlexPerson, Share } from '../model.js'
import type { Clock, Ids, Logger, PlexAccount, PlexServer, Store } from '../ports.js'
import { guestId, isBeingWithdrawn } from '../records.js'
import { isOpen } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import type { Access } from './access.js'
import { type Draft, type Giving, weakness } from './giving.js'
import type { Completed, InvitationBook } from './invitation-book.js'
import { carriedBy, type InvitationMaking, isLending } from './invitation-making.js'
import { lists } from './made-shares.js'
import { isStranger, type People, type Somebody } from './people.js'
import { privateLibrariesOn } from './private-holder.js'
import type { Restrictions } from './restrictions.js'
import type { Sharing } from './sharing.js'
import { isSameFilters, noFilters, notable, snapshotOf, unique } from './wanted.js'
import type { Whereabouts } from './whereabouts.js'

export interface InviteRequest {
  invitee: string
  library: string
  discordUserId?: string
  /** Refuse with `confirmation_needed` before inviting a stranger. */
  ask?: boolean
  by: string
}

/** Sends invitations: each is asked of plex.tv once, and counts when it has been read back. */
export interface Invites {
  /** Invites a stranger with only what the assignment needs; the assignment waits for the acceptance. */
  inviteFor(invitee: string, draft: Draft, discordUserId: string | undefined): Promise<Assignment>
  /** Throws `conflict` while nobody knows what became of an invitation by one of these names. */
  refuseUndecided(
    machineIdentifier: string,
    names: readonly [string, ...(string | undefined)[]],
  ): Promise<void>
  /** Standing access to one library. It makes nobody a guest. */
  invite(request: InviteRequest): Promise<Invitation>
  /** Finishes an invitation that nobody waits for any more, once its share has been found at plex.tv. */
  finish(id: string, share: Share): Promise<void>
  /** Takes back what went to somebody who was not meant, when nobody waits for the invitation any more. */
  takeBack(id: string, share: Share): Promise<void>
}

/** An invitation that has gone out, and the share that it made. */
interface SentOut {
  invitation: Invitation
  share: Share
}

interface Needs {
  plexServer: PlexServer
  plexAccount: PlexAccount
  store: Store
  book: InvitationBook
  sharing: Sharing
  making: InvitationMaking
  restrictions: Restrictions
  whereabouts: Whereabouts
  access: Access
  giving: Giving
  people: People
  facts: ServerFacts
  outbox: Outbox
  turns: Turns
  clock: Clock
  ids: Ids
  log: Logger
  wakeMonitor: () => void
}

export function createInvites(needs: Needs): Invites {
  const { plexServer, plexAccount, store, book, sharing, making, restrictions, whereabouts } = needs
  const { access, giving, people, facts, outbox, turns, clock, ids, log, wakeMonitor } = needs

  return { inviteFor, refuseUndecided, invite, finish, takeBack }

  async function inviteFor(
    invitee: string,
    { wish, ...draft }: Draft,
    discordUserId: string | undefined,
  ): Promise<Assignment> {
    const chosen = await giving.fenceFor({ wish, ...draft }, undefined, [])
    const { machineIdentifier } = draft
    const id = ids.next()
    const assignment = { ...draft, ...chosen, ...weakness(wish) }
    const asked = await book.ask(invitee, {
      id,
      machineIdentifier,
      invitee,
      ...carriedBy(id, assignment),
      ...(await asItStands(machineIdentifier)),
      purpose: { kind: 'assignment', assignment },
      by: draft.createdBy,
      ...(discordUserId !== undefined && { discordUserId }),
    })
    // Nothing has been sent yet, so whatever goes wrong is no invitation that was lost.
    const prepared = await making.prepare(asked).catch((error: unknown) => notSent(asked, error))
    const { assignment: made } = await sendToStranger(prepared)
    if (!made) throw new Error('An invitation for an assignment made no assignment')
    return made
  }

  /** What is there before an invitation is sent, to tell afterwards what it has made and to whom. */
  async function asItStands(
    machineIdentifier: string,
  ): Promise<Pick<Invitation, 'sharesBefore' | 'settingsBefore'>> {
    const shares = await sharing.sharesOf(machineIdentifier)
    const friends = await plexAccount.friends()
    return {
      sharesBefore: shares.map((one) => one.shareId),
      settingsBefore: notable(friends),
    }
  }

  async function notSent({ id }: Invitation, error: unknown): Promise<never> {
    if (!(error instanceof OtpError)) throw error
    return failed(id, error)
  }

  async function refuseUndecided(
    machineIdentifier: string,
    names: readonly [string, ...(string | undefined)[]],
  ): Promise<void> {
    if (!(await book.isUndecided(machineIdentifier, names))) return
    throw new OtpError('conflict', refusals.inviteUndecided(names[0]))
  }

  async function invite(request: InviteRequest): Promise<Invitation> {
    const machineIdentifier = await facts.machineIdentifier()
    const library = await libraryNamed(request.library, machineIdentifier)
    const somebody = await people.resolve({ guest: request.invitee }, machineIdentifier, true)
    if (request.ask && isStranger(somebody)) {
      throw new OtpError('confirmation_needed', refusals.wouldInvite(request.invitee))
    }
    return inviteInTurn(somebody, request, { machineIdentifier, library })
  }

  /** Whoever was invited while this waited for its turn is no stranger any more. */
  async function inviteInTurn(
    somebody: Somebody,
    request: InviteRequest,
    where: { machineIdentifier: string; library: Library },
  ): Promise<Invitation> {
    if (somebody.kind === 'known') {
      return turns.run(somebody.person.plexId, () => inviteKnown(somebody.person, request, where))
    }
    return turns.run(somebody.invitee.toLowerCase(), async () => {
      await refuseUndecided(where.machineIdentifier, [request.invitee])
      const now = await people.resolve({ guest: request.invitee }, where.machineIdentifier, true)
      if (now.kind === 'known') return inviteInTurn(now, request, where)

      const asked = await askFor(now.invitee, request, where)
      return (await sendToStranger(asked)).invitation
    })
  }

  /** One who is invited to the same already is not invited twice, unless plex.tv does not show it any more. */
  async function inviteKnown(
    person: PlexPerson,
    request: InviteRequest,
    where: { machineIdentifier: string; library: Library },
  ): Promise<Invitation> {
    const { machineIdentifier, library } = where
    await refuseUndecided(machineIdentifier, [request.invitee])
    await refuseWithdrawn(machineIdentifier, person, library)
    const standing = await book.standing(machineIdentifier, person.plexId)
    const before = standing.find((one) => one.libraryKeys.includes(library.key))
    if (before && (await isShown(before, person, library))) return stands(before, request)

    const asked = await askFor(person.plexId, request, where, before)
    return (await openBeside(asked, person, library)).invitation
  }

  async function isShown(
    { machineIdentifier }: Invitation,
    { plexId }: PlexPerson,
    library: Library,
  ): Promise<boolean> {
    const share = await sharing.shareOf(machineIdentifier, plexId, { fresh: true })
    return share !== undefined && lists(share, [library.key])
  }

  async function stands({ id }: Invitation, { discordUserId }: InviteRequest): Promise<Invitation> {
    if (discordUserId === undefined) return book.read(id)
    const linked = await book.link(id, discordUserId)
    outbox.wake()
    return linked
  }

  async function askFor(
    who: string,
    request: InviteRequest,
    { machineIdentifier, library }: { machineIdentifier: string; library: Library },
    before?: Invitation,
  ): Promise<Invitation> {
    return book.ask(who, {
      id: ids.next(),
      machineIdentifier,
      invitee: request.invitee,
      libraryKeys: [library.key],
      ...(await asItStands(machineIdentifier)),
      purpose: { kind: 'standing', library: library.title },
      by: request.by,
      ...(before && { renews: before.id }),
      ...(request.discordUserId !== undefined && { discordUserId: request.discordUserId }),
    })
  }

  /** A library that OTP made for one guest goes when their pass ends, so it is nobody else's. */
  async function libraryNamed(text: string, machineIdentifier: string): Promise<Library> {
    const everything = await plexServer.libraries()
    const made = (await privateLibrariesOn(store, machineIdentifier)).map((one) => one.libraryKey)
    const found = everything.find((one) => one.key === text.trim() || isSameText(one.title, text))
    if (found && made.includes(found.key)) {
      throw new OtpError('conflict', refusals.libraryIsPrivate(found.title))
    }
    if (found) return found

    const titles = everything.filter((one) => !made.includes(one.key)).map((one) => one.title)
    const near = namedLike(titles, text, (one) => one)
    throw new OtpError('library_not_found', refusals.libraryUnknown(text, near.length > 0 ? near : titles))
  }

  /** What becomes of the pass once it is there says nothing of the invitation, so it is never sent again for that. */
  async function sendToStranger(asked: Invitation): Promise<Completed> {
    const { invitation, share } = await sendAsMayBe(asked)
    return complete(invitation, share)
  }

  /** Where plex.tv takes no restriction, the invitation was not sent, and goes without one. */
  async function sendAsMayBe(asked: Invitation): Promise<SentOut> {
    const mayWeaken = isLending(asked) && asked.purpose.assignment.mayWeaken
    try {
      return await send(asked, mayWeaken ? 'tell' : 'end')
    } catch (error) {
      if (!mayWeaken || !(error instanceof OtpError) || error.code !== 'fence_unavailable') throw error
      return send(await making.weaken(asked.id, error.why ?? error.message), 'end')
    }
  }

  /** An invitation that may or may not have gone out stays `asked`, and is looked for every minute. */
  async function send(asked: Invitation, onRefusedFence: 'tell' | 'end'): Promise<SentOut> {
    const invitation = await book.change(asked.id, (now) => ({ ...now, sentAt: clock.now() }))
    const { invitee, filters = noFilters } = invitation
    const share = await sharing
      .inviteByName({ ...invitation, filters }, async (shareId) => {
        await book.change(asked.id, (now) => ({ ...now, shareId }))
      })
      .catch((error: unknown) => {
        const isFence = error instanceof OtpError && error.code === 'fence_unavailable'
        if (isFence && onRefusedFence === 'tell') throw error
        return refused(invitation, error)
      })
    if (!share) throw new OtpError('plex_refused', refusals.inviteLost(refusals.inviteNotShown(invitee)))

    return { invitation, share }
  }

  /** Whom it went to is known now; an account there must be, and the restriction must be in it. */
  async function complete(invitation: Invitation, share: Share): Promise<Completed> {
    const { invitee } = invitation
    if (!share.person) return giveBack(invitation, share, 'guest_not_found', refusals.noAccountYet(invitee))
    if (!carriesRestriction(share, invitation)) return completeUnrestricted(invitation, share, share.person)
    return completeInTurn(invitation, share.person, share)
  }

  async function completeUnrestricted(
    invitation: Invitation,
    share: Share,
    person: PlexPerson,
  ): Promise<Completed> {
    const why = obstacles.restrictionNotKept()
    if (!isLending(invitation) || !invitation.purpose.assignment.mayWeaken) {
      const sentence = refusals.fenceImpossible('label', why)
      return giveBack(invitation, share, 'fence_unavailable', sentence)
    }
    return completeInTurn(await making.weaken(invitation.id, why), person, share)
  }

  async function giveBack(
    { id, machineIdentifier, sharesBefore = [] }: Invitation,
    { shareId }: Share,
    code: 'guest_not_found' | 'fence_unavailable',
    sentence: string,
  ): Promise<never> {
    if (!sharesBefore.includes(shareId)) await plexAccount.removeShare({ machineIdentifier, shareId })
    return failed(id, new OtpError(code, sentence))
  }

  async function refused({ id }: Invitation, error: unknown): Promise<never> {
    if (!(error instanceof OtpError)) throw error
    if (error.code === 'plex_unreachable' && !error.unsent) {
      throw new OtpError(error.code, refusals.inviteLost(error.message), { cause: error })
    }
    // It may have gone out and not been written down.
    if (error.code === 'store_unavailable') throw error
    return failed(id, error)
  }

  /** The admins hear of an invitation that went to somebody else also when a script had asked for it. */
  async function failed(id: string, error: OtpError): Promise<never> {
    if (error.code === 'guest_not_assignable') await book.giveUp(id, error.message)
    else await book.fail(id, error.message)
    outbox.wake()
    await making
      .tidyUp(await book.read(id))
      .catch((problem: unknown) =>
        log.warn('what was made for an invitation is removed later', { id, error: problem }),
      )
    throw error
  }

  /** A restriction to one title would hide the library, so a pass that has one goes on without, once it is open. */
  async function openBeside(asked: Invitation, person: PlexPerson, library: Library): Promise<Completed> {
    const { machineIdentifier } = asked
    const { plexId } = person
    const labelled = await restrictions.labelledOf(machineIdentifier, plexId)
    if (labelled.some((one) => !one.mayWeaken)) {
      return failed(asked.id, new OtpError('conflict', refusals.labelInTheWay(person.username)))
    }

    const share = await sharing.shareOf(machineIdentifier, plexId, { fresh: true })
    const theirs = await ofOthers(machineIdentifier, plexId, share)
    const gave = [library.key].filter((key) => theirs !== 'all' && !theirs.includes(key))
    const invitation = await book.change(asked.id, (now) => ({ ...now, sentAt: clock.now(), gave }))
    const completed = await openLibrary(invitation, person, library, share).catch(async (error: unknown) => {
      await bringBack(machineIdentifier, plexId)
      throw error
    })
    for (const { id } of labelled) await giving.weaken(id, obstacles.seesOther())
    if (labelled.length > 0) await access.bringInLine(machineIdentifier, plexId, 'follow')
    return completed
  }

  /** What is about to be taken back would take this with it. */
  async function refuseWithdrawn(
    machineIdentifier: string,
    { plexId, username }: PlexPerson,
    { key, title }: Library,
  ): Promise<void> {
    const theirs = await all(store, 'invitation', { open: true, guest: plexId })
    const isInTheWay = theirs.some(
      ({ record }) =>
        record.machineIdentifier === machineIdentifier &&
        isBeingWithdrawn(record) &&
        record.libraryKeys.includes(key),
    )
    if (isInTheWay) throw new OtpError('conflict', refusals.beingTakenBack(username, title))
  }

  /** What somebody sees that neither a pass nor other standing access has opened. */
  async function ofOthers(
    machineIdentifier: string,
    plexId: string,
    share: Share | undefined,
  ): Promise<string[] | 'all'> {
    if (share?.allLibraries) return 'all'
    const guest = await store.read('guest', guestId(machineIdentifier, plexId))
    const standing = await book.standing(machineIdentifier, plexId)
    const ours = [
      ...(guest?.record.givenLibraryKeys ?? []),
      ...standing.flatMap((one) => one.gave ?? one.libraryKeys),
    ]
    return (share?.libraryKeys ?? []).filter((key) => !ours.includes(key))
  }

  /** An invitation for a pass may have been taken back to be sent anew with the library. */
  async function bringBack(machineIdentifier: string, plexId: string): Promise<void> {
    const guest = await store.read('guest', guestId(machineIdentifier, plexId))
    if (!guest?.record.takenBack) return

    await access
      .bringInLine(machineIdentifier, plexId, 'take')
      .catch((error: unknown) => log.warn('an invitation is sent again later', { guest: plexId, error }))
  }

  async function openLibrary(
    invitation: Invitation,
    person: PlexPerson,
    library: Library,
    share: Share | undefined,
  ): Promise<Completed> {
    const { machineIdentifier } = invitation
    const { plexId } = person
    const settings = share?.settings ?? (await sharing.settingsOf(plexId))
    const wanted = unique([...(share?.libraryKeys ?? []), library.key])
    const isGuest = (await store.read('guest', guestId(machineIdentifier, plexId))) !== undefined
    const plan = {
      machineIdentifier,
      person,
      share,
      wanted,
      ...(!share && { settings }),
      ...(isGuest && { notes: access.notesFor(machineIdentifier, plexId) }),
    }
    const reached =
      snapshotOf(share).kind === 'all'
        ? { share, invited: false }
        : await sharing.reach(plan).catch((error: unknown) => refused(invitation, error))
    if (reached.doubt) return refused(invitation, reached.doubt)
    if (!reached.share) throw new Error(`Share of ${plexId} was reached and is not there`)

    return write(invitation, reached.share.person ?? person, reached.share)
  }

  async function finish(id: string, share: Share): Promise<void> {
    await complete(await book.read(id), share).catch((error: unknown) => tell(id, error))
  }

  async function takeBack(id: string, share: Share): Promise<void> {
    const { invitee, settingsBefore = [] } = await book.read(id)
    await sharing.takeBack(share, settingsBefore)
    await failed(id, new OtpError('guest_not_assignable', refusals.landedElsewhere(invitee))).catch(
      (error: unknown) => tell(id, error),
    )
  }

  /** Nobody waits for the answer any more, so the admins get it. */
  async function tell(id: string, error: unknown): Promise<void> {
    if (!(error instanceof OtpError)) throw error

    const { state } = await book.read(id)
    if (state === 'failed' && error.code !== 'guest_not_assignable') await book.giveUp(id, error.message)
    outbox.wake()
  }

  /** Access of theirs must not change at the same time. Whoever was named by their id has their turn already. */
  function completeInTurn(invitation: Invitation, person: PlexPerson, share: Share): Promise<Completed> {
    const work = async () => {
      const completed = await write(invitation, person, share)
      const { assignment } = completed
      const { settingsBefore = [] } = invitation
      const overwrites = settingsBefore.some((one) => one.plexId === person.plexId)
      if (!assignment || (assignment.fence !== 'label' && !overwrites)) return completed

      await restrictions.settle(invitation.machineIdentifier, person.plexId)
      return { ...completed, assignment: await stillOpen(assignment.id) }
    }
    return invitation.invitee === person.plexId ? work() : turns.run(person.plexId, work)
  }

  async function write(
    { id, machineIdentifier, settingsBefore = [] }: Invitation,
    person: PlexPerson,
    share: Share,
  ): Promise<Completed> {
    const { elsewhere } = await whereabouts.of(machineIdentifier, person.plexId)
    const known = settingsBefore.find((one) => one.plexId === person.plexId)
    const more = { ...(elsewhere && { elsewhere }), ...(known && { settings: known.settings }) }
    const completed = await book.complete(id, person, share, more)
    outbox.wake()
    wakeMonitor()
    return completed
  }

  /** Only a pass that must keep its fence ends for want of it. */
  async function stillOpen(id: string): Promise<Assignment> {
    const assignment = await giving.assignment(id)
    if (isOpen(assignment)) return assignment

    const code = assignment.mayWeaken ? 'conflict' : 'fence_unavailable'
    throw new OtpError(code, assignment.endReason ?? refusals.endedMeanwhile())
  }
}

/** Standing access is given as it is, beside whatever restricts the person already. */
function carriesRestriction(share: Share, invitation: Invitation): boolean {
  if (!isLending(invitation)) return true
  return isSameFilters(share.settings.filters, invitation.filters ?? noFilters)
}
