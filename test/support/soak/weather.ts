import { hour, minute, second } from '../builders.js'
import type { GuardWorld } from '../guard/guard-world.js'
import { acts } from '../matrix/plex-faults.js'

const faultEveryMs = 5 * minute
const dropEveryMs = 10 * minute
const restartEveryMs = 20 * minute
const downMs = 20 * second

/** What goes wrong in the course of the days: Plex, plex.tv, Discord, the connection, and the program itself. */
export function createWeather(guard: GuardWorld, chance: () => number) {
  const tally = { faults: 0, drops: 0, kills: 0, stops: 0, late: 0 }
  const kinds = Object.entries(acts).filter(([name]) => !name.includes('10 min'))
  let quietSince = { drop: guard.clock.now(), restart: guard.clock.now() }

  return { tally, pass, clear }

  /** What happens within so much time. */
  async function pass(ms: number): Promise<void> {
    const now = guard.clock.now()
    if (chance() < ms / faultEveryMs) disturb()
    if (chance() < ms / (2 * hour)) guard.discord.next(chance() < 0.5 ? 'later' : 'lost', 2)
    if (now - quietSince.drop >= dropEveryMs) {
      quietSince = { ...quietSince, drop: now }
      tally.drops += 1
      guard.dropPush()
    }
    if (now - quietSince.restart >= restartEveryMs) {
      quietSince = { ...quietSince, restart: now }
      await restart()
    }
  }

  function disturb(): void {
    const [, act] = kinds[Math.floor(chance() * kinds.length)] ?? []
    if (!act) return
    const times = 1 + Math.floor(chance() * 4)
    tally.faults += times
    clear()
    if (chance() < 0.5) guard.plexServer.faults.next({ match: '* /', act, times })
    else guard.plexTv.faults.next({ match: '* /', act, times })
  }

  /** In turn it is killed in the middle of something, and asked to end. */
  async function restart(): Promise<void> {
    if (tally.kills <= tally.stops) {
      tally.kills += 1
      await guard.killAfter(Math.floor(chance() * 6), minute)
    } else {
      tally.stops += 1
      if (!(await guard.stop())) tally.late += 1
    }
    await guard.pass(downMs)
    await guard.start()
  }

  function clear(): void {
    guard.plexServer.faults.clear()
    guard.plexTv.faults.clear()
  }
}
