import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openStore } from '../../src/store/open.js'
import { programOf } from '../support/program.js'
import { until } from '../support/until.js'

it('a process killed while it commits loses nothing that was acknowledged, and leaves no half commit', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'otp-crash-'))
  const url = `sqlite://${join(folder, 'otp.sqlite')}`

  const acknowledged = await commitUntilKilled(url, 100)
  const store = await openStore(url)
  const ids = (await store.page('violation', { limit: 1_000_000 })).map((stored) => stored.id)
  await store.close()
  await rm(folder, { recursive: true })

  const pairs = new Set(ids.map((id) => id.slice(0, 6)))
  expect(ids.toSorted()).toEqual([...pairs].toSorted().flatMap((pair) => [`${pair}-a`, `${pair}-b`]))
  expect(acknowledged.filter((pair) => !pairs.has(pair))).toEqual([])
})

/** Starts a process that commits pairs, kills it in the middle, and gives the pairs that it was sure of. */
async function commitUntilKilled(url: string, atLeast: number): Promise<string[]> {
  const child = spawn(process.execPath, [programOf('test/store/crash-child.ts'), url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })

  await until(`${atLeast} acknowledged commits`, () => said.split('\n').length > atLeast, 60_000)
  child.kill('SIGKILL')
  const [, signal] = await once(child, 'close')

  expect(signal).toBe('SIGKILL')
  return said.split('\n').slice(0, -1)
}
