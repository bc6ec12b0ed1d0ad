import { aHousehold } from './household.js'
import { type Measure, pause, quantile } from './measure.js'

/** From the start of the process to the end of a stray that runs already, and to being ready. */
export async function benchStart({ quick }: { quick: boolean }): Promise<Measure[]> {
  const judged: number[] = []
  const ready: number[] = []
  for (let round = 0; round < (quick ? 2 : 5); round += 1) {
    const house = await aHousehold({ guests: 200 })
    try {
      const player = house.play(house.names[0] ?? '', house.others[0]?.ratingKey ?? '')
      const store = await house.start()
      await store.stop()
      player.stop()

      const again = house.play(house.names[1] ?? '', house.others[0]?.ratingKey ?? '')
      const startedAt = performance.now()
      const starting = house.start({ storeUrl: store.storeUrl })
      judged.push((await house.endOf(again)) - startedAt)
      const { url } = await starting
      while (!(await fetch(`${url}/readyz`)).ok) await pause(5)
      ready.push(performance.now() - startedAt)
    } finally {
      await house.close()
    }
  }
  return [
    { what: 'start to first judgement, p50', value: quantile(judged, 50), unit: 'ms' },
    { what: 'start to first judgement, longest', value: Math.max(...judged), unit: 'ms', goal: 1_500 },
    { what: 'start to ready, p50', value: quantile(ready, 50), unit: 'ms' },
  ]
}
