import { expect, test } from 'vitest'
import type { Assigned } from '../../src/core/api.js'
import type { PrivateLibrary } from '../../src/core/model.js'
import { createShow } from '../../src/terminal/screen.js'
import { aGuest, anAssignment, assignedAnswer } from '../rest/answers.js'
import { createTestClock } from '../support/clock.js'
import { until } from '../support/until.js'
import { sitAt } from './desk.js'

const second = 1_000

/** A screen that keeps what was shown in passing; `work` is done when told. */
function aScreen({ terminal = true, json = false } = {}) {
  const clock = createTestClock()
  const seen: string[] = []
  const passing = (text: string) => void seen.push(text)
  const screen = { out: () => {}, err: () => {}, width: 80, colours: false, ...(terminal && { passing }) }
  let done: (value: string) => void = () => {}
  const work = new Promise<string>((resolve) => {
    done = resolve
  })
  return { clock, seen, work, done, show: createShow(screen, json, clock) }
}

test('what takes less than a second is not talked about', async () => {
  const { clock, seen, work, done, show } = aScreen()
  const waiting = show.waiting('Waiting for Plex', work)

  await clock.advance(999)
  done('there')

  expect(await waiting).toBe('there')
  expect(seen).toEqual([])
  expect(clock.sleeping()).toBe(0)
})

test('what takes longer is named on a line that moves, and is gone afterwards', async () => {
  const { clock, seen, work, done, show } = aScreen()
  const waiting = show.waiting('Waiting for Plex', work)

  await clock.advance(1.2 * second)
  done('there')
  await waiting

  expect(seen).toEqual(['⠋ Waiting for Plex', '⠙ Waiting for Plex', '⠹ Waiting for Plex', ''])
})

test('what fails is told as it is, and the line is gone', async () => {
  const { clock, seen, show } = aScreen()
  let fail: (error: Error) => void = () => {}
  const work = new Promise<never>((_, reject) => {
    fail = reject
  })
  const waiting = show.waiting('Waiting for Plex', work)

  await clock.advance(second)
  fail(new Error('No.'))

  await expect(waiting).rejects.toThrow('No.')
  expect(seen).toEqual(['⠋ Waiting for Plex', ''])
})

test.each([{ terminal: false }, { json: true }])('nothing is said with %j', async (how) => {
  const { clock, seen, work, done, show } = aScreen(how)
  const waiting = show.waiting('Waiting for Plex', work)

  await clock.advance(10 * second)
  done('there')
  await waiting

  expect(seen).toEqual([])
})

test('a look that has something better to say is shown, one that fails is not', async () => {
  const { clock, seen, work, done, show } = aScreen()
  const looks = ['half way', undefined]
  const waiting = show.waiting('Waiting for Plex', work, async () => {
    if (looks.length === 0) throw new Error('Nobody answers.')
    return looks.shift()
  })

  await clock.advance(7 * second)
  done('there')
  await waiting

  const texts = seen.map((line) => line.slice(2)).filter((text, at, all) => text !== all[at - 1])
  expect(texts).toEqual(['Waiting for Plex', 'half way', 'Waiting for Plex', ''])
})

test('otp assign shows how far the copy of a private library has come', async () => {
  const clock = createTestClock()
  const seen: string[] = []
  const privateLibrary: PrivateLibrary = {
    folder: '/srv/otp',
    title: 'Half Loop',
    type: 'show',
    files: [],
    copies: {},
    step: 'making',
    progress: { doneBytes: 1_000, totalBytes: 3_000 },
  }
  const copying = anAssignment({ fence: 'private', access: 'giving', privateLibrary })
  let finish: (answer: Assigned) => void = () => {}
  const otp = await sitAt(
    {
      assign: () =>
        new Promise((resolve) => {
          finish = resolve
        }),
      guest: async () => aGuest(),
      assignments: async ({ state }) => ({ items: state === 'ready' ? [copying] : [], next: null }),
    },
    { clock, passing: (text) => void seen.push(text) },
  )

  const ended = otp(['assign', 'robin', '101', '--fence', 'private'])
  await until('somebody to wait', () => clock.sleeping() > 0)
  await clock.advance(second)
  await until('the copy to be shown', async () => {
    await clock.advance(100)
    return seen.some((line) => line.includes('Copying "Half Loop" for the guest: 33 %'))
  })
  finish(assignedAnswer({ assignment: copying }))

  expect((await ended).code).toBe(0)
  expect(seen[0]).toBe('⠋ Waiting for Plex and plex.tv to give robin access')
  expect(seen.at(-1)).toBe('')
})
