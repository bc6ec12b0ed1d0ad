import { expect, test } from 'vitest'
import type { SimulatedDiscord } from '../../src/simulator/discord/start.js'
import { anEvening, type Evening, minute } from '../support/evening.js'
import {
  aDeadlineWith,
  anEveningWith,
  expectTold,
  furnish,
  lend,
  messageRoutes,
  stray,
  toldAll,
} from '../support/matrix/discord-evening.js'
import { expectCounted, type Row, rowsToRun, runRow } from '../support/matrix/rows.js'
import { until } from '../support/until.js'

type Fault = Parameters<SimulatedDiscord['fault']>[0]

/** An answer that never comes is given up after this time, so that nobody waits for it. */
const seams = { discordTimeoutMs: 150 }

const evenings = { 'lending, straying and revoking': anEveningWith, 'a deadline': aDeadlineWith }
const kinds: Record<string, Pick<Fault, 'kind' | 'afterwards'>> = {
  'is never answered': { kind: { kind: 'hang' } },
  'is done and never answered': { kind: { kind: 'hang' }, afterwards: true },
  'is answered with 410': { kind: { kind: 'status', status: 410 } },
  'is answered with 410 when it was done': { kind: { kind: 'status', status: 410 }, afterwards: true },
}
const spans = { once: 1, 'for 30 s': Number.POSITIVE_INFINITY }

/** Why the gateway lets nobody in, and what is said of it. */
const closings: Record<string, { code: number; said: string }> = {
  'the token is not accepted (4004)': {
    code: 4004,
    said:
      'Discord does not accept the token of the bot. Make a new one at https://discord.com/developers/applications (Bot, ' +
      'then Reset Token), set [discord] token to it and start OTP anew; the guard goes on meanwhile.',
  },
  'what the bot wants is not allowed (4014)': {
    code: 4014,
    said:
      'Discord refuses what the bot wants to be told of. OTP asks for no privileged intent, so look at the application at ' +
      'https://discord.com/developers/applications: is it the right one, and not disabled? The guard goes on meanwhile.',
  },
}

const rows: Row[] = [
  ...Object.entries(evenings).flatMap(([evening, lived]) =>
    Object.entries(messageRoutes).flatMap(([asked, route]) =>
      Object.entries(kinds).flatMap(([becomes, kind]) =>
        Object.entries(spans).map(([span, times]) => ({
          name: `${evening} | discord | ${asked} ${becomes}, ${span}`,
          run: () => lived((discord) => discord.fault({ ...route, ...kind, times }), seams),
        })),
      ),
    ),
  ),
  ...Object.entries(closings).flatMap(([why, { code, said }]) => [
    { name: `at the start | gateway | ${why}`, run: () => refusedAtStart(code, said) },
    { name: `while it runs | gateway | ${why}`, run: () => closedWhileRunning(code, said) },
  ]),
  { name: 'while it runs | gateway | the token is revoked, and set anew', run: revoked },
]

test('the rows are as many as they have names, and as README says', () =>
  expectCounted(rows, 'a Discord that never answers'))

test.each(rowsToRun('what Discord does not answer', rows, 40))('$name', (row) => runRow(row))

async function refusedAtStart(code: number, said: string): Promise<void> {
  const evening = await anEvening({ before: furnish })
  evening.discord.gateway.faults.closeOnIdentify = { code, times: 2 }
  await evening.start({ discordAway: true })
  await expectSaid(evening, said)

  await lend(evening)
  await stray(evening)
  await evening.clock.leap(6 * minute)
  await until('the second refusal', () => droppings(evening).length === 2)
  await evening.clock.leap(61 * minute)
  await backAgain(evening)
}

async function closedWhileRunning(code: number, said: string): Promise<void> {
  const evening = await anEvening({ before: furnish })
  await evening.start()
  await lend(evening)
  evening.discord.gateway.closeAll(code)
  await expectSaid(evening, said)

  await stray(evening)
  await evening.clock.leap(6 * minute)
  await backAgain(evening)
}

async function revoked(): Promise<void> {
  const evening = await anEvening({ before: furnish })
  const { discord, config } = evening
  await evening.start()
  await lend(evening)
  discord.revokeToken()
  await expectSaid(evening, 'Discord does not accept the token of the bot.')

  await stray(evening)
  await evening.stop()
  config.discord.token = `${discord.token}.renewed`
  await evening.start()
  await backAgain(evening)
}

/** Once Discord lets the bot in again, all is told and all is well. */
async function backAgain(evening: Evening): Promise<void> {
  await until('the login', () => evening.discord.gateway.connected() === 1)
  await evening.settled()
  await evening.api('POST', '/api/v1/request/remove', { plexUsername: 'friend.two' })
  await toldAll(evening)
  expectTold(evening)
  expect((await evening.api('GET', '/readyz')).status).toBe(200)
}

/** The log, `/readyz` and the status of the guard say it in the same words, the log once. */
async function expectSaid(evening: Evening, said: string): Promise<void> {
  await until('the drop', () => droppings(evening).length === 1)
  expect(droppings(evening)[0]).toContain(said)
  const ready = await evening.api('GET', '/readyz')
  expect([ready.status, ready.text]).toEqual([503, expect.stringContaining(said)])
  const status = await evening.api('GET', '/api/v1/monitor')
  expect(status.text).toContain(said)
  expect(status.text).toContain('"running":true')
}

function droppings({ logLines }: Evening): string[] {
  return logLines.filter((line) => line.includes('discord client dropped'))
}
