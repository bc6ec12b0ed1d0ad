import { transact } from '../engine/transact.js'
import type { Clock, Store } from '../ports.js'

/** Whether the monitor judges. It is remembered, so that a stop survives a restart. */
export interface Switch {
  isOn(): Promise<boolean>
  since(): Promise<{ at: number; by: string } | undefined>
  turn(on: boolean, by: string): Promise<void>
}

export function createSwitch(needs: { store: Store; clock: Clock; autostart: boolean }): Switch {
  const { store, clock, autostart } = needs

  return { isOn, since, turn }

  async function isOn(): Promise<boolean> {
    return (await remembered())?.running ?? autostart
  }

  async function since(): Promise<{ at: number; by: string } | undefined> {
    const last = await remembered()
    return last && { at: last.at, by: last.by }
  }

  async function remembered() {
    const stored = await store.read('setting', 'monitor')
    return stored?.record.name === 'monitor' ? stored.record : undefined
  }

  function turn(on: boolean, by: string): Promise<void> {
    return transact(store, async () => {
      const stored = await store.read('setting', 'monitor')
      const record = { name: 'monitor' as const, running: on, at: clock.now(), by }
      const condition = stored ? { ifRevision: stored.revision } : ({ unless: 'exists' } as const)
      return { changes: [{ kind: 'setting', id: 'monitor', record, ...condition }], value: undefined }
    })
  }
}
