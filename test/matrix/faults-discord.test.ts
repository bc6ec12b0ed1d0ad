import { test } from 'vitest'
import type { SimulatedDiscord } from '../../src/simulator/discord/start.js'
import { anEveningWith, messageRoutes } from '../support/matrix/discord-evening.js'
import { expectCounted, type Row, rowsToRun, runRow } from '../support/matrix/rows.js'

type Fault = Parameters<SimulatedDiscord['fault']>[0]

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
/** What only the admin channel can be refused for good: a guest's messages are a matter of their own. */
const refusals: Record<string, { status: number; code: number }> = {
  'is refused like a dead token (401)': { status: 401, code: 0 },
  'is refused, since the bot may not see it (403)': { status: 403, code: 50001 },
  'is refused, since the bot may not write there (403)': { status: 403, code: 50013 },
  'is refused, since the channel is gone (404)': { status: 404, code: 10003 },
}
const spans = { once: 1, 'three times': 3, 'for 30 s': Number.POSITIVE_INFINITY }

const gateway: Record<string, (discord: SimulatedDiscord) => void> = {
  'drops the connection': ({ gateway: to }) => to.dropAll(),
  'closes the connection': ({ gateway: to }) => to.closeAll(4000),
  'asks to connect anew': ({ gateway: to }) => to.askToReconnect(),
  'forgets the session': ({ gateway: to }) => to.invalidate(false),
  'pauses the session': ({ gateway: to }) => to.invalidate(true),
  'takes no heartbeat any more (4007)': ({ gateway: to }) => to.closeAll(4007),
  'is asked too much (4008)': ({ gateway: to }) => to.closeAll(4008),
  'waits too long (4009)': ({ gateway: to }) => to.closeAll(4009),
}

const rows: Row[] = [
  ...Object.entries(messageRoutes).flatMap(([asked, route]) =>
    Object.entries(kinds).flatMap(([becomes, kind]) =>
      Object.entries(spans).map(([span, times]) => ({
        name: `discord | ${asked} ${becomes}, ${span}`,
        run: () => anEveningWith((discord) => discord.fault({ ...route, ...kind, times })),
      })),
    ),
  ),
  ...Object.entries(refusals).flatMap(([becomes, kind]) =>
    Object.entries(spans).map(([span, times]) => ({
      name: `discord | posting for the admins ${becomes}, ${span}`,
      run: () =>
        anEveningWith((discord) =>
          discord.fault({
            method: 'POST',
            route: `/channels/${discord.adminChannelId}/messages`,
            kind: { kind: 'status', message: 'No', ...kind },
            times,
          }),
        ),
    })),
  ),
  ...Object.entries(gateway).map(([becomes, act]) => ({
    name: `discord | the gateway ${becomes}`,
    run: () => anEveningWith(act),
  })),
]

test('the rows are as many as they have names, and as README says', () =>
  expectCounted(rows, 'the requests to Discord on the way'))

test.each(rowsToRun('faults of Discord', rows, 104))('$name', (row) => runRow(row))
