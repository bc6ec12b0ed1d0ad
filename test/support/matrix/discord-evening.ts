import { expect } from 'vitest'
import type { SimulatedDiscord } from '../../../src/simulator/discord/start.js'
import { anEvening, type Evening, minute, type Seams, second } from '../evening.js'

type Fault = Parameters<SimulatedDiscord['fault']>[0]

/** What a message takes on its way; `anything` is every request. */
export const messageRoutes: Record<string, Pick<Fault, 'method' | 'route'>> = {
  'opening a private channel': { method: 'POST', route: '/users/@me/channels' },
  'posting a message': { method: 'POST', route: /^\/channels\/\d+\/messages$/ },
  'editing a message': { method: 'PATCH', route: /^\/channels\/\d+\/messages\/\d+$/ },
  anything: {},
}

/** A film is lent, the guest strays, and the pass is taken back: each is told once, whatever Discord does. */
export async function anEveningWith(
  disturb: (discord: SimulatedDiscord) => void,
  seams: Seams = {},
): Promise<void> {
  const evening = await anEveningUnder(disturb, seams)
  await lend(evening)
  await stray(evening)
  await evening.api('POST', '/api/v1/request/remove', { plexUsername: 'friend.two' })
  await evening.pass(14 * second, 2 * second)

  evening.discord.clearFaults()
  await toldAll(evening)
  expectTold(evening)
}

/** A film is lent until a deadline, which passes: each is told once, whatever Discord does. */
export async function aDeadlineWith(
  disturb: (discord: SimulatedDiscord) => void,
  seams: Seams = {},
): Promise<void> {
  const evening = await anEveningUnder(disturb, seams)
  await lend(evening, { expires: new Date(evening.clock.now() + 16 * second).toISOString() })
  await evening.pass(30 * second, 2 * second)

  evening.discord.clearFaults()
  await toldAll(evening)
  expect(beginnings(evening)).toEqual(['You have a guest pass for Arrival ', 'The time for Arrival '])
  expect(evening.adminChannel()).toHaveLength(1)
}

async function anEveningUnder(disturb: (discord: SimulatedDiscord) => void, seams: Seams): Promise<Evening> {
  const evening = await anEvening({ before: furnish, seams })
  await evening.start()
  disturb(evening.discord)
  return evening
}

export function furnish({ world }: { world: Evening['world'] }): void {
  world.shareWith('friend.two', ['Films'])
}

export async function lend({ api, guest, titles }: Evening, more: object = {}): Promise<void> {
  const lent = { guest: 'friend.two', media: titles.lent, discordUserId: guest.id, ...more }
  expect((await api('POST', '/api/v1/assignments', lent)).status).toBe(201)
}

/** The guest plays something else, which is ended without anybody's help. */
export async function stray(evening: Evening): Promise<void> {
  const playing = evening.world.play('friend.two', evening.titles.other)
  await evening.pass(16 * second, 2 * second)
  expect(playing.ending()?.why).toBe('terminated')
}

export async function toldAll(evening: Evening): Promise<void> {
  await evening.passUntil(
    'everything to be told',
    async () => {
      // What is on its way takes none of that time, so that what Discord remembers of it is not forgotten meanwhile.
      await evening.pass(5 * second, 5 * second)
      return /"waitingMessages":0/.test((await evening.api('GET', '/api/v1/monitor')).text)
    },
    20 * minute,
  )
}

/** What the evening of lending, straying and revoking has to be told of. */
export function expectTold(evening: Evening): void {
  expect(beginnings(evening)).toEqual([
    'You have a guest pass for Arrival ',
    'I ended Heat ',
    'Your pass for Arrival ',
  ])
  expect(evening.cards()).toHaveLength(1)
  expect(evening.adminChannel()).toHaveLength(2)
}

function beginnings(evening: Evening): (string | undefined)[] {
  return evening.dms().map((text) => text.split(/[.:(]/)[0])
}
