import { all, transact } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { guestRefusals } from '../messages/guests.js'
import { refusals } from '../messages/refusals.js'
import type { Assignment, Guest, GuestRef } from '../model.js'
import type { Change, Clock, Store, Stored } from '../ports.js'
import { guestId } from '../records.js'
import { isOpen, refOf, withHistory } from '../states.js'

/** Whom to unlink: a guest, a Discord user, or this guest from this Discord user alone. */
export type UnlinkRequest = ({ guest: string } | { discordUserId: string }) & {
  guest?: string
  discordUserId?: string
  by: string
}

/** Which Discord user is which guest. */
export interface Links {
  /** The accounts that a Discord user is linked to; usually one, or none. */
  of(discordUserId: string): Promise<Guest[]>
  /**
   * An assignment of the guest who is linked to this Discord user. Throws `assignment_not_found`, and `forbidden`
   * when it is somebody else's.
   */
  own(id: string, discordUserId: string): Promise<Stored<Assignment>>
  /** Forgets links; answers whose. Throws `guest_not_found` when there was none. */
  unlink(request: UnlinkRequest): Promise<GuestRef[]>
  /** Remembers the language that a linked Discord user reads. */
  noteLocale(reader: { discordUserId: string; locale: string }): Promise<void>
}

interface Needs {
  store: Store
  clock: Clock
  /** A guest by any of their names. */
  guest: (name: string) => Promise<Guest>
}

export function createLinks({ store, clock, guest }: Needs): Links {
  /** What has been written already, so that not every press of a button reads the store. */
  const noted = new Map<string, string>()

  return { of, own, unlink, noteLocale }

  async function of(discordUserId: string): Promise<Guest[]> {
    const known = (await all(store, 'guest')).map((one) => one.record)
    return known.filter((one) => one.discordUserId === discordUserId)
  }

  async function own(id: string, discordUserId: string): Promise<Stored<Assignment>> {
    const stored = await store.read('assignment', id)
    if (!stored) throw new OtpError('assignment_not_found', refusals.assignmentUnknown(id))

    const { machineIdentifier, guest: whose } = stored.record
    const holder = await store.read('guest', guestId(machineIdentifier, whose.plexId))
    if (holder?.record.discordUserId !== discordUserId) {
      throw new OtpError('forbidden', guestRefusals.notYours())
    }
    return stored
  }

  async function unlink({ guest: name, discordUserId, by }: UnlinkRequest): Promise<GuestRef[]> {
    const named = name === undefined ? undefined : await guest(name)
    const unlinked = await transact(store, async () => {
      const linked = (await all(store, 'guest')).filter(
        ({ record }) =>
          record.discordUserId !== undefined &&
          (named === undefined || record.plexId === named.plexId) &&
          (discordUserId === undefined || record.discordUserId === discordUserId),
      )
      const changes = await Promise.all(linked.map((one) => withoutLink(one, by)))
      return { changes: changes.flat(), value: linked.map((one) => one.record) }
    })
    if (unlinked.length === 0) throw new OtpError('guest_not_found', guestRefusals.noLink())

    for (const one of unlinked) noted.delete(one.discordUserId ?? '')
    return unlinked.map(refOf)
  }

  /** Nothing that is still to be told of goes to somebody who may be the wrong one. */
  async function withoutLink({ id, revision, record }: Stored<Guest>, by: string): Promise<Change[]> {
    const { discordUserId, locale: _, member: __, ...guest } = record
    const theirs = await all(store, 'assignment', { open: true, guest: record.plexId })
    const assignments = theirs.filter(
      (one) =>
        one.record.machineIdentifier === record.machineIdentifier &&
        one.record.guest.discordUserId === discordUserId,
    )
    return [
      { kind: 'guest', id, record: guest, ifRevision: revision },
      ...assignments.map(({ id, revision, record }): Change => {
        const { discordUserId: ___, ...ref } = record.guest
        const line = { at: clock.now(), by, what: 'unlinked from the Discord member' }
        const after = isOpen(record) ? withHistory(record, line) : record
        return { kind: 'assignment', id, record: { ...after, guest: ref }, ifRevision: revision }
      }),
    ]
  }

  async function noteLocale({ discordUserId, locale }: { discordUserId: string; locale: string }) {
    if (noted.get(discordUserId) === locale) return

    const found = await transact(store, async () => {
      const linked = (await all(store, 'guest')).filter((one) => one.record.discordUserId === discordUserId)
      const others = linked.filter((one) => one.record.locale !== locale)
      const changes = others.map(
        ({ id, revision, record }): Change => ({
          kind: 'guest',
          id,
          record: { ...record, locale },
          ifRevision: revision,
        }),
      )
      return { changes, value: linked.length > 0 }
    })
    if (found) noted.set(discordUserId, locale)
  }
}
