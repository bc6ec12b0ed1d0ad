import { describe, expect, it } from 'vitest'
import type { MediaItem } from '../../src/core/model.js'
import { titleOf } from '../../src/core/titles.js'
import { aMovie, anEpisode, aSeason, aShow } from '../support/builders.js'

describe('what people call an item', () => {
  const { year: _, ...noYear } = aMovie()
  const { show: __, ...noShow } = anEpisode()
  const { season: ___, episode: ____, ...noNumbers } = anEpisode()
  const { show: _____, ...noShowOfSeason } = aSeason()
  const { season: ______, ...noSeasonNumber } = aSeason({ title: 'Specials' })

  it.each<[string, MediaItem, string]>([
    ['a film', aMovie(), 'Arrival (2016)'],
    ['a film without a year', noYear, 'Arrival'],
    ['a show', aShow(), 'Severance (2022)'],
    ['an episode', anEpisode(), 'Severance S01E02 · Half Loop'],
    [
      'an episode with high numbers',
      anEpisode({ season: 12, episode: 104 }),
      'Severance S12E104 · Half Loop',
    ],
    ['a special', anEpisode({ season: 0, episode: 1 }), 'Severance S00E01 · Half Loop'],
    ['an episode without a show', noShow, 'S01E02 · Half Loop'],
    ['an episode without numbers', noNumbers, 'Severance · Half Loop'],
    ['a season', aSeason(), 'Severance, season 1'],
    ['a season without a show', noShowOfSeason, 'Season 1'],
    ['a season without a number', noSeasonNumber, 'Severance, Specials'],
  ])('%s', (_what, item, expected) => {
    expect(titleOf(item)).toBe(expected)
  })
})
