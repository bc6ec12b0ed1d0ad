import { access, mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { KeyvSqlite } from '@keyv/sqlite'
import { OtpError } from '../core/errors.js'
import { store as words } from '../core/messages/store.js'
import { codeOf, storeTrouble } from './trouble.js'

/** How long a statement waits for another process that is writing to the same file. */
const busyTimeoutMs = 5_000

/** The table that holds the records. */
export const table = 'otp'

/** The path in `sqlite://<path>`; `:memory:` is a store without a file. Throws `invalid_input` for any other address. */
export function storePath(url: string): string {
  const path = /^sqlite:\/\/(.+)$/.exec(url)?.[1]
  if (path === undefined) throw new OtpError('invalid_input', words.wrongAddress())
  return path
}

/** Whether there is a store at this address already; asking makes none. */
export async function storeExists(url: string): Promise<boolean> {
  return exists(storePath(url))
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** A connection to the file. What goes wrong with it is told by the first query. */
export function connect(path: string, more: { table?: string; busyTimeout?: number } = {}): KeyvSqlite {
  const adapter = new KeyvSqlite({ uri: `sqlite://${path}`, table, busyTimeout: busyTimeoutMs, ...more })
  // A failed connection also rejects every query, which is where it is reported.
  adapter.on('error', () => {})
  return adapter
}

/** Does something with a connection of its own. Throws `store_unavailable`. */
export async function withConnection<T>(path: string, work: (adapter: KeyvSqlite) => Promise<T>): Promise<T> {
  const adapter = connect(path)
  try {
    return await work(adapter)
  } catch (cause) {
    throw storeTrouble(cause, path)
  } finally {
    // Where it was never opened there is nothing to close, and why has been said.
    await adapter.close().catch(() => {})
  }
}

/** Makes folder and file where there are none, for their owner only: the store holds e-mail addresses. */
export async function makePrivateFile(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(path, 'a', 0o600)
    await file.close()
  } catch (cause) {
    const known = ['EROFS', 'ENOSPC', 'EDQUOT', 'EACCES', 'EPERM'].includes(codeOf(cause))
    throw known
      ? storeTrouble(cause, path)
      : new OtpError('store_unavailable', words.notOpened(path), { cause })
  }
}

/** Copies the store into a new file for its owner only, as it is at one moment; it may be in use. */
export async function copyInto(adapter: KeyvSqlite, target: string): Promise<void> {
  // SQLite writes into an empty file that is there, with the mode that it has.
  const file = await open(target, 'wx', 0o600)
  await file.close()
  await adapter.query('VACUUM INTO ?', target)
  const written = await open(target, 'r+')
  try {
    await written.sync()
  } finally {
    await written.close()
  }
}

/** A path that nothing is at: this one, or this one with a number. */
export async function freePath(wanted: string): Promise<string> {
  for (let at = 1; ; at += 1) {
    const path = at === 1 ? wanted : `${wanted}.${at}`
    if (!(await exists(path))) return path
  }
}

/** The files of a store that others on this machine can read, with their modes. */
export async function readableByOthers(url: string): Promise<{ path: string; mode: string }[]> {
  const path = storePath(url)
  if (process.platform === 'win32' || path === ':memory:') return []

  const found = await Promise.all(
    ['', '-wal', '-shm'].map(async (ending) => {
      const stats = await stat(path + ending).catch(() => undefined)
      if (!stats || (stats.mode & 0o077) === 0) return []
      return [{ path: path + ending, mode: (stats.mode & 0o777).toString(8).padStart(4, '0') }]
    }),
  )
  return found.flat()
}
