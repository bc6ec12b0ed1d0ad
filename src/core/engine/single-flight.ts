/**
 * Turns a task into one of which at most one runs at a time: whoever asks while it runs shares exactly one
 * further run, which begins after they asked.
 */
export function createSingleFlight(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  return ask

  function ask(): Promise<void> {
    if (next) return next
    if (!running) return start()
    next = running.then(start, start)
    return next
  }

  function start(): Promise<void> {
    next = undefined
    running = task().finally(() => {
      running = undefined
    })
    return running
  }
}
