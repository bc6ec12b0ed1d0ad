import { onTestFinished } from 'vitest'
import { connectPlex, type PlexConnection } from '../../src/plex/connect.js'
import { startPlexTv } from '../../src/simulator/plex/plex-tv.js'
import { startPlexServer } from '../../src/simulator/plex/server.js'
import { createPlexWorld } from '../../src/simulator/plex/world.js'
import { createTestClock } from '../support/clock.js'

/** A person from whom nothing is hidden. */
export const noFilters = { movies: '', television: '', music: '', photos: '', all: '' }

/** A simulated Plex with two films, a show, a stranger and a friend, and the real client connected to it. */
export async function stagePlex(
  options: { plexPass?: boolean; basePath?: string; connection?: Partial<PlexConnection> } = {},
) {
  const clock = createTestClock()
  const world = createPlexWorld({ clock, plexPass: options.plexPass ?? true })
  const arrival = world.addMovie({ title: 'The Long Arrival', year: 2016, minutes: 116 })
  const other = world.addMovie({ title: 'Dust & Bells', year: 2021 })
  const harbour = world.addShow({ title: 'Tin Harbour', year: 2030, seasons: [3, 2] })
  const stranger = world.addAccount('pat.otter')
  const friend = world.addAccount('mo.heron')
  world.befriend('mo.heron')

  const server = await startPlexServer(world, { basePath: options.basePath ?? '' })
  const plexTv = await startPlexTv(world)
  const connection: PlexConnection = {
    url: () => server.url,
    accountUrl: plexTv.url,
    token: () => world.owner.token,
    clientIdentifier: 'otp-test-0001',
    version: '0.1.0',
    clock,
    random: () => 0,
    ...options.connection,
  }
  onTestFinished(async () => {
    world.close()
    await server.close()
    await plexTv.close()
  })

  const { plexServer, plexEvents, plexAccount, plexTv: plexHttp } = connectPlex(connection)

  return {
    clock,
    world,
    arrival,
    other,
    harbour,
    stranger,
    friend,
    server,
    plexTv,
    mid: world.machineIdentifier,
    plexServer,
    plexEvents,
    plexAccount,
    /** What the real client asks plex.tv with. */
    plexHttp,
    connectWith: (changed: Partial<PlexConnection>) => connectPlex({ ...connection, ...changed }),
  }
}
