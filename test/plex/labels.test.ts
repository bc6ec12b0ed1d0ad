import { describe, expect, test } from 'vitest'
import type { Labelling } from '../../src/core/ports.js'
import { createLabels } from '../../src/plex/labels.js'
import { createLibraries } from '../../src/plex/libraries.js'
import type { SimItem } from '../../src/simulator/plex/catalogue.js'
import { anOddServer } from './odd-server.js'
import { stagePlex } from './stage.js'

const label = 'Otp-40112233'

describe('adding a label', () => {
  test.each(['replace', 'add'] as const)('keeps the others where Plex would %s them', async (labelWrites) => {
    const { plexServer, world, arrival, server } = await stagePlex()
    world.server.labelWrites = labelWrites
    world.label(arrival.ratingKey, 'Kids, 4+ & more')
    world.label(arrival.ratingKey, 'Favourites')

    await plexServer.addLabel(on(arrival))
    expect(world.labelsOf(arrival.ratingKey)).toEqual(['Kids, 4+ & more', 'Favourites', label])
    expect(await plexServer.labels(arrival.ratingKey)).toEqual(['Kids, 4+ & more', 'Favourites', label])
    expect(edits(server).map((one) => one.query)).toEqual([
      {
        type: '1',
        id: arrival.ratingKey,
        'label[0].tag.tag': 'Kids, 4+ & more',
        'label[1].tag.tag': 'Favourites',
        'label[2].tag.tag': label,
        'label.locked': '1',
      },
    ])
  })

  test('on a show names its kind', async () => {
    const { plexServer, world, harbour, server } = await stagePlex()

    await plexServer.addLabel(on(harbour.show))
    expect(world.labelsOf(harbour.show.ratingKey)).toEqual([label])
    expect(edits(server)[0]).toMatchObject({ path: '/library/sections/4/all', query: { type: '2' } })
  })

  test('that is there already, in whatever case, changes nothing', async () => {
    const { plexServer, world, arrival, server } = await stagePlex()
    world.label(arrival.ratingKey, label.toUpperCase())

    await plexServer.addLabel(on(arrival))
    expect(world.labelsOf(arrival.ratingKey)).toEqual([label.toUpperCase()])
    expect(edits(server)).toEqual([])
  })

  test('two at the same time both stay', async () => {
    const { plexServer, world, arrival, other } = await stagePlex()

    const labels = ['Otp-1', 'Otp-2', 'Otp-3', 'Otp-4']
    await Promise.all([
      ...labels.map((one) => plexServer.addLabel(on(arrival, one))),
      plexServer.addLabel(on(other)),
    ])
    expect(world.labelsOf(arrival.ratingKey).sort()).toEqual(labels)
    expect(world.labelsOf(other.ratingKey)).toEqual([label])
  })

  test('one that is taken off at the same time does not come back', async () => {
    const { plexServer, world, arrival } = await stagePlex()
    world.label(arrival.ratingKey, 'Otp-1')

    await Promise.all([
      plexServer.removeLabel(on(arrival, 'Otp-1')),
      plexServer.addLabel(on(arrival, 'Otp-2')),
    ])
    expect(world.labelsOf(arrival.ratingKey)).toEqual(['Otp-2'])
  })

  test('on an item that is gone says so, before and while it is written', async () => {
    const { plexServer, world, arrival, server } = await stagePlex()
    server.faults.next({ match: 'PUT /library/sections', act: { kind: 'answer', status: 404 } })

    await expect(plexServer.addLabel(on(arrival))).rejects.toMatchObject({ code: 'media_not_found' })
    world.remove(arrival.ratingKey)
    await expect(plexServer.addLabel(on(arrival))).rejects.toMatchObject({ code: 'media_not_found' })
    expect(await plexServer.labels(arrival.ratingKey)).toBeUndefined()
  })

  test('that Plex refuses is told, and the next one gets its turn', async () => {
    const { plexServer, world, arrival, server } = await stagePlex()
    server.faults.next({ match: 'PUT /library/sections', act: { kind: 'answer', status: 400 } })

    await expect(plexServer.addLabel(on(arrival))).rejects.toMatchObject({ code: 'plex_refused' })
    await plexServer.addLabel(on(arrival))
    expect(world.labelsOf(arrival.ratingKey)).toEqual([label])
  })

  test.each(['otp-1', 'Otp,1', 'Otp|1', 'Otp&1', 'Otp 1', 'Otp=1', 'Otp!', 'Otp%2C', 'OTP', '', 'Ötp'])(
    '"%s" is none that OTP writes, and nothing is asked',
    async (wrong) => {
      const { plexServer, arrival, server } = await stagePlex()

      await expect(async () => plexServer.addLabel(on(arrival, wrong))).rejects.toThrow('no label that OTP')
      await expect(async () => plexServer.removeLabel(on(arrival, wrong))).rejects.toThrow(
        'no label that OTP',
      )
      expect(server.journal).toEqual([])
    },
  )

  test.each(['', '6001,6002'])('"%s" is not one item, and nothing is asked', async (ratingKey) => {
    const { plexServer, arrival, server } = await stagePlex()

    const asked = { ...on(arrival), ratingKey }
    await expect(async () => plexServer.addLabel(asked)).rejects.toThrow('no item')
    expect(server.journal).toEqual([])
  })
})

describe('taking a label off', () => {
  test('leaves the others', async () => {
    const { plexServer, world, arrival, server } = await stagePlex()
    for (const one of ['Favourites', label, 'Otp-4011223']) world.label(arrival.ratingKey, one)

    await plexServer.removeLabel(on(arrival))
    expect(world.labelsOf(arrival.ratingKey)).toEqual(['Favourites', 'Otp-4011223'])
    expect(edits(server).map((one) => one.query)).toEqual([
      { type: '1', id: arrival.ratingKey, 'label[].tag.tag-': label, 'label.locked': '1' },
    ])
  })

  test('is done where it is not there, or the item is gone before or meanwhile', async () => {
    const { plexServer, world, arrival, server } = await stagePlex()

    await plexServer.removeLabel(on(arrival))
    expect(edits(server)).toEqual([])
    world.label(arrival.ratingKey, label)
    server.faults.next({ match: 'PUT /library/sections', act: { kind: 'answer', status: 404 } })
    await plexServer.removeLabel(on(arrival))
    world.remove(arrival.ratingKey)
    await plexServer.removeLabel(on(arrival))
    expect(edits(server)).toHaveLength(1)
  })

  test('is not done when Plex cannot be asked', async () => {
    const { plexServer, world, arrival, server } = await stagePlex()
    world.label(arrival.ratingKey, label)
    server.faults.next({ match: 'GET /library/metadata', act: { kind: 'answer', status: 503 } })
    server.faults.next({ match: 'PUT /library/sections', act: { kind: 'answer', status: 503 } })

    await expect(plexServer.removeLabel(on(arrival))).rejects.toMatchObject({ code: 'plex_unreachable' })
    await expect(plexServer.removeLabel(on(arrival))).rejects.toMatchObject({ code: 'plex_unreachable' })
  })
})

describe('what has a label', () => {
  test('is found in every film and show library, by the beginning, in any case', async () => {
    const { plexServer, world, arrival, other, harbour } = await stagePlex()
    world.addLibrary({ title: 'Songs', type: 'artist' })
    const more = world.addLibrary({ title: 'More films', type: 'movie' })
    const copy = world.copyOf(other.ratingKey, more.key)
    world.label(arrival.ratingKey, label)
    world.label(arrival.ratingKey, 'Otp-2')
    world.label(arrival.ratingKey, 'Favourites')
    world.label(other.ratingKey, 'Optional')
    world.label(harbour.show.ratingKey, 'OTP-3')
    world.label(copy.ratingKey, label)

    const found = await plexServer.labelled('otp-')
    expect(found.map((one) => [one.label, one.item.ratingKey, one.item.type, one.item.libraryKey])).toEqual([
      [label, arrival.ratingKey, 'movie', '3'],
      ['Otp-2', arrival.ratingKey, 'movie', '3'],
      ['OTP-3', harbour.show.ratingKey, 'show', '4'],
      [label, copy.ratingKey, 'movie', more.key],
    ])
  })

  test.each([400, 404])('a library that answers %i is passed over', async (status) => {
    const { plexServer, world, arrival, harbour, server } = await stagePlex()
    world.label(arrival.ratingKey, label)
    world.label(harbour.show.ratingKey, label)
    server.faults.next({ match: 'GET /library/sections/3/label', act: { kind: 'answer', status } })

    const found = await plexServer.labelled('Otp-')
    expect(found.map((one) => one.item.ratingKey)).toEqual([harbour.show.ratingKey])
  })

  test('a failed reading is not "nothing"', async () => {
    const { plexServer, server } = await stagePlex()
    server.faults.next({ match: 'GET /library/sections/4/label', act: { kind: 'html' } })

    await expect(plexServer.labelled('Otp-')).rejects.toMatchObject({ code: 'plex_unreachable' })
  })

  test('a server that lists more than was asked for is not believed', async () => {
    const film = (ratingKey: string, more: object = {}) => ({ ratingKey, type: 'movie', ...more })
    const { http } = anOddServer({
      'GET /library/sections': [{ Directory: [{ key: '3', type: 'movie' }] }],
      'GET /library/sections/3/label': [{ Directory: [{ key: '77', title: 'Otp-1' }] }],
      'GET /library/sections/3/all': [{ Metadata: [film('1'), film('2')] }],
      'GET /library/metadata/1,2': [
        { Metadata: [film('1'), film('2', { Label: [{ tag: 'Otp-1' }, { tag: 'Kids' }] })] },
      ],
    })

    const found = await createLabels(http, createLibraries(http)).labelled('Otp-')
    expect(found.map((one) => [one.label, one.item.ratingKey])).toEqual([['Otp-1', '2']])
  })
})

function on({ ratingKey, type, libraryKey }: SimItem, wanted = label): Labelling {
  return { ratingKey, type: type === 'show' ? 'show' : 'movie', libraryKey, label: wanted }
}

function edits({ journal }: { journal: { method: string; path: string; query: Record<string, string> }[] }) {
  return journal.filter((one) => one.method === 'PUT')
}
