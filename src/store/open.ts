import { type FileHandle, open } from 'node:fs/promises'
import type { Store } from '../core/ports.js'
import type { OnUnreadable } from './envelope.js'
import { connect, copyInto, freePath, makePrivateFile, storePath } from './file.js'
import { createKeyvStore } from './keyv.js'

/**
 * Opens the store at `sqlite://<path>`, or `sqlite://:memory:`, and makes folder and file where there are none.
 * The file is for its owner only: it holds e-mail addresses. A file in an older format is brought to the newest one, with
 * a copy of it left beside it. Throws `store_unavailable` with what is wrong, and then leaves the file as it is.
 */
export async function openStore(url: string, onUnreadable?: OnUnreadable): Promise<Store> {
  const path = storePath(url)
  if (path !== ':memory:') await makePrivateFile(path)

  const adapter = connect(path)
  const told = onUnreadable ? { onUnreadable } : {}
  if (path === ':memory:') return createKeyvStore(adapter, told)

  const log = createFlusher(`${path}-wal`)
  const keepCopy = async (before: number) =>
    copyInto(adapter, await freePath(`${path}.before-format-${before}`))
  const store = await createKeyvStore(adapter, { ...told, path, flush: log.flush, keepCopy })
  return { ...store, close: () => log.close().finally(store.close) }
}

/**
 * Has the disk keep the write-ahead log, as SQLite itself does with `synchronous = FULL` after every commit. The
 * file stays the same one for as long as the store is open.
 */
function createFlusher(path: string): { flush: () => Promise<void>; close: () => Promise<void> } {
  let file: Promise<FileHandle> | undefined

  return { flush, close }

  async function flush(): Promise<void> {
    file ??= open(path, 'r+').catch((problem: unknown) => {
      file = undefined
      throw problem
    })
    await (await file).datasync()
  }

  async function close(): Promise<void> {
    const opened = await file
    file = undefined
    await opened?.close()
  }
}
