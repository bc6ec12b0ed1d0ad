import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Change } from '../../src/core/ports.js'
import { guestId } from '../../src/core/records.js'
import type { SimItem } from '../../src/simulator/plex/catalogue.js'
import type { PlayOptions, SimPlayer } from '../../src/simulator/plex/players.js'
import { buildStage } from '../../src/simulator/stage.js'
import { openStore } from '../../src/store/open.js'
import { systemClock } from '../../src/util/clock.js'
import { createIds } from '../../src/util/ids.js'
import { aGuest, anAssignment } from '../support/builders.js'
import { type Program, startProgram } from './program.js'

const key = 'the-key-of-the-bench'
const giveUpAfterMs = 20_000

export type Household = Awaited<ReturnType<typeof aHousehold>>

/**
 * The simulated services, in this process, and so many guests who may watch the same film, written into a store as a
 * service that ran before would have left it.
 */
export async function aHousehold({ guests, films = 4 }: { guests: number; films?: number }) {
  const stage = await buildStage({ clock: systemClock })
  const { world } = stage
  const others = Array.from({ length: films }, (_, at) =>
    world.addMovie({ title: `Film ${at}`, minutes: 100 }),
  )
  const folder = await mkdtemp(join(tmpdir(), 'otp-bench-'))
  const programs: Program[] = []
  const names = Array.from({ length: guests }, (_, at) => `guest.${at}`)
  for (const name of names) world.addAccount(name)
  world.addAccount('passer.by')
  let stores = 0

  const ended = new Map<string, number>()
  const waiting = new Map<string, (at: number) => void>()
  const { terminate } = world.players
  world.players.terminate = (id, reason) => {
    const at = performance.now()
    ended.set(id, at)
    waiting.get(id)?.(at)
    return terminate(id, reason)
  }

  return { stage, world, names, lent: stage.titles.lent, others, start, play, stray, endOf, asked, close }

  /** Starts the program over a store of its own, which another program may have left with its guests. */
  async function start(
    settings: { env?: Record<string, string>; guests?: number; discord?: boolean; storeUrl?: string } = {},
  ): Promise<Program & { storeUrl: string }> {
    stores += 1
    const storeUrl = settings.storeUrl ?? `sqlite://${join(folder, `otp-${stores}.sqlite`)}`
    if (settings.storeUrl === undefined) await fill(storeUrl, settings.guests ?? guests)
    const text = stage.configText({ apiPort: 0, apiKey: key, storeUrl })
    const config = join(folder, `config-${stores}.toml`)
    await writeFile(config, settings.discord === false ? text.replace(/\[discord\][^[]*/, '') : text, {
      mode: 0o600,
    })
    const program = await startProgram(config, settings.env)
    programs.push(program)
    return { ...program, storeUrl }
  }

  async function fill(storeUrl: string, count: number): Promise<void> {
    const store = await openStore(storeUrl)
    const ids = createIds(systemClock)
    const { machineIdentifier } = world
    const changes = names.slice(0, count).flatMap((username): Change[] => {
      const plexId = String(world.people.account(username).plexId)
      const guest = { plexId, username }
      const id = ids.next()
      const media = {
        ratingKey: stage.titles.lent,
        guid: world.catalogue.item(stage.titles.lent)?.guid ?? '',
        type: 'movie' as const,
        title: 'Arrival',
        year: 2016,
        libraryKey: world.catalogue.item(stage.titles.lent)?.libraryKey ?? '',
      }
      return [
        {
          kind: 'guest',
          id: guestId(machineIdentifier, plexId),
          record: aGuest({ ...guest, machineIdentifier }),
          unless: 'exists',
        },
        {
          kind: 'assignment',
          id,
          record: anAssignment({ id, machineIdentifier, guest, media, createdAt: systemClock.now() }),
          unless: 'exists',
        },
      ]
    })
    if (changes.length > 0 && !(await store.commit(changes))) throw new Error('The store refused the guests')
    await store.close()
  }

  /** Somebody plays something, whether they may see it or not: apps keep addresses. */
  function play(username: string, ratingKey: string, options: PlayOptions = {}): SimPlayer {
    return world.play(username, ratingKey, { anyway: true, ...options })
  }

  /** A stream begins that may not go on; answers how long it took until the request to end it came, in ms. */
  async function stray(username: string, film: SimItem | undefined = others[0]): Promise<number> {
    if (!film) throw new Error('There is no film to stray to')
    const startedAt = performance.now()
    const player = play(username, film.ratingKey)
    const took = (await endOf(player)) - startedAt
    player.stop()
    return took
  }

  /** When the request to end this stream was received. */
  function endOf({ session }: SimPlayer): Promise<number> {
    const { id, who } = session
    if (id === undefined) throw new Error(`The stream of ${who.username} has no id to end it by`)
    const before = ended.get(id)
    if (before !== undefined) return Promise.resolve(before)

    return new Promise((resolve, reject) => {
      const tooLong = setTimeout(() => {
        reject(new Error(`The stream of ${who.username} was not ended within ${giveUpAfterMs} ms`))
      }, giveUpAfterMs)
      waiting.set(id, (at) => {
        clearTimeout(tooLong)
        waiting.delete(id)
        resolve(at)
      })
    })
  }

  /** How often the program has asked the server for anything since this many requests. */
  function asked(since = 0): number {
    return stage.plexServer.journal.length - since
  }

  async function close(): Promise<void> {
    await Promise.all(programs.map((one) => one.stop().catch(() => {})))
    await stage.close()
    await rm(folder, { recursive: true, force: true })
  }
}
