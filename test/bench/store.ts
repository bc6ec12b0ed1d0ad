import type { Change, Store } from '../../src/core/ports.js'
import { openStore } from '../../src/store/open.js'
import { createIds } from '../../src/util/ids.js'
import { aViolation, created, replaced } from '../store/records.js'
import { createTestClock } from '../support/clock.js'
import { inMs, type Measure } from './measure.js'

const violations = 100_000
const guests = 200
const batch = 1_000

/** Measures a store in a file that holds 100,000 violations. */
export async function benchStore(url: string): Promise<Measure[]> {
  const store = await openStore(url)
  const filling = await inMs(() => fill(store))
  const middle = (await store.page('violation', { limit: 1, where: { guest: '150' } }))[0]?.id ?? ''

  const page = (what: string, run: () => Promise<unknown>, goal = 10) =>
    median(run).then((value): Measure => ({ what, value, unit: 'ms', goal }))
  const measures: Measure[] = [
    { what: `writing ${violations} violations, ${batch} a commit`, value: filling, unit: 'ms' },
    await page('newest page of 50', () => store.page('violation', { limit: 50 })),
    await page('newest page of 50 open ones', () =>
      store.page('violation', { limit: 50, where: { open: true } }),
    ),
    await page('newest page of 50 of one guest', () =>
      store.page('violation', { limit: 50, where: { guest: '150' } }),
    ),
    await page('page of 50 after a cursor', () => store.page('violation', { limit: 50, before: middle })),
    await page('open ones of one guest', () =>
      store.page('violation', { limit: 50, where: { guest: '150', open: true } }),
    ),
    await page('reading one', () => store.read('violation', middle)),
    { what: 'commits, one after the other', value: await commitsPerSecond(store, 1), unit: 'per second' },
    { what: 'commits, eight at a time', value: await commitsPerSecond(store, 8), unit: 'per second' },
  ]

  await store.close()
  return measures
}

/** Every guest has one violation still open; all the others have ended. */
async function fill(store: Store): Promise<void> {
  const ids = createIds(createTestClock())

  for (let done = 0; done < violations; done += batch) {
    const changes = Array.from({ length: batch }, (_, at): Change => {
      const number = done + at
      const guest = { plexId: String(100 + (number % guests)), username: `guest ${number % guests}` }
      return created(aViolation({ id: ids.next(), guest, ...(number >= guests && { endedAt: 2 }) }))
    })
    if (!(await store.commit(changes))) throw new Error('The store refused to be filled')
  }
}

async function commitsPerSecond(store: Store, lanes: number): Promise<number> {
  const rounds = 100
  const took = await inMs(() => Promise.all(Array.from({ length: lanes }, (_, lane) => commitOften(lane))))
  return (lanes * rounds * 1_000) / took

  async function commitOften(lane: number): Promise<void> {
    const record = aViolation({ id: `lane-${lanes}-${lane}` })
    await store.commit([created(record)])
    for (let round = 1; round <= rounds; round += 1) await store.commit([replaced(record, round)])
  }
}

async function median(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < 51; round += 1) times.push(await inMs(run))
  return times.toSorted((a, b) => a - b)[25] ?? 0
}
