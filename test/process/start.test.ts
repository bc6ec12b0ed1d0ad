import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createApi } from './api.js'
import { eventually } from './eventually.js'
import { createHand } from './household.js'
import { createProcesses, type Processes, withoutDiscord } from './processes.js'

const backAgainWithinMs = 30_000

vi.setConfig({ testTimeout: 60_000 })

let processes: Processes
beforeEach(() => {
  processes = createProcesses()
})
afterEach(() => processes.tidy())

test('the first run writes a configuration and stops, the second leaves it as it is', async () => {
  const file = join(processes.folder, 'config.toml')

  const first = await processes.run(['serve'])
  const written = readFileSync(file, 'utf8')
  const second = await processes.run(['serve'])

  expect(first.code).toBe(1)
  expect(first.err.trimEnd().split('\n')).toHaveLength(3)
  expect(first.err).toContain(file)
  expect(first.err).toContain('[plex] url and token')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(written).toMatch(/^key = "[\w-]{32,}"$/m)
  expect(first.out + first.err).not.toContain(keyIn(written))

  expect(second.code).toBe(2)
  expect(second.err).toContain('plex.token')
  expect(readFileSync(file, 'utf8')).toBe(written)
  expect(readdirSync(processes.folder)).toEqual(['config.toml'])
})

test('every folder gets a key of its own', async () => {
  const keys = await Promise.all(
    ['one.toml', 'two.toml'].map(async (name) => {
      await processes.run(['serve', '--config', name])
      return keyIn(readFileSync(join(processes.folder, name), 'utf8'))
    }),
  )

  expect(keys[0]).not.toBe(keys[1])
})

test('a wrong configuration is told whole, and nothing is started', async () => {
  processes.write(
    'config.toml',
    `[plex]
url = "not an address"
colour = "blue"
[discord]
token = "simulated.discord.token"
[api]
port = "abc"
key = "key-to-play-with"
[nonsense]
x = 1
`,
  )

  const { code, out, err } = await processes.run(['serve'], { OTP_MONITOR_INTERVAL_MS: 'soon' })

  expect(code).toBe(2)
  expect(out).toBe('')
  const lines = err.trimEnd().split('\n')
  const told = (key: string) => lines.find((line) => line.startsWith(`${key}:`))
  expect(told('plex.colour')).toMatch(/unknown/)
  expect(told('nonsense')).toMatch(/unknown/)
  expect(told('api.port')).toMatch(/expected .*"abc"/)
  expect(told('plex.url')).toMatch(/expected/)
  expect(told('monitor.interval_ms')).toMatch(/expected .*OTP_MONITOR_INTERVAL_MS/)
  expect(told('plex.token')).toMatch(/expected/)
  for (const name of ['application_id', 'admin_channel_id']) {
    expect(told(`discord.${name}`)).toMatch(/expected/)
  }
  expect(lines).toHaveLength(8)
  expect(readdirSync(processes.folder)).toEqual(['config.toml'])
})

test('without a file and without Discord, the environment is enough', async () => {
  const { plexUrl, accountUrl, plexToken } = await processes.household()

  const service = await processes.serve([], {
    OTP_PLEX_URL: plexUrl,
    OTP_PLEX_ACCOUNT_URL: accountUrl,
    OTP_PLEX_TOKEN: plexToken,
    OTP_API_KEY: 'key-from-the-environment',
  })
  const api = createApi(service.url, 'key-from-the-environment')
  await eventually('readiness', async () => (await api.ready()).status === 200)

  expect(await api.get('/readyz')).toMatchObject({
    result: { plex: { ok: true }, store: { ok: true }, discord: { ok: true, reason: 'not configured' } },
  })
  expect((await createApi(service.url, 'wrong-key').get('/api/v1/monitor')).status).toBe(401)
  service.signal('SIGTERM')
  expect(await service.ended).toEqual({ code: 0, signal: null })
  expect(service.said.err).toBe('')
  expect(existsSync(join(processes.folder, 'config.toml'))).toBe(false)
})

test('both formats of the log tell the same, without any secret', async () => {
  const household = await processes.household()
  const hand = createHand(household)
  processes.write('config.toml', household.configToml)
  await hand.disturb('plex', { match: 'GET /status/sessions', act: { kind: 'answer', status: 401 } })

  const pretty = await processes.serve([], { OTP_LOG_LEVEL: 'debug' })
  await evening(pretty.url)
  const json = await processes.serve([], { OTP_LOG_LEVEL: 'debug', OTP_LOG_FORMAT: 'json' })
  await evening(json.url)

  const lines = json.said.out.trimEnd().split('\n')
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ level: expect.any(String) })
  expect(lines.some((line) => line.includes('"assignment ended"'))).toBe(true)
  expect(pretty.said.out).toMatch(/^\[\d\d:\d\d:\d\d\] INFO: assignment ended \{/m)
  expect(pretty.said.out).toMatch(/WARN: .*could not be read/)

  async function evening(url: string): Promise<void> {
    const api = createApi(url, household.apiKey)
    await eventually('readiness', async () => (await api.ready()).status === 200)
    await api.post('/api/v1/assignments', { guest: 'guest.one@example.test', media: household.titles.lent })
    await api.remove('guest.one')
    const service = url === pretty.url ? pretty : json
    service.signal('SIGTERM')
    await service.ended
  }
})

test('Plex that is down at the start is said, and found when it comes', async () => {
  const port = await freePort()
  const first = await processes.household()
  const configToml = withoutDiscord(first.configToml).replace(first.plexUrl, `http://127.0.0.1:${port}`)
  processes.write('config.toml', configToml)

  const service = await processes.serve([])
  const api = createApi(service.url, first.apiKey)
  const down = await eventually('a reading that fails', async () => {
    const { status, reason } = await api.ready()
    return status === 503 && reason.includes('cannot be reached') && reason
  })
  const refused = await api.post('/api/v1/assignments', { guest: 'guest.one', media: '6001' })
  await processes.household(['--plex-port', String(port)])
  await eventually('readiness', async () => (await api.ready()).status === 200, backAgainWithinMs)

  expect(down).toMatch(/Plex/)
  expect(refused.status).toBe(503)
  expect(refused.reason).toMatch(/Plex server cannot be reached/)
  expect((await api.get('/api/v1/media?query=arrival')).result).toHaveLength(1)
})

function keyIn(text: string): string {
  return /^key = "([^"]+)"$/m.exec(text)?.[1] ?? 'no key'
}

/** One that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
