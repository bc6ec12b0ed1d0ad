import type { PageQuery, Store, Stored } from '../ports.js'
import type { Kind, Records } from '../records.js'
import type { AtHand } from './at-hand.js'
import { createSingleFlight } from './single-flight.js'

/** How many pages are kept; the oldest goes first. */
const mostKept = 50

/** Pages of one kind that are asked for again and again. */
export interface KeptPages<K extends Kind> {
  /** The page as the store holds it now. The very same records come again where nothing was written meanwhile. */
  page(query: PageQuery): Promise<readonly Stored<Records[K]>[]>
}

export function createKeptPages<K extends Kind>(
  kind: K,
  { store, hand }: { store: Store; hand: AtHand },
): KeptPages<K> {
  const kept = new Map<string, { writes: number; found: readonly Stored<Records[K]>[] }>()
  /** Whether somebody else has written is asked once for all who want to know at the same time. */
  const look = createSingleFlight(hand.refresh)

  return { page }

  async function page(query: PageQuery): Promise<readonly Stored<Records[K]>[]> {
    await look()
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
}
