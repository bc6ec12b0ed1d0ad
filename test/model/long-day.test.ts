import { expect, test, vi } from 'vitest'
import { hour, minute, second } from '../support/builders.js'
import { admin, aGuardWorld, type GuardWorld, numbersFrom } from '../support/guard/guard-world.js'
import { guestNames, type Stream } from '../support/guard/household.js'

/** All 24 hours with `OTP_MATRIX=all`, otherwise two; `OTP_SEED` says how chance goes. */
const hours = process.env.OTP_MATRIX === 'all' ? 24 : 2
const seed = Number(process.env.OTP_SEED ?? 4)

const straysPerDay = 100
const dropEveryMs = 10 * minute
const stepMs = 5 * second
/** A player learns at its next report, ten seconds later at most, that it was ended. */
const endedWithinMs = 10 * second
/** How long a stream may go on before the server is told: the slower interval at which the sessions are read. */
const toldWithinMs = 5_200

test('a day with a socket that drops every ten minutes misses nothing', async () => {
  const begun = Date.now()
  const chance = numbersFrom(seed)
  vi.spyOn(Math, 'random').mockImplementation(numbersFrom(seed))
  const guard = await aGuardWorld({ monitor: { push: true }, seed })
  try {
    const { strayed, drops, latestMs } = await aDay(guard, chance)
    process.stdout.write(
      `${hours} hours: ${strayed} strays, ${drops} drops, the server told within ${latestMs} ms, ` +
        `seed ${seed}, ${Math.round((Date.now() - begun) / 100) / 10} s\n`,
    )
    expect(strayed).toBeGreaterThan(hours * 2)
    expect(drops).toBe((hours * hour) / dropEveryMs)
  } finally {
    vi.restoreAllMocks()
    await guard.close()
  }
}, 900_000)

interface Stray {
  stream: Stream
  at: number
  /** How much the server had been asked before. */
  seen: number
}

/** Everybody watches what they were lent, and strays from it now and then. */
async function aDay(guard: GuardWorld, chance: () => number) {
  const { clock, plexServer, world } = guard
  const startedAt = clock.now()
  const underWay = new Set<Stray>()
  let strayed = 0
  let drops = 0
  let latestMs = 0

  await guard.start()
  world.befriend('pia')
  for (const guest of guestNames) {
    await guard.begin((core) =>
      core.assign({
        guest,
        media: `rk:${guard.items.film.ratingKey}`,
        discordUserId: `discord-${guest}`,
        by: admin,
      }),
    )
  }
  guard.play('nora', 'film', 'plain', 0)
  // All day, or she would have finished in the afternoon.
  guard.streams[0]?.player.pause()
  guard.play('ravi', 'other', 'plain', 0)
  const innocent = [...guard.streams]

  while (clock.now() < startedAt + hours * hour) {
    const instant = clock.now() - startedAt
    if (instant > 0 && instant % dropEveryMs === 0) {
      guard.dropPush()
      drops += 1
    }
    if (chance() < (straysPerDay * stepMs) / (24 * hour)) await stray(Math.floor(chance() * stepMs))
    await guard.pass(stepMs - ((clock.now() - startedAt) % stepMs))
    expectEnded()
  }
  guard.dropPush()
  drops += 1
  await guard.pass(20 * second)
  expectEnded()
  expect(innocent.filter(({ player }) => player.ending()?.why === 'terminated')).toEqual([])
  expect(guard.troubles).toEqual([])
  expect(underWay.size).toBe(0)
  return { strayed, drops, latestMs }

  async function stray(inMs: number): Promise<void> {
    await guard.pass(inMs)
    guard.play(pick(guestNames), pick(['other', 'third', 'first', 'later']), 'plain', 0)
    const stream = guard.streams.at(-1)
    if (stream) underWay.add({ stream, at: clock.now(), seen: plexServer.journal.length })
    strayed += 1
  }

  function expectEnded(): void {
    for (const one of underWay) {
      const { stream, at, seen } = one
      const { id } = stream.player.session
      const told = plexServer.journal.slice(seen).find(({ query }) => query.sessionId === id)
      const passedMs = (told?.at ?? clock.now()) - at
      latestMs = Math.max(latestMs, passedMs)
      expect(passedMs, `${stream.who} strayed at ${at - startedAt} ms`).toBeLessThanOrEqual(toldWithinMs)
      if (stream.player.ending()?.why === 'terminated') underWay.delete(one)
      else expect(clock.now() - at).toBeLessThanOrEqual(toldWithinMs + endedWithinMs)
    }
  }

  function pick<const T>(among: readonly [T, ...T[]]): T {
    return among[Math.floor(chance() * among.length)] ?? among[0]
  }
}
