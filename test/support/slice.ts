/** Long tables are run whole with `OTP_MATRIX=all`; otherwise every k-th row, from one that the seed chooses. */
export const isWhole = process.env.OTP_MATRIX === 'all'

/** Always the same in CI, so that what is tested there is what was tested before. */
export const seed = Number(process.env.OTP_MATRIX_SEED ?? (process.env.CI ? 7 : Date.now() % 1_000))

/** The rows that are run this time; says which seed chose them. */
export function sliceOf<T>(what: string, rows: readonly T[], every = 5): T[] {
  if (isWhole) return [...rows]
  process.stdout.write(`${what}: every ${every}. of ${rows.length} rows, OTP_MATRIX_SEED=${seed}\n`)
  return rows.filter((_, at) => isChosen(at, every))
}

/** Whether this row or step is one of every so many that are run this time. */
export function isChosen(at: number, every: number): boolean {
  return isWhole || at % every === seed % every
}
