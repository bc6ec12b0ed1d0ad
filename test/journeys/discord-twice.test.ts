import { expect, test } from 'vitest'
import { anEvening, type Evening, minute, second } from '../support/evening.js'
import { until } from '../support/until.js'

/** A guest strays while Discord answers every message with 500; `taken` says whether it keeps them all the same. */
async function anEveningOfLostAnswers({ taken }: { taken: boolean }): Promise<Evening> {
  const evening = await anEvening({ before: ({ world }) => world.shareWith('friend.two', ['Films']) })
  const { world, titles, discord, guest, api, pass, start } = evening
  await start()
  const times = Number.POSITIVE_INFINITY
  discord.fault({
    method: 'POST',
    route: '/messages',
    kind: { kind: 'status', status: 500 },
    times,
    afterwards: taken,
  })
  await api('POST', '/api/v1/assignments', {
    guest: 'friend.two',
    media: titles.lent,
    discordUserId: guest.id,
  })
  world.play('friend.two', titles.other)
  await pass(10 * second)
  return evening
}

/** Lets time pass in steps so wide that the program looks around once in each. */
async function leapBy({ clock, settled }: Evening, ms: number, stepMs: number): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
    await clock.leap(stepMs)
    await settled()
  }
}

/** What people can read once Discord has been well for a while. */
async function inTheEnd(evening: Evening) {
  evening.discord.clearFaults()
  // Discord's library waits by the machine's clock when it has asked for much.
  await until('every message has come', async () => {
    await leapBy(evening, minute, 20 * second)
    return evening.cards().some((text) => text.startsWith('Stream ended')) && evening.dms().length > 1
  })
  await leapBy(evening, 2 * minute, 20 * second)
  return {
    cards: evening.cards().map((text) => text.split(' ').slice(0, 2).join(' ')),
    dms: evening.dms().map((text) => text.split(' ').slice(0, 2).join(' ')),
  }
}

const once = { cards: ['Stream ended'], dms: ['You have', 'I ended'] }

test.each([
  ['taken without saying so', true],
  ['not taken', false],
])('messages that Discord has for ten minutes %s are there once', async (_, taken) => {
  const evening = await anEveningOfLostAnswers({ taken })
  await leapBy(evening, 10 * minute, minute)
  expect(await inTheEnd(evening)).toEqual(once)
})

test('messages that Discord has taken without saying so are there once after a crash, too', async () => {
  const evening = await anEveningOfLostAnswers({ taken: true })
  await evening.crash()
  await evening.clock.leap(10 * minute)
  await evening.start()
  expect(await inTheEnd(evening)).toEqual(once)
})
