import { access, type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { KeyvSqlite } from '@keyv/sqlite'
import { OtpError } from '../core/errors.js'
import type { Store } from '../core/ports.js'
import type { OnUnreadable } from './envelope.js'
import { createKeyvStore } from './keyv.js'

/** How long a statement waits for another process that is writing to the same file. */
const busyTimeoutMs = 5_000

/**
 * Opens the store at `sqlite://<path>`, or `sqlite://:memory:`, and makes folder and file where there are none.
 * The file is for its owner only: it holds e-mail addresses.
 */
export async function openStore(url: string, onUnreadable?: OnUnreadable): Promise<Store> {
  const path = /^sqlite:\/\/(.+)$/.exec(url)?.[1]
  if (path === undefined) {
    throw new OtpError(
      'invalid_input',
      'store.url: expected sqlite:// and a path, such as sqlite://data/otp.sqlite',
    )
  }

  if (path !== ':memory:') await makePrivateFile(path)
  const adapter = new KeyvSqlite({ uri: `sqlite://${path}`, table: 'otp', busyTimeout: busyTimeoutMs })
  const told = onUnreadable ? { onUnreadable } : {}
  if (path === ':memory:') return createKeyvStore(adapter, told)

  const log = createFlusher(`${path}-wal`)
  const store = await createKeyvStore(adapter, { ...told, flush: log.flush })
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

/** Whether there is a store at this address already; asking makes none. */
export async function storeExists(url: string): Promise<boolean> {
  const path = url.replace(/^sqlite:\/\//, '')
  return access(path).then(
    () => true,
    () => false,
  )
}

async function makePrivateFile(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(path, 'a', 0o600)
    await file.close()
  } catch (cause) {
    throw new OtpError('store_unavailable', `The store at ${path} cannot be opened. Look at store.url.`, {
      cause,
    })
  }
}
