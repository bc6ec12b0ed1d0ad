import type { Clock, Doomed, Logger, Store, Stored } from '../ports.js'
import type { Kind } from '../records.js'
import { type Cutoff, overTests, type PassingKind, passingKinds } from './over.js'

/** How many records are looked at in one turn, which is a matter of milliseconds. */
const perTurn = 100
const restMs = 3_600_000
/** What has just ended is still talked about. */
const leastMs = 60_000

/** Removes what has been over for longer than it is to be kept, a little at a time. */
export interface Retention {
  /** One turn; nothing while there is nothing to do. */
  look(): Promise<void>
}

export function createRetention(needs: {
  store: Store
  clock: Clock
  log: Logger
  /** Kept for good without. */
  keptMs: number | undefined
}): Retention {
  const { store, clock, log, keptMs } = needs
  const isOver = overTests(store)
  let at = 0
  let before: string | undefined
  let restUntil = Number.NEGATIVE_INFINITY
  let removed = 0

  return { look }

  async function look(): Promise<void> {
    if (keptMs === undefined || clock.now() < restUntil) return

    const kind = passingKinds[at]
    if (kind === undefined) return rest(keptMs)

    const cutoff = { at: clock.now() - Math.max(keptMs, leastMs), now: clock.now() }
    const page = await pageOf(kind, cutoff)
    before = page.at(-1)?.id
    if (page.length < perTurn) {
      at += 1
      before = undefined
    }
  }

  /** Removes what is over on one page, and answers the page. */
  async function pageOf<K extends PassingKind>(kind: K, cutoff: Cutoff): Promise<Stored<unknown>[]> {
    const page = await store.page(kind, {
      where: { open: false },
      limit: perTurn,
      ...(before !== undefined && { before }),
    })
    const over = await Promise.all(page.map((one) => isOver[kind](one, cutoff)))
    const doomed = page.filter((_, index) => over[index]).map((one) => doomedOf(kind, one))
    if (doomed.length > 0) removed += await store.remove(doomed)
    return page
  }

  function rest(kept: number): void {
    if (removed > 0) log.info('records that were over for long are gone', { removed })
    restUntil = clock.now() + Math.min(restMs, Math.max(leastMs, kept / 10))
    at = 0
    removed = 0
  }
}

function doomedOf(kind: Kind, { id, revision }: Stored<unknown>): Doomed {
  return { kind, id, ifRevision: revision }
}
