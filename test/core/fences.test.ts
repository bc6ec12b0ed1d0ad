import { describe, expect, test } from 'vitest'
import {
  type ChosenFence,
  chooseFence,
  type FenceFacts,
  hasOtherAccess,
} from '../../src/core/access/fences.js'
import { noFilters } from '../../src/core/access/wanted.js'
import { OtpError } from '../../src/core/errors.js'
import { obstacles } from '../../src/core/messages/obstacles.js'
import type { AccessBefore, Fence } from '../../src/core/model.js'
import { aMovie, anEpisode, aSeason, aShow } from '../support/builders.js'

const media = { movie: aMovie(), show: aShow(), season: aSeason(), episode: anEpisode() }

const settings = { downloads: false, filters: noFilters }
const filtered = { downloads: true, filters: { ...noFilters, movies: 'contentRating=PG' } }
const before = {
  stranger: undefined,
  'bare friend': { kind: 'none', settings },
  'friend with libraries': { kind: 'libraries', libraryKeys: ['3'], settings },
  'friend of everything': { kind: 'all', settings },
  'friend of another server': { kind: 'none', settings, elsewhere: true },
  'filtered friend': { kind: 'none', settings: filtered },
  'friend with downloads': { kind: 'none', settings: { ...settings, downloads: true } },
} satisfies Record<string, AccessBefore | undefined>

/** A film for a friend without anything, on a server that can do everything. */
function facts(more: Partial<FenceFacts> = {}): FenceFacts {
  return {
    media: media.movie,
    capabilities: { plexPass: true, canTerminate: true, canRestrict: true },
    before: before['bare friend'],
    privateRoot: true,
    itemGrants: true,
    beside: [],
    ...more,
  }
}

const noPass = { capabilities: { plexPass: false, canTerminate: false, canRestrict: false } }
const noFilter = { capabilities: { plexPass: true, canTerminate: true, canRestrict: false } }

type Row = [wish: Fence | 'auto', what: string, more: Partial<FenceFacts>, chosen: ChosenFence]
type Refusal = [wish: Fence, what: string, more: Partial<FenceFacts>, code: string, why: string]

const over = (fence: Fence, why: string) => [{ fence, why }]

describe('auto takes the strongest fence that works', () => {
  const rows: Row[] = [
    ['auto', 'a film', {}, { fence: 'label', passedOver: [] }],
    ['auto', 'a show', { media: media.show }, { fence: 'label', passedOver: [] }],
    ['auto', 'a season', { media: media.season }, { fence: 'private', passedOver: [] }],
    ['auto', 'an episode', { media: media.episode }, { fence: 'private', passedOver: [] }],
    ['auto', 'a film for a stranger', { before: before.stranger }, { fence: 'label', passedOver: [] }],
    [
      'auto',
      'a film for a friend with downloads and nothing else',
      { before: before['friend with downloads'] },
      { fence: 'label', passedOver: [] },
    ],
    [
      'auto',
      'a film without Plex Pass',
      noPass,
      { fence: 'library', passedOver: over('label', obstacles.noPlexPass()) },
    ],
    [
      'auto',
      'a film on a server that restricts nothing',
      noFilter,
      { fence: 'library', passedOver: over('label', obstacles.cannotRestrict()) },
    ],
    [
      'auto',
      'a film for a friend with libraries',
      { before: before['friend with libraries'] },
      { fence: 'library', passedOver: over('label', obstacles.seesOther()) },
    ],
    [
      'auto',
      'a show for a friend of everything',
      { media: media.show, before: before['friend of everything'] },
      { fence: 'library', passedOver: over('label', obstacles.seesOther()) },
    ],
    [
      'auto',
      'a film for a friend of another server',
      { before: before['friend of another server'] },
      { fence: 'library', passedOver: over('label', obstacles.seesElsewhere()) },
    ],
    [
      'auto',
      'a film for somebody who is filtered already',
      { before: before['filtered friend'] },
      { fence: 'library', passedOver: over('label', obstacles.isRestricted()) },
    ],
    [
      'auto',
      'a film beside one of a private library',
      { beside: ['private'] },
      { fence: 'library', passedOver: over('label', obstacles.privateBeside()) },
    ],
    ['auto', 'a film beside a labelled one', { beside: ['label'] }, { fence: 'label', passedOver: [] }],
    [
      'auto',
      'an episode without a folder for private libraries',
      { media: media.episode, privateRoot: false },
      { fence: 'library', passedOver: over('private', obstacles.noPrivateRoot()) },
    ],
    [
      'auto',
      'a season beside a labelled show',
      { media: media.season, beside: ['label'] },
      { fence: 'library', passedOver: over('private', obstacles.labelBeside()) },
    ],
    [
      'auto',
      'an episode without Plex Pass for a friend with libraries',
      { ...noPass, media: media.episode, before: before['friend with libraries'] },
      { fence: 'private', passedOver: [] },
    ],
  ]

  test.each(rows)('%s: %s', (wish, _what, more, chosen) => {
    expect(chooseFence(wish, facts(more))).toEqual(chosen)
  })

  test('single items are never granted without being asked for', () => {
    for (const one of Object.values(media)) {
      for (const privateRoot of [true, false]) {
        expect(chooseFence('auto', facts({ ...noPass, media: one, privateRoot })).fence).not.toBe('item')
      }
    }
  })
})

describe('a fence that was asked for by name', () => {
  const rows: Row[] = [
    ['label', 'a film', {}, { fence: 'label', passedOver: [] }],
    ['label', 'a show', { media: media.show }, { fence: 'label', passedOver: [] }],
    ['library', 'a film that could have more', {}, { fence: 'library', passedOver: [] }],
    [
      'library',
      'an episode, whatever is missing',
      { media: media.episode, ...noPass },
      { fence: 'library', passedOver: [] },
    ],
    ['private', 'a film', {}, { fence: 'private', passedOver: [] }],
    ['private', 'a show', { media: media.show }, { fence: 'private', passedOver: [] }],
    ['private', 'a season', { media: media.season }, { fence: 'private', passedOver: [] }],
    ['private', 'an episode', { media: media.episode }, { fence: 'private', passedOver: [] }],
    ['item', 'a film', {}, { fence: 'item', passedOver: [] }],
    [
      'item',
      'an episode without Plex Pass',
      { ...noPass, media: media.episode },
      { fence: 'item', passedOver: [] },
    ],
    [
      'item',
      'a film for a stranger, who must be a friend first',
      { before: before.stranger },
      { fence: 'library', passedOver: over('item', obstacles.itemNeedsFriend()) },
    ],
  ]

  test.each(rows)('%s: %s', (wish, _what, more, chosen) => {
    expect(chooseFence(wish, facts(more))).toEqual(chosen)
  })

  const refusals: Refusal[] = [
    ['label', 'a film without Plex Pass', noPass, 'plex_pass_required', obstacles.noPlexPass()],
    ['label', 'a server that restricts nothing', noFilter, 'fence_unavailable', obstacles.cannotRestrict()],
    ['label', 'a season', { media: media.season }, 'fence_unavailable', obstacles.labelOnPart()],
    ['label', 'an episode', { media: media.episode }, 'fence_unavailable', obstacles.labelOnPart()],
    [
      'label',
      'an episode, for which a Plex Pass would not help',
      { ...noPass, media: media.episode },
      'fence_unavailable',
      obstacles.labelOnPart(),
    ],
    [
      'label',
      'a friend with libraries',
      { before: before['friend with libraries'] },
      'fence_unavailable',
      obstacles.seesOther(),
    ],
    [
      'label',
      'a friend of everything',
      { before: before['friend of everything'] },
      'fence_unavailable',
      obstacles.seesOther(),
    ],
    [
      'label',
      'a friend of another server',
      { before: before['friend of another server'] },
      'fence_unavailable',
      obstacles.seesElsewhere(),
    ],
    [
      'label',
      'somebody who is filtered already',
      { before: before['filtered friend'] },
      'fence_unavailable',
      obstacles.isRestricted(),
    ],
    [
      'label',
      'a private library beside it',
      { beside: ['private'] },
      'fence_unavailable',
      obstacles.privateBeside(),
    ],
    ['private', 'no folder', { privateRoot: false }, 'fence_unavailable', obstacles.noPrivateRoot()],
    [
      'private',
      'a labelled title beside it',
      { beside: ['label'] },
      'fence_unavailable',
      obstacles.labelBeside(),
    ],
    ['item', 'grants that are off', { itemGrants: false }, 'fence_unavailable', obstacles.itemGrantsOff()],
  ]

  test.each(refusals)('%s is refused for %s', (wish, _what, more, code, why) => {
    const refused = refusalOf(() => chooseFence(wish, facts(more)))
    expect(refused.code).toBe(code)
    expect(refused.message).toContain(why)
    expect(refused.message).toContain(`"${wish}"`)
  })
})

test.each([
  ['stranger', false],
  ['bare friend', false],
  ['friend with downloads', false],
  ['friend with libraries', true],
  ['friend of everything', true],
  ['friend of another server', true],
  ['filtered friend', true],
] as const)('a %s has other access: %s', (who, has) => {
  expect(hasOtherAccess(before[who])).toBe(has)
})

function refusalOf(choose: () => ChosenFence): OtpError {
  try {
    choose()
  } catch (error) {
    if (error instanceof OtpError) return error
    throw error
  }
  throw new Error('The fence was put up')
}
