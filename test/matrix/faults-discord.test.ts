import { expect, test } from 'vitest'
import type { SimulatedDiscord } from '../../src/simulator/discord/start.js'
import { anEvening, minute, second } from '../support/evening.js'
import { type Row, rowsToRun, runRow } from '../support/matrix/rows.js'

type Fault = Parameters<SimulatedDiscord['fault']>[0]

const routes: Record<string, Pick<Fault, 'method' | 'route'>> = {
  'opening a private channel': { method: 'POST', route: '/users/@me/channels' },
  'posting a message': { method: 'POST', route: /^\/channels\/\d+\/messages$/ },
  'editing a message': { method: 'PATCH', route: /^\/channels\/\d+\/messages\/\d+$/ },
  anything: {},
}
const kinds: Record<string, Pick<Fault, 'kind' | 'afterwards'>> = {
  'is answered with 500': { kind: { kind: 'status', status: 500 } },
  'is answered with 503': { kind: { kind: 'status', status: 503 } },
  'is answered with 500 when it was done': { kind: { kind: 'status', status: 500 }, afterwards: true },
  'is too much for 2 s': { kind: { kind: 'rate-limit', retryAfterS: 2 } },
  'is too much for a second, like everything else': {
    kind: { kind: 'rate-limit', retryAfterS: 1, global: true },
  },
  'breaks off': { kind: { kind: 'reset' } },
  'breaks off when it was done': { kind: { kind: 'reset' }, afterwards: true },
}
const spans = { once: 1, 'three times': 3, 'for 30 s': Number.POSITIVE_INFINITY }

const gateway: Record<string, (discord: SimulatedDiscord) => void> = {
  'drops the connection': ({ gateway: to }) => to.dropAll(),
  'closes the connection': ({ gateway: to }) => to.closeAll(4000),
  'asks to connect anew': ({ gateway: to }) => to.askToReconnect(),
  'forgets the session': ({ gateway: to }) => to.invalidate(false),
}

const rows: Row[] = [
  ...Object.entries(routes).flatMap(([asked, route]) =>
    Object.entries(kinds).flatMap(([becomes, kind]) =>
      Object.entries(spans).map(([span, times]) => ({
        name: `discord | ${asked} ${becomes}, ${span}`,
        run: () => anEveningWith((discord) => discord.fault({ ...route, ...kind, times })),
      })),
    ),
  ),
  ...Object.entries(gateway).map(([becomes, act]) => ({
    name: `discord | the gateway ${becomes}`,
    run: () => anEveningWith(act),
  })),
]

test('the rows are as many as they have names', () => {
  expect(new Set(rows.map((one) => one.name)).size).toBe(rows.length)
})

test.each(rowsToRun('faults of Discord', rows, 88))('$name', (row) => runRow(row))

/** A film is lent, the guest strays, and the pass is taken back: each is told once, whatever Discord does. */
async function anEveningWith(disturb: (discord: SimulatedDiscord) => void): Promise<void> {
  const evening = await anEvening({ before: ({ world }) => world.shareWith('friend.two', ['Films']) })
  const { world, titles, discord, guest, api, clock } = evening
  await evening.start()
  disturb(discord)

  const lent = { guest: 'friend.two', media: titles.lent, discordUserId: guest.id }
  expect((await api('POST', '/api/v1/assignments', lent)).status).toBe(201)
  const stray = world.play('friend.two', titles.other)
  await evening.pass(16 * second, 2 * second)
  expect(stray.ending()?.why).toBe('terminated')
  await api('POST', '/api/v1/request/remove', { plexUsername: 'friend.two' })
  await evening.pass(14 * second, 2 * second)

  discord.clearFaults()
  await evening.passUntil(
    'everything to be told',
    async () => {
      await clock.leap(5 * second)
      return /"waitingMessages":0/.test((await api('GET', '/api/v1/monitor')).text)
    },
    20 * minute,
  )
  expect(evening.dms().map((text) => text.split(/[.:(]/)[0])).toEqual([
    'You have a guest pass for Arrival ',
    'I ended Heat ',
    'Your pass for Arrival ',
  ])
  expect(evening.cards()).toHaveLength(1)
  expect(evening.adminChannel()).toHaveLength(2)
}
