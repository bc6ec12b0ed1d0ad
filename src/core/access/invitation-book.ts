import { all, transact } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { reasons } from '../messages/reasons.js'
import { refusals } from '../messages/refusals.js'
import type { AccessBefore, Assignment, Guest, GuestRef, Invitation, PlexPerson, Share } from '../model.js'
import type { Change, Clock, Ids, Store, Stored } from '../ports.js'
import { guestId, type Setting } from '../records.js'
import { withHistory } from '../states.js'
import type { Tidings } from '../telling/tidings.js'
import { noFilters, snapshotOf, unique, unrestricted } from './wanted.js'

/** What an invitation came to: the guest behind the name, and the assignment that it was for. */
export interface Completed {
  invitation: Invitation
  assignment?: Assignment
}

/** The records of invitations. An invitation is written down before plex.tv is asked, and again afterwards. */
export interface InvitationBook {
  /**
   * The intent, under the name or the account id that is invited. Throws `conflict` while nobody knows what became of
   * another one for the same.
   */
  ask(who: string, facts: Omit<Invitation, 'state' | 'at'>): Promise<Invitation>
  /** What the invitation is to carry has changed before it was sent. */
  change(id: string, change: (record: Invitation) => Invitation): Promise<Invitation>
  /**
   * The outcome: the account is known now; guest and assignment are made in the same write. `elsewhere` is what
   * they have from before besides the share.
   */
  complete(
    id: string,
    person: PlexPerson,
    share: Share,
    elsewhere: Pick<AccessBefore, 'settings' | 'elsewhere'>,
  ): Promise<Completed>
  /** Whoever asked for the invitation hears of it at once. */
  fail(id: string, reason: string): Promise<void>
  /** It failed when nobody waited for it any more, so the admins are told. */
  giveUp(id: string, reason: string): Promise<void>
  accept(id: string): Promise<void>
  /** What was made for an invitation that came to nothing has been removed. */
  tidied(id: string): Promise<void>
  /** Throws `conflict` while nobody knows what became of an invitation by one of these names. */
  refuseUndecided(
    machineIdentifier: string,
    names: readonly [string, ...(string | undefined)[]],
  ): Promise<void>
  /** Standing access of somebody that holds, sent or accepted. */
  standing(machineIdentifier: string, plexId: string): Promise<Invitation[]>
  /** Links a Discord user to standing access that stands; who was not told of it yet is told now. */
  link(id: string, discordUserId: string): Promise<Invitation>
  read(id: string): Promise<Invitation>
}

export function createInvitationBook(needs: {
  store: Store
  tidings: Tidings
  clock: Clock
  ids: Pick<Ids, 'of'>
}): InvitationBook {
  const { store, tidings, clock, ids } = needs

  return {
    ask,
    change: replace,
    complete,
    fail,
    giveUp,
    accept,
    tidied,
    refuseUndecided,
    standing,
    link,
    read: async (id) => (await stored(id)).record,
  }

  /** Of several at once, in this process or another, one write holds. */
  function ask(who: string, facts: Omit<Invitation, 'state' | 'at'>): Promise<Invitation> {
    const record: Invitation = { ...facts, state: 'asked', at: clock.now() }
    const claimId = `inviting.${ids.of([facts.machineIdentifier, who.toLowerCase()])}`
    const claim: Setting = { name: 'inviting', invitationId: record.id }

    return transact(store, async () => {
      const claimed = await store.read('setting', claimId)
      if (claimed && (await isBegun(claimed.record))) {
        throw new OtpError('conflict', refusals.inviteUndecided(facts.invitee))
      }
      const condition = claimed ? { ifRevision: claimed.revision } : ({ unless: 'exists' } as const)
      return {
        changes: [
          { kind: 'invitation', id: record.id, record, unless: 'exists' },
          { kind: 'setting', id: claimId, record: claim, ...condition },
        ],
        value: record,
      }
    })
  }

  async function isBegun(claim: Setting): Promise<boolean> {
    if (claim.name !== 'inviting') return false
    return (await store.read('invitation', claim.invitationId))?.record.state === 'asked'
  }

  function complete(
    id: string,
    person: PlexPerson,
    share: Share,
    elsewhere: Pick<AccessBefore, 'settings' | 'elsewhere'>,
  ): Promise<Completed> {
    return transact<Completed>(store, async () => {
      const { record, revision } = await stored(id)
      if (record.state !== 'asked') return { changes: [], value: await completedBefore(record) }

      const known = await store.read('guest', guestId(record.machineIdentifier, person.plexId))
      const sameAgain = await sameStanding(record, person.plexId)
      const twin = sameAgain.find((one) => one.record.id !== record.renews)
      // The guest's record is part of every such write, so of two at once the later one sees the other.
      if (twin && known) {
        const over: Invitation = { ...record, state: 'cancelled', reason: reasons.invitedAlready() }
        return {
          changes: [
            { kind: 'invitation', id, record: over, ifRevision: revision },
            { kind: 'guest', id: known.id, record: known.record, ifRevision: known.revision },
          ],
          value: { invitation: twin.record },
        }
      }
      const linked = record.discordUserId ?? known?.record.discordUserId
      const ref: GuestRef = { ...person, ...(linked !== undefined && { discordUserId: linked }) }
      const invitation: Invitation = {
        ...withoutMade(record),
        state: share.accepted ? 'accepted' : 'sent',
        guest: ref,
      }
      const guest = guestAfter(record, ref, known?.record, { share, elsewhere })
      const condition = known ? { ifRevision: known.revision } : ({ unless: 'exists' } as const)
      const changes: Change[] = [
        { kind: 'invitation', id, record: invitation, ifRevision: revision },
        { kind: 'guest', id: guestId(guest.machineIdentifier, guest.plexId), record: guest, ...condition },
      ]
      if (record.purpose.kind === 'standing') {
        changes.push(...sameAgain.map(endedBy), ...tidings.invited(invitation, guest))
        return { changes, value: { invitation } }
      }

      const assignment = assignmentAfter(record.purpose.assignment, ref, share.accepted)
      changes.push({ kind: 'assignment', id: assignment.id, record: assignment, unless: 'exists' })
      changes.push(...tidings.assigned(assignment, guest))
      return { changes, value: { invitation, assignment } }
    })
  }

  /** Standing access to the same that holds already, of this or another moment. */
  async function sameStanding(
    { id, machineIdentifier, purpose, libraryKeys }: Invitation,
    plexId: string,
  ): Promise<Stored<Invitation>[]> {
    if (purpose.kind !== 'standing') return []
    const theirs = await standingOf(machineIdentifier, plexId)
    return theirs.filter(
      ({ record }) => record.id !== id && libraryKeys.every((key) => record.libraryKeys.includes(key)),
    )
  }

  function endedBy({ id, record, revision }: Stored<Invitation>): Change {
    const over: Invitation = { ...record, state: 'cancelled', reason: reasons.invitedAnew() }
    return { kind: 'invitation', id, record: over, ifRevision: revision }
  }

  function link(id: string, discordUserId: string): Promise<Invitation> {
    return transact(store, async () => {
      const { record, revision } = await stored(id)
      if (!record.guest || record.guest.discordUserId === discordUserId) return { changes: [], value: record }

      const guest = await store.read('guest', guestId(record.machineIdentifier, record.guest.plexId))
      if (!guest) throw new Error(`Standing access ${id} holds for somebody who is not in the store`)
      const linked: Invitation = { ...record, discordUserId, guest: { ...record.guest, discordUserId } }
      return {
        changes: [
          { kind: 'invitation', id, record: linked, ifRevision: revision },
          {
            kind: 'guest',
            id: guest.id,
            record: { ...guest.record, discordUserId },
            ifRevision: guest.revision,
          },
          ...tidings.invited(linked, { ...record.guest, discordUserId }),
        ],
        value: linked,
      }
    })
  }

  async function completedBefore(invitation: Invitation): Promise<Completed> {
    if (invitation.purpose.kind === 'standing') return { invitation }
    const made = await store.read('assignment', invitation.purpose.assignment.id)
    return { invitation, ...(made && { assignment: made.record }) }
  }

  /**
   * Standing access makes nobody a guest, and survives the end of a pass, so OTP does not count it as lent. An
   * assignment does, and OTP answers for what it opened, here and under another of their names.
   */
  function guestAfter(
    { id, machineIdentifier, purpose, libraryKeys, filters, labelled = [] }: Invitation,
    ref: GuestRef,
    known: Guest | undefined,
    { share, elsewhere }: { share: Share; elsewhere: Pick<AccessBefore, 'settings' | 'elsewhere'> },
  ): Guest {
    const plain: Guest = { watched: false, givenLibraryKeys: [], ...known, ...ref, machineIdentifier }
    if (purpose.kind === 'standing') {
      return {
        ...plain,
        ...(plain.before && { before: withLibraries(plain.before, libraryKeys) }),
        givenLibraryKeys: plain.givenLibraryKeys.filter((key) => !libraryKeys.includes(key)),
        ...(plain.lastRead && { lastRead: snapshotOf(share) }),
      }
    }
    return {
      ...plain,
      watched: true,
      before: known?.before ?? { kind: 'none', ...elsewhere },
      givenLibraryKeys: unique([...plain.givenLibraryKeys, ...libraryKeys]),
      settingsGiven: [
        ...(known?.settingsGiven ?? []),
        { ...unrestricted, filters: filters ?? noFilters },
        share.settings,
      ],
      lastRead: snapshotOf(share),
      ...(labelled.length > 0 && {
        label: invitationLabel(id),
        labelled: [...(known?.labelled ?? []), ...labelled],
      }),
    }
  }

  function assignmentAfter(draft: Omit<Assignment, 'guest'>, guest: GuestRef, accepted: boolean): Assignment {
    return {
      ...withHistory({ ...draft, guest }, { at: clock.now(), by: 'otp', what: 'invited' }),
      state: accepted ? 'ready' : 'pending',
      access: 'given',
    }
  }

  async function fail(id: string, reason: string): Promise<void> {
    await replace(id, (record) => ({ ...record, state: 'failed', reason }))
  }

  async function giveUp(id: string, reason: string): Promise<void> {
    await transact(store, async () => {
      const { record, revision } = await stored(id)
      const failed: Invitation = { ...record, state: 'failed', reason }
      return {
        changes: [
          { kind: 'invitation', id, record: failed, ifRevision: revision },
          ...tidings.invitationFailed(record.machineIdentifier, record.invitee, reason),
        ],
        value: undefined,
      }
    })
  }

  async function accept(id: string): Promise<void> {
    await replace(id, (record) => (record.state === 'sent' ? { ...record, state: 'accepted' } : record))
  }

  async function refuseUndecided(
    machineIdentifier: string,
    names: readonly [string, ...(string | undefined)[]],
  ): Promise<void> {
    const wanted = new Set(names.map((one) => one?.toLowerCase()))
    const asked = await all(store, 'invitation', { open: true, state: 'asked' })
    const isUndecided = asked.some(
      ({ record }) =>
        record.machineIdentifier === machineIdentifier && wanted.has(record.invitee.toLowerCase()),
    )
    if (isUndecided) throw new OtpError('conflict', refusals.inviteUndecided(names[0]))
  }

  async function standing(machineIdentifier: string, plexId: string): Promise<Invitation[]> {
    return (await standingOf(machineIdentifier, plexId)).map((one) => one.record)
  }

  async function standingOf(machineIdentifier: string, plexId: string): Promise<Stored<Invitation>[]> {
    const theirs = await all(store, 'invitation', { guest: plexId })
    return theirs
      .filter(
        ({ record }) => record.machineIdentifier === machineIdentifier && record.purpose.kind === 'standing',
      )
      .filter(({ record: { state } }) => state === 'sent' || state === 'accepted')
  }

  async function tidied(id: string): Promise<void> {
    await replace(id, withoutMade)
  }

  function replace(id: string, change: (record: Invitation) => Invitation): Promise<Invitation> {
    return transact(store, async () => {
      const { record, revision } = await stored(id)
      const after = change(record)
      if (after === record) return { changes: [], value: after }
      return { changes: [{ kind: 'invitation', id, record: after, ifRevision: revision }], value: after }
    })
  }

  async function stored(id: string): Promise<Stored<Invitation>> {
    const found = await store.read('invitation', id)
    if (!found) throw new Error(`Invitation ${id} is not in the store`)
    return found
  }
}

/** The label of a restriction that an invitation carries, when the id of the account is not known yet. */
export function invitationLabel(invitationId: string): string {
  return `Otp-${invitationId}`
}

/** The labels and the private library are another record's now, or have been removed. */
function withoutMade({ labelled: _, ...invitation }: Invitation): Invitation {
  if (invitation.purpose.kind === 'standing') return invitation
  const { privateLibrary: __, ...assignment } = invitation.purpose.assignment
  return { ...invitation, purpose: { kind: 'assignment', assignment } }
}

/** Standing access counts as access from before, also when it comes during a pass. */
function withLibraries(before: AccessBefore, more: readonly string[]): AccessBefore {
  if (before.kind === 'all') return before
  const libraryKeys = before.kind === 'libraries' ? before.libraryKeys : []
  return { ...before, kind: 'libraries', libraryKeys: unique([...libraryKeys, ...more]) }
}
