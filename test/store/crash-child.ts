import { openStore } from '../../src/store/open.js'
import { aViolation, created } from './records.js'

/**
 * Commits pairs of records as fast as it can and says which pairs were acknowledged, until somebody kills it.
 * Several commits are always under way.
 */
const store = await openStore(process.argv[2] ?? '')
let pairs = 0

await Promise.all(Array.from({ length: 8 }, commitPairs))

async function commitPairs(): Promise<never> {
  for (;;) {
    pairs += 1
    const pair = String(pairs).padStart(6, '0')
    const done = await store.commit([
      created(aViolation({ id: `${pair}-a` })),
      created(aViolation({ id: `${pair}-b` })),
    ])
    if (done) process.stdout.write(`${pair}\n`)
  }
}
