import type { Stored } from '../ports.js'

/** Records of one kind in memory: all that are open, and the newest few others of each guest. */
export interface Drawer<T> {
  /** Forgets what was there. */
  fill(records: readonly Stored<T>[]): void
  /** Passes over what is older than what is there. */
  put(stored: Stored<T>): void
  get(id: string): Stored<T> | undefined
  /** Oldest first. */
  open(): readonly Stored<T>[]
  /** Oldest first. */
  everything(): readonly Stored<T>[]
  /** Newest first. */
  of(plexId: string): Stored<T>[]
}

export function createDrawer<T>(rules: {
  isOpen: (record: T) => boolean
  plexIdOf: (record: T) => string
  /** How many that are not open are kept of each guest. */
  keptPerGuest: number
}): Drawer<T> {
  const held = new Map<string, Stored<T>>()
  const byGuest = new Map<string, Set<string>>()
  /** Made when they are asked for, until something is put in. */
  let inOrder: Stored<T>[] | undefined
  let openOnes: Stored<T>[] | undefined

  return { fill, put, get: (id) => held.get(id), open, everything, of }

  function fill(records: readonly Stored<T>[]): void {
    held.clear()
    byGuest.clear()
    changed()
    for (const one of records) put(one)
  }

  function put(stored: Stored<T>): void {
    if ((held.get(stored.id)?.revision ?? 0) >= stored.revision) return

    changed()
    held.set(stored.id, stored)
    const plexId = rules.plexIdOf(stored.record)
    const theirs = byGuest.get(plexId) ?? new Set()
    byGuest.set(plexId, theirs.add(stored.id))
    if (!rules.isOpen(stored.record)) forgetOldest(theirs)
    if (theirs.size === 0) byGuest.delete(plexId)
  }

  function forgetOldest(theirs: Set<string>): void {
    if (theirs.size <= rules.keptPerGuest) return

    const over = [...theirs].filter((id) => !isOpen(held.get(id))).sort()
    for (const id of over.slice(0, Math.max(0, over.length - rules.keptPerGuest))) {
      theirs.delete(id)
      held.delete(id)
    }
  }

  function open(): readonly Stored<T>[] {
    openOnes ??= everything().filter(isOpen)
    return openOnes
  }

  function everything(): readonly Stored<T>[] {
    inOrder ??= [...held.values()].sort(byId)
    return inOrder
  }

  function changed(): void {
    inOrder = undefined
    openOnes = undefined
  }

  function of(plexId: string): Stored<T>[] {
    return [...(byGuest.get(plexId) ?? [])].flatMap((id) => held.get(id) ?? []).sort((a, b) => byId(b, a))
  }

  function isOpen(stored: Stored<T> | undefined): boolean {
    return stored !== undefined && rules.isOpen(stored.record)
  }
}

/** Ids sort by time. */
function byId(one: { id: string }, other: { id: string }): number {
  return one.id < other.id ? -1 : 1
}
