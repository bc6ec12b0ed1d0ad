/**
 * Every player reports every ten seconds, so that a server which has just started lists each of them within that; three
 * times as long is waited.
 */
export const believedAfterMs = 30_000
/** A single answer gets lost now and then; after more of them, the server may have started anew. */
const failuresOfARestart = 2

/**
 * Who may have a stream although the list shows none: a list without it proves nothing, since a server that has just
 * started knows of no stream.
 */
export interface Absences {
  /** A reading has worked that was begun at this time; `here` are those who have a stream in it. */
  note(here: ReadonlySet<string>, readAt: number): void
  /** The list could not be read. */
  failed(): void
  /** What they did before this time, nobody knows. */
  doubt(plexIds: Iterable<string>, since: number): void
  /** Whether somebody had a stream, or may have had one, and half a minute of readings without it is not over. */
  mayBeHere(plexId: string): boolean
}

export function createAbsences(): Absences {
  /** Who had a stream lately, and the first of the readings in a row that showed none. */
  const lately = new Map<string, number | undefined>()
  let failures = 0

  return { note, failed, doubt, mayBeHere: (plexId) => lately.has(plexId) }

  function note(here: ReadonlySet<string>, readAt: number): void {
    failures = 0
    for (const [plexId, sinceAt] of lately) {
      // Where the machine's clock was set back meanwhile, the time begins anew.
      if (sinceAt === undefined || sinceAt > readAt) lately.set(plexId, readAt)
      else if (readAt - sinceAt >= believedAfterMs) lately.delete(plexId)
    }
    for (const plexId of here) lately.set(plexId, undefined)
  }

  function failed(): void {
    failures += 1
    if (failures < failuresOfARestart) return
    for (const plexId of lately.keys()) lately.set(plexId, undefined)
  }

  function doubt(plexIds: Iterable<string>, since: number): void {
    for (const plexId of plexIds) if (!lately.has(plexId)) lately.set(plexId, since)
  }
}
