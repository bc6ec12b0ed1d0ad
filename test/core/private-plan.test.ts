import { describe, expect, it } from 'vitest'
import { pairCopies } from '../../src/core/access/private-copies.js'
import type { Recipient } from '../../src/core/access/private-holder.js'
import { itemsOf, libraryAround, libraryTitle, planFiles } from '../../src/core/access/private-plan.js'
import type { MediaFile, MediaItem } from '../../src/core/model.js'
import { aGuestRef, aLibrary, aMovie, anEpisode, aSeason, aShow } from '../support/builders.js'

const pathOf = (...names: readonly string[]) => names.map((one) => one.replaceAll('/', '_')).join('/')

function aFile(item: MediaItem, path = `/media/${item.ratingKey}.mkv`): MediaFile {
  return { item, path, sizeBytes: 10 }
}

const paths = (files: MediaFile[], show: MediaItem | 'unknown' = aShow()) =>
  planFiles(files, show === 'unknown' ? undefined : show, pathOf).map((one) => one.path)

describe('the names of the files', () => {
  it.each<[string, MediaFile[], string[]]>([
    ['a film', [aFile(aMovie(), 'D:\\films\\whatever.MP4')], ['Arrival (2016)/Arrival (2016).MP4']],
    [
      'a film in parts',
      [aFile(aMovie(), '/a/1.avi'), aFile(aMovie(), '/a/2.avi')],
      ['Arrival (2016)/Arrival (2016) - pt1.avi', 'Arrival (2016)/Arrival (2016) - pt2.avi'],
    ],
    [
      'a film with its year in the title, and a stroke',
      [aFile(aMovie({ title: 'Face/Off (1997)', year: 1997 }))],
      ['Face_Off (1997)/Face_Off (1997).mkv'],
    ],
    ['an episode', [aFile(anEpisode())], ['Severance (2022)/Season 01/Severance - s01e02 - Half Loop.mkv']],
    [
      'a special',
      [aFile(anEpisode({ season: 0, episode: 12 }))],
      ['Severance (2022)/Season 00/Severance - s00e12 - Half Loop.mkv'],
    ],
    [
      'two episodes in one file',
      [
        aFile(anEpisode({ ratingKey: '1', episode: 1 }), '/a.mkv'),
        aFile(anEpisode({ ratingKey: '2' }), '/a.mkv'),
      ],
      ['Severance (2022)/Season 01/Severance - s01e01-e02 - Half Loop.mkv'],
    ],
    [
      'episodes that Plex has no number for',
      [aFile(anEpisode()), aFile(withoutNumber('5')), aFile(withoutNumber('6'))],
      [
        'Severance (2022)/Season 01/Severance - s01e02 - Half Loop.mkv',
        'Severance (2022)/Season 01/Severance - s01e03 - Extra.mkv',
        'Severance (2022)/Season 01/Severance - s01e04 - Extra.mkv',
      ],
    ],
    [
      'two episodes of the same name',
      [aFile(anEpisode({ ratingKey: '1' })), aFile(anEpisode({ ratingKey: '2', title: 'HALF LOOP' }))],
      [
        'Severance (2022)/Season 01/Severance - s01e02 - Half Loop.mkv',
        'Severance (2022)/Season 01/Severance - s01e02 - HALF LOOP (2).mkv',
      ],
    ],
  ])('tell Plex that it is %s', (_what, files, expected) => {
    expect(paths(files)).toEqual(expected)
  })

  it('do without the year of a show that is not known', () => {
    expect(paths([aFile(anEpisode())], 'unknown')).toEqual([
      'Severance/Season 01/Severance - s01e02 - Half Loop.mkv',
    ])
  })

  it('are never longer than file systems take', () => {
    const long = '長い'.repeat(200)
    const [path = ''] = paths([aFile(anEpisode({ show: long, title: long }))], aShow({ title: long }))

    expect(path).toMatch(/ - s01e02 - .+\.mkv$/)
    for (const name of path.split('/')) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
  })

  function withoutNumber(ratingKey: string): MediaItem {
    const { episode: _, ...rest } = anEpisode({ ratingKey, title: 'Extra' })
    return rest
  }
})

describe('the title of a private library', () => {
  const titleFor = (media: MediaItem, more: { recipient?: Recipient; taken?: string[] } = {}) =>
    libraryTitle(
      { id: 'abcdefghijkl', media, recipient: more.recipient ?? aGuestRef({ username: 'robin' }) },
      (more.taken ?? []).map((title) => aLibrary({ title })),
    )

  it('says what it is and for whom', () => {
    expect(titleFor(aMovie())).toBe('Arrival (2016) for robin')
    expect(titleFor(anEpisode())).toBe('Severance S01E02 for robin')
    expect(titleFor(aSeason())).toBe('Severance, season 1 for robin')
    expect(titleFor(aShow())).toBe('Severance (2022) for robin')
  })

  it('never holds an e-mail address', () => {
    const username = 'robin@example.test'
    expect(titleFor(aMovie(), { recipient: aGuestRef({ username }) })).toBe('Arrival (2016) for guest 7001')
    expect(titleFor(aMovie(), { recipient: { username } })).toBe('Arrival (2016) for a guest')
  })

  it('is longer when another library has it', () => {
    const first = 'Arrival (2016) for robin'
    expect(titleFor(aMovie(), { taken: [first] })).toBe(`${first} (ijkl)`)
    expect(titleFor(aMovie(), { taken: [first, `${first} (ijkl)`] })).toBe(`${first} (efghijkl)`)
  })
})

describe('a folder', () => {
  it.each<[string, string[]]>([
    ['/media/films/private', ['/media/films']],
    ['/media/films/private', ['/elsewhere', '/media/films/']],
    ['/media/films', ['/media/films/']],
    ['/private', ['/']],
    ['D:\\Films\\Private', ['d:\\films\\']],
    ['\\\\nas\\films\\private', ['//NAS/films']],
  ])('%s is inside a library of %j', (folder, folders) => {
    const library = aLibrary({ folders })
    expect(libraryAround(folder, [aLibrary({ folders: [] }), library])).toBe(library)
  })

  it.each<[string, string[]]>([
    ['/media/films-private', ['/media/films']],
    ['/media', ['/media/films']],
    ['/media/Films/private', ['/media/films']],
    ['D:\\Private', ['C:\\', 'D:\\Private films']],
  ])('%s is outside of a library of %j', (folder, folders) => {
    expect(libraryAround(folder, [aLibrary({ folders })])).toBeUndefined()
  })
})

describe('a copy', () => {
  const one = anEpisode({ ratingKey: '1', guid: 'plex://1', episode: 1, title: 'One' })
  const two = anEpisode({ ratingKey: '2', guid: 'plex://2', episode: 2, title: 'Two' })
  const three = anEpisode({ ratingKey: '3', guid: '', episode: 3, title: 'Three' })
  const originals = itemsOf([one, two, three].map((item) => aFile(item)))
  const copyOf = (item: MediaItem, more: Partial<MediaItem> = {}) => ({
    ...item,
    ratingKey: `copy-${item.ratingKey}`,
    parentRatingKey: 'season',
    grandparentRatingKey: 'show',
    ...more,
  })
  const pair = (copies: MediaItem[], media: MediaItem = anEpisode()) => pairCopies(media, originals, copies)
  const all = { '1': 'copy-1', '2': 'copy-2', '3': 'copy-3' }

  it('is known by its guid, else its number, else its title', () => {
    const swapped = [copyOf(two, { episode: 1 }), copyOf(one, { episode: 2 }), copyOf(three)]
    expect(pair(swapped)).toEqual(all)

    const unmatched = [one, two, three].map((item) => copyOf(item, { guid: 'local://9' }))
    expect(pair(unmatched.reverse())).toEqual(all)

    const renumbered = unmatched.map((item) => ({ ...item, season: 8 }))
    expect(pair(renumbered)).toEqual(all)
  })

  it('that alone is left needs no sign', () => {
    const strange = copyOf(three, { season: 8, title: 'Drei' })
    expect(pair([strange, copyOf(one), copyOf(two)])).toEqual(all)
  })

  it('like nothing is not guessed', () => {
    const strange = [two, three].map((item) => copyOf(item, { guid: '', season: 8, title: 'Was' }))
    expect(pair([copyOf(one), ...strange])).toBeUndefined()
  })

  it('of a season or show stands for it too', () => {
    const copies = [one, two, three].map((item) => copyOf(item))
    expect(pair(copies, aSeason())).toEqual({ ...all, '210': 'season' })
    expect(pair(copies, aShow())).toEqual({ ...all, '200': 'show' })
  })
})
