import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programOf } from '../support/program.js'

export interface Ended {
  code: number | null
  out: string
  err: string
}

const main = programOf('src/main.ts')

/** Runs `otp` as people do, in a folder of its own with nothing of ours in the environment. */
export function createTerminalRunner() {
  const folder = mkdtempSync(join(tmpdir(), 'otp-terminal-'))

  return { folder, otp, start, remove: () => rmSync(folder, { recursive: true, force: true }) }

  function otp(words: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
    return start(words, env).ended
  }

  /** The same for what runs until it is told to stop. */
  function start(words: readonly string[], env: Record<string, string> = {}) {
    const { PATH = '' } = process.env
    const child = spawn(process.execPath, [main, ...words], {
      cwd: folder,
      env: { PATH, TZ: 'Europe/Berlin', ...env },
    })
    const said = { out: '', err: '' }
    child.stdout.on('data', (chunk) => {
      said.out += chunk
    })
    child.stderr.on('data', (chunk) => {
      said.err += chunk
    })
    const ended = new Promise<Ended>((done, failed) => {
      child.once('error', failed)
      child.once('close', (code) => done({ code, ...said }))
    })

    return { said, ended, stop: () => child.kill('SIGTERM') }
  }
}
