import { aHousehold } from './household.js'
import { type Measure, pause } from './measure.js'

const atOnce = 20

/** The memory of the program while ten thousand violations come and go. */
export async function benchMemory({ quick }: { quick: boolean }): Promise<Measure[]> {
  const total = quick ? 2_000 : 10_000
  const house = await aHousehold({ guests: 200, films: total / 200 })
  // How fast Discord takes cards is no business of the guard's.
  const program = await house.start({ discord: false })
  const rss: number[] = []
  let heldAtFirst = Number.NaN
  try {
    await pause(2_000)
    let done = 0
    for (const film of house.others) {
      for (let from = 0; from < house.names.length; from += atOnce) {
        const players = house.names.slice(from, from + atOnce).map((name) => house.play(name, film.ratingKey))
        await Promise.all(players.map((one) => house.endOf(one)))
        for (const one of players) one.stop()
        done += players.length
        if (done % 1_000 === 0) rss.push((await program.insight()).rssMb)
        if (done === 1_000) heldAtFirst = (await program.insight('collect')).heapMb
      }
    }
    const [first = Number.NaN] = rss
    const last = rss.at(-1) ?? Number.NaN
    const held = (await program.insight('collect')).heapMb
    return [
      { what: 'memory after 1,000 violations', value: first, unit: 'MB' },
      { what: `memory after ${total} violations`, value: last, unit: 'MB', goal: 150, note: 'RSS' },
      { what: 'memory, most that was seen', value: Math.max(...rss), unit: 'MB', goal: 150 },
      { what: 'memory, growth after the first 1,000', value: slopeOf(rss), unit: 'MB per 1000', goal: 1 },
      { what: 'memory that is held, without garbage, after 1,000', value: heldAtFirst, unit: 'MB' },
      {
        what: 'memory that is held, growth after that',
        value: (held - heldAtFirst) / (total / 1_000 - 1),
        unit: 'MB per 1000',
        goal: 1,
      },
    ]
  } finally {
    await house.close()
  }
}

/** By how much each value is above the one before, by the line that lies closest to them all. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length
  const rise = values.reduce((sum, one, at) => sum + (at - middle) * (one - mean), 0)
  const run = values.reduce((sum, _, at) => sum + (at - middle) ** 2, 0)
  return rise / Math.max(1, run)
}
