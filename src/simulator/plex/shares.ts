import type { Clock } from '../../core/ports.js'
import type { Accounts, SimAccount } from './accounts.js'
import type { SimBehaviour } from './behaviour.js'
import type { Catalogue, SimLibrary } from './catalogue.js'
import { createLate, type Late } from './late.js'
import { everythingOff, type ShareSettings, type SimPerson, type SimShareSettings } from './share-settings.js'

export interface SimShare {
  shareId: number
  machineIdentifier: string
  plexId?: number
  invitedEmail?: string
  allLibraries: boolean
  sectionIds: number[]
  /** What holds for the person now, on every server of the owner. */
  readonly settings: SimShareSettings
  invitedAt: number
  acceptedAt?: number
  leftAt?: number
  deletedAt?: number
}

/** What plex.tv says to a request that changes shares. */
export type SimShareAnswer =
  | { kind: 'done'; share: SimShare }
  | { kind: 'refused'; why: SimRefusal; words: string }

export type SimRefusal =
  | 'no libraries'
  | 'unknown library'
  | 'unknown person'
  | 'self'
  | 'present'
  | 'full'
  | 'filters'
  | 'no such share'

export interface SimInvitation {
  to: { name: string } | { plexId: number }
  sectionIds: number[] | 'all'
  settings?: Partial<SimShareSettings>
}

/** Who has which share, as plex.tv keeps it and as its lists show it. */
export function createShares(needs: {
  clock: Clock
  catalogue: Catalogue
  accounts: Accounts
  settings: ShareSettings
  behaviour: SimBehaviour
  machineIdentifier: string
}) {
  const { clock, catalogue, accounts, settings, behaviour, machineIdentifier } = needs
  let all: SimShare[] = []
  const views = new Map<number, Late<SimShare>>()
  let lastShareId = 19900700
  /** How many people one owner may share with; members of the Home and pending invitations count. */
  const limits = { people: 100 }

  return {
    limits,
    shares: () => all,
    listed,
    knownLibraries,
    add,
    invite,
    accept,
    leave,
    setSections,
    removeShare,
    removePerson,
    pendingFor,
    shareOf,
    mayPlay,
  }

  /** What the lists show now; `shares` is what holds. */
  function listed(): SimShare[] {
    return [...views].flatMap(([shareId, view]) => {
      const shown = view.shown()
      const isLatest = shown === view.held()
      // A test may change the share itself; that shows at once.
      return (isLatest && all.find((one) => one.shareId === shareId)) || (shown ?? [])
    })
  }

  /** A library that has just been made is unknown to plex.tv until the server has told of it. */
  function knownLibraries(): SimLibrary[] {
    return catalogue.libraries.filter((one) => one.syncedAt <= clock.now())
  }

  function add(share: Pick<SimShare, 'sectionIds' | 'allLibraries'> & Partial<SimShare>): SimShare {
    lastShareId += 1
    const made: SimShare = {
      shareId: lastShareId,
      machineIdentifier,
      invitedAt: clock.now(),
      ...share,
      get settings() {
        return settings.of(personOf(made)) ?? everythingOff
      },
    }
    all.push(made)
    return noted(made)
  }

  function invite({ to, sectionIds, settings: said = {} }: SimInvitation): SimShareAnswer {
    const wrong = wrongSections(sectionIds)
    if (wrong) return wrong

    const invited = whoIsMeant(to)
    if (!invited) return refused('unknown person', 'No user with that username or email was found.')
    if ('plexId' in invited && invited.plexId === accounts.owner.plexId) {
      return refused('self', 'You cannot share a server with yourself.')
    }
    if (all.some((one) => isHere(one) && isFor(one, invited))) {
      return refused('present', `You're already sharing this server with ${nameOf(invited)}.`)
    }
    if (!hasRoomFor(invited)) {
      return refused('full', 'You have reached the maximum number of users you can share with.')
    }
    if (!settings.mayWrite(said)) return refused('filters', 'Restrictions require an active Plex Pass.')

    settings.write(invited, said)
    const person = 'plexId' in invited ? { plexId: invited.plexId } : { invitedEmail: invited.email }
    const allLibraries = sectionIds === 'all'
    return done(add({ ...person, sectionIds: allLibraries ? [] : sectionIds, allLibraries }))
  }

  function accept(share: SimShare, guest: SimAccount): SimShare {
    if (share.plexId === undefined) settings.move(personOf(share), guest)
    share.plexId = guest.plexId
    share.acceptedAt ??= clock.now()
    guest.friend = true
    return noted(share)
  }

  function leave(share: SimShare): void {
    share.leftAt = clock.now()
    noted(share)
  }

  function setSections(shareId: number, sectionIds: number[] | 'all' | 'as they are'): SimShareAnswer {
    const share = present(shareId)
    if (!share) return noSuchShare()
    if (sectionIds === 'as they are') return done(share)
    const wrong = wrongSections(sectionIds)
    if (wrong) return wrong
    if (share.acceptedAt === undefined && behaviour.pendingSections === 'kept') return done(share)

    share.allLibraries = sectionIds === 'all'
    share.sectionIds = sectionIds === 'all' ? [] : sectionIds
    return done(noted(share))
  }

  /** Settings stay with a friend; of a stranger nothing is left. */
  function removeShare(shareId: number): SimShareAnswer {
    const share = present(shareId)
    if (!share) return noSuchShare()
    drop(share)
    const person = personOf(share)
    const isConnected = 'plexId' in person && accounts.byId(person.plexId)?.friend === true
    const hasMore = all.some((one) => isLive(one) && isFor(one, person))
    if (!isConnected && !hasMore) settings.forget(person)
    return done(share)
  }

  function removePerson(person: SimAccount): void {
    for (const share of all.filter((one) => isFor(one, person))) drop(share)
    person.friend = false
    settings.forget(person)
  }

  /** The invitation that waits for somebody. */
  function pendingFor(guest: SimAccount, shareId?: number): SimShare | undefined {
    return all.find(
      (one) =>
        isFor(one, guest) &&
        isLive(one) &&
        (shareId === undefined ? one.acceptedAt === undefined : one.shareId === shareId),
    )
  }

  /** The present share of this server with somebody, pending or accepted. */
  function shareOf(guest: SimAccount): SimShare | undefined {
    return all.find((one) => isHere(one) && isFor(one, guest))
  }

  function mayPlay(who: SimAccount, libraryKey: string): boolean {
    if (who === accounts.owner || who.home) return true
    const library = catalogue.libraries.find((one) => one.key === libraryKey)
    return all.some(
      (one) =>
        isHere(one) &&
        one.plexId === who.plexId &&
        one.acceptedAt !== undefined &&
        (one.allLibraries || (library !== undefined && one.sectionIds.includes(library.sectionId))),
    )
  }

  function whoIsMeant(to: SimInvitation['to']): SimPerson | undefined {
    if ('plexId' in to) return accounts.byId(to.plexId)

    const { landsOn } = behaviour
    if (landsOn !== undefined) {
      behaviour.landsOn = undefined
      return accounts.account(landsOn)
    }
    return accounts.named(to.name) ?? (to.name.includes('@') ? { email: to.name } : undefined)
  }

  function hasRoomFor(invited: SimPerson): boolean {
    const shared = all.filter(isLive)
    if (shared.some((one) => isFor(one, invited))) return true

    const people = new Set(shared.map((one) => one.plexId ?? one.invitedEmail?.toLowerCase()))
    for (const { home, plexId } of accounts.accounts) if (home) people.add(plexId)
    return people.size < limits.people
  }

  function isFor(share: SimShare, person: SimPerson): boolean {
    const email = 'plexId' in person ? accounts.byId(person.plexId)?.email : person.email
    const byId = 'plexId' in person && share.plexId === person.plexId
    return byId || (email !== undefined && share.invitedEmail?.toLowerCase() === email.toLowerCase())
  }

  function nameOf(person: SimPerson): string {
    return 'plexId' in person ? (accounts.byId(person.plexId)?.username ?? '') : person.email
  }

  function wrongSections(sectionIds: number[] | 'all'): SimShareAnswer | undefined {
    if (sectionIds === 'all') return undefined
    if (sectionIds.length === 0) return refused('no libraries', 'No libraries were given.')
    const known = sectionIds.every((id) => knownLibraries().some((one) => one.sectionId === id))
    return known ? undefined : refused('unknown library', 'Library section not found.')
  }

  function present(shareId: number): SimShare | undefined {
    return all.find((one) => one.shareId === shareId && isHere(one))
  }

  function isHere(share: SimShare): boolean {
    return share.machineIdentifier === machineIdentifier && isLive(share)
  }

  function drop(share: SimShare): void {
    all = all.filter((one) => one !== share)
    share.deletedAt = clock.now()
    if (behaviour.removedShares === 'dated') noted(share)
    else views.get(share.shareId)?.set(undefined)
  }

  /** Gives the lists what a share is now; they show it when its time has come. */
  function noted(share: SimShare): SimShare {
    const view = views.get(share.shareId) ?? createLate<SimShare>(clock, () => behaviour.showsAfterMs)
    views.set(share.shareId, view)
    view.set({ ...share, sectionIds: [...share.sectionIds] })
    return share
  }
}

/** Whom a share is for. */
export function personOf(share: Pick<SimShare, 'plexId' | 'invitedEmail'>): SimPerson {
  return share.plexId === undefined ? { email: share.invitedEmail ?? '' } : { plexId: share.plexId }
}

function isLive(share: SimShare): boolean {
  return share.leftAt === undefined
}

function done(share: SimShare): SimShareAnswer {
  return { kind: 'done', share }
}

function noSuchShare(): SimShareAnswer {
  return refused('no such share', 'Shared server not found.')
}

function refused(why: SimRefusal, words: string): SimShareAnswer {
  return { kind: 'refused', why, words }
}
