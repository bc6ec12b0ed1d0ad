import { all } from '../engine/transact.js'
import { type Candidate, OtpError } from '../errors.js'
import { namedLike } from '../finding/names.js'
import { refusals } from '../messages/refusals.js'
import type { Friend, Guest, PlexPerson, Share } from '../model.js'
import type { Clock, PlexAccount, Reading, Store } from '../ports.js'

const friendsLastMs = 60_000
const mostNear = 3

/** Whom an admin means: an account that is connected to the owner's, or a name that would have to be invited. */
export type Somebody =
  | { kind: 'known'; person: PlexPerson; connected: boolean; share?: Share; guest?: Guest }
  | { kind: 'stranger'; invitee: string }

export interface People {
  /** Finds somebody among friends, shares and guests. Throws `guest_not_found`, `guest_not_assignable`, `ambiguous`. */
  resolve(
    who: { guest?: string; discordUserId?: string },
    machineIdentifier: string,
    mayInvite: boolean,
  ): Promise<Somebody>
  /** A guest that OTP has a record of, watched or not. Throws `guest_not_found`, `ambiguous`. */
  guest(name: string): Promise<Guest>
  friends(): Promise<Friend[]>
}

export function createPeople(needs: { plexAccount: PlexAccount; store: Store; clock: Clock }): People {
  const { plexAccount, store, clock } = needs
  let cached: { friends: Friend[]; at: number } | undefined

  return { resolve, guest, friends }

  async function resolve(
    who: { guest?: string; discordUserId?: string },
    machineIdentifier: string,
    mayInvite: boolean,
  ): Promise<Somebody> {
    const name = who.guest?.trim() || (await linkedPlexId(who.discordUserId))
    const found = await lookFor(name, machineIdentifier, mayInvite, {})
    // Before a stranger is invited, what was read a moment ago does not do.
    return found.kind === 'known' ? found : lookFor(name, machineIdentifier, mayInvite, { fresh: true })
  }

  async function lookFor(
    name: string,
    machineIdentifier: string,
    mayInvite: boolean,
    how: Reading,
  ): Promise<Somebody> {
    const [owner, everyone, shares, guests] = await Promise.all([
      plexAccount.owner(),
      plexAccount.friends(how),
      plexAccount.shares(how),
      all(store, 'guest'),
    ])
    if (isNamed(owner, name)) throw notAssignable(refusals.ownerIsNoGuest(owner.username))

    const known = shares.flatMap((share) => share.person ?? [])
    const remembered = guests.map((one) => one.record)
    // The last one counts: a friend bears today's name, a share sometimes none.
    const person = onlyOne(name, [...known, ...remembered, ...everyone])
    if (!person) {
      const near = nearest(name, [...remembered, ...everyone])
      return { kind: 'stranger', invitee: invitable(name, mayInvite, near) }
    }

    const friend = everyone.find((one) => one.plexId === person.plexId)
    if (friend?.home) throw notAssignable(refusals.homeIsNoGuest(friend.username))

    const share = shares.find(
      (one) => one.person?.plexId === person.plexId && one.machineIdentifier === machineIdentifier,
    )
    const record = remembered.find(
      (one) => one.plexId === person.plexId && one.machineIdentifier === machineIdentifier,
    )
    if (!friend && !share && !mayInvite) throw notFound(refusals.nobodyFound(name, []))

    return {
      kind: 'known',
      person,
      connected: friend !== undefined || share !== undefined,
      ...(share && { share }),
      ...(record && { guest: record }),
    }
  }

  async function linkedPlexId(discordUserId: string | undefined): Promise<string> {
    if (discordUserId === undefined) throw new OtpError('invalid_input', refusals.whoMissing())

    const guests = await all(store, 'guest')
    const linked = linkedTo(
      discordUserId,
      guests.map((one) => one.record),
    )
    if (!linked) throw notFound(refusals.notLinked())
    return linked.plexId
  }

  async function guest(name: string): Promise<Guest> {
    const guests = (await all(store, 'guest')).map((one) => one.record)
    const found = linkedTo(name.trim(), guests) ?? onlyOne(name.trim(), guests)
    if (!found) throw notFound(refusals.guestUnknown(name, nearest(name, guests)))

    return found
  }

  async function friends(): Promise<Friend[]> {
    if (!cached || clock.now() - cached.at > friendsLastMs) {
      cached = { friends: await plexAccount.friends(), at: clock.now() }
    }
    return cached.friends
  }
}

/** Neither a friend, nor invited, nor sharing anything of the server. */
export function isStranger(somebody: Somebody): boolean {
  return somebody.kind === 'stranger' || !somebody.connected
}

/** Whether two names are the same to Plex, which does not mind case. */
export function isNamed(person: PlexPerson, name: string): boolean {
  const wanted = name.toLowerCase()
  return [person.plexId, person.username, person.email].some((one) => one?.toLowerCase() === wanted)
}

/** The guest of a Discord user, who may have had several accounts in the course of time. */
function linkedTo(discordUserId: string, guests: readonly Guest[]): Guest | undefined {
  const linked = guests.filter((one) => one.discordUserId === discordUserId)
  if (new Set(linked.map((one) => one.plexId)).size > 1) throw several(refusals.linkedToSeveral, linked)
  return linked[0]
}

function onlyOne<P extends PlexPerson>(name: string, people: readonly P[]): P | undefined {
  const byId = new Map(people.filter((one) => isNamed(one, name)).map((one) => [one.plexId, one]))
  if (byId.size > 1) throw several((labels) => refusals.severalPeople(name, labels), [...byId.values()])
  return [...byId.values()][0]
}

function several(sentence: (labels: string[]) => string, people: readonly PlexPerson[]): OtpError {
  const candidates: Candidate[] = people
    .slice(0, 5)
    .map((one) => ({ value: one.plexId, label: `${one.username} (${one.plexId})` }))
  return new OtpError('ambiguous', sentence(candidates.map((one) => one.label)), { candidates })
}

/** Digits that match nobody are a mistyped id, never a name to invite. */
function invitable(name: string, mayInvite: boolean, near: string[]): string {
  if (!mayInvite || /^\d+$/.test(name)) throw notFound(refusals.nobodyFound(name, near))
  if (!/^[^\s<>"'&]{2,254}$/.test(name)) throw new OtpError('invalid_input', refusals.notAName(name))
  return name
}

/** Usernames that may have been meant. */
function nearest(name: string, people: readonly PlexPerson[]): string[] {
  const names = namedLike(people, name, ({ username }) => username).map((one) => one.username)
  return [...new Set(names)].filter((one) => !one.includes('@')).slice(0, mostNear)
}

function notFound(sentence: string): OtpError {
  return new OtpError('guest_not_found', sentence)
}

function notAssignable(sentence: string): OtpError {
  return new OtpError('guest_not_assignable', sentence)
}
