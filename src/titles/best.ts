/** Keeps the best of many, in order, without sorting them all. */
export function createBest<T>(limit: number, isBetter: (one: T, other: T) => boolean) {
  const kept: T[] = []

  return { offer, count: () => kept.length, all: () => [...kept] }

  function offer(one: T): void {
    const last = kept.at(-1)
    if (kept.length >= limit && (last === undefined || !isBetter(one, last))) return

    let at = kept.length
    for (; at > 0; at -= 1) {
      const above = kept[at - 1]
      if (above === undefined || !isBetter(one, above)) break
    }
    kept.splice(at, 0, one)
    if (kept.length > limit) kept.pop()
  }
}
