import type { Clock, Logger } from '../core/ports.js'

type Signal = 'SIGTERM' | 'SIGINT'

/** What of `process` is used here. */
export interface ProcessLike {
  on(signal: Signal, listener: () => void): unknown
  off(signal: Signal, listener: () => void): unknown
  exit(code: number): void
}

export interface ShutdownNeeds {
  process: ProcessLike
  clock: Clock
  log: Logger
  /** Closes everything in order. */
  stop: () => Promise<void>
  deadlineMs?: number
}

const signals = ['SIGTERM', 'SIGINT'] as const

/**
 * Ends the process when it is asked to: the first signal stops and exits with 0, a second exits at once with 1,
 * and so does a stop that fails or takes longer than the deadline. Returns what takes the listeners off again.
 */
export function stopOnSignal({ process, clock, log, stop, deadlineMs = 10_000 }: ShutdownNeeds): () => void {
  const listeners = signals.map((signal) => ({ signal, listener: () => onSignal(signal) }))
  const stopped = new AbortController()
  let stopping = false

  for (const { signal, listener } of listeners) process.on(signal, listener)
  return release

  function onSignal(signal: Signal): void {
    if (stopping) {
      log.warn('asked to stop a second time, exiting at once', { signal })
      process.exit(1)
      return
    }
    stopping = true
    log.info('stopping', { signal })
    void exitAfter(Promise.race([stopInOrder(), deadline()]))
  }

  async function exitAfter(outcome: Promise<number>): Promise<void> {
    const code = await outcome
    stopped.abort()
    release()
    process.exit(code)
  }

  async function stopInOrder(): Promise<number> {
    try {
      await stop()
      log.info('stopped')
      return 0
    } catch (error) {
      log.error('stopping failed', { error })
      return 1
    }
  }

  async function deadline(): Promise<number> {
    await clock.sleep(deadlineMs, stopped.signal)
    if (!stopped.signal.aborted) log.error('stopping took too long, exiting', { deadlineMs })
    return 1
  }

  function release(): void {
    for (const { signal, listener } of listeners) process.off(signal, listener)
  }
}
