import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { obstacles } from '../../src/core/messages/obstacles.js'
import { refusals } from '../../src/core/messages/refusals.js'
import type { Fence } from '../../src/core/model.js'
import type { SimAccount } from '../../src/simulator/plex/accounts.js'
import type { WireAssigned } from '../../src/wire/shapes.js'
import {
  type AccessWorld,
  aHouse,
  generous,
  type Medium,
  type Seen,
  type Standing,
  withFriend,
} from '../support/access-world.js'
import { hour, minute, second } from '../support/evening.js'
import { sliceOf } from '../support/slice.js'

const gone = { access: 'restored', states: ['revoked'] }

/** What can be put up for a friend to whom nothing is open: the fence itself, or why it is refused. */
const wishes: [Fence, Medium, pass: string, noPass: string, allAndPass: string, all: string][] = [
  // fence, what, with a Plex Pass, without, with private_root and item_grants and a Plex Pass, without it
  ['label', 'movie', 'label', 'noPlexPass', 'label', 'noPlexPass'],
  ['label', 'show', 'label', 'noPlexPass', 'label', 'noPlexPass'],
  ['label', 'season', 'labelOnPart', 'labelOnPart', 'labelOnPart', 'labelOnPart'],
  ['label', 'episode', 'labelOnPart', 'labelOnPart', 'labelOnPart', 'labelOnPart'],
  ['library', 'movie', 'library', 'library', 'library', 'library'],
  ['library', 'show', 'library', 'library', 'library', 'library'],
  ['library', 'season', 'library', 'library', 'library', 'library'],
  ['library', 'episode', 'library', 'library', 'library', 'library'],
  ['private', 'movie', 'noPrivateRoot', 'noPrivateRoot', 'private', 'private'],
  ['private', 'show', 'noPrivateRoot', 'noPrivateRoot', 'private', 'private'],
  ['private', 'season', 'noPrivateRoot', 'noPrivateRoot', 'private', 'private'],
  ['private', 'episode', 'noPrivateRoot', 'noPrivateRoot', 'private', 'private'],
  ['item', 'movie', 'itemGrantsOff', 'itemGrantsOff', 'item', 'item'],
  ['item', 'show', 'itemGrantsOff', 'itemGrantsOff', 'item', 'item'],
  ['item', 'season', 'itemGrantsOff', 'itemGrantsOff', 'item', 'item'],
  ['item', 'episode', 'itemGrantsOff', 'itemGrantsOff', 'item', 'item'],
]

const wished = wishes.flatMap(([fence, medium, ...outcomes]) =>
  outcomes.map((outcome, at) => ({ fence, medium, pass: at % 2 === 0, all: at > 1, outcome })),
)

test(`the table of fences asked for by name has ${wished.length} rows`, () => {
  process.stdout.write(`fences asked for by name: ${wished.length} rows\n`)
  expect(wished).toHaveLength(4 * 4 * 2 * 2)
})

describe.each([{ all: false }, { all: true }])('private_root and item_grants: $all', ({ all }) => {
  const house = aHouse(all ? { folder: true, access: 'item_grants = true' } : {})

  test.each(
    sliceOf(
      'fences by name',
      wished.filter((one) => one.all === all),
    ),
  )('$fence for a $medium, Plex Pass $pass: $outcome', async ({ fence, medium, pass, outcome }) => {
    const { world, media: lent, lend, takeBack, seen, standing, acquaintance } = house()
    world.server.plexPass = pass
    const guest = acquaintance(undefined, generous)
    const before = await standing()

    const { made, ...refused } = await lend({ guest: guest.username, media: lent[medium], fence })
    if (isObstacle(outcome)) {
      expect(refused).toEqual(refusal(fence, outcome))
      expect(await standing()).toEqual(before)
      return
    }
    expect(made).toMatchObject({ fence, passedOver: [], state: fence === 'item' ? 'ready' : 'pending' })
    if (fence !== 'item') world.acceptInvitation(guest.username)
    expect(await seen(guest)).toEqual(viewOf(house(), medium, made))
    expect(await takeBack(made?.id ?? '')).toEqual(gone)
    expect(await standing()).toEqual(before)
  })
})

describe('people with access from before', () => {
  const house = aHouse({ folder: true, access: 'item_grants = true' })
  const rated = {
    ...generous,
    filterMovies: 'contentRating=PG%2CR',
    filterTelevision: 'contentRating!=TV-MA',
  }
  const kinds = {
    'sees the series': (at: AccessWorld) => at.acquaintance(['Series'], generous),
    'sees the films': (at: AccessWorld) => at.acquaintance(['Films']),
    'sees films and series': (at: AccessWorld) => at.acquaintance(['Films', 'Series'], generous),
    'sees all libraries': (at: AccessWorld) => at.acquaintance('all', generous),
    'is filtered and sees the films': (at: AccessWorld) => at.acquaintance(['Films'], rated),
    'is filtered and sees nothing': (at: AccessWorld) => at.acquaintance(undefined, rated),
    'sees another server': (at: AccessWorld) => {
      const guest = at.acquaintance(undefined, generous)
      at.world.shareElsewhere(guest.username)
      return guest
    },
    'sees this and another server': (at: AccessWorld) => {
      const guest = at.acquaintance(['Series'], generous)
      at.world.shareElsewhere(guest.username)
      return guest
    },
  }
  const why: Record<keyof typeof kinds, keyof typeof obstacles> = {
    'sees the series': 'seesOther',
    'sees the films': 'seesOther',
    'sees films and series': 'seesOther',
    'sees all libraries': 'seesOther',
    'is filtered and sees the films': 'seesOther',
    'is filtered and sees nothing': 'isRestricted',
    'sees another server': 'seesElsewhere',
    'sees this and another server': 'seesOther',
  }
  const wants: { wish: Fence | 'auto'; medium: Medium; fence: Fence }[] = [
    { wish: 'auto', medium: 'movie', fence: 'library' },
    { wish: 'auto', medium: 'show', fence: 'library' },
    { wish: 'auto', medium: 'season', fence: 'private' },
    { wish: 'auto', medium: 'episode', fence: 'private' },
    { wish: 'library', medium: 'episode', fence: 'library' },
    { wish: 'private', medium: 'movie', fence: 'private' },
    { wish: 'item', medium: 'movie', fence: 'item' },
    { wish: 'item', medium: 'season', fence: 'item' },
  ]
  const rows = names(kinds).flatMap((who) => wants.map((want) => ({ who, ...want })))

  test.each(sliceOf('who has something from before', rows))(
    'who $who gets $wish for a $medium: $fence',
    async ({ who, wish, medium, fence }) => {
      const { world, media: lent, lend, takeBack, standing, seen } = house()
      const guest = kinds[who](house())
      const before = await standing()
      const seenBefore = await seen(guest)

      const { made } = await lend({ guest: guest.username, media: lent[medium], fence: wish })
      expect(made).toMatchObject({
        fence,
        passedOver:
          fence === 'library' && wish === 'auto' ? [{ fence: 'label', why: obstacles[why[who]]() }] : [],
      })
      if (made?.state === 'pending') world.acceptInvitation(guest.username)

      const seenNow = await seen(guest)
      expect(seenNow).toEqual(together(seenBefore, seenNow))
      if (!who.startsWith('is filtered'))
        expect(seenNow).toEqual(together(seenBefore, viewOf(house(), medium, made)))
      expect(filtersOf(await standing(), guest)).toEqual(filtersOf(before, guest))

      expect(await takeBack(made?.id ?? '')).toEqual(gone)
      expect(await standing()).toEqual(before)
    },
  )

  test.each(names(kinds))('who %s never gets a label, and nothing is changed', async (who) => {
    const { media: lent, lend, standing } = house()
    const guest = kinds[who](house())
    const before = await standing()

    for (const medium of ['movie', 'show'] as const) {
      const refused = await lend({ guest: guest.username, media: lent[medium], fence: 'label' })
      expect(refused).toEqual(refusal('label', why[who]))
    }
    expect(await standing()).toEqual(before)
  })

  test('a label of the owner on the lent film stays, beside it and after it', async () => {
    const { world, media: lent, lend, takeBack, acquaintance } = house()
    const guest = acquaintance()
    const { made } = await lend({ guest: guest.username, media: lent.movie })

    expect(world.labelsOf(lent.movie)).toEqual(['For-the-children', `Otp-${guest.plexId}`])
    await takeBack(made?.id ?? '')
    expect(world.labelsOf(lent.movie)).toEqual(['For-the-children'])
  })
})

describe('single items', () => {
  const house = aHouse({ access: 'item_grants = true' })

  test.each([
    ['refused', 'grant', 'plex.tv refused: These items cannot be shared.'],
    ['ignored', 'grant', obstacles.grantNotKept()],
    [
      'gone',
      'grant',
      'plex.tv does not offer to grant single items any more. Use another fence, such as "library".',
    ],
    ['works', 'person', undefined],
  ] as const)('grants that are %s, one source per %s', async (grants, sourcePer, why) => {
    const { world, media: lent, lend, takeBack, acquaintance, standing } = house()
    Object.assign(world.people.behaviour, { grants, sourcePer })
    const guest = acquaintance(['Films'], generous)
    const before = await standing()

    const { made } = await lend({ guest: guest.username, media: lent.episode, fence: 'item' })
    expect(made?.fence).toBe(why === undefined ? 'item' : 'library')
    const passedOver = why === undefined ? [] : [{ fence: 'item', why }]
    expect(made?.passedOver).toEqual(passedOver)
    expect(await takeBack(made?.id ?? '')).toEqual(gone)
    expect(await standing()).toEqual(before)
  })

  test.each(['grant', 'person'] as const)(
    'what the owner has granted by hand is neither added to nor taken (one source per %s)',
    async (sourcePer) => {
      const { world, titles, media: lent, lend, takeBack, acquaintance, standing } = house()
      Object.assign(world.people.behaviour, { grants: 'works', sourcePer })
      const guest = acquaintance()
      world.people.grants.give(guest, [titles.other])
      const before = await standing()

      const { made } = await lend({ guest: guest.username, media: lent.movie, fence: 'item' })
      expect(made).toMatchObject({
        fence: 'library',
        passedOver: [{ fence: 'item', why: obstacles.itemGrantsByHand() }],
      })
      expect(await takeBack(made?.id ?? '')).toEqual(gone)
      expect(await standing()).toEqual(before)
    },
  )

  test('a stranger gets the library, since only friends can be granted anything', async () => {
    const { media: lent, lend, newcomer } = house()
    const { made } = await lend({ guest: newcomer().username, media: lent.movie, fence: 'item' })
    expect(made).toMatchObject({
      fence: 'library',
      passedOver: [{ fence: 'item', why: obstacles.itemNeedsFriend() }],
    })
  })
})

describe('the short form', () => {
  const house = aHouse({})

  test('plexpass=1 is the label, or a refusal that says why not', async () => {
    const { world, media: lent, lendShort, takeBack, acquaintance, standing } = house()
    const guest = acquaintance(undefined, generous)
    const before = await standing()

    const part = await lendShort('?plexpass=1', guest.username, lent.episode)
    world.server.plexPass = false
    const without = await lendShort('?plexpass=1', guest.username, lent.movie)
    expect([part, without]).toEqual([refusal('label', 'labelOnPart'), refusal('label', 'noPlexPass')])
    expect(await standing()).toEqual(before)

    world.server.plexPass = true
    const { made } = await lendShort('?plexpass=1', guest.username, lent.show)
    expect(made).toMatchObject({ fence: 'label', state: 'pending' })
    expect(await takeBack(made?.id ?? '')).toEqual(gone)
    expect(await standing()).toEqual(before)
  })

  test('invite=0 is for friends', async () => {
    const { media: lent, lendShort, newcomer, acquaintance, standing } = house()
    const [friend, stranger] = [acquaintance(), newcomer()]
    const before = await standing()

    const byName = await lendShort('?invite=0', stranger.username, lent.movie)
    const byMail = await lendShort('?invite=0', stranger.email, lent.movie)
    const why = 'is not a friend of this server, a guest, or invited. Check the spelling.'
    expect([byName, byMail]).toEqual([
      { status: 404, code: 'guest_not_found', reason: `"${stranger.username}" ${why}` },
      { status: 404, code: 'guest_not_found', reason: `That e-mail address ${why}` },
    ])
    expect(await standing()).toEqual(before)
    expect((await lendShort('?invite=0', friend.username, lent.movie)).made?.fence).toBe('label')
  })
})

describe('however it ends', () => {
  const house = aHouse({ folder: true, access: 'item_grants = true' })
  const fences: { fence: Fence; medium: Medium }[] = [
    { fence: 'label', medium: 'movie' },
    { fence: 'library', medium: 'episode' },
    { fence: 'private', medium: 'episode' },
    { fence: 'item', medium: 'movie' },
  ]
  const guests = {
    friend: (at: AccessWorld) => at.acquaintance(undefined, generous),
    stranger: (at: AccessWorld) => at.newcomer(),
  }
  const rows = names(guests)
    .flatMap((who) => fences.map((one) => ({ who, ...one })))
    .filter(({ who, fence }) => who === 'friend' || fence !== 'item')

  test.each(sliceOf('finished', rows))('finished: $fence for a $who', async ({ who, fence, medium }) => {
    const { world, media: lent, lend, ready, stateOf, standing, pass, clock } = house()
    const guest = guests[who](house())
    const before = await standing()
    const { made } = await lend({ guest: guest.username, media: lent[medium], fence })
    await ready(guest, made)

    const key =
      decodeURIComponent(made?.link ?? '')
        .split('/')
        .at(-1) ?? ''
    const { durationMs = 0 } = world.catalogue.item(lent[medium]) ?? {}
    const player = world.play(guest.username, key, { offsetMs: 0.95 * durationMs })
    await pass(3 * second)
    player.stop()
    await pass(2 * second)
    await clock.leap(10 * minute)
    await house().passUntil('the end', async () => (await stateOf(made?.id ?? '')) === 'finished')
    await pass(2 * second)

    expect(await standing()).toEqual(withFriend(before, guest.username))
  })

  test.each(sliceOf('expired', rows))('expired: $fence for a $who', async ({ who, fence, medium }) => {
    const { media: lent, lend, ready, stateOf, standing, pass, clock } = house()
    const guest = guests[who](house())
    const before = await standing()
    const { made } = await lend({ guest: guest.username, media: lent[medium], fence, expires: '36h' })
    await ready(guest, made)

    await clock.leap(36 * hour)
    await pass(3 * second)

    expect(await stateOf(made?.id ?? '')).toBe('expired')
    await comesTo(house(), withFriend(before, guest.username))
  })

  test.each(rows.filter((one) => one.fence !== 'item'))(
    'never accepted: $fence for a $who',
    async ({ who, fence, medium }) => {
      const { media: lent, lend, stateOf, standing, pass, clock } = house()
      const guest = guests[who](house())
      const before = await standing()
      const { made } = await lend({ guest: guest.username, media: lent[medium], fence })

      await clock.leap(7 * 24 * hour)
      await pass(3 * second)

      expect(await stateOf(made?.id ?? '')).toBe('expired')
      await comesTo(house(), before)
    },
  )
})

describe('when_done', () => {
  const kinds = {
    'a friend to whom nothing was open': (at: AccessWorld) => at.acquaintance(undefined, generous),
    'a friend who saw the series': (at: AccessWorld) => at.acquaintance(['Series'], generous),
    'a friend who saw everything': (at: AccessWorld) => at.acquaintance('all', generous),
    'a stranger': (at: AccessWorld) => at.newcomer(),
  }
  const lends: [who: keyof typeof kinds, medium: Medium, fence: Fence][] = [
    ['a friend to whom nothing was open', 'movie', 'label'],
    ['a friend to whom nothing was open', 'episode', 'private'],
    ['a friend who saw the series', 'movie', 'library'],
    ['a friend who saw the series', 'episode', 'private'],
    ['a friend who saw everything', 'movie', 'library'],
    ['a stranger', 'movie', 'label'],
    ['a stranger', 'show', 'library'],
    ['a stranger', 'episode', 'private'],
  ]

  describe.each(['restore', 'unshare', 'keep'] as const)('"%s"', (whenDone) => {
    const house = aHouse({ folder: true, access: `when_done = "${whenDone}"` })

    test.each(sliceOf('when done', lends))('%s, %s, %s', async (who, medium, fence) => {
      const { media: lent, lend, ready, takeBack, standing, api, world } = house()
      const guest = kinds[who](house())
      const before = withFriend(await standing(), guest.username)
      const { made } = await lend({ guest: guest.username, media: lent[medium], fence })
      await ready(guest, made)
      const during = await standing()

      expect(await takeBack(made?.id ?? '')).toEqual(gone)
      const after = {
        restore: before,
        unshare: withoutShares(before, guest, world.machineIdentifier),
        keep: during,
      }
      expect(await standing()).toEqual(after[whenDone])
      expect((await api('GET', '/api/v1/monitor/users')).json).toMatchObject({ result: [] })
    })
  })
})

describe('with their own token, at the server', () => {
  const house = aHouse({ folder: true })
  const everywhere = (text: string) => `/hubs/search?query=${encodeURIComponent(text)}&limit=20`

  test.each(['friend', 'stranger'] as const)('a %s with a label sees exactly the one film', async (who) => {
    const { world, titles, media: lent, lend, ready, takeBack, titlesAt, statusAt, seen, belowOf } = house()
    const guest = who === 'friend' ? house().acquaintance() : house().newcomer()
    const { made } = await lend({ guest: guest.username, media: lent.movie })
    await ready(guest, made)

    expect(made?.fence).toBe('label')
    expect(await titlesAt(guest, '/library/sections')).toEqual(['Films'])
    expect(await titlesAt(guest, '/library/sections/3/all')).toEqual(['Arrival'])
    expect(await titlesAt(guest, everywhere('a'))).toEqual(['Arrival'])
    expect(await titlesAt(guest, everywhere('Heat'))).toEqual([])
    expect(await titlesAt(guest, `/library/metadata/${lent.movie}`)).toEqual(['Arrival'])
    expect(await titlesAt(guest, `/library/metadata/${lent.movie},${titles.other}`)).toEqual(['Arrival'])
    expect(await statusAt(guest, `/library/metadata/${titles.other}`)).toBe(404)
    expect(await statusAt(guest, '/library/sections/4/all')).toBe(404)
    expect((await seen(guest)).readable).toEqual(belowOf(lent.movie).map((one) => one.ratingKey))
    expect(world.play(guest.username, lent.movie).running()).toBe(true)
    expect(() => world.play(guest.username, titles.other)).toThrow('403')

    await takeBack(made?.id ?? '')
    expect(await seen(guest)).toEqual({ libraries: [], listed: [], readable: [], found: [] })
  })

  test.each(['friend', 'stranger'] as const)(
    'a %s with a private library sees exactly the one episode',
    async (who) => {
      const { world, titles, media: lent, lend, ready, takeBack, titlesAt, statusAt, seen } = house()
      const guest = who === 'friend' ? house().acquaintance() : house().newcomer()
      const { made } = await lend({ guest: guest.username, media: lent.episode })
      await ready(guest, made)

      const key = world.librariesOf(guest.username)[0] ?? ''
      const copy =
        decodeURIComponent(made?.link ?? '')
          .split('/')
          .at(-1) ?? ''
      const title = `Tin Harbour S01E01 for ${guest.username}`
      expect(made?.fence).toBe('private')
      expect(copy).not.toBe(lent.episode)
      expect(await titlesAt(guest, '/library/sections')).toEqual([title])
      expect(await titlesAt(guest, `/library/sections/${key}/all`)).toEqual(['Tin Harbour'])
      expect(await titlesAt(guest, `/library/sections/${key}/all?type=4`)).toEqual(['Episode 1'])
      expect(await titlesAt(guest, everywhere('Episode'))).toEqual(['Episode 1'])
      expect(await titlesAt(guest, everywhere('Arrival'))).toEqual([])
      expect(await titlesAt(guest, `/library/metadata/${copy}`)).toEqual(['Episode 1'])
      for (const ratingKey of [lent.episode, lent.season, lent.show, titles.other]) {
        expect(await statusAt(guest, `/library/metadata/${ratingKey}`)).toBe(404)
      }
      for (const library of ['3', '4']) {
        expect(await statusAt(guest, `/library/sections/${library}/all`)).toBe(404)
      }
      expect((await seen(guest)).listed).toHaveLength(3)
      expect(world.play(guest.username, copy).running()).toBe(true)
      expect(() => world.play(guest.username, lent.episode)).toThrow('403')

      await takeBack(made?.id ?? '')
      expect(await seen(guest)).toEqual({ libraries: [], listed: [], readable: [], found: [] })
    },
  )
})

/** What is done with files takes its time on a busy machine, of which the clock of the evening knows nothing. */
async function comesTo(house: AccessWorld, wanted: Standing): Promise<void> {
  const isThere = async () => isDeepStrictEqual(await house.standing(), wanted)
  for (let looks = 0; looks < 10 && !(await isThere()); looks += 1) await house.pass(second)
  expect(await house.standing()).toEqual(wanted)
}

function isObstacle(outcome: string): outcome is keyof typeof obstacles {
  return outcome in obstacles
}

function refusal(fence: Fence, obstacle: keyof typeof obstacles) {
  const reason = refusals.fenceImpossible(fence, obstacles[obstacle]())
  return obstacle === 'noPlexPass'
    ? { status: 502, code: 'plex_pass_required', reason }
    : { status: 422, code: 'fence_unavailable', reason }
}

/** What the fence of this assignment opens, and nothing else. */
function viewOf(house: AccessWorld, medium: Medium, made: WireAssigned | undefined): Seen {
  const { view, belowOf, inLibrary, media: lent } = house
  const home = medium === 'movie' ? 'Films' : 'Series'
  switch (made?.fence) {
    case 'item': {
      const { readable, found } = view([], belowOf(lent[medium]))
      return { libraries: [], listed: [], readable, found }
    }
    case 'label':
      return view([home], belowOf(lent[medium]))
    case 'private':
      return view([made.privateLibrary?.title ?? ''], inLibrary(made.privateLibrary?.title ?? ''))
    default:
      return view([home], inLibrary(home))
  }
}

function together(one: Seen, other: Seen): Seen {
  const both = (part: keyof Seen) => [...new Set([...one[part], ...other[part]])].toSorted()
  return {
    libraries: both('libraries'),
    listed: both('listed'),
    readable: both('readable'),
    found: both('found'),
  }
}

function filtersOf(standing: Standing, { username }: SimAccount) {
  const settings = standing.people[username]?.settings ?? {}
  return Object.entries(settings).filter(([name]) => name.startsWith('filter'))
}

/** The same without their share of this server. */
function withoutShares(standing: Standing, { username }: SimAccount, machineIdentifier: string): Standing {
  const one = standing.people[username]
  if (!one) throw new Error(`plex.tv knows nobody called ${username}`)
  const shares = one.shares.filter((share) => share.machineIdentifier !== machineIdentifier)
  return { ...standing, people: { ...standing.people, [username]: { ...one, shares } } }
}

function names<K extends string>(table: Record<K, unknown>): K[] {
  return Object.keys(table).filter((name): name is K => name in table)
}
