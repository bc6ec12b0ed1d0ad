import { describe, expect, test } from 'vitest'
import { stageServer } from './plex-stage.js'

const all = '/status/sessions/history/all'
const minute = 60_000

describe('the history of the simulated server', () => {
  test('has a row as soon as somebody has passed nine tenths, and one for each play', async () => {
    const { world, read, film, clock } = await stageServer()
    const player = world.play('quill', film.ratingKey)
    player.seek(81 * minute - 1)
    expect((await read(all)).size).toBe(0)
    await clock.advance(20_000)

    expect(await read(all)).toMatchObject({
      size: 1,
      Metadata: [
        {
          ratingKey: film.ratingKey,
          key: `/library/metadata/${film.ratingKey}`,
          title: film.title,
          type: 'movie',
          librarySectionID: '3',
          accountID: 1,
          viewedAt: Math.floor(clock.now() / 1000) - 10,
        },
      ],
    })
    player.stop()
    expect((await read(all)).size).toBe(1)
    world.play('quill', film.ratingKey, { offsetMs: 85 * minute }).stop()
    expect((await read(all)).size).toBe(2)
  })

  test('of another version of the server is written at the stop', async () => {
    const { world, read, film, show } = await stageServer()
    world.server.historyAt = 'stop'
    const player = world.play('quill', film.ratingKey)
    player.seek(89 * minute)
    expect((await read(all)).size).toBe(0)
    player.playNext(show.episodes[0]?.ratingKey ?? '')
    expect((await read(all)).Metadata).toMatchObject([{ ratingKey: film.ratingKey }])
    player.stop()
    expect((await read(all)).size).toBe(1)
  })

  test('learns of a killed player when its entry is gone, and nothing at a restart', async () => {
    const { world, read, film, clock } = await stageServer()
    world.server.historyAt = 'stop'
    const player = world.play('quill', film.ratingKey)
    player.seek(89 * minute)
    player.vanish()
    await clock.advance(179_999)
    expect((await read(all)).size).toBe(0)
    await clock.advance(1)
    expect((await read(all)).size).toBe(1)

    world.play('quill', film.ratingKey, { offsetMs: 89 * minute })
    world.restart()
    expect((await read(all)).size).toBe(1)
  })

  test('is filtered by account, item and time, sorted and cut into pages', async () => {
    const { world, titles, read, film, show } = await stageServer()
    const { plexId } = world.addAccount('pat.otter')
    const [first, second] = show.episodes.map((one) => one.ratingKey)
    world.watched('quill', film.ratingKey, 10_000)
    world.watched('pat.otter', first ?? '', 30_000)
    world.watched('pat.otter', second ?? '', 20_000)

    expect(await titles(all)).toEqual([film.title, 'Episode 2', 'Episode 1'])
    expect(await titles(`${all}?sort=viewedAt:desc`)).toEqual(['Episode 1', 'Episode 2', film.title])
    expect(await titles(`${all}?accountID=1`)).toEqual([film.title])
    expect(await titles(`${all}?accountID=${plexId}&viewedAt%3E=30`)).toEqual(['Episode 1'])
    expect(await titles(`${all}?viewedAt>=20`)).toEqual(['Episode 2', 'Episode 1'])
    expect(await titles(`${all}?metadataItemID=${first}`)).toEqual(['Episode 1'])
    expect(await titles(`${all}?metadataItemID=${show.show.ratingKey}`)).toHaveLength(2)
    const headers = { 'X-Plex-Container-Start': '1', 'X-Plex-Container-Size': '1' }
    expect(await read(all, { headers })).toMatchObject({ size: 1, totalSize: 3, offset: 1 })
  })

  test('shows everybody else their own rows only', async () => {
    const { world, titles, film, show } = await stageServer()
    world.addAccount('pat.otter')
    world.watched('quill', film.ratingKey, 10_000)
    world.watched('pat.otter', show.episodes[0]?.ratingKey ?? '', 20_000)

    expect(await titles(all, { token: 'token-of-pat.otter' })).toEqual(['Episode 1'])
  })

  test('outlives the item, which has no key any more', async () => {
    const { world, read, film } = await stageServer()
    world.watched('quill', film.ratingKey, 10_000)
    world.remove(film.ratingKey)

    const [row] = (await read(all)).Metadata ?? []
    expect(row).toMatchObject({ title: film.title, viewedAt: 10 })
    expect(row).not.toHaveProperty('ratingKey')
    expect(row).not.toHaveProperty('key')
  })

  test('takes a row from somebody outside', async () => {
    const { control, read, film } = await stageServer()

    await control('watched', { user: 'quill', ratingKey: film.ratingKey, at: 5_000 })
    expect((await read(all)).Metadata).toMatchObject([{ viewedAt: 5 }])
    expect(await control('watched', { user: 'nobody', ratingKey: film.ratingKey })).toMatchObject({
      reason: expect.stringContaining('nobody'),
    })
  })
})
