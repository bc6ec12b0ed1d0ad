import type { AtHand } from '../engine/at-hand.js'
import { transact } from '../engine/transact.js'
import type { Violation } from '../model.js'
import type { Change, Clock, Store, Stored } from '../ports.js'
import { shownIn } from './bursts.js'
import type { OutboxMessage } from './notices.js'

/** Shows these cards in a list, made when it is not there yet; answers how many violations the list shows. */
export type Listing = (id: string, cards: readonly Stored<OutboxMessage>[]) => Promise<number>

/** Moves what cards have to say into the list that shows them, in one write: nothing is said twice or lost. */
export function createListing(needs: { store: Store; hand: AtHand; clock: Clock }): Listing {
  const { store, hand, clock } = needs

  return function list(id, cards) {
    return transact(store, async () => {
      const before = await read(id)
      const stored = await Promise.all(cards.map((one) => held(one.id)))
      const due = stored.filter(({ record }) => record.status === 'due')

      const news = due.flatMap(({ record }) => shownIn(record))
      const violations = merged(shownIn(before?.record), news)
      const [first] = due
      if (!first) return { changes: [], value: violations.length }
      const after = listAfter(id, before?.record, first.record, violations)
      const condition = before ? { ifRevision: before.revision } : ({ unless: 'exists' } as const)
      return {
        changes: [
          { kind: 'message', id, record: after, ...condition },
          ...due.map((one) => toldBy(after, one)),
        ],
        value: violations.length,
      }
    })
  }

  async function held(id: string): Promise<Stored<OutboxMessage>> {
    const stored = await read(id)
    if (!stored) throw new Error(`Message ${id} is not in the store`)
    return stored
  }

  /** What is at hand may be a moment older than what is stored. */
  async function read(id: string): Promise<Stored<OutboxMessage> | undefined> {
    const stored = await store.read('message', id)
    return stored && hand.correct(stored)
  }

  function listAfter(
    id: string,
    before: OutboxMessage | undefined,
    { machineIdentifier }: OutboxMessage,
    violations: Violation[],
  ): OutboxMessage {
    const content = { to: 'admins', notice: { kind: 'violations', violations } } as const
    if (before) {
      const status = before.status === 'undeliverable' ? before.status : 'due'
      return { ...before, content, revision: before.revision + 1, status }
    }
    const now = clock.now()
    return {
      id,
      machineIdentifier,
      content,
      createdAt: now,
      revision: 1,
      status: 'due',
      deliveredRevision: 0,
      attempts: 0,
      nextTryAt: now,
    }
  }
}

/** The card has nothing left to say that the list does not. */
function toldBy(list: OutboxMessage, { id, revision, record }: Stored<OutboxMessage>): Change {
  const told: OutboxMessage = {
    ...record,
    listedIn: list.id,
    status: list.status === 'undeliverable' ? 'undeliverable' : 'delivered',
    deliveredRevision: record.revision,
  }
  return { kind: 'message', id, record: told, ifRevision: revision }
}

/** The violations as they are now, each in its place. */
function merged(before: readonly Violation[], news: readonly Violation[]): Violation[] {
  const byId = new Map([...before, ...news].map((one) => [one.id, one]))
  return [...byId.values()]
}
