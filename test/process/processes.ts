import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { z } from 'zod'
import { programOf } from '../support/program.js'
import { eventually } from './eventually.js'

export const bootDeadlineMs = 40_000

/** A program of ours that runs beside the tests. */
export interface Running {
  said: { out: string; err: string }
  signal(name: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): void
  /** Resolves with the exit code, or with the signal that ended it. */
  ended: Promise<{ code: number | null; signal: string | null }>
}

export interface Service extends Running {
  url: string
}

const whereabouts = z.object({
  plexUrl: z.string(),
  accountUrl: z.string(),
  plexToken: z.string(),
  discord: z.object({ url: z.string(), token: z.string() }),
  titles: z.object({ lent: z.string(), other: z.string(), episode: z.string() }),
  apiKey: z.string(),
  configToml: z.string(),
})

export type Household = z.infer<typeof whereabouts>
export type Processes = ReturnType<typeof createProcesses>

const otp = programOf('src/main.ts')
const simulators = programOf('src/simulator/main.ts')

/** Programs in processes of their own, in a folder of their own, with nothing of ours in their environment. */
export function createProcesses() {
  const folder = mkdtempSync(join(tmpdir(), 'otp-process-'))
  const alive = new Set<ChildProcess>()
  const services: Running[] = []
  const killAll = () => {
    for (const child of alive) child.kill('SIGKILL')
  }
  process.on('exit', killAll)

  return { folder, write, serve, run, simulate, household, tidy }

  function write(name: string, text: string): string {
    const file = join(folder, name)
    writeFileSync(file, text, { mode: 0o600 })
    return file
  }

  function start(main: string, words: readonly string[], env: Record<string, string> = {}): Running {
    const { PATH = '' } = process.env
    const child = spawn(process.execPath, [main, ...words], {
      cwd: folder,
      env: { PATH, TZ: 'UTC', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    alive.add(child)
    const said = { out: '', err: '' }
    child.stdout.on('data', (chunk) => {
      said.out += chunk
    })
    child.stderr.on('data', (chunk) => {
      said.err += chunk
    })
    const ended = new Promise<{ code: number | null; signal: string | null }>((done) => {
      child.once('close', (code, signal) => {
        alive.delete(child)
        done({ code, signal })
      })
    })

    const running: Running = { said, ended, signal: (name) => void child.kill(name) }
    if (words.includes('serve')) services.push(running)
    return running
  }

  /** Starts the service and waits until it listens; its log is searched for secrets at the end. */
  async function serve(words: readonly string[], env: Record<string, string> = {}): Promise<Service> {
    const service = start(otp, ['serve', ...words], { OTP_API_PORT: '0', ...env })

    const listening = eventually('the service listens', () => portIn(service.said.out), bootDeadlineMs)
    const port = await Promise.race([listening, service.ended])
    if (typeof port === 'string') return { ...service, url: `http://127.0.0.1:${port}` }

    listening.catch(() => undefined)
    throw new Error(`The service ended instead of listening: ${service.said.out}${service.said.err}`)
  }

  /** Runs `otp` to its end. */
  async function run(
    words: readonly string[],
    env: Record<string, string> = {},
  ): Promise<{ code: number | null; out: string; err: string }> {
    const { ended, said } = start(otp, words, env)
    const { code } = await ended
    return { code, ...said }
  }

  /** Starts the simulators alone. */
  function simulate(words: readonly string[]): Running {
    return start(simulators, words)
  }

  /** The simulators with where to find them. Players report often here, so that nobody has to wait for them. */
  async function household(words: readonly string[] = ['--report-every-ms', '200']): Promise<Household> {
    const { said } = simulate(words)
    const [line] = await eventually('the simulators run', () => /^\{.*\}$/m.exec(said.out), bootDeadlineMs)
    return whereabouts.parse(JSON.parse(line))
  }

  /** Ends what still runs. No service may have written a secret or an e-mail address, whatever happened. */
  async function tidy(): Promise<void> {
    killAll()
    await eventually('every process has ended', () => alive.size === 0)
    process.off('exit', killAll)
    rmSync(folder, { recursive: true, force: true })

    for (const { said } of services.splice(0)) {
      expect(`${said.out}${said.err}`).not.toMatch(secrets)
    }
  }
}

/** Either format of the log has phrase and port on one line, in its own order. */
function portIn(log: string): string | undefined {
  const line = log.split('\n').find((one) => one.includes('rest api listening'))
  return /"port":(\d+)/.exec(line ?? '')?.[1]
}

/** Everything that the simulated household keeps to itself. */
const secrets =
  /token-of-|simulated\.discord\.token|key-to-play|key-from-the|\w@example\.test|sim-auth|sim-access/

/** What a household's configuration says, without its Discord. */
export function withoutDiscord(configToml: string): string {
  return configToml.replace(/\[discord\][^[]*/, '')
}
