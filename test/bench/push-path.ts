import type { SimItem } from '../../src/simulator/plex/catalogue.js'
import type { SimPlayer } from '../../src/simulator/plex/players.js'
import { type Floor, startFloor } from './floor.js'
import { aHousehold, type Household } from './household.js'
import { type Measure, pause, quantile, spread } from './measure.js'
import type { Program } from './program.js'

const blocks = 12
const bursts = 5
/** Until cards and messages about the last one are on their way. */
const restMs = 60

/** From the announcement of a stream that may not go on to the request that ends it, beside a bare client. */
export async function benchPushPath({ quick }: { quick: boolean }): Promise<Measure[]> {
  const strays = quick ? 60 : 300
  const house = await aHousehold({ guests: 200, films: 40 })
  const program = await house.start()
  const floor = await startFloor(house)
  try {
    await pause(3_000)
    floor.sleep()
    const alone = await compare('push path alone', { house, program, floor, strays })
    const together = await benchBursts(house, alone.p50)
    const watching = await watchingAll(house, 100)
    await pause(12_000)
    const beside = await compare('push path beside 100 streams', { house, program, floor, strays })
    for (const one of watching) one.stop()

    house.stage.plexTv.faults.next({ match: '* /', times: 100_000, act: { kind: 'answer', status: 503 } })
    const away = await times(house, strays / 3)
    return [
      ...alone.measures,
      ...together,
      ...beside.measures,
      {
        what: 'push path with plex.tv down, p50',
        value: quantile(away, 50),
        unit: 'ms',
        goal: 1.25 * alone.p50,
        note: 'no different from alone',
      },
    ]
  } finally {
    floor.stop()
    await house.close()
  }
}

async function compare(
  what: string,
  { house, program, floor, strays }: { house: Household; program: Program; floor: Floor; strays: number },
): Promise<{ measures: Measure[]; p50: number }> {
  const ours: number[] = []
  const bare: number[] = []
  // Taking turns, so that whatever else the machine does hits both alike; who is not measured sleeps.
  for (let block = 0; block < blocks; block += 1) {
    ours.push(...(await times(house, strays / blocks)))
    floor.wake()
    program.sleep()
    await pause(500)
    for (let at = 0; at < strays / blocks; at += 1) {
      bare.push(await house.stray('passer.by'))
      await pause(restMs)
    }
    floor.sleep()
    program.wake()
    await pause(300)
  }
  const floorLines = spread(`${what}: bare client`, bare)
  const goals = { p50: 2 * quantile(bare, 50), p95: 3 * quantile(bare, 95) }
  return { measures: [...floorLines, ...spread(`${what}: OTP`, ours, goals)], p50: quantile(ours, 50) }
}

/** One stray after the other, of several guests and films. */
async function times(house: Household, strays: number): Promise<number[]> {
  const taken: number[] = []
  for (let at = 0; at < strays; at += 1) {
    const guest = house.names[100 + (at % 10)] ?? ''
    taken.push(await house.stray(guest, house.others[at % house.others.length]))
    await pause(restMs)
  }
  return taken
}

/** Fifty guests stray at the same moment, several times. */
async function benchBursts(house: Household, single: number): Promise<Measure[]> {
  const begun: number[] = []
  const taken: number[] = []
  for (let round = 0; round < bursts; round += 1) {
    await pause(4_000)
    const { beganMs, endedMs } = await burst(house, house.others[round])
    begun.push(beganMs)
    taken.push(endedMs)
  }
  const what = 'burst of 50 strays, until the last is ended'
  const note = `10 x one alone; the simulated server itself took ${quantile(begun, 50).toFixed(0)} ms to begin them`
  return [
    { what: `${what}, p50`, value: quantile(taken, 50), unit: 'ms' },
    { what: `${what}, longest`, value: Math.max(...taken), unit: 'ms', goal: 10 * single, note },
  ]
}

/** From the moment that all of them play: the server is busy until then, and answers nobody. */
async function burst(
  house: Household,
  film: SimItem | undefined,
): Promise<{ beganMs: number; endedMs: number }> {
  const startedAt = performance.now()
  const players = house.names.slice(100, 150).map((name) => house.play(name, film?.ratingKey ?? ''))
  const allPlayAt = performance.now()
  const ends = await Promise.all(players.map((one) => house.endOf(one)))
  for (const one of players) one.stop()
  return { beganMs: allPlayAt - startedAt, endedMs: Math.max(...ends) - allPlayAt }
}

/** So many guests watch what they may; they report every ten seconds, each at their own moment. */
export async function watchingAll(house: Household, count: number): Promise<SimPlayer[]> {
  const playing: SimPlayer[] = []
  for (let at = 0; at < count; at += 1) {
    playing.push(house.play(house.names[at % house.names.length] ?? '', house.lent))
    await pause(Math.min(50, 10_000 / count))
  }
  return playing
}

/** The list alone has to find them. */
export async function benchPollOnly({ quick }: { quick: boolean }): Promise<Measure[]> {
  const house = await aHousehold({ guests: 20, films: 40 })
  await house.start({ env: { OTP_MONITOR_PUSH: 'false' } })
  try {
    await pause(2_000)
    const taken: number[] = []
    for (let at = 0; at < (quick ? 8 : 30); at += 1) {
      taken.push(await house.stray(house.names[at % 10] ?? '', house.others[at % house.others.length]))
      await pause(Math.random() * 1_500)
    }
    const longest = {
      what: 'polling only, longest',
      value: Math.max(...taken),
      unit: 'ms',
      goal: 1_700,
    } as const
    return [{ what: 'polling only, p50', value: quantile(taken, 50), unit: 'ms' }, longest]
  } finally {
    await house.close()
  }
}
