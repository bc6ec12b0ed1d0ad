import type { Clock } from '../ports.js'

/** Lets a loop sleep until its time has come or somebody has something new for it. */
export interface Bell {
  ring(): void
  /** Resolves after `ms`, at the next ring (or one that was missed), or when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export function createBell(clock: Clock): Bell {
  let rung = false
  let wake: (() => void) | undefined

  return { ring, wait }

  function ring(): void {
    rung = true
    wake?.()
  }

  async function wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!rung && !signal.aborted) {
      const awake = new AbortController()
      // With a reason, none has to be made: an error with its stack takes longer than all the rest.
      const wakeUp = () => awake.abort('rung')
      wake = wakeUp
      // By hand, because a signal made by AbortSignal.any lives until the longest garbage collection.
      signal.addEventListener('abort', wakeUp)
      await clock.sleep(ms, awake.signal)
      signal.removeEventListener('abort', wakeUp)
      wake = undefined
    }
    rung = false
  }
}
