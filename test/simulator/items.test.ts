import { describe, expect, test } from 'vitest'
import { stageServer } from './plex-stage.js'

describe('an item of the simulated server', () => {
  test('shows its files, one entry for each version', async () => {
    const { world, read } = await stageServer()
    const { ratingKey } = world.addMovie({
      title: 'Gale',
      year: 2029,
      files: [
        { path: '/disks/gale.mp4', size: 70 },
        [
          { path: '/disks/gale-1.mkv', size: 30 },
          { path: '/disks/gale-2.mkv', size: 40 },
        ],
      ],
    })

    expect((await read(`/library/metadata/${ratingKey}`)).Metadata).toMatchObject([
      {
        Media: [
          { container: 'mp4', Part: [{ file: '/disks/gale.mp4', size: 70 }] },
          { Part: [{ file: '/disks/gale-1.mkv', size: 30 }, { file: '/disks/gale-2.mkv' }] },
        ],
      },
    ])
  })

  test('has an invented file unless told, and a real one has its real size', async () => {
    const { world, show } = await stageServer()
    const film = world.addMovie({ title: 'Gale', year: 2029 })

    expect(film.versions).toMatchObject([[{ path: '/media/films/Gale (2029).mkv', size: 1_720_000_000 }]])
    expect(show.episodes[1]?.versions).toMatchObject([
      [{ path: '/media/series/Tin Harbour/Season 01/Tin Harbour - s01e02 - Episode 2.mkv' }],
    ])
    const [[real] = []] = world.setFiles(film.ratingKey, [import.meta.filename]).versions
    expect(real?.size).toBeGreaterThan(1000)
    expect(real?.size).toBeLessThan(100_000)
  })

  test('tells where the credits begin to those who ask, and what others call it', async () => {
    const { world, read } = await stageServer()
    const { ratingKey } = world.addMovie({ title: 'Gale', minutes: 90, creditsAtMs: 5_000_000 })

    const [bare] = (await read(`/library/metadata/${ratingKey}`)).Metadata ?? []
    expect(bare).not.toHaveProperty('Marker')
    expect(bare).toHaveProperty('Guid')
    const [full] = (await read(`/library/metadata/${ratingKey}?includeMarkers=1`)).Metadata ?? []
    expect(full).toMatchObject({
      Marker: [{ type: 'credits', startTimeOffset: 5_000_000, endTimeOffset: 5_400_000, final: true }],
    })
    const [row] = (await read('/library/sections/3/all')).Metadata ?? []
    expect(row).not.toHaveProperty('Guid')
    const [asked] = (await read('/library/sections/3/all?includeGuids=1')).Metadata ?? []
    expect(asked).toHaveProperty('Guid')
  })

  test('is on the page that both headers ask for', async () => {
    const { world, read } = await stageServer()
    for (let i = 0; i < 4; i += 1) world.addMovie({ title: `Tide ${i}` })
    const list = '/library/sections/3/all'
    const headers = { 'X-Plex-Container-Start': '2', 'X-Plex-Container-Size': '2' }

    expect(await read(list, { headers })).toMatchObject({
      size: 2,
      totalSize: 5,
      offset: 2,
      Metadata: [{ title: 'Tide 1' }, { title: 'Tide 2' }],
    })
    expect(await read(`${list}?X-Plex-Container-Start=2&X-Plex-Container-Size=2`)).toMatchObject({ size: 5 })
    expect(await read(list, { headers: { 'X-Plex-Container-Size': '2' } })).toMatchObject({ size: 5 })
    world.server.ignoresPaging = true
    expect(await read(list, { headers })).toMatchObject({ size: 5 })
  })

  test('that is a show is added again with all that is in it', async () => {
    const { world, show } = await stageServer()
    const again = world.readd(show.show.ratingKey)

    const episodes = world.catalogue.episodesOf(again.ratingKey)
    expect(episodes.map((one) => one.guid)).toEqual(show.episodes.map((one) => one.guid))
    expect(world.catalogue.childrenOf(again.ratingKey)).toHaveLength(1)
    expect(world.catalogue.item(show.episodes[0]?.ratingKey ?? '')).toBeUndefined()
  })

  test('can be added to a season later', async () => {
    const { world, show } = await stageServer()
    const season = show.seasons[0]?.ratingKey ?? ''

    expect(world.addEpisode(season)).toMatchObject({ index: 4, grandparentRatingKey: show.show.ratingKey })
    expect(world.catalogue.episodesOf(show.show.ratingKey)).toHaveLength(4)
  })
})

describe('what the simulated server can do', () => {
  test('follows from the Plex Pass unless it is listed', async () => {
    const { world, read, ask, film } = await stageServer()
    expect((await read('/')).ownerFeatures).toContain('content_filter')
    world.server.features = ['pass', 'content_filter']
    expect((await read('/')).ownerFeatures).toBe('pass,content_filter')

    const { id } = world.play('quill', film.ratingKey).session
    expect((await ask(`/status/sessions/terminate?sessionId=${id}`)).status).toBe(401)
  })

  test('is switched by somebody outside', async () => {
    const { control, plain } = await stageServer()

    expect(await control('server', { scanMs: 5, labelWrites: 'add' })).toMatchObject({ disaster: false })
    expect(await (await plain('/_sim/server')).json()).toMatchObject({ scanMs: 5, labelWrites: 'add' })
    expect(await control('server', { scanMs: 'soon' })).toMatchObject({
      reason: expect.stringContaining('scanMs'),
    })
  })

  test('somebody outside takes files away and adds them again', async () => {
    const { control, ask, film } = await stageServer()

    expect(await control('readd', { ratingKey: film.ratingKey })).toMatchObject({ guid: film.guid })
    expect((await ask(`/library/metadata/${film.ratingKey}`)).status).toBe(404)
    expect(await control('remove', { ratingKey: '6006' })).toEqual({})
    expect(await control('readd', { ratingKey: '404404' })).toMatchObject({
      reason: expect.stringContaining('404404'),
    })
  })
})
