import { Readable } from 'node:stream'
import axios, { isAxiosError } from 'axios'
import { OtpError } from '../core/errors.js'
import { terminal as words } from '../core/messages/terminal.js'
import type { Clock } from '../core/ports.js'
import { createEventReader, type EventFrame } from '../util/event-stream.js'
import { failure } from '../wire/shapes.js'
import { isErrorCode } from './exit-codes.js'

/** The service shows every 15 s that it is there. */
const silentAfterMs = 45_000
const firstWaitMs = 1_000
const longestWaitMs = 30_000

export interface Following {
  url: string
  key: string
  clock: Clock
  /** Ends it, without an error. */
  signal: AbortSignal
  /** What was said in one event, as JSON. */
  onData(data: string): void
  /** The connection was lost, and it is tried again. */
  onLost(): void
  /** It is there again, and goes on where it stopped. */
  onBack(): void
}

/**
 * Follows the events of the service until the signal aborts, across lost connections. Throws `service_unreachable` when it
 * cannot be reached at first, and what it refuses at any time.
 */
export async function followEvents(following: Following): Promise<void> {
  const { url, key, clock, signal, onData, onLost, onBack } = following
  const base = url.replace(/\/+$/, '')
  let cursor: string | undefined
  let waitMs = 0

  while (!signal.aborted) {
    const over = new AbortController()
    const either = AbortSignal.any([signal, over.signal])
    const body = await open(either).catch(afterFirst)
    if (body) {
      if (waitMs > 0) onBack()
      waitMs = 0
      await readAll(body, over, either)
    }
    over.abort('done')
    if (signal.aborted) return

    if (waitMs === 0) onLost()
    waitMs = Math.min(longestWaitMs, Math.max(firstWaitMs, 2 * waitMs))
    await clock.sleep(waitMs, signal)
  }

  /** At first it must be there; later it may come back. What it refuses, waiting does not change. */
  function afterFirst(error: unknown): undefined {
    const isAway = error instanceof OtpError && error.code === 'service_unreachable'
    if (signal.aborted || (isAway && cursor !== undefined)) return undefined
    throw error
  }

  async function open(either: AbortSignal): Promise<Readable> {
    const { status, data } = await axios
      .get<unknown>(`${base}/api/v1/events`, {
        headers: {
          Accept: 'text/event-stream',
          Authorization: `Bearer ${key}`,
          ...(cursor !== undefined && { 'Last-Event-ID': cursor }),
        },
        responseType: 'stream',
        timeout: 0,
        maxRedirects: 0,
        proxy: false,
        signal: either,
        validateStatus: null,
      })
      .catch((error: unknown) => {
        if (!isAxiosError(error)) throw error
        throw new OtpError('service_unreachable', words.cannotReach(base, error.code ?? 'no answer'))
      })
    if (!(data instanceof Readable)) throw new OtpError('service_unreachable', words.notOtp(base))
    if (status !== 200) throw await refusal(data, status)
    return data
  }

  /** An answer of 5xx, as of a proxy whose service is just starting, is no refusal. */
  async function refusal(body: Readable, status: number): Promise<OtpError> {
    const text = await textOf(body)
    const found = failure.safeParse(parsed(text))
    if (status >= 500 || !found.success) return new OtpError('service_unreachable', words.notOtp(base))

    const { code, reason } = found.data
    return new OtpError(isErrorCode(code) ? code : 'conflict', reason)
  }

  async function readAll(body: Readable, over: AbortController, either: AbortSignal): Promise<void> {
    const reader = createEventReader()
    let heardAt = clock.now()
    void watch()
    try {
      for await (const piece of body) {
        heardAt = clock.now()
        const frames = reader.read(Buffer.from(piece))
        if (!frames) return
        for (const frame of frames) take(frame)
      }
    } catch (error) {
      // A connection that breaks is what this is made for.
      if (!isBroken(error, either)) throw error
    }

    async function watch(): Promise<void> {
      while (!either.aborted) {
        await clock.sleep(heardAt + silentAfterMs - clock.now(), either)
        if (clock.now() - heardAt >= silentAfterMs) over.abort('silent')
      }
    }
  }

  function take({ id, data }: EventFrame): void {
    if (data !== undefined) onData(data)
    cursor = id ?? cursor
  }
}

function isBroken(error: unknown, either: AbortSignal): boolean {
  return either.aborted || (error instanceof Error && 'code' in error)
}

async function textOf(body: Readable): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of body) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces).toString()
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
