import type { Clock, PageQuery, Store, Stored } from '../ports.js'
import type { Kind, Records } from '../records.js'
import type { AtHand } from './at-hand.js'
import { createSingleFlight } from './single-flight.js'

/** How many pages are kept; the oldest goes first. */
const mostKept = 50
/** How late a write of another process may be noticed: asking costs more than the page itself. */
const lookEveryMs = 20

/** Pages of one kind that are asked for again and again. */
export interface KeptPages<K extends Kind> {
  /** The page as the store holds it now. The very same records come again where nothing was written meanwhile. */
  page(query: PageQuery): Promise<readonly Stored<Records[K]>[]>
}

export function createKeptPages<K extends Kind>(
  kind: K,
  { store, hand, clock }: { store: Store; hand: AtHand; clock: Clock },
): KeptPages<K> {
  const kept = new Map<string, { writes: number; found: readonly Stored<Records[K]>[] }>()
  /** Whether somebody else has written is asked once for all who want to know at the same time. */
  const look = createSingleFlight(hand.refresh)
  let lookedAt = Number.NEGATIVE_INFINITY

  return { page }

  async function page(query: PageQuery): Promise<readonly Stored<Records[K]>[]> {
    await lookSometimes()
    const key = JSON.stringify(query)
    const writes = hand.writes(kind)
    const before = kept.get(key)
    if (before?.writes === writes) return before.found

    const found = await store.page(kind, query)
    kept.delete(key)
    // What was written while it was read may be in it or not.
    if (hand.writes(kind) === writes) kept.set(key, { writes, found })
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break
      kept.delete(oldest)
    }
    return found
  }

  async function lookSometimes(): Promise<void> {
    const now = clock.now()
    if (!hand.isInDoubt() && now >= lookedAt && now - lookedAt < lookEveryMs) return

    await look()
    lookedAt = now
  }
}
