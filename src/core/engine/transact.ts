import { OtpError } from '../errors.js'
import type { Change, PageQuery, Store, Stored } from '../ports.js'
import type { Kind, Records } from '../records.js'

const pageSize = 500
const maxAttempts = 20

/**
 * Reads, decides and writes until nobody else wrote in between. `decide` gives the changes and the value to
 * return; it is called anew after a conflict, so it must read what it decides on: the first time what is at hand will
 * do, since a write on what has changed meanwhile is a conflict.
 */
export async function transact<T>(
  store: Store,
  decide: (attempt: number) => Promise<{ changes: Change[]; value: T }>,
): Promise<T> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const { changes, value } = await decide(attempt)
    if (changes.length === 0 || (await store.commit(changes))) return value
  }
  throw new OtpError(
    'store_unavailable',
    'Too many changes happened at once, so nothing was saved. Try again.',
  )
}

/** Every record that matches, oldest first. */
export async function all<K extends Kind>(
  store: Store,
  kind: K,
  where: NonNullable<PageQuery['where']> = {},
): Promise<Stored<Records[K]>[]> {
  const found: Stored<Records[K]>[] = []
  let before: string | undefined

  for (;;) {
    const page = await store.page(kind, { where, limit: pageSize, ...(before !== undefined && { before }) })
    found.push(...page)
    before = page.at(-1)?.id
    if (page.length < pageSize) return found.reverse()
  }
}
