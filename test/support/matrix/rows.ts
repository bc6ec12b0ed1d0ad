import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { sliceOf } from '../slice.js'

/** A row of a matrix, by the name under which it can be run alone. */
export interface Row {
  name: string
  run: () => Promise<unknown>
}

/**
 * With `OTP_MATRIX_ROW` the rows whose name holds it, otherwise every so many, or as many as `OTP_MATRIX_EVERY` says;
 * says how many there are.
 */
export function rowsToRun(what: string, rows: readonly Row[], every: number): Row[] {
  process.stdout.write(`${what}: ${rows.length} rows\n`)
  const alone = process.env.OTP_MATRIX_ROW
  if (alone === undefined) return sliceOf(what, rows, Number(process.env.OTP_MATRIX_EVERY ?? every))
  return rows.filter((one) => one.name.includes(alone))
}

/** Each row has a name of its own, and README's table says how many there are. */
export function expectCounted(rows: readonly Row[], told: string): void {
  expect(new Set(rows.map((one) => one.name)).size).toBe(rows.length)
  const line = readFileSync('README.md', 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`| ${told}`))
  expect(line?.split('|').at(-2)?.trim()).toBe(rows.length.toLocaleString('en'))
}

/** Says in the failure of a row how to run it alone. */
export async function runRow({ name, run }: Row): Promise<void> {
  try {
    await run()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`${reason}\nAlone: OTP_MATRIX_ROW='${name}'`, { cause: error })
  }
}
