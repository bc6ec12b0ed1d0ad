import { privateLibrariesOn } from '../access/private-holder.js'
import { createBell } from '../engine/bell.js'
import type { ServerFacts } from '../engine/server-facts.js'
import { OtpError } from '../errors.js'
import type { Library, MediaItem, MediaType } from '../model.js'
import type { Clock, ItemChange, Logger, PlexServer, Store, TitleIndex } from '../ports.js'
import { isAssignable } from '../states.js'
import { readTitleQuery } from './title-query.js'

/** The streams that run are judged first, and Discord is greeted. */
const firstAfterMs = 2_000
/** Whoever guards is to find the server free between two pages. */
const betweenPagesMs = 50
const againAfterMs = 3_600_000
const afterFailureMs = 60_000
/** A scan announces many things, one by one. */
const gatheringMs = 2_000
/** When more than this has changed, everything is read anew. */
const mostChanges = 2_000

const typesIn: Readonly<Record<string, readonly MediaType[]>> = {
  movie: ['movie'],
  show: ['show', 'season', 'episode'],
}

/** Every title of the server, read in the background and kept up to date, so that a search asks nobody. */
export interface Catalogue {
  /** Reads everything, slowly, and again from time to time, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
  /** The server says that something has changed. */
  note(changes: readonly ItemChange[]): void
  /** Another server answers from now on. */
  restart(): void
  /** What fits, the best first; undefined while not everything has been read. */
  find(text: string, limit: number): Promise<MediaItem[] | undefined>
  /** Films and episodes that were added last. */
  newest(limit: number): Promise<MediaItem[]>
}

export function createCatalogue(needs: {
  plexServer: PlexServer
  titleIndex?: TitleIndex
  store: Store
  facts: Pick<ServerFacts, 'machineIdentifier' | 'known'>
  clock: Clock
  log: Logger
}): Catalogue {
  const { plexServer, titleIndex, store, facts, clock, log } = needs
  const bell = createBell(clock)
  const changed = new Map<string, ItemChange>()
  /** The server whose titles are all there. */
  let readFrom: string | undefined
  let round = 0
  let nextAt = 0
  /** Tells a reading of the server before from one of the server now. */
  let server = 0

  return { run, note, restart, find, newest }

  function note(changes: readonly ItemChange[]): void {
    if (!titleIndex || changes.length === 0) return

    for (const one of changes) changed.set(one.ratingKey, one)
    if (changed.size > mostChanges) {
      changed.clear()
      nextAt = 0
    }
    bell.ring()
  }

  function restart(): void {
    server += 1
    readFrom = undefined
    nextAt = 0
    changed.clear()
    titleIndex?.clear()
    bell.ring()
  }

  async function run(signal: AbortSignal): Promise<void> {
    if (!titleIndex) return

    await clock.sleep(firstAfterMs, signal)
    while (!signal.aborted) {
      await attempt(titleIndex, signal)
      if (!signal.aborted) await bell.wait(Math.max(gatheringMs, nextAt - clock.now()), signal)
      // What rang may have more to tell.
      if (!signal.aborted && changed.size > 0) await clock.sleep(gatheringMs, signal)
    }
  }

  /** The server may be away, and nothing that is wrong with titles may stop the guard: what is known stays. */
  async function attempt(index: TitleIndex, signal: AbortSignal): Promise<void> {
    try {
      if (clock.now() >= nextAt) await readAll(index, signal)
      await takeChanges(index)
    } catch (error) {
      if (error instanceof OtpError) log.warn('titles could not be read', { error })
      else log.error('titles could not be read', { error })
      nextAt = clock.now() + afterFailureMs
    }
  }

  async function readAll(index: TitleIndex, signal: AbortSignal): Promise<void> {
    const startedAt = clock.now()
    const before = server
    round += 1
    nextAt = startedAt + againAfterMs
    const machine = await facts.machineIdentifier()
    const hidden = await hiddenLibraries(machine)
    const libraries = (await plexServer.libraries()).filter(({ key }) => !hidden.has(key))

    for (const library of libraries) {
      for (const type of typesIn[library.type] ?? []) {
        await readLibrary(index, { library, type, before }, signal)
        if (signal.aborted || before !== server) return
      }
    }
    index.sweep(round)
    readFrom = machine
    log.info('titles read', { titles: index.size(), tookMs: clock.now() - startedAt })
  }

  async function readLibrary(
    index: TitleIndex,
    { library, type, before }: { library: Library; type: MediaType; before: number },
    signal: AbortSignal,
  ): Promise<void> {
    let lastFirst: string | undefined
    for (let start: number | undefined = 0; start !== undefined; ) {
      const { listed, next } = await plexServer.listing({ libraryKey: library.key, type, start })
      const first = listed[0]?.item.ratingKey
      if (signal.aborted || before !== server || (first !== undefined && first === lastFirst)) return

      index.put(listed, round)
      lastFirst = first
      start = next
      await clock.sleep(betweenPagesMs, signal)
      if (signal.aborted) return
    }
  }

  async function takeChanges(index: TitleIndex): Promise<void> {
    if (changed.size === 0) return

    const taken = [...changed.values()]
    const before = server
    changed.clear()
    index.remove(new Set(taken.filter((one) => one.removed).map((one) => one.ratingKey)))

    const keys = taken.filter((one) => !one.removed).map((one) => one.ratingKey)
    const found = await plexServer.listed(keys).catch((error: unknown) => {
      for (const one of taken) if (!changed.has(one.ratingKey)) changed.set(one.ratingKey, one)
      throw error
    })
    if (before !== server) return

    const kept = found.filter(({ item }) => isAssignable(item))
    index.put(kept, round)
    const there = new Set(kept.map(({ item }) => item.ratingKey))
    index.remove(new Set(keys.filter((key) => !there.has(key))))
  }

  async function find(text: string, limit: number): Promise<MediaItem[] | undefined> {
    const machine = await readyFor()
    if (!titleIndex || machine === undefined) return undefined
    return titleIndex.find(readTitleQuery(text), { limit, hidden: await hiddenLibraries(machine) })
  }

  async function newest(limit: number): Promise<MediaItem[]> {
    const machine = await readyFor()
    if (!titleIndex || machine === undefined) return []
    return titleIndex.newest({ limit, hidden: await hiddenLibraries(machine) })
  }

  /** The server whose titles are all there, unless another one has been found at its address since. */
  async function readyFor(): Promise<string | undefined> {
    if (readFrom !== undefined && readFrom !== (await facts.known())) restart()
    return readFrom
  }

  /** Copies that were made for a guest are nobody else's. */
  async function hiddenLibraries(machine: string): Promise<ReadonlySet<string>> {
    const made = await privateLibrariesOn(store, machine)
    return new Set(made.flatMap(({ libraryKey }) => libraryKey ?? []))
  }
}
