import type { LogData, Logger } from '../ports.js'

/** Work that nobody waits for before the end of the program. */
export interface Background {
  /** What goes wrong is logged with the complaint. */
  run(task: () => Promise<void>, complaint: string, data?: LogData): void
  settled(): Promise<void>
}

export function createBackground({ log }: { log: Logger }): Background {
  const going = new Set<Promise<void>>()

  return { run, settled }

  function run(task: () => Promise<void>, complaint: string, data: LogData = {}): void {
    const work = task()
      .catch((error: unknown) => log.warn(complaint, { ...data, error }))
      .finally(() => going.delete(work))
    going.add(work)
  }

  async function settled(): Promise<void> {
    while (going.size > 0) await Promise.all(going)
  }
}
