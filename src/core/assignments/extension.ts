import type { Limits } from '../access/limits.js'
import { transact } from '../engine/transact.js'
import type { Assignment, Guest } from '../model.js'
import type { Clock, Store } from '../ports.js'
import { guestId } from '../records.js'
import { isOpen, withHistory } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import type { Tidings } from '../telling/tidings.js'

export interface Extended {
  assignment: Assignment
  guest: Guest
  before: Assignment
}

/**
 * Gives an assignment that stands the limits that are given now, and tells the guest when they changed. Answers
 * undefined when it has ended in this moment.
 */
export interface Extension {
  extend(
    standing: Assignment,
    change: { limits: Limits; by: string; discordUserId?: string },
  ): Promise<Extended | undefined>
}

export function createExtension(needs: {
  store: Store
  tidings: Tidings
  outbox: Outbox
  clock: Clock
}): Extension {
  const { store, tidings, outbox, clock } = needs

  return { extend }

  async function extend(
    { id, machineIdentifier, guest: { plexId } }: Assignment,
    { limits, by, discordUserId }: { limits: Limits; by: string; discordUserId?: string },
  ): Promise<Extended | undefined> {
    const extended = await transact<Extended | undefined>(store, async () => {
      const stored = await store.read('assignment', id)
      const guest = await store.read('guest', guestId(machineIdentifier, plexId))
      if (!stored || !guest) throw new Error(`Assignment ${id} or its guest is not in the store`)
      if (!isOpen(stored.record)) return { changes: [], value: undefined }

      const linked = discordUserId === undefined ? {} : { discordUserId }
      const assignment: Assignment = {
        ...withHistory(stored.record, { at: clock.now(), by, what: 'extended' }),
        ...limits,
        guest: { ...stored.record.guest, ...linked },
      }
      const record: Guest = { ...guest.record, ...linked }
      const changesDeadline = assignment.expiresAt !== stored.record.expiresAt
      return {
        changes: [
          { kind: 'assignment', id, record: assignment, ifRevision: stored.revision },
          { kind: 'guest', id: guest.id, record, ifRevision: guest.revision },
          ...(changesDeadline ? tidings.extended(assignment) : []),
        ],
        value: { assignment, guest: record, before: stored.record },
      }
    })
    outbox.wake()
    return extended
  }
}
