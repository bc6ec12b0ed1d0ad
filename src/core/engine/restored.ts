import { OtpError } from '../errors.js'
import { restored as words } from '../messages/restored.js'
import type { Assignment } from '../model.js'
import type { Change, Clock, Logger, Store } from '../ports.js'
import type { RestoredSetting } from '../records.js'
import { isOpen } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import type { AtHand } from './at-hand.js'
import { all, transact } from './transact.js'

const id = 'restored'
/** Messages that are marked in one write. */
const messagesAtOnce = 100

/** What waits after a restore: passes that let their guest watch, and those whose access is still to be taken away. */
export interface Waiting {
  at: number
  madeAt?: number
  assignments: number
}

export interface Resumed {
  /** False when nothing waited. */
  resumed: boolean
  /** Open assignments that go on now. */
  assignments: number
}

/** OTP after a restore: it says that it waits, and goes on when somebody says so. */
export interface Restored {
  /** Undefined while nothing waits. */
  waiting(): Waiting | undefined
  /** Writes into the log that OTP waits. */
  log(): Promise<void>
  /** Tells the admins once. */
  tell(machineIdentifier: string): Promise<void>
  resume(by: string): Promise<Resumed>
}

export function createRestored(needs: {
  store: Store
  hand: AtHand
  outbox: Outbox
  clock: Clock
  log: Logger
}): Restored {
  const { store, hand, outbox, clock, log } = needs

  return { waiting, log: logWaiting, tell, resume }

  function waiting(): Waiting | undefined {
    const setting = hand.restored()
    if (!setting) return undefined

    const { at, madeAt } = setting
    const assignments = hand.heldAssignments().length
    return { at, ...(madeAt !== undefined && { madeAt }), assignments }
  }

  async function logWaiting(): Promise<void> {
    await hand.refresh()
    const found = waiting()
    if (found) log.warn(words.logged(), { assignments: found.assignments, restoredAt: new Date(found.at) })
  }

  async function tell(machineIdentifier: string): Promise<void> {
    const waits = hand.restored()
    if (!waits || waits.toldAt !== undefined) return

    await transact(store, async () => {
      const stored = await store.read('setting', id)
      const setting = stored?.record.name === id ? stored.record : undefined
      if (!stored || !setting || setting.resumed || setting.toldAt !== undefined) {
        return { changes: [], value: undefined }
      }

      const { at, madeAt } = setting
      const open = hand.heldAssignments().filter(isOpen)
      const passes = open.map(({ guest, media }) => ({ guest, media }))
      const notice = { kind: 'restored' as const, at, ...(madeAt !== undefined && { madeAt }), passes }
      const record = { ...setting, toldAt: clock.now() }
      return {
        changes: [
          { kind: 'setting', id, record, ifRevision: stored.revision },
          outbox.draft(machineIdentifier, { to: 'admins', notice }).change,
        ],
        value: undefined,
      }
    })
    outbox.wake()
  }

  async function resume(by: string): Promise<Resumed> {
    const done = await resumeRestored(store, { by, now: clock.now() })
    if (done.resumed) log.info('OTP goes on after a restore', { by, assignments: done.assignments })
    return done
  }
}

/** Lets OTP go on after a restore. That nothing waits is not an error. */
export function resumeRestored(store: Store, { by, now }: { by: string; now: number }): Promise<Resumed> {
  return transact<Resumed>(store, async () => {
    const stored = await store.read('setting', id)
    const setting = stored?.record.name === id ? stored.record : undefined
    if (!stored || !setting || setting.resumed) {
      return { changes: [], value: { resumed: false, assignments: 0 } }
    }
    const assignments = (await openOf(store)).filter((one) => setting.plexIds.includes(one.guest.plexId))
    const record: RestoredSetting = { ...setting, resumed: { at: now, by } }
    return {
      changes: [{ kind: 'setting', id, record, ifRevision: stored.revision }],
      value: { resumed: true, assignments: assignments.length },
    }
  })
}

/**
 * Has OTP wait at its next start: for work on a store that was brought back and is not in use yet. Messages that were
 * on their way when the backup was made are not sent, since most of them have been since. Answers the open assignments.
 */
export async function holdRestored(
  store: Store,
  { at, madeAt }: { at: number; madeAt: number | undefined },
): Promise<Assignment[]> {
  await dropMessages(store)
  return transact(store, async () => {
    const [before, guests, held] = await Promise.all([
      store.read('setting', id),
      all(store, 'guest', { open: true }),
      all(store, 'assignment', { open: true }),
    ])
    const plexIds = [
      ...guests.map(({ record }) => record.plexId),
      ...held.map(({ record }) => record.guest.plexId),
    ]
    const record: RestoredSetting = {
      name: id,
      at,
      ...(madeAt !== undefined && { madeAt }),
      plexIds: [...new Set(plexIds)],
    }
    const condition = before ? { ifRevision: before.revision } : { unless: 'exists' as const }
    return {
      changes: [{ kind: 'setting', id, record, ...condition }],
      value: held.map((one) => one.record).filter(isOpen),
    }
  })
}

/** Refuses what would change the access of a guest who waits. Throws `conflict`. */
export function refuseHeld(hand: Pick<AtHand, 'isHeld'>, guest: { plexId: string; username: string }): void {
  if (hand.isHeld(guest.plexId)) throw new OtpError('conflict', words.held(guest.username))
}

async function dropMessages(store: Store): Promise<void> {
  for (;;) {
    const due = await store.page('message', { where: { open: true }, limit: messagesAtOnce })
    if (due.length === 0) return
    const changes = due.map(
      ({ id: message, revision, record }): Change => ({
        kind: 'message',
        id: message,
        record: { ...record, status: 'undeliverable', reason: words.notSent() },
        ifRevision: revision,
      }),
    )
    await store.commit(changes)
  }
}

async function openOf(store: Store): Promise<Assignment[]> {
  return (await all(store, 'assignment', { open: true })).map((one) => one.record).filter(isOpen)
}
