import type { ServerFacts } from '../engine/server-facts.js'
import type { Turns } from '../engine/turns.js'
import { OtpError } from '../errors.js'
import { refusals } from '../messages/refusals.js'
import type { Assignment, Invitation, Library, PlexPerson, Share } from '../model.js'
import type { PlexAccount, PlexServer } from '../ports.js'
import type { Outbox } from '../telling/outbox.js'
import { snapshotOf } from './access.js'
import type { Completed, InvitationBook } from './invitation-book.js'
import type { People, Somebody } from './people.js'
import type { Sharing } from './sharing.js'

export interface InviteRequest {
  invitee: string
  library: string
  discordUserId?: string
  by: string
}

/** Sends invitations: each is asked of plex.tv once, and counts when it has been read back. */
export interface Invites {
  /** Invites a stranger with only what the assignment needs; the assignment waits for the acceptance. */
  inviteFor(
    invitee: string,
    draft: Omit<Assignment, 'guest'>,
    discordUserId: string | undefined,
  ): Promise<Assignment>
  /** Throws `conflict` while nobody knows what became of an invitation by one of these names. */
  refuseUndecided(
    machineIdentifier: string,
    names: readonly [string, ...(string | undefined)[]],
  ): Promise<void>
  /** Standing access to one library. It makes nobody a guest. */
  invite(request: InviteRequest): Promise<Invitation>
  /** Finishes an invitation that nobody waits for any more, once its share has been found at plex.tv. */
  finish(id: string, share: Share): Promise<void>
}

interface Needs {
  plexServer: PlexServer
  plexAccount: PlexAccount
  book: InvitationBook
  sharing: Sharing
  people: People
  facts: ServerFacts
  outbox: Outbox
  turns: Turns
  wakeMonitor: () => void
}

export function createInvites(needs: Needs): Invites {
  const { plexServer, plexAccount, book, sharing, people, facts, outbox, turns, wakeMonitor } = needs

  return { inviteFor, refuseUndecided, invite, finish }

  async function inviteFor(
    invitee: string,
    draft: Omit<Assignment, 'guest'>,
    discordUserId: string | undefined,
  ): Promise<Assignment> {
    const invitation = await book.ask({
      machineIdentifier: draft.machineIdentifier,
      invitee,
      libraryKeys: draft.media.libraryKey === undefined ? [] : [draft.media.libraryKey],
      purpose: { kind: 'assignment', assignment: draft },
      by: draft.createdBy,
      ...(discordUserId !== undefined && { discordUserId }),
    })
    const { assignment } = await sendToStranger(invitation)
    if (!assignment) throw new Error('An invitation for an assignment made no assignment')
    return assignment
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
    const library = await libraryNamed(request.library)
    const somebody = await people.resolve({ guest: request.invitee }, machineIdentifier, true)
    const name = somebody.kind === 'stranger' ? somebody.invitee.toLowerCase() : somebody.person.plexId

    return turns.run(name, async () => {
      await refuseUndecided(machineIdentifier, [request.invitee])
      const invitation = await book.ask({
        machineIdentifier,
        invitee: request.invitee,
        libraryKeys: [library.key],
        purpose: { kind: 'standing', library: library.title },
        by: request.by,
        ...(request.discordUserId !== undefined && { discordUserId: request.discordUserId }),
      })
      const completed =
        somebody.kind === 'stranger'
          ? await sendToStranger(invitation)
          : await openLibrary(invitation, somebody, library)
      return completed.invitation
    })
  }

  async function libraryNamed(text: string): Promise<Library> {
    const libraries = await plexServer.libraries()
    const wanted = text.trim().toLowerCase()
    const found = libraries.find((one) => one.key === wanted || one.title.toLowerCase() === wanted)
    if (found) return found

    const titles = libraries.map((one) => one.title)
    throw new OtpError('library_not_found', refusals.libraryUnknown(text, titles))
  }

  /** An invitation that may or may not have gone out stays `asked`, and is looked for every minute. */
  async function sendToStranger(invitation: Invitation): Promise<Completed> {
    const { machineIdentifier, invitee, libraryKeys } = invitation
    const share = await sharing
      .inviteByName({ machineIdentifier, invitee, libraryKeys })
      .catch((error: unknown) => refused(invitation, error))
    if (!share) throw new OtpError('plex_refused', refusals.inviteLost(refusals.inviteNotShown(invitee)))

    if (!share.person) {
      await takeBackFromNobody(invitation, share)
      await book.fail(invitation.id, refusals.noAccountYet(invitee))
      throw new OtpError('guest_not_found', refusals.noAccountYet(invitee))
    }
    return completeInTurn(invitation, share.person, share)
  }

  async function refused({ id }: Invitation, error: unknown): Promise<never> {
    if (!(error instanceof OtpError)) throw error
    if (error.code === 'plex_unreachable') {
      throw new OtpError(error.code, refusals.inviteLost(error.message), { cause: error })
    }
    await book.fail(id, error.message)
    throw error
  }

  async function openLibrary(
    invitation: Invitation,
    { person, share }: Extract<Somebody, { kind: 'known' }>,
    library: Library,
  ): Promise<Completed> {
    const { machineIdentifier, id } = invitation
    const wanted = share ? [...new Set([...share.libraryKeys, library.key])] : [library.key]
    const reached =
      snapshotOf(share).kind === 'all'
        ? { share, invited: false }
        : await sharing
            .reach({ machineIdentifier, person, share, wanted })
            .catch((error: unknown) => refused(invitation, error))
    if (reached.doubt) return refused(invitation, reached.doubt)
    if (!reached.share) throw new Error(`Share of ${person.plexId} was reached and is not there`)

    return complete(id, reached.share.person ?? person, reached.share)
  }

  async function finish(id: string, share: Share): Promise<void> {
    const invitation = await book.read(id)
    if (share.person) {
      await completeInTurn(invitation, share.person, share)
    } else {
      await takeBackFromNobody(invitation, share)
      await book.giveUp(id, refusals.noAccountYet(invitation.invitee))
      outbox.wake()
    }
  }

  /** Access of theirs must not change at the same time. Whoever was named by their id has their turn already. */
  function completeInTurn({ id, invitee }: Invitation, person: PlexPerson, share: Share): Promise<Completed> {
    const write = () => complete(id, person, share)
    return invitee === person.plexId ? write() : turns.run(person.plexId, write)
  }

  async function complete(id: string, person: PlexPerson, share: Share): Promise<Completed> {
    const completed = await book.complete(id, person, share)
    outbox.wake()
    wakeMonitor()
    return completed
  }

  /** Plex accepts an address that no account has. Nobody can be watched by it, so it is taken back. */
  async function takeBackFromNobody({ machineIdentifier }: Invitation, { shareId }: Share): Promise<void> {
    await plexAccount.removeShare({ machineIdentifier, shareId })
  }
}
