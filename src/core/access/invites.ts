import type { Turns } from '../engine/turns.js'
import { OtpError } from '../errors.js'
import { obstacles } from '../messages/obstacles.js'
import { refusals } from '../messages/refusals.js'
import type { Assignment, Invitation, PlexPerson, Share } from '../model.js'
import type { Clock, Ids, Logger, PlexAccount } from '../ports.js'
import { isOpen } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import type { Giving } from './giving.js'
import { type Draft, weakness } from './giving-book.js'
import type { Completed, InvitationBook } from './invitation-book.js'
import { carriedBy, type InvitationMaking, isLending } from './invitation-making.js'
import type { Restrictions } from './restrictions.js'
import type { Sharing } from './sharing.js'
import { isSameFilters, noFilters, notable } from './wanted.js'
import type { Whereabouts } from './whereabouts.js'

/** Sends invitations: each is asked of plex.tv once, and counts when it has been read back. */
export interface Invites {
  /** Invites a stranger with only what the assignment needs; the assignment waits for the acceptance. */
  inviteFor(invitee: string, draft: Draft, discordUserId: string | undefined): Promise<Assignment>
  /** What is there before an invitation is sent, to tell afterwards what it has made and to whom. */
  asItStands(machineIdentifier: string): Promise<Pick<Invitation, 'sharesBefore' | 'settingsBefore'>>
  /** Sends to a stranger what is written down as asked. */
  send(asked: Invitation): Promise<Completed>
  /** The outcome, once the share is there. */
  write(invitation: Invitation, person: PlexPerson, share: Share): Promise<Completed>
  /** It was refused, or nobody knows what became of it. Always throws, the error with what is to be done. */
  refuse(invitation: Invitation, error: unknown): Promise<never>
  /** It came to nothing, for this reason, which is thrown. */
  fail(id: string, error: OtpError): Promise<never>
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

export function createInvites(needs: {
  plexAccount: PlexAccount
  book: InvitationBook
  sharing: Sharing
  making: InvitationMaking
  restrictions: Restrictions
  whereabouts: Whereabouts
  giving: Giving
  outbox: Outbox
  turns: Turns
  clock: Clock
  ids: Ids
  log: Logger
  wakeMonitor: () => void
}): Invites {
  const { plexAccount, book, sharing, making, restrictions, whereabouts, giving } = needs
  const { outbox, turns, clock, ids, log, wakeMonitor } = needs

  return { inviteFor, asItStands, send, write, refuse, fail, finish, takeBack }

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
    const { assignment: made } = await send(prepared)
    if (!made) throw new Error('An invitation for an assignment made no assignment')
    return made
  }

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
    return fail(id, error)
  }

  /** What becomes of the pass once it is there says nothing of the invitation, so it is never sent again for that. */
  async function send(asked: Invitation): Promise<Completed> {
    const { invitation, share } = await sendAsMayBe(asked)
    return complete(invitation, share)
  }

  /** Where plex.tv takes no restriction, the invitation was not sent, and goes without one. */
  async function sendAsMayBe(asked: Invitation): Promise<SentOut> {
    const mayWeaken = isLending(asked) && asked.purpose.assignment.mayWeaken
    try {
      return await sendOnce(asked, mayWeaken ? 'tell' : 'end')
    } catch (error) {
      if (!mayWeaken || !(error instanceof OtpError) || error.code !== 'fence_unavailable') throw error
      return sendOnce(await making.weaken(asked.id, error.why ?? error.message), 'end')
    }
  }

  /** An invitation that may or may not have gone out stays `asked`, and is looked for every minute. */
  async function sendOnce(asked: Invitation, onRefusedFence: 'tell' | 'end'): Promise<SentOut> {
    const invitation = await book.change(asked.id, (now) => ({ ...now, sentAt: clock.now() }))
    const { invitee, filters = noFilters } = invitation
    const share = await sharing
      .inviteByName({ ...invitation, filters }, async (shareId) => {
        await book.change(asked.id, (now) => ({ ...now, shareId }))
      })
      .catch((error: unknown) => {
        const isFence = error instanceof OtpError && error.code === 'fence_unavailable'
        if (isFence && onRefusedFence === 'tell') throw error
        return refuse(invitation, error)
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
    return fail(id, new OtpError(code, sentence))
  }

  async function refuse({ id }: Invitation, error: unknown): Promise<never> {
    if (!(error instanceof OtpError)) throw error
    if (error.code === 'plex_unreachable' && !error.unsent) {
      throw new OtpError(error.code, refusals.inviteLost(error.message), { cause: error })
    }
    // It may have gone out and not been written down.
    if (error.code === 'store_unavailable') throw error
    return fail(id, error)
  }

  /** The admins hear of an invitation that went to somebody else also when a script had asked for it. */
  async function fail(id: string, error: OtpError): Promise<never> {
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

  async function finish(id: string, share: Share): Promise<void> {
    await complete(await book.read(id), share).catch((error: unknown) => tell(id, error))
  }

  async function takeBack(id: string, share: Share): Promise<void> {
    const { invitee, settingsBefore = [] } = await book.read(id)
    await sharing.takeBack(share, settingsBefore)
    await fail(id, new OtpError('guest_not_assignable', refusals.landedElsewhere(invitee))).catch(
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
