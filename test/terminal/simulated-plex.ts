import { onTestFinished } from 'vitest'
import { startPlexTv } from '../../src/simulator/plex/plex-tv.js'
import { connectionTo } from '../../src/simulator/plex/resources.js'
import { startPlexServer } from '../../src/simulator/plex/server.js'
import { createPlexWorld } from '../../src/simulator/plex/world.js'
import { systemClock } from '../../src/util/clock.js'

/**
 * A simulated Plex by the real clock, for a program in a process of its own, until the test is over; `furnish` puts into
 * the world what has to be there before anybody asks.
 */
export async function aSimulatedPlex(furnish: (world: ReturnType<typeof createPlexWorld>) => void) {
  const world = createPlexWorld({ clock: systemClock })
  furnish(world)
  const server = await startPlexServer(world)
  const plexTv = await startPlexTv(world)
  world.server.connections = [connectionTo(server.url)]
  onTestFinished(async () => {
    world.close()
    await server.close()
    await plexTv.close()
  })
  return { world, server, plexTv }
}

/** The owner's account has this one server and no other. */
export function aSingleServer() {
  return aSimulatedPlex((world) => {
    world.otherResources.length = 0
  })
}
