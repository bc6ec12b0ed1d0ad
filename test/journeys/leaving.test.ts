import { afterEach, describe, expect, test } from 'vitest'
import { minute, second } from '../support/builders.js'
import { admin, aGuardWorld, type GuardOptions, type GuardWorld } from '../support/guard/guard-world.js'
import type { GuestName } from '../support/guard/household.js'
import { nothingInIt } from '../support/matrix/twists.js'

const sessions = 'GET /status/sessions'
const worlds: GuardWorld[] = []

afterEach(async () => {
  for (const one of worlds.splice(0)) await one.close()
})

describe('a pass that ends while the server lists nobody, though somebody watches', () => {
  test.each([
    ['once, a friend without other access', 'nora', 1],
    ['once, a friend with other access', 'omar', 1],
    ['three times', 'nora', 3],
  ] as const)('%s: the stream is ended, and then they are let go', async (_name, who, times) => {
    const guard = await watching(who)
    guard.plexServer.faults.next({ match: sessions, act: { kind: 'twist', twist: nothingInIt }, times })
    await revoke(guard, who)
    expect(isGuest(guard, who)).toBe(true)

    await guard.pass(15 * second)
    expect(goingOn(guard)).toEqual([])
    expect(guard.streams[0]?.player.ending()?.why).toBe('terminated')
    await aMinute(guard)
    expect(isGuest(guard, who)).toBe(false)
  })

  test('for 20 s, as after a start of the server: the stream is ended', async () => {
    const guard = await watching('nora')
    listNobody(guard)
    await revoke(guard, 'nora')
    await guard.pass(20 * second)
    expect(isGuest(guard, 'nora')).toBe(true)

    guard.plexServer.faults.clear()
    await guard.pass(10 * second)
    expect(goingOn(guard)).toEqual([])
    await aMinute(guard)
    expect(isGuest(guard, 'nora')).toBe(false)
  })

  test('with a start of OTP in between: the stream is ended', async () => {
    const guard = await watching('nora')
    listNobody(guard)
    await revoke(guard, 'nora')
    await guard.kill()
    await guard.start()
    await guard.pass(20 * second)
    expect(isGuest(guard, 'nora')).toBe(true)

    guard.plexServer.faults.clear()
    await guard.pass(10 * second)
    expect(goingOn(guard)).toEqual([])
  })

  test('what they had before they go on watching untouched, and are let go', async () => {
    const guard = await watching('omar')
    guard.streams[0]?.player.stop()
    guard.play('omar', 'first', 'plain', 0)
    await revoke(guard, 'omar')
    await aMinute(guard)

    expect(goingOn(guard)).toHaveLength(1)
    expect(isGuest(guard, 'omar')).toBe(false)
  })
})

describe('whoever watches when the pass ends stays a guest', () => {
  test('while the server is away, and until it has listed nobody for a while', async () => {
    const guard = await watching('nora', { onViolation: ['report'] })
    const away = { kind: 'reset', when: 'before' } as const
    guard.plexServer.faults.next({ match: '* /', act: away, times: Number.POSITIVE_INFINITY })
    await revoke(guard, 'nora')
    await guard.clock.leap(5 * minute)
    await guard.pass(second)
    expect(isGuest(guard, 'nora')).toBe(true)
    expect(goingOn(guard)).toHaveLength(1)

    guard.plexServer.faults.clear()
    await guard.pass(20 * second)
    expect(isGuest(guard, 'nora')).toBe(true)
    // Also where violations are only reported, a pass that has ended ends its stream.
    expect(goingOn(guard)).toEqual([])
    await aMinute(guard)
    expect(isGuest(guard, 'nora')).toBe(false)
  })

  test('also while the monitor is stopped, which lets strays be', async () => {
    const guard = await watching('nora')
    await guard.begin((core) => core.stopMonitor(admin))
    guard.streams[0]?.player.stop()
    guard.play('nora', 'other', 'plain', 0)
    await guard.pass(3 * second)
    await revoke(guard, 'nora')
    await aMinute(guard)
    await aMinute(guard)
    expect(isGuest(guard, 'nora')).toBe(true)
    expect(goingOn(guard)).toHaveLength(1)

    await guard.begin((core) => core.startMonitor(admin))
    await guard.pass(10 * second)
    expect(goingOn(guard)).toEqual([])
    await aMinute(guard)
    expect(isGuest(guard, 'nora')).toBe(false)
  })

  test('of several passes the last one counts', async () => {
    const guard = await watching('nora')
    await order(guard, 'nora', 'other')
    await guard.pass(3 * second)
    const [first] = guard.memory.assignments()
    await guard.begin((core) => core.endAssignment({ id: first?.id ?? '', by: admin }))
    await aMinute(guard)
    await aMinute(guard)
    expect(goingOn(guard)).toEqual([])
    expect(isGuest(guard, 'nora')).toBe(true)

    await revoke(guard, 'nora')
    expect(isGuest(guard, 'nora')).toBe(false)
  })
})

test('whoever has not watched for a while is let go at once', async () => {
  const guard = await watching('nora')
  guard.streams[0]?.player.stop()
  await aMinute(guard)
  await revoke(guard, 'nora')
  expect(isGuest(guard, 'nora')).toBe(false)
})

async function watching(who: GuestName, monitor: GuardOptions['monitor'] = {}): Promise<GuardWorld> {
  const guard = await aGuardWorld({ monitor: { push: false, ...monitor } })
  worlds.push(guard)
  await guard.start()
  await order(guard, who, 'film')
  guard.play(who, 'film', 'plain', 0)
  await guard.pass(5 * second)
  expect(guard.memory.assignments()).toMatchObject([{ state: 'watching', access: 'given' }])
  return guard
}

async function order(guard: GuardWorld, who: GuestName, item: 'film' | 'other'): Promise<void> {
  const { ratingKey } = guard.items[item]
  const wanted = { guest: who, media: `rk:${ratingKey}`, fence: 'library', add: true, by: admin } as const
  await guard.begin((core) => core.assign(wanted))
  await guard.pass(3 * second)
  if (guard.world.shareOf(who)?.acceptedAt !== undefined) return
  guard.world.acceptInvitation(who)
  await guard.clock.leap(minute)
  await guard.pass(2 * second)
}

async function revoke(guard: GuardWorld, who: GuestName): Promise<void> {
  await guard.begin((core) => core.unassign({ guest: who, by: admin }))
  await guard.pass(500)
}

/** In two steps, each of which has its readings. */
async function aMinute(guard: GuardWorld): Promise<void> {
  for (const ms of [28 * second, 28 * second]) {
    await guard.clock.leap(ms)
    await guard.pass(2 * second)
  }
}

function listNobody({ plexServer }: GuardWorld): void {
  const act = { kind: 'twist', twist: nothingInIt } as const
  plexServer.faults.next({ match: sessions, act, times: Number.POSITIVE_INFINITY })
}

function goingOn({ streams }: GuardWorld) {
  return streams.filter(({ player }) => player.running())
}

function isGuest({ memory, world }: GuardWorld, who: GuestName): boolean {
  return memory.of(String(world.people.account(who).plexId)).guest?.watched ?? false
}
