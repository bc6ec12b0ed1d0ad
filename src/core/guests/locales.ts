import type { GuestRef } from '../model.js'
import type { Store } from '../ports.js'
import { guestId } from '../records.js'

/** The language that a guest was last seen to read in Discord; undefined when nobody knows. */
export async function localeOf(
  store: Pick<Store, 'read'>,
  machineIdentifier: string,
  { plexId }: Pick<GuestRef, 'plexId'>,
): Promise<string | undefined> {
  return (await store.read('guest', guestId(machineIdentifier, plexId)))?.record.locale
}
