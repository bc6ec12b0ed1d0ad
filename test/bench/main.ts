import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchAutocomplete } from './autocomplete.js'
import { benchFaults } from './faults.js'
import { benchJudging } from './judging.js'
import { benchLoad } from './load.js'
import { type Measure, missesGoal, table } from './measure.js'
import { benchMemory } from './memory.js'
import { benchPollOnly, benchPushPath } from './push-path.js'
import { benchRest } from './rest.js'
import { benchStart } from './start.js'
import { benchStore } from './store.js'

interface How {
  /** Fewer rounds, to see whether it works. */
  quick: boolean
}

const parts: Record<string, (how: How) => Promise<Measure[]>> = {
  push: benchPushPath,
  poll: benchPollOnly,
  faults: benchFaults,
  start: benchStart,
  store: inStore,
  memory: benchMemory,
  autocomplete: benchAutocomplete,
  rest: benchRest,
  load: benchLoad,
}

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, only: { type: 'string' } },
})
const chosen = values.only?.split(',') ?? Object.keys(parts)
const unknown = chosen.filter((one) => !Object.hasOwn(parts, one))

if (unknown.length > 0) {
  process.stderr.write(
    `There is no part ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}.\n`,
  )
  process.exitCode = 2
} else await bench()

async function bench(): Promise<void> {
  const measures: Measure[] = []
  for (const name of chosen) {
    const lines = (await parts[name]?.({ quick: values.quick === true })) ?? []
    measures.push(...lines)
    if (!values.json) process.stdout.write(`\n${name}\n${table(lines)}`)
  }
  if (values.json) process.stdout.write(`${JSON.stringify(measures)}\n`)
  if (measures.some(missesGoal)) process.exitCode = 1
}

async function inStore(): Promise<Measure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'otp-bench-'))
  const url = `sqlite://${join(folder, 'otp.sqlite')}`
  try {
    return [...(await benchStore(url)), ...(await benchJudging(url))]
  } finally {
    await rm(folder, { recursive: true })
  }
}
