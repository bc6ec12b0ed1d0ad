import type { EnforcementStep, Session } from '../../../src/core/model.js'
import { second } from '../builders.js'
import type { GuardWorld } from './guard-world.js'
import type { Stream } from './household.js'

/** An entry that has shown nothing for so long is of an app that was killed, as far as anybody can tell. */
const lingeringAfterMs = 20 * second

/**
 * Complains when the last rung, which costs a guest their pass, is taken because of an app that was killed: its
 * entry lingers and shows no sign of life.
 */
export function watchCosts(guard: GuardWorld) {
  const complaints: string[] = []
  /** The last time at which a reading showed something new of a player, by its machine. */
  const signs = new Map<string, { shown: string; at: number }>()
  const known = new Set<string>()
  let readAt: number | undefined

  guard.onRest(look)
  return { complaints }

  function look(): void {
    const read = guard.lastRead()
    if (read && read.at !== readAt) for (const session of read.sessions) noteSign(session, read.at)
    readAt = read?.at
    for (const { id, guest, enforcement } of guard.memory.violations()) {
      for (const step of enforcement)
        if (step.rung === 'unshare') judgeCost(id, guest.username, step, enforcement)
    }
  }

  function noteSign({ player, item, state, offsetMs }: Session, at: number): void {
    const shown = [item?.ratingKey, state, offsetMs].join()
    if (signs.get(player.machineId)?.shown !== shown) signs.set(player.machineId, { shown, at })
  }

  function judgeCost(
    id: string,
    username: string,
    step: EnforcementStep,
    enforcement: readonly EnforcementStep[],
  ): void {
    const name = [id, step.stream, step.at].join()
    if (known.has(name)) return
    known.add(name)

    const streams = guard.streams.filter(
      ({ who, player }) => who === username && player.sessionKey() === step.stream,
    )
    const begunAt = Math.min(...enforcement.filter((one) => one.stream === step.stream).map((one) => one.at))
    if (streams.length > 0 && streams.every((one) => isLingering(one, begunAt, step.at))) {
      complaints.push(`violation ${id}: ${username} pays for a stream that was killed`)
    }
  }

  function isLingering({ vanishedAt, player }: Stream, begunAt: number, at: number): boolean {
    if (vanishedAt === undefined) return false
    const signAt = Math.max(
      signs.get(player.session.device.machineIdentifier)?.at ?? 0,
      player.session.lastReportAt,
    )
    return signAt < begunAt || at - signAt > lingeringAfterMs
  }
}
