import fc from 'fast-check'
import type { Scope } from '../../../src/core/model.js'
import type { FaultAct } from '../../../src/simulator/plex/faults.js'
import { minute, second } from '../builders.js'
import type { Mood } from './discord.js'
import { admin, type GuardWorld } from './guard-world.js'
import {
  type GuestName,
  guestNames,
  type ItemName,
  itemNames,
  type LentName,
  lentNames,
  type OddKind,
  oddKinds,
  otherNames,
  type PersonName,
  type PlayerKind,
  playerKinds,
  type Stream,
} from './household.js'

/** Something that happens. What cannot happen as things stand does not, so that any part of a row is a row. */
export type Action =
  | { do: 'play'; who: PersonName; item: ItemName; kind: PlayerKind; part: number }
  | { do: 'seek'; which: number; part: number }
  | { do: 'next'; which: number; item: ItemName }
  | { do: 'pause' | 'resume' | 'buffer' | 'stop' | 'vanish'; which: number }
  | { do: 'odd'; kind: OddKind }
  | {
      do: 'assign'
      guest: GuestName
      item: LentName
      add: boolean
      expiresMs?: number
      scope?: Scope
      plays?: number
    }
  | { do: 'unassign'; guest: GuestName }
  | { do: 'accept' }
  | { do: 'expire' }
  | { do: 'fault'; at: 'server' | 'plex.tv'; match: string; times: number; act: FaultAct }
  | { do: 'discord'; mood: Mood; times: number }
  | { do: 'server restarts' }
  | { do: 'push drops' }
  | { do: 'push is mute'; muted: boolean }
  | { do: 'kill'; afterSteps: number; downMs: number }
  | { do: 'wait'; ms: number }

/** Nobody does two things at the very same time. */
const momentMs = 20
/** Streams that are there at once, more than which tell nothing new. */
const mostStreams = 6

const which = fc.nat({ max: mostStreams - 1 })
const guest = fc.constantFrom(...guestNames)
const item = fc.constantFrom(...itemNames)
const part = fc.constantFrom(0, 0.3, 0.85, 0.95)

/** Guests most of the time; somebody else plays now and then. */
const who: fc.Arbitrary<PersonName> = fc.oneof(
  { arbitrary: fc.constantFrom<PersonName>(...guestNames), weight: 5 },
  { arbitrary: fc.constantFrom<PersonName>(...otherNames), weight: 1 },
)
const kind: fc.Arbitrary<PlayerKind> = fc.oneof(
  { arbitrary: fc.constant<PlayerKind>('plain'), weight: 4 },
  { arbitrary: fc.constantFrom(...playerKinds), weight: 3 },
)

const faultActs: fc.Arbitrary<FaultAct> = fc.oneof(
  fc.constantFrom(401, 403, 404, 429, 500, 503).map((status): FaultAct => ({ kind: 'answer', status })),
  fc.constantFrom<FaultAct>(
    { kind: 'html' },
    { kind: 'cut' },
    { kind: 'reset', when: 'before' },
    { kind: 'reset', when: 'after' },
    { kind: 'hang', when: 'before' },
    { kind: 'hang', when: 'after' },
    { kind: 'delay', ms: 700 },
    { kind: 'delay', ms: 12_000 },
  ),
)

const serverCalls = [
  'GET /status/sessions',
  'GET /status/sessions/terminate',
  'GET /status/sessions/terminate',
  'GET /player/playback/stop',
  'DELETE /transcode/sessions',
  '* /',
] as const
const accountCalls = ['* /', 'GET /api', 'POST /api', 'PUT /api', 'DELETE /api'] as const

const fault: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    do: fc.constant('fault' as const),
    at: fc.constant('server' as const),
    match: fc.constantFrom(...serverCalls),
    times: fc.integer({ min: 1, max: 5 }),
    act: faultActs,
  }),
  fc.record({
    do: fc.constant('fault' as const),
    at: fc.constant('plex.tv' as const),
    match: fc.constantFrom(...accountCalls),
    times: fc.integer({ min: 1, max: 3 }),
    act: faultActs,
  }),
)

/** One thing after another, with the waits between them that matter to whoever has deadlines. */
export const actions: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof(
    weighing(9, fc.record({ do: fc.constant('play' as const), who, item, kind, part })),
    weighing(2, fc.record({ do: fc.constant('seek' as const), which, part })),
    weighing(4, fc.record({ do: fc.constant('next' as const), which, item })),
    weighing(
      5,
      fc.record({ do: fc.constantFrom('pause', 'resume', 'buffer', 'stop', 'vanish', 'vanish'), which }),
    ),
    weighing(1, fc.record({ do: fc.constant('odd' as const), kind: fc.constantFrom(...oddKinds) })),
    weighing(
      8,
      fc.record(
        {
          do: fc.constant('assign' as const),
          guest,
          item: fc.constantFrom(...lentNames),
          add: fc.boolean(),
          expiresMs: fc.constantFrom(5 * second, 20 * second, minute),
          scope: fc.constantFrom<Scope>('everything', 'granted'),
          plays: fc.constantFrom(1, 2),
        },
        { requiredKeys: ['do', 'guest', 'item', 'add'] },
      ),
    ),
    weighing(4, fc.record({ do: fc.constant('unassign' as const), guest })),
    weighing(2, fc.constant<Action>({ do: 'accept' })),
    weighing(2, fc.constant<Action>({ do: 'expire' })),
    weighing(5, fault),
    weighing(
      1,
      fc.record({
        do: fc.constant('discord' as const),
        mood: fc.constantFrom<Mood>('later', 'blocked', 'lost'),
        times: fc.integer({ min: 1, max: 3 }),
      }),
    ),
    weighing(2, fc.constant<Action>({ do: 'server restarts' })),
    weighing(1, fc.constant<Action>({ do: 'push drops' })),
    weighing(1, fc.record({ do: fc.constant('push is mute' as const), muted: fc.boolean() })),
    weighing(
      3,
      fc.record({
        do: fc.constant('kill' as const),
        afterSteps: fc.integer({ min: 0, max: 6 }),
        downMs: fc.constantFrom(0, 2 * second, 25 * second),
      }),
    ),
    weighing(
      10,
      fc.record({
        do: fc.constant('wait' as const),
        ms: fc.constantFrom(100, 700, 1_600, 5 * second, 12 * second, 31 * second),
      }),
    ),
  ),
  { minLength: 1, maxLength: 25, size: 'max' },
)

function weighing<T extends Action>(weight: number, arbitrary: fc.Arbitrary<T>) {
  return { weight, arbitrary: arbitrary as fc.Arbitrary<Action> }
}

/** Lets it happen, and a moment pass. */
export async function act(guard: GuardWorld, action: Action): Promise<void> {
  const { world, plexServer, plexTv, discord, clock, items } = guard
  await happen()
  await guard.pass(momentMs)

  async function happen(): Promise<void> {
    switch (action.do) {
      case 'play':
        if (running().length >= mostStreams) return
        return guard.play(action.who, action.item, action.kind, offsetIn(items[action.item], action.part))
      case 'seek':
        return on(action.which, ({ player }) => player.seek(offsetIn(playedBy(player), action.part)))
      case 'next':
        return on(action.which, (stream) => guard.playNext(stream, action.item))
      case 'pause':
        return on(action.which, ({ player }) => player.pause())
      case 'resume':
        return on(action.which, ({ player }) => player.resume())
      case 'buffer':
        return on(action.which, ({ player }) => player.buffer())
      case 'stop':
        return on(action.which, ({ player }) => player.stop())
      case 'vanish':
        return on(action.which, (stream) => guard.vanish(stream))
      case 'odd':
        return guard.toggleOdd(action.kind)
      case 'assign':
        return assign(action)
      case 'unassign':
        return guard.begin((core) => core.unassign({ guest: action.guest, by: admin }))
      case 'accept':
        return void accept()
      case 'expire':
        return guard.pass(untilDeadline())
      case 'fault': {
        const { match, times, act: what } = action
        return (action.at === 'server' ? plexServer : plexTv).faults.next({ match, times, act: what })
      }
      case 'discord':
        return discord.next(action.mood, action.times)
      case 'server restarts':
        return world.restart()
      case 'push drops':
        return guard.dropPush()
      case 'push is mute':
        plexServer.push.switches.silence = action.muted ? 'muted' : 'none'
        return
      case 'kill':
        await guard.killAfter(action.afterSteps, 15 * second)
        await guard.pass(action.downMs)
        return guard.start()
      case 'wait':
        return guard.pass(action.ms)
    }
  }

  function running(): Stream[] {
    return guard.streams.filter(({ player }) => player.running())
  }

  function on(at: number, change: (stream: Stream) => void): void {
    const there = running()
    const stream = there[at % Math.max(1, there.length)]
    if (stream) change(stream)
  }

  function playedBy({ session }: Stream['player']) {
    return world.catalogue.item(session.ratingKey)
  }

  function offsetIn(played: { durationMs?: number } | undefined, share: number): number {
    return Math.floor((played?.durationMs ?? 0) * share)
  }

  function assign({
    guest: name,
    item: lent,
    add,
    expiresMs,
    scope,
    plays,
  }: Extract<Action, { do: 'assign' }>) {
    return guard.begin((core) =>
      core.assign({
        guest: name,
        media: `rk:${items[lent].ratingKey}`,
        discordUserId: `discord-${name}`,
        add,
        by: admin,
        ...(expiresMs !== undefined && { expires: new Date(clock.now() + expiresMs).toISOString() }),
        ...(scope !== undefined && { scope }),
        ...(plays !== undefined && { plays }),
      }),
    )
  }

  function accept(): void {
    const share = world.shareOf('pia')
    if (share && share.acceptedAt === undefined) world.acceptInvitation('pia')
  }

  /** Until just after the next deadline, if one is near. */
  function untilDeadline(): number {
    const left = guard.memory
      .assignments()
      .filter((one) => one.endedAt === undefined)
      .map((one) => (one.expiresAt ?? 0) - clock.now())
      .filter((ms) => ms > 0 && ms <= minute)
    return left.length > 0 ? Math.min(...left) + 1_100 : 0
  }
}
