import type { Settings } from '../api.js'
import type { Background } from '../engine/background.js'
import { transact } from '../engine/transact.js'
import type { Assignment } from '../model.js'
import type { Clock, PlexServer, Store } from '../ports.js'
import { isOpen } from '../states.js'
import { withCredits, withoutCredits } from './progress.js'

const askAgainMs = 60_000

/** Finds out where the final credits begin: sessions do not tell, only an item that is read by itself. */
export interface Credits {
  /** Asks for what is played and not known yet, once for each item unless that fails; nobody waits for it. */
  look(assignment: Assignment): void
}

export function createCredits(needs: {
  plexServer: PlexServer
  store: Store
  clock: Clock
  background: Background
  settings: Settings
}): Credits {
  const { plexServer, store, clock, background, settings } = needs
  const rules = settings.monitor
  const askAgainAt = new Map<string, number>()

  return { look }

  function look(assignment: Assignment): void {
    for (const key of withoutCredits(assignment, rules, clock.now())) {
      const name = `${assignment.id} ${key}`
      if ((askAgainAt.get(name) ?? 0) > clock.now()) continue

      askAgainAt.set(name, clock.now() + askAgainMs)
      background.run(() => ask(assignment.id, key), 'the credits of an item could not be looked for', {
        assignment: assignment.id,
        ratingKey: key,
      })
    }
  }

  async function ask(id: string, key: string): Promise<void> {
    const item = await plexServer.item(key)
    // An item that is gone for the moment may have credits when it is back.
    if (!item) return

    await transact(store, async () => {
      const stored = await store.read('assignment', id)
      if (!stored || !isOpen(stored.record)) return { changes: [], value: undefined }

      const record = withCredits(stored.record, key, item.creditsAtMs ?? 0, rules)
      if (record === stored.record) return { changes: [], value: undefined }
      return { changes: [{ kind: 'assignment', id, record, ifRevision: stored.revision }], value: undefined }
    })
    askAgainAt.delete(`${id} ${key}`)
  }
}
