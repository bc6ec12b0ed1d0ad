import type { Filters, Share } from '../model.js'
import { isSameFilters, restricts, sameKeys } from './wanted.js'

/** An invitation as it was sent to somebody by name. */
export interface Sent {
  machineIdentifier: string
  invitee: string
  libraryKeys: readonly string[]
  filters: Filters
  /** Shares of the server from before; missing when nobody looked. */
  sharesBefore?: readonly string[] | undefined
}

/**
 * The share that an invitation made, and whether it went to whom it was meant for: an account bears the name, or
 * nothing speaks against the e-mail address. What bears neither the name nor the marks of the invitation is not ours.
 */
export function findMade(
  shares: readonly Share[],
  sent: Sent,
): { share: Share; isRight: boolean } | undefined {
  const { invitee, libraryKeys, filters, sharesBefore } = sent
  const named = findInvited(shares, invitee)
  if (named && lists(named, libraryKeys)) return { share: named, isRight: true }
  if (!sharesBefore) return undefined

  const made = shares.filter(
    (one) =>
      isNew(one, sharesBefore, libraryKeys) &&
      (isSameFilters(one.settings.filters, filters) || !restricts(one.settings)),
  )
  const [only, ...others] = made
  if (!only || others.length > 0) return undefined
  return { share: only, isRight: mayBelongTo(only, invitee) }
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

/** Whether the share was made since then, of exactly these libraries. */
export function isNew(
  share: Share,
  sharesBefore: readonly string[],
  libraryKeys: readonly string[],
): boolean {
  return (
    !sharesBefore.includes(share.shareId) && !share.allLibraries && sameKeys(share.libraryKeys, libraryKeys)
  )
}

/** Plex does not always tell an account's e-mail address, and an account may have several. */
function mayBelongTo({ person, invitedEmail }: Share, invitee: string): boolean {
  if (!invitee.includes('@')) return isSame(person?.username, invitee)
  return [person?.email, invitedEmail].every((one) => one === undefined || isSame(one, invitee))
}

function isSame(name: string | undefined, wanted: string): boolean {
  return name?.toLowerCase() === wanted.toLowerCase()
}
