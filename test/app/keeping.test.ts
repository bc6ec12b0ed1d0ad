import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { backUp } from '../../src/app/backup.js'
import { restore, resumeHere } from '../../src/app/restore.js'
import { loadConfig } from '../../src/config.js'
import type { Change } from '../../src/core/ports.js'
import { withConnection } from '../../src/store/file.js'
import { lockStore } from '../../src/store/lock.js'
import { openStore } from '../../src/store/open.js'
import { aGuest, anAssignment } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'

let folder: string
let file: string
let storeFile: string
let url: string
const clock = createTestClock()

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'otp-keeping-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  file = join(folder, 'config.toml')
  storeFile = join(folder, 'data', 'otp.sqlite')
  url = `sqlite://${storeFile}`
  await writeFile(file, configText('the-token-of-then'), { mode: 0o600 })
  await put(made('assignment', anAssignment({ id: 'a1' })), made('guest', aGuest({ watched: true })))
})

describe('a backup', () => {
  it('is one file for its owner only, made while the store is in use, with what was written last', async () => {
    const store = await openStore(url)
    await store.commit([made('assignment', anAssignment({ id: 'a2' }))])
    const done = await backUp(await needs(), folder)
    await store.close()

    expect(done).toEqual({ file: join(folder, 'otp-2026-11-22T19-00-00Z.backup'), config: true })
    expect((await stat(done.file)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['config.toml', 'data', 'otp-2026-11-22T19-00-00Z.backup'])
    expect(await idsIn(done.file)).toEqual(['a2', 'a1'])
  })

  it('never takes the place of a file, and leaves nothing behind when it cannot be written', async () => {
    const target = join(folder, 'mine')
    await writeFile(target, 'mine')

    await expect(backUp(await needs(), target)).rejects.toMatchObject({ code: 'conflict' })
    expect(await readFile(target, 'utf8')).toBe('mine')
    await expect(backUp(await needs(), join(folder, 'no', 'where'))).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('ENOENT'),
    })
    expect(await readdir(folder)).toEqual(['config.toml', 'data', 'mine'])
  })

  it('goes into a folder, which is made where the name ends like one', async () => {
    const { file: made } = await backUp(await needs(), `${join(folder, 'new', 'one')}/`)
    expect(made).toBe(join(folder, 'new', 'one', 'otp-2026-11-22T19-00-00Z.backup'))
    expect((await stat(join(folder, 'new'))).mode & 0o777).toBe(0o700)
  })

  it('of a store that is not there is refused', async () => {
    await rm(storeFile)
    await expect(backUp(await needs(), folder)).rejects.toMatchObject({ code: 'not_found' })
    expect(existsSync(storeFile)).toBe(false)
  })
})

describe('a restore', () => {
  it('brings back store and configuration, keeps what was there, and has OTP wait', async () => {
    const backup = await backUp(await needs(), folder)
    await put(made('assignment', anAssignment({ id: 'later' })))
    await writeFile(file, configText('the-token-of-now'))
    const done = await restored(backup.file)

    expect(done).toMatchObject({ store: storeFile, config: file, assignments: [{ id: 'a1' }] })
    expect(await readFile(file, 'utf8')).toBe(configText('the-token-of-then'))
    expect(await idsIn(storeFile)).toEqual(['a1'])
    expect((await stat(storeFile)).mode & 0o777).toBe(0o600)

    const [oldStore = '', oldConfig = ''] = done.kept
    expect(await idsIn(oldStore)).toEqual(['later', 'a1'])
    expect(await readFile(oldConfig, 'utf8')).toBe(configText('the-token-of-now'))
    expect((await stat(oldConfig)).mode & 0o777).toBe(0o600)

    expect(await resumeHere(await needs())).toEqual({ resumed: true, assignments: 1 })
    expect(await resumeHere(await needs())).toEqual({ resumed: false, assignments: 0 })
  })

  it('works where nothing is left but the backup, and with the configuration that is there where that is to stay', async () => {
    const backup = await backUp(await needs(), folder)
    await rm(join(folder, 'data'), { recursive: true })
    await rm(file)
    expect(await restored(backup.file)).toMatchObject({ kept: [], config: file })
    expect(await idsIn(storeFile)).toEqual(['a1'])

    await writeFile(file, configText('the-token-of-now'))
    const done = await restored(backup.file, { keepConfig: true })
    expect(done).not.toHaveProperty('config')
    expect(await readFile(file, 'utf8')).toBe(configText('the-token-of-now'))
  })

  it('takes a plain copy of a store too, such as one that was kept', async () => {
    const copy = join(folder, 'copy.sqlite')
    await copyFile(storeFile, copy)
    await put(made('assignment', anAssignment({ id: 'later' })))

    expect(await restored(copy)).toMatchObject({ assignments: [{ id: 'a1' }] })
    expect(await idsIn(storeFile)).toEqual(['a1'])
  })

  it('puts a whole store in the place of a damaged one, and keeps that with its log', async () => {
    const backup = await backUp(await needs(), folder)
    await writeFile(storeFile, 'no database at all '.repeat(100))
    await writeFile(`${storeFile}-wal`, 'and no log')
    const { kept } = await restored(backup.file)

    expect(await idsIn(storeFile)).toEqual(['a1'])
    expect(await readFile(`${kept[0]}-wal`, 'utf8')).toBe('and no log')
  })

  it('is refused while an OTP has the store, and changes nothing', async () => {
    const backup = await backUp(await needs(), folder)
    await put(made('assignment', anAssignment({ id: 'later' })))
    const lock = await lockStore(url, { pid: 1, host: 'attic', since: new Date(0) })

    await expect(restored(backup.file)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('process 1 on attic'),
    })
    await lock.release()
    expect(await idsIn(storeFile)).toEqual(['later', 'a1'])
    expect(await readdir(join(folder, 'data'))).toEqual(['otp.sqlite', 'otp.sqlite-lock'])
  })

  it.each<[string, (path: string) => Promise<unknown>, RegExp]>([
    ['is not there', async (path) => rm(path), /no file at/],
    ['is something else', async (path) => writeFile(path, 'a letter '.repeat(999)), /holds nothing of OTP's/],
    ['is empty', async (path) => writeFile(path, ''), /holds nothing of OTP's/],
    ['is cut off', async (path) => writeFile(path, (await readFile(path)).subarray(0, 9_000)), /is damaged/],
    [
      'is from a newer version',
      (path) => withConnection(path, (one) => one.query('PRAGMA user_version = 9')),
      /newer OTP/,
    ],
    [
      'has a configuration that this version cannot read',
      (path) =>
        withConnection(path, (one) =>
          one.query(
            "UPDATE otp_backup SET value = replace(value, 'the-token-of-then', 'x\\\"\\noops = \\\"y')",
          ),
        ),
      /plex\.oops: unknown key/,
    ],
  ])('of a file that %s is refused before anything is touched', async (_, spoil, reason) => {
    const { file: backup } = await backUp(await needs(), folder)
    await spoil(backup)
    const before = await everything()

    await expect(restored(backup)).rejects.toMatchObject({ message: expect.stringMatching(reason) })
    expect(await everything()).toEqual(before)
  })

  it('of the store itself is refused', async () => {
    await expect(restored(storeFile)).rejects.toMatchObject({ message: expect.stringContaining('in use') })
  })
})

async function needs() {
  return { file, loaded: await loadConfig({ file, env: {} }), clock, version: '1.2.3' }
}

async function restored(backup: string, { keepConfig = false } = {}) {
  return restore({ ...(await needs()), env: {} }, backup, { keepConfig })
}

function configText(token: string): string {
  return `[plex]\ntoken = "${token}"\n[store]\nurl = "${url}"\n`
}

function made(kind: 'assignment' | 'guest', record: object): Change {
  const id = 'id' in record ? record.id : 'g1'
  return { kind, id, record, unless: 'exists' } as Change
}

async function put(...changes: Change[]): Promise<void> {
  const store = await openStore(url)
  await store.commit(changes)
  await store.close()
}

async function idsIn(path: string): Promise<string[]> {
  await mkdir(join(folder, 'look'), { recursive: true })
  const copy = join(folder, 'look', 'store')
  await rm(copy, { force: true })
  await copyFile(path, copy)
  const store = await openStore(`sqlite://${copy}`)
  const found = await store.page('assignment', { limit: 9 })
  await store.close()
  await rm(join(folder, 'look'), { recursive: true })
  return found.map(({ id }) => id)
}

/** Every file with what is in it. */
async function everything(): Promise<Record<string, string>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
  const texts = await Promise.all(files.map(async (one) => [one, await readFile(one, 'latin1')]))
  return Object.fromEntries(texts)
}
