import type { Change, Doomed, PageQuery, Store, Stored, Trim } from '../core/ports.js'
import type { Facets, Kind, Records } from '../core/records.js'
import { type Envelope, fromEnvelope, keyOf, toWrites } from './envelope.js'

/** A store that forgets everything at the end of the process. */
export function createMemoryStore(): Store {
  const held = new Map<string, Envelope<Records[Kind]>>()

  return { read, commit, remove, page, trim, changedElsewhere, close: async () => {} }

  async function read<K extends Kind>(kind: K, id: string): Promise<Stored<Records[K]> | undefined> {
    const envelope = held.get(keyOf(kind, id))
    return envelope && fromEnvelope(kind, id, structuredClone(envelope))
  }

  async function commit(changes: readonly Change[]): Promise<boolean> {
    const writes = toWrites(changes)
    const holds = writes.every((write) => (held.get(write.key)?.revision ?? null) === write.expected)
    if (!holds) return false

    for (const { key, envelope } of writes) held.set(key, structuredClone(envelope))
    return true
  }

  async function remove(doomed: readonly Doomed[]): Promise<number> {
    return doomed.filter(({ kind, id, ifRevision }) => {
      const key = keyOf(kind, id)
      return held.get(key)?.revision === ifRevision && held.delete(key)
    }).length
  }

  /** What is in this process's memory nobody else can reach. */
  async function changedElsewhere(): Promise<boolean> {
    return false
  }

  async function page<K extends Kind>(kind: K, query: PageQuery): Promise<Stored<Records[K]>[]> {
    const prefix = keyOf(kind, '')
    const { before, after } = query
    const direction = after === undefined ? 1 : -1

    return [...held]
      .filter(([key, envelope]) => key.startsWith(prefix) && matches(envelope.facets, query.where ?? {}))
      .map(([key, envelope]) => ({ id: key.slice(prefix.length), envelope }))
      .filter(({ id }) => (before === undefined || id < before) && (after === undefined || id > after))
      .sort((a, b) => (a.id < b.id ? direction : -direction))
      .slice(0, query.limit)
      .map(({ id, envelope }) => fromEnvelope(kind, id, structuredClone(envelope)))
  }

  async function trim(kind: Kind, { keep, before, atMost }: Trim): Promise<number> {
    const keys = ofKind(kind, held.keys())
    const surplus = Math.max(0, keys.length - keep)
    const gone = keys
      .slice(0, -1)
      .filter((key, at) => at < surplus || key < keyOf(kind, before))
      .slice(0, atMost)

    for (const key of gone) held.delete(key)
    return gone.length
  }
}

function ofKind(kind: Kind, keys: Iterable<string>): string[] {
  return [...keys].filter((key) => key.startsWith(keyOf(kind, ''))).sort()
}

function matches(has: Facets, wanted: Partial<Facets>): boolean {
  return (
    (wanted.open === undefined || has.open === wanted.open) &&
    (wanted.guest === undefined || has.guest === wanted.guest) &&
    (wanted.state === undefined || has.state === wanted.state)
  )
}
