import { second } from '../builders.js'
import type { GuardWorld } from './guard-world.js'
import type { Stream } from './household.js'
import { openViolationOf, strays } from './strays.js'
import { isValid } from './truth.js'

/** The slower of the two intervals at which the sessions are read while there are guests, and a little. */
const actsWithinMs = 6 * second

/**
 * Complains of streams that nobody does anything about soon after they began to be wrong. Only while nothing has
 * gone wrong yet: after that, things take their time.
 */
export function watchPromptness(guard: GuardWorld, isUndisturbed: () => boolean) {
  const { clock, plexServer } = guard
  const complaints: string[] = []
  let since = new Map<Stream, number>()

  guard.onRest(look)
  return { complaints }

  function look(): void {
    const now = clock.now()
    const aliveSince = guard.aliveSince()
    since = new Map(strays(guard).map((stream) => [stream, since.get(stream) ?? now]))
    if (aliveSince === undefined || !isUndisturbed()) return

    for (const [stream, at] of since) {
      if (now - Math.max(at, aliveSince) < actsWithinMs || isActedOn(stream)) continue
      const { sessionKey, id } = stream.player.session
      complaints.push(`${stream.who}'s stream ${sessionKey} (${stream.kind}, ${id}) is left alone`)
    }
  }

  function isActedOn(stream: Stream): boolean {
    const { sessionKey, id } = stream.player.session
    const violation = openViolationOf(guard, stream)
    if (violation?.enforcement.some((one) => one.stream === sessionKey)) return true
    if (plexServer.journal.some((one) => id !== undefined && one.query.sessionId === id)) return true
    // A pass that has ended ends its own streams first, where that can be done.
    return id === undefined && guard.memory.assignments().some((one) => !isValid(one))
  }
}
