import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { OtpError } from '../core/errors.js'
import { store as words } from '../core/messages/store.js'
import { exists, storePath, withConnection } from './file.js'

/** Looking through a larger file would hold up the start; there damage shows where it is read. */
const mostBytes = 64 * 1024 * 1024

const Found = z.array(z.record(z.string(), z.string()))

/** Looks through the file before it is used. Throws `store_unavailable` when it is damaged, and changes nothing. */
export async function refuseDamaged(url: string): Promise<void> {
  const path = storePath(url)
  if (path === ':memory:' || !(await exists(path))) return

  const { size } = await stat(path)
  const damage = size > 0 && size <= mostBytes ? await damageIn(path, 'quick_check') : undefined
  if (damage !== undefined) throw new OtpError('store_unavailable', words.damaged(path, damage))
}

/**
 * What SQLite finds wrong with a file; undefined when it is whole. `integrity_check` looks at everything, `quick_check`
 * leaves out whether the indexes fit. Throws `store_unavailable` for what it cannot read at all.
 */
export async function damageIn(
  path: string,
  how: 'quick_check' | 'integrity_check',
): Promise<string | undefined> {
  const rows = await withConnection(path, (adapter) => adapter.query(`PRAGMA ${how}(1)`))
  const [said = 'no answer'] = Found.parse(rows).flatMap((row) => Object.values(row))
  return said === 'ok' ? undefined : said
}
