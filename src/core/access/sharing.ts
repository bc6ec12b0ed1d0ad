import { readUntil } from '../engine/read-until.js'
import { OtpError } from '../errors.js'
import { obstacles } from '../messages/obstacles.js'
import { refusals } from '../messages/refusals.js'
import type { Friend, KnownSettings, PersonSettings, PlexPerson, Share } from '../model.js'
import type { Clock, Logger, PlexAccount, Reading } from '../ports.js'
import { fenceImpossible } from './fences.js'
import { findMade, isCertainlyOurs, type Sent } from './made-shares.js'
import { isSameFilters, isSetAs, noFilters, sameKeys, tightened, unrestricted } from './wanted.js'

/** plex.tv may show a change a moment late. */
const readBackAfterMs = [0, 1_000, 2_000, 4_000] as const
/** How long "too many requests" is waited out in all before an invitation is refused. */
const patienceMs = 10_000
const firstWaitMs = 1_000
/** What was read a moment ago says nothing of a change since. */
const fresh: Reading = { fresh: true }

/** One person's share of one server, and the libraries it is to list (none = no share). */
export interface SharePlan {
  machineIdentifier: string
  person: PlexPerson
  share: Share | undefined
  wanted: readonly string[]
  /** What should hold for the person; undefined = whatever does. */
  settings?: PersonSettings | undefined
  /** A restriction that is not shown counts as dropped; otherwise it may only be late. */
  mustRestrict?: boolean
  /** Notes what must survive a crash, just before or after it happens. */
  notes?: SharingNotes
}

export interface SharingNotes {
  /** A pending invitation goes, to be sent anew. */
  takingBack(share: Share): Promise<void>
  /** plex.tv says which share it has made; `before` is what held for everybody until then. */
  sent(shareId: string, before: readonly KnownSettings[]): Promise<void>
}

/** `share` is as it was read back. With a `doubt` it was not: what was asked for may still come into effect. */
export type Reached =
  | { share: Share | undefined; invited: boolean; doubt?: undefined }
  | { invited: boolean; doubt: OtpError }

/** Changes at plex.tv that count only when they have been read back for the right account. */
export interface Sharing {
  /** Shares of one server, read anew. */
  sharesOf(machineIdentifier: string): Promise<Share[]>
  shareOf(machineIdentifier: string, plexId: string, how?: Reading): Promise<Share | undefined>
  /**
   * Makes the share as wanted. Throws what plex.tv refuses, `fence_unavailable` when it keeps no restriction, and
   * `guest_not_assignable` when the invitation went to somebody else, who has lost it again.
   */
  reach(plan: SharePlan): Promise<Reached>
  /**
   * Sets what holds for somebody who has no share of this server any more, read back. Whom plex.tv does not know
   * as connected has nothing to be set.
   */
  reachSettings(plexId: string, settings: PersonSettings): Promise<void>
  /** What holds for somebody on all servers of the owner; undefined when they are not connected. */
  settingsOf(plexId: string): Promise<PersonSettings | undefined>
  /** Invites somebody who is not connected; answers the share as read back, if there is one with all of it. */
  inviteByName(request: Sent, noteSent: (shareId: string) => Promise<void>): Promise<Share | undefined>
  /** Takes an invitation back that went to somebody who was not meant; what held for them before comes back. */
  takeBack(share: Share, before: readonly KnownSettings[]): Promise<void>
}

export function createSharing(needs: { plexAccount: PlexAccount; clock: Clock; log: Logger }): Sharing {
  const { plexAccount, clock, log } = needs

  return { sharesOf, shareOf, reach, reachSettings, settingsOf, inviteByName, takeBack }

  async function sharesOf(machineIdentifier: string, how: Reading = fresh): Promise<Share[]> {
    return (await plexAccount.shares(how)).filter((one) => one.machineIdentifier === machineIdentifier)
  }

  async function shareOf(
    machineIdentifier: string,
    plexId: string,
    how: Reading = {},
  ): Promise<Share | undefined> {
    return (await sharesOf(machineIdentifier, how)).find((one) => one.person?.plexId === plexId)
  }

  async function settingsOf(plexId: string, how: Reading = {}): Promise<PersonSettings | undefined> {
    return (await plexAccount.friends(how)).find((one) => one.plexId === plexId)?.settings
  }

  async function reach(plan: SharePlan): Promise<Reached> {
    const { machineIdentifier, person, share, wanted } = plan
    if (isAs(share, plan) && !settingsDiffer(share, plan)) return { share, invited: false }

    const invited = wanted.length > 0 && !share?.accepted && !isMatching(share, wanted)
    const friends = invited ? await plexAccount.friends() : []
    let shareId: string | undefined
    const unanswered = await tolerate(async () => {
      if (invited) shareId = await inviteAnew(plan, friends)
      else await change(plan)
    })
    let last: Share | undefined
    try {
      last = await readUntil(
        clock,
        readBackAfterMs,
        () => shareOf(machineIdentifier, person.plexId, fresh),
        (now) => isAs(now, plan),
      )
      if (isAs(last, plan)) {
        if (invited) await restoreDownloads(plan, last)
        return { share: last, invited }
      }
      if (invited) await takeBackFromOthers(plan, shareId, friends)
    } catch (error) {
      if (!(error instanceof OtpError) || error.code === 'guest_not_assignable') throw error
      return { invited, doubt: error }
    }

    // An invitation shows with all it carries or not at all; other changes may only be late.
    const isDropped = !unanswered && wanted.length > 0 && isMatching(last, wanted)
    if (isDropped && (invited || plan.mustRestrict)) throw restrictionNotKept()
    log.warn('share is not as it was set', { plexId: person.plexId, libraries: wanted.length })
    const doubt = unanswered ?? new OtpError('plex_refused', refusals.shareNotReal(person.username))
    return { invited, doubt }
  }

  /** An invitation turns downloads off, also where it only stands in for one that allowed them. */
  async function restoreDownloads({ person, share, settings }: SharePlan, now?: Share): Promise<void> {
    const wanted = settings ?? share?.settings
    if (!wanted?.downloads || now?.settings.downloads) return
    await plexAccount.setSettings({ plexId: person.plexId, settings: wanted })
  }

  /** A restriction comes before what it restricts, and goes after it, each kind by itself. */
  async function change({ machineIdentifier, person, share, wanted, settings }: SharePlan): Promise<void> {
    if (!share) return

    const { shareId } = share
    if (wanted.length === 0) return plexAccount.removeShare({ machineIdentifier, shareId })

    let current = share.settings
    const set = async (next: PersonSettings | undefined) => {
      if (!next || isSetAs(current, next)) return
      await plexAccount.setSettings({ plexId: person.plexId, settings: next })
      current = next
    }
    if (!isMatching(share, wanted)) {
      await set(settings && tightened(current, settings))
      await plexAccount.setLibraries({ machineIdentifier, shareId, libraryKeys: wanted, settings: current })
    }
    await set(settings)
  }

  /**
   * A pending invitation keeps the libraries it was sent with, so it is taken back and sent anew. Whatever may be
   * refused is asked before that.
   */
  async function inviteAnew(plan: SharePlan, friends: readonly Friend[]): Promise<string | undefined> {
    const { machineIdentifier, person, share, wanted, settings, notes } = plan
    if (share) {
      await refuseUnknown(machineIdentifier, wanted)
      await notes?.takingBack(share)
      await plexAccount.removeShare({ machineIdentifier, shareId: share.shareId })
    }
    const { filters = noFilters, rights } = settings ?? share?.settings ?? {}
    const isFriend = friends.some((one) => one.plexId === person.plexId)
    const to = isFriend ? { plexId: person.plexId } : { name: person.username }
    const request = { machineIdentifier, to, libraryKeys: wanted, filters, ...(rights && { rights }) }
    const isThere = async () => isMatching(await shareOf(machineIdentifier, person.plexId, fresh), wanted)
    const shareId = await invitePatiently(request, isThere).catch(async (error: unknown) => {
      // Where it was noted down, it is sent again until it is there.
      if (share && !notes && !mayHaveWorked(error)) await sendAgain(request, share)
      throw error
    })
    if (shareId !== undefined) await notes?.sent(shareId, friends)
    return shareId
  }

  /** At worst plex.tv says that there is one already. */
  async function sendAgain(
    request: Parameters<PlexAccount['invite']>[0],
    { libraryKeys, settings: { filters } }: Share,
  ): Promise<void> {
    if (libraryKeys.length === 0) return
    await plexAccount
      .invite({ ...request, libraryKeys, filters })
      .catch((error: unknown) =>
        log.error('an invitation was taken back and could not be sent again', { error }),
      )
  }

  async function refuseUnknown(machineIdentifier: string, libraryKeys: readonly string[]): Promise<void> {
    const known = await plexAccount.shareableLibraries(machineIdentifier)
    const missing = libraryKeys.filter((key) => !known.includes(key))
    if (missing.length > 0) throw new OtpError('plex_refused', refusals.notShareableYet(missing))
  }

  /** "Too many requests" means that nothing was done, but only reading back is sure before it is sent again. */
  async function invitePatiently(
    request: Parameters<PlexAccount['invite']>[0],
    isMade: () => Promise<boolean>,
  ): Promise<string | undefined> {
    const giveUpAt = clock.now() + patienceMs
    for (let nextWaitMs = firstWaitMs; ; nextWaitMs *= 2) {
      try {
        return (await plexAccount.invite(request)).shareId
      } catch (error) {
        if (!(error instanceof OtpError)) throw error
        // What was too much the first time may have been made all the same.
        if (error.code === 'conflict' && nextWaitMs > firstWaitMs) return undefined
        if (error.code !== 'plex_busy') throw error

        const waitMs = error.retryAfterMs ?? nextWaitMs
        if (clock.now() + waitMs > giveUpAt) throw error
        await clock.sleep(waitMs)
        if (await isMade()) return undefined
      }
    }
  }

  /** Whoever got the invitation instead was not meant, and loses what they did not have before. */
  async function takeBackFromOthers(
    { machineIdentifier, person, settings }: SharePlan,
    shareId: string | undefined,
    friendsBefore: readonly KnownSettings[],
  ): Promise<void> {
    const filters = settings?.filters ?? noFilters
    const sent = { filters, ...(shareId !== undefined && { shareId }) }
    const shares = await sharesOf(machineIdentifier)
    const stray = shares.find((one) => one.person?.plexId !== person.plexId && isCertainlyOurs(one, sent))
    if (!stray) return

    await takeBack(stray, friendsBefore)
    throw new OtpError('guest_not_assignable', refusals.landedElsewhere(person.username))
  }

  async function takeBack(share: Share, before: readonly KnownSettings[]): Promise<void> {
    const { machineIdentifier, shareId, person } = share
    await plexAccount.removeShare({ machineIdentifier, shareId })
    log.warn('an invitation went to somebody else and was taken back', { plexId: person?.plexId })
    if (!person) return

    const { settings } = before.find((one) => one.plexId === person.plexId) ?? { settings: unrestricted }
    const now = await settingsOf(person.plexId, fresh)
    if (now && !isSetAs(now, settings)) await plexAccount.setSettings({ plexId: person.plexId, settings })
  }

  async function reachSettings(plexId: string, settings: PersonSettings): Promise<void> {
    const before = await settingsOf(plexId)
    if (!before || isSetAs(before, settings)) return

    const unanswered = await tolerate(() => plexAccount.setSettings({ plexId, settings }))
    const isRight = (now?: PersonSettings) => !now || isSameFilters(now.filters, settings.filters)
    const now = await readUntil(clock, readBackAfterMs, () => settingsOf(plexId, fresh), isRight)
    if (isRight(now)) return
    throw unanswered ?? new OtpError('plex_refused', refusals.restrictionStays())
  }

  async function inviteByName(
    request: Sent,
    noteSent: (shareId: string) => Promise<void>,
  ): Promise<Share | undefined> {
    const { machineIdentifier, invitee, libraryKeys, filters, settingsBefore = [] } = request
    let sent = request
    const find = async () => findMade(await sharesOf(machineIdentifier), sent)
    const doubt = await tolerate(async () => {
      const shareId = await invitePatiently(
        { machineIdentifier, to: { name: invitee }, libraryKeys, filters },
        async () => (await find()) !== undefined,
      )
      if (shareId === undefined) return

      sent = { ...request, shareId }
      await noteSent(shareId)
    })
    // It was sent for the first time, so what is there already is somebody else's, whether or not it shows.
    if (doubt?.code === 'conflict') throw doubt

    const made = await readUntil(clock, readBackAfterMs, find, (one) => one !== undefined).catch(unseen)
    if (made?.isRight) return made.share
    if (made) {
      await takeBack(made.share, settingsBefore)
      throw new OtpError('guest_not_assignable', refusals.landedElsewhere(invitee))
    }
    if (doubt) throw doubt
    return undefined
  }
}

/** A share counts when it lists the libraries and carries the restriction. */
function isAs(share: Share | undefined, { wanted, settings }: SharePlan): boolean {
  if (!isMatching(share, wanted)) return false
  return !share || !settings || isSameFilters(share.settings.filters, settings.filters)
}

function isMatching(share: Share | undefined, wanted: readonly string[]): boolean {
  if (!share || wanted.length === 0) return !share && wanted.length === 0
  if (share.allLibraries) return wanted.length > 0
  return sameKeys(share.libraryKeys, wanted)
}

function settingsDiffer(share: Share | undefined, { settings }: SharePlan): boolean {
  return share !== undefined && settings !== undefined && !isSetAs(share.settings, settings)
}

function restrictionNotKept(): OtpError {
  return fenceImpossible('label', obstacles.restrictionNotKept())
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
  if (!(error instanceof OtpError)) return false
  return error.code === 'conflict' || (error.code === 'plex_unreachable' && !error.unsent)
}
