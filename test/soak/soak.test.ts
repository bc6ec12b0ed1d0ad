import { expect, test, vi } from 'vitest'
import { numbersFrom } from '../support/guard/guard-world.js'
import { soak } from '../support/soak/days.js'

/** A week of evenings of fifty guests with `OTP_SOAK=week`, otherwise half an hour of twenty; `OTP_SEED` says how chance goes. */
const isWeek = process.env.OTP_SOAK === 'week'
const hours = Number(process.env.OTP_SOAK_HOURS ?? (isWeek ? 35 : 0.5))
const guests = isWeek ? 50 : 20
const seed = Number(process.env.OTP_SEED ?? 7)

test(`${hours} hours of ${guests} guests with faults and restarts leave nothing wrong`, async () => {
  const begun = process.cpuUsage()
  vi.spyOn(Math, 'random').mockImplementation(numbersFrom(seed))
  const found = await soak({ hours, guests, seed, onDisk: isWeek }).finally(() => vi.restoreAllMocks())
  const { user, system } = process.cpuUsage(begun)
  const { wrong, handles, storeBytes, heapMbPerHour, ...counts } = found
  process.stdout.write(
    `${hours} hours, seed ${seed}: ${JSON.stringify(counts)}, memory ${heapMbPerHour.toFixed(2)} MB an hour ` +
      `with all that is recorded of it, ${handles.before} and ${handles.after} handles, ` +
      `store ${Math.round(storeBytes / 1_000)} kB, ${Math.round((user + system) / 1e6)} s of CPU\n`,
  )

  expect(wrong).toEqual([])
  expect(found.violations).toBeGreaterThan(hours)
  expect(found.ended).toBe(found.violations)
  expect(found.told).toBe(found.violations)
  expect(handles.after).toBeLessThanOrEqual(handles.before)
}, 7_200_000)
