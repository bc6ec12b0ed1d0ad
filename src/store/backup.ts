import { randomUUID } from 'node:crypto'
import { constants, copyFile, link, open, unlink } from 'node:fs/promises'
import { z } from 'zod'
import { OtpError } from '../core/errors.js'
import { keeping as words } from '../core/messages/keeping.js'
import { connect, copyInto, storePath, table, withConnection } from './file.js'
import { codeOf } from './trouble.js'

/** What a backup knows besides the records. */
export interface BackupFacts {
  madeAt: number
  /** Of the OTP that made it. */
  version: string
  /** The text of the configuration file, where there was one. */
  config?: string
}

const factsTable = 'otp_backup'
const Rows = z.array(z.object({ name: z.string() }))
const Values = z.array(z.object({ value: z.string() }))
const Facts = z.object({ madeAt: z.number(), version: z.string(), config: z.string().exactOptional() })

/**
 * Writes a backup, for its owner only: one SQLite file with all records as they are at one moment, which may be while OTP
 * runs, and the configuration. It appears whole or not at all, and never in the place of another: then it throws `conflict`.
 */
export async function writeBackup(url: string, target: string, facts: BackupFacts): Promise<void> {
  const draft = `${target}.${randomUUID()}.new`
  try {
    await withConnection(storePath(url), (adapter) => copyInto(adapter, draft))
    await withConnection(draft, async (adapter) => {
      await adapter.query(`CREATE TABLE ${factsTable} (value TEXT)`)
      await adapter.query(`INSERT INTO ${factsTable} VALUES (?)`, JSON.stringify(facts))
    })
    await sync(draft)
    await putWhereNothingIs(draft, target)
  } catch (problem) {
    throw notWritten(problem, target)
  } finally {
    await unlink(draft).catch(unlessMissing)
  }
}

/** What is wrong with the store itself stays as it was said; the rest concerns where the backup was to go. */
function notWritten(problem: unknown, target: string): unknown {
  const cause = problem instanceof OtpError ? problem.cause : problem
  const code = codeOf(cause)
  if (code === '' || code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB') return problem
  if (code === 'EEXIST') return new OtpError('conflict', words.occupied(target), { cause })
  return new OtpError('invalid_input', words.notWritten(target, code), { cause })
}

/** Takes out of a copy of a backup what it knows besides the records; undefined for a plain copy of a store. */
export async function takeFacts(path: string): Promise<BackupFacts | undefined> {
  return withConnection(path, async (adapter) => {
    const named = await adapter.query(`SELECT name FROM sqlite_master WHERE name = '${factsTable}'`)
    if (Rows.parse(named).length === 0) return undefined

    const [row] = Values.parse(await adapter.query(`SELECT value FROM ${factsTable}`))
    await adapter.query(`DROP TABLE ${factsTable}`)
    return Facts.parse(JSON.parse(row?.value ?? ''))
  })
}

/** Whether a file, which SQLite can read, holds any record. */
export async function holdsRecords(path: string): Promise<boolean> {
  const rows = await withConnection(path, (adapter) =>
    adapter.query(`SELECT key AS name FROM ${table} LIMIT 1`),
  )
  return Rows.parse(rows).length > 0
}

/** Moves what is in the write-ahead log into the file itself, so that this one alone is the store. */
export async function foldLog(path: string): Promise<void> {
  const adapter = connect(path)
  try {
    await adapter.query('PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    await adapter.close().catch(() => {})
  }
}

/** Has the disk keep the file for good. */
export async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A link, unlike a rename, does not replace what is there; some file systems have none. */
export async function putWhereNothingIs(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error
    await copyFile(from, to, constants.COPYFILE_EXCL)
  }
}

export function unlessMissing(problem: unknown): void {
  if (codeOf(problem) !== 'ENOENT') throw problem
}
