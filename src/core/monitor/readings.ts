import { transact } from '../engine/transact.js'
import type { Clock, Store } from '../ports.js'

/** How exactly a start has to know when the sessions were read last. */
const keptEveryMs = 30_000

/** A time in which nothing was read, because Plex did not answer or OTP did not run. */
export interface Silence {
  /** Missing when no reading is known from before. */
  sinceAt?: number
  untilAt: number
  /** OTP did not run. */
  isStart: boolean
}

/** Remembers when the sessions were read, also over a restart. */
export interface Readings {
  failed(): void
  /**
   * A reading has worked: answers the silence that it ended, if there was one. It is kept for the next start
   * only while something is open.
   */
  worked(somethingIsOpen: boolean): Promise<Silence | undefined>
}

export function createReadings({ store, clock }: { store: Store; clock: Clock }): Readings {
  let isFirst = true
  let hasFailed = false
  let lastAt: number | undefined
  let keptAt = -Infinity

  return {
    failed: () => {
      hasFailed = true
    },
    worked,
  }

  async function worked(somethingIsOpen: boolean): Promise<Silence | undefined> {
    const now = clock.now()
    const sinceAt = isFirst ? await recall() : lastAt
    const silence = { untilAt: now, isStart: isFirst, ...(sinceAt !== undefined && { sinceAt }) }
    const wasSilent = isFirst || hasFailed
    if (somethingIsOpen && now - keptAt >= keptEveryMs) await keep(now)

    isFirst = false
    hasFailed = false
    lastAt = now
    return wasSilent ? silence : undefined
  }

  async function recall(): Promise<number | undefined> {
    const stored = await store.read('setting', 'last-reading')
    return stored?.record.name === 'last-reading' ? stored.record.at : undefined
  }

  async function keep(at: number): Promise<void> {
    await transact(store, async () => {
      const stored = await store.read('setting', 'last-reading')
      const condition = stored ? { ifRevision: stored.revision } : ({ unless: 'exists' } as const)
      const record = { name: 'last-reading' as const, at }
      return { changes: [{ kind: 'setting', id: 'last-reading', record, ...condition }], value: undefined }
    })
    keptAt = at
  }
}
