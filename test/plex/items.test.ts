import { describe, expect, test } from 'vitest'
import { createHistory } from '../../src/plex/history.js'
import { createItems } from '../../src/plex/items.js'
import { createLibraries } from '../../src/plex/libraries.js'
import { anOddServer } from './odd-server.js'
import { stagePlex } from './stage.js'

const minute = 60_000

describe('an item', () => {
  test('tells where its final credits begin', async () => {
    const { plexServer, world, arrival } = await stagePlex()
    const film = world.addMovie({ title: 'Credited', creditsAtMs: 90 * minute })

    expect((await plexServer.item(film.ratingKey))?.creditsAtMs).toBe(90 * minute)
    expect(await plexServer.item(arrival.ratingKey)).not.toHaveProperty('creditsAtMs')
  })
})

describe('the items of a library', () => {
  test('come page by page, asked for in headers', async () => {
    const { plexServer, world, server } = await stagePlex()
    for (let count = 0; count < 450; count += 1) world.addMovie({ title: `Film ${count}` })

    const found = await plexServer.itemsIn('3', 'movie')
    expect(new Set(found.map((one) => one.ratingKey)).size).toBe(452)
    const pages = server.journal.filter((one) => one.path === '/library/sections/3/all')
    expect(pages.map((one) => [one.query, one.headers['x-plex-container-start']])).toEqual([
      [{ type: '1' }, '0'],
      [{ type: '1' }, '200'],
      [{ type: '1' }, '400'],
    ])
  })

  test('come all at once from a server that knows no pages', async () => {
    const { plexServer, world, server } = await stagePlex()
    for (let count = 0; count < 450; count += 1) world.addMovie({ title: `Film ${count}` })
    world.server.ignoresPaging = true

    expect(await plexServer.itemsIn('3', 'movie')).toHaveLength(452)
    expect(server.journal.filter((one) => one.path === '/library/sections/3/all')).toHaveLength(1)
  })

  test.each([
    ['without numbers', {}],
    ['with a total that is never reached', { totalSize: 5_000 }],
    ['with its true place', { totalSize: 5_000, offset: 0 }],
  ])('end at a server that sends the same full page for ever, %s', async (_what, about) => {
    const Metadata = Array.from({ length: 200 }, (_, at) => ({ ratingKey: at, type: 'movie' }))
    const { items, asked } = oddItems({ 'GET /library/sections/3/all': [{ ...about, Metadata }] })

    expect(await items.itemsIn('3', 'movie')).toHaveLength(200)
    expect(asked.length).toBeLessThanOrEqual(2)
  })

  test('go on after pages that are smaller than asked for', async () => {
    const page = (offset: number) => ({
      totalSize: 3,
      offset,
      Metadata: [{ ratingKey: offset, type: 'movie' }],
    })
    const { items } = oddItems({ 'GET /library/sections/3/all': [page(0), page(1), page(2)] })

    expect((await items.itemsIn('3', 'movie')).map((one) => one.ratingKey)).toEqual(['0', '1', '2'])
  })

  test('are the seasons or episodes of a show library when those are asked for', async () => {
    const { plexServer } = await stagePlex()

    expect((await plexServer.itemsIn('4', 'season')).map((one) => one.title)).toEqual([
      'Season 1',
      'Season 2',
    ])
    expect(await plexServer.itemsIn('4', 'episode')).toHaveLength(5)
    expect(await plexServer.itemsIn('4', 'live')).toEqual([])
  })

  test('a library that is gone is not an empty one', async () => {
    const { plexServer } = await stagePlex()

    await expect(plexServer.itemsIn('99', 'movie')).rejects.toMatchObject({ code: 'plex_refused' })
  })
})

describe('items with a guid', () => {
  test('are found in every library of their kind', async () => {
    const { plexServer, world, arrival, harbour } = await stagePlex()
    const more = world.addLibrary({ title: 'Films in 4K', type: 'movie' })
    const copy = world.copyOf(arrival.ratingKey, more.key)
    const episode = harbour.episodes[2]

    const found = await plexServer.withGuid(arrival.guid, 'movie')
    expect(found.map((one) => [one.ratingKey, one.libraryKey])).toEqual([
      [arrival.ratingKey, '3'],
      [copy.ratingKey, more.key],
    ])
    expect(await plexServer.withGuid(episode?.guid ?? '', 'episode')).toMatchObject([
      { ratingKey: episode?.ratingKey },
    ])
    expect(await plexServer.withGuid('plex://movie/elsewhere', 'movie')).toEqual([])
  })

  test('are picked out of all from a server that does not know the filter', async () => {
    const film = (ratingKey: string, guid: string) => ({ ratingKey, guid, type: 'movie' })
    const { items } = oddItems({
      'GET /library/sections': [{ Directory: [{ key: '3', type: 'movie' }] }],
      'GET /library/sections/3/all': [
        { Metadata: [film('1', 'plex://movie/a'), film('2', 'plex://movie/b')] },
      ],
    })

    expect((await items.withGuid('plex://movie/b', 'movie')).map((one) => one.ratingKey)).toEqual(['2'])
  })

  test('an item that was never matched has no others', async () => {
    const { plexServer, server } = await stagePlex()

    expect(await plexServer.withGuid('', 'movie')).toEqual([])
    expect(server.journal).toEqual([])
  })
})

describe('the files', () => {
  test('of a film are the parts of its first version', async () => {
    const { plexServer, world, arrival } = await stagePlex()
    const parts = [
      { path: '/media/films/one.mkv', size: 10 },
      { path: '/media/films/two.mkv', size: 20 },
    ]
    world.setFiles(arrival.ratingKey, [parts, '/media/films/small.mkv'])

    expect(await plexServer.files(arrival.ratingKey)).toMatchObject([
      { item: { ratingKey: arrival.ratingKey }, path: '/media/films/one.mkv', sizeBytes: 10 },
      { item: { ratingKey: arrival.ratingKey }, path: '/media/films/two.mkv', sizeBytes: 20 },
    ])
  })

  test('of a show are those of every episode, read in one go', async () => {
    const { plexServer, harbour, server } = await stagePlex()

    const found = await plexServer.files(harbour.show.ratingKey)
    expect(found.map((one) => [one.item.season, one.item.episode])).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
      [2, 1],
      [2, 2],
    ])
    expect(found[3]?.path).toBe(
      '/media/series/Tin Harbour (2030)/Season 02/Tin Harbour - s02e01 - Episode 1.mkv',
    )
    expect(server.journal.at(-1)?.path).toBe(
      `/library/metadata/${harbour.episodes.map((one) => one.ratingKey).join(',')}`,
    )
  })

  test('of a long show come in batches', async () => {
    const { plexServer, world, server } = await stagePlex()
    const { show } = world.addShow({ title: 'Endless', seasons: [120] })

    expect(await plexServer.files(show.ratingKey)).toHaveLength(120)
    expect(server.journal.filter((one) => one.path.includes(','))).toHaveLength(3)
  })

  test('of a season are those of its episodes', async () => {
    const { plexServer, harbour } = await stagePlex()

    expect(await plexServer.files(harbour.seasons[1]?.ratingKey ?? '')).toHaveLength(2)
  })

  test('of something that is gone are refused with a sentence', async () => {
    const { plexServer } = await stagePlex()

    await expect(plexServer.files('999999')).rejects.toMatchObject({ code: 'media_not_found' })
  })
})

describe('the history', () => {
  test('tells what one account has watched since then, the newest first', async () => {
    const { plexServer, world, clock, arrival, other, friend } = await stagePlex()
    const now = clock.now()
    world.watched('mo.heron', arrival.ratingKey, now - 90 * minute)
    world.watched('mo.heron', other.ratingKey, now - 30 * minute)
    world.watched('mo.heron', arrival.ratingKey, now - 10 * minute)
    world.watched('quill', other.ratingKey, now - 5 * minute)

    const asked = { plexId: String(friend.plexId), sinceAt: now - 60 * minute }
    expect(await plexServer.history(asked)).toEqual([
      { ratingKey: arrival.ratingKey, viewedAt: now - 10 * minute },
      { ratingKey: other.ratingKey, viewedAt: now - 30 * minute },
    ])
  })

  test('asks for the account and the time by the names that Plex knows', async () => {
    const { plexServer, server } = await stagePlex()

    await plexServer.history({ plexId: '40112233', sinceAt: 1_930_203_000_400 })
    expect(server.journal.at(-1)?.query).toEqual({
      accountID: '40112233',
      'viewedAt>': '1930203001',
      sort: 'viewedAt:desc',
    })
  })

  test('has pages', async () => {
    const { plexServer, world, clock, arrival, friend, server } = await stagePlex()
    for (let count = 0; count < 250; count += 1) world.watched('mo.heron', arrival.ratingKey, clock.now())

    const found = await plexServer.history({ plexId: String(friend.plexId), sinceAt: 0 })
    expect(found).toHaveLength(250)
    expect(server.journal).toHaveLength(2)
  })

  test('of a server that knows no filter holds only what was asked for, and ends there', async () => {
    const row = (ratingKey: string | undefined, viewedAt: number, accountID: number) => ({
      ratingKey,
      viewedAt,
      accountID,
      type: 'movie',
    })
    const mine = [row('1', 500, 42), row('2', 400, 1), row(undefined, 350, 42), row('3', 300, 42)]
    const { http, asked } = anOddServer({
      'GET /status/sessions/history/all': [
        { totalSize: 9_000, offset: 0, Metadata: [...mine, row('4', 299, 42)] },
      ],
    })

    const found = await createHistory(http).history({ plexId: '42', sinceAt: 300_000 })
    expect(found).toEqual([
      { ratingKey: '1', viewedAt: 500_000 },
      { ratingKey: '3', viewedAt: 300_000 },
    ])
    expect(asked).toHaveLength(1)
  })
})

function oddItems(answers: Parameters<typeof anOddServer>[0]) {
  const { http, asked } = anOddServer(answers)
  return { asked, items: createItems(http, createLibraries(http)) }
}
