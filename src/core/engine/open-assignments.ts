import type { Assignment } from '../model.js'
import type { Store } from '../ports.js'
import { isOpen } from '../states.js'
import { all } from './transact.js'

/** The open assignments of one guest on one server, as they are in the store now. */
export async function openAssignmentsOf(
  store: Store,
  machineIdentifier: string,
  plexId: string,
): Promise<Assignment[]> {
  const theirs = await all(store, 'assignment', { open: true, guest: plexId })
  return theirs
    .map((one) => one.record)
    .filter((one) => one.machineIdentifier === machineIdentifier && isOpen(one))
}
