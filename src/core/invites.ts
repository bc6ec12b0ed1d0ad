import { snapshotOf } from './access.js'
import { OtpError } from './errors.js'
import { refusals } from './messages/refusals.js'
import type { Assignment, Guest, GuestRef, Invitation, Library, PlexPerson, Share } from './model.js'
import type { Notice } from './notices.js'
import type { Outbox } from './outbox.js'
import type { People, Somebody } from './people.js'
import type { Change, Clock, Ids, Logger, PlexAccount, PlexServer, Store, Stored } from './ports.js'
import { guestId } from './records.js'
import type { ServerFacts } from './server-facts.js'
import { findInvited, type Sharing } from './sharing.js'
import { isOpen, withHistory } from './states.js'
import { all, transact } from './transact.js'
import type { Turns } from './turns.js'

/** An invitation that nobody can find at plex.tv after this time did not go out. */
const lostAfterMs = 15 * 60_000

export interface Invites {
  /** Invites a stranger with only what the assignment needs; the assignment waits for the acceptance. */
  inviteFor(
    invitee: string,
    draft: Omit<Assignment, 'guest'>,
    discordUserId: string | undefined,
  ): Promise<Assignment>
  /** Standing access to one library. It makes nobody a guest. */
  invite(request: {
    invitee: string
    library: string
    discordUserId?: string
    by: string
  }): Promise<Invitation>
  /** Notices acceptance, finishes invitations whose fate was unknown. One reading of plex.tv serves all. */
  look(machineIdentifier: string): Promise<void>
  /** The message that an assignment is there, to be written with it. */
  tellAssigned(assignment: Assignment, guest: Guest): Change[]
  tellFailed(machineIdentifier: string, invitee: string, reason: string): Promise<void>
}

interface Needs {
  plexServer: PlexServer
  plexAccount: PlexAccount
  store: Store
  sharing: Sharing
  people: People
  facts: ServerFacts
  outbox: Outbox
  turns: Turns
  clock: Clock
  ids: Ids
  log: Logger
  wakeMonitor: () => void
}

export function createInvites(needs: Needs): Invites {
  const { plexServer, plexAccount, store, sharing, people, facts, outbox, turns, clock, ids, log } = needs

  return { inviteFor, invite, look, tellAssigned, tellFailed }

  async function inviteFor(
    invitee: string,
    draft: Omit<Assignment, 'guest'>,
    discordUserId: string | undefined,
  ): Promise<Assignment> {
    const invitation = await ask({
      machineIdentifier: draft.machineIdentifier,
      invitee,
      libraryKeys: draft.media.libraryKey === undefined ? [] : [draft.media.libraryKey],
      purpose: { kind: 'assignment', assignment: draft },
      by: draft.createdBy,
      ...(discordUserId !== undefined && { discordUserId }),
    })
    const { assignment } = await sendToStranger(invitation)
    if (!assignment) throw new Error('An invitation for an assignment made no assignment')
    return assignment
  }

  /** The intent, before plex.tv is asked. */
  async function ask(facts: Omit<Invitation, 'id' | 'state' | 'at'>): Promise<Invitation> {
    const record: Invitation = { ...facts, id: ids.next(), state: 'asked', at: clock.now() }
    await store.commit([{ kind: 'invitation', id: record.id, record, unless: 'exists' }])
    return record
  }

  async function sendToStranger(invitation: Invitation): Promise<Completed> {
    const { machineIdentifier, invitee, libraryKeys } = invitation
    try {
      const share = await sharing.inviteByName({ machineIdentifier, invitee, libraryKeys })
      if (share) return await complete(invitation.id, share)
    } catch (error) {
      if (!(error instanceof OtpError)) throw error
      if (error.code === 'plex_unreachable') {
        throw new OtpError('plex_unreachable', refusals.inviteLost(error.message), { cause: error })
      }
      await fail(invitation.id, error.message)
      throw error
    }
    throw new OtpError('plex_refused', refusals.inviteLost(refusals.shareNotReal(invitee)))
  }

  interface Completed {
    invitation: Invitation
    assignment?: Assignment
  }

  /** The outcome: the account behind the name is known now, and with it the guest and the assignment. */
  async function complete(id: string, share: Share): Promise<Completed> {
    if (!share.person) return takeBackFromNobody(id, share)

    const person = share.person
    const completed = await transact(store, async () => {
      const stored = await invitationRecord(id)
      const guest = await store.read('guest', guestId(stored.record.machineIdentifier, person.plexId))
      return outcome(stored, guest, person, share)
    })
    log.info('invitation sent', { invitation: id, guest: person.plexId, accepted: share.accepted })
    outbox.wake()
    needs.wakeMonitor()
    return completed
  }

  function outcome(
    { id, revision, record }: Stored<Invitation>,
    known: Stored<Guest> | undefined,
    person: PlexPerson,
    share: Share,
  ): { changes: Change[]; value: Completed } {
    const linked = record.discordUserId ?? known?.record.discordUserId
    const ref: GuestRef = { ...person, ...(linked !== undefined && { discordUserId: linked }) }
    const invitation: Invitation = { ...record, state: share.accepted ? 'accepted' : 'sent', guest: ref }
    const forAssignment = record.purpose.kind === 'assignment'
    const guest: Guest = {
      ...(known?.record ?? { givenLibraryKeys: [] }),
      ...ref,
      machineIdentifier: record.machineIdentifier,
      watched: forAssignment || (known?.record.watched ?? false),
      ...(forAssignment && { before: known?.record.before ?? { kind: 'none' } }),
      ...(forAssignment && { givenLibraryKeys: record.libraryKeys }),
    }
    const condition = known ? { ifRevision: known.revision } : ({ unless: 'exists' } as const)
    const changes: Change[] = [
      { kind: 'invitation', id, record: invitation, ifRevision: revision },
      { kind: 'guest', id: guestId(guest.machineIdentifier, guest.plexId), record: guest, ...condition },
    ]
    if (record.purpose.kind !== 'assignment') {
      return { changes: [...changes, ...tellInvited(invitation, guest)], value: { invitation } }
    }

    const assignment: Assignment = {
      ...withHistory(
        { ...record.purpose.assignment, guest: ref },
        { at: clock.now(), by: 'otp', what: 'invited' },
      ),
      state: share.accepted ? 'ready' : 'pending',
      access: 'given',
    }
    changes.push({ kind: 'assignment', id: assignment.id, record: assignment, unless: 'exists' })
    return { changes: [...changes, ...tellAssigned(assignment, guest)], value: { invitation, assignment } }
  }

  /** Plex accepts an address that no account has. Nobody can be watched by it, so it is taken back. */
  async function takeBackFromNobody(id: string, share: Share): Promise<never> {
    const { record } = await invitationRecord(id)
    const { machineIdentifier, invitee } = record
    await plexAccount.removeShare({ machineIdentifier, shareId: share.shareId })
    await fail(id, refusals.noAccountYet(invitee))
    throw new OtpError('guest_not_found', refusals.noAccountYet(invitee))
  }

  async function fail(id: string, reason: string): Promise<void> {
    await transact(store, async () => {
      const { record, revision } = await invitationRecord(id)
      const failed: Invitation = { ...record, state: 'failed', reason }
      return { changes: [{ kind: 'invitation', id, record: failed, ifRevision: revision }], value: undefined }
    })
  }

  async function invitationRecord(id: string): Promise<Stored<Invitation>> {
    const stored = await store.read('invitation', id)
    if (!stored) throw new Error(`Invitation ${id} is not in the store`)
    return stored
  }

  async function invite(request: {
    invitee: string
    library: string
    discordUserId?: string
    by: string
  }): Promise<Invitation> {
    const machineIdentifier = await facts.machineIdentifier()
    const library = await libraryNamed(request.library)
    const somebody = await people.resolve({ guest: request.invitee }, machineIdentifier, true)
    const name = somebody.kind === 'stranger' ? somebody.invitee.toLowerCase() : somebody.person.plexId

    return turns.run(name, async () => {
      const invitation = await ask({
        machineIdentifier,
        invitee: request.invitee,
        libraryKeys: [library.key],
        purpose: { kind: 'standing', library: library.title },
        by: request.by,
        ...(request.discordUserId !== undefined && { discordUserId: request.discordUserId }),
      })
      const completed =
        somebody.kind === 'stranger'
          ? await sendToStranger(invitation)
          : await openLibrary(invitation, somebody, library)
      return completed.invitation
    })
  }

  async function libraryNamed(text: string): Promise<Library> {
    const libraries = await plexServer.libraries()
    const wanted = text.trim().toLowerCase()
    const found = libraries.find((one) => one.key === wanted || one.title.toLowerCase() === wanted)
    if (found) return found

    const titles = libraries.map((one) => one.title)
    throw new OtpError('library_not_found', refusals.libraryUnknown(text, titles))
  }

  async function openLibrary(
    invitation: Invitation,
    { person, share }: Extract<Somebody, { kind: 'known' }>,
    library: Library,
  ): Promise<Completed> {
    const { machineIdentifier } = invitation
    const have = snapshotOf(share)
    const wanted = share ? [...new Set([...share.libraryKeys, library.key])] : [library.key]
    try {
      const reached =
        have.kind === 'all' ? { share } : await sharing.reach({ machineIdentifier, person, share, wanted })
      if (!reached.share) throw new OtpError('plex_refused', refusals.shareNotReal(person.username))

      await keepForGood(machineIdentifier, person.plexId, library.key)
      return await complete(invitation.id, reached.share)
    } catch (error) {
      if (error instanceof OtpError) await fail(invitation.id, error.message)
      throw error
    }
  }

  /** Standing access survives the end of a pass, so OTP no longer counts the library as lent. */
  async function keepForGood(machineIdentifier: string, plexId: string, libraryKey: string): Promise<void> {
    await transact(store, async () => {
      const stored = await store.read('guest', guestId(machineIdentifier, plexId))
      if (!stored?.record.givenLibraryKeys.includes(libraryKey)) return { changes: [], value: undefined }

      const givenLibraryKeys = stored.record.givenLibraryKeys.filter((key) => key !== libraryKey)
      const record: Guest = { ...stored.record, givenLibraryKeys }
      return {
        changes: [{ kind: 'guest', id: stored.id, record, ifRevision: stored.revision }],
        value: undefined,
      }
    })
  }

  async function look(machineIdentifier: string): Promise<void> {
    const invitations = (await all(store, 'invitation', { open: true })).map((one) => one.record)
    const assignments = (await all(store, 'assignment', { open: true, state: 'pending' })).map(
      (one) => one.record,
    )
    const here = invitations.filter((one) => one.machineIdentifier === machineIdentifier)
    const waiting = assignments.filter((one) => one.machineIdentifier === machineIdentifier)
    if (here.length === 0 && waiting.length === 0) return

    const shares = await plexAccount.shares(machineIdentifier)
    const accepted = new Set(shares.filter((one) => one.accepted).map((one) => one.person?.plexId))
    for (const one of here.filter((it) => it.state === 'asked')) await finishOrGiveUp(one, shares)
    for (const one of here.filter((it) => it.guest && accepted.has(it.guest.plexId)))
      await noteAccepted(one.id)
    for (const one of waiting.filter((it) => accepted.has(it.guest.plexId))) await makeReady(one.id)
  }

  /** What became of an invitation whose answer was lost. */
  async function finishOrGiveUp(invitation: Invitation, shares: readonly Share[]): Promise<void> {
    await turns.run(invitation.invitee.toLowerCase(), async () => {
      const { record } = await invitationRecord(invitation.id)
      if (record.state !== 'asked') return

      const share = findInvited(shares, record.invitee)
      if (share) {
        await complete(record.id, share)
      } else if (clock.now() - record.at >= lostAfterMs) {
        const reason = 'plex.tv never showed the invitation.'
        await fail(record.id, reason)
        await tellFailed(record.machineIdentifier, record.invitee, reason)
      }
    })
  }

  async function noteAccepted(id: string): Promise<void> {
    await transact(store, async () => {
      const { record, revision } = await invitationRecord(id)
      if (record.state !== 'sent') return { changes: [], value: undefined }

      const accepted: Invitation = { ...record, state: 'accepted' }
      return {
        changes: [{ kind: 'invitation', id, record: accepted, ifRevision: revision }],
        value: undefined,
      }
    })
  }

  async function makeReady(id: string): Promise<void> {
    await transact(store, async () => {
      const stored = await store.read('assignment', id)
      if (stored?.record.state !== 'pending') return { changes: [], value: undefined }

      const record: Assignment = {
        ...withHistory(stored.record, { at: clock.now(), by: 'otp', what: 'invitation accepted' }),
        state: 'ready',
      }
      const changes: Change[] = [{ kind: 'assignment', id, record, ifRevision: stored.revision }]
      return { changes: [...changes, ...tellReady(record)], value: undefined }
    })
    log.info('invitation accepted', { assignment: id })
    outbox.wake()
    needs.wakeMonitor()
  }

  function tellReady({ machineIdentifier, guest, media, expiresAt }: Assignment): Change[] {
    const toAdmins = outbox.draft(machineIdentifier, {
      to: 'admins',
      notice: { kind: 'invitation-accepted', guest, media },
    })
    const link = plexServer.linkTo(machineIdentifier, media.ratingKey)
    const notice = { kind: 'ready' as const, media, link, ...(expiresAt !== undefined && { expiresAt }) }
    return [...toGuest(machineIdentifier, guest, notice), toAdmins.change]
  }

  function tellAssigned(assignment: Assignment, guest: Guest): Change[] {
    const { machineIdentifier, media, expiresAt, state, scope } = assignment
    return toGuest(machineIdentifier, assignment.guest, {
      kind: 'assigned',
      media,
      link: plexServer.linkTo(machineIdentifier, media.ratingKey),
      pending: state === 'pending' && isOpen(assignment),
      everythingElseStops:
        scope === 'everything' && guest.before !== undefined && guest.before.kind !== 'none',
      ...(expiresAt !== undefined && { expiresAt }),
    })
  }

  function tellInvited({ machineIdentifier, purpose, state }: Invitation, guest: Guest): Change[] {
    if (purpose.kind !== 'standing') return []
    const pending = state !== 'accepted'
    return toGuest(machineIdentifier, guest, { kind: 'invited', library: purpose.library, pending })
  }

  function toGuest(
    machineIdentifier: string,
    guest: GuestRef,
    notice: Extract<Notice, { to: 'guest' }>['notice'],
  ): Change[] {
    if (guest.discordUserId === undefined) return []
    return [outbox.draft(machineIdentifier, { to: 'guest', guest, notice }).change]
  }

  async function tellFailed(machineIdentifier: string, invitee: string, reason: string): Promise<void> {
    const { change } = outbox.draft(machineIdentifier, {
      to: 'admins',
      notice: { kind: 'invitation-failed', invitee, reason },
    })
    await store.commit([change])
    outbox.wake()
  }
}
