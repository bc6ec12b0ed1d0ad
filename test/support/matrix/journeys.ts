import type { Core } from '../../../src/core/api.js'
import { OtpError } from '../../../src/core/errors.js'
import { isOpen } from '../../../src/core/states.js'
import { minute, second } from '../builders.js'
import { admin, type GuardWorld } from '../guard/guard-world.js'
import type { GuestName, LentName } from '../guard/household.js'

/** Something that people do or that comes about, and what it must have come to in the end. */
export interface Journey {
  /** What is there when the trouble begins. */
  before?: (guard: GuardWorld) => Promise<void>
  act: (scene: Scene) => Promise<void>
  /** How long it takes until all of it is done, undisturbed. */
  lastsMs: number
  /** What is not as it must be afterwards, in words. */
  after: (scene: Scene) => string[]
}

/** One run of a journey. */
export interface Scene {
  guard: GuardWorld
  /** Gives the order of this journey. */
  order: (run: (core: Core) => Promise<unknown>) => Promise<void>
  /** What came of it: `done`, or why it was refused; empty while nobody has heard, or when the program died. */
  answers: string[]
  /** The program has died meanwhile: nobody may have heard what became of an order. */
  died: boolean
}

const film = { guest: 'nora', item: 'film' } as const

export const journeys: Record<string, Journey> = {
  'lending to a friend': {
    act: (scene) => scene.order((core) => core.assign(request(scene.guard, film))),
    lastsMs: 15 * second,
    after: (scene) => lentOrRefused(scene, 'nora'),
  },
  'lending to a stranger': {
    act: (scene) => scene.order((core) => core.assign(request(scene.guard, { ...film, guest: 'pia' }))),
    lastsMs: 20 * second,
    after: (scene) => lentOrRefused(scene, 'pia'),
  },
  'an invitation that is accepted': {
    before: (guard) => offer(guard, { ...film, guest: 'pia' }),
    act: async ({ guard }) => void guard.world.acceptInvitation('pia'),
    lastsMs: 70 * second,
    after: ({ guard }) => [
      ...wanted('the pass', passes(guard, 'pia'), [['watching given', 'ready given']]),
      ...wanted('messages to pia', dms(guard, 'pia'), [['assigned'], ['ready']]),
      ...wanted('messages to the admins', adminsHeard(guard), [['invitation-accepted']]),
      ...sees(guard, 'pia', true),
    ],
  },
  'lending another film instead': {
    before: (guard) => lend(guard, film),
    act: (scene) => scene.order((core) => core.assign(request(scene.guard, { ...film, item: 'other' }))),
    lastsMs: 15 * second,
    after: (scene) => oneOfTwo(scene),
  },
  'a violation': {
    before: (guard) => lend(guard, film),
    act: async ({ guard }) => guard.play('nora', 'other', 'plain', 0),
    lastsMs: 15 * second,
    after: ({ guard }) => strayEnded(guard),
  },
  'a violation that nobody was there to see': {
    before: async (guard) => {
      await lend(guard, film)
      await guard.stop()
      guard.play('nora', 'other', 'plain', 0)
      await guard.pass(5 * second)
    },
    act: ({ guard }) => guard.start(),
    lastsMs: 15 * second,
    after: ({ guard }) => strayEnded(guard),
  },
  finishing: {
    before: async (guard) => {
      await lend(guard, film)
      guard.play('nora', 'film', 'plain', 110 * minute)
      await guard.pass(6 * second)
    },
    act: async ({ guard }) => guard.streams.at(-1)?.player.stop(),
    lastsMs: 35 * second,
    after: ({ guard }) => over(guard, 'nora', 'finished'),
  },
  'a deadline': {
    before: async (guard) => {
      await lend(guard, film, 75 * second)
      guard.play('nora', 'film', 'plain', 0)
      await guard.pass(4 * second)
    },
    act: async () => {},
    lastsMs: 25 * second,
    after: ({ guard }) => over(guard, 'nora', 'expired'),
  },
  revoking: {
    before: async (guard) => {
      await lend(guard, film)
      guard.play('nora', 'film', 'plain', 0)
      await guard.pass(6 * second)
    },
    act: (scene) => scene.order((core) => core.unassign({ guest: 'nora', by: admin })),
    lastsMs: 20 * second,
    after: (scene) => revokedOrNot(scene),
  },
}

interface Lending {
  guest: GuestName
  item: LentName
}

export function request(guard: GuardWorld, { guest, item }: Lending, expiresMs?: number) {
  const { ratingKey } = guard.items[item]
  const expires = expiresMs === undefined ? {} : { expires: iso(guard.clock.now() + expiresMs) }
  return { guest, media: `rk:${ratingKey}`, discordUserId: `discord-${guest}`, by: admin, ...expires }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}

async function offer(guard: GuardWorld, lending: Lending, expiresMs?: number): Promise<void> {
  await guard.begin((core) => core.assign(request(guard, lending, expiresMs)))
  await guard.pass(3 * second)
}

/** The same, and the guest has said yes. */
export async function lend(guard: GuardWorld, lending: Lending, expiresMs?: number): Promise<void> {
  await offer(guard, lending, expiresMs)
  guard.world.acceptInvitation(lending.guest)
  await guard.clock.leap(minute)
  await guard.passUntil(() => passes(guard, lending.guest).includes('ready given'), minute)
  await guard.pass(2 * second)
}

/** Refused with words and without a trace, or given, and told once. */
export function lentOrRefused({ guard, answers, died }: Scene, guest: GuestName): string[] {
  const open = passes(guard, guest).filter((one) => /^(pending|ready|watching)/.test(one))
  const heard = dms(guard, guest).filter((one) => one !== 'ended')
  const answer = answers[0]
  if (answer === undefined && !died) return ['the order was never answered']
  if (answer === 'done' && open.length !== 1) return [`assigned, and open are: ${open.join(', ') || 'none'}`]

  if (open.length === 0) {
    const closed = passes(guard, guest).filter((one) => !one.endsWith(' taken'))
    const left = closed.length > 0 ? [`what is left of a refused order: ${closed.join(', ')}`] : []
    // Where it was begun and given up later, the guest may have been told of both.
    return [
      ...left,
      ...(heard.length > 1 ? [`${guest} heard ${heard.join(', ')}`] : []),
      ...sees(guard, guest, false),
    ]
  }
  return [
    ...wanted('the pass', open, [['ready given', 'pending given']]),
    ...wanted(`messages to ${guest}`, heard, [['assigned']]),
    ...(open[0] === 'ready given' ? sees(guard, guest, true) : []),
  ]
}

/** The first pass still stands, or the second does in its place. */
function oneOfTwo(scene: Scene): string[] {
  const { guard, answers, died } = scene
  const open = openPasses(guard, 'nora')
  const titles = open.map((one) => one.media.title)
  if (answers[0] === undefined && !died) return ['the order was never answered']
  if (answers[0] === 'done' && titles.join() !== 'Heat')
    return [`assigned, and open are: ${titles.join(', ')}`]

  const told = dms(guard, 'nora').filter((one) => one === 'assigned').length
  const made = guard.memory.assignments().filter((one) => one.guest.username === 'nora').length
  return [
    ...wanted('open passes', titles, [['Heat', 'Arrival']]),
    ...wanted(
      'their access',
      open.map((one) => one.access),
      [['given']],
    ),
    ...sees(guard, 'nora', true),
    ...(told > made ? [`${told} messages of ${made} passes`] : []),
  ]
}

function strayEnded(guard: GuardWorld): string[] {
  const violations = guard.memory.violations()
  const rungs = violations.flatMap((one) => one.enforcement.map((step) => step.rung))
  const told = dms(guard, 'nora')
  // All was tried that may be, while the server took everything and did nothing.
  const revoked = rungs.includes('unshare')
  return [
    ...wanted(
      'violations',
      violations.map((one) => `${one.media.title} ${one.endedAt ? 'ended' : 'open'}`),
      [revoked ? ['Heat ended', 'Heat open'] : ['Heat ended']],
    ),
    ...guard.streams
      .filter((one) => one.who === 'nora' && one.player.running() && !revoked)
      .map(() => 'the stream goes on'),
    ...(rungs.length === 0 ? ['nothing was done'] : []),
    ...wanted(
      'cards',
      adminsHeard(guard).filter((one) => one === 'violation'),
      [['violation']],
    ),
    ...wanted(
      'words to nora',
      // Who loses the pass for it is told so, and that says why.
      dms(guard, 'nora').filter((one) => one === 'strayed' || one === 'ended'),
      revoked ? [['strayed', 'ended'], ['ended']].slice(told.includes('strayed') ? 0 : 1) : [['strayed']],
    ),
    ...wanted(
      'open passes',
      openPasses(guard, 'nora').map((one) => one.media.title),
      revoked ? [] : [['Arrival']],
    ),
  ]
}

/** A stream that goes on long after the end of its pass is a violation by then. */
export function over(
  guard: GuardWorld,
  guest: GuestName,
  state: 'finished' | 'expired' | 'revoked',
): string[] {
  const besides =
    guard.memory.violations().length > 0 ? ['access-gone', 'violation', 'strayed'] : ['access-gone']
  const about = (kinds: string[]) => kinds.filter((one) => !besides.includes(one))
  return [
    ...wanted('the pass', passes(guard, guest), [[`${state} taken`]]),
    ...wanted(`messages to ${guest}`, about(dms(guard, guest)), [['assigned'], ['ready'], ['ended']]),
    ...wanted('messages to the admins', about(adminsHeard(guard)), [
      ['invitation-accepted'],
      ['assignment-ended'],
    ]),
    ...sees(guard, guest, false),
    ...guard.streams
      .filter((one) => one.who === guest && one.player.running())
      .map(() => 'the stream goes on'),
  ]
}

function revokedOrNot(scene: Scene): string[] {
  const { guard, answers, died } = scene
  if (answers[0] === undefined && !died) return ['the order was never answered']
  if (answers[0] === 'done' || openPasses(guard, 'nora').length === 0) return over(guard, 'nora', 'revoked')
  return [
    ...wanted('the pass', passes(guard, 'nora'), [['watching given']]),
    ...wanted('messages to nora', dms(guard, 'nora'), [['assigned'], ['ready']]),
    ...sees(guard, 'nora', true),
  ]
}

/** Each place must be filled with one of what may stand there, and nothing else be there. */
export function wanted(
  what: string,
  found: readonly string[],
  places: readonly (readonly string[])[],
): string[] {
  const fits = found.length === places.length && places.every((some, at) => some.includes(found[at] ?? ''))
  if (fits) return []
  const expected = places.map((some) => some.join(' or ')).join(', ') || 'none'
  return [`${what}: ${found.join(', ') || 'none'}, and not ${expected}`]
}

function openPasses(guard: GuardWorld, guest: GuestName) {
  return guard.memory.assignments().filter((one) => one.guest.username === guest && isOpen(one))
}

function passes(guard: GuardWorld, guest: GuestName): string[] {
  return guard.memory
    .assignments()
    .filter((one) => one.guest.username === guest)
    .map((one) => `${one.state} ${one.access}`)
}

function sees(guard: GuardWorld, guest: GuestName, wantsTo: boolean): string[] {
  const seen = guard.world.seenBy(guest).length > 0
  return seen === wantsTo ? [] : [`${guest} sees ${seen ? 'something' : 'nothing'}`]
}

/** What somebody was told, by its kind, in order. */
function dms({ discord }: GuardWorld, guest: GuestName): string[] {
  return discord
    .posts()
    .flatMap(({ message: { content } }) =>
      content.to === 'guest' && content.guest.username === guest ? [content.notice.kind] : [],
    )
}

const passing = ['plex-down', 'plex-up', 'token-dead', 'token-works', 'dm-blocked']

/** The same of the admins, without what only tells how Plex and Discord are. */
function adminsHeard({ discord }: GuardWorld): string[] {
  return discord
    .posts()
    .flatMap(({ message: { content } }) =>
      content.to === 'admins' && !passing.includes(content.notice.kind) ? [content.notice.kind] : [],
    )
}

/** What an order came to, for `Scene.answers`. */
export function refusalOf(error: unknown): string {
  return error instanceof OtpError ? `${error.code}: ${error.message}` : `not in words: ${String(error)}`
}
