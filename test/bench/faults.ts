import type { FaultAct } from '../../src/simulator/plex/faults.js'
import { aHousehold, type Household } from './household.js'
import { type Measure, pause } from './measure.js'

const list = 'GET /status/sessions'
const terminate = 'GET /status/sessions/terminate'

interface Trouble {
  what: string
  goal: number
  cause: (house: Household) => void
  mend?: (house: Household) => void
}

/** One stray for each thing that can go wrong on the way, from its start to the request that ends it. */
export async function benchFaults(): Promise<Measure[]> {
  const house = await aHousehold({ guests: 60, films: 60 })
  await house.start()
  const measures: Measure[] = []
  try {
    await pause(3_000)
    for (const [at, { what, goal, cause, mend }] of troubles.entries()) {
      cause(house)
      const value = await timeToDeath(house, at)
      mend?.(house)
      house.stage.plexServer.faults.clear()
      measures.push({ what: `stray, ${what}`, value, unit: 'ms', goal })
      await pause(4_000)
    }
    return measures
  } finally {
    await house.close()
  }
}

/** Until the request that the server took, not one that it refused. */
async function timeToDeath(house: Household, at: number): Promise<number> {
  const startedAt = performance.now()
  const player = house.play(house.names[at] ?? '', house.others[at]?.ratingKey ?? '')
  const took = (await house.endOf(player).catch(() => Number.POSITIVE_INFINITY)) - startedAt
  player.stop()
  return took
}

const push = (house: Household) => house.stage.plexServer.push

const once = (match: string, act: FaultAct, times = 1) => ({
  cause: (house: Household) => house.stage.plexServer.faults.next({ match, act, times }),
})

const odd: Record<string, FaultAct> = {
  '503': { kind: 'answer', status: 503 },
  '401': { kind: 'answer', status: 401 },
  '429': { kind: 'answer', status: 429 },
  'cut off': { kind: 'cut' },
  HTML: { kind: 'html' },
  reset: { kind: 'reset', when: 'before' },
  hanging: { kind: 'hang', when: 'before' },
}

const troubles: Trouble[] = [
  {
    what: 'its frame is lost',
    goal: 5_500,
    cause: (house) => {
      push(house).switches.lose = 1
    },
  },
  { what: 'the socket is closed', goal: 5_500, cause: (house) => push(house).drop('close') },
  { what: 'the socket is reset', goal: 10_000, cause: (house) => push(house).drop('reset') },
  {
    what: 'the socket is refused from then on',
    goal: 10_000,
    cause: (house) => {
      push(house).switches.websocket = 503
      push(house).switches.sse = 503
      push(house).drop('reset')
    },
    mend: (house) => {
      push(house).switches.websocket = 'open'
      push(house).switches.sse = 'open'
    },
  },
  { what: 'the socket is muted', goal: 10_000, cause: (house) => push(house).strand('muted') },
  { what: 'the socket is half open', goal: 10_000, cause: (house) => push(house).strand('dead') },
  ...Object.entries(odd).map(([name, act]) => ({
    what: `the list fails once: ${name}`,
    goal: 10_000,
    ...once(list, act),
  })),
  ...Object.entries({ '503': odd['503'], reset: odd.reset, '429': odd['429'], hanging: odd.hanging }).flatMap(
    ([name, act]) =>
      [1, 3].flatMap((times) =>
        act
          ? [{ what: `ending fails ${times} x: ${name}`, goal: 10_000, ...once(terminate, act, times) }]
          : [],
      ),
  ),
]
