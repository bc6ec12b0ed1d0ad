import type { Clock } from '../../core/ports.js'
import type { Catalogue } from './catalogue.js'

export interface SimAccount {
  plexId: number
  username: string
  email: string
  token: string
  /** A member of the owner's Plex Home. */
  home: boolean
  friend: boolean
}

export interface SimShareSettings {
  allowSync: boolean
  allowChannels: boolean
  allowCameraUpload: boolean
  allowTuners: number
  filterMovies: string
  filterTelevision: string
}

export interface SimShare {
  shareId: number
  machineIdentifier: string
  plexId?: number
  invitedEmail?: string
  allLibraries: boolean
  sectionIds: number[]
  settings: SimShareSettings
  invitedAt: number
  acceptedAt?: number
  leftAt?: number
}

/** What plex.tv says to a request that changes shares. */
export type SimShareAnswer =
  | { kind: 'done'; share: SimShare }
  | { kind: 'refused'; status: number; why: string }

export interface SimInvitation {
  to: { name: string } | { plexId: number }
  sectionIds: number[]
  settings?: Partial<SimShareSettings>
}

export type People = ReturnType<typeof createPeople>

const downloadsOff: SimShareSettings = {
  allowSync: false,
  allowChannels: false,
  allowCameraUpload: false,
  allowTuners: 0,
  filterMovies: '',
  filterTelevision: '',
}

/** Accounts, friendships and shares, as plex.tv keeps them. */
export function createPeople(needs: {
  clock: Clock
  catalogue: Catalogue
  machineIdentifier: string
  ownerName: string
}) {
  const { clock, catalogue, machineIdentifier } = needs
  const accounts: SimAccount[] = []
  let shares: SimShare[] = []
  let lastShareId = 19900700
  /** How many people one owner may share with. */
  const limits = { people: 100 }

  const owner = addAccount(needs.ownerName, { plexId: 90210001 })

  return {
    owner,
    accounts,
    limits,
    addAccount,
    addHomeUser,
    account,
    byToken: (token: string) => accounts.find((one) => one.token === token),
    byId: (plexId: number) => accounts.find((one) => one.plexId === plexId),
    befriend,
    shareWith,
    shareElsewhere,
    acceptInvitation,
    accept,
    leave,
    invite,
    setSections,
    removeShare,
    shares: () => shares,
    shareOf,
    mayPlay,
  }

  function addAccount(
    username: string,
    more: { plexId?: number; email?: string; token?: string; home?: boolean } = {},
  ): SimAccount {
    const account: SimAccount = {
      plexId: more.plexId ?? 40110000 + accounts.length,
      username,
      email: more.email ?? `${username}@example.test`,
      token: more.token ?? `token-of-${username}`,
      home: more.home ?? false,
      friend: false,
    }
    accounts.push(account)
    return account
  }

  function addHomeUser(username: string): SimAccount {
    return addAccount(username, { home: true })
  }

  function account(username: string): SimAccount {
    const found = named(username)
    if (!found) throw new Error(`Nobody is called ${username} at the simulated plex.tv.`)
    return found
  }

  function befriend(username: string): SimAccount {
    const friend = account(username)
    friend.friend = true
    return friend
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
    return keep({
      plexId,
      sectionIds,
      allLibraries: libraries === 'all',
      ...(more.accepted !== false && { acceptedAt: clock.now() }),
    })
  }

  /** A share of another server of the same owner. */
  function shareElsewhere(username: string): SimShare {
    const { plexId } = befriend(username)
    const elsewhere = { machineIdentifier: 'f'.repeat(40), sectionIds: [77000001], acceptedAt: clock.now() }
    return keep({ plexId, allLibraries: false, ...elsewhere })
  }

  /** The invited person says yes, as with the link in Plex's mail. */
  function acceptInvitation(username: string): SimShare {
    const guest = account(username)
    const share = shares.find((one) => isFor(one, guest) && one.acceptedAt === undefined && isLive(one))
    if (!share) throw new Error(`${username} has no invitation to accept.`)
    return accepted(share, guest)
  }

  function accept(shareId: number, guest: SimAccount): SimShare | undefined {
    const share = shares.find((one) => one.shareId === shareId && isFor(one, guest) && isLive(one))
    return share && accepted(share, guest)
  }

  function accepted(share: SimShare, guest: SimAccount): SimShare {
    share.plexId = guest.plexId
    share.acceptedAt ??= clock.now()
    guest.friend = true
    return share
  }

  /** The guest leaves the share by themselves; the entry stays in plex.tv's list with a date. */
  function leave(username: string): void {
    const share = shareOf(username)
    if (share) share.leftAt = clock.now()
  }

  function invite({ to, sectionIds, settings }: SimInvitation): SimShareAnswer {
    const wrong = wrongSections(sectionIds)
    if (wrong) return wrong

    const who = 'plexId' in to ? accounts.find((one) => one.plexId === to.plexId) : named(to.name)
    const email = 'name' in to && to.name.includes('@') ? to.name : undefined
    if (!who && email === undefined) return refused(404, 'No user with that username or email was found.')
    if (who === owner) return refused(400, 'You cannot share a server with yourself.')

    const present = shares.some((one) => isHere(one) && (who ? isFor(one, who) : one.invitedEmail === email))
    if (present) return refused(409, `You're already sharing this server with ${who?.username ?? email}.`)
    if (shares.filter(isHere).length >= limits.people) {
      return refused(400, 'You have reached the maximum number of users you can share with.')
    }
    const invited = who ? { plexId: who.plexId } : { invitedEmail: email ?? '' }
    return { kind: 'done', share: keep({ ...invited, sectionIds, allLibraries: false }, settings) }
  }

  function setSections(shareId: number, sectionIds: number[]): SimShareAnswer {
    const share = shares.find((one) => one.shareId === shareId && isHere(one))
    if (!share) return refused(404, 'Shared server not found.')

    const wrong = wrongSections(sectionIds)
    if (wrong) return wrong
    share.sectionIds = sectionIds
    share.allLibraries = false
    return { kind: 'done', share }
  }

  function removeShare(shareId: number): SimShareAnswer {
    const share = shares.find((one) => one.shareId === shareId && isHere(one))
    if (!share) return refused(404, 'Shared server not found.')
    shares = shares.filter((one) => one !== share)
    return { kind: 'done', share }
  }

  /** The present share of this server with somebody, pending or accepted. */
  function shareOf(username: string): SimShare | undefined {
    const guest = account(username)
    return shares.find((one) => isHere(one) && isFor(one, guest))
  }

  function mayPlay(who: SimAccount, libraryKey: string): boolean {
    if (who === owner || who.home) return true
    const library = catalogue.libraries.find((one) => one.key === libraryKey)
    return shares.some(
      (one) =>
        isHere(one) &&
        one.plexId === who.plexId &&
        one.acceptedAt !== undefined &&
        (one.allLibraries || (library !== undefined && one.sectionIds.includes(library.sectionId))),
    )
  }

  function wrongSections(sectionIds: number[]): SimShareAnswer | undefined {
    if (sectionIds.length === 0) return refused(400, 'An empty list of libraries must never be sent.')
    const known = sectionIds.every((id) => catalogue.libraries.some((one) => one.sectionId === id))
    return known ? undefined : refused(404, 'Library section not found.')
  }

  function keep(
    share: Pick<SimShare, 'sectionIds' | 'allLibraries'> & Partial<SimShare>,
    settings: Partial<SimShareSettings> = {},
  ): SimShare {
    lastShareId += 1
    const kept: SimShare = {
      shareId: lastShareId,
      machineIdentifier,
      settings: { ...downloadsOff, ...settings },
      invitedAt: clock.now(),
      ...share,
    }
    shares.push(kept)
    return kept
  }

  function named(name: string): SimAccount | undefined {
    const wanted = name.toLowerCase()
    return accounts.find((one) => one.username.toLowerCase() === wanted || one.email.toLowerCase() === wanted)
  }

  function isHere(share: SimShare): boolean {
    return share.machineIdentifier === machineIdentifier && isLive(share)
  }
}

function isLive(share: SimShare): boolean {
  return share.leftAt === undefined
}

function isFor(share: SimShare, who: SimAccount): boolean {
  return share.plexId === who.plexId || share.invitedEmail?.toLowerCase() === who.email.toLowerCase()
}

function refused(status: number, why: string): SimShareAnswer {
  return { kind: 'refused', status, why }
}
