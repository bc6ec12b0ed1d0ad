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
      }
    }
    const [first = Number.NaN] = rss
    const last = rss.at(-1) ?? Number.NaN
    const growth = (last - first) / Math.max(1, rss.length - 1)
    return [
      { what: 'memory after 1,000 violations', value: first, unit: 'MB' },
      { what: `memory after ${total} violations`, value: last, unit: 'MB', goal: 150, note: 'RSS' },
      { what: 'memory, most that was seen', value: Math.max(...rss), unit: 'MB', goal: 150 },
      { what: 'memory, growth after the first 1,000', value: growth, unit: 'MB per 1000', goal: 1 },
    ]
  } finally {
    await house.close()
  }
}
