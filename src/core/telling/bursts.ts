import type { Violation } from '../model.js'
import type { Clock, Stored } from '../ports.js'
import type { OutboxMessage } from './notices.js'

/** As many new cards come one by one within this time; with more than that they are listed. */
const mostAlone = 5
const withinMs = 10_000
/** How long a new list waits for more to come. */
const gatherMs = 3_000
/** How long a new card waits for others that join the same list with it: each time the whole list is written anew. */
const joinWithinMs = 1_000
/** What a menu can offer. */
const mostListed = 25

type Card = Stored<OutboxMessage>

/** What becomes of the new cards that wait. */
export type BurstPlan =
  /** Each is a message of its own. */
  | { kind: 'alone' }
  /** These join a list, which may have to be made. */
  | { kind: 'list'; id: string; cards: readonly Card[] }
  /** A list is to be made of them, soon. */
  | { kind: 'gather'; waitMs: number }

/** When violations are too many for a card each. */
export interface Bursts {
  plan(waiting: readonly Card[]): BurstPlan
  /** A card of its own has gone out. */
  posted(): void
  /** So many have joined the list, which now shows so many. */
  listed(id: string, joined: number, shown: number): void
  /** The list cannot be delivered, so nothing more may join it. */
  lost(id: string): void
}

export function createBursts(clock: Clock): Bursts {
  /** When the last new cards were shown, each by itself or in a list. */
  let shownAt: number[] = []
  let open: { id: string; room: number } | undefined

  return { plan, posted: () => note(1), listed, lost }

  function plan(waiting: readonly Card[]): BurstPlan {
    const fresh = waiting.filter(({ record }) => isNewCard(record))
    const [first] = fresh
    if (!first) return { kind: 'alone' }

    const unsent = waiting.find(({ record }) => !record.delivered && roomIn(record) > 0)
    if (unsent) return joining(unsent.id, roomIn(unsent.record), fresh)
    if (lately().length + fresh.length <= mostAlone) {
      open = undefined
      return { kind: 'alone' }
    }
    const sinceMs = clock.now() - first.record.createdAt
    if (open && open.room > 0) {
      const waitMs = joinWithinMs - sinceMs
      if (fresh.length < open.room && waitMs > 0) return { kind: 'gather', waitMs }
      return joining(open.id, open.room, fresh)
    }

    const waitMs = gatherMs - sinceMs
    if (fresh.length < mostListed && waitMs > 0) return { kind: 'gather', waitMs }
    // Comes where its first card would have come, and is the same one after a crash.
    return joining(`${first.id}.list`, mostListed, fresh)
  }

  function joining(id: string, room: number, fresh: readonly Card[]): BurstPlan {
    return { kind: 'list', id, cards: fresh.slice(0, room) }
  }

  function listed(id: string, joined: number, shown: number): void {
    note(joined)
    open = { id, room: mostListed - shown }
  }

  function lost(id: string): void {
    if (open?.id === id) open = undefined
  }

  function note(count: number): void {
    const now = clock.now()
    shownAt = [...lately(), ...Array.from({ length: count }, () => now)]
  }

  function lately(): number[] {
    return shownAt.filter((at) => clock.now() - at < withinMs)
  }
}

/** The card of a violation that nobody has seen yet. */
export function isNewCard({ content, delivered, listedIn }: OutboxMessage): boolean {
  return content.notice.kind === 'violation' && !delivered && listedIn === undefined
}

/** The violations that a message shows. */
export function shownIn(message: OutboxMessage | undefined): readonly Violation[] {
  const notice = message?.content.notice
  if (notice?.kind === 'violation') return [notice.violation]
  return notice?.kind === 'violations' ? notice.violations : []
}

function roomIn({ content: { notice } }: OutboxMessage): number {
  return notice.kind === 'violations' ? mostListed - notice.violations.length : 0
}
