import type { People } from '../access/people.js'
import type { EndedAnswer } from '../api.js'
import { all } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { writtenAssignment } from '../lookup.js'
import { refusals } from '../messages/refusals.js'
import type { Assignment } from '../model.js'
import type { Store } from '../ports.js'
import { isOpen } from '../states.js'
import type { Cause, Endings } from './endings.js'

/** Passes that somebody ends. */
export interface Revoking {
  /** All that are open of a guest. Throws `assignment_not_found` where none is. */
  unassign(request: { guest: string; by: string; reason?: string }): Promise<EndedAnswer>
  /** One, which may be over already. Throws `assignment_not_found`. */
  endAssignment(request: { id: string; by: string; reason?: string }): Promise<EndedAnswer>
}

export function createRevoking(needs: { store: Store; people: People; endings: Endings }): Revoking {
  const { store, people, endings } = needs

  return { unassign, endAssignment }

  async function unassign(request: { guest: string; by: string; reason?: string }): Promise<EndedAnswer> {
    const guest = await people.guest(request.guest)
    const theirs = await all(store, 'assignment', { open: true, guest: guest.plexId })
    const open = theirs.map((one) => one.record).filter(isOpen)
    if (open.length === 0) throw new OtpError('assignment_not_found', refusals.nothingOpen(guest.username))

    return endNow(open, request)
  }

  async function endAssignment(request: { id: string; by: string; reason?: string }): Promise<EndedAnswer> {
    return endNow([await writtenAssignment(store, request.id)], request)
  }

  async function endNow(
    assignments: readonly Assignment[],
    { by, reason }: { by: string; reason?: string },
  ): Promise<EndedAnswer> {
    const cause: Cause = { state: 'revoked', by, ...(reason !== undefined && { reason }) }
    const access = await endings.end(assignments, cause)
    const ended = await Promise.all(assignments.map((one) => writtenAssignment(store, one.id)))
    return { ended, access }
  }
}
