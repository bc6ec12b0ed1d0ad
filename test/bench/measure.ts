/** One line of the table: what was measured, and the goal it must stay under (or over) where there is one. */
export interface Measure {
  what: string
  value: number
  unit: 'ms' | 'per second' | 'per minute' | 'MB' | 'MB per 1000' | 'of 100'
  goal?: number
  note?: string
}

/** A goal is the most that may be; of what is counted by the second, the least. */
export function missesGoal({ value, unit, goal }: Measure): boolean {
  if (goal === undefined) return false
  return unit === 'per second' ? value < goal : !(value <= goal)
}

/** The value that so many of 100 are not above. */
export function quantile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN
}

/** The usual four of a series of times. */
export function spread(
  what: string,
  times: readonly number[],
  goals: { p50?: number; p95?: number } = {},
): Measure[] {
  const line = (name: string, value: number, goal?: number): Measure => ({
    what: `${what}, ${name}`,
    value,
    unit: 'ms',
    ...(goal !== undefined && { goal }),
  })
  return [
    line('p50', quantile(times, 50), goals.p50),
    line('p95', quantile(times, 95), goals.p95),
    line('p99', quantile(times, 99)),
    line('longest', Math.max(...times)),
  ]
}

export function table(lines: readonly Measure[]): string {
  const width = Math.max(...lines.map((line) => line.what.length))
  return lines
    .map((line) => {
      const { what, value, unit, goal, note } = line
      const aim =
        goal === undefined ? '' : `  goal ${Number(goal.toFixed(2))}${missesGoal(line) ? '  MISSED' : ''}`
      return `${what.padEnd(width)}  ${value.toFixed(2).padStart(10)} ${unit}${aim}${note ? `  (${note})` : ''}\n`
    })
    .join('')
}

export async function inMs(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await run()
  return performance.now() - startedAt
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
