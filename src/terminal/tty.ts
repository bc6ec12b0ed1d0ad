import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { ReadStream, WriteStream } from 'node:tty'
import { OtpError } from '../core/errors.js'
import { asking as words } from '../core/messages/asking.js'
import type { Screen } from './screen.js'
import { cut } from './width.js'

interface Streams {
  stdin: ReadStream
  stdout: WriteStream
  stderr: WriteStream
  env: Readonly<Record<string, string | undefined>>
}

const usualColumns = 80

/** The screen of this process: results go to the output, everything else beside it. */
export function createTty({ stdin, stdout, stderr, env }: Streams): Screen {
  const isDumb = env.TERM === 'dumb'

  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    width: stdout.isTTY ? stdout.columns || usualColumns : Number.POSITIVE_INFINITY,
    colours: stdout.isTTY === true && !env.NO_COLOR && !isDumb,
    ...(stderr.isTTY && !isDumb && { passing }),
    ...(stdin.isTTY && stderr.isTTY && { ask }),
  }

  /** One line that is always the last, cut so that it stays one. */
  function passing(text: string): void {
    stderr.write(`\r\u001b[K${cut(text, (stderr.columns || usualColumns) - 1)}`)
  }

  function ask(question: string, { hidden = false } = {}): Promise<string | undefined> {
    const output = hidden ? new Writable({ write: (_, __, done) => done() }) : stderr
    const lines = createInterface({ input: stdin, output, terminal: !isDumb })
    if (hidden) stderr.write(question)

    return new Promise((resolve, reject) => {
      lines.once('SIGINT', () => end(() => reject(new OtpError('conflict', words.stopped()))))
      lines.once('close', nothingTyped)
      lines.question(hidden ? '' : question, (answer) => {
        if (hidden) stderr.write('\n')
        finish()
        resolve(answer)
      })

      function nothingTyped(): void {
        end(() => resolve(undefined))
      }

      function end(settle: () => void): void {
        stderr.write('\n')
        finish()
        settle()
      }

      function finish(): void {
        lines.off('close', nothingTyped)
        lines.close()
      }
    })
  }
}
