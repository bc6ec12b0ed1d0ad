import type { Filters, KnownSettings, Share } from '../model.js'
import { isSameFilters } from './wanted.js'

/** An invitation as it was sent to somebody by name. */
export interface Sent {
  machineIdentifier: string
  invitee: string
  libraryKeys: readonly string[]
  filters: Filters
  /** The share that plex.tv says it made, where it said so. */
  shareId?: string
  /** What held before for those for whom it was not plain. */
  settingsBefore?: readonly KnownSettings[]
}

/**
 * The share that an invitation made, and whether it went to whom it was meant for. Only two things show that a
 * share under another name is ours: that plex.tv named it, or that it carries a label that nobody else knows.
 */
export function findMade(
  shares: readonly Share[],
  sent: Sent,
): { share: Share; isRight: boolean } | undefined {
  const { invitee, libraryKeys } = sent
  const ours = shares.find((one) => isCertainlyOurs(one, sent))
  if (ours && !mayBelongTo(ours, invitee)) return { share: ours, isRight: false }

  const share = ours ?? findInvited(shares, invitee)
  return share && lists(share, libraryKeys) ? { share, isRight: true } : undefined
}

/** Whether the share is the one that was sent, whoever has got it. */
export function isCertainlyOurs(
  share: Share,
  { shareId, filters }: Pick<Sent, 'shareId' | 'filters'>,
): boolean {
  if (share.shareId === shareId) return true
  return namesOurLabel(filters) && isSameFilters(share.settings.filters, filters)
}

/** The share of an account that bears the name, or the e-mail address. */
export function findInvited(shares: readonly Share[], invitee: string): Share | undefined {
  return shares.find((one) =>
    [one.person?.username, one.person?.email, one.invitedEmail].some((name) => isSame(name, invitee)),
  )
}

/** A share from before does not show that another library was added to it. */
export function lists(share: Share, libraryKeys: readonly string[]): boolean {
  return share.allLibraries || libraryKeys.every((key) => share.libraryKeys.includes(key))
}

/** Labels of OTP name one guest or one invitation, so no other restriction is the same. */
function namesOurLabel(filters: Filters): boolean {
  return Object.values(filters).some((one) => /\botp-/i.test(one))
}

/** Plex does not always tell an account's e-mail address, and an account may have several. */
function mayBelongTo({ person, invitedEmail }: Share, invitee: string): boolean {
  if (!invitee.includes('@')) return isSame(person?.username, invitee)
  return [person?.email, invitedEmail].every((one) => one === undefined || isSame(one, invitee))
}

function isSame(name: string | undefined, wanted: string): boolean {
  return name?.toLowerCase() === wanted.toLowerCase()
}
