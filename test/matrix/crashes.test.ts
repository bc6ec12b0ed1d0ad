import { test } from 'vitest'
import { endedAfter, killedAfter, killedTwice } from '../support/matrix/deaths.js'
import { type Journey, journeys } from '../support/matrix/journeys.js'
import { livedThrough, type Trouble } from '../support/matrix/lived.js'
import { expectCounted, type Row, rowsToRun, runRow } from '../support/matrix/rows.js'

/**
 * A step is whatever outlives the program: a commit, a request that changes something, a message. Before the first and
 * after each of them it is killed, killed again while the next one puts things right, and asked to end.
 */
const rows: Row[] = []
for (const [journey, steps] of Object.entries(journeys)) {
  const { steps: count } = await livedThrough(steps)
  for (let last = 0; last <= count; last += 1) rows.push(...deathsAfter(last, journey, steps))
}

test('the rows are as many as they have names, and as README says', () =>
  expectCounted(rows, 'the program is killed after each'))

test.each(rowsToRun('deaths', rows, 180))('$name', (row) => runRow(row))

function deathsAfter(last: number, journey: string, steps: Journey): Row[] {
  const row = (what: string, trouble: Trouble): Row => ({
    name: `${journey} | after step ${last} ${what}`,
    run: () => livedThrough(steps, trouble),
  })
  return [
    row('it is killed', killedAfter(last)),
    ...[1, 2, 4].map((then) => row(`it is killed, and the next after ${then}`, killedTwice(last, then))),
    row('it is asked to end', endedAfter(last)),
  ]
}
