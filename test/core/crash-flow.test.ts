import { describe, expect, it } from 'vitest'
import { isOpen } from '../../src/core/states.js'
import { aMovie, anEpisode, anOwner, anotherMovie, minute, second } from '../support/builders.js'
import { createMortalPorts, type Death } from '../support/mortal-ports.js'
import { isChosen } from '../support/slice.js'
import { admin, createStage, friend, neighbour, type Stage, stranger } from '../support/stage.js'

/** Something that takes a few steps, each of which may be the last. */
interface Journey {
  settings?: Parameters<typeof createStage>[0]
  before?: (stage: Stage) => Promise<unknown>
  act: (stage: Stage) => Promise<unknown>
  /** How long the process lives with it. */
  lastsMs: number
  /** How long the next one needs until everything has come to rest. */
  restsMs: number
  /** What must hold afterwards, besides what always must. */
  after: (stage: Stage) => Promise<void>
}

const journeys: Record<string, Journey> = {
  'assigning to a friend': {
    act: (stage) => stage.core().assign(request('friend')),
    lastsMs: 10 * second,
    restsMs: minute,
    after: async (stage) => {
      const open = await openAssignments(stage)
      expect(open.length).toBeLessThanOrEqual(1)
      expect(stage.notifier.said).toEqual(open.map(() => 'friend: assigned Arrival (2016)'))
    },
  },
  'assigning to a stranger': {
    act: (stage) => stage.core().assign(request('stranger')),
    lastsMs: 10 * second,
    restsMs: 20 * minute,
    after: async (stage) => {
      const open = await openAssignments(stage)
      expect(open.length).toBeLessThanOrEqual(1)
      const all = stage.notifier.said.filter((one) => one.startsWith('stranger'))
      expect(all).toEqual(open.map(() => 'stranger: assigned Arrival (2016), pending'))
      expect(stage.plex.invited()).toBe(open.length)
    },
  },
  'assigning another film instead': {
    before: (stage) => stage.assign(),
    act: (stage) => stage.core().assign({ ...request('friend'), media: 'rk:301' }),
    lastsMs: 10 * second,
    restsMs: minute,
    after: async (stage) => {
      const open = await openAssignments(stage)
      expect(open).toHaveLength(1)
      expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual([open[0]?.media.libraryKey])
    },
  },
  'a violation': {
    before: (stage) => stage.assign(),
    act: async (stage) => stage.plex.play(friend.plexId, anotherMovie()),
    lastsMs: 10 * second,
    restsMs: minute,
    after: async (stage) => {
      expect(await stage.violations()).toMatchObject([{ repeats: 0, endedAt: expect.any(Number) }])
      expect(stage.plex.said.filter((one) => one.startsWith('end'))).toHaveLength(1)
      expect(stage.notifier.said.slice(1).sort()).toEqual([
        'admins: friend played Paddington (2014)',
        'friend: strayed to Paddington (2014)',
      ])
      expect(await openAssignments(stage)).toMatchObject([{ violations: 1 }])
    },
  },
  unassigning: {
    before: async (stage) => {
      await stage.assign()
      stage.plex.play(friend.plexId, aMovie())
      await stage.clock.advance(5 * second)
    },
    act: (stage) => stage.core().unassign({ guest: 'friend', by: admin }),
    lastsMs: minute,
    restsMs: minute,
    after: async (stage) => {
      const [assignment] = await stage.records('assignment')
      if (assignment && isOpen(assignment)) {
        expect(stage.notifier.said).toEqual(['friend: assigned Arrival (2016)'])
        return
      }
      expect(stage.plex.said.filter((one) => one.startsWith('end'))).toHaveLength(1)
      expect(stage.notifier.said.slice(1).sort()).toEqual([
        "admins: friend's Arrival (2016) revoked",
        'friend: Arrival (2016) revoked',
      ])
    },
  },
  'watching to the end': {
    before: async (stage) => {
      await stage.assign()
      const key = stage.plex.play(friend.plexId, aMovie(), { offsetMs: 95 * minute })
      await stage.clock.advance(5 * second)
      stage.plex.leave(key)
    },
    act: async () => {},
    lastsMs: 10 * minute + 30 * second,
    restsMs: 12 * minute,
    after: async (stage) => {
      expect(await stage.records('assignment')).toMatchObject([{ state: 'finished' }])
      expect(stage.notifier.said.slice(1).sort()).toEqual([
        "admins: friend's Arrival (2016) finished",
        'friend: Arrival (2016) finished',
      ])
    },
  },
}

/** An order that the process does not see the end of. */
const assigning: Journey = {
  act: (stage) => stage.core().assign(request('friend')),
  lastsMs: 10 * second,
  restsMs: 0,
  after: async () => {},
}

describe.each(Object.entries(journeys))('%s', (_name, journey) => {
  it.each<Death>(['killed', 'disk full'])(
    'is one thing or the other after every step (%s)',
    async (death) => {
      const steps = await countSteps(journey)
      expect(steps).toBeGreaterThan(2)

      for (let last = 1; last <= steps; last += 1) {
        if (!isChosen(last, 3)) continue
        const stage = await livedThrough(journey, last, death)
        await expectWhole(stage, journey).catch((error: unknown) => {
          throw new Error(`After step ${last} of ${steps}: ${error instanceof Error ? error.message : error}`)
        })
      }
    },
  )
})

it('an assignment begun before, with plex.tv away at the next start, is revoked, told and taken back', async () => {
  const journey = assigning
  const stage = await prepared(journey)
  const mortal = createMortalPorts(stage.ports, Infinity, 'killed')
  const { invite } = mortal.ports.plexAccount
  mortal.ports.plexAccount.invite = async (wanted) => {
    await invite(wanted)
    return new Promise(() => {})
  }
  await live(stage, journey, mortal.ports)
  expect(stage.plex.shareOf(friend.plexId)).toBeDefined()

  stage.plex.cutOffAccount()
  stage.replaceCore()
  await stage.start()
  await stage.clock.advance(minute)
  expect(stage.notifier.said).toEqual(['admins: invitation of friend failed'])
  expect(await stage.records('assignment')).toMatchObject([{ state: 'revoked', access: 'taking' }])

  stage.plex.heal()
  await stage.clock.advance(minute)
  await expectWhole(stage, journey)
  expect(await openAssignments(stage)).toEqual([])
})

it.each([
  ['after the pass was taken back', { isAskedAgain: true }],
  ['after the pass was given up, since plex.tv was away', { isAskedAgain: false }],
])('an invitation that plex.tv makes late, %s, is taken back too', async (_, { isAskedAgain }) => {
  const journey = assigning
  const stage = await prepared(journey)
  const makeIt = await diesAsking(stage, journey)
  stage.replaceCore()
  if (!isAskedAgain) stage.plex.cutOffAccount()
  await stage.start()
  await stage.clock.advance(2 * second)
  expect(stage.plex.shareOf(friend.plexId) !== undefined).toBe(isAskedAgain)
  if (isAskedAgain) await stage.core().unassign({ guest: 'friend', by: admin })
  stage.plex.heal()
  await stage.clock.advance(minute)
  expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()

  await makeIt()
  expect(stage.plex.shareOf(friend.plexId)).toBeDefined()
  await stage.clock.advance(2 * minute)
  expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
  await stage.clock.advance(15 * minute)
  expect(await stage.records('assignment')).toMatchObject([{ state: 'revoked', access: 'taken' }])
  expect(await stage.guest(friend.plexId)).toMatchObject({ watched: false })
})

it('access that is to be kept is kept at once, although it was asked for twice', async () => {
  const journey: Journey = { ...assigning, settings: { access: { whenDone: 'keep' } } }
  const stage = await prepared(journey)
  await diesAsking(stage, journey)
  stage.replaceCore()
  await stage.start()
  await stage.clock.advance(2 * second)
  await stage.core().unassign({ guest: 'friend', by: admin })
  await stage.clock.advance(minute)

  expect(await stage.records('assignment')).toMatchObject([{ state: 'revoked', access: 'taken' }])
  expect(await stage.guest(friend.plexId)).toMatchObject({ watched: false, givenLibraryKeys: [] })
  expect(stage.plex.shareOf(friend.plexId)).toBeDefined()
})

/** The process dies while plex.tv is asked; answers what makes the invitation come all the same. */
async function diesAsking(stage: Stage, journey: Journey): Promise<() => Promise<unknown>> {
  const mortal = createMortalPorts(stage.ports, Infinity, 'killed')
  let makeIt: () => Promise<unknown> = async () => {}
  const { invite } = stage.ports.plexAccount
  mortal.ports.plexAccount.invite = (wanted) => {
    makeIt = () => invite(wanted)
    return new Promise(() => {})
  }
  await live(stage, journey, mortal.ports)
  return () => makeIt()
}

async function countSteps(journey: Journey): Promise<number> {
  const stage = await prepared(journey)
  const mortal = createMortalPorts(stage.ports, Infinity, 'killed')
  await live(stage, journey, mortal.ports)
  await expectWhole(stage, journey)
  return mortal.steps()
}

/** The journey with a process that comes to its end, and then the next one. */
async function livedThrough(journey: Journey, lastStep: number, death: Death): Promise<Stage> {
  const stage = await prepared(journey)
  const mortal = createMortalPorts(stage.ports, lastStep, death)
  await live(stage, journey, mortal.ports)
  expect(mortal.isOver()).toBe(true)
  if (death === 'disk full') await stage.stop()

  stage.replaceCore()
  await stage.start()
  await stage.clock.advance(journey.restsMs)
  // What was asked of plex.tv by the one that died, and again by this one, may still come a second time.
  if (await isTaking(stage)) await stage.clock.advance(16 * minute)
  return stage
}

async function isTaking(stage: Stage): Promise<boolean> {
  return (await stage.records('assignment')).some((one) => one.access === 'taking')
}

async function prepared(journey: Journey): Promise<Stage> {
  const stage = createStage(journey.settings)
  await stage.start()
  stage.plex.play(anOwner().plexId, anotherMovie())
  stage.plex.play(neighbour.plexId, anEpisode())
  await journey.before?.(stage)
  await stage.clock.advance(2 * second)
  await stage.stop()
  return stage
}

async function live(stage: Stage, journey: Journey, ports: Stage['ports']): Promise<void> {
  stage.replaceCore(ports)
  await stage.start()
  journey.act(stage).catch(() => {})
  await stage.clock.advance(journey.lastsMs)
}

/** What must hold whatever happened. */
async function expectWhole(stage: Stage, journey: Journey): Promise<void> {
  const { plex, notifier } = stage
  const open = await openAssignments(stage)

  for (const one of await stage.records('assignment')) {
    expect(one.access).toBe(isOpen(one) ? 'given' : 'taken')
  }
  for (const { plexId } of [friend, stranger]) {
    const theirs = open.filter((one) => one.guest.plexId === plexId)
    expect(plex.shareOf(plexId) !== undefined).toBe(theirs.length > 0)
    expect((await stage.guest(plexId))?.watched ?? false).toBe(theirs.length > 0)
  }
  const invitations = plex.said.filter((one) => one.startsWith('invite'))
  expect(invitations.length).toBeLessThanOrEqual(1)
  expect((await stage.records('invitation')).filter((one) => one.state === 'asked')).toEqual([])
  expect([...new Set(notifier.said)]).toEqual(notifier.said)
  expect((await stage.core().status()).waitingMessages).toBe(0)

  expect(plex.shareOf(neighbour.plexId)).toMatchObject({ libraryKeys: ['2'] })
  expect(plex.said.filter((one) => /neighbour|owner/.test(one))).toEqual([])
  await journey.after(stage)
}

async function openAssignments(stage: Stage) {
  return (await stage.records('assignment')).filter(isOpen)
}

function request(guest: string) {
  return { guest, media: 'rk:101', discordUserId: `discord-${guest}`, by: admin }
}
