/**
 * Of the times within one such stretch only the last is kept: many strays, each looked after four times, would else have
 * the list read so often that the next stray waits for it.
 */
const stretchMs = 250

/** Times at which the sessions are to be read besides the usual ones. */
export interface Looks {
  /** It may become a little later, never earlier. */
  add(at: number): void
  /** The earliest; undefined when there is none. */
  next(): number | undefined
  /** A reading has begun at this time: what was due by then is done. */
  done(at: number): void
}

export function createLooks(): Looks {
  const times = new Map<number, number>()

  return {
    add: (at) => {
      const stretch = Math.floor(at / stretchMs)
      times.set(stretch, Math.max(at, times.get(stretch) ?? at))
    },
    next: () => (times.size > 0 ? Math.min(...times.values()) : undefined),
    done: (at) => {
      for (const [stretch, one] of times) if (one <= at) times.delete(stretch)
    },
  }
}
