import { OtpError } from '../core/errors.js'
import type { Change, Stored } from '../core/ports.js'
import { type Facets, facets, type Kind, type Records } from '../core/records.js'

/**
 * What lies in the store under one key. `schema` is raised when the shape of the records changes, so that an
 * older OTP refuses what it cannot understand.
 */
export interface Envelope<T> {
  schema: 1
  revision: number
  facets: Facets
  record: T
}

/** One change, ready to be written: `expected` is the revision that must be there, null for none at all. */
export interface Write {
  key: string
  expected: number | null
  envelope: Envelope<Records[Kind]>
}

/** Told of a record that was passed over in a page, because it cannot be read. */
export type OnUnreadable = (problem: OtpError) => void

export function keyOf(kind: Kind, id: string): string {
  return `${kind}/${id}`
}

/** Puts changes into envelopes. Naming one record twice is a mistake in the program, not a failed condition. */
export function toWrites(changes: readonly Change[]): Write[] {
  const writes = changes.map((change): Write => {
    const expected = 'ifRevision' in change ? change.ifRevision : null

    return {
      key: keyOf(change.kind, change.id),
      expected,
      envelope: {
        schema: 1,
        revision: (expected ?? 0) + 1,
        facets: facets(change.kind, change.record),
        record: change.record,
      },
    }
  })

  const keys = writes.map((write) => write.key)
  const twice = keys.find((key, at) => keys.indexOf(key) !== at)
  if (twice) throw new Error(`One commit names ${twice} twice`)

  return writes
}

/** Takes a record out of what the store holds for it; what is not an envelope is refused by its key. */
export function fromEnvelope<K extends Kind>(kind: K, id: string, value: unknown): Stored<Records[K]> {
  if (!isEnvelope(kind, value)) throw unreadable(keyOf(kind, id))

  return { id, revision: value.revision, record: value.record }
}

export function unreadable(key: string, cause?: unknown): OtpError {
  return new OtpError(
    'store_unavailable',
    `The stored record ${key} cannot be read: it is damaged or was written by a newer version. It was left as it is.`,
    { cause },
  )
}

/**
 * Records are checked before they are written, by the types; coming back, the envelope is proof enough that
 * OTP itself wrote them.
 */
function isEnvelope<K extends Kind>(_kind: K, value: unknown): value is Envelope<Records[K]> {
  if (typeof value !== 'object' || value === null) return false
  if (!('schema' in value && 'revision' in value && 'record' in value)) return false

  const { schema, revision, record } = value
  return schema === 1 && Number.isInteger(revision) && typeof record === 'object' && record !== null
}
