/** Times at which the sessions are to be read besides the usual ones. */
export interface Looks {
  add(at: number): void
  /** The earliest; undefined when there is none. */
  next(): number | undefined
  /** A reading has begun at this time: what was due by then is done. */
  done(at: number): void
}

export function createLooks(): Looks {
  const times = new Set<number>()

  return {
    add: (at) => {
      times.add(at)
    },
    next: () => (times.size > 0 ? Math.min(...times) : undefined),
    done: (at) => {
      for (const one of times) if (one <= at) times.delete(one)
    },
  }
}
