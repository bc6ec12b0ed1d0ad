import type { Clock } from '../core/ports.js'
import { systemClock } from '../util/clock.js'
import { type SimulatedDiscord, startDiscord } from './discord/start.js'
import type { SimServer } from './plex/http.js'
import { startPlexTv } from './plex/plex-tv.js'
import { connectionTo } from './plex/resources.js'
import { type SimPlexServer, startPlexServer } from './plex/server.js'
import { createPlexWorld, type PlexWorld } from './plex/world.js'

/** A small household: a server with a few titles, plex.tv, a Discord, and the people around them. */
export interface Stage {
  world: PlexWorld
  plexServer: SimPlexServer
  plexTv: SimServer
  discord: SimulatedDiscord
  titles: { lent: string; other: string; episode: string }
  /** What `config.toml` must hold to reach all of this. */
  configText(more: { apiPort: number; apiKey: string; storeUrl: string }): string
  close(): Promise<void>
}

/** Builds the household and starts its three services on loopback, on free ports unless told. */
export async function buildStage(needs: {
  clock: Clock
  reportEveryMs?: number
  plexPort?: number
  /** Discord's people live by real time unless told: they wait three seconds for an answer, whatever is skipped. */
  discordClock?: Clock
}): Promise<Stage> {
  const { clock, reportEveryMs = 10_000, discordClock = systemClock } = needs
  const world = createPlexWorld({ clock, reportEveryMs })
  const lent = world.addMovie({ title: 'Arrival', year: 2016, minutes: 116 })
  const other = world.addMovie({ title: 'Heat', year: 1995, minutes: 170 })
  world.addMovie({ title: 'Alien', year: 1979, minutes: 117 })
  const { episodes } = world.addShow({ title: 'Tin Harbour', seasons: [3, 3] })
  world.addAccount('guest.one', { email: 'guest.one@example.test' })
  world.addAccount('friend.two', { email: 'friend.two@example.test' })
  world.befriend('friend.two')

  const plexServer = await startPlexServer(world, { port: needs.plexPort ?? 0 })
  world.server.connections = [connectionTo(plexServer.url)]
  const plexTv = await startPlexTv(world)
  const discord = await startDiscord({ clock: discordClock })

  return {
    world,
    plexServer,
    plexTv,
    discord,
    titles: { lent: lent.ratingKey, other: other.ratingKey, episode: episodes[0]?.ratingKey ?? '' },
    configText,
    close,
  }

  function configText(more: { apiPort: number; apiKey: string; storeUrl: string }): string {
    return `[plex]
url = "${plexServer.url}"
token = "${world.owner.token}"
account_url = "${plexTv.url}"

[discord]
token = "${discord.token}"
application_id = "${discord.applicationId}"
guild_id = "${discord.guildId}"
admin_channel_id = "${discord.adminChannelId}"
api_url = "${discord.apiUrl}"

[api]
port = ${more.apiPort}
key = "${more.apiKey}"

[store]
url = "${more.storeUrl}"
`
  }

  async function close(): Promise<void> {
    world.close()
    await Promise.all([plexServer.close(), plexTv.close(), discord.close()])
  }
}
