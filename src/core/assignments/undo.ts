import type { AssignAnswer, Assigned, AssignRequest } from '../api.js'
import { transact } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { refusals } from '../messages/refusals.js'
import { resolutions as words } from '../messages/resolutions.js'
import type { Assignment } from '../model.js'
import type { Change, Clock, Store, Stored } from '../ports.js'

/** How long an admin can think better of it. */
export const undoWithinMs = 30_000
/** What one order has ended was ended within this time. */
const togetherMs = 5_000
const lookBack = 20

export interface Undo {
  /**
   * Assigns anew what an admin has ended a moment ago, together with what the same order ended, with the limits that
   * are left. Throws `assignment_not_found`, and `conflict` when it is too late or was undone before.
   */
  undo(request: { id: string; by: string }): Promise<Assigned[]>
}

interface Needs {
  store: Store
  clock: Clock
  assign: (request: AssignRequest) => Promise<AssignAnswer>
}

export function createUndo({ store, clock, assign }: Needs): Undo {
  return { undo }

  async function undo({ id, by }: { id: string; by: string }): Promise<Assigned[]> {
    const ended = await claim(id, by)
    const again: Assigned[] = []
    try {
      for (const one of ended) again.push(certain(await assign(asBefore(one, by))))
    } catch (error) {
      await release(ended.slice(again.length))
      throw error
    }
    return again
  }

  /** Marks them as undone: of two who press, one does it. */
  function claim(id: string, by: string): Promise<Assignment[]> {
    return transact(store, async () => {
      const first = await store.read('assignment', id)
      if (!first) throw new OtpError('assignment_not_found', refusals.assignmentUnknown(id))
      refuseUndone(first.record)

      const theirs = await store.page('assignment', {
        where: { guest: first.record.guest.plexId },
        limit: lookBack,
      })
      const together = theirs.filter(({ record }) => wasEndedWith(record, first.record)).reverse()
      const changes = together.map((one): Change => marked(one, { ...one.record, undoneBy: by }))
      return { changes, value: together.map((one) => one.record) }
    })
  }

  function refuseUndone(one: Assignment): void {
    const { endedAt, state, undoneBy } = one
    if (undoneBy !== undefined) throw new OtpError('conflict', words.undoneAlready())
    if (state !== 'revoked' || endedBy(one) === 'otp') throw new OtpError('conflict', words.notUndoable())
    if (endedAt === undefined || clock.now() - endedAt > undoWithinMs) {
      throw new OtpError('conflict', words.tooLate())
    }
  }

  async function release(assignments: readonly Assignment[]): Promise<void> {
    for (const { id } of assignments) {
      await transact(store, async () => {
        const stored = await store.read('assignment', id)
        if (!stored) return { changes: [], value: undefined }
        const { undoneBy: _, ...record } = stored.record
        return { changes: [marked(stored, record)], value: undefined }
      })
    }
  }

  /** Beside whatever was assigned meanwhile, so that undoing takes nothing away. */
  function asBefore(one: Assignment, by: string): AssignRequest {
    return {
      guest: one.guest.plexId,
      media: `rk:${one.media.ratingKey}`,
      fence: one.mayWeaken ? 'auto' : one.fence,
      scope: one.scope,
      add: true,
      ask: false,
      by,
      ...(one.expiresAt !== undefined && { expires: new Date(one.expiresAt).toISOString() }),
      ...(one.plays !== undefined && { plays: Math.max(1, one.plays - one.playsUsed) }),
    }
  }
}

function wasEndedWith(one: Assignment, first: Assignment): boolean {
  if (one.id === first.id) return true
  if (one.endedAt === undefined || first.endedAt === undefined || one.undoneBy !== undefined) return false
  if (one.machineIdentifier !== first.machineIdentifier || one.state !== 'revoked') return false
  return Math.abs(one.endedAt - first.endedAt) <= togetherMs && endedBy(one) === endedBy(first)
}

/** Who has ended it: whoever wrote the first line of that instant; what is taken away after it is OTP's own. */
function endedBy({ history, endedAt }: Assignment): string | undefined {
  return history.find((entry) => entry.at === endedAt)?.by
}

function marked({ id, revision }: Stored<Assignment>, record: Assignment): Change {
  return { kind: 'assignment', id, record, ifRevision: revision }
}

function certain(answer: AssignAnswer): Assigned {
  if (answer.kind === 'assigned') return answer
  throw new Error('The core asked back although it was told not to')
}
