import type { Background } from '../engine/background.js'
import { transact } from '../engine/transact.js'
import type { Assignment, MediaItem } from '../model.js'
import { covers } from '../monitor/judge.js'
import type { Silence } from '../monitor/readings.js'
import type { Clock, Logger, PlexServer, Store } from '../ports.js'
import { isOpen } from '../states.js'
import { withProof } from './progress.js'

const askAgainMs = 60_000

/**
 * Learns from Plex's history what guests have watched to the end while OTP did not run or could not read. A row
 * is proof, its absence is none. A deadline that passed meanwhile was ended before anything is learnt here.
 */
export interface HistoryProof {
  /** To be called after each good reading with what is open, and with the silence that it ended. */
  look(open: readonly Assignment[], silence: Silence | undefined): void
}

/** What was watched later than this by a guest is not known yet. */
interface Gap {
  sinceAt: number
  askAt: number
}

interface Proof {
  item: MediaItem
  viewedAt: number
}

export function createHistoryProof(needs: {
  plexServer: PlexServer
  store: Store
  clock: Clock
  log: Logger
  background: Background
}): HistoryProof {
  const { plexServer, store, clock, log, background } = needs
  const gaps = new Map<string, Gap>()

  return { look }

  function look(open: readonly Assignment[], silence: Silence | undefined): void {
    const guests = new Set(open.map((one) => one.guest.plexId))
    for (const plexId of guests) if (silence) widen(plexId, silence)

    for (const [plexId, gap] of gaps) {
      if (!guests.has(plexId)) gaps.delete(plexId)
      else if (gap.askAt <= clock.now()) begin(plexId, gap, open)
    }
  }

  /** What Plex wrote down while OTP was reading, OTP has seen itself, and better: also whether it was undone. */
  function widen(plexId: string, { sinceAt = 0 }: Silence): void {
    const before = gaps.get(plexId)
    gaps.set(plexId, { sinceAt: Math.min(sinceAt, before?.sinceAt ?? sinceAt), askAt: 0 })
  }

  function begin(plexId: string, gap: Gap, open: readonly Assignment[]): void {
    gap.askAt = clock.now() + askAgainMs
    const theirs = open.filter((one) => one.guest.plexId === plexId)
    background.run(
      async () => {
        await learn(plexId, gap, theirs)
        if (gaps.get(plexId) === gap) gaps.delete(plexId)
      },
      'the history could not be read and will be asked again',
      { guest: plexId },
    )
  }

  async function learn(plexId: string, { sinceAt }: Gap, theirs: readonly Assignment[]): Promise<void> {
    const oldest = Math.min(...theirs.map((one) => one.createdAt))
    const rows = await plexServer.history({ plexId, sinceAt: oldest })
    const items = await itemsOf(
      rows.filter((row) => row.viewedAt > sinceAt),
      theirs,
    )
    for (const { id } of theirs) if (items.length > 0) await write(id, items)
  }

  async function itemsOf(
    rows: readonly { ratingKey: string; viewedAt: number }[],
    theirs: readonly Assignment[],
  ): Promise<Proof[]> {
    const known = new Map(theirs.map(({ media }) => [media.ratingKey, media]))
    const proofs: Proof[] = []

    for (const { ratingKey, viewedAt } of rows) {
      const item = known.get(ratingKey) ?? (await plexServer.item(ratingKey))
      if (!item) continue

      known.set(ratingKey, item)
      proofs.push({ item, viewedAt })
    }
    return proofs
  }

  async function write(id: string, proofs: readonly Proof[]): Promise<void> {
    const learnt = await transact(store, async () => {
      const stored = await store.read('assignment', id)
      if (!stored || !isOpen(stored.record)) return { changes: [], value: false }

      const record = proofs.filter((one) => counts(stored.record, one)).reduce(proven, stored.record)
      if (record === stored.record) return { changes: [], value: false }
      return { changes: [{ kind: 'assignment', id, record, ifRevision: stored.revision }], value: true }
    })
    if (learnt) log.info('Plex has told what was watched meanwhile', { assignment: id })
  }

  function proven(assignment: Assignment, { item, viewedAt }: Proof): Assignment {
    return withProof(assignment, item, viewedAt, clock.now())
  }
}

function counts(assignment: Assignment, { item, viewedAt }: Proof): boolean {
  return viewedAt >= assignment.createdAt && covers(assignment, item)
}
