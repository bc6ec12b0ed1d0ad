import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { AssignRequest } from '../../src/core/api.js'
import { OtpError } from '../../src/core/errors.js'
import type { Guest, Library, MediaItem, PersonSettings } from '../../src/core/model.js'
import { hasLeftSomething } from '../../src/core/records.js'
import { isOpen } from '../../src/core/states.js'
import { titleOf } from '../../src/core/titles.js'
import { anEpisode, anOwner, anotherMovie, hour, minute, second, unrestricted } from '../support/builders.js'
import { createMortalPorts, type Death } from '../support/mortal-ports.js'
import { isChosen, seed } from '../support/slice.js'
import { admin, createStage, discordOf, friend, neighbour, type Stage, stranger } from '../support/stage.js'

/** What friend and stranger have at Plex, and all that is there of OTP, in words without ids. */
interface Standing {
  /** Open assignments. */
  open: string[]
  shares: string[]
  /** What holds for whom, where it is not the usual. */
  settings: string[]
  labels: string[]
  /** Libraries that OTP made, with what is in them. */
  libraries: string[]
  /** How many files there are for private libraries. */
  files: number
  grants: string[]
  /** What OTP has written down as its own to take back. */
  ours: string[]
}

/** Something about access that takes many steps, each of which may be the last. */
interface Story {
  settings?: Parameters<typeof createStage>[0]
  /** Who has what from before, and how Plex behaves. */
  given?: (stage: Stage) => void
  /** What an earlier process has done, in full. */
  before?: (stage: Stage) => Promise<unknown>
  act: (stage: Stage) => Promise<unknown>
  /** How the world differs afterwards from how it was at first. */
  after: Partial<Standing>
  /** What it may come to as well when it is begun again. */
  orElse?: Partial<Standing>
  /** It comes about by itself, so the next process does it as well. */
  inevitable?: boolean
  /** How long the process lives with it. */
  lastsMs?: number
}

/** Something that is lent; each is given, taken back and left to run out. */
interface Gift extends Pick<Story, 'settings' | 'given' | 'after'> {
  /** The friend unless told. */
  guest?: string
  request: Partial<AssignRequest>
}

const film = { media: 'rk:101' }
const anotherFilm = { media: 'rk:102' }
const episode = { media: 'rk:212' }
const season = { media: 'rk:210' }

const busy = new OtpError('plex_busy', 'plex.tv takes no more requests now.', { retryAfterMs: 3 * second })
const silent = new OtpError('plex_unreachable', 'plex.tv did not answer in time.')

const labelled: Partial<Standing> = {
  open: ['friend: Arrival (2016) by label, ready'],
  shares: ['friend: 1'],
  settings: ['friend: no downloads, label=Otp-7001'],
  labels: ['101 Otp-7001'],
  ours: ['friend: 1, 101 Otp-7001'],
}
const invited: Partial<Standing> = {
  open: ['stranger: Arrival (2016) by label, pending'],
  shares: ['stranger: 1, invited'],
  settings: ['stranger: no downloads, label=Otp-7003'],
  labels: ['101 Otp-7003'],
  ours: ['stranger: 1, 101 Otp-7003'],
}

const gifts: Record<string, Gift> = {
  'a film to a friend, by label': { request: film, after: labelled },
  'a film to a friend who has a library already': {
    given: ({ plex }) => plex.share(friend.plexId, ['2']),
    request: film,
    after: {
      open: ['friend: Arrival (2016) by library, ready'],
      shares: ['friend: 2,1'],
      ours: ['friend: 1'],
    },
  },
  'a film to a friend who may download and is restricted': {
    given: ({ plex }) => {
      plex.share(friend.plexId, ['2'])
      plex.setSettings(friend.plexId, { ...filtered('contentRating=PG'), downloads: true })
    },
    request: film,
    after: {
      open: ['friend: Arrival (2016) by library, ready'],
      shares: ['friend: 2,1'],
      settings: ['friend: no downloads, contentRating=PG'],
      ours: ['friend: 1'],
    },
  },
  'a film to a stranger by name, by label': { guest: 'stranger', request: film, after: invited },
  'a film to a stranger by e-mail address, by label': {
    guest: stranger.email,
    request: film,
    after: invited,
  },
  'a film to a stranger who turns out to see another server': {
    given: ({ plex }) => {
      const { email: _, ...person } = stranger
      plex.share(stranger.plexId, ['9'], { machineIdentifier: 'server-two', person })
    },
    guest: stranger.email,
    request: film,
    after: {
      open: ['stranger: Arrival (2016) by library, pending'],
      shares: ['stranger: 1, invited'],
      ours: ['stranger: 1'],
    },
  },
  'an episode to a friend, privately': {
    request: episode,
    after: {
      open: ['friend: Severance S01E02 · Half Loop by private, ready'],
      shares: ['friend: private'],
      libraries: ['Severance S01E02 for friend: 212'],
      files: 1,
      ours: ['friend: private'],
    },
  },
  'a season to a friend, privately': {
    request: season,
    after: {
      open: ['friend: Severance, season 1 by private, ready'],
      shares: ['friend: private'],
      libraries: ['Severance, season 1 for friend: 211, 212'],
      files: 2,
      ours: ['friend: private'],
    },
  },
  'an episode to a stranger, privately': {
    guest: 'stranger',
    request: episode,
    after: {
      open: ['stranger: Severance S01E02 · Half Loop by private, pending'],
      shares: ['stranger: private, invited'],
      libraries: ['Severance S01E02 for stranger: 212'],
      files: 1,
      ours: ['stranger: private'],
    },
  },
  'an episode to a friend, privately, when Plex makes no library': {
    given: makesNoLibrary,
    request: episode,
    after: {
      open: ['friend: Severance S01E02 · Half Loop by library, ready'],
      shares: ['friend: 2'],
      ours: ['friend: 2'],
    },
  },
  'an episode to a stranger, privately, when Plex makes no library': {
    given: makesNoLibrary,
    guest: 'stranger',
    request: episode,
    after: {
      open: ['stranger: Severance S01E02 · Half Loop by library, pending'],
      shares: ['stranger: 2, invited'],
      ours: ['stranger: 2'],
    },
  },
  'a single episode to a friend': {
    settings: { access: { itemGrants: true } },
    request: { ...episode, fence: 'item' },
    after: {
      open: ['friend: Severance S01E02 · Half Loop by item, ready'],
      grants: ['friend: 212'],
      ours: ['friend: grant 212'],
    },
  },
  'a film to a friend, by a label that plex.tv does not keep': {
    given: keepsNoFilters,
    request: film,
    after: {
      open: ['friend: Arrival (2016) by library, ready'],
      shares: ['friend: 1'],
      ours: ['friend: 1'],
    },
  },
  'a film to a stranger, by a label that plex.tv does not keep': {
    given: keepsNoFilters,
    guest: 'stranger',
    request: film,
    after: {
      open: ['stranger: Arrival (2016) by library, pending'],
      shares: ['stranger: 1, invited'],
      ours: ['stranger: 1'],
    },
  },
}

const others: Record<string, Story> = {
  'another film instead': {
    before: (stage) => stage.assign(film),
    act: (stage) => begin(stage, anotherFilm),
    after: {
      ...labelled,
      open: ['friend: Paddington (2014) by label, ready'],
      labels: ['102 Otp-7001'],
      ours: ['friend: 1, 102 Otp-7001'],
    },
  },
  'another film in another library instead': {
    before: (stage) => stage.assign(film),
    act: (stage) => begin(stage, { media: 'rk:301' }),
    after: {
      ...labelled,
      open: ['friend: Rarity (2016) by label, ready'],
      shares: ['friend: 3'],
      labels: ['301 Otp-7001'],
      ours: ['friend: 3, 301 Otp-7001'],
    },
  },
  'an episode instead of a film': {
    before: (stage) => stage.assign(film),
    act: (stage) => begin(stage, episode),
    after: gifts['an episode to a friend, privately']?.after ?? {},
  },
  'a film instead of an episode': {
    before: (stage) => stage.assign(episode),
    act: (stage) => begin(stage, film),
    after: labelled,
  },
  'another film as well': {
    before: (stage) => stage.assign(film),
    act: (stage) => begin(stage, { ...anotherFilm, add: true }),
    after: {
      ...labelled,
      open: ['friend: Arrival (2016) by label, ready', 'friend: Paddington (2014) by label, ready'],
      labels: ['101 Otp-7001', '102 Otp-7001'],
      ours: ['friend: 1, 101 Otp-7001, 102 Otp-7001'],
    },
  },
  'taking back one of two': {
    before: async (stage) => {
      await stage.assign(film)
      await stage.assign({ ...anotherFilm, add: true })
    },
    act: async (stage) => {
      const [first] = await stage.records('assignment')
      await stage.core().endAssignment({ id: first?.id ?? '', by: admin })
    },
    after: {
      ...labelled,
      open: ['friend: Paddington (2014) by label, ready'],
      labels: ['102 Otp-7001'],
      ours: ['friend: 1, 102 Otp-7001'],
    },
  },
  'another film in another library for somebody who has not accepted': {
    before: (stage) => stage.assign({ ...film, guest: 'stranger' }),
    act: (stage) => begin(stage, { media: 'rk:301', guest: 'stranger' }),
    after: {
      open: ['stranger: Rarity (2016) by label, pending'],
      shares: ['stranger: 3, invited'],
      settings: ['stranger: no downloads, label=Otp-7003'],
      labels: ['301 Otp-7003'],
      ours: ['stranger: 3, 301 Otp-7003'],
    },
  },
  'an invitation that is accepted': {
    before: (stage) => stage.assign({ ...film, guest: 'stranger' }),
    act: async (stage) => stage.plex.accept(stranger.plexId),
    after: {
      ...invited,
      open: ['stranger: Arrival (2016) by label, ready'],
      shares: ['stranger: 1'],
    },
    inevitable: true,
    lastsMs: 2 * minute,
  },
  'taking back what was accepted': {
    before: async (stage) => {
      await stage.assign({ ...film, guest: 'stranger' })
      stage.plex.accept(stranger.plexId)
      await stage.clock.advance(2 * minute)
    },
    act: (stage) => stage.core().unassign({ guest: 'stranger', by: admin }),
    after: {},
  },
  'an invitation that nobody accepts': {
    settings: { access: { inviteTimeoutMs: minute } },
    before: (stage) => stage.assign({ ...film, guest: 'stranger' }),
    act: async () => {},
    after: {},
    inevitable: true,
    lastsMs: 2 * minute,
  },
  ...stated('too many requests', 'invite', busy, {}),
  ...stated('an invitation without an answer', 'invite', silent, { after: true }),
  ...stated('an invitation that did not arrive', 'invite', silent, {}),
}

const stories: Record<string, Story> = {
  ...Object.fromEntries(Object.entries(gifts).flatMap(([name, gift]) => storiesOf(name, gift))),
  ...others,
}

/** How many steps each story has. */
const counted: Record<string, number> = {}

describe.each(Object.entries(stories))('%s', (name, story) => {
  it.each<Death>(['killed', 'disk full'])(
    'is one thing or the other after every step (%s)',
    async (death) => {
      const undisturbed = await livedThrough(story, Infinity, death)
      expect(await standingOf(undisturbed.stage)).toEqual(undisturbed.after)
      counted[name] = undisturbed.steps

      for (let last = 1; last <= undisturbed.steps; last += 1) {
        if (!isChosen(last, 4)) continue
        await expectClean(await livedThrough(story, last, death), story, undisturbed.invitations).catch(
          (error: unknown) => {
            throw new Error(`After step ${last} of ${undisturbed.steps}: ${String(error)}`)
          },
        )
      }
    },
    120_000,
  )
})

it('prints how many steps there were', () => {
  const total = Object.values(counted).reduce((sum, one) => sum + one, 0)
  process.stdout.write(
    `${total} steps of ${Object.keys(counted).length} stories, each with two deaths, seed ${seed}\n`,
  )
  expect(total).toBeGreaterThan(Object.keys(stories).length * 5)
})

interface Lived {
  stage: Stage
  /** Before any of it, right before the process that dies, and when nothing comes in between. */
  pristine: Standing
  before: Standing
  after: Standing
  steps: number
  invitations: number
}

/** The story with a process that comes to its end, and then the next one. */
async function livedThrough(story: Story, lastStep: number, death: Death): Promise<Lived> {
  const stage = createStage({ privateRoot: '/private', ...story.settings })
  stage.plex.can({ canRestrict: true })
  scanWhatIsThere(stage)
  story.given?.(stage)
  const pristine = await standingOf(stage)

  await stage.start()
  stage.plex.play(anOwner().plexId, anotherMovie())
  stage.plex.play(neighbour.plexId, anEpisode())
  await story.before?.(stage)
  await stage.clock.advance(2 * second)
  await stage.stop()
  const before = await standingOf(stage)
  const invitationsBefore = invitationsOf(stage)

  const mortal = createMortalPorts(stage.ports, lastStep, death)
  stage.replaceCore(mortal.ports)
  await stage.start()
  story.act(stage).catch(() => {})
  await stage.clock.advance(story.lastsMs ?? 15 * second)
  expect(mortal.isOver()).toBe(lastStep !== Infinity)
  if (lastStep === Infinity || death === 'disk full') await stage.stop()

  stage.replaceCore()
  await stage.start()
  await settle(stage)
  return {
    stage,
    pristine,
    before,
    after: { ...pristine, ...story.after },
    steps: mortal.steps(),
    invitations: invitationsOf(stage) - invitationsBefore,
  }
}

async function expectClean(lived: Lived, story: Story, invitations: number): Promise<void> {
  const { stage, before, after, pristine } = lived
  const orElse = story.orElse ? [{ ...pristine, ...story.orElse }] : []
  const wanted = [after, ...orElse, ...(story.inevitable ? [] : [before])]
  const standing = await standingOf(stage)
  expect(
    wanted.some((one) => isDeepStrictEqual(one, standing)),
    JSON.stringify(standing),
  ).toBe(true)
  expect(lived.invitations).toBeLessThanOrEqual(Math.max(1, invitations))
  await expectAtRest(stage)

  const open = (await stage.records('assignment')).filter(isOpen)
  for (const plexId of new Set(open.map((one) => one.guest.plexId))) {
    await stage.soon(stage.core().unassign({ guest: plexId, by: admin }))
  }
  await settle(stage)
  expect(await standingOf(stage)).toEqual(pristine)
  await expectAtRest(stage)
}

/** A gift given, taken back, and left to run out. */
function storiesOf(name: string, { settings, given, guest, request, after }: Gift): [string, Story][] {
  const wanted = { ...request, ...(guest !== undefined && { guest }) }
  const scene = { ...(settings && { settings }), ...(given && { given }) }
  return [
    [`giving ${name}`, { ...scene, act: (stage) => begin(stage, wanted), after }],
    [
      `taking back ${name}`,
      {
        ...scene,
        before: (stage) => stage.assign(wanted),
        act: (stage) => stage.core().unassign({ guest: plainName(guest), by: admin }),
        after: {},
      },
    ],
    [
      `running out: ${name}`,
      {
        ...scene,
        before: (stage) => stage.assign({ ...wanted, expires: '1m' }),
        act: async () => {},
        after: {},
        inevitable: true,
        lastsMs: 90 * second,
      },
    ],
  ]
}

/** The invitation goes wrong once, for a friend and for a stranger. */
function stated(
  what: string,
  call: 'invite',
  error: OtpError,
  { after = false }: { after?: boolean },
): Record<string, Story> {
  const given = ({ plex }: Stage) => plex.fail(call, error, { after })
  const comesOff = after || error.code === 'plex_busy'
  return {
    [`${what}, for a friend`]: {
      given,
      act: (stage) => begin(stage, film),
      after: comesOff ? labelled : {},
      orElse: labelled,
    },
    [`${what}, for a stranger`]: {
      given,
      act: (stage) => begin(stage, { ...film, guest: 'stranger' }),
      after: comesOff ? invited : {},
    },
  }
}

function begin(stage: Stage, request: Partial<AssignRequest>): Promise<unknown> {
  return stage.core().assign({
    guest: 'friend',
    media: '',
    discordUserId: discordOf(plainName(request.guest)),
    by: admin,
    ...request,
  })
}

/** Whoever was named by their e-mail address. */
function plainName(guest = 'friend'): string {
  return guest.replace(/@.*/, '')
}

function keepsNoFilters({ plex }: Stage): void {
  plex.behaviour.keepsFilters = false
}

function makesNoLibrary({ plex }: Stage): void {
  const error = new OtpError('plex_refused', 'Plex refused: no such folder.')
  plex.fail('createLibrary', error, { times: Infinity })
}

function filtered(movies: string): PersonSettings {
  const { filters, ...rest } = unrestricted()
  return { ...rest, filters: { ...filters, movies } }
}

/** A scan finds the episodes whose files are in the folder at that moment. */
function scanWhatIsThere({ plex, shelf }: Stage): void {
  const { scan } = plex.server
  plex.server.scan = async (libraryKey) => {
    const folder = plex.libraries.find((one) => one.key === libraryKey)?.folders[0] ?? ''
    const names = shelf.files().filter((one) => one.startsWith(`${folder}/`))
    const isThere = ({ type, episode = 0, libraryKey: key }: MediaItem) =>
      type === 'episode' && key === '2' && names.some((one) => one.includes(` - s01e0${episode} - `))
    const copies = plex.items.filter(isThere)
    plex.holds(
      folder,
      copies.map((one) => ({ ...one, parentRatingKey: '6910', grandparentRatingKey: '6900' })),
    )
    return scan(libraryKey)
  }
}

/** Lets time pass until nothing is on its way any more, an hour at most. */
async function settle(stage: Stage): Promise<void> {
  for (let waitedMs = 0; waitedMs < hour; waitedMs += 20 * second) {
    await stage.clock.advance(20 * second)
    if ((await onTheWay(stage)).length === 0) return
  }
}

/** What OTP has not brought to an end yet. */
async function onTheWay(stage: Stage): Promise<string[]> {
  const assignments = await stage.records('assignment')
  const guests = await stage.records('guest')
  const { waitingMessages } = await stage.core().status()
  const isGuest = ({ plexId }: Guest) => assignments.some((one) => isOpen(one) && one.guest.plexId === plexId)

  return [
    ...assignments
      .filter((one) => one.access !== (isOpen(one) ? 'given' : 'taken'))
      .map((one) => `assignment ${one.state}, ${one.access}`),
    ...(await stage.records('invitation'))
      .filter((one) => one.state === 'asked' || hasLeftSomething(one))
      .map((one) => `invitation ${one.state}`),
    ...guests
      .filter((one) => one.watched !== isGuest(one) || (one.doubtUntil ?? 0) > stage.clock.now())
      .map((one) => `guest ${one.username}, ${one.watched ? 'watched' : 'not watched'}`),
    ...(waitingMessages > 0 ? [`${waitingMessages} messages`] : []),
  ]
}

async function expectAtRest(stage: Stage): Promise<void> {
  const { plex, notifier } = stage
  expect(await onTheWay(stage)).toEqual([])
  expect([...new Set(notifier.said)]).toEqual(notifier.said)
  expect(plex.shareOf(neighbour.plexId)).toMatchObject({ libraryKeys: ['2'] })
  expect(plex.said.filter((one) => /neighbour|owner|housemate/.test(one))).toEqual([])
}

function invitationsOf({ plex }: Stage): number {
  return plex.said.filter((one) => one.startsWith('invite')).length
}

async function standingOf(stage: Stage): Promise<Standing> {
  const { plex, shelf } = stage
  const people = [friend, stranger]
  const friends = await plex.account.friends()
  const shares = (await plex.account.shares()).filter((one) => one.person)
  const settingsOf = (plexId: string) =>
    shares.find((one) => one.person?.plexId === plexId)?.settings ??
    friends.find((one) => one.plexId === plexId)?.settings

  return {
    open: (await stage.records('assignment'))
      .filter(isOpen)
      .map((one) => `${one.guest.username}: ${titleOf(one.media)} by ${one.fence}, ${one.state}`),
    shares: people.flatMap(({ plexId, username }) => {
      const share = plex.shareOf(plexId)
      if (!share) return []
      return [`${username}: ${named(stage, share.libraryKeys)}${share.accepted ? '' : ', invited'}`]
    }),
    settings: people.flatMap(({ plexId, username }) => {
      const words = inWords(settingsOf(plexId) ?? unrestricted())
      return words === 'no downloads' ? [] : [`${username}: ${words}`]
    }),
    labels: plex.items
      .flatMap(({ ratingKey }) => plex.labelsOf(ratingKey).map((label) => `${ratingKey} ${plain(label)}`))
      .sort(),
    libraries: plex.libraries.filter(isPrivate).map(({ key, title }) => {
      const inside = plex.items.filter((one) => one.libraryKey === key)
      const originals = plex.items.filter((one) => one.libraryKey === '2')
      const copied = inside.map((one) => originals.find(({ guid }) => guid === one.guid)?.ratingKey)
      return `${title}: ${copied.join(', ')}`
    }),
    files: shelf.files().length,
    grants: plex.grants().map(({ plexId, ratingKeys }) => `${nameOf(plexId)}: ${ratingKeys}`),
    ours: (await stage.records('guest')).flatMap((guest) => oursOf(stage, guest)),
  }
}

/** Whoever is a guest no more has nothing of OTP's, and no snapshot. */
function oursOf(stage: Stage, guest: Guest): string[] {
  const { username, givenLibraryKeys, labelled = [], grantedRatingKeys = [], label, before } = guest
  const things = [
    ...(givenLibraryKeys.length > 0 ? [named(stage, givenLibraryKeys)] : []),
    ...labelled.map((one) => `${one.ratingKey} ${plain(one.label)}`),
    ...grantedRatingKeys.map((one) => `grant ${one}`),
    ...(label === undefined ? [] : [`label ${plain(label)}`]),
    ...(before !== undefined && !guest.watched ? ['snapshot'] : []),
  ]
  return things.length > 0 ? [`${username}: ${things.join(', ')}`] : []
}

/** Keys of libraries, private ones without their numbers. */
function named({ plex }: Stage, libraryKeys: readonly string[]): string {
  const privateKeys = plex.libraries.filter(isPrivate).map((one) => one.key)
  return libraryKeys.map((key) => (privateKeys.includes(key) ? 'private' : key)).join()
}

function isPrivate({ folders }: Library): boolean {
  return folders.some((one) => one.startsWith('/private'))
}

function inWords({ downloads, filters }: PersonSettings): string {
  const set = Object.values(filters).filter((one) => one !== '')
  return [downloads ? 'downloads' : 'no downloads', ...set.map(plain)].join(', ')
}

/** The label of an invitation has no number that is the same twice. */
function plain(label: string): string {
  return label.replace(/Otp-(?!\d+$).*/, 'Otp-invitation')
}

function nameOf(plexId: string | undefined): string | undefined {
  return [friend, stranger].find((one) => one.plexId === plexId)?.username
}
