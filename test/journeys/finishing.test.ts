import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Fault } from '../../src/simulator/plex/faults.js'
import { anEvening, type Evening, hour, minute, second } from '../support/evening.js'

const Answer = z.object({
  result: z.object({
    id: z.string(),
    state: z.string(),
    media: z.object({ ratingKey: z.string() }),
    progress: z.object({ offsetMs: z.number(), durationMs: z.number() }),
  }),
})

/** How long the film is that is lent. */
const length = 116 * minute
const away: Fault = {
  match: '* /',
  times: Number.POSITIVE_INFINITY,
  act: { kind: 'reset', when: 'before' },
}

describe('while OTP does not run', () => {
  test.each(['passing', 'stop'] as const)(
    'a film that was watched to its end is finished at the start (history at %s)',
    async (historyAt) => {
      const evening = await lent()
      const { world, titles } = evening
      world.server.historyAt = historyAt
      await evening.stop()

      const player = world.play('friend.two', titles.lent, { offsetMs: 80 * minute })
      await evening.pass(30 * minute, minute)
      player.stop()
      await evening.pass(20 * minute, minute)
      await evening.start()
      await evening.pass(5 * second)

      expect(await evening.state()).toBe('finished')
      expect(world.librariesOf('friend.two')).toEqual([])
      expect(evening.dms().at(-1)).toContain('You have finished Arrival (2016)')
      expect(evening.troubles()).toEqual([])
    },
  )

  test('a film that ended a moment ago is finished when the grace is over', async () => {
    const evening = await lent()
    evening.world.server.historyAt = 'stop'
    await evening.stop()
    const player = evening.world.play('friend.two', evening.titles.lent, { offsetMs: 110 * minute })
    await evening.pass(2 * minute, minute)
    player.stop()
    await evening.pass(4 * minute, minute)
    await evening.start()
    await later(evening, 5 * minute)
    expect(await evening.state()).toBe('ready')

    await later(evening, 2 * minute)
    expect(await evening.state()).toBe('finished')
  })

  test('a film that runs again is not finished', async () => {
    const evening = await lent()
    const { world, titles } = evening
    await evening.stop()
    world.watched('friend.two', titles.lent, evening.clock.now() + 5 * minute)
    await evening.clock.leap(hour)
    const player = world.play('friend.two', titles.lent, { offsetMs: 10 * minute })
    await evening.start()
    await evening.pass(20 * second)

    expect(await evening.state()).toBe('watching')
    expect(player.running()).toBe(true)
  })

  test('a film that was left in the middle is not finished', async () => {
    const evening = await lent()
    await evening.stop()
    const player = evening.world.play('friend.two', evening.titles.lent, { offsetMs: 30 * minute })
    await evening.pass(20 * minute, minute)
    player.stop()
    await evening.clock.leap(hour)
    await evening.start()
    await later(evening, 15 * minute)

    expect(await evening.state()).toBe('ready')
  })

  test('a season of which the last episode was watched is finished at the start', async () => {
    const evening = await anEvening({ before: ({ world }) => world.shareWith('friend.two', ['Series']) })
    const { world, titles } = evening
    await evening.start()
    const season = world.catalogue.item(titles.episode)?.parentRatingKey ?? ''
    const episodes = world.catalogue.episodesOf(season)
    const { state } = await lend(evening, season)
    for (const { ratingKey } of episodes.slice(0, -1)) {
      const player = world.play('friend.two', ratingKey, { offsetMs: 44 * minute })
      await evening.pass(3 * second)
      player.stop()
      await evening.pass(3 * second)
    }
    await later(evening, 11 * minute)
    expect(await state()).toBe('watching')

    await evening.stop()
    world.watched('friend.two', episodes.at(-1)?.ratingKey ?? '', evening.clock.now() + minute)
    await evening.clock.leap(hour)
    await evening.start()
    await evening.pass(5 * second)

    expect(await state()).toBe('finished')
  })

  test('a history that cannot be read proves nothing, and is asked for again', async () => {
    const evening = await lent()
    const { world, titles, plexServer } = evening
    await evening.stop()
    world.watched('friend.two', titles.lent, evening.clock.now() + minute)
    await evening.clock.leap(hour)
    plexServer.faults.next({ match: 'GET /status/sessions/history/all', act: { kind: 'html' } })
    await evening.start()
    await evening.pass(30 * second)
    expect(await evening.state()).toBe('ready')

    await evening.pass(40 * second)
    expect(await evening.state()).toBe('finished')
  })

  test('a deadline that passed is the first thing that is seen to, whatever was watched', async () => {
    const evening = await lent({ expires: '30m' })
    const { world, titles, plexServer } = evening
    await evening.stop()
    world.watched('friend.two', titles.lent, evening.clock.now() + minute)
    const player = world.play('friend.two', titles.lent)
    await evening.pass(31 * minute, minute)
    const before = plexServer.journal.length
    await evening.start()
    await evening.pass(15 * second)

    expect(player.ending()).toEqual({ why: 'terminated', text: 'Your pass for Arrival (2016) has ended.' })
    expect(await evening.state()).toBe('expired')
    expect(world.librariesOf('friend.two')).toEqual([])
    const asked = plexServer.journal.slice(before).map((one) => one.path)
    const readings = asked.slice(0, asked.indexOf('/status/sessions/terminate'))
    expect(readings.filter((path) => path === '/status/sessions')).toHaveLength(1)
  })
})

describe('a film with a marker for its final credits', () => {
  test('is finished for who stops within them', async () => {
    const evening = await lentWithCredits()
    const player = evening.world.play('friend.two', evening.film, { offsetMs: 85 * minute })
    await evening.pass(5 * second)
    player.stop()
    await later(evening, 11 * minute)

    expect(await evening.state()).toBe('finished')
  })

  test('is not finished for who stops before them', async () => {
    const evening = await lentWithCredits()
    const player = evening.world.play('friend.two', evening.film, { offsetMs: 75 * minute })
    await evening.pass(5 * second)
    player.stop()
    await later(evening, 11 * minute)

    expect(await evening.state()).toBe('watching')
  })

  test('is read once', async () => {
    const evening = await lentWithCredits()
    const reads = () =>
      evening.plexServer.journal.filter((one) => one.path === `/library/metadata/${evening.film}`).length
    const before = reads()
    evening.world.play('friend.two', evening.film)
    await evening.pass(30 * second)

    expect(reads() - before).toBe(1)
  })
})

describe('a jump to the end', () => {
  test('that is undone while the film runs does not finish it', async () => {
    const evening = await lent()
    const player = evening.world.play('friend.two', evening.titles.lent)
    await evening.pass(3 * second)
    player.seek(length - minute)
    await evening.pass(3 * second)
    player.seek(20 * minute)
    await evening.pass(3 * second)
    player.stop()
    await later(evening, 15 * minute)

    expect(await evening.state()).toBe('watching')
  })

  test('that was undone before a restart does not finish it, although Plex wrote it down', async () => {
    const evening = await lent()
    const player = evening.world.play('friend.two', evening.titles.lent)
    await evening.pass(3 * second)
    player.seek(length - minute)
    await evening.pass(3 * second)
    player.seek(20 * minute)
    await evening.pass(minute)
    player.stop()
    await evening.pass(3 * second)
    expect(evening.world.history.rows()).toHaveLength(1)
    await evening.stop()
    await evening.clock.leap(hour)
    await evening.start()
    await later(evening, 15 * minute)

    expect(await evening.state()).toBe('watching')
  })
})

test('a time in which Plex does not answer does not count as time without a stream', async () => {
  const evening = await lent()
  const player = evening.world.play('friend.two', evening.titles.lent, { offsetMs: 110 * minute })
  await evening.pass(3 * second)
  player.stop()
  await later(evening, 2 * minute)
  evening.plexServer.faults.next(away)
  await later(evening, 20 * minute)
  evening.plexServer.faults.clear()
  await evening.pass(20 * second)
  await later(evening, 7 * minute)
  expect(await evening.state()).toBe('watching')

  await later(evening, 2 * minute)
  expect(await evening.state()).toBe('finished')
})

test('a film that was added again is followed with its progress, and the guest can still watch it', async () => {
  const evening = await lent()
  const { world, titles } = evening
  const player = world.play('friend.two', titles.lent, { offsetMs: 50 * minute })
  await evening.pass(3 * second)
  player.stop()
  await evening.pass(3 * second)
  const { ratingKey } = world.readd(titles.lent)
  await later(evening, hour)

  const assignment = await evening.assignment()
  expect(assignment.media.ratingKey).toBe(ratingKey)
  expect(assignment.progress).toEqual({ offsetMs: 50 * minute, durationMs: length })

  const again = world.play('friend.two', ratingKey, { offsetMs: 110 * minute })
  await evening.pass(10 * second)
  expect(again.running()).toBe(true)
  again.stop()
  await later(evening, 11 * minute)
  expect(await evening.state()).toBe('finished')
  expect(world.labelsOf(ratingKey)).toEqual([])
})

async function lend(evening: Evening, media: string, limits: { expires?: string } = {}) {
  const { guest, api } = evening
  const answer = await api('POST', '/api/v1/assignments', {
    guest: 'friend.two',
    media,
    discordUserId: guest.id,
    ...limits,
  })
  expect(answer.status).toBe(201)
  await evening.settled()
  const { id, state: now } = Answer.parse(answer.json).result
  if (now === 'pending') {
    evening.world.acceptInvitation('friend.two')
    await evening.clock.leap(minute)
    await evening.pass(2 * second)
  }
  expect(await state()).toBe('ready')

  return { assignment, state }

  async function assignment() {
    return Answer.parse((await api('GET', `/api/v1/assignments/${id}`)).json).result
  }

  async function state(): Promise<string> {
    return (await assignment()).state
  }
}

/** Time passes, and OTP has lived through it. */
async function later(evening: Evening, ms: number): Promise<void> {
  await evening.pass(2 * second)
  await evening.clock.leap(ms - 4 * second)
  await evening.pass(2 * second)
}

/** Arrival is lent to a friend who sees nothing else. */
async function lent(limits: { expires?: string } = {}) {
  const evening = await anEvening()
  await evening.start()
  return { ...evening, ...(await lend(evening, evening.titles.lent, limits)) }
}

/** A film of 100 minutes with credits from the 80th on. */
async function lentWithCredits() {
  const evening = await anEvening()
  const { ratingKey: film } = evening.world.addMovie({ title: 'Long credits', creditsAtMs: 80 * minute })
  await evening.start()
  return { ...evening, film, ...(await lend(evening, film)) }
}
