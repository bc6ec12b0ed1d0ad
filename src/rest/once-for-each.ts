import type { Page } from '../core/model.js'

/** Does the work once for each object, and remembers what came of it for as long as the object is around. */
export function onceForEach<K extends object, V>(work: (of: K) => V): (of: K) => V {
  const known = new WeakMap<K, { value: V }>()

  return (of) => {
    const found = known.get(of) ?? { value: work(of) }
    known.set(of, found)
    return found.value
  }
}

/** The same for a page: for as long as it is made of the very same items. */
export function onceForEachPage<T extends object, V>(work: (of: Page<T>) => V): (of: Page<T>) => V {
  const known = new WeakMap<T, { page: Page<T>; value: V }>()

  return (page) => {
    const [first] = page.items
    if (first === undefined) return work(page)

    const before = known.get(first)
    if (before && isSamePage(before.page, page)) return before.value
    const value = work(page)
    known.set(first, { page, value })
    return value
  }
}

function isSamePage<T>(one: Page<T>, other: Page<T>): boolean {
  const { items, next } = other
  return (
    one.next === next &&
    one.items.length === items.length &&
    one.items.every((item, at) => item === items[at])
  )
}
