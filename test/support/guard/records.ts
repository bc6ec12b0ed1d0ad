import type { Assignment, EnforcementStep, Violation } from '../../../src/core/model.js'
import type { GuardWorld } from './guard-world.js'
import { isValid } from './truth.js'

/** How often a rung may be tried at one stream: it fails in passing for a while, and is cut short by a death. */
const triesOfOneRung = 12
/** How long a deadline may have passed before the pass has ended. */
const deadlineWithinMs = 3_000

/** Complains of records that do not explain themselves. */
export function complaintsAboutRecords(guard: GuardWorld): string[] {
  const { memory, settings } = guard
  const assignments = memory.assignments()
  const violations = memory.violations()
  return [
    ...memory.complaints,
    ...aboutDeadlines(guard),
    ...assignments.flatMap(aboutHistory),
    ...violations.flatMap(aboutSteps),
    ...aboutDoubles(violations, settings.monitor.repeatWindowMs),
    ...aboutCounts(assignments, violations),
  ]
}

/** Complains of passes that go on after their deadline. */
function aboutDeadlines(guard: GuardWorld): string[] {
  const now = guard.clock.now()
  const runningSinceAt = guard.aliveSince() ?? now
  return guard.memory.assignments().flatMap((one) => {
    if (!isValid(one) || one.expiresAt === undefined) return []
    const lateMs = now - Math.max(one.expiresAt, runningSinceAt, guard.memory.writtenSince(one.id))
    return lateMs > deadlineWithinMs ? [`assignment ${one.id} goes on ${lateMs} ms after its deadline`] : []
  })
}

function aboutHistory({ id, state, history, endedAt, createdAt, createdBy }: Assignment): string[] {
  const complaints: string[] = []
  const complain = (what: string) => complaints.push(`assignment ${id}, ${state}: ${what}`)
  const [first] = history
  if (first?.at !== createdAt || first.by !== createdBy)
    complain('its history does not begin with its making')
  if (history.some((line, at) => line.at < (history[at - 1]?.at ?? 0))) complain('its history goes back')

  if (state === 'watching' && !history.some((line) => line.what === 'watching'))
    complain('nobody began to watch')
  if (isValid({ state }) !== (endedAt === undefined)) complain('its end has no time, or too early one')
  if (endedAt !== undefined) {
    const line = history
      .slice(1)
      .find((one) => one.at === endedAt && !['watching', 'access taken away'].includes(one.what))
    if (!line) complain('its history does not tell of its end')
    const byItself = state === 'finished' || state === 'expired'
    if (line && byItself && line.by !== 'otp') complain(`${line.by} has ${state} it`)
  }
  return complaints
}

function aboutSteps({ id, streams, enforcement }: Violation): string[] {
  return streams.flatMap((stream) => {
    const until = stream.endedAt ?? Number.POSITIVE_INFINITY
    const steps = enforcement.filter(
      (one) => one.stream === stream.key && one.at >= stream.firstSeenAt && one.at < until,
    )
    return [...new Set(steps.map((one) => one.rung))].flatMap((rung) => {
      const tries = steps.filter((one) => one.rung === rung)
      const done = tries.filter(isDone)
      const name = `violation ${id}, stream ${stream.key}: ${rung}`
      return [
        ...(done.length > 1 ? [`${name} was done ${done.length} times`] : []),
        ...(tries.length > triesOfOneRung ? [`${name} was tried ${tries.length} times`] : []),
        ...(tries.filter((one) => one.outcome === 'intended').length > 1
          ? [`${name} is intended twice`]
          : []),
      ]
    })
  })
}

function isDone({ outcome }: EnforcementStep): boolean {
  return outcome === 'accepted' || outcome === 'gone' || outcome === 'impossible'
}

/** Repeats within the window belong to the violation that is there. */
function aboutDoubles(violations: readonly Violation[], windowMs: number): string[] {
  const sorted = violations.toSorted((a, b) => a.firstSeenAt - b.firstSeenAt)
  return sorted.flatMap((one, at) => {
    const earlier = sorted
      .slice(0, at)
      .filter((other) => other.guest.plexId === one.guest.plexId && isSame(other, one))
    return earlier
      .filter(({ endedAt }) => endedAt === undefined || one.firstSeenAt - endedAt < windowMs)
      .map((other) => `violation ${one.id} repeats ${other.id} and is a card of its own`)
  })
}

function isSame({ media: one }: Violation, { media: other }: Violation): boolean {
  return one.ratingKey === other.ratingKey || (one.type === other.type && one.guid === other.guid)
}

/** A violation counts once on every pass that was valid when it was first seen. */
function aboutCounts(assignments: readonly Assignment[], violations: readonly Violation[]): string[] {
  const keyOf = (plexId: string, ratingKey: string) => `${plexId} ${ratingKey}`
  const counted = new Map<string, number>()
  for (const { guest, media, violations: count } of assignments) {
    const key = keyOf(guest.plexId, media.ratingKey)
    counted.set(key, (counted.get(key) ?? 0) + count)
  }
  for (const { guest, allowed } of violations) {
    for (const media of allowed) {
      const key = keyOf(guest.plexId, media.ratingKey)
      counted.set(key, (counted.get(key) ?? 0) - 1)
    }
  }
  return [...counted]
    .filter(([, count]) => count !== 0)
    .map(([key, count]) => `${key}: ${count} more violations counted than stored`)
}
