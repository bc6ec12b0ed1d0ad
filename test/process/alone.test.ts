import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createProcesses, type Processes } from './processes.js'

vi.setConfig({ testTimeout: 60_000 })

let processes: Processes
beforeEach(() => {
  processes = createProcesses()
})
afterEach(() => processes.tidy())

test('a second OTP on the store and a damaged store each end with 1 and a sentence; a killed one is followed at once', async () => {
  processes.write(
    'config.toml',
    '[plex]\nurl = "http://127.0.0.1:9"\ntoken = "token-of-nobody"\n[api]\nkey = "key-to-play-with"\n',
  )
  const store = join(processes.folder, 'data', 'otp.sqlite')
  const first = await processes.serve([])
  const [second, backup] = await Promise.all([
    processes.run(['serve'], { OTP_API_PORT: '0' }),
    processes.run(['backup', 'otp.backup', '--json']),
  ])

  expect(second.code).toBe(1)
  expect(second.err).toMatch(/^Another OTP \(process \d+ on .+\) works with the store at data\/otp\.sqlite/)
  expect(JSON.parse(backup.out)).toEqual({ file: expect.stringContaining('otp.backup'), config: true })

  first.signal('SIGKILL')
  await first.ended
  // What stands in the write-ahead log would mend it.
  rmSync(`${store}-wal`, { force: true })
  writeFileSync(store, 'no database '.repeat(500))
  const damaged = await processes.run(['serve'], { OTP_API_PORT: '0' })
  expect(damaged.code).toBe(1)
  expect(damaged.err).toContain('is not a database')
  expect(readFileSync(store, 'utf8')).toBe('no database '.repeat(500))

  const restored = await processes.run(['restore', 'otp.backup'])
  expect(restored.code).toBe(0)
  expect(restored.out).toContain('No pass was open then.')
})
