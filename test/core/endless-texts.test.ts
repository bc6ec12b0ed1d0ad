import { describe, expect, it } from 'vitest'
import { readTitleQuery } from '../../src/core/finding/title-query.js'
import { aMovie } from '../support/builders.js'
import { createStage } from '../support/stage.js'

/** The longest that Discord passes on. */
const longest = 6_000
/** Far more than any of these needs, and far less than what grows with the square of the length took. */
const patienceMs = 1_500

const pieces = [
  'a',
  'a ',
  'ab cd ',
  '1 hour ',
  'in 1 ',
  'jan 1 ',
  '1-',
  '1:',
  's01e',
  '2x03 ',
  'season 1 ',
  '(2016) ',
  '"',
  ' ',
  '\\',
  '[a-z]*',
  '(a+)+$',
  '😀',
  'e\u0301',
  '\u0000',
]

describe('an endless text', () => {
  const stage = createStage()
  stage.plex.items.push(
    ...Array.from({ length: 300 }, (_, at) =>
      aMovie({
        ratingKey: String(9_000 + at),
        guid: `plex://movie/a${at}`,
        title: `A ${at} abc a1 ab cd ${'a'.repeat(40)}`,
      }),
    ),
  )

  it.each(pieces)('of %j again and again is soon searched for, found or not', async (piece) => {
    const text = piece.repeat(longest / piece.length)
    const { core, soon } = stage
    expect(readTitleQuery(text).words.length).toBeLessThanOrEqual(24)
    const took = await timeOf(async () => {
      await soon(core().search(text, 25))
      await soon(core().search(text, 25, { typing: true }))
    })

    expect(took).toBeLessThan(patienceMs)
  })

  it.each(pieces)('of %j again and again is no deadline, and that is soon said', async (piece) => {
    const text = piece.repeat(longest / piece.length)
    const { core } = stage
    const took = await timeOf(async () => {
      await core().deadlines(text)
      const refused = core().assign({ guest: 'friend', media: 'rk:101', expires: text, by: 'discord:1' })
      await expect(stage.soon(refused)).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringMatching(/^expires: .{1,400}$/s),
      })
    })

    expect(took).toBeLessThan(patienceMs)
  })

  it.each(pieces)('of %j again and again names nobody', async (piece) => {
    const text = `x${piece.repeat(longest / piece.length)}`
    const took = await timeOf(async () => {
      const { core, soon } = stage
      await expect(soon(core().guest(text))).rejects.toMatchObject({ code: 'guest_not_found' })
    })

    expect(took).toBeLessThan(patienceMs)
  })
})

async function timeOf(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
