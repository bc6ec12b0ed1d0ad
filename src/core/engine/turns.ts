/** Runs tasks of the same name one after the other, and tasks of different names side by side. */
export interface Turns {
  run<T>(name: string, task: () => Promise<T>): Promise<T>
  /** Whether a task of this name runs or waits. */
  isRunning(name: string): boolean
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>()

  return { run, isRunning: (name) => last.has(name) }

  function run<T>(name: string, task: () => Promise<T>): Promise<T> {
    const before = last.get(name) ?? Promise.resolve()
    const mine = before.then(task, task)
    const forget = () => {
      if (last.get(name) === mine) last.delete(name)
    }
    last.set(name, mine)
    mine.then(forget, forget)
    return mine
  }
}
