import { z } from 'zod'
import { OtpError } from '../core/errors.js'
import { store as words } from '../core/messages/store.js'

/** One state of the file's make-up, and the statements that bring the one before it there. */
export interface Format {
  number: number
  statements: readonly string[]
}

/** Every format there has been, in order. Files from before formats had numbers are as the first. */
export const formats: readonly Format[] = [{ number: 1, statements: [] }]

const Versions = z.tuple([z.object({ user_version: z.number() })])

interface Needs {
  run(statement: string): Promise<unknown>
  path: string
  table: string
  known: readonly Format[]
  /** Puts a copy of the file beside it. */
  keepCopy(before: number): Promise<void>
}

/**
 * Brings a file that an older OTP wrote to the newest format, wholly or not at all, after a copy of it was made. A newer
 * format than any that is known is refused with `store_unavailable`, and nothing is changed. Must be alone on its
 * connection.
 */
export async function bringUpToDate({ run, path, table, known, keepCopy }: Needs): Promise<void> {
  const newest = known.at(-1)?.number ?? 0
  const found = await version()
  if (found > newest) throw new OtpError('store_unavailable', words.newer(path, found, newest))
  if (found === newest) return

  if (!(await isEmpty())) await keepCopy(newest)
  await run('BEGIN IMMEDIATE')
  try {
    // Another process may have done it while this one waited for the lock.
    const from = await version()
    for (const { number, statements } of known) {
      if (number > from) for (const statement of statements) await run(statement)
    }
    if (newest > from) await run(`PRAGMA user_version = ${newest}`)
    await run('COMMIT')
  } catch (problem) {
    await run('ROLLBACK')
    throw problem
  }

  async function version(): Promise<number> {
    return Versions.parse(await run('PRAGMA user_version'))[0].user_version
  }

  async function isEmpty(): Promise<boolean> {
    const rows = z.array(z.unknown()).parse(await run(`SELECT 1 FROM ${table} LIMIT 1`))
    return rows.length === 0
  }
}
