import { test } from 'vitest'
import { journeys } from '../support/matrix/journeys.js'
import { livedThrough } from '../support/matrix/lived.js'
import { acts, plexTrouble, type Side, type Span } from '../support/matrix/plex-faults.js'
import { expectCounted, type Row, rowsToRun, runRow } from '../support/matrix/rows.js'

/** Every request that a journey makes, each with everything that can become of it, and all of a side at once. */
const rows: Row[] = []
for (const [journey, steps] of Object.entries(journeys)) {
  const { server, account } = await livedThrough(steps)
  const calls: [Side, string][] = [
    ...['* /', ...server].map((match): [Side, string] => ['server', match]),
    ...['* /', ...account].map((match): [Side, string] => ['account', match]),
  ]
  for (const [side, match] of calls) {
    for (const [becomes, act] of Object.entries(acts)) {
      for (const span of ['once', 'for 30 s'] satisfies Span[]) {
        if (isBelieved(side, match, becomes, span)) continue
        rows.push({
          name: `${journey} | ${side} ${match} | ${becomes}, ${span}`,
          run: () => livedThrough(steps, plexTrouble(side, match, act, span)),
        })
      }
    }
  }
}

/** Where nobody can know better: what Plex says for long enough, and what it does long after it was asked. */
function isBelieved(side: Side, match: string, becomes: string, span: Span): boolean {
  const isEmpty = becomes === 'answers that there is nothing'
  if (side === 'account') return isEmpty && span === 'for 30 s'
  if (match.startsWith('GET /library/metadata')) return becomes === 'answers 404' && span === 'for 30 s'
  return match.startsWith('PUT /library') && /^(hangs|is slower than anybody waits)$/.test(becomes)
}

test('the rows are as many as they have names, and as README says', () =>
  expectCounted(rows, 'every request to Plex and plex.tv'))

test.each(rowsToRun('faults of Plex', rows, 180))('$name', (row) => runRow(row))
