import { hostname } from 'node:os'
import { storeReadable } from '../core/messages/store.js'
import type { Clock, Logger } from '../core/ports.js'
import { refuseDamaged } from '../store/check.js'
import { readableByOthers } from '../store/file.js'
import { lockStore, type StoreLock } from '../store/lock.js'

/**
 * Makes sure that this process works alone with a store that is well. Throws `conflict` when another OTP has it, and
 * `store_unavailable` when it is damaged.
 */
export async function aloneWithStore(
  url: string,
  { clock, log }: { clock: Clock; log: Logger },
): Promise<StoreLock> {
  const lock = await lockStore(url, {
    pid: process.pid,
    host: hostname(),
    since: new Date(clock.now()),
  })
  try {
    await refuseDamaged(url)
    for (const { path, mode } of await readableByOthers(url)) log.warn(storeReadable(path, mode))
    return lock
  } catch (error) {
    await lock.release()
    throw error
  }
}
