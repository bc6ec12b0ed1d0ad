import { aHousehold, type Household } from './household.js'
import { type Measure, pause } from './measure.js'
import type { Program } from './program.js'
import { watchingAll } from './push-path.js'

const minuteMs = 60_000

/** What the program costs while nothing is wrong: requests, CPU and stalls, with more and more streams. */
export async function benchLoad({ quick }: { quick: boolean }): Promise<Measure[]> {
  const windowMs = quick ? 15_000 : minuteMs
  return [...(await idle(windowMs)), ...(await active(windowMs))]
}

async function idle(windowMs: number): Promise<Measure[]> {
  const house = await aHousehold({ guests: 0 })
  const program = await house.start()
  try {
    for (const name of ['guest.one', 'friend.two']) house.play(name, house.lent)
    await pause(5_000)
    const { requests, cpuMs } = await over(windowMs, house, program)
    return [
      { what: 'no guests: requests to the server', value: requests, unit: 'per minute', goal: 4 },
      { what: 'no guests: CPU', value: cpuMs, unit: 'ms', note: 'a minute' },
    ]
  } finally {
    await house.close()
  }
}

async function active(windowMs: number): Promise<Measure[]> {
  const house = await aHousehold({ guests: 200 })
  const program = await house.start()
  const measures: Measure[] = []
  let playing = 0
  try {
    for (const streams of [10, 100, 1_000]) {
      await watchingAll(house, streams - playing)
      playing = streams
      await pause(20_000)
      const { requests, cpuMs } = await over(windowMs, house, program)
      const isAim = streams === 100
      measures.push(
        {
          what: `${streams} streams of 200 guests: requests to the server`,
          value: requests,
          unit: 'per minute',
          ...(isAim && { goal: 30 }),
        },
        {
          what: `${streams} streams of 200 guests: CPU`,
          value: cpuMs,
          unit: 'ms',
          ...(isAim && { goal: 1_000 }),
          note: `a minute; ${(cpuMs / Math.max(1, requests)).toFixed(1)} ms a reading`,
        },
        {
          what: `${streams} streams of 200 guests: longest stall of the event loop`,
          value: await longestStall(program, quickly(windowMs)),
          unit: 'ms',
          goal: 50,
        },
      )
    }
    return measures
  } finally {
    await house.close()
  }
}

/** Requests and CPU of the program, counted over some time and told for a minute. */
async function over(
  windowMs: number,
  house: Household,
  program: Program,
): Promise<{ requests: number; cpuMs: number }> {
  const before = { requests: house.asked(), cpuMs: (await program.insight()).cpuMs }
  await pause(windowMs)
  const share = minuteMs / windowMs
  return {
    requests: house.asked(before.requests) * share,
    cpuMs: ((await program.insight()).cpuMs - before.cpuMs) * share,
  }
}

/** Watching the event loop costs CPU of its own, so it is done apart. */
async function longestStall(program: Program, forMs: number): Promise<number> {
  await program.insight('watch')
  await program.insight('reset')
  await pause(forMs)
  const { stallMs } = await program.insight()
  await program.insight('unwatch')
  return stallMs
}

function quickly(windowMs: number): number {
  return Math.min(20_000, windowMs)
}
