import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { stageServer } from './plex-stage.js'

const films = { type: 'movie', agent: 'tv.plex.agents.movie', scanner: 'Plex Movie' }
const series = { type: 'show', agent: 'tv.plex.agents.series', scanner: 'Plex TV Series' }

describe('a library of the simulated server', () => {
  test('is made on a real folder and listed with all that it has', async () => {
    const { create, read, world, folder } = await stageShelf()
    const answer = await create({ name: 'Lent', ...films, language: 'nl-NL', location: folder })

    expect(answer.status).toBe(201)
    expect(await answer.text()).toMatch(/<Directory key="5" .*title="Lent"/)
    const row = (await read('/library/sections')).Directory?.at(-1)
    expect(row).toMatchObject({
      key: '5',
      title: 'Lent',
      type: 'movie',
      agent: films.agent,
      scanner: films.scanner,
      language: 'nl-NL',
      refreshing: false,
      Location: [{ path: folder }],
    })
    expect(row?.uuid).toBe(world.catalogue.library('5')?.uuid)
  })

  test('can be answered with 200 and without a body, and asked for by number', async () => {
    const { create, world, folder } = await stageShelf()
    Object.assign(world.server, { createdStatus: 200, createdBody: 'empty', sectionSyncMs: 30_000 })
    const answer = await create({ name: 'Lent', ...series, type: '2', locations: folder }, '/all')

    expect([answer.status, await answer.text()]).toEqual([200, ''])
    expect(world.catalogue.library('5')).toMatchObject({
      type: 'show',
      syncedAt: world.clock.now() + 30_000,
    })
  })

  test.each([
    ['no name', { name: '' }],
    ['another type', { type: 'movies' }],
    ['an unknown agent', { agent: 'tv.plex.agents.films' }],
    ['a scanner of another kind', { scanner: 'Plex Music' }],
    ['a folder that is not there', { location: '/nowhere/at/all' }],
  ])('is refused with %s', async (_what, wrong) => {
    const { create, world, folder } = await stageShelf()
    const before = world.catalogue.libraries.length

    expect((await create({ name: 'Lent', ...films, location: folder, ...wrong })).status).toBe(400)
    expect(world.catalogue.libraries).toHaveLength(before)
  })

  test('goes with its items and never with its files; its successor is another one', async () => {
    const { create, ask, world, folder, file, scan } = await stageShelf()
    await file('Salt & Lanterns (2030)/Salt & Lanterns (2030).mkv')
    await create({ name: 'Lent', ...films, location: folder })
    const first = world.catalogue.library('5')
    await scan('5')
    const [item] = world.catalogue.itemsIn('5', 'movie')

    expect((await ask('/library/sections/5', { method: 'DELETE' })).status).toBe(200)
    expect((await ask('/library/sections/5', { method: 'DELETE' })).status).toBe(404)
    expect(world.catalogue.item(item?.ratingKey ?? '')).toBeUndefined()
    await create({ name: 'Lent', ...films, location: folder })
    await scan('6')
    expect(world.catalogue.itemsIn('6', 'movie')).toHaveLength(1)
    expect(world.catalogue.library('6')?.uuid).not.toBe(first?.uuid)
    expect(world.catalogue.library('6')?.sectionId).not.toBe(first?.sectionId)
  })
})

describe('a scan', () => {
  test('finds a film and knows it from another library', async () => {
    const { made, file, scan, world, film, folder } = await stageShelf()
    film.year = 2030
    film.creditsAtMs = 80 * 60_000
    await file('Salt  Lanterns (2030)/Salt  Lanterns (2030).mkv', 'four')
    await made(films)
    await scan('5')

    const path = join(folder, 'Salt  Lanterns (2030)/Salt  Lanterns (2030).mkv')
    const [found] = world.catalogue.itemsIn('5', 'movie')
    expect(found).toMatchObject({
      guid: film.guid,
      title: film.title,
      durationMs: film.durationMs,
      creditsAtMs: film.creditsAtMs,
      versions: [[{ path, size: 4 }]],
    })
    expect(found?.ratingKey).not.toBe(film.ratingKey)
  })

  test('takes another year for another film, and what it does not know for its own', async () => {
    const { made, file, scan, world, film } = await stageShelf()
    film.year = 2030
    await file('Salt & Lanterns (1999)/Salt & Lanterns (1999).mkv')
    await made(films)
    await scan('5')

    const [found] = world.catalogue.itemsIn('5', 'movie')
    expect(found).toMatchObject({ title: 'Salt & Lanterns', year: 1999, guid: `local://${found?.ratingKey}` })
    expect(found).not.toHaveProperty('durationMs')
  })

  test('knows nothing from elsewhere where no agent may match', async () => {
    const { made, file, scan, world, film } = await stageShelf()
    await file(`${film.title}.mkv`)
    await made({ type: 'movie', agent: 'com.plexapp.agents.none', scanner: 'Plex Video Files Scanner' })
    await scan('5')

    expect(world.catalogue.itemsIn('5', 'movie')).toMatchObject([
      { title: film.title, guid: expect.stringMatching(/^local:/) },
    ])
  })

  test('finds the episodes of a show by their numbers', async () => {
    const { made, file, scan, titles, world, show } = await stageShelf()
    show.show.year = 2030
    await file('Tin Harbour (2030)/Season 01/Tin Harbour - s01e02 - Episode 2.mkv')
    await file('Tin Harbour (2030)/Season 01/Tin Harbour - s01e09 - The Gale.mp4')
    await made(series)
    await scan('5')

    const [found] = world.catalogue.itemsIn('5', 'show')
    expect(found?.guid).toBe(show.show.guid)
    expect(world.catalogue.itemsIn('5', 'season')).toMatchObject([
      { guid: show.seasons[0]?.guid, index: 1, parentRatingKey: found?.ratingKey },
    ])
    expect(world.catalogue.itemsIn('5', 'episode')).toMatchObject([
      { guid: show.episodes[1]?.guid, index: 2, grandparentRatingKey: found?.ratingKey },
      { guid: expect.stringMatching(/^local:/), index: 9, title: 'The Gale' },
    ])
    expect(await titles(`/library/metadata/${found?.ratingKey}/allLeaves`)).toEqual(['Episode 2', 'The Gale'])
  })

  test('keeps what it found before, and puts versions and parts of a film together', async () => {
    const { made, file, scan, world } = await stageShelf()
    await file('Gale (2029)/Gale (2029) - pt1.mkv')
    await made(films)
    await scan('5')
    const [first] = world.catalogue.itemsIn('5', 'movie')
    await file('Gale (2029)/Gale (2029) - pt2.mkv')
    await file('Gale (2029)/Gale (2029) - 4K.mkv')
    await file('Gale (2029)/poster.jpg')
    await scan('5')

    expect(world.catalogue.itemsIn('5', 'movie')).toEqual([first])
    expect(first?.versions.map((parts) => parts.length).sort()).toEqual([1, 2])
  })

  test('takes away what is gone, with the season and the show that are empty then', async () => {
    const { made, file, scan, world, folder } = await stageShelf()
    const one = 'Tin Harbour/Season 01/Tin Harbour - s01e01.mkv'
    const two = 'Tin Harbour/Season 02/Tin Harbour - s02e01.mkv'
    await file(one)
    await file(two)
    await made(series)
    await scan('5')
    await rm(join(folder, two))
    await scan('5')

    const left = world.catalogue.items().filter((item) => item.libraryKey === '5')
    expect(left.map((item) => [item.type, item.index])).toEqual([
      ['show', undefined],
      ['season', 1],
      ['episode', 1],
    ])
    await rm(join(folder, one))
    await scan('5')
    expect(world.catalogue.items().filter((item) => item.libraryKey === '5')).toEqual([])
  })

  test('changes nothing where the folder itself is not there', async () => {
    const { scan, world, film } = await stageShelf()
    await scan('3')

    expect(world.catalogue.itemsIn('3', 'movie')).toEqual([film])
  })

  test('takes its time, says so meanwhile, and sees what came while it went on', async () => {
    const { made, file, scan, read, world, clock } = await stageShelf()
    world.server.scanMs = 4_000
    await made(films)
    await scan('5')
    await file('Late (2031)/Late (2031).mkv')

    expect((await read('/library/sections')).Directory?.at(-1)).toMatchObject({ refreshing: true })
    await clock.advance(3_999)
    expect(world.catalogue.itemsIn('5', 'movie')).toEqual([])
    await clock.advance(1)
    expect(world.catalogue.itemsIn('5', 'movie')).toMatchObject([{ title: 'Late', year: 2031 }])
    expect((await read('/library/sections')).Directory?.at(-1)).toMatchObject({ refreshing: false })
  })

  test('of a library that is not there is refused', async () => {
    const { ask } = await stageShelf()

    expect((await ask('/library/sections/99/refresh', { method: 'POST' })).status).toBe(404)
  })
})

async function stageShelf() {
  const stage = await stageServer()
  const folder = await mkdtemp(join(tmpdir(), 'otp-shelf-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))

  return { ...stage, folder, create, made, file, scan }

  function create(asked: Record<string, string>, below = '') {
    const query = new URLSearchParams(asked)
    return stage.ask(`/library/sections${below}?${query}`, { method: 'POST' })
  }

  async function made(kind: { type: string; agent: string; scanner: string }): Promise<void> {
    expect((await create({ name: 'Lent', ...kind, location: folder })).status).toBe(201)
  }

  async function file(name: string, text = ''): Promise<void> {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }

  async function scan(key: string): Promise<void> {
    expect((await stage.ask(`/library/sections/${key}/refresh`)).status).toBe(200)
  }
}
