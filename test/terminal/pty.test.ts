import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { loadConfig } from '../../src/config.js'
import { startDiscord } from '../../src/simulator/discord/start.js'
import { startService, testKey } from '../rest/service.js'
import { aMovie } from '../support/builders.js'
import { fakeCore } from '../support/fake-core.js'
import { programOf } from '../support/program.js'
import { until } from '../support/until.js'
import { aSingleServer } from './simulated-plex.js'

const main = programOf('src/main.ts')
const patienceMs = 40_000
/** That of util-linux runs a program on a terminal of its own. */
const recorder: string = 'script'
const hasTerminals = /util-linux/.test(spawnSync(recorder, ['--version'], { encoding: 'utf8' }).stdout ?? '')
const why = 'script of util-linux is not on this machine, so nothing was tried on a real terminal'

it('init asks on a real terminal, shows no token, and writes what was chosen', { timeout: 90_000 }, async ({
  skip,
}) => {
  skip(!hasTerminals, why)
  const { world, plexTv, server } = await aSingleServer()
  const discord = await startDiscord()
  onTestFinished(() => discord.close())
  const terminal = open(['init'], { OTP_PLEX_ACCOUNT_URL: plexTv.url, OTP_DISCORD_API_URL: discord.apiUrl })

  const [, code = ''] = await terminal.shows(/code=(\w+)/)
  world.approvePin(code, world.owner.username)
  await terminal.shows(/it is not shown.*: $/)
  terminal.type(`${discord.token}\r`)
  await terminal.shows(/2 {2}#plex-admin\s+Which one\? Its number: $/)
  terminal.type('2\r')

  expect(await terminal.ended).toBe(0)
  expect(terminal.screen()).toContain('✓ The admin channel is #plex-admin.')
  expect(terminal.screen()).not.toContain(discord.token)
  expect(terminal.screen()).not.toContain(world.owner.token)

  const file = join(terminal.folder, 'config.toml')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const { config, problems } = await loadConfig({ file, env: {} })
  expect(problems).toEqual([])
  expect(config.plex).toMatchObject({ token: world.owner.token, url: server.url })
  expect(config.discord).toMatchObject({ token: discord.token, adminChannelId: discord.adminChannelId })
})

it('a choice that is stopped by Ctrl-C does nothing', { timeout: 60_000 }, async ({ skip }) => {
  skip(!hasTerminals, why)
  const found = [
    aMovie({ ratingKey: '7', title: 'Dune', year: 1984 }),
    aMovie({ ratingKey: '8', title: 'Dune' }),
  ]
  const service = await startService(fakeCore({ search: async () => found }))
  onTestFinished(service.stop)
  const terminal = open(['assign', 'robin', 'dune'], { OTP_URL: service.url, OTP_API_KEY: testKey })

  await terminal.shows(/1 {2}Dune \(1984\).*\s+2 {2}Dune \(2016\).*\s+Which one\? Its number: $/)
  terminal.type('\u0003')

  expect(await terminal.ended).toBe(1)
  expect(terminal.screen()).toMatch(/Stopped\.\s*$/)
})

/** Runs `otp` on a terminal of its own, in a folder of its own. */
function open(words: readonly string[], env: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'otp-pty-'))
  const command = [process.execPath, main, ...words].map((word) => `'${word}'`).join(' ')
  const child: ChildProcess = spawn(recorder, ['-qfec', command, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm', COLUMNS: '200', ...env },
  })
  let screen = ''
  child.stdout?.on('data', (chunk) => {
    screen += chunk
  })
  const ended = new Promise<number | null>((done) => child.once('close', done))
  onTestFinished(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })

  return {
    folder,
    ended,
    screen: () => screen,
    type: (text: string) => void child.stdin?.write(text),
    shows: (pattern: RegExp) =>
      until(
        `${pattern} on the screen`,
        () => pattern.exec(stripVTControlCharacters(screen)) ?? undefined,
        patienceMs,
      ),
  }
}
