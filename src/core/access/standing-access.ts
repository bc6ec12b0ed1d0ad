import type { ServerFacts } from '../engine/server-facts.js'
import { all } from '../engine/transact.js'
import type { Turns } from '../engine/turns.js'
import { OtpError } from '../errors.js'
import { namedLike } from '../finding/names.js'
import { isSameText } from '../finding/words.js'
import { obstacles } from '../messages/obstacles.js'
import { refusals } from '../messages/refusals.js'
import type { Invitation, Library, PlexPerson, Share } from '../model.js'
import type { Clock, Ids, Logger, PlexServer, Store } from '../ports.js'
import { guestId, isBeingWithdrawn } from '../records.js'
import type { Outbox } from '../telling/outbox.js'
import type { Access } from './access.js'
import type { Giving } from './giving.js'
import type { Completed, InvitationBook } from './invitation-book.js'
import type { Invites } from './invites.js'
import { lists } from './made-shares.js'
import { isStranger, type People, type Somebody } from './people.js'
import { privateLibrariesOn } from './private-holder.js'
import type { Restrictions } from './restrictions.js'
import type { Sharing } from './sharing.js'
import { snapshotOf, unique } from './wanted.js'

export interface InviteRequest {
  invitee: string
  library: string
  discordUserId?: string
  /** Refuse with `confirmation_needed` before inviting a stranger. */
  ask?: boolean
  by: string
}

/** Opens one library to somebody for as long as nobody takes it back. It makes nobody a guest. */
export interface StandingAccess {
  invite(request: InviteRequest): Promise<Invitation>
}

export function createStandingAccess(needs: {
  plexServer: PlexServer
  store: Store
  book: InvitationBook
  invites: Invites
  sharing: Sharing
  restrictions: Restrictions
  access: Access
  giving: Giving
  people: People
  facts: ServerFacts
  outbox: Outbox
  turns: Turns
  clock: Clock
  ids: Ids
  log: Logger
}): StandingAccess {
  const { plexServer, store, book, invites, sharing, restrictions, access } = needs
  const { giving, people, facts, outbox, turns, clock, ids, log } = needs

  return { invite }

  async function invite(request: InviteRequest): Promise<Invitation> {
    const machineIdentifier = await facts.machineIdentifier()
    const library = await libraryNamed(request.library, machineIdentifier)
    const somebody = await people.resolve({ guest: request.invitee }, machineIdentifier, true)
    if (request.ask && isStranger(somebody)) {
      throw new OtpError('confirmation_needed', refusals.wouldInvite(request.invitee))
    }
    return inviteInTurn(somebody, request, { machineIdentifier, library })
  }

  /** Whoever was invited while this waited for its turn is no stranger any more. */
  async function inviteInTurn(
    somebody: Somebody,
    request: InviteRequest,
    where: { machineIdentifier: string; library: Library },
  ): Promise<Invitation> {
    if (somebody.kind === 'known') {
      return turns.run(somebody.person.plexId, () => inviteKnown(somebody.person, request, where))
    }
    return turns.run(somebody.invitee.toLowerCase(), async () => {
      await book.refuseUndecided(where.machineIdentifier, [request.invitee])
      const now = await people.resolve({ guest: request.invitee }, where.machineIdentifier, true)
      if (now.kind === 'known') return inviteInTurn(now, request, where)

      const asked = await askFor(now.invitee, request, where)
      return (await invites.send(asked)).invitation
    })
  }

  /** One who is invited to the same already is not invited twice, unless plex.tv does not show it any more. */
  async function inviteKnown(
    person: PlexPerson,
    request: InviteRequest,
    where: { machineIdentifier: string; library: Library },
  ): Promise<Invitation> {
    const { machineIdentifier, library } = where
    await book.refuseUndecided(machineIdentifier, [request.invitee])
    await refuseWithdrawn(machineIdentifier, person, library)
    const standing = await book.standing(machineIdentifier, person.plexId)
    const before = standing.find((one) => one.libraryKeys.includes(library.key))
    if (before && (await isShown(before, person, library))) return stands(before, request)

    const asked = await askFor(person.plexId, request, where, before)
    return (await openBeside(asked, person, library)).invitation
  }

  async function isShown(
    { machineIdentifier }: Invitation,
    { plexId }: PlexPerson,
    library: Library,
  ): Promise<boolean> {
    const share = await sharing.shareOf(machineIdentifier, plexId, { fresh: true })
    return share !== undefined && lists(share, [library.key])
  }

  async function stands({ id }: Invitation, { discordUserId }: InviteRequest): Promise<Invitation> {
    if (discordUserId === undefined) return book.read(id)
    const linked = await book.link(id, discordUserId)
    outbox.wake()
    return linked
  }

  async function askFor(
    who: string,
    request: InviteRequest,
    { machineIdentifier, library }: { machineIdentifier: string; library: Library },
    before?: Invitation,
  ): Promise<Invitation> {
    return book.ask(who, {
      id: ids.next(),
      machineIdentifier,
      invitee: request.invitee,
      libraryKeys: [library.key],
      ...(await invites.asItStands(machineIdentifier)),
      purpose: { kind: 'standing', library: library.title },
      by: request.by,
      ...(before && { renews: before.id }),
      ...(request.discordUserId !== undefined && { discordUserId: request.discordUserId }),
    })
  }

  /** A library that OTP made for one guest goes when their pass ends, so it is nobody else's. */
  async function libraryNamed(text: string, machineIdentifier: string): Promise<Library> {
    const everything = await plexServer.libraries()
    const made = (await privateLibrariesOn(store, machineIdentifier)).map((one) => one.libraryKey)
    const found = everything.find((one) => one.key === text.trim() || isSameText(one.title, text))
    if (found && made.includes(found.key)) {
      throw new OtpError('conflict', refusals.libraryIsPrivate(found.title))
    }
    if (found) return found

    const titles = everything.filter((one) => !made.includes(one.key)).map((one) => one.title)
    const near = namedLike(titles, text, (one) => one)
    throw new OtpError('library_not_found', refusals.libraryUnknown(text, near.length > 0 ? near : titles))
  }

  /** A restriction to one title would hide the library, so a pass that has one goes on without, once it is open. */
  async function openBeside(asked: Invitation, person: PlexPerson, library: Library): Promise<Completed> {
    const { machineIdentifier } = asked
    const { plexId } = person
    const labelled = await restrictions.labelledOf(machineIdentifier, plexId)
    if (labelled.some((one) => !one.mayWeaken)) {
      return invites.fail(asked.id, new OtpError('conflict', refusals.labelInTheWay(person.username)))
    }

    const share = await sharing.shareOf(machineIdentifier, plexId, { fresh: true })
    const theirs = await ofOthers(machineIdentifier, plexId, share)
    const gave = [library.key].filter((key) => theirs !== 'all' && !theirs.includes(key))
    const invitation = await book.change(asked.id, (now) => ({ ...now, sentAt: clock.now(), gave }))
    const completed = await openLibrary(invitation, person, library, share).catch(async (error: unknown) => {
      await bringBack(machineIdentifier, plexId)
      throw error
    })
    for (const { id } of labelled) await giving.weaken(id, obstacles.seesOther())
    if (labelled.length > 0) await access.bringInLine(machineIdentifier, plexId, 'follow')
    return completed
  }

  async function openLibrary(
    invitation: Invitation,
    person: PlexPerson,
    library: Library,
    share: Share | undefined,
  ): Promise<Completed> {
    const { machineIdentifier } = invitation
    const { plexId } = person
    const settings = share?.settings ?? (await sharing.settingsOf(plexId))
    const wanted = unique([...(share?.libraryKeys ?? []), library.key])
    const isGuest = (await store.read('guest', guestId(machineIdentifier, plexId))) !== undefined
    const plan = {
      machineIdentifier,
      person,
      share,
      wanted,
      ...(!share && { settings }),
      ...(isGuest && { notes: access.notesFor(machineIdentifier, plexId) }),
    }
    const reached =
      snapshotOf(share).kind === 'all'
        ? { share, invited: false }
        : await sharing.reach(plan).catch((error: unknown) => invites.refuse(invitation, error))
    if (reached.doubt) return invites.refuse(invitation, reached.doubt)
    if (!reached.share) throw new Error(`Share of ${plexId} was reached and is not there`)

    return invites.write(invitation, reached.share.person ?? person, reached.share)
  }

  /** What is about to be taken back would take this with it. */
  async function refuseWithdrawn(
    machineIdentifier: string,
    { plexId, username }: PlexPerson,
    { key, title }: Library,
  ): Promise<void> {
    const theirs = await all(store, 'invitation', { open: true, guest: plexId })
    const isInTheWay = theirs.some(
      ({ record }) =>
        record.machineIdentifier === machineIdentifier &&
        isBeingWithdrawn(record) &&
        record.libraryKeys.includes(key),
    )
    if (isInTheWay) throw new OtpError('conflict', refusals.beingTakenBack(username, title))
  }

  /** What somebody sees that neither a pass nor other standing access has opened. */
  async function ofOthers(
    machineIdentifier: string,
    plexId: string,
    share: Share | undefined,
  ): Promise<string[] | 'all'> {
    if (share?.allLibraries) return 'all'
    const guest = await store.read('guest', guestId(machineIdentifier, plexId))
    const standing = await book.standing(machineIdentifier, plexId)
    const ours = [
      ...(guest?.record.givenLibraryKeys ?? []),
      ...standing.flatMap((one) => one.gave ?? one.libraryKeys),
    ]
    return (share?.libraryKeys ?? []).filter((key) => !ours.includes(key))
  }

  /** An invitation for a pass may have been taken back to be sent anew with the library. */
  async function bringBack(machineIdentifier: string, plexId: string): Promise<void> {
    const guest = await store.read('guest', guestId(machineIdentifier, plexId))
    if (!guest?.record.takenBack) return

    await access
      .bringInLine(machineIdentifier, plexId, 'take')
      .catch((error: unknown) => log.warn('an invitation is sent again later', { guest: plexId, error }))
  }
}
