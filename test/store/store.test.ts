import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KeyvSqlite } from '@keyv/sqlite'
import { Keyv } from 'keyv'
import { afterAll, describe, expect, it } from 'vitest'
import { createMemoryStore } from '../../src/store/memory.js'
import { openStore } from '../../src/store/open.js'
import { storeContract } from './contract.js'
import { aViolation, created, replaced } from './records.js'

const folder = await mkdtemp(join(tmpdir(), 'otp-store-'))
let files = 0

afterAll(() => rm(folder, { recursive: true }))

storeContract('memory', async () => createMemoryStore())
storeContract('sqlite', () => openStore('sqlite://:memory:'))
storeContract('sqlite file', () => openStore(newUrl()))

describe('a store in a file', () => {
  it('keeps its records from one opening to the next', async () => {
    const url = newUrl()
    const first = await openStore(url)
    await first.commit([created(aViolation())])
    await first.close()

    const second = await openStore(url)
    expect(await second.read('violation', 'v1')).toEqual({ id: 'v1', revision: 1, record: aViolation() })
    expect(await second.page('violation', { where: { guest: '100' }, limit: 5 })).toHaveLength(1)
    await second.close()
  })

  it('makes the folder, and files that only their owner can read', async () => {
    const path = join(folder, 'deep', 'down', 'otp.sqlite')
    const store = await openStore(`sqlite://${path}`)
    await store.commit([created(aViolation())])

    for (const file of [path, `${path}-wal`]) expect((await stat(file)).mode & 0o777).toBe(0o600)
    await store.close()
  })

  it('is safe to open twice: conditions hold across both openings', async () => {
    const url = newUrl()
    const [one, two] = [await openStore(url), await openStore(url)]
    await one.commit([created(aViolation())])

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        (at % 2 ? one : two).commit([replaced(aViolation({ repeats: at }), 1)]),
      ),
    )
    expect(answers.filter(Boolean)).toHaveLength(1)
    await Promise.all([one.close(), two.close()])
  })

  it('tells when another opening has written, and not of its own writes', async () => {
    const url = newUrl()
    const [one, two] = [await openStore(url), await openStore(url)]
    await one.changedElsewhere()
    await one.commit([created(aViolation())])
    expect(await one.changedElsewhere()).toBe(false)

    await two.commit([replaced(aViolation({ repeats: 1 }), 1)])
    expect(await one.changedElsewhere()).toBe(true)
    expect(await one.changedElsewhere()).toBe(false)
    await Promise.all([one.close(), two.close()])
  })

  it('stays readable by Keyv itself', async () => {
    const url = newUrl()
    const store = await openStore(url)
    await store.commit([created(aViolation({ cardId: ':card' }))])

    const keyv = new Keyv({ store: new KeyvSqlite({ uri: url, table: 'otp' }), useKeyPrefix: false })
    expect(await keyv.get('violation/v1')).toMatchObject({
      schema: 1,
      revision: 1,
      facets: { open: true, guest: '100' },
      record: { id: 'v1', cardId: ':card' },
    })
    await keyv.disconnect()
    await store.close()
  })
})

describe('a damaged record', () => {
  it.each([
    ['not an envelope', { schema: 1, record: 'gone', revision: 1, facets: { open: true } }],
    ['of a later schema', { schema: 2, record: {}, revision: 1, facets: { open: true } }],
    ['without a revision', { schema: 1, record: {}, facets: { open: true } }],
  ])('%s is named by its key, passed over in pages and never overwritten', async (_, damaged) => {
    const url = newUrl()
    const problems: string[] = []
    const store = await openStore(url, (problem) => problems.push(problem.message))
    for (const id of ['v1', 'v2', 'v3']) await store.commit([created(aViolation({ id }))])
    await writeByHand(url, 'violation/v2', damaged)

    const page = await store.page('violation', { where: { open: true }, limit: 2 })
    expect(page.map((stored) => stored.id)).toEqual(['v3', 'v1'])
    expect(problems).toEqual([expect.stringContaining('violation/v2')])
    await expect(store.read('violation', 'v2')).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('violation/v2'),
    })
    expect(await store.commit([created(aViolation({ id: 'v2' }))])).toBe(false)
    await store.close()
  })
})

describe('a store that cannot be used', () => {
  it.each(['redis://localhost', 'data/otp.sqlite', 'sqlite://', ''])(
    'refuses the address %j',
    async (url) => {
      await expect(openStore(url)).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringMatching(/^store\.url: expected sqlite:\/\//),
      })
    },
  )

  it('says so when its folder cannot be made', async () => {
    await expect(openStore('sqlite:///dev/null/otp.sqlite')).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('store.url'),
    })
  })

  it('says so when the file is something else', async () => {
    const path = join(folder, 'letter.txt')
    await writeFile(path, 'Dear store, I am no database at all.\n'.repeat(50))

    await expect(openStore(`sqlite://${path}`)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('not a database'),
    })
  })

  it('answers with store_unavailable once it is closed; closing twice is fine', async () => {
    const store = await openStore(newUrl())
    await store.close()
    await store.close()

    const refused = { code: 'store_unavailable' }
    await expect(store.read('violation', 'v1')).rejects.toMatchObject(refused)
    await expect(store.page('violation', { limit: 1 })).rejects.toMatchObject(refused)
    await expect(store.commit([created(aViolation())])).rejects.toMatchObject(refused)
  })
})

function newUrl(): string {
  files += 1
  return `sqlite://${join(folder, `${files}.sqlite`)}`
}

async function writeByHand(url: string, key: string, value: unknown): Promise<void> {
  const keyv = new Keyv({ store: new KeyvSqlite({ uri: url, table: 'otp' }), useKeyPrefix: false })
  await keyv.set(key, value)
  await keyv.disconnect()
}
