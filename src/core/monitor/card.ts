import type { Violation } from '../model.js'
import type { Change, Store, Stored } from '../ports.js'
import type { Outbox } from '../telling/outbox.js'

/** The card shows the violation as it is now; a change to it travels in the same write. */
export async function cardOf(
  { store, outbox }: { store: Store; outbox: Outbox },
  violation: Violation,
): Promise<Change[]> {
  const card = await store.read('message', violation.cardId)
  return card ? [outbox.revise(card, { to: 'admins', notice: { kind: 'violation', violation } })] : []
}

export function replaced({ id, revision }: Stored<Violation>, record: Violation): Change {
  return { kind: 'violation', id, record, ifRevision: revision }
}
