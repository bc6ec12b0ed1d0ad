import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { Logger } from '../../src/core/ports.js'
import { type ProcessLike, stopOnSignal } from '../../src/util/shutdown.js'
import { createTestClock } from '../support/clock.js'
import { programOf } from '../support/program.js'
import { until } from '../support/until.js'

describe('a signal', () => {
  it('stops, then exits with 0 and listens no more', async () => {
    const { process, said, clock } = started(async () => {})
    process.send('SIGTERM')
    await until('the exit', () => process.exits.length > 0)

    expect(process.exits).toEqual([0])
    expect(process.listening()).toBe(0)
    expect(clock.sleeping()).toBe(0)
    expect(said).toEqual(['stopping', 'stopped'])
  })

  it('exits only when everything has been closed', async () => {
    let close = () => {}
    const { process, clock } = started(() => new Promise((resolve) => (close = resolve)))
    process.send('SIGINT')
    await clock.advance(9_999)
    expect(process.exits).toEqual([])

    close()
    await until('the exit', () => process.exits.length > 0)
    expect(process.exits).toEqual([0])
  })

  it('that comes a second time exits at once with 1', () => {
    const { process } = started(() => new Promise(() => {}))
    process.send('SIGTERM')
    process.send('SIGINT')

    expect(process.exits).toEqual([1])
  })

  it('exits with 1 when closing takes longer than ten seconds', async () => {
    const { process, clock, said } = started(() => new Promise(() => {}))
    process.send('SIGTERM')
    await clock.advance(10_000)

    expect(process.exits).toEqual([1])
    expect(said).toContain('stopping took too long, exiting')
  })

  it('exits with 1 when closing fails', async () => {
    const { process, said } = started(() => Promise.reject(new Error('stuck')))
    process.send('SIGTERM')
    await until('the exit', () => process.exits.length > 0)

    expect(process.exits).toEqual([1])
    expect(said).toEqual(['stopping', 'stopping failed'])
  })

  it('is not listened to any more once released', () => {
    const { process, release } = started(async () => {})
    release()

    expect(process.listening()).toBe(0)
  })
})

function started(stop: () => Promise<void>) {
  const process = aProcess()
  const clock = createTestClock()
  const said: string[] = []
  const say = (phrase: string) => void said.push(phrase)
  const log: Logger = { debug: say, info: say, warn: say, error: say }

  return { process, clock, said, release: stopOnSignal({ process, clock, log, stop }) }
}

function aProcess() {
  const listeners = new Map<string, () => void>()
  const exits: number[] = []
  const process: ProcessLike = {
    on: (signal, listener) => listeners.set(signal, listener),
    off: (signal) => listeners.delete(signal),
    exit: (code) => void exits.push(code),
  }
  return {
    ...process,
    exits,
    listening: () => listeners.size,
    send: (signal: string) => listeners.get(signal)?.(),
  }
}

describe('a real process', () => {
  it('exits with 0 after SIGTERM, its last line written', async () => {
    const child = await aChild()
    child.kill('SIGTERM')

    expect(await child.end()).toEqual({ code: 0, output: expect.stringMatching(/stopping .*stopped\n$/s) })
  })

  it('that is stuck exits with 1 at the second signal', async () => {
    const child = await aChild('stuck')
    child.kill('SIGTERM')
    await until('the first signal to arrive', () => child.output().includes('stopping'))
    child.kill('SIGINT')

    expect(await child.end()).toMatchObject({ code: 1 })
  })
})

async function aChild(...args: string[]) {
  const child = spawn(process.execPath, [programOf('test/util/shutdown-child.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  await until('the process to be ready', () => output.includes('ready'), 60_000)

  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    output: () => output,
    end: async () => {
      const [code] = await closed
      return { code, output }
    },
  }
}
