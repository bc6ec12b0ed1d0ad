import type { Health } from '../api.js'
import { transact } from '../engine/transact.js'
import type { Clock, Logger, Store } from '../ports.js'
import type { Outbox } from '../telling/outbox.js'

/** Admins hear of an outage after this time, so that a restart of the server tells nobody. */
const tellAfterMs = 60_000
const firstWaitMs = 500
const longestWaitMs = 15_000
/** How long the list is waited for, longer after each failure: one lost answer must not cost many seconds. */
const patienceMs = [3_000, 6_000, 10_000]
/** A server that is known to be slow gets more at once. */
const slownessAllowed = 4

/** Keeps track of whether the server answers, and tells the admins once when it does not and once when it does. */
export interface Outage {
  failed(machineIdentifier: string | undefined, reason: string): Promise<void>
  /** `tookMs`: how long the list took. */
  worked(machineIdentifier: string, tookMs?: number): Promise<void>
  /** How long to wait before the next reading: longer and longer while the server does not answer, from soon. */
  waitMs(usualMs: number): number
  /** How long to wait for the list. */
  patienceMs(): number
  isOn(): boolean
  health(): Health['plex']
}

export function createOutage(needs: {
  store: Store
  outbox: Outbox
  clock: Clock
  log: Logger
  random: () => number
}): Outage {
  const { store, outbox, clock, log, random } = needs
  let failures = 0
  let backOffMs = 0
  let since: number | undefined
  let reason = 'Plex has not been asked yet.'
  let lastReadAt: number | undefined
  let lastTookMs = 0

  return { failed, worked, waitMs, patienceMs: patience, isOn: () => failures > 0, health }

  async function failed(machineIdentifier: string | undefined, why: string): Promise<void> {
    failures += 1
    backOffMs =
      Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures - 1, 10)) * (0.9 + random() * 0.2)
    since ??= clock.now()
    if (why !== reason || failures === 1) log.warn('Plex sessions could not be read', { reason: why })
    reason = why

    const tell = clock.now() - since >= tellAfterMs
    if (machineIdentifier !== undefined && tell) await tellDown(machineIdentifier, since, why)
  }

  async function worked(machineIdentifier: string, tookMs = 0): Promise<void> {
    if (failures > 0) log.info('Plex sessions can be read again', { afterFailures: failures })
    if (failures > 0 || lastReadAt === undefined) await tellUp(machineIdentifier)
    failures = 0
    since = undefined
    lastReadAt = clock.now()
    lastTookMs = tookMs
  }

  function waitMs(usualMs: number): number {
    return failures === 0 ? usualMs : backOffMs
  }

  function patience(): number {
    const longest = Math.max(...patienceMs)
    const usual = patienceMs[Math.min(failures, patienceMs.length - 1)] ?? longest
    return Math.min(longest, Math.max(usual, slownessAllowed * lastTookMs))
  }

  function health(): Health['plex'] {
    const read = lastReadAt === undefined ? {} : { lastReadAt }
    return failures === 0 && lastReadAt !== undefined ? { ok: true, ...read } : { ok: false, reason, ...read }
  }

  async function tellDown(machineIdentifier: string, downSince: number, why: string): Promise<void> {
    await transact(store, async () => {
      const stored = await store.read('setting', 'plex-outage')
      if (stored?.record.name === 'plex-outage' && !stored.record.over)
        return { changes: [], value: undefined }

      const record = { name: 'plex-outage' as const, since: downSince, over: false, reason: why }
      const condition = stored ? { ifRevision: stored.revision } : ({ unless: 'exists' } as const)
      const notice = { kind: 'plex-down' as const, since: downSince, reason: why }
      const { change } = outbox.draft(machineIdentifier, { to: 'admins', notice })
      return {
        changes: [{ kind: 'setting', id: 'plex-outage', record, ...condition }, change],
        value: undefined,
      }
    })
    outbox.wake()
  }

  /** Also after a restart: whoever was told that Plex is down is told that it is back. */
  async function tellUp(machineIdentifier: string): Promise<void> {
    await transact(store, async () => {
      const stored = await store.read('setting', 'plex-outage')
      if (stored?.record.name !== 'plex-outage' || stored.record.over)
        return { changes: [], value: undefined }

      const record = { ...stored.record, over: true }
      const notice = { kind: 'plex-up' as const, since: stored.record.since }
      const { change } = outbox.draft(machineIdentifier, { to: 'admins', notice })
      return {
        changes: [{ kind: 'setting', id: 'plex-outage', record, ifRevision: stored.revision }, change],
        value: undefined,
      }
    })
    outbox.wake()
  }
}
