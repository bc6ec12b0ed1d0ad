/**
 * Turns a task into one of which at most one runs at a time: whoever asks while it runs shares exactly one
 * further run, which begins after they asked.
 */
export function createSingleFlight<T = void>(task: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  let next: Promise<T> | undefined

  return ask

  function ask(): Promise<T> {
    if (next) return next
    if (!running) return start()
    next = running.then(start, start)
    return next
  }

  function start(): Promise<T> {
    next = undefined
    running = task().finally(() => {
      running = undefined
    })
    return running
  }
}
