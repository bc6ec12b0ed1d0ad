import { describe, expect, it } from 'vitest'
import { readTitleQuery } from '../../src/core/finding/title-query.js'
import type { MediaItem } from '../../src/core/model.js'
import type { ListedItem } from '../../src/core/ports.js'
import { titleOf } from '../../src/core/titles.js'
import { createTitleIndex } from '../../src/titles/title-index.js'

const nowhere: ReadonlySet<string> = new Set()
let made = 0

function title(item: Partial<MediaItem> & { title: string }, addedAt?: number): ListedItem {
  made += 1
  return {
    item: { ratingKey: String(made), guid: '', type: 'movie', libraryKey: '3', ...item },
    ...(addedAt !== undefined && { addedAt }),
  }
}

function film(name: string, year?: number): ListedItem {
  return title({ title: name, ...(year !== undefined && { year }) })
}

/** A show with two seasons of three episodes. */
function aShow(name: string, names: readonly string[] = []): ListedItem[] {
  const show = title({ title: name, type: 'show', libraryKey: '4' })
  const grandparentRatingKey = show.item.ratingKey
  const seasons = [1, 2].flatMap((season) => {
    const head = title({
      title: `Season ${season}`,
      type: 'season',
      libraryKey: '4',
      show: name,
      season,
      parentRatingKey: grandparentRatingKey,
    })
    const episodes = [1, 2, 3].map((episode) =>
      title({
        title: names[(season - 1) * 3 + episode - 1] ?? `Episode ${episode}`,
        type: 'episode',
        libraryKey: '4',
        show: name,
        season,
        episode,
        parentRatingKey: head.item.ratingKey,
        grandparentRatingKey,
      }),
    )
    return [head, ...episodes]
  })
  return [show, ...seasons]
}

function anIndex(...titles: ListedItem[]) {
  const index = createTitleIndex()
  index.put(titles, 1)
  return {
    index,
    find: (text: string, limit = 25, hidden = nowhere) =>
      index.find(readTitleQuery(text), { limit, hidden }).map(titleOf),
  }
}

const harbour = aShow('Tin Harbour', ['The Tide', 'The Mast', 'The Rope & The Bell'])
const titles = [
  film('Amélie', 2001),
  film('Alien', 1979),
  film('Aliens', 1986),
  film('Alien: Resurrection', 1997),
  film('Arrival', 2016),
  film('Arrival', 1996),
  film('The Matrix', 1999),
  film('Spider-Man', 2002),
  film('Blade Runner 2049', 2017),
  film('Schloß am Fluß', 1960),
  film('Interstellar', 2014),
  film('The Tin Drum', 1979),
  film('Ocean’s Eleven', 2001),
  film('Fast & Furious', 2009),
  film('2x03', 2010),
  ...harbour,
]

describe('finding titles', () => {
  it.each([
    ['what bears exactly that title comes first', 'alien', 'Alien (1979)'],
    ['without accents', 'amelie', 'Amélie (2001)'],
    ['with accents that are not there', 'árrivál 2016', 'Arrival (2016)'],
    ['by a beginning', 'inters', 'Interstellar (2014)'],
    ['by words in any order', 'runner blade', 'Blade Runner 2049 (2017)'],
    ['a year tells one from the other', 'arrival 1996', 'Arrival (1996)'],
    ['a year in brackets', 'Arrival (1996)', 'Arrival (1996)'],
    ['a number of the title', 'blade 2049', 'Blade Runner 2049 (2017)'],
    ['an article that is not there', 'the alien', 'Alien (1979)'],
    ['an article that was left out', 'matrix', 'The Matrix (1999)'],
    ['two words written as one', 'spiderman', 'Spider-Man (2002)'],
    ['letters that are written otherwise', 'schloss', 'Schloß am Fluß (1960)'],
    ['an apostrophe that was left out', 'oceans', 'Ocean’s Eleven (2001)'],
    ['"and" for a sign', 'fast and furious', 'Fast & Furious (2009)'],
    ['a letter too few', 'intrstellar', 'Interstellar (2014)'],
    ['two letters swapped', 'martix', 'The Matrix (1999)'],
    ['a wrong letter in an unfinished word', 'intarst', 'Interstellar (2014)'],
    ['a wrong first letter', 'anterstellar', 'Interstellar (2014)'],
    ['two wrong letters in a long word', 'resurection alein', 'Alien: Resurrection (1997)'],
    ['the show before its parts', 'tin harb', 'Tin Harbour'],
    ['an episode by its title', 'rope', 'Tin Harbour S01E03 · The Rope & The Bell'],
    ['an episode by show and title', 'harbour mast', 'Tin Harbour S01E02 · The Mast'],
    ['an episode by its number', 'tin harbour s02e03', 'Tin Harbour S02E03 · Episode 3'],
    ['the same without noughts', 'harbour S2E3', 'Tin Harbour S02E03 · Episode 3'],
    ['the same with a cross', 'tin har 2x03', 'Tin Harbour S02E03 · Episode 3'],
    ['the same in words', 'tin harbour season 2 episode 3', 'Tin Harbour S02E03 · Episode 3'],
    ['the number alone', 's02e01', 'Tin Harbour S02E01 · Episode 1'],
    ['a number and a typo', 'tin harbuor s01e02', 'Tin Harbour S01E02 · The Mast'],
    ['a season', 'tin harbour season 2', 'Tin Harbour, season 2'],
    ['a season, in short', 'tin s02', 'Tin Harbour, season 2'],
  ])('%s: %s', (_, typed, expected) => {
    expect(anIndex(...titles).find(typed)[0]).toBe(expected)
  })

  it('takes a number for a title when no episode has it', () => {
    expect(anIndex(film('2x03', 2010)).find('2x03')).toEqual(['2x03 (2010)'])
  })

  it('lists a show, its seasons and its episodes in their order', () => {
    expect(
      anIndex(...titles)
        .find('tin harbour')
        .slice(0, 5),
    ).toEqual([
      'Tin Harbour',
      'Tin Harbour, season 1',
      'Tin Harbour, season 2',
      'Tin Harbour S01E01 · The Tide',
      'Tin Harbour S01E02 · The Mast',
    ])
  })

  it('puts exact titles before those that begin so, and what is near after all of them', () => {
    expect(
      anIndex(film('Martian Child'), film('Martin'), film('Martin Eden'), film('Marvin')).find('martin'),
    ).toEqual(['Martin', 'Martin Eden', 'Marvin', 'Martian Child'])
  })

  it('finds nothing for what is far from everything, and short words only as they are', () => {
    const { find } = anIndex(...titles)

    expect(find('zzzz')).toEqual([])
    expect(find('xin')).toEqual([])
  })

  it('finds the titles of other scripts', () => {
    expect(anIndex(film('千と千尋の神隠し', 2001), film('Сталкер', 1979)).find('千と')).toEqual([
      '千と千尋の神隠し (2001)',
    ])
    expect(anIndex(film('Сталкер', 1979)).find('сталк')).toEqual(['Сталкер (1979)'])
  })

  it('gives no more than wanted, and the best of all', () => {
    const many = Array.from({ length: 60 }, (_, at) => film(`Night ${at}`))

    expect(anIndex(...many, film('Night')).find('night', 3)[0]).toBe('Night')
    expect(anIndex(...many, film('Night')).find('night', 3)).toHaveLength(3)
  })

  it('shows nothing of hidden libraries', () => {
    const { find, index } = anIndex(film('Arrival'), title({ title: 'Arrival', libraryKey: '9' }, 5))

    expect(find('arrival', 25, new Set(['9']))).toHaveLength(1)
    expect(index.newest({ limit: 5, hidden: new Set(['9']) })).toHaveLength(1)
  })
})

describe('keeping titles', () => {
  it('finds a title by its new name only, once it has changed', () => {
    const before = film('Arival', 2016)
    const { find, index } = anIndex(before)

    index.put([{ item: { ...before.item, title: 'Contact' } }], 1)

    expect(find('contact')).toEqual(['Contact (2016)'])
    expect(find('arival')).toEqual([])
    expect(index.size()).toBe(1)
  })

  it('takes out a show with all that belongs to it', () => {
    const { find, index } = anIndex(...titles)
    const size = index.size()

    index.remove(new Set([harbour[0]?.item.ratingKey ?? '']))

    expect(find('harbour')).toEqual([])
    expect(find('rope')).toEqual([])
    expect(index.size()).toBe(size - harbour.length)
  })

  it('sweeps out what a later round did not see, and takes its place for others', () => {
    const kept = film('Kept')
    const { find, index } = anIndex(film('Gone'), kept)

    index.put([kept], 2)
    index.sweep(2)
    index.put([film('New')], 2)

    expect(find('gone')).toEqual([])
    expect([...find('kept'), ...find('new')]).toEqual(['Kept', 'New'])
    expect(index.size()).toBe(2)
  })

  it('lists films and episodes that were added last', () => {
    const { index } = anIndex(
      title({ title: 'Old' }, 1),
      title({ title: 'New' }, 3),
      title({ title: 'Whole', type: 'show' }, 4),
      title({ title: 'Newer', type: 'episode', show: 'Whole', season: 1, episode: 1 }, 5),
    )

    expect(index.newest({ limit: 2, hidden: nowhere }).map(titleOf)).toEqual(['Whole S01E01 · Newer', 'New'])
  })

  it('is empty when cleared', () => {
    const { find, index } = anIndex(...titles)

    index.clear()

    expect(find('alien')).toEqual([])
    expect(index.size()).toBe(0)
  })
})
