import type { KeyvSqlite } from '@keyv/sqlite'
import { Keyv } from 'keyv'
import { z } from 'zod'
import { OtpError } from '../core/errors.js'
import type { Change, CommitHow, Doomed, PageQuery, Store, Stored, Trim } from '../core/ports.js'
import type { Facets, Kind, Records } from '../core/records.js'
import { fromEnvelope, keyOf, type OnUnreadable, toWrites, unreadable } from './envelope.js'
import { bringUpToDate, type Format, formats } from './formats.js'
import { storeTrouble } from './trouble.js'

/** A value that is no text becomes one that cannot be read, like any other damage. */
const Rows = z.array(z.object({ key: z.string(), value: z.string().catch('') }))

/** Text that begins with a colon means something to Keyv; where there is none, its own format is plain JSON. */
const colonText = /[:,[]":/

const Held = z.object({ value: z.unknown() }).nullable()

const Versions = z.array(z.object({ data_version: z.number() }))

/** Facets that pages are looked up by, each with an index of its own; the more telling first. */
const indexed = ['guest', 'state', 'open'] as const satisfies readonly (keyof Facets)[]

/**
 * A store over a Keyv adapter for SQLite. Keyv itself can neither compare before it writes nor list in order,
 * so both are SQL on the table that Keyv reads and writes; every value stays readable by Keyv's own `get`.
 *
 * Each commit is one statement, which SQLite does wholly or not at all: callers share one connection, where a
 * transaction over several statements would take in the statements of others. Other processes on the same file
 * are safe too: the conditions are checked under the write lock.
 *
 * @param path names the file in what is said about it.
 * @param flush has the disk keep for good what was written so far.
 * @param keepCopy puts a copy of the file beside it before the file is brought to another format.
 * @param onUnreadable told of each record that a page passes over, so that one damaged record does not hide
 * the others; `read` of such a record throws instead.
 */
export async function createKeyvStore(
  adapter: KeyvSqlite,
  {
    onUnreadable,
    path = ':memory:',
    flush = async () => {},
    keepCopy = async () => {},
    known = formats,
  }: {
    onUnreadable?: OnUnreadable
    path?: string
    flush?: () => Promise<void>
    keepCopy?: (before: number) => Promise<void>
    known?: readonly Format[]
  } = {},
): Promise<Store> {
  const keyv = new Keyv({ store: adapter, useKeyPrefix: false, throwOnErrors: true, emitErrors: false })
  const table = adapter.opts.table ?? 'keyv'
  let closing: Promise<void> | undefined
  let dataVersion: number | undefined

  await prepare().catch(async (problem: unknown) => {
    await close().catch(() => {})
    throw problem
  })
  return { read, commit, remove, page, trim, changedElsewhere, close }

  async function prepare(): Promise<void> {
    // Write-ahead: readers and the writer do not wait for each other. NORMAL leaves it to us when the disk has to
    // keep what was written, and loses nothing of it when only the process ends.
    await run('PRAGMA journal_mode = WAL')
    await run('PRAGMA synchronous = NORMAL')
    await bringUpToDate({ run, path, table, known, keepCopy })

    for (const facet of indexed) {
      await run(`CREATE INDEX IF NOT EXISTS ${table}_${facet} ON ${table} (${column(facet)}, key)`)
    }
  }

  async function read<K extends Kind>(kind: K, id: string): Promise<Stored<Records[K]> | undefined> {
    const text = await translated(adapter.get<string>(keyOf(kind, id)))
    return text === undefined ? undefined : decoded(kind, id, text)
  }

  async function commit(changes: readonly Change[], how?: CommitHow): Promise<boolean> {
    if (changes.length === 0) return true

    const writes = await Promise.all(
      toWrites(changes).map(async ({ key, envelope, expected }) => [key, await encoded(envelope), expected]),
    )
    const written = await sql(
      `WITH change AS (
         SELECT value ->> 0 AS key, value ->> 1 AS value, value ->> 2 AS expected FROM json_each(?)
       )
       INSERT INTO ${table} (key, value)
       SELECT key, value FROM change
       WHERE NOT EXISTS (
         SELECT 1 FROM change AS wanted LEFT JOIN ${table} AS held ON held.key = wanted.key
         WHERE wanted.expected IS NOT ${revisionOf('held')}
       )
       ON CONFLICT (key) DO UPDATE SET value = excluded.value
       RETURNING key, '' AS value`,
      JSON.stringify(writes),
    )
    // An intent that was acknowledged must outlive a power cut, or access that was given would be forgotten.
    if (written.length > 0 && !how?.hasty) await translated(flush())
    return written.length > 0
  }

  async function remove(doomed: readonly Doomed[]): Promise<number> {
    const removed = await sql(
      `WITH doomed AS (SELECT value ->> 0 AS key, value ->> 1 AS revision FROM json_each(?))
       DELETE FROM ${table}
       WHERE key IN (
         SELECT held.key FROM ${table} AS held JOIN doomed ON doomed.key = held.key
         WHERE doomed.revision IS ${revisionOf('held')}
       )
       RETURNING key, '' AS value`,
      JSON.stringify(doomed.map(({ kind, id, ifRevision }) => [keyOf(kind, id), ifRevision])),
    )
    return removed.length
  }

  async function page<K extends Kind>(kind: K, query: PageQuery): Promise<Stored<Records[K]>[]> {
    const found: Stored<Records[K]>[] = []
    const { after } = query
    let from = after ?? query.before

    // A record that is passed over makes room for the next one, so that a short page always means the end.
    for (;;) {
      const missing = query.limit - found.length
      const rows = missing > 0 ? await rowsFrom(kind, { ...query, from, limit: missing }) : []

      for (const row of rows) {
        from = row.key.slice(keyOf(kind, '').length)
        const stored = await readableOrUndefined(kind, from, row.value)
        if (stored) found.push(stored)
      }
      if (rows.length < missing || missing <= 0) return found
    }
  }

  /** SQLite counts what other connections have committed. */
  async function changedElsewhere(): Promise<boolean> {
    const [row] = Versions.parse(await run('PRAGMA data_version'))
    const before = dataVersion
    dataVersion = row?.data_version
    return dataVersion !== before
  }

  function rowsFrom(kind: Kind, query: RowQuery): Promise<Row[]> {
    const where = query.where ?? {}
    // What is open is always little, so nothing tells more.
    const telling = where.open ? indexed.toReversed() : indexed
    const facets = telling.filter((facet) => where[facet] !== undefined)
    // Only the first is looked up in its index; the plus keeps SQLite from choosing another.
    const conditions = facets.map((facet, at) => `${at === 0 ? '' : '+'}${column(facet)} = ?`)
    const wanted = facets.map((facet) => (facet === 'open' ? Number(where.open) : where[facet]))
    const isUpwards = query.after !== undefined
    const end = query.before === undefined ? afterAllOf(kind) : keyOf(kind, query.before)
    const from = query.from === undefined ? end : keyOf(kind, query.from)

    return sql(
      `SELECT key, value FROM ${table}
       WHERE ${[...conditions, 'key > ?', 'key < ?'].join(' AND ')}
       ORDER BY key ${isUpwards ? 'ASC' : 'DESC'} LIMIT ?`,
      ...wanted,
      isUpwards ? from : keyOf(kind, ''),
      isUpwards ? end : from,
      query.limit,
    )
  }

  async function trim(kind: Kind, { keep, before, atMost }: Trim): Promise<number> {
    const newest = (skip: number) =>
      `coalesce((SELECT key FROM ${table} WHERE key > ?1 AND key < ?2 ORDER BY key DESC LIMIT 1 OFFSET ${skip}), ?1)`
    const gone = await sql(
      `DELETE FROM ${table} WHERE key IN (
         SELECT key FROM ${table} WHERE key > ?1 AND key < max(${newest(keep - 1)}, min(?3, ${newest(0)}))
         ORDER BY key LIMIT ?4
       ) RETURNING key, '' AS value`,
      keyOf(kind, ''),
      afterAllOf(kind),
      keyOf(kind, before),
      atMost,
    )
    return gone.length
  }

  async function readableOrUndefined<K extends Kind>(kind: K, id: string, text: string) {
    try {
      return await decoded(kind, id, text)
    } catch (problem) {
      if (!(problem instanceof OtpError)) throw problem
      onUnreadable?.(problem)
      return undefined
    }
  }

  async function decoded<K extends Kind>(kind: K, id: string, text: string): Promise<Stored<Records[K]>> {
    try {
      const data = colonText.test(text)
        ? await keyv.deserializeData<unknown>(text)
        : Held.parse(JSON.parse(text))
      return fromEnvelope(kind, id, data?.value)
    } catch (cause) {
      throw cause instanceof OtpError ? cause : unreadable(keyOf(kind, id), cause)
    }
  }

  /** As Keyv would write it, several times as fast. */
  async function encoded(envelope: unknown): Promise<unknown> {
    const text = JSON.stringify({ value: envelope })
    return colonText.test(text) ? keyv.serializeData({ value: envelope }) : text
  }

  async function sql(statement: string, ...values: unknown[]): Promise<Row[]> {
    return Rows.parse(await run(statement, ...values))
  }

  function run(statement: string, ...values: unknown[]): Promise<unknown> {
    return translated(adapter.query(statement, ...values))
  }

  function close(): Promise<void> {
    closing ??= translated(keyv.disconnect())
    return closing
  }

  async function translated<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (cause) {
      throw storeTrouble(cause, path)
    }
  }
}

interface Row {
  key: string
  value: string
}

interface RowQuery extends PageQuery {
  /** Where the last row was, if there was one. */
  from: string | undefined
}

function column(facet: keyof Facets): string {
  return `json_extract(value, '$.value.facets.${facet}')`
}

/** Null where nothing is held; a damaged record has a revision that no change can name. */
function revisionOf(row: string): string {
  return `iif(${row}.key IS NULL, NULL, coalesce(json_extract(${row}.value, '$.value.revision'), -1))`
}

/** The first key after those of a kind: `0` follows `/`. */
function afterAllOf(kind: Kind): string {
  return `${kind}0`
}
