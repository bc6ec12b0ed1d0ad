import type { AtHand } from '../engine/at-hand.js'
import { createBell } from '../engine/bell.js'
import { transact } from '../engine/transact.js'
import type { Change, Clock, Ids, Logger, MessageOutcome, Meter, Notifier, Store, Stored } from '../ports.js'
import { createLane, type Lane } from './lane.js'
import { createListing } from './listing.js'
import { type Delivery, type Notice, type OutboxMessage, recipientOf } from './notices.js'
import { afterDelivery, waitAfter } from './outcomes.js'

const checkEveryMs = 5_000
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
  /** How many messages wait, and why the admins' cannot be delivered at all, in a sentence. */
  state(): Promise<{ waiting: number; trouble?: string }>
  /** The same trouble, without a look into the store. */
  trouble(): string | undefined
  /** Delivers until the signal aborts; then what is under way gets a moment, and is left behind. */
  run(signal: AbortSignal): Promise<void>
}

interface Needs {
  store: Store
  hand: AtHand
  notifier: Notifier
  clock: Clock
  ids: Ids
  meter: Meter
  log: Logger
}

export function createOutbox({ store, hand, notifier, clock, ids, meter, log }: Needs): Outbox {
  const bell = createBell(clock)
  const list = createListing({ store, hand, clock })
  const lanes = new Map<string, Lane>()
  /** What is being delivered now, by recipient. */
  const underway = new Map<string, Promise<void>>()
  let lookedAt = Number.NEGATIVE_INFINITY
  /** As it showed at the last look, before anybody tried. */
  let shown: string | undefined
  /** As the last attempt has shown it. */
  let met: string | undefined
  /** What is older than this may have been under way when an earlier process ended. */
  let startedAt = Number.NEGATIVE_INFINITY
  /** Nothing is written any more: the store may be closed. */
  let hasLeft = false

  return { draft, revise, wake: bell.ring, state, trouble, run }

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

  async function state(): Promise<{ waiting: number; trouble?: string }> {
    await hand.refresh()
    const reason = trouble()
    return { waiting: hand.messages().length, ...(reason !== undefined && { trouble: reason }) }
  }

  function trouble(): string | undefined {
    return met ?? notifier.trouble?.()
  }

  async function run(signal: AbortSignal): Promise<void> {
    startedAt = clock.now()
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
    await lookAround()
    reopenWhenOver()
    let waitMs = checkEveryMs
    for (const [recipient, waiting] of byRecipient()) {
      if (underway.has(recipient)) continue

      const step = laneOf(recipient).next(waiting)
      if (step.kind === 'wait') waitMs = Math.min(waitMs, step.waitMs)
      else underway.set(recipient, deliverAll(recipient, signal))
    }
    return waitMs
  }

  /** Whoever has mended the channel does not have to wait for the next slow attempt. */
  function reopenWhenOver(): void {
    const now = notifier.trouble?.()
    if (shown !== undefined && now === undefined) laneOf('admins').reopen()
    shown = now
  }

  /** What this program writes is at hand at once; only others' messages have to be looked for. */
  async function lookAround(): Promise<void> {
    if (clock.now() - lookedAt < checkEveryMs) return
    await hand.refresh()
    lookedAt = clock.now()
  }

  function byRecipient(): Map<string, Stored<OutboxMessage>[]> {
    const found = new Map<string, Stored<OutboxMessage>[]>()
    for (const stored of hand.messages()) {
      const recipient = recipientOf(stored.record)
      const theirs = found.get(recipient)
      if (theirs) theirs.push(stored)
      else found.set(recipient, [stored])
    }
    return found
  }

  function laneOf(recipient: string): Lane {
    const lane = lanes.get(recipient) ?? createLane(clock)
    lanes.set(recipient, lane)
    return lane
  }

  /** What fails unforeseen is tried again at the next look, not at once. */
  async function deliverAll(recipient: string, signal: AbortSignal): Promise<void> {
    try {
      await work(recipient, laneOf(recipient), signal)
      bell.ring()
    } catch (error) {
      log.error('messages could not be worked through', { error })
    } finally {
      underway.delete(recipient)
    }
  }

  async function work(recipient: string, lane: Lane, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !hasLeft) {
      const step = lane.next(byRecipient().get(recipient) ?? [])
      if (step.kind === 'wait') return
      if (step.kind === 'list') lane.listed(step, await list(step.id, step.cards))
      else await send(step.id, lane)
    }
  }

  /** What is at hand may be a moment older than what is stored. */
  async function send(id: string, lane: Lane): Promise<void> {
    const found = await store.read('message', id)
    if (!found) throw new Error(`Message ${id} is not in the store`)
    const stored = hand.correct(found)
    if (stored.record.status !== 'due') return

    const delivery = await notifier.deliver(doubted(stored.record))
    if (hasLeft) return
    await note(stored, delivery)
    if (recipientOf(stored.record) === 'admins') noteTrouble(delivery)
    lane.delivered(stored.record, delivery)
    lane.holdFor(waitAfter(stored.record, delivery))
  }

  /** An attempt is not written down before it is made, which would hold up every card, but only when it has failed. */
  function doubted(message: OutboxMessage): OutboxMessage {
    if (message.unsureSince !== undefined || message.createdAt >= startedAt) return message
    return { ...message, unsureSince: message.createdAt }
  }

  /** Writes what became of an attempt, whatever happened to the message meanwhile. */
  function note({ id, record: sent }: Stored<OutboxMessage>, delivery: Delivery): Promise<void> {
    meter.note({ kind: 'message-done', about: sent.content.notice.kind, outcome: outcomeOf(sent, delivery) })
    return transact(store, async () => {
      const stored = await store.read('message', id)
      if (!stored) return { changes: [], value: undefined }

      const record = afterDelivery(stored.record, sent, delivery, clock.now())
      const changes: Change[] = [{ kind: 'message', id, record, ifRevision: stored.revision }]
      if (delivery.kind === 'blocked') changes.push(...tellAdminsToForward(record))
      if (delivery.kind !== 'delivered' && delivery.kind !== 'barred') logFailure(id, record, delivery)
      return { changes, value: undefined }
    })
  }

  /** Said once, however often it is tried. */
  function noteTrouble(delivery: Delivery): void {
    const before = met
    if (delivery.kind === 'barred') met = delivery.reason
    if (delivery.kind === 'delivered') met = undefined
    if (met === before) return

    if (met === undefined) log.info('messages to the admins are delivered again')
    else log.error('messages to the admins cannot be delivered; the guard goes on', { reason: met })
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
    delivery: Extract<Delivery, { reason: string }>,
  ): void {
    const data = { message: id, about: message.content.notice.kind, reason: delivery.reason }
    if (delivery.kind === 'later') log.warn('message waits', data)
    else log.warn('message could not be delivered', data)
  }
}

function outcomeOf({ delivered }: OutboxMessage, { kind }: Delivery): MessageOutcome {
  switch (kind) {
    case 'delivered':
      return delivered ? 'edited' : 'sent'
    case 'later':
    case 'barred':
      return 'deferred'
    case 'blocked':
    case 'impossible':
      return 'undeliverable'
  }
}
