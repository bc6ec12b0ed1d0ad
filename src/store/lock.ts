import { z } from 'zod'
import { OtpError } from '../core/errors.js'
import { store as words } from '../core/messages/store.js'
import { connect, makePrivateFile, storePath } from './file.js'
import { codeOf, storeTrouble } from './trouble.js'

/** How long a predecessor that is about to end is waited for. */
const patienceMs = 1_000

const Holders = z.array(z.object({ value: z.string() }))
const Holder = z.object({ pid: z.number(), host: z.string(), since: z.string() })

export interface StoreLock {
  release(): Promise<void>
}

/**
 * Keeps a second OTP off the store, for as long as this process lives: an open transaction on a file beside the store,
 * whose lock the system takes back by itself however the process ends, so that nothing stale is ever left. Throws
 * `conflict` with who holds it.
 */
export async function lockStore(
  url: string,
  holder: { pid: number; host: string; since: Date },
): Promise<StoreLock> {
  const store = storePath(url)
  if (store === ':memory:') return { release: async () => {} }

  const path = `${store}-lock`
  await makePrivateFile(path)
  const adapter = connect(path, { table: 'holder', busyTimeout: patienceMs })
  try {
    await adapter.query('BEGIN IMMEDIATE')
    await adapter.set('holder', JSON.stringify(holder))
    // Others read who it is only after it is written.
    await adapter.query('COMMIT')
    await adapter.query('BEGIN IMMEDIATE')
  } catch (cause) {
    const isHeld = ['SQLITE_BUSY', 'SQLITE_LOCKED'].includes(codeOf(cause))
    const who = isHeld ? await holderIn(path) : ''
    await adapter.close().catch(() => {})
    throw isHeld ? new OtpError('conflict', words.inUse(store, who), { cause }) : storeTrouble(cause, path)
  }
  return { release: () => adapter.close() }

  /** Empty where it cannot be read: that somebody holds the lock is enough. */
  async function holderIn(lock: string): Promise<string> {
    try {
      const [row] = Holders.parse(await adapter.query('SELECT value FROM holder'))
      const { pid, host, since } = Holder.parse(JSON.parse(row?.value ?? ''))
      return words.holder(pid, host, since)
    } catch (problem) {
      if (problem instanceof z.ZodError || problem instanceof SyntaxError) return ''
      throw storeTrouble(problem, lock)
    }
  }
}
