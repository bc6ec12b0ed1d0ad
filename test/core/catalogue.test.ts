import { describe, expect, it, onTestFinished } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import { createCatalogue } from '../../src/core/finding/catalogue.js'
import type { MediaItem } from '../../src/core/model.js'
import { titleOf } from '../../src/core/titles.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { createTitleIndex } from '../../src/titles/title-index.js'
import {
  aLibrary,
  aMovie,
  anEpisode,
  aSeason,
  aShow,
  hour,
  minute,
  second,
  theServer,
} from '../support/builders.js'
import { createTestClock } from '../support/clock.js'
import { createFakePlex } from '../support/fake-plex.js'

const films = Array.from({ length: 5 }, (_, at) =>
  aMovie({ ratingKey: `9${at}`, guid: `g${at}`, title: `Film ${at}`, libraryKey: '1' }),
)

/** A catalogue that reads a server with a library of films and one of shows. */
function aCatalogue(...items: MediaItem[]) {
  const clock = createTestClock()
  const plex = createFakePlex(clock)
  plex.libraries.push(aLibrary({ key: '1', type: 'movie' }), aLibrary({ key: '2', type: 'show' }))
  plex.items.push(...items)
  const known = { machine: theServer }
  const facts = { machineIdentifier: async () => known.machine, known: async () => known.machine }
  const lines: string[] = []
  const note = (phrase: string) => lines.push(phrase)
  const log = { debug: note, info: note, warn: note, error: note }
  const titleIndex = createTitleIndex()
  const catalogue = createCatalogue({
    plexServer: plex.server,
    titleIndex,
    store: createMemoryStore(),
    facts,
    clock,
    log,
  })
  const stopping = new AbortController()
  const done = catalogue.run(stopping.signal)
  onTestFinished(async () => {
    stopping.abort()
    await done
  })
  return { plex, clock, catalogue, lines, known, find, pass }

  async function find(text: string): Promise<string[] | undefined> {
    return (await catalogue.find(text, 25))?.map(titleOf)
  }

  async function pass(ms: number, stepMs = 100): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) await clock.advance(stepMs)
  }
}

describe('the catalogue', () => {
  it('knows nothing until it has read everything', async () => {
    const { catalogue, find, pass } = aCatalogue(...films)

    expect(await find('film')).toBeUndefined()
    expect(await catalogue.newest(5)).toEqual([])
    await pass(second)
    expect(await find('film')).toBeUndefined()
    await pass(5 * second)
    expect(await find('film')).toHaveLength(5)
  })

  it('reads films, shows, seasons and episodes, page by page, and rests between pages', async () => {
    const { plex, clock, find, pass } = aCatalogue(
      ...films,
      aShow({ libraryKey: '2' }),
      aSeason({ libraryKey: '2' }),
      anEpisode({ libraryKey: '2' }),
    )
    const startedAt = clock.now()

    await pass(2 * second)
    expect(plex.asked('listing')).toBeLessThan(6)
    await pass(3 * second)

    expect(await find(aShow().title)).toHaveLength(3)
    expect(plex.asked('listing')).toBe(6)
    expect(clock.now() - startedAt).toBeGreaterThan(6 * 50)
  })

  it('takes in what the server announces, once for many announcements', async () => {
    const { plex, catalogue, find, pass } = aCatalogue(...films)
    await pass(6 * second)

    plex.items.splice(0, 1)
    plex.items.push(aMovie({ ratingKey: '77', title: 'Contact', libraryKey: '1' }))
    catalogue.note([{ ratingKey: '90', removed: true }])
    catalogue.note([{ ratingKey: '77', removed: false }])
    catalogue.note([{ ratingKey: '77', removed: false }])
    await pass(5 * second)

    expect(await find('contact')).toEqual(['Contact (2016)'])
    expect(await find('film')).toHaveLength(4)
    expect(plex.asked('listed')).toBe(1)
    expect(plex.asked('listing')).toBe(6)
  })

  it('forgets what was announced as changed and is not there any more', async () => {
    const { plex, catalogue, find, pass } = aCatalogue(...films)
    await pass(6 * second)

    plex.items.splice(0, 1)
    catalogue.note([{ ratingKey: '90', removed: false }])
    await pass(5 * second)

    expect(await find('film')).toHaveLength(4)
  })

  it('reads everything again after an hour, for what nobody announced', async () => {
    const { plex, find, pass } = aCatalogue(...films)
    await pass(6 * second)

    plex.items.splice(0, 2, aMovie({ ratingKey: '77', title: 'Contact', libraryKey: '1' }))
    await pass(hour, minute)
    await pass(5 * second)

    expect(await find('film')).toHaveLength(3)
    expect(await find('contact')).toHaveLength(1)
  })

  it('tries again after a minute when the server is away, and keeps what it knows', async () => {
    const { plex, lines, find, pass } = aCatalogue(...films)
    plex.fail('listing', new OtpError('plex_unreachable', 'It is away.'))

    await pass(6 * second)
    expect(await find('film')).toBeUndefined()
    expect(lines).toContain('titles could not be read')
    await pass(minute)
    expect(await find('film')).toHaveLength(5)

    plex.fail('listed', new OtpError('plex_unreachable', 'It is away.'), { times: 1 })
    await pass(5 * second)
    expect(await find('film')).toHaveLength(5)
  })

  it('shows nothing of another server that was there before', async () => {
    const { known, find, pass } = aCatalogue(...films)
    await pass(6 * second)

    known.machine = 'another-server'

    expect(await find('film')).toBeUndefined()
    await pass(6 * second)
    expect(await find('film')).toHaveLength(5)
  })

  it('starts anew when another server is chosen while it reads', async () => {
    const { plex, catalogue, find, pass } = aCatalogue(...films)
    await pass(2 * second + 100)

    plex.items.length = 0
    plex.items.push(aMovie({ ratingKey: '77', title: 'Contact', libraryKey: '1' }))
    catalogue.restart()
    await pass(6 * second)

    expect(await find('film')).toEqual([])
    expect(await find('contact')).toHaveLength(1)
  })
})
