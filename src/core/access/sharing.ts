import { OtpError } from '../errors.js'
import { refusals } from '../messages/refusals.js'
import type { PlexPerson, Share } from '../model.js'
import type { Clock, Logger, PlexAccount } from '../ports.js'

/** plex.tv may show a change a moment late. */
const readBackAfterMs = [0, 1_000, 2_000, 4_000]

/** One person's share of one server, and the libraries it is to list (none = no share). */
export interface SharePlan {
  machineIdentifier: string
  person: PlexPerson
  share: Share | undefined
  wanted: readonly string[]
}

/** `share` is as it was read back. With a `doubt` it was not: what was asked for may still come into effect. */
export type Reached =
  | { share: Share | undefined; invited: boolean; doubt?: undefined }
  | { invited: boolean; doubt: OtpError }

/** Whom an invitation goes to. A name may belong to somebody else by now, who then has a share they had not. */
type Addressee = { plexId: string } | { name: string; sharesBefore: string[] }

/** Changes at plex.tv that count only when they have been read back for the right account. */
export interface Sharing {
  shareOf(machineIdentifier: string, plexId: string): Promise<Share | undefined>
  /** Makes the share as wanted, with one call at most twice. Throws what plex.tv refuses. */
  reach(plan: SharePlan): Promise<Reached>
  /** Invites somebody who is not connected; answers the share as read back, if there is one with all of it. */
  inviteByName(request: {
    machineIdentifier: string
    invitee: string
    libraryKeys: readonly string[]
  }): Promise<Share | undefined>
}

export function createSharing(needs: { plexAccount: PlexAccount; clock: Clock; log: Logger }): Sharing {
  const { plexAccount, clock, log } = needs

  return { shareOf, reach, inviteByName }

  async function shareOf(machineIdentifier: string, plexId: string): Promise<Share | undefined> {
    const shares = await plexAccount.shares(machineIdentifier)
    return shares.find((one) => one.person?.plexId === plexId)
  }

  async function reach(plan: SharePlan): Promise<Reached> {
    const { machineIdentifier, person, share, wanted } = plan
    if (isAs(share, wanted)) return { share, invited: false }

    const invited = wanted.length > 0 && !share?.accepted
    const to = invited ? await addresseeOf(plan) : undefined
    const unanswered = await tolerate(() => (to ? inviteAnew(plan, to) : change(plan)))
    try {
      const read = await readBack(
        () => shareOf(machineIdentifier, person.plexId),
        (now) => isAs(now, wanted),
      )
      if (read.found) return { share: read.share, invited }
      if (to && 'name' in to) await takeBackFromNamesake(plan, to)
    } catch (error) {
      if (!(error instanceof OtpError) || error.code === 'guest_not_assignable') throw error
      return { invited, doubt: error }
    }

    if (share && to && unanswered) await sendAgain(plan, share, to)
    log.warn('share is not as it was set', { plexId: person.plexId, libraries: wanted.length })
    const doubt = unanswered ?? new OtpError('plex_refused', refusals.shareNotReal(person.username))
    return { invited, doubt }
  }

  async function change({ machineIdentifier, share, wanted }: SharePlan): Promise<void> {
    if (!share) return

    const { shareId } = share
    if (wanted.length === 0) return plexAccount.removeShare({ machineIdentifier, shareId })
    return plexAccount.setLibraries({ machineIdentifier, shareId, libraryKeys: wanted })
  }

  /** Asks first whatever may be refused, before anything is taken back. */
  async function addresseeOf({ machineIdentifier, person }: SharePlan): Promise<Addressee> {
    const friends = await plexAccount.friends()
    if (friends.some((one) => one.plexId === person.plexId)) return { plexId: person.plexId }

    const shares = await plexAccount.shares(machineIdentifier)
    return { name: person.username, sharesBefore: shares.map((one) => one.shareId) }
  }

  /** A pending invitation keeps the libraries it was sent with, so it is taken back and sent anew. */
  async function inviteAnew(plan: SharePlan, to: Addressee): Promise<void> {
    const { machineIdentifier, share, wanted } = plan
    if (share) await plexAccount.removeShare({ machineIdentifier, shareId: share.shareId })
    try {
      await plexAccount.invite({ machineIdentifier, to: nameIn(to), libraryKeys: wanted })
    } catch (error) {
      if (share && !mayHaveWorked(error)) await sendAgain(plan, share, to)
      throw error
    }
  }

  /** At worst plex.tv says that there is one already. */
  async function sendAgain(
    { machineIdentifier }: SharePlan,
    { libraryKeys }: Share,
    to: Addressee,
  ): Promise<void> {
    if (libraryKeys.length === 0) return
    await plexAccount
      .invite({ machineIdentifier, to: nameIn(to), libraryKeys })
      .catch((error: unknown) =>
        log.error('an invitation was taken back and could not be sent again', { error }),
      )
  }

  /** Whoever bears the name now was not meant, and loses what they did not have before. */
  async function takeBackFromNamesake(
    { machineIdentifier, person }: SharePlan,
    { name, sharesBefore }: Extract<Addressee, { name: string }>,
  ): Promise<void> {
    const shares = await plexAccount.shares(machineIdentifier)
    const made = shares.filter((one) => !sharesBefore.includes(one.shareId))
    const wrong = findInvited(made, name)
    if (!wrong || wrong.person?.plexId === person.plexId) return

    await plexAccount.removeShare({ machineIdentifier, shareId: wrong.shareId })
    throw new OtpError('guest_not_assignable', refusals.nameTaken(name))
  }

  async function inviteByName(request: {
    machineIdentifier: string
    invitee: string
    libraryKeys: readonly string[]
  }): Promise<Share | undefined> {
    const { machineIdentifier, invitee, libraryKeys } = request
    const doubt = await tolerate(() =>
      plexAccount.invite({ machineIdentifier, to: { name: invitee }, libraryKeys }),
    )

    const find = async () => findInvited(await plexAccount.shares(machineIdentifier), invitee)
    const read = await readBack(find, (share) => share !== undefined && lists(share, libraryKeys)).catch(
      unseen,
    )
    if (read.found) return read.share
    // They have a share of something else, which somebody made under another of their names.
    if (doubt?.code === 'conflict') throw new OtpError('conflict', refusals.invitedMeanwhile(invitee))
    if (doubt) throw doubt
    return undefined
  }

  async function readBack(
    read: () => Promise<Share | undefined>,
    isRight: (share: Share | undefined) => boolean,
  ): Promise<{ found: boolean; share: Share | undefined }> {
    for (const waitMs of readBackAfterMs) {
      if (waitMs > 0) await clock.sleep(waitMs)

      const share = await read()
      if (isRight(share)) return { found: true, share }
    }
    return { found: false, share: undefined }
  }
}

/** The share that an invitation by this name made: the account must bear the name, or the e-mail address. */
export function findInvited(shares: readonly Share[], invitee: string): Share | undefined {
  const wanted = invitee.toLowerCase()
  return shares.find((one) =>
    [one.person?.username, one.person?.email, one.invitedEmail].some(
      (name) => name?.toLowerCase() === wanted,
    ),
  )
}

/** A share from before does not show that another library was added to it. */
export function lists(share: Share, libraryKeys: readonly string[]): boolean {
  return share.allLibraries || libraryKeys.every((key) => share.libraryKeys.includes(key))
}

function nameIn(to: Addressee): { plexId: string } | { name: string } {
  return 'name' in to ? { name: to.name } : to
}

/** The request was taken, so whatever keeps OTP from looking, the invitation may be there. */
function unseen(error: unknown): never {
  if (!(error instanceof OtpError)) throw error
  throw new OtpError('plex_unreachable', error.message, { cause: error })
}

/** A call without an answer may have worked all the same; only reading back tells. */
async function tolerate(call: () => Promise<void>): Promise<OtpError | undefined> {
  try {
    await call()
    return undefined
  } catch (error) {
    if (!mayHaveWorked(error)) throw error
    return error
  }
}

function mayHaveWorked(error: unknown): error is OtpError {
  return error instanceof OtpError && (error.code === 'plex_unreachable' || error.code === 'conflict')
}

function isAs(share: Share | undefined, wanted: readonly string[]): boolean {
  if (!share) return wanted.length === 0
  if (share.allLibraries) return wanted.length > 0
  return share.libraryKeys.length === wanted.length && wanted.every((key) => share.libraryKeys.includes(key))
}
