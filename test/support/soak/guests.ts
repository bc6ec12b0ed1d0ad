import { isOpen } from '../../../src/core/states.js'
import { hour, minute, second } from '../builders.js'
import { admin, type GuardWorld } from '../guard/guard-world.js'
import type { ItemName, Stream } from '../guard/household.js'

/** How long a stream that no pass covers may go on, with faults, deaths and repairs on the way. */
const endedWithinMs = 5 * minute
const titles = ['film', 'other', 'third', 'first', 'second', 'later'] as const satisfies readonly ItemName[]
const lent = ['film', 'other', 'first'] as const

/** Many people who are lent something each evening, watch it, finish it, and stray from it now and then. */
export function createGuests(guard: GuardWorld, count: number, chance: () => number) {
  const { world, clock, memory } = guard
  const names = Array.from({ length: count }, (_, at) => `guest.${at + 1}`)
  const tally = { lent: 0, played: 0, strays: 0, wrongs: [] as string[] }
  const playing = new Map<string, Stream>()
  let strays: { stream: Stream; at: number }[] = []

  for (const [at, name] of names.entries()) {
    world.addAccount(name)
    // The others are invited by name.
    if (at % 3 > 0) world.befriend(name)
  }
  return { names, tally, live, check, goToBed, goHome, seen }

  /** What everybody does within so much time. */
  async function live(ms: number): Promise<void> {
    for (const name of names) await liveOne(name, ms)
  }

  async function liveOne(name: string, ms: number): Promise<void> {
    const often = (everyMs: number) => chance() < ms / everyMs
    const pass = memory.assignments().findLast((one) => one.guest.username === name && isOpen(one))
    if (!pass) {
      if (often(30 * minute)) await lend(name)
      return
    }
    const share = world.shareOf(name)
    if (share && share.acceptedAt === undefined) {
      if (often(minute)) world.acceptInvitation(name)
      return
    }
    const stream = playing.get(name)
    if (stream?.player.running()) {
      if (often(20 * minute)) stream.player.stop()
    } else if (pass.access === 'given' && often(30 * minute)) {
      play(name, pass.media.ratingKey, chance() < 0.3 ? 0.95 : chance() / 2)
    } else if (pass.access === 'given' && often(20 * minute)) {
      stray(name, pass.media.ratingKey)
    }
  }

  async function lend(guest: string): Promise<void> {
    const { ratingKey } = guard.items[pick(lent)]
    const expires = chance() < 0.4 ? { expires: new Date(clock.now() + 2 * hour).toISOString() } : {}
    tally.lent += 1
    await guard.begin((core) =>
      core.assign({
        guest,
        media: `rk:${ratingKey}`,
        discordUserId: `discord-${guest}`,
        by: admin,
        ...expires,
      }),
    )
  }

  function play(name: string, ratingKey: string, part: number): Stream | undefined {
    const item = titles.find((one) => guard.items[one].ratingKey === ratingKey) ?? 'film'
    const durationMs = world.catalogue.item(ratingKey)?.durationMs ?? 0
    guard.play(name, item, 'plain', Math.floor(durationMs * part))
    const stream = guard.streams.at(-1)
    if (stream) playing.set(name, stream)
    tally.played += 1
    return stream
  }

  function stray(name: string, lentKey: string): void {
    const others = titles.filter((one) => guard.items[one].ratingKey !== lentKey && one !== 'film')
    const stream = play(name, guard.items[pick(others)].ratingKey, 0)
    if (stream) strays.push({ stream, at: clock.now() })
    tally.strays += 1
  }

  /** Complains of what goes on and should not. Whoever switched off by themselves is not looked after. */
  function check(): void {
    for (const { stream, at } of strays) {
      if (stream.player.running() && clock.now() - at > endedWithinMs && isStray(stream)) {
        tally.wrongs.push(`${stream.who} strayed at ${new Date(at).toISOString()} and goes on`)
        stream.player.stop()
      }
    }
    strays = strays.filter(({ stream }) => stream.player.running())
  }

  /** A later pass may cover it. */
  function isStray({ who, player }: Stream): boolean {
    const open = memory.assignments().filter((one) => one.guest.username === who && isOpen(one))
    return open.length > 0 && !open.some((one) => one.media.ratingKey === player.session.ratingKey)
  }

  function goToBed(): void {
    for (const { player } of guard.streams.splice(0)) if (player.running()) player.stop()
    playing.clear()
    strays = []
  }

  /** Everybody is taken their pass away. */
  async function goHome(): Promise<void> {
    goToBed()
    for (const name of names) {
      await guard.begin((core) => core.unassign({ guest: name, by: admin }))
      await guard.pass(second)
    }
  }

  /** How many titles each of them can see, and the labels that are left. */
  function seen(): string[] {
    const labels = world.catalogue.items().flatMap(({ ratingKey }) => world.labelsOf(ratingKey))
    return [...names.map((name) => `${name} sees ${world.seenBy(name).length}`), `labels ${labels.join()}`]
  }

  function pick<T>(among: readonly T[]): T {
    const one = among[Math.floor(chance() * among.length)]
    if (one === undefined) throw new Error('There is nothing to choose from')
    return one
  }
}
