import type { Clock } from '../../core/ports.js'
import { createAccounts, type SimAccount } from './accounts.js'
import { usualBehaviour } from './behaviour.js'
import type { Catalogue } from './catalogue.js'
import { createGrants } from './grants.js'
import { createPins, type SimPin } from './pins.js'
import { shed } from './resources.js'
import {
  createShareSettings,
  everythingOff,
  type SimPerson,
  type SimShareSettings,
} from './share-settings.js'
import { createShares, type SimShare } from './shares.js'

export type { SimAccount } from './accounts.js'

export type People = ReturnType<typeof createPeople>

/** Accounts, friendships, shares and what restricts them, as plex.tv keeps them. */
export function createPeople(needs: {
  clock: Clock
  catalogue: Catalogue
  machineIdentifier: string
  ownerName: string
  hasPlexPass: () => boolean
}) {
  const { clock, catalogue } = needs
  const behaviour = usualBehaviour()
  const accounts = createAccounts(needs.ownerName)
  const { account, addAccount, owner } = accounts
  const settings = createShareSettings({ clock, behaviour, hasPlexPass: needs.hasPlexPass })
  const shares = createShares({ ...needs, accounts, settings, behaviour })
  const grants = createGrants({ clock, catalogue, behaviour })
  const pins = createPins({ clock })

  return {
    behaviour,
    owner,
    accounts: accounts.accounts,
    addAccount,
    addHomeUser,
    account,
    named: accounts.named,
    byToken: accounts.byToken,
    byId: accounts.byId,
    killToken: accounts.killToken,
    renewToken: accounts.renewToken,
    befriend,
    isConnected,

    limits: shares.limits,
    shares: shares.shares,
    listed: shares.listed,
    knownLibraries: shares.knownLibraries,
    shareWith,
    shareElsewhere,
    acceptInvitation,
    accept,
    pendingFor: shares.pendingFor,
    leave,
    invite: shares.invite,
    setSections: shares.setSections,
    removeShare: shares.removeShare,
    removePerson,
    shareOf: (username: string) => shares.shareOf(account(username)),
    mayPlay: shares.mayPlay,

    settings,
    settingsOf: (plexId: number): SimShareSettings | undefined => settings.of(personWith(plexId)),
    setSettings,

    grants,
    isGranted: grants.isGranted,

    pins,
    approvePin,
  }

  function addHomeUser(username: string): SimAccount {
    const member = addAccount(username, { home: true })
    settings.put(member, everythingOff)
    return member
  }

  function befriend(username: string): SimAccount {
    const friend = account(username)
    friend.friend = true
    if (!settings.of(friend)) settings.put(friend, everythingOff)
    return friend
  }

  /** In the list of people, or on the way there. */
  function isConnected(who: SimAccount): boolean {
    return who.friend || who.home || shares.pendingFor(who) !== undefined
  }

  /** A share from before: accepted unless told otherwise, named by library titles or keys, or all of them. */
  function shareWith(
    username: string,
    libraries: readonly string[] | 'all',
    more: { accepted?: boolean } = {},
  ): SimShare {
    const { plexId } = befriend(username)
    const wanted = libraries === 'all' ? [] : libraries
    const sectionIds = catalogue.libraries
      .filter((one) => libraries === 'all' || wanted.includes(one.title) || wanted.includes(one.key))
      .map((one) => one.sectionId)
    return shares.add({
      plexId,
      sectionIds,
      allLibraries: libraries === 'all',
      ...(more.accepted !== false && { acceptedAt: clock.now() }),
    })
  }

  /** A share of another server of the same owner. */
  function shareElsewhere(username: string): SimShare {
    const { plexId } = befriend(username)
    const { machineIdentifier, libraries } = shed
    const sectionIds = libraries.map((one) => one.sectionId)
    return shares.add({ plexId, machineIdentifier, sectionIds, allLibraries: false, acceptedAt: clock.now() })
  }

  /** The invited person says yes, as with the link in Plex's mail. */
  function acceptInvitation(username: string): SimShare {
    const guest = account(username)
    const share = shares.pendingFor(guest)
    if (!share) throw new Error(`${username} has no invitation to accept.`)
    return shares.accept(share, guest)
  }

  function accept(shareId: number, guest: SimAccount): SimShare | undefined {
    const share = shares.pendingFor(guest, shareId)
    return share && shares.accept(share, guest)
  }

  /** The guest leaves the share by themselves; the entry stays in plex.tv's list with a date. */
  function leave(username: string): void {
    const share = shares.shareOf(account(username))
    if (share) shares.leave(share)
  }

  function removePerson(who: SimAccount): void {
    shares.removePerson(who)
    grants.forgetPerson(who.plexId)
  }

  /** Somebody else changes what holds for a person, as the owner does in Plex's own settings page. */
  function setSettings(username: string, said: Partial<SimShareSettings>): void {
    const person = account(username)
    settings.put(person, { ...everythingOff, ...settings.of(person), ...said })
  }

  /** Somebody signs in for the app that shows this PIN. */
  function approvePin(idOrCode: number | string, username: string): SimPin {
    const pin = pins.approve(idOrCode, account(username).token)
    if (!pin) throw new Error(`No PIN ${idOrCode} is waiting.`)
    return pin
  }

  /** An address that was invited may belong to this account. */
  function personWith(plexId: number): SimPerson {
    const known = settings.of({ plexId })
    const email = accounts.byId(plexId)?.email
    return known || email === undefined ? { plexId } : { email }
  }
}
