import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { connect, copyInto, readableByOthers, withConnection } from '../../src/store/file.js'
import { createKeyvStore } from '../../src/store/keyv.js'
import { openStore } from '../../src/store/open.js'
import { aViolation, created } from './records.js'

const folder = await mkdtemp(join(tmpdir(), 'otp-formats-'))
let files = 0

afterAll(() => rm(folder, { recursive: true }))

/** A store with one record in it, closed. */
async function aStore(): Promise<string> {
  files += 1
  const path = join(folder, `${files}.sqlite`)
  const store = await openStore(`sqlite://${path}`)
  await store.commit([created(aViolation())])
  await store.close()
  return path
}

function versionOf(path: string, file = path): Promise<unknown> {
  return withConnection(file, (adapter) => adapter.query('PRAGMA user_version'))
}

async function openWith(path: string, statements: string[]) {
  const adapter = connect(path)
  return createKeyvStore(adapter, {
    path,
    known: [
      { number: 1, statements: [] },
      { number: 2, statements },
    ],
    keepCopy: (before) => copyInto(adapter, `${path}.before-format-${before}`),
  })
}

describe('the format of a store', () => {
  it('is written down, and a file from before it was is taken as it is, with a copy left beside it', async () => {
    const path = await aStore()
    expect(await versionOf(path)).toEqual([{ user_version: 1 }])
    await withConnection(path, (adapter) => adapter.query('PRAGMA user_version = 0'))

    const store = await openStore(`sqlite://${path}`)
    expect(await store.read('violation', 'v1')).toBeDefined()
    await store.close()
    expect(await versionOf(path)).toEqual([{ user_version: 1 }])
    expect((await stat(`${path}.before-format-1`)).mode & 0o777).toBe(0o600)
    expect(await versionOf(`${path}.before-format-1`)).toEqual([{ user_version: 0 }])
  })

  it('changes by its statements, once, and the copy is as it was before', async () => {
    const path = await aStore()
    const moved = ["UPDATE otp SET key = 'violation/v2' WHERE key = 'violation/v1'"]
    for (let time = 0; time < 2; time += 1) {
      const store = await openWith(path, moved)
      expect(await store.read('violation', 'v2')).toBeDefined()
      expect(await store.read('violation', 'v1')).toBeUndefined()
      await store.close()
    }

    const copy = await openStore(`sqlite://${path}.before-format-2`)
    expect(await copy.read('violation', 'v1')).toBeDefined()
    await copy.close()
  })

  it('stays as it was when a statement fails', async () => {
    const path = await aStore()
    await expect(openWith(path, ['DELETE FROM otp', 'DELETE FROM nothing'])).rejects.toMatchObject({
      code: 'store_unavailable',
    })

    const store = await openStore(`sqlite://${path}`)
    expect(await store.read('violation', 'v1')).toBeDefined()
    await store.close()
  })

  it('that is newer than this version knows is refused with what to do, and the file left alone', async () => {
    const path = await aStore()
    await withConnection(path, (adapter) => adapter.query('PRAGMA user_version = 9'))

    await expect(openStore(`sqlite://${path}`)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(
        /newer OTP: its format is 9, and this version knows 1 at most.*restore FILE/s,
      ),
    })
    expect(await versionOf(path)).toEqual([{ user_version: 9 }])
    expect((await readdir(folder)).filter((name) => name.startsWith(`${files}.sqlite.`))).toEqual([])
  })
})

describe('a store in trouble', () => {
  it('that is cut off is said to be damaged, and left as it is', async () => {
    const path = await aStore()
    const store = await openStore(`sqlite://${path}`)
    for (let at = 0; at < 60; at += 1) await store.commit([created(aViolation({ id: `w${at}` }))])
    await store.close()
    const { size } = await stat(path)
    await truncate(path, size - 8192)

    await expect(
      openStore(`sqlite://${path}`).then((opened) => opened.page('violation', { limit: 99 })),
    ).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/damaged.*restore FILE/s),
    })
    expect((await stat(path)).size).toBe(size - 8192)
  })

  it('whose disk is full says so, keeps what it has, and goes on when there is room', async () => {
    const path = await aStore()
    const adapter = connect(path)
    const store = await createKeyvStore(adapter, { path })
    await adapter.query('PRAGMA max_page_count = 12')
    const much = aViolation({ id: 'much', cardId: 'x'.repeat(100_000) })

    await expect(store.commit([created(much)])).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/disk with the store .* is full. Nothing was saved/),
    })
    expect(await store.read('violation', 'v1')).toBeDefined()
    await adapter.query('PRAGMA max_page_count = 100000')
    expect(await store.commit([created(much)])).toBe(true)
    await store.close()
  })

  it('on a disk that is read-only says so', async () => {
    const path = await aStore()
    const adapter = connect(path)
    const store = await createKeyvStore(adapter, { path })
    await adapter.query('PRAGMA query_only = ON')

    await expect(store.commit([created(aViolation({ id: 'v2' }))])).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('read-only. Nothing was saved'),
    })
    await store.close()
  })

  it('that others can read is told with its files and modes; what OTP makes is for its owner alone', async () => {
    const path = await aStore()
    expect(await readableByOthers(`sqlite://${path}`)).toEqual([])
    expect(await readableByOthers('sqlite://:memory:')).toEqual([])

    const open = join(folder, 'open.sqlite')
    await writeFile(open, '', { mode: 0o644 })
    expect(await readableByOthers(`sqlite://${open}`)).toEqual([{ path: open, mode: '0644' }])
    expect(existsSync(`${open}-wal`)).toBe(false)
  })
})
