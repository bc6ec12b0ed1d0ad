import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { lockStore } from '../../src/store/lock.js'

const folder = await mkdtemp(join(tmpdir(), 'otp-lock-'))
const url = `sqlite://${join(folder, 'otp.sqlite')}`
const holder = { pid: 4711, host: 'attic', since: new Date('2026-11-27T20:00:00Z') }

afterAll(() => rm(folder, { recursive: true }))

it('the second of two is refused by the name of the first, and takes over when that one ends', async () => {
  const first = await lockStore(url, holder)
  expect((await stat(join(folder, 'otp.sqlite-lock'))).mode & 0o777).toBe(0o600)

  await expect(lockStore(url, { ...holder, pid: 2 })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(
      'Another OTP (process 4711 on attic, since 2026-11-27T20:00:00.000Z) works with',
    ),
  })
  await first.release()
  const second = await lockStore(url, { ...holder, pid: 2 })
  await second.release()
})

it('a store in memory needs no lock', async () => {
  const [one, two] = [
    await lockStore('sqlite://:memory:', holder),
    await lockStore('sqlite://:memory:', holder),
  ]
  await one.release()
  await two.release()
})

it('whoever was killed holds nothing any more', async () => {
  const child = join(folder, 'child.mts')
  const lock = join(import.meta.dirname, '../../src/store/lock.ts')
  await writeFile(
    child,
    `import { lockStore } from ${JSON.stringify(lock)}
     await lockStore(${JSON.stringify(url)}, { pid: process.pid, host: 'cellar', since: new Date() })
     process.stdout.write('held')
     setInterval(() => {}, 1_000)`,
  )
  const other = spawn(process.execPath, ['--import', 'tsx', child], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(other.stdout, 'data')
  await expect(lockStore(url, holder)).rejects.toMatchObject({ code: 'conflict' })

  other.kill('SIGKILL')
  await once(other, 'close')
  const lockedAgain = await lockStore(url, holder)
  await lockedAgain.release()
})
