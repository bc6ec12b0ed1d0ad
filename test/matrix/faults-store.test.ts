import { test } from 'vitest'
import { journeys } from '../support/matrix/journeys.js'
import { livedThrough } from '../support/matrix/lived.js'
import { expectCounted, type Row, rowsToRun, runRow } from '../support/matrix/rows.js'
import { type StoreFault, storeTrouble } from '../support/matrix/store-faults.js'

/** What lasts: a full disk or one that takes no writes, a file that cannot be read, one that is away, a slow one. */
const lasting: Record<string, StoreFault> = {
  'no write is taken': { hits: (call) => call === 'commit', how: 'refused', span: 'for 30 s' },
  'writes are done and not confirmed': { hits: (call) => call === 'commit', how: 'lost', span: 'for 30 s' },
  'nothing can be read': { hits: (call) => call !== 'commit', how: 'refused', span: 'for 30 s' },
  'nothing works': { hits: () => true, how: 'refused', span: 'for 30 s' },
  'everything is slow': { hits: () => true, how: 'slow', span: 'for 30 s' },
}

/** Every call of a journey to the store, each refused or done without an answer, and what lasts. */
const rows: Row[] = []
for (const [journey, steps] of Object.entries(journeys)) {
  const counting = storeTrouble()
  await livedThrough(steps, counting.trouble)
  const add = (name: string, fault: StoreFault) =>
    rows.push({
      name: `${journey} | store | ${name}`,
      run: () => livedThrough(steps, storeTrouble(fault).trouble),
    })

  for (const [name, fault] of Object.entries(lasting)) add(name, fault)
  for (const call of ['commit', 'read', 'page'] as const) {
    for (let at = 1; at <= counting.counts[call]; at += 1) {
      const hits: StoreFault['hits'] = (one, number) => one === call && number === at
      add(`${call} ${at} is refused`, { hits, how: 'refused', span: 'once' })
      if (call === 'commit')
        add(`${call} ${at} is done and not confirmed`, { hits, how: 'lost', span: 'once' })
    }
  }
}

test('the rows are as many as they have names, and as README says', () =>
  expectCounted(rows, 'every call to the store'))

test.each(rowsToRun('faults of the store', rows, 120))('$name', (row) => runRow(row))
