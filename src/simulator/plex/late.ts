import type { Clock } from '../../core/ports.js'

/** A value that plex.tv's lists show only some time after it was set; what it means holds at once. */
export interface Late<T> {
  set(value: T | undefined): void
  /** What holds. */
  held(): T | undefined
  /** What the lists show. */
  shown(): T | undefined
}

export function createLate<T>(clock: Clock, delayMs: () => number): Late<T> {
  const versions: { value: T | undefined; showsAt: number }[] = []

  return {
    set: (value) => {
      versions.push({ value, showsAt: clock.now() + delayMs() })
    },
    held: () => versions.at(-1)?.value,
    shown: () => versions.findLast((one) => one.showsAt <= clock.now())?.value,
  }
}
