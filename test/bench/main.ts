import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { benchStore } from './store.js'

/** One line of the table: what was measured, and the goal it must stay under (or over) where there is one. */
export interface Measure {
  what: string
  value: number
  unit: 'ms' | 'per second'
  goal?: number
}

const folder = await mkdtemp(join(tmpdir(), 'otp-bench-'))
const measures = await benchStore(`sqlite://${join(folder, 'otp.sqlite')}`)
await rm(folder, { recursive: true })

process.stdout.write(process.argv.includes('--json') ? `${JSON.stringify(measures)}\n` : table(measures))
if (measures.some(missesGoal)) process.exitCode = 1

function table(lines: readonly Measure[]): string {
  const width = Math.max(...lines.map((line) => line.what.length))
  return lines
    .map((line) => {
      const goal = line.goal === undefined ? '' : `  goal ${line.goal}${missesGoal(line) ? '  MISSED' : ''}`
      return `${line.what.padEnd(width)}  ${line.value.toFixed(2).padStart(10)} ${line.unit}${goal}\n`
    })
    .join('')
}

function missesGoal({ value, unit, goal }: Measure): boolean {
  if (goal === undefined) return false
  return unit === 'ms' ? value > goal : value < goal
}
