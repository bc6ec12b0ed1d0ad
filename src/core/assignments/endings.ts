import type { Access } from '../access/access.js'
import type { PrivateLibraries } from '../access/private-library.js'
import type { WhenDone } from '../access/wanted.js'
import type { AtHand } from '../engine/at-hand.js'
import { all, transact } from '../engine/transact.js'
import type { Turns } from '../engine/turns.js'
import { OtpError } from '../errors.js'
import { refusals } from '../messages/refusals.js'
import type { Assignment, FinalState, ForeignChange, Guest } from '../model.js'
import type { Change, Clock, Logger, Store, Stored } from '../ports.js'
import { guestId } from '../records.js'
import { isOpen, released, withHistory } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import type { Tidings } from '../telling/tidings.js'

export interface Cause {
  state: FinalState
  by: string
  /** For the guest and the admins. */
  reason?: string
  /** For the history, instead of the state. */
  what?: string
  /** The assignment that takes its place. */
  replacedBy?: string
  /** The guest hears of it in another way. */
  silent?: boolean
}

export interface Endings {
  /**
   * Ends assignments of one guest: the state first, then their streams, then the access, read back. Answers
   * whether the access is back as it was; if plex.tv does not confirm, OTP goes on by itself.
   */
  end(assignments: readonly Assignment[], cause: Cause): Promise<'restored' | 'pending'>
  /** The assignment with its final state, to be written together with something else. */
  ended(assignment: Assignment, cause: Cause): Assignment
  /** Writes the final state alone. Answers undefined when the assignment had ended already. */
  close(id: string, cause: Cause): Promise<Assignment | undefined>
  /** Takes away what is still to be taken away from one guest, and releases them. Runs in the guest's turn. */
  takeAway(machineIdentifier: string, plexId: string): Promise<'restored' | 'pending'>
  /** Tries again wherever access is still to be taken away, and releases guests who have none left. */
  catchUp(machineIdentifier: string): Promise<void>
  /** The same for one guest. Runs in their turn. */
  catchUpWith(machineIdentifier: string, plexId: string): Promise<void>
}

/** The part of the monitor that endings need. */
export interface StreamWatch {
  /** Reads the sessions once and acts on them; never throws. False when nothing could be read. */
  inspect(): Promise<boolean>
  /** Whether the guest has a stream, or had one so lately that a list without it proves nothing. */
  mayBeHere(plexId: string): boolean
}

interface Needs {
  store: Store
  hand: AtHand
  access: Access
  privateLibraries: PrivateLibraries
  tidings: Tidings
  outbox: Outbox
  turns: Turns
  clock: Clock
  log: Logger
  streams: StreamWatch
  whenDone: WhenDone
}

export function createEndings(needs: Needs): Endings {
  const { store, hand, access, privateLibraries, tidings, outbox, turns, clock, log, streams, whenDone } =
    needs

  return { end, ended, close, takeAway, catchUp, catchUpWith }

  async function end(assignments: readonly Assignment[], cause: Cause): Promise<'restored' | 'pending'> {
    const first = assignments[0]
    if (!first) return 'restored'

    for (const one of assignments) await close(one.id, cause)
    await streams.inspect()

    const { machineIdentifier, guest } = first
    return turns.run(guest.plexId, () => takeAway(machineIdentifier, guest.plexId))
  }

  async function close(id: string, cause: Cause): Promise<Assignment | undefined> {
    const closed = await transact(store, async () => {
      const stored = await store.read('assignment', id)
      if (!stored) throw new OtpError('assignment_not_found', refusals.assignmentUnknown(id))
      if (!isOpen(stored.record)) return { changes: [], value: undefined }

      const record = ended(stored.record, cause)
      return { changes: [{ kind: 'assignment', id, record, ifRevision: stored.revision }], value: record }
    })
    if (closed) log.info('assignment ended', { assignment: id, state: cause.state, by: cause.by })
    return closed
  }

  function ended(assignment: Assignment, { state, by, reason, what, replacedBy, silent }: Cause): Assignment {
    const at = clock.now()
    const line = what ?? (reason ? `${state}: ${reason}` : state)
    return {
      ...withHistory(assignment, { at, by, what: line }),
      state,
      access: 'taking',
      endedAt: at,
      ...(reason !== undefined && { endReason: reason }),
      ...(replacedBy !== undefined && { replacedBy }),
      ...(silent && { endTold: true }),
    }
  }

  async function takeAway(machineIdentifier: string, plexId: string): Promise<'restored' | 'pending'> {
    const problem = await problemOf(async () => {
      const { unsettled, wentAstray, lost } = await access.bringInLine(machineIdentifier, plexId, 'take')
      if (wentAstray) await tellOf(machineIdentifier, plexId, refusals.landedElsewhere)
      if (lost !== undefined) await tellOf(machineIdentifier, plexId, () => refusals.invitationNotBack(lost))
      if (unsettled) throw unsettled
      await removePrivateLibraries(machineIdentifier, plexId)
    })
    if (problem) log.warn('access could not be taken away yet', { guest: plexId, reason: problem.message })

    await transact(store, async () => {
      const over = await endedOf(machineIdentifier, plexId)
      const guest = await store.read('guest', guestId(machineIdentifier, plexId))
      const foreign = guest?.record.foreignChanges ?? []
      const changes = over.flatMap((stored) => settled(stored, problem !== undefined, foreign))
      if (!problem) changes.push(...(await cancelled(plexId, over)))
      return { changes, value: undefined }
    })
    outbox.wake()
    if (problem) return 'pending'

    await release(machineIdentifier, plexId)
    return 'restored'
  }

  /** No share lists them any more. With `keep` they stay, as everything does. */
  async function removePrivateLibraries(machineIdentifier: string, plexId: string): Promise<void> {
    if (whenDone === 'keep') return
    for (const { id } of await endedOf(machineIdentifier, plexId)) {
      try {
        await privateLibraries.remove(id)
      } catch (error) {
        if (!(error instanceof OtpError) || error.code !== 'conflict') throw error
        log.warn('a private library was changed by somebody else and stays', { assignment: id })
        await noteForeign(machineIdentifier, plexId, 'private-library')
      }
    }
  }

  async function tellOf(
    machineIdentifier: string,
    plexId: string,
    sentence: (name: string) => string,
  ): Promise<void> {
    const stored = await store.read('guest', guestId(machineIdentifier, plexId))
    const name = stored?.record.username ?? plexId
    await store.commit(tidings.invitationFailed(machineIdentifier, name, sentence(name)))
    outbox.wake()
  }

  async function noteForeign(
    machineIdentifier: string,
    plexId: string,
    change: ForeignChange,
  ): Promise<void> {
    const id = guestId(machineIdentifier, plexId)
    await transact(store, async () => {
      const stored = await store.read('guest', id)
      if (!stored) return { changes: [], value: undefined }

      const foreignChanges = [...new Set([...(stored.record.foreignChanges ?? []), change])]
      const record = { ...stored.record, foreignChanges }
      return { changes: [{ kind: 'guest', id, record, ifRevision: stored.revision }], value: undefined }
    })
  }

  async function endedOf(machineIdentifier: string, plexId: string): Promise<Stored<Assignment>[]> {
    const theirs = await all(store, 'assignment', { open: true, guest: plexId })
    return theirs.filter(({ record }) => !isOpen(record) && record.machineIdentifier === machineIdentifier)
  }

  /** Invitations for these assignments that nobody has accepted went with the access. */
  async function cancelled(plexId: string, ended: readonly Stored<Assignment>[]): Promise<Change[]> {
    const ids = ended.map((one) => one.id)
    const sent = await all(store, 'invitation', { open: true, guest: plexId })
    return sent
      .filter(
        ({ record: { purpose, state } }) =>
          state === 'sent' && purpose.kind === 'assignment' && ids.includes(purpose.assignment.id),
      )
      .map(({ id, revision, record }) => ({
        kind: 'invitation',
        id,
        record: { ...record, state: 'cancelled' },
        ifRevision: revision,
      }))
  }

  /** Where an ended assignment stands after an attempt, and what there is to tell of it. */
  function settled(
    { id, revision, record }: Stored<Assignment>,
    accessLeft: boolean,
    foreign: readonly ForeignChange[],
  ): Change[] {
    if (accessLeft && record.endTold) return []

    const after = accessLeft ? { ...record, endTold: true, accessLeftTold: true } : taken(record)
    const followUp = record.accessLeftTold && !accessLeft ? tidings.accessGone(after) : []
    return [
      { kind: 'assignment', id, record: after, ifRevision: revision },
      ...(record.endTold ? followUp : tidings.ended(after, { accessLeft, foreign })),
    ]
  }

  function taken({ accessLeftTold: _, ...assignment }: Assignment): Assignment {
    const line = { at: clock.now(), by: 'otp', what: 'access taken away' }
    return { ...withHistory(assignment, line), access: 'taken', endTold: true }
  }

  /** A guest with nothing open and no stream left is a guest no more; the snapshot goes with it. */
  async function release(machineIdentifier: string, plexId: string): Promise<void> {
    if (!(await hasLeft(plexId))) return

    const isReleased = await transact(store, async () => {
      const stored = await store.read('guest', guestId(machineIdentifier, plexId))
      const open = await all(store, 'assignment', { open: true, guest: plexId })
      const busy = open.some(({ record }) => record.machineIdentifier === machineIdentifier)
      // Somebody who was refused was never watched, yet their snapshot must not serve another time.
      const idle = !stored?.record.watched && stored?.record.before === undefined
      if (!stored || idle || busy) return { changes: [], value: false }

      const record = released(stored.record)
      return { changes: [{ kind: 'guest', id: stored.id, record, ifRevision: stored.revision }], value: true }
    })
    if (isReleased) log.info('guest released', { guest: plexId })
  }

  /** Two readings in a row, both begun now: what was read before proves nothing, and a single one may be wrong. */
  async function hasLeft(plexId: string): Promise<boolean> {
    if (streams.mayBeHere(plexId)) return false
    return (await streams.inspect()) && (await streams.inspect()) && !streams.mayBeHere(plexId)
  }

  async function catchUp(machineIdentifier: string): Promise<void> {
    for (const plexId of leaving(machineIdentifier)) {
      await turns
        .run(plexId, () => catchUpWith(machineIdentifier, plexId))
        .catch((error: unknown) => log.error('access could not be looked after', { guest: plexId, error }))
    }
  }

  async function catchUpWith(machineIdentifier: string, plexId: string): Promise<void> {
    const open = await all(store, 'assignment', { open: true, guest: plexId })
    if (open.some(({ record }) => !isOpen(record))) await takeAway(machineIdentifier, plexId)
    else if (open.length === 0) await release(machineIdentifier, plexId)
  }

  /** Guests with access to be taken away, or with nothing open; also some who were refused before they became one. */
  function leaving(machineIdentifier: string): Set<string> {
    const isHere = (one: Guest | Assignment) => one.machineIdentifier === machineIdentifier
    const held = hand.assignments().filter(isHere)
    const ending = held.filter((one) => !isOpen(one)).map((one) => one.guest.plexId)
    const holders = new Set(held.map((one) => one.guest.plexId))
    const idle = hand.guests().filter((one) => isHere(one) && !holders.has(one.plexId))
    return new Set([...ending, ...idle.map((one) => one.plexId)])
  }
}

/** What plex.tv said against it; anything that is no refusal is a fault of ours and flies on. */
async function problemOf(call: () => Promise<unknown>): Promise<OtpError | undefined> {
  try {
    await call()
    return undefined
  } catch (error) {
    if (error instanceof OtpError) return error
    throw error
  }
}
