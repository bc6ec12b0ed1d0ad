import { test } from 'vitest'
import { type DiskCall, type DiskFault, diskTrouble } from '../support/matrix/disk-faults.js'
import type { Journey } from '../support/matrix/journeys.js'
import { livedThrough } from '../support/matrix/lived.js'
import { makingJourneys, removingJourneys } from '../support/matrix/private-journeys.js'
import { expectCounted, type Row, rowsToRun, runRow } from '../support/matrix/rows.js'

const codes = ['EACCES', 'ENOSPC', 'EROFS', 'ENOENT', 'EEXIST', 'EIO', 'slow']
const ofReading = ['EACCES', 'ENOENT', 'EIO', 'slow']
const ofWriting = ['EACCES', 'ENOSPC', 'EROFS', 'EIO', 'slow']
/** What can become of each call; a folder that says it is not empty, as EEXIST may mean as well, is believed. */
const becomes: Record<DiskCall, readonly string[]> = {
  look: ofReading,
  isFolder: ofReading,
  realpath: ofReading,
  anchor: ofReading,
  freeBytes: ofReading,
  openSource: ofReading,
  read: ofReading,
  write: ofWriting,
  sync: ofWriting,
  close: ['ENOSPC', 'EIO', 'slow'],
  makeFolder: codes,
  link: codes,
  rename: codes,
  openNew: codes,
  unlink: codes,
  removeFolder: codes.filter((code) => code !== 'EEXIST'),
}
/** What is done and may all the same come back as failed: on a disk that is reached over a network. */
const changing = ['makeFolder', 'link', 'rename', 'unlink', 'removeFolder', 'openNew']

/** Every call of a journey to the disk of private libraries, each with everything that can become of it. */
const rows: Row[] = []
for (const [journey, steps] of Object.entries(makingJourneys)) {
  rows.push(...(await rowsOf(`${journey}, linked`, steps, false)))
  rows.push(...(await rowsOf(`${journey}, copied`, steps, true)))
}
for (const [journey, steps] of Object.entries(removingJourneys)) {
  rows.push(...(await rowsOf(journey, steps, false)))
}

test('the rows are as many as they have names, and as README says', () =>
  expectCounted(rows, 'every call to the disk'))

test.each(rowsToRun('faults of the disk', rows, 150))('$name', (row) => runRow(row))

async function rowsOf(journey: string, steps: Journey, copied: boolean): Promise<Row[]> {
  const counts = await lived(steps, copied)
  const row = (what: string, fault: DiskFault): Row => ({
    name: `${journey} | disk | ${what}, ${fault.lasts ? 'for 30 s' : 'once'}`,
    run: () => lived(steps, copied, fault),
  })
  const onceAndLong = (name: DiskCall, how: string, isDone = false) => {
    const what = `${name} ${how}${isDone ? ' when it was done' : ''}`
    return [
      row(what, { how, isDone, lasts: false, hits: (call, at) => call === name && at === 1 }),
      row(what, { how, isDone, lasts: true, hits: (call) => call === name }),
    ]
  }
  const later = (name: DiskCall, which: number) =>
    row(`${name} ${which} EIO`, {
      how: 'EIO',
      lasts: false,
      hits: (call, at) => call === name && at === which,
    })

  return [
    ...codes.map((how) => row(`everything ${how}`, { how, lasts: true, hits: () => true })),
    ...[...counts].flatMap(([name, count]) => [
      ...becomes[name].flatMap((how) => onceAndLong(name, how)),
      ...Array.from({ length: count - 1 }, (_, before) => later(name, before + 2)),
      ...(changing.includes(name) ? onceAndLong(name, 'EIO', true) : []),
    ]),
  ]
}

/** Answers how often each call was made. */
async function lived(steps: Journey, copied: boolean, fault?: DiskFault): Promise<Map<DiskCall, number>> {
  const { trouble, counts, close } = diskTrouble(copied, fault)
  try {
    await livedThrough(steps, trouble)
    return counts
  } finally {
    close()
  }
}
