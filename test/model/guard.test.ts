import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { actions } from '../support/guard/actions.js'
import { liveThrough } from '../support/guard/evening.js'
import { numbersFrom } from '../support/guard/guard-world.js'

/** All of them with `OTP_MATRIX=all`, from a seed of its own each time; otherwise a few, always the same. */
const isWhole = process.env.OTP_MATRIX === 'all'
const runs = Number(process.env.OTP_RUNS ?? (isWhole ? 2_000 : 60))
const seed = Number(process.env.OTP_SEED ?? (isWhole ? Date.now() % 1_000_000_000 : 8))
const path = process.env.OTP_PATH

const evenings = fc.record({
  actions,
  push: fc.boolean(),
  // Its statements run on threads of their own, so that what overlaps is not the same each time.
  sqlite: fc.nat({ max: 9 }).map((one) => isWhole && one === 9),
  maxViolations: fc.constantFrom(0, 0, 0, 2),
  dryRun: fc.nat({ max: 9 }).map((one) => one === 9),
  seed: fc.nat(),
})

test('whatever happens in an evening, the guard ends what it must and nothing else', async () => {
  const begun = Date.now()
  await fc.assert(
    fc.asyncProperty(
      evenings,
      async ({ actions: happening, push, sqlite, maxViolations, dryRun, seed: chance }) => {
        vi.spyOn(Math, 'random').mockImplementation(numbersFrom(chance))
        const onViolation = dryRun ? (['report'] as const) : (['terminate', 'stop', 'unshare'] as const)
        const monitor = { push, maxViolations, onViolation: [...onViolation] }
        await liveThrough({ monitor, sqlite, seed: chance }, happening).finally(() => vi.restoreAllMocks())
      },
    ),
    { seed, numRuns: runs, ...(path !== undefined && { path }) },
  )
  process.stdout.write(`${runs} evenings, seed ${seed}, ${Math.round((Date.now() - begun) / 100) / 10} s\n`)
  expect(runs).toBeGreaterThan(0)
}, 1_800_000)
