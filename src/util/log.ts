import { pino } from 'pino'
import { prettyFactory } from 'pino-pretty'
import type { LogData, Logger } from '../core/ports.js'
import { createRedactor, type Redactor } from './redact.js'

export interface LogOptions {
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** For people, or one JSON object per line. */
  format: 'pretty' | 'json'
  /** Values that must never be seen, whatever they stand in. */
  secrets: readonly string[]
  /** Standard output unless given. */
  destination?: { write(text: string): unknown; isTTY?: boolean }
}

/** The log, which also learns secrets that come up while the program runs. */
export interface HidingLogger extends Logger {
  /** From now on this is never seen, whatever it stands in. */
  hide(secret: string): void
}

const deepest = 6
const secretName = /token|secret|password|authorization|cookie|api_?key|e_?mail/i

/** Makes the log. Phrase, data and errors pass the redactor first; every line is written before the call returns. */
export function createLogger(options: LogOptions): HidingLogger {
  const { level, format, destination = process.stdout } = options
  let secrets = options.secrets
  let redact = createRedactor(secrets)
  const lines = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    format === 'json' ? destination : prettily(destination),
  )

  return {
    debug: (phrase, data) => lines.debug(cleanData(data), redact(phrase)),
    info: (phrase, data) => lines.info(cleanData(data), redact(phrase)),
    warn: (phrase, data) => lines.warn(cleanData(data), redact(phrase)),
    error: (phrase, data) => lines.error(cleanData(data), redact(phrase)),
    hide,
  }

  function hide(secret: string): void {
    secrets = [...secrets, secret]
    redact = createRedactor(secrets)
  }

  function cleanData(data: LogData = {}): object {
    return cleanObject(data, redact, [])
  }
}

/** Not pino's own transport: that writes from another thread, and the last lines before an exit get lost. */
function prettily(destination: NonNullable<LogOptions['destination']>): { write(line: string): void } {
  const prettify = prettyFactory({
    colorize: destination.isTTY === true,
    translateTime: 'SYS:HH:MM:ss',
    errorLikeObjectKeys: ['error', 'cause'],
    singleLine: true,
  })
  return { write: (line) => void destination.write(prettify(line)) }
}

/** What may be logged of a value. Anything with a class of its own is only named: it may hold anything. */
function clean(value: unknown, redact: Redactor, above: readonly object[]): unknown {
  if (typeof value === 'string') return redact(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value

  if (above.includes(value)) return '[circular]'
  if (above.length >= deepest) return '[deeper]'
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no date' : value.toISOString()
  if (value instanceof Error) return cleanError(value, redact, above)
  if (Array.isArray(value)) return value.map((one) => clean(one, redact, [...above, value]))
  if (!isPlain(value)) return `[${value.constructor.name}]`

  return cleanObject(value, redact, above)
}

function cleanObject(value: object, redact: Redactor, above: readonly object[]): object {
  return Object.fromEntries(
    Object.entries(value).map(([name, inside]) => {
      const hide = secretName.test(name) && typeof inside === 'string' && inside !== ''
      return [redact(name), hide ? '[hidden]' : clean(inside, redact, [...above, value])]
    }),
  )
}

/** Only what every error has: libraries hang whole requests, headers included, on theirs. */
function cleanError(error: Error, redact: Redactor, above: readonly object[]): object {
  return {
    type: error.name,
    ...('code' in error && { code: clean(error.code, redact, [...above, error]) }),
    message: redact(error.message),
    stack: redact(error.stack ?? ''),
    ...(error.cause !== undefined && { cause: clean(error.cause, redact, [...above, error]) }),
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
