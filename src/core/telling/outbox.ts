import { createBell } from '../engine/bell.js'
import { all, transact } from '../engine/transact.js'
import type { Change, Clock, Ids, Logger, Notifier, Store, Stored } from '../ports.js'
import type { DeliveredMessage, Delivery, Notice, OutboxMessage } from './notices.js'

const checkEveryMs = 5_000
const firstRetryMs = 1_000
const longestRetryMs = 60_000
/** How long a message that is under way may take when the program stops; it is durable, and sent again. */
const leaveAfterMs = 2_000

/** Messages on their way to people. Each is created in the write of the change that it tells of. */
export interface Outbox {
  /** A new message, to be committed together with the change. */
  draft(machineIdentifier: string, content: Notice): { id: string; change: Change }
  /** New content for a message: it is edited where it was delivered already. */
  revise(stored: Stored<OutboxMessage>, content: Notice): Change
  /** Something may be due now. */
  wake(): void
  /** How many messages wait. */
  waiting(): Promise<number>
  /** Delivers until the signal aborts; then what is under way gets a moment, and is left behind. */
  run(signal: AbortSignal): Promise<void>
}

interface Needs {
  store: Store
  notifier: Notifier
  clock: Clock
  ids: Ids
  log: Logger
}

export function createOutbox({ store, notifier, clock, ids, log }: Needs): Outbox {
  const bell = createBell(clock)
  /** What is being delivered now, by recipient. */
  const underway = new Map<string, Promise<void>>()
  /** Nothing is written any more: the store may be closed. */
  let hasLeft = false

  return { draft, revise, wake: bell.ring, waiting, run }

  function draft(machineIdentifier: string, content: Notice): { id: string; change: Change } {
    const id = ids.next()
    const record: OutboxMessage = {
      id,
      machineIdentifier,
      content,
      createdAt: clock.now(),
      revision: 1,
      status: 'due',
      deliveredRevision: 0,
      attempts: 0,
      nextTryAt: clock.now(),
    }
    return { id, change: { kind: 'message', id, record, unless: 'exists' } }
  }

  function revise(stored: Stored<OutboxMessage>, content: Notice): Change {
    const final = stored.record.status === 'undeliverable'
    const record: OutboxMessage = {
      ...stored.record,
      content,
      revision: stored.record.revision + 1,
      status: final ? 'undeliverable' : 'due',
    }
    return { kind: 'message', id: stored.id, record, ifRevision: stored.revision }
  }

  async function waiting(): Promise<number> {
    return (await all(store, 'message', { open: true })).length
  }

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await beginDue(signal).catch((error: unknown) => {
        log.error('outbox could not be worked through', { error })
        return checkEveryMs
      })
      await bell.wait(waitMs, signal)
    }
    await leave()
  }

  async function leave(): Promise<void> {
    const patience = new AbortController()
    await Promise.race([Promise.all(underway.values()), clock.sleep(leaveAfterMs, patience.signal)])
    patience.abort()
    hasLeft = true
  }

  /** Begins to deliver what is due, side by side for different recipients; answers how long until the next look. */
  async function beginDue(signal: AbortSignal): Promise<number> {
    const byRecipient = new Map<string, Stored<OutboxMessage>[]>()
    for (const stored of await all(store, 'message', { open: true })) {
      const recipient = recipientOf(stored.record)
      byRecipient.set(recipient, [...(byRecipient.get(recipient) ?? []), stored])
    }

    let waitMs = checkEveryMs
    for (const [recipient, queue] of byRecipient) {
      const dueInMs = (queue[0]?.record.nextTryAt ?? 0) - clock.now()
      if (underway.has(recipient)) continue
      if (dueInMs > 0) waitMs = Math.min(waitMs, dueInMs)
      else underway.set(recipient, deliverAll(recipient, queue, signal))
    }
    return waitMs
  }

  /** What fails unforeseen is tried again at the next look, not at once. */
  async function deliverAll(
    recipient: string,
    queue: readonly Stored<OutboxMessage>[],
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await deliverInOrder(queue, signal)
      bell.ring()
    } catch (error) {
      log.error('messages could not be worked through', { error })
    } finally {
      underway.delete(recipient)
    }
  }

  async function deliverInOrder(queue: readonly Stored<OutboxMessage>[], signal: AbortSignal): Promise<void> {
    for (const { id, record } of queue) {
      if (record.nextTryAt > clock.now() || signal.aborted) return

      const delivery = await notifier.deliver(record)
      if (hasLeft) return

      const after = await note(id, record, delivery)
      if (after?.status === 'due') return
    }
  }

  /** Writes what became of an attempt, whatever happened to the message meanwhile. */
  function note(id: string, sent: OutboxMessage, delivery: Delivery): Promise<OutboxMessage | undefined> {
    return transact(store, async () => {
      const stored = await store.read('message', id)
      if (!stored) return { changes: [], value: undefined }

      const record = afterDelivery(stored.record, sent, delivery)
      const changes: Change[] = [{ kind: 'message', id, record, ifRevision: stored.revision }]
      if (delivery.kind === 'blocked') changes.push(...tellAdminsToForward(record))
      if (delivery.kind !== 'delivered') logFailure(id, record, delivery)
      return { changes, value: record }
    })
  }

  function afterDelivery(current: OutboxMessage, sent: OutboxMessage, delivery: Delivery): OutboxMessage {
    const attempts = current.attempts + 1

    switch (delivery.kind) {
      case 'delivered':
        return delivered({ ...current, attempts: 0 }, sent.revision, delivery.message)
      case 'blocked':
      case 'impossible':
        return { ...current, attempts, status: 'undeliverable', reason: delivery.reason }
      case 'later': {
        const waitMs = delivery.afterMs ?? Math.min(longestRetryMs, firstRetryMs * 2 ** (attempts - 1))
        return { ...current, attempts, nextTryAt: clock.now() + waitMs, reason: delivery.reason }
      }
    }
  }

  function delivered(current: OutboxMessage, revision: number, message: DeliveredMessage): OutboxMessage {
    const { reason: _, ...rest } = current
    const upToDate = current.revision <= revision
    return {
      ...rest,
      delivered: message,
      deliveredRevision: revision,
      status: upToDate ? 'delivered' : 'due',
      nextTryAt: clock.now(),
    }
  }

  function tellAdminsToForward(message: OutboxMessage): Change[] {
    if (message.content.to !== 'guest') return []

    const { guest, notice } = message.content
    const content: Notice = { to: 'admins', notice: { kind: 'dm-blocked', guest, notice } }
    return [draft(message.machineIdentifier, content).change]
  }

  function logFailure(
    id: string,
    message: OutboxMessage,
    delivery: Exclude<Delivery, { kind: 'delivered' }>,
  ) {
    const data = { message: id, about: message.content.notice.kind, reason: delivery.reason }
    if (delivery.kind === 'later') log.warn('message waits', data)
    else log.warn('message could not be delivered', data)
  }
}

function recipientOf({ content }: OutboxMessage): string {
  return content.to === 'admins' ? 'admins' : content.guest.plexId
}
