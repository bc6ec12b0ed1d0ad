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
    if (!rung) {
      const awake = new AbortController()
      // With a reason, none has to be made: an error with its stack takes longer than all the rest.
      wake = () => awake.abort('rung')
      await clock.sleep(ms, AbortSignal.any([signal, awake.signal]))
      wake = undefined
    }
    rung = false
  }
}
