import type { Violation } from '../../../src/core/model.js'
import { second } from '../builders.js'
import type { GuardWorld } from './guard-world.js'
import type { Stream } from './household.js'
import { mayBeEnded } from './truth.js'

/** A rung has this long to be verified, and the next one a reading more to follow. */
const climbsWithinMs = 45 * second

/** Streams of guests that go on and should not. */
export function strays(guard: GuardWorld): Stream[] {
  return guard.streams.filter((stream) => {
    const { who, player, itemSince } = stream
    const item = guard.world.catalogue.item(player.session.ratingKey)
    const plexId = String(guard.world.people.account(who).plexId)
    return (
      player.running() &&
      item !== undefined &&
      mayBeEnded(guard, who, item, guard.memory.of(plexId), itemSince)
    )
  })
}

/**
 * Complains of streams that nobody does anything about any more, after a time in which nothing went wrong and
 * every rung could have had its turn.
 */
export function complaintsAboutStrays(guard: GuardWorld): string[] {
  return strays(guard).flatMap((stream) => {
    const { session } = stream.player
    const violation = openViolationOf(guard, stream)
    const name = `${stream.who}'s stream ${session.sessionKey} (${stream.kind}, ${session.id})`
    // A player that reports nothing new looks like one that was killed: it is told once and then left alone.
    const isStill = session.state !== 'playing'
    if (!violation) return isStill && isTold(guard, stream) ? [] : [`${name} goes on and is no violation`]

    const tried = violation.enforcement.filter((one) => one.stream === session.sessionKey)
    if (tried.length === 0) return [`${name} goes on and nothing was done`]
    const last = tried.at(-1)
    // A pass may have come to its deadline only while this was waited for.
    if (last && guard.clock.now() - last.at < climbsWithinMs) return []
    if (isStill || last?.rung === guard.settings.monitor.onViolation.at(-1)) return []
    return [`${name} goes on after ${last?.rung} ${last?.outcome}`]
  })
}

/** Whether the server was asked to end it, as far as that can be asked. */
function isTold({ plexServer }: GuardWorld, { player }: Stream): boolean {
  const { id } = player.session
  return id === undefined || plexServer.journal.some((one) => one.query.sessionId === id)
}

/** The violation that a stream counts as, if it does. */
export function openViolationOf(
  { memory, world }: GuardWorld,
  { who, player }: Stream,
): Violation | undefined {
  const plexId = String(world.people.account(who).plexId)
  return memory
    .violations()
    .find(
      (one) =>
        one.endedAt === undefined &&
        one.guest.plexId === plexId &&
        one.streams.some(
          (stream) => stream.key === player.session.sessionKey && stream.endedAt === undefined,
        ),
    )
}
