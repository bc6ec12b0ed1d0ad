import { randomUUID } from 'node:crypto'
import type { Store } from '../core/ports.js'

const id = 'client-identifier'

/** Plex knows an installation by this; it is made once and never changes. */
export async function clientIdentifier(store: Store): Promise<string> {
  const value = `otp-${randomUUID()}`
  const isMade = await store.commit([{ kind: 'setting', id, record: { name: id, value }, unless: 'exists' }])
  if (isMade) return value

  const stored = await store.read('setting', id)
  if (stored?.record.name === id) return stored.record.value
  throw new Error('The client identifier is kept under another name')
}
