import type { Background } from '../engine/background.js'
import { transact } from '../engine/transact.js'
import type { Assignment, MediaItem } from '../model.js'
import { covers } from '../monitor/judge.js'
import type { Silence } from '../monitor/readings.js'
import type { Clock, Logger, PlexServer, Store } from '../ports.js'
import { isOpen } from '../states.js'
import { hasMark, withProof } from './progress.js'

const askAgainMs = 60_000

/**
 * Learns from Plex's history what guests have watched to the end while OTP did not run or could not read. A row
 * is proof, its absence is none. A deadline that passed meanwhile was ended before anything is learnt here.
 */
export interface HistoryProof {
  /** To be called after each good reading with what is open, and with the silence that it ended. */
  look(open: readonly Assignment[], silence: Silence | undefined): void
}

/** What a guest watched in this silence is not known yet. */
interface Gap {
  silence: Silence
  askAt: number
}

interface Row {
  ratingKey: string
  viewedAt: number
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

  function widen(plexId: string, silence: Silence): void {
    const before = gaps.get(plexId)?.silence
    gaps.set(plexId, { silence: before ? { ...before, untilAt: silence.untilAt } : silence, askAt: 0 })
  }

  function begin(plexId: string, gap: Gap, open: readonly Assignment[]): void {
    gap.askAt = clock.now() + askAgainMs
    const theirs = open.filter((one) => one.guest.plexId === plexId)
    background.run(
      async () => {
        await learn(plexId, gap.silence, theirs)
        if (gaps.get(plexId) === gap) gaps.delete(plexId)
      },
      'the history could not be read and will be asked again',
      { guest: plexId },
    )
  }

  async function learn(plexId: string, silence: Silence, theirs: readonly Assignment[]): Promise<void> {
    const sinceAt = Math.min(...theirs.map((one) => one.createdAt))
    const rows = await plexServer.history({ plexId, sinceAt })
    const proofs = await proofsOf(
      rows.filter((row) => isNews(row, silence, theirs)),
      theirs,
    )
    if (proofs.length > 0) for (const { id } of theirs) await write(id, proofs, silence)
  }

  /** Oldest first, so that what was watched twice is gone since the last time. */
  async function proofsOf(rows: readonly Row[], theirs: readonly Assignment[]): Promise<Proof[]> {
    const known = new Map(theirs.map(({ media }) => [media.ratingKey, media]))
    const proofs: Proof[] = []

    for (const { ratingKey, viewedAt } of rows) {
      const item = known.get(ratingKey) ?? (await plexServer.item(ratingKey))
      if (!item) continue

      known.set(ratingKey, item)
      proofs.push({ item, viewedAt })
    }
    return proofs.sort((one, other) => one.viewedAt - other.viewedAt)
  }

  async function write(id: string, proofs: readonly Proof[], silence: Silence): Promise<void> {
    const learnt = await transact(store, async () => {
      const stored = await store.read('assignment', id)
      if (!stored || !isOpen(stored.record)) return { changes: [], value: false }

      const record = proofs
        .filter((one) => counts(stored.record, one))
        .reduce((assignment, one) => withProof(assignment, one, silence), stored.record)
      if (record === stored.record) return { changes: [], value: false }
      return { changes: [{ kind: 'assignment', id, record, ifRevision: stored.revision }], value: true }
    })
    if (learnt) log.info('Plex has told what was watched meanwhile', { assignment: id })
  }
}

/** A guest with other access may have watched much that OTP need not ask about. */
function isNews(
  { ratingKey, viewedAt }: Row,
  { sinceAt = 0 }: Silence,
  theirs: readonly Assignment[],
): boolean {
  return viewedAt > sinceAt || theirs.some((one) => hasMark(one, ratingKey))
}

function counts(assignment: Assignment, { item, viewedAt }: Proof): boolean {
  return viewedAt >= assignment.createdAt && covers(assignment, item)
}
