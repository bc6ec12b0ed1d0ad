import { test } from 'vitest'
import { journeys } from '../support/matrix/journeys.js'
import { livedThrough } from '../support/matrix/lived.js'
import { clockTroubles, pushTroubles } from '../support/matrix/moments.js'
import { expectCounted, type Row, rowsToRun, runRow } from '../support/matrix/rows.js'

const troubles = [
  ...Object.entries(clockTroubles).map(([name, trouble]) => ({ name: `clock | ${name}`, trouble })),
  ...Object.entries(pushTroubles).map(([name, trouble]) => ({ name: `push | ${name}`, trouble })),
]
/** Whoever watched when the program was down has long gone to bed. */
const isPointless = (journey: string, name: string) =>
  journey.includes('nobody was there') && name.endsWith('a day is slept through')
const rows: Row[] = Object.entries(journeys).flatMap(([journey, steps]) =>
  troubles
    .filter(({ name }) => !isPointless(journey, name))
    .map(({ name, trouble }) => ({
      name: `${journey} | ${name}`,
      run: () => livedThrough(steps, trouble()),
    })),
)

test('the rows are as many as they have names, and as README says', () =>
  expectCounted(rows, 'a clock that is set wrong'))

test.each(rowsToRun('faults of clock and push', rows, 120))('$name', (row) => runRow(row))
