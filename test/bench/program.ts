import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const root = join(import.meta.dirname, '..', '..')
const startWithinMs = 30_000

/** What the program under measurement knows of itself. */
const insight = z.object({ cpuMs: z.number(), rssMb: z.number(), heapMb: z.number(), stallMs: z.number() })
export type Insight = z.infer<typeof insight>

export interface Program {
  url: string
  /** With `collect` the garbage is collected first, so that `heapMb` is what is held. */
  insight(asked?: 'watch' | 'unwatch' | 'reset' | 'look' | 'collect'): Promise<Insight>
  /** Stops it in the middle of whatever it does, so that another can be measured; `wake` lets it go on. */
  sleep(): void
  wake(): void
  stop(): Promise<void>
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts the built program in a process of its own, with this configuration, in the environment of the service. */
export async function startProgram(config: string, env: Record<string, string> = {}): Promise<Program> {
  const child = fork(join(root, 'dist', 'src', 'main.js'), ['serve', '--config', config], {
    execArgv: ['--import', join(import.meta.dirname, 'probe.mjs')],
    env: {
      ...withoutSettings(),
      ...(await serviceEnvironment()),
      OTP_LOG_FORMAT: 'json',
      OTP_API_PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  running.add(child)
  child.on('exit', () => running.delete(child))
  const port = await portOf(child)

  return {
    url: `http://127.0.0.1:${port}`,
    insight: (asked = 'look') => ask(child, asked),
    sleep: () => void child.kill('SIGSTOP'),
    wake: () => void child.kill('SIGCONT'),
    async stop() {
      if (child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** As `packaging/otp.service` sets it. */
async function serviceEnvironment(): Promise<Record<string, string>> {
  const unit = await readFile(join(root, 'packaging', 'otp.service'), 'utf8')
  const set = [...unit.matchAll(/^Environment=(\w+)=(.+)$/gm)]
  if (set.length === 0) throw new Error('packaging/otp.service sets no environment.')
  return Object.fromEntries(set.map(([, name = '', value = '']) => [name, value]))
}

/** Settings in the environment of whoever runs the bench are not measured. */
function withoutSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('OTP_')))
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = ''
    const tooLong = setTimeout(() => reject(new Error(`The program does not listen: ${said}`)), startWithinMs)
    child.stdout?.on('data', (chunk) => {
      if (said.length < 1e6) said += String(chunk)
      const line = said.split('\n').find((one) => one.includes('rest api listening'))
      const port = /"port":(\d+)/.exec(line ?? '')?.[1]
      if (port === undefined) return
      clearTimeout(tooLong)
      resolve(Number(port))
    })
    child.once('exit', (code) => reject(new Error(`The program has ended (${code}): ${said.slice(-2_000)}`)))
  })
}

async function ask(child: ChildProcess, asked: string): Promise<Insight> {
  const answered = once(child, 'message')
  child.send(asked)
  const [answer] = await answered
  return insight.parse(answer)
}
