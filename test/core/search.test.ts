import { describe, expect, it } from 'vitest'
import { readTitleQuery } from '../../src/core/finding/title-query.js'
import type { Assignment, Invitation, MediaItem, PrivateLibrary } from '../../src/core/model.js'
import { createSearch } from '../../src/core/search.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { createTitleIndex } from '../../src/titles/title-index.js'
import {
  aMovie,
  anAssignment,
  anEpisode,
  anotherMovie,
  aSeason,
  aShow,
  theServer,
} from '../support/builders.js'
import { createTestClock } from '../support/clock.js'
import { createFakePlex } from '../support/fake-plex.js'

/** A search on a server with these items, in the order in which it finds them. */
function aSearch(...items: MediaItem[]) {
  const plex = createFakePlex(createTestClock())
  plex.items.push(...items)
  const store = createMemoryStore()
  const facts = { machineIdentifier: async () => theServer, known: async () => theServer }
  const catalogue = { find: async () => undefined, newest: async () => [] }
  return { plex, store, ...createSearch({ plexServer: plex.server, store, facts, catalogue }) }
}

/** The same, with a catalogue that has read these items. */
function withCatalogue(...items: MediaItem[]) {
  const plex = createFakePlex(createTestClock())
  plex.items.push(...items)
  const store = createMemoryStore()
  const facts = { machineIdentifier: async () => theServer, known: async () => theServer }
  const index = createTitleIndex()
  index.put(
    items.map((item) => ({ item })),
    1,
  )
  const hidden: ReadonlySet<string> = new Set()
  const catalogue = {
    find: async (text: string, limit: number) => index.find(readTitleQuery(text), { limit, hidden }),
    newest: async (limit: number) => index.newest({ limit, hidden }),
  }
  return { plex, store, ...createSearch({ plexServer: plex.server, store, facts, catalogue }) }
}

const arrivals = aMovie({ ratingKey: '103', guid: 'plex://movie/arrivals', title: 'Arrivals', year: 1999 })
const remake = aMovie({ ratingKey: '104', guid: 'plex://movie/remake', title: 'Arrival', year: 1996 })
const track = aMovie({ ratingKey: '105', guid: 'plex://track/1', title: 'Arrival', type: 'track' })
const threeHundred = aMovie({ ratingKey: '106', guid: 'plex://movie/300', title: '300', year: 2006 })

describe('searching', () => {
  it('puts what bears exactly that title first', async () => {
    const { search } = aSearch(arrivals, aMovie())

    expect(await search('arrival')).toEqual([aMovie(), arrivals])
  })

  it('leaves out what cannot be lent', async () => {
    expect(await aSearch(track, aMovie()).search('arrival')).toEqual([aMovie()])
  })

  it('gives as many as were wanted, the best of all that were found', async () => {
    expect(await aSearch(arrivals, aMovie()).search('arrival', 1)).toEqual([aMovie()])
  })

  it('never asks the server what the catalogue has', async () => {
    const { plex, search } = withCatalogue(aMovie(), anotherMovie())

    expect(await search('arival')).toEqual([aMovie()])
    expect(await search('no such thing', 25, { typing: true })).toEqual([])
    expect(plex.asked('search')).toBe(0)
  })

  it('asks the server once for what the catalogue does not have, unless somebody is still typing', async () => {
    const { plex, search } = withCatalogue(aMovie())
    plex.items.push(anotherMovie())

    expect(await search('padding', 25, { typing: true })).toEqual([])
    expect(await search('padding')).toEqual([anotherMovie()])
  })

  it('for nothing lists what was lent last, then what is new', async () => {
    const { store, search } = withCatalogue(aMovie(), anotherMovie())
    const lent = anAssignment({ id: 'a1', media: anotherMovie(), state: 'finished' })
    await store.commit([{ kind: 'assignment', id: 'a1', record: lent, unless: 'exists' }])

    expect(await search('')).toEqual([anotherMovie(), aMovie()])
  })

  it('for nothing asks nobody', async () => {
    const { plex, search } = aSearch(aMovie())
    plex.server.search = () => Promise.reject(new Error('The server was asked.'))

    expect(await search('   ')).toEqual([])
  })
})

describe('finding the one item', () => {
  it.each<[string, string, MediaItem]>([
    ['its rating key', 'rk:101', aMovie()],
    ['its rating key with blanks around it', ' rk:101 ', aMovie()],
    ['its bare rating key', '101', aMovie()],
    ['its title, in whatever case', 'aRRIVAL', aMovie()],
    ['its title, though others only contain it', 'Arrival', aMovie()],
    ['a part of its title', 'padding', anotherMovie()],
    ['a title that is a number', '300', threeHundred],
  ])('by %s', async (_, text, expected) => {
    const { findOne } = aSearch(arrivals, aMovie(), anotherMovie(), threeHundred)

    expect(await findOne(text)).toEqual(expected)
  })

  it.each([aShow(), anEpisode()])('finds $type as well as films', async (item) => {
    expect(await aSearch(item).findOne(`rk:${item.ratingKey}`)).toEqual(item)
  })

  it('asks back when a number is a rating key and a title', async () => {
    const { findOne } = aSearch(aMovie({ ratingKey: '300' }), threeHundred)

    await expect(findOne('300')).rejects.toMatchObject({
      code: 'ambiguous',
      message: expect.stringContaining('rk:300'),
      candidates: [
        { value: 'rk:300', label: 'Arrival (2016) (rk:300)' },
        { value: 'rk:106', label: '300 (2006) (rk:106)' },
      ],
    })
  })

  it('does not ask back when the number is rating key and title of the same item', async () => {
    const itself = aMovie({ ratingKey: '300', title: '300' })

    expect(await aSearch(itself).findOne('300')).toEqual(itself)
  })

  it('does not ask back when the year tells which of several it is', async () => {
    const { plex, findOne } = aSearch()
    plex.server.search = async () => [remake, aMovie()]

    expect(await findOne('arrival (2016)')).toEqual(aMovie())
    expect(await findOne('Arrival (1996)')).toEqual(remake)
  })

  it('asks back when several bear the title', async () => {
    await expect(aSearch(aMovie(), remake).findOne('arrival')).rejects.toMatchObject({
      code: 'ambiguous',
      candidates: [
        { value: 'rk:101', label: 'Arrival (2016) (rk:101)' },
        { value: 'rk:104', label: 'Arrival (1996) (rk:104)' },
      ],
    })
  })

  it('names five of many in its sentence, and lets 25 be picked', async () => {
    const many = Array.from({ length: 30 }, (_, n) =>
      aMovie({ ratingKey: `${n}`, guid: `g${n}`, title: `Saga ${n}` }),
    )

    await expect(aSearch(...many).findOne('saga')).rejects.toMatchObject({
      code: 'ambiguous',
      message: expect.stringMatching(/^(?!.*Saga 5).*Saga 4/),
      candidates: { length: 25 },
    })
  })

  it.each(['arival', 'arrivl'])('asks back about "%s", which is only near a title', async (typed) => {
    await expect(withCatalogue(aMovie()).findOne(typed)).rejects.toMatchObject({
      code: 'ambiguous',
      message: expect.stringContaining('Perhaps this is meant: Arrival (2016)'),
      candidates: [{ value: 'rk:101', name: 'Arrival (2016)' }],
    })
  })

  it('takes the show itself, not what is in it, when the words are only in the name of the show', async () => {
    const found = await withCatalogue(aShow(), aSeason(), anEpisode()).findOne(aShow().title.slice(0, 6))

    expect(found).toEqual(aShow())
  })

  it('asks the server for what the catalogue does not have yet', async () => {
    const search = withCatalogue(aMovie())
    search.plex.items.push(anotherMovie())

    expect(await search.findOne(anotherMovie().title)).toEqual(anotherMovie())
  })

  it('reads what the catalogue has found anew, since it may be gone', async () => {
    const search = withCatalogue(aMovie())
    search.plex.items.length = 0

    await expect(search.findOne('arrival')).rejects.toMatchObject({ code: 'media_not_found' })
  })

  it.each([
    ['a rating key that the server does not have', 'rk:999', /rating key 999/],
    ['a number that is neither', '999', /"999"/],
    ['words that are in no title', 'nothing like it', /"nothing like it"/],
  ])('says that there is none for %s', async (_, text, message) => {
    await expect(aSearch(aMovie()).findOne(text)).rejects.toMatchObject({
      code: 'media_not_found',
      message: expect.stringMatching(message),
    })
  })

  it.each(['track', 'album', 'artist', 'photo', 'live', 'collection', 'clip', 'other'] as const)(
    'refuses what is of the kind %s, and says what can be lent',
    async (type) => {
      await expect(aSearch(aMovie({ type })).findOne('rk:101')).rejects.toMatchObject({
        code: 'media_not_assignable',
        message: expect.stringMatching(new RegExp(`"${type}".*Films, episodes, seasons and shows can`)),
      })
    },
  )

  it('refuses an item whose library is not known, since it could not be shared', async () => {
    const { libraryKey: _, ...nowhere } = aMovie()

    await expect(aSearch(nowhere).findOne('rk:101')).rejects.toMatchObject({ code: 'media_not_assignable' })
    await expect(aSearch(nowhere).findOne('arrival')).rejects.toMatchObject({ code: 'media_not_assignable' })
  })
})

describe('a copy in a private library', () => {
  const copy = anEpisode({
    ratingKey: '712',
    libraryKey: '71',
    parentRatingKey: '710',
    grandparentRatingKey: '700',
  })
  const copiedShow = aShow({ ratingKey: '700', libraryKey: '71' })

  it('is not found by its title, and does not make the original ambiguous', async () => {
    const { search, findOne } = await lentPrivately()

    expect(await search('Half Loop')).toEqual([anEpisode()])
    expect(await findOne('Half Loop')).toEqual(anEpisode())
    expect(await findOne('Severance')).toEqual(aShow())
  })

  it.each(['rk:712', '712'])('named by its rating key (%s) is taken for its original', async (text) => {
    expect(await (await lentPrivately()).findOne(text)).toEqual(anEpisode())
  })

  it('of which the original is not known is refused in words', async () => {
    const { findOne } = await lentPrivately()

    for (const text of ['rk:700', '700']) {
      await expect(findOne(text)).rejects.toMatchObject({
        code: 'media_not_assignable',
        message: expect.stringMatching(/Severance.* for one guest.*Search for the title/),
      })
    }
  })

  it('of which the original is gone is refused, also when another copy has its place', async () => {
    const { plex, findOne } = await lentPrivately()
    const at = plex.items.findIndex((one) => one.ratingKey === '212')

    plex.items.splice(at, 1, anEpisode({ libraryKey: '71' }))
    await expect(findOne('rk:712')).rejects.toMatchObject({ code: 'media_not_assignable' })
    plex.items.splice(at, 1)
    await expect(findOne('rk:712')).rejects.toMatchObject({ code: 'media_not_assignable' })
  })

  it('whose rating key is the title of something else is no candidate', async () => {
    const film = aMovie({ ratingKey: '107', guid: 'plex://movie/700', title: '700' })
    const { plex, findOne } = await lentPrivately()
    plex.items.push(film)

    expect(await findOne('700')).toEqual(film)
  })

  it('of an invitation that is still to be sent is left out too', async () => {
    const { store, ...found } = aSearch(...shelves())
    const { guest: _, ...assignment } = aPrivateAssignment()
    const record: Invitation = {
      id: 'invitation-1',
      machineIdentifier: theServer,
      invitee: 'stranger',
      libraryKeys: [],
      purpose: { kind: 'assignment', assignment },
      state: 'asked',
      at: 0,
      by: 'discord:1',
    }
    await store.commit([{ kind: 'invitation', id: record.id, record, unless: 'exists' }])

    expect(await found.search('Half Loop')).toEqual([anEpisode()])
    expect(await found.findOne('rk:712')).toEqual(anEpisode())
  })

  it.each<[string, Partial<Assignment>]>([
    ['has been removed', { privateLibrary: aPrivateLibrary({ step: 'removed' }) }],
    ['was at another server', { machineIdentifier: 'server-two' }],
    ['belongs to the past', { state: 'revoked', access: 'taken' }],
  ])('no longer counts when its library %s', async (_, changed) => {
    const { findOne } = await lentPrivately(changed)

    expect(await findOne('rk:712')).toEqual(copy)
  })

  /** The original, and the copy with what Plex makes around it. */
  function shelves(): MediaItem[] {
    return [aShow(), aSeason(), anEpisode(), copiedShow, copy]
  }

  async function lentPrivately(changed: Partial<Assignment> = {}) {
    const found = aSearch(...shelves())
    const record = { ...aPrivateAssignment(), ...changed }
    await found.store.commit([{ kind: 'assignment', id: record.id, record, unless: 'exists' }])
    return found
  }

  function aPrivateAssignment(): Assignment {
    return anAssignment({ media: anEpisode(), fence: 'private', privateLibrary: aPrivateLibrary() })
  }

  function aPrivateLibrary(changed: Partial<PrivateLibrary> = {}): PrivateLibrary {
    return {
      folder: '/private/otp-7001-assignment-1',
      title: 'Severance S01E02 for guest',
      type: 'show',
      files: [],
      libraryKey: '71',
      copies: { '212': '712' },
      step: 'made',
      ...changed,
    }
  }
})
