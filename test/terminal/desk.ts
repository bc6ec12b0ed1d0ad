import { onTestFinished } from 'vitest'
import type { Core } from '../../src/core/api.js'
import type { Clock } from '../../src/core/ports.js'
import { createTerminal } from '../../src/terminal/program.js'
import type { Screen } from '../../src/terminal/screen.js'
import type { Own } from '../../src/terminal/verbs/own.js'
import { startService, testKey } from '../rest/service.js'
import { createTestClock } from '../support/clock.js'
import { fakeCore } from '../support/fake-core.js'

const nothingOwn: Own = {
  serve: () => Promise.reject(new Error('Nobody expected serve')),
  demo: () => Promise.reject(new Error('Nobody expected demo')),
  libraries: () => Promise.reject(new Error('Nobody expected the libraries')),
  signIn: () => Promise.reject(new Error('Nobody expected login')),
  test: () => Promise.reject(new Error('Nobody expected test')),
  discord: () => Promise.reject(new Error('Nobody expected Discord')),
  discordSetUp: () => Promise.reject(new Error('Nobody expected Discord to be set up')),
  doctor: () => Promise.reject(new Error('Nobody expected doctor')),
  keeping: {
    backup: () => Promise.reject(new Error('Nobody expected backup')),
    restore: () => Promise.reject(new Error('Nobody expected restore')),
    resume: () => Promise.reject(new Error('Nobody expected resume')),
  },
  probe: () => Promise.reject(new Error('Nobody expected probe')),
  config: {
    check: () => Promise.reject(new Error('Nobody expected config --check')),
    write: () => Promise.reject(new Error('Nobody expected config')),
  },
}

/** A terminal at a service that knows these answers; whatever else it reaches for fails the test. */
export async function sitAt(
  answers: Partial<Core> = {},
  {
    own = {},
    clock = createTestClock(),
    interrupted = new AbortController().signal,
    onOut = () => {},
    ...screen
  }: Partial<Omit<Screen, 'out' | 'err'>> & {
    own?: Partial<Own>
    clock?: Clock
    interrupted?: AbortSignal
    onOut?: () => void
  } = {},
) {
  const service = await startService(fakeCore(answers))
  onTestFinished(service.stop)

  return async function otp(words: readonly string[], env: Record<string, string> = {}) {
    let out = ''
    let err = ''
    const terminal = createTerminal({
      own: { ...nothingOwn, ...own },
      service: () => Promise.reject(new Error('Nobody expected the configuration file')),
      interrupted: () => interrupted,
      env: { OTP_URL: service.url, OTP_API_KEY: testKey, ...env },
      screen: {
        out(text) {
          out += `${text}\n`
          onOut()
        },
        err(text) {
          err += `${text}\n`
        },
        width: Number.POSITIVE_INFINITY,
        colours: false,
        ...screen,
      },
      clock,
      version: '1.2.3',
    })
    const code = await terminal.run(words)
    return { code, out, err }
  }
}
