/** Long tables are run whole with `OTP_MATRIX=all`; otherwise every k-th row, from one that the seed chooses. */
export const isWhole = process.env.OTP_MATRIX === 'all'

const seed = Number(process.env.OTP_MATRIX_SEED ?? Date.now() % 1_000)

/** The rows that are run this time; says which seed chose them. */
export function sliceOf<T>(what: string, rows: readonly T[], every = 3): T[] {
  if (isWhole) return [...rows]
  process.stdout.write(`${what}: every ${every}. of ${rows.length} rows, OTP_MATRIX_SEED=${seed}\n`)
  return rows.filter((_, at) => at % every === seed % every)
}
