import type { MediaItem } from '../../src/core/model.js'
import type { ListedItem } from '../../src/core/ports.js'

const syllables =
  'ba be bri ca co da del e fa fen gar ha il jo ka lan lo ma mi mor na nor o pa per qui ra ri sa sen ta tor u va ver wi xan ya zel é ø ñu'.split(
    ' ',
  )
const small = 'the of and in a'.split(' ')

/** A server's films and shows, one fifth and the rest, by a generator that always makes the same. */
export function generatedTitles(count: number): ListedItem[] {
  const random = seeded(20_300_504)
  const vocabulary = Array.from({ length: 9_000 }, () =>
    Array.from({ length: 2 + pick(3) }, () => syllables[pick(syllables.length)]).join(''),
  )
  const titles: ListedItem[] = []

  while (titles.length < count / 5)
    add({ type: 'movie', title: name(), year: 1930 + pick(100), libraryKey: '3' })
  while (titles.length < count) addShow()
  return titles.slice(0, count)

  function addShow(): void {
    const show = name()
    const grandparentRatingKey = add({ type: 'show', title: show, year: 1960 + pick(70), libraryKey: '4' })
    const seasons = 1 + pick(6)
    for (let season = 1; season <= seasons; season += 1) {
      const parentRatingKey = add({
        type: 'season',
        title: `Season ${season}`,
        show,
        season,
        parentRatingKey: grandparentRatingKey,
        libraryKey: '4',
      })
      for (let episode = 1; episode <= 12; episode += 1) {
        const above = { show, season, episode, parentRatingKey, grandparentRatingKey }
        add({ type: 'episode', title: name(), ...above, libraryKey: '4' })
      }
    }
  }

  function add(item: Omit<MediaItem, 'ratingKey' | 'guid'>): string {
    const ratingKey = String(10_000 + titles.length)
    const guid = `plex://${item.type}/5d77${ratingKey.padStart(20, '0')}`
    titles.push({ item: { ratingKey, guid, ...item }, addedAt: titles.length })
    return ratingKey
  }

  function name(): string {
    const words = Array.from({ length: 1 + pick(4) }, () => vocabulary[pick(vocabulary.length)] ?? '')
    if (pick(2) === 0) words.unshift(small[pick(small.length)] ?? 'the')
    return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(' ')
  }

  function pick(below: number): number {
    return Math.floor(random() * below)
  }
}

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
