import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { eventually } from './eventually.js'
import { createProcesses, type Processes } from './processes.js'

vi.setConfig({ testTimeout: 60_000 })

let processes: Processes
beforeEach(() => {
  processes = createProcesses()
})
afterEach(() => processes.tidy())

test('the simulators say in one line where they are, and a service gets well by the configuration that they write', async () => {
  const simulators = processes.simulate(['--config', 'simulated.toml'])
  await eventually('the line', () => simulators.said.out.endsWith('\n'))
  const { plexUrl, accountUrl, plexToken, configToml } = JSON.parse(simulators.said.out)
  expect(readFileSync(join(processes.folder, 'simulated.toml'), 'utf8')).toBe(configToml)

  const service = await processes.serve(['--config', 'simulated.toml'])
  await eventually('the service to be well', async () => (await fetch(`${service.url}/readyz`)).ok)
  const server = await fetch(`${plexUrl}/library/sections`, { headers: { 'X-Plex-Token': plexToken } })
  const account = await fetch(`${accountUrl}/api/users`, { headers: { 'X-Plex-Token': plexToken } })
  simulators.signal('SIGTERM')

  expect([server.status, account.status]).toEqual([200, 200])
  expect(await simulators.ended).toEqual({ code: 0, signal: null })
  expect(simulators.said.err).toBe('')
})

test.each([
  ['a word', ['now']],
  ['a length of time in words', ['--report-every-ms', 'soon']],
  ['a port that is none', ['--plex-port', '70000']],
])('the simulators do not take %s', async (_, words) => {
  const simulators = processes.simulate(words)

  expect(await simulators.ended).toEqual({ code: 2, signal: null })
  expect(simulators.said).toEqual({ out: '', err: expect.stringMatching(/^Usage: npm run simulators/) })
})

test('what was arranged from outside happens, and what was asked can be read', async () => {
  const { plexUrl, plexToken } = await processes.household()
  const control = (path: string, said: object) =>
    fetch(`${plexUrl}/_sim/${path}`, { method: 'POST', body: JSON.stringify(said) })
  const ask = () => fetch(`${plexUrl}/status/sessions`, { headers: { 'X-Plex-Token': plexToken } })

  const wrong = await control('fault', { match: 'sessions', act: { kind: 'explode' } })
  await control('fault', { match: '* /', times: 2, act: { kind: 'answer', status: 503 } })
  const disturbed = await ask()
  await control('faults/clear', {})
  const proper = await ask()
  const journal = await (await fetch(`${plexUrl}/_sim/journal`)).json()

  expect([wrong.status, disturbed.status, proper.status]).toEqual([409, 503, 200])
  expect(journal).toMatchObject([
    { path: '/status/sessions', status: 503 },
    { path: '/status/sessions', status: 200 },
  ])
  expect(JSON.stringify(journal)).not.toContain(plexToken)
})
