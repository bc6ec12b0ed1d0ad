import { transact } from '../engine/transact.js'
import type { Clock, Store, Stored } from '../ports.js'
import type { Setting } from '../records.js'
import type { Outbox } from '../telling/outbox.js'

const remindEveryMs = 24 * 3_600_000

type MonitorSetting = Extract<Setting, { name: 'monitor' }>

/** Whether the monitor judges. It is remembered, so that a stop survives a restart. */
export interface Switch {
  isOn(): Promise<boolean>
  since(): Promise<{ at: number; by: string } | undefined>
  turn(on: boolean, by: string): Promise<void>
  /** Tells the admins, once a day for as long as the monitor is stopped. */
  remind(machineIdentifier: string): Promise<void>
}

export function createSwitch(needs: {
  store: Store
  outbox: Outbox
  clock: Clock
  autostart: boolean
}): Switch {
  const { store, outbox, clock, autostart } = needs

  return { isOn, since, turn, remind }

  async function isOn(): Promise<boolean> {
    return (await remembered())?.record.running ?? autostart
  }

  async function since(): Promise<{ at: number; by: string } | undefined> {
    const last = await remembered()
    return last && { at: last.record.at, by: last.record.by }
  }

  async function remembered(): Promise<Stored<MonitorSetting> | undefined> {
    const stored = await store.read('setting', 'monitor')
    return stored?.record.name === 'monitor' ? { ...stored, record: stored.record } : undefined
  }

  function turn(on: boolean, by: string): Promise<void> {
    return transact(store, async () => {
      const stored = await remembered()
      const record = { name: 'monitor' as const, running: on, at: clock.now(), by }
      const condition = stored ? { ifRevision: stored.revision } : ({ unless: 'exists' } as const)
      return { changes: [{ kind: 'setting', id: 'monitor', record, ...condition }], value: undefined }
    })
  }

  async function remind(machineIdentifier: string): Promise<void> {
    const isTold = await transact(store, async () => {
      const stored = await remembered()
      if (!stored || stored.record.running || !isDue(stored.record)) return { changes: [], value: false }

      const { at, by } = stored.record
      const notice = { kind: 'monitor-stopped' as const, since: at, by }
      const record = { ...stored.record, remindedAt: clock.now() }
      const { change } = outbox.draft(machineIdentifier, { to: 'admins', notice })
      return {
        changes: [{ kind: 'setting', id: 'monitor', record, ifRevision: stored.revision }, change],
        value: true,
      }
    })
    if (isTold) outbox.wake()
  }

  function isDue({ at, remindedAt = at }: MonitorSetting): boolean {
    return clock.now() - remindedAt >= remindEveryMs
  }
}
