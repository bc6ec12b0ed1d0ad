import { OtpError } from './errors.js'
import { refusals } from './messages/refusals.js'
import type { PlexPerson, Share } from './model.js'
import type { Clock, Logger, PlexAccount } from './ports.js'

/** plex.tv may show a change a moment late. */
const readBackAfterMs = [0, 1_000, 2_000, 4_000]

/** One person's share of one server, and the libraries it is to list (none = no share). */
export interface SharePlan {
  machineIdentifier: string
  person: PlexPerson
  share: Share | undefined
  wanted: readonly string[]
}

/** Changes at plex.tv that count only when they have been read back for the right account. */
export interface Sharing {
  shareOf(machineIdentifier: string, plexId: string): Promise<Share | undefined>
  /** Makes the share as wanted, with one call at most twice; answers the share as read back. */
  reach(plan: SharePlan): Promise<{ share: Share | undefined; invited: boolean }>
  /** Invites somebody who is not connected; answers the share as read back, if there is one. */
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

  async function reach(plan: SharePlan): Promise<{ share: Share | undefined; invited: boolean }> {
    const { machineIdentifier, person, wanted } = plan
    if (isAs(plan.share, wanted)) return { share: plan.share, invited: false }

    const invited = wanted.length > 0 && !plan.share?.accepted
    const doubt = await tolerate(() => change(plan))
    const read = await readBack(
      () => shareOf(machineIdentifier, person.plexId),
      (share) => isAs(share, wanted),
    )
    if (read.found) return { share: read.share, invited }
    if (doubt) throw doubt

    log.warn('share is not as it was set', { plexId: person.plexId, libraries: wanted.length })
    throw new OtpError('plex_refused', refusals.shareNotReal(person.username))
  }

  async function change({ machineIdentifier, person, share, wanted }: SharePlan): Promise<void> {
    if (share && wanted.length > 0 && share.accepted) {
      return plexAccount.setLibraries({ machineIdentifier, shareId: share.shareId, libraryKeys: wanted })
    }
    // A pending invitation keeps the libraries it was sent with, so it is taken back and sent anew.
    if (share) await plexAccount.removeShare({ machineIdentifier, shareId: share.shareId })
    if (wanted.length === 0) return

    const friends = await plexAccount.friends()
    const connected = friends.some((one) => one.plexId === person.plexId)
    const to = connected ? { plexId: person.plexId } : { name: person.username }
    await plexAccount.invite({ machineIdentifier, to, libraryKeys: wanted })
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
    const read = await readBack(find, (share) => share !== undefined).catch(unseen)
    if (!read.found && doubt) throw doubt
    return read.share
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
    const mayHaveWorked =
      error instanceof OtpError && (error.code === 'plex_unreachable' || error.code === 'conflict')
    if (!mayHaveWorked) throw error
    return error
  }
}

function isAs(share: Share | undefined, wanted: readonly string[]): boolean {
  if (!share) return wanted.length === 0
  if (share.allLibraries) return wanted.length > 0
  return share.libraryKeys.length === wanted.length && wanted.every((key) => share.libraryKeys.includes(key))
}
