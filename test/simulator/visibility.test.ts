import { describe, expect, test } from 'vitest'
import { letsThrough } from '../../src/simulator/plex/visibility.js'
import { stageServer } from './plex-stage.js'

const token = 'token-of-pat.otter'

describe('a filter', () => {
  test.each([
    ['', 'all'],
    ['label=Otp-4f2a', 'labelled'],
    ['label=otp-4F2A', 'labelled'],
    ['label=Attic%2COtp-4f2a', 'labelled'],
    ['label=Attic,Otp-4f2a', 'labelled'],
    ['label!=Otp-4f2a', 'rated bare'],
    ['contentRating=PG', 'rated'],
    ['contentRating!=PG', 'labelled bare'],
    ['label=Otp-4f2a&contentRating=PG', 'labelled rated'],
    ['label=Otp-4f2a|contentRating=PG', 'labelled rated'],
    ['contentRating=PG,R%7Clabel!=Attic', 'rated'],
    ['label=Attic', ''],
    ['studio=Lantern', ''],
  ])('%s lets through: %s', (filter, seen) => {
    const items = {
      labelled: { label: ['otp-4f2a'], contentRating: [] },
      rated: { label: [], contentRating: ['pg'] },
      bare: { label: [], contentRating: [] },
    }
    const through = Object.entries(items).filter(([, facts]) => letsThrough(filter, facts))
    expect(through.map(([name]) => name).join(' ')).toBe(seen === 'all' ? 'labelled rated bare' : seen)
  })
})

describe('a guest at the simulated server', () => {
  test('sees the libraries that are open to them, and nothing of the others', async () => {
    const { world, ask, titles, film, show } = await stageGuest()
    world.shareWith('pat.otter', ['Films'])

    expect(await titles('/library/sections', { token })).toEqual(['Films'])
    expect(await titles('/library/sections/3/all', { token })).toEqual([film.title, 'Other Tide'])
    for (const path of [
      '/library/sections/4/all',
      `/library/metadata/${show.show.ratingKey}`,
      `/library/metadata/${show.show.ratingKey}/children`,
      `/library/metadata/${show.show.ratingKey}/allLeaves`,
    ]) {
      expect([path, (await ask(path, { token })).status]).toEqual([path, 404])
    }
    expect(await titles('/hubs/search?query=t&limit=9', { token })).toEqual([film.title, 'Other Tide'])
  })

  test('with a label filter sees exactly the one film', async () => {
    const { world, ask, titles, film, other } = await stageGuest()
    world.shareWith('pat.otter', ['Films'])
    world.people.setSettings('pat.otter', { filterMovies: 'label=Otp-4f2a' })
    expect(world.seenBy('pat.otter')).toEqual([])
    world.label(film.ratingKey, 'Otp-4f2a')

    expect(world.seenBy('pat.otter')).toEqual([film.ratingKey])
    expect(await titles('/library/sections/3/all', { token })).toEqual([film.title])
    expect(await titles('/hubs/search?query=t&limit=9', { token })).toEqual([film.title])
    expect(await titles(`/library/metadata/${film.ratingKey},${other.ratingKey}`, { token })).toEqual([
      film.title,
    ])
    expect((await ask(`/library/metadata/${other.ratingKey}`, { token })).status).toBe(404)
  })

  test('with a label filter sees the whole of a show that has the label, and no single episode that has', async () => {
    const { world, titles, show } = await stageGuest()
    world.shareWith('pat.otter', ['Series'])
    world.people.setSettings('pat.otter', { filterTelevision: 'label=Otp-4f2a' })

    world.label(show.episodes[0]?.ratingKey ?? '', 'Otp-4f2a')
    world.label(show.seasons[0]?.ratingKey ?? '', 'Otp-4f2a')
    expect(world.seenBy('pat.otter')).toEqual([])
    world.label(show.show.ratingKey, 'Otp-4f2a')
    expect(world.seenBy('pat.otter')).toHaveLength(5)
    expect(await titles(`/library/metadata/${show.show.ratingKey}/allLeaves`, { token })).toHaveLength(3)
  })

  test('is restricted by the filter of that kind and by the one for all', async () => {
    const { world, film, show } = await stageGuest()
    world.shareWith('pat.otter', 'all')
    world.label(film.ratingKey, 'Otp-4f2a')

    world.people.setSettings('pat.otter', { filterMovies: 'label=Otp-4f2a' })
    expect(world.seenBy('pat.otter')).toContain(show.show.ratingKey)
    world.people.setSettings('pat.otter', { filterAll: 'label=Otp-4f2a' })
    expect(world.seenBy('pat.otter')).toEqual([film.ratingKey])
  })

  test('is restricted only while the owner has the feature for it', async () => {
    const { world } = await stageGuest()
    world.shareWith('pat.otter', ['Films'])
    world.people.setSettings('pat.otter', { filterMovies: 'label=Otp-4f2a' })
    expect(world.seenBy('pat.otter')).toEqual([])

    world.server.features = ['pass', 'session_kick']
    expect(world.seenBy('pat.otter')).toHaveLength(2)
  })

  test('sees what was granted by itself and what is in it, without any library', async () => {
    const { world, ask, titles, show } = await stageGuest()
    const season = show.seasons[0]?.ratingKey ?? ''
    world.people.grants.give(world.people.account('pat.otter'), [season])

    expect(world.seenBy('pat.otter')).toHaveLength(4)
    expect(await titles(`/library/metadata/${season}/children`, { token })).toHaveLength(3)
    expect(await titles('/library/sections', { token })).toEqual([])
    expect((await ask(`/library/metadata/${show.show.ratingKey}`, { token })).status).toBe(404)
  })

  test('plays what they may not see only when a test insists', async () => {
    const { world, film, other } = await stageGuest()
    world.shareWith('pat.otter', ['Films'])
    world.people.setSettings('pat.otter', { filterMovies: 'label=Otp-4f2a' })
    world.label(film.ratingKey, 'Otp-4f2a')

    const player = world.play('pat.otter', film.ratingKey)
    expect(() => player.playNext(other.ratingKey)).toThrow('403')
    expect(() => world.play('pat.otter', other.ratingKey)).toThrow('403')
    expect(world.play('pat.otter', other.ratingKey, { anyway: true }).running()).toBe(true)
  })

  test('never changes or reads what is the owner’s', async () => {
    const { world, ask } = await stageGuest()
    world.shareWith('pat.otter', ['Films'])

    for (const [method, path] of [
      ['GET', '/'],
      ['POST', '/library/sections'],
      ['DELETE', '/library/sections/3'],
      ['GET', '/library/sections/3/refresh'],
    ] as const) {
      expect([path, (await ask(path, { method, token })).status]).toEqual([path, 403])
    }
  })
})

async function stageGuest() {
  const stage = await stageServer()
  stage.world.addAccount('pat.otter')
  return { ...stage, other: stage.world.addMovie({ title: 'Other Tide' }) }
}
