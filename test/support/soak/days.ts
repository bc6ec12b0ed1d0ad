import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { hour, minute, second } from '../builders.js'
import { watchCalls } from '../guard/calls.js'
import { aGuardWorld, type GuardWorld, numbersFrom } from '../guard/guard-world.js'
import { complaintsAboutRecords } from '../guard/records.js'
import { complaintsAboutTelling } from '../guard/tellings.js'
import { createGuests } from './guests.js'
import { createWeather } from './weather.js'

const tickMs = 10 * second
const nightStepMs = 5 * minute
const eveningMs = 5 * hour
const day = 24 * hour
/** What plex.tv may have taken without saying so is waited for. */
const doubtMinutes = 25

export interface Soak {
  lent: number
  played: number
  strays: number
  violations: number
  ended: number
  told: number
  wrong: string[]
  faults: number
  restarts: number
  heapMbPerHour: number
  handles: { before: number; after: number }
  storeBytes: number
}

interface Wanted {
  hours: number
  guests: number
  seed: number
  /** With the real store in a file, instead of one in memory. */
  onDisk: boolean
}

/**
 * Lives through evenings of many guests, with everything going wrong now and then; the nights go by in larger steps.
 * `hours` of evening in all, five to a day.
 */
export async function soak({ hours, guests: count, seed, onDisk }: Wanted): Promise<Soak> {
  const folder = mkdtempSync(join(tmpdir(), 'otp-soak-'))
  const file = join(folder, 'otp.sqlite')
  const before = openHandles()
  const guard = await aGuardWorld({ monitor: { push: true }, sqlite: onDisk && file, seed })
  const found = await livedThrough(guard, { hours, count, chance: numbersFrom(seed) }).finally(guard.close)
  const storeBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  rmSync(folder, { recursive: true, force: true })
  await new Promise((resolve) => setTimeout(resolve, 50))
  return { ...found, storeBytes, handles: { before, after: openHandles() } }
}

async function livedThrough(
  guard: GuardWorld,
  { hours, count, chance }: { hours: number; count: number; chance: () => number },
) {
  const guests = createGuests(guard, count, chance)
  const weather = createWeather(guard, chance)
  const calls = watchCalls(guard)
  const seenBefore = guests.seen()
  const heapMb: number[] = []
  await guard.start()

  for (let passedMs = 0; passedMs < hours * hour; passedMs += tickMs) {
    await weather.pass(tickMs)
    await guests.live(tickMs)
    await guard.pass(tickMs)
    guests.check()
    if (passedMs % hour === 0) heapMb.push(heapNow())
    if ((passedMs + tickMs) % eveningMs === 0) await night()
    forgetRequests(guard)
  }
  weather.clear()
  guard.discord.calm()
  await guard.pass(3 * minute)
  guests.check()
  await guests.goHome()
  const isOver = () => left(guard, guests.seen(), seenBefore).length === 0
  await guard.passUntil(isOver, minute)
  for (let minutes = 0; minutes < doubtMinutes && !isOver(); minutes += 1) await guard.clock.leap(minute)

  const violations = guard.memory.violations()
  const { lent, played, strays, wrongs } = guests.tally
  return {
    lent,
    played,
    strays,
    violations: violations.length,
    ended: violations.filter((one) => one.endedAt !== undefined).length,
    told: violations.filter((one) => toldIds(guard).has(one.id)).length,
    wrong: [
      ...wrongs,
      ...calls.complaints,
      ...complaintsAboutTelling(guard),
      ...complaintsAboutRecords(guard),
      ...left(guard, guests.seen(), seenBefore),
      ...guard.troubles,
      ...(weather.tally.late > 0 ? [`${weather.tally.late} orderly ends took too long`] : []),
    ],
    faults: weather.tally.faults + weather.tally.drops,
    restarts: weather.tally.kills + weather.tally.stops,
    heapMbPerHour: slopeOf(heapMb),
  }

  async function night(): Promise<void> {
    guests.goToBed()
    weather.clear()
    const until = guard.clock.now() + day - eveningMs
    while (guard.clock.now() < until) await guard.clock.leap(nightStepMs)
  }
}

/** The violations that the admins were told of, by a card or in a list. */
function toldIds({ discord }: GuardWorld): Set<string> {
  return new Set(
    discord.posts().flatMap(({ message: { content } }) => {
      if (content.to !== 'admins') return []
      if (content.notice.kind === 'violation') return content.notice.violation.id
      return content.notice.kind === 'violations' ? content.notice.violations.map((one) => one.id) : []
    }),
  )
}

function left({ memory }: GuardWorld, seen: readonly string[], seenBefore: readonly string[]): string[] {
  const open = memory.assignments().filter((one) => one.access !== 'taken')
  return [
    ...seen.filter((line, at) => line !== seenBefore[at]).map((line) => `not as before: ${line}`),
    ...open.map((one) => `assignment ${one.id} of ${one.guest.username} is ${one.state}, ${one.access}`),
  ]
}

/** What was asked for has been looked at, and would fill the memory that is measured. */
function forgetRequests({ plexServer, plexTv }: GuardWorld): void {
  plexServer.journal.length = 0
  plexTv.journal.length = 0
}

function heapNow(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
  return process.memoryUsage().heapUsed / 1e6
}

function openHandles(): number {
  return process.getActiveResourcesInfo().filter((one) => /TCP|Pipe|FSReq/.test(one)).length
}

/** By how much each value is above the one before, by the line that lies closest to them all. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length
  const rise = values.reduce((sum, one, at) => sum + (at - middle) * (one - mean), 0)
  const run = values.reduce((sum, _, at) => sum + (at - middle) ** 2, 0)
  return rise / Math.max(1, run)
}
