import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startPlexServer } from '../../src/simulator/plex/server.js'
import { createPlexWorld } from '../../src/simulator/plex/world.js'
import { startService, testKey } from '../rest/service.js'
import { createTestClock } from '../support/clock.js'
import { fakeCore } from '../support/fake-core.js'
import { until } from '../support/until.js'
import { createTerminalRunner } from './otp.js'

const { folder, otp, start, remove } = createTerminalRunner()

afterAll(remove)

test('a service that is not there is exit code 3', async () => {
  const { code, err } = await otp(['status', '--url', 'http://127.0.0.1:1', '--key', 'k'])

  expect(code).toBe(3)
  expect(err).toBe(
    'OTP cannot be reached at http://127.0.0.1:1 (ECONNREFUSED). Is "otp serve" running there?\n',
  )
})

test('flags go before the environment, and the environment before the file', async () => {
  const file = join(folder, 'client.toml')
  const service = await startService(fakeCore({ sessions: async () => [] }))
  const { port } = new URL(service.url)
  writeFileSync(file, `[api]\nport = ${port}\nkey = "${testKey}"\n`)
  const ask = (words: string[], env: Record<string, string> = {}) =>
    otp(['sessions', '--config', file, ...words], env)

  const byFile = await ask([])
  const byEnvironment = await ask([], { OTP_API_KEY: 'wrong' })
  const byFlag = await ask(['--key', testKey], { OTP_API_KEY: 'wrong' })
  await service.stop()

  expect(byFile).toEqual({ code: 0, out: 'No guest is watching.\n', err: '' })
  expect(byEnvironment.code).toBe(1)
  expect(byFlag.code).toBe(0)
})

test('the first run writes the configuration, says what to fill in, and stops', async () => {
  const file = join(folder, 'config.toml')

  const first = await otp([])
  const second = await otp(['serve'])

  expect(first.code).toBe(1)
  expect(first.err.trimEnd().split('\n')).toHaveLength(3)
  expect(first.err).toContain(file)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(/^key = "([^"]{32,})"$/m.test(readFileSync(file, 'utf8'))).toBe(true)
  expect(second.code).toBe(2)
  expect(second.err).toContain('plex.token')
})

test('config writes, finds and checks the file', async () => {
  const file = join(folder, 'other.toml')

  const missing = await otp(['config', '--check', '--config', file])
  const written = await otp(['config', '--config', file])
  const again = await otp(['config', '--config', file])
  const path = await otp(['config', '--path', '--config', 'other.toml'])
  const fresh = await otp(['config', '--check', '--config', file])
  const good = await otp(['config', '--check', '--config', file], { OTP_PLEX_TOKEN: 'token-for-tests' })
  writeFileSync(file, '[api]\nport = "x"\ncolour = 1\n')
  const bad = await otp(['config', '--check', '--config', file])
  const served = await otp(['serve', '--config', file])

  const codes = [missing, written, again, fresh, good, bad, served].map(({ code }) => code)
  expect(codes).toEqual([1, 0, 1, 2, 0, 2, 2])
  expect(path.out).toBe(`${file}\n`)
  expect(existsSync(file)).toBe(true)
  expect(fresh.err).toMatch(/^plex\.token: .*there is none\. "otp login" gets one\n$/)
  expect(bad.err.trimEnd().split('\n')).toHaveLength(3)
  expect(bad.err).toContain('api.port')
  expect(bad.err).toContain('plex.token')
  expect(served.err).toContain('api.colour')
})

test('libraries are looked at, made and removed without a running service', async () => {
  const world = createPlexWorld({ clock: createTestClock(), reportEveryMs: 10_000 })
  const server = await startPlexServer(world, { port: 0 })
  const env = { OTP_PLEX_URL: server.url, OTP_PLEX_TOKEN: world.owner.token }
  const library = (...words: string[]) => otp(['library', ...words, '--config', 'none.toml'], env)

  const made = await library('new', folder, '--name', 'Short Films', '--type', 'movie')
  const [, key = ''] = /with the key (\d+)/.exec(made.out) ?? []
  const listed = await library('list', '--json')
  const bare = await library('rm', key)
  const meant = await library('rm', key, '--confirm', 'Short Films')
  const without = await otp(['library', 'list', '--config', 'none.toml'])
  await server.close()
  world.close()

  expect([made, listed, bare, meant, without].map(({ code }) => code)).toEqual([0, 0, 1, 0, 2])
  expect(listed.out).toContain(`"title":"Short Films","type":"movie","folders":["${folder}"]`)
  expect(bare.err).toMatch(/^confirm: expected "Short Films"/)
  expect(meant.out).toContain('OTP never deletes media')
  expect(world.catalogue.library(key)).toBeUndefined()
  expect(without.err).toMatch(/^plex\.token: /)
  expect(existsSync(join(folder, 'data'))).toBe(false)
})

test('without a file the service starts from the environment, also without Plex, and ends cleanly', async () => {
  const nowhere = 'http://127.0.0.1:1'
  const service = start(['--config', 'none.toml'], {
    OTP_PLEX_URL: nowhere,
    OTP_PLEX_ACCOUNT_URL: nowhere,
    OTP_PLEX_TOKEN: 'token-for-tests',
    OTP_API_KEY: testKey,
    OTP_API_PORT: '0',
    OTP_LOG_FORMAT: 'json',
  })
  const [, port] = await until('the service listens', () => /"port":(\d+)/.exec(service.said.out), 30_000)

  const status = await otp(['status', '--url', `http://127.0.0.1:${port}`, '--key', testKey])
  service.stop()
  const { code, out, err } = await service.ended

  expect(status).toMatchObject({ code: 0, err: '' })
  expect(status.out).toContain('Plex is not reached')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).not.toContain('token-for-tests')
  expect(out).not.toContain(testKey)
  expect(existsSync(join(folder, 'none.toml'))).toBe(false)
})
