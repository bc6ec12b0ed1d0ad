import { describe, expect, test } from 'vitest'
import { obstacles } from '../../src/core/messages/obstacles.js'
import type { Fence } from '../../src/core/model.js'
import type { SimAccount } from '../../src/simulator/plex/accounts.js'
import type { WireAssigned } from '../../src/wire/shapes.js'
import {
  type AccessWorld,
  aHouse,
  generous,
  type Medium,
  type Seen,
  withFriend,
} from '../support/access-world.js'
import { sliceOf } from '../support/slice.js'

type Who = keyof typeof people
type Refusal = keyof typeof refusals
type Row = (typeof rows)[number]

/** What the contract says: which fence `auto` puts up for whom, or how it refuses. */
const table: [Who, Medium | 'any', pass: string, noPass: string, passAndFolder: string, folder: string][] = [
  // who, what, with a Plex Pass, without, with both it and private_root, with private_root alone
  ['friend', 'movie', 'label', 'library', 'label', 'library'],
  ['friend', 'show', 'label', 'library', 'label', 'library'],
  ['friend', 'season', 'library', 'library', 'private', 'private'],
  ['friend', 'episode', 'library', 'library', 'private', 'private'],
  ['stranger by name', 'movie', 'label', 'library', 'label', 'library'],
  ['stranger by name', 'show', 'label', 'library', 'label', 'library'],
  ['stranger by name', 'season', 'library', 'library', 'private', 'private'],
  ['stranger by name', 'episode', 'library', 'library', 'private', 'private'],
  ['stranger by e-mail', 'movie', 'label', 'library', 'label', 'library'],
  ['stranger by e-mail', 'show', 'label', 'library', 'label', 'library'],
  ['stranger by e-mail', 'season', 'library', 'library', 'private', 'private'],
  ['stranger by e-mail', 'episode', 'library', 'library', 'private', 'private'],
  ['pending', 'movie', 'library', 'library', 'library', 'library'],
  ['pending', 'show', 'library', 'library', 'library', 'library'],
  ['pending', 'season', 'library', 'library', 'private', 'private'],
  ['pending', 'episode', 'library', 'library', 'private', 'private'],
  ['Home user', 'any', 'home', 'home', 'home', 'home'],
  ['owner', 'any', 'owner', 'owner', 'owner', 'owner'],
  ['unknown name', 'any', 'nobody', 'nobody', 'nobody', 'nobody'],
  ['unknown e-mail', 'any', 'no account', 'no account', 'no account', 'no account'],
  ['unknown id', 'any', 'no id', 'no id', 'no id', 'no id'],
]

const refusals = {
  home: {
    status: 422,
    code: 'guest_not_assignable',
    reason: '"kid" belongs to the Plex Home of this server, which OTP never watches. Invite another account.',
  },
  owner: {
    status: 422,
    code: 'guest_not_assignable',
    reason: '"quill" owns this server and sees everything already.',
  },
  nobody: {
    status: 404,
    code: 'guest_not_found',
    reason:
      'plex.tv knows no such account: No user with that username or email was found. Check the spelling, or ask ' +
      'the guest for the e-mail address of their account.',
  },
  'no account': {
    status: 404,
    code: 'guest_not_found',
    reason:
      'That e-mail address belongs to no Plex account yet, so the invitation was taken back. Ask them to make a ' +
      'free account at plex.tv first, then assign again with their username.',
  },
  'no id': {
    status: 404,
    code: 'guest_not_found',
    reason: '"40999999" is not a friend of this server, a guest, or invited. Check the spelling.',
  },
}

const gone = { access: 'restored', states: ['revoked'] }

/** Whom the admin names, and the account behind it where there is one. */
interface Somebody {
  name: string
  account?: SimAccount
}

const people = {
  /** Nothing of the server is open to them, and the owner allows them everything else. */
  friend: (house: AccessWorld) => named(house.acquaintance(undefined, generous)),
  'stranger by name': (house: AccessWorld) => named(house.newcomer()),
  'stranger by e-mail': (house: AccessWorld) => {
    const account = house.newcomer()
    return { name: account.email, account }
  },
  /** The owner has invited them by hand, to the series, with everything that plex.tv allows unless told. */
  pending: (house: AccessWorld) => {
    const account = house.newcomer()
    const [, series] = house.world.catalogue.libraries
    house.world.people.invite({ to: { plexId: account.plexId }, sectionIds: [series?.sectionId ?? 0] })
    return named(account)
  },
  'Home user': (house: AccessWorld) =>
    named(house.world.people.named('kid') ?? house.world.addHomeUser('kid')),
  owner: (house: AccessWorld) => named(house.world.owner),
  'unknown name': () => unknown('nobody.at.all'),
  'unknown e-mail': () => unknown('nobody@example.test'),
  'unknown id': () => unknown('40999999'),
} satisfies Record<string, (house: AccessWorld) => Somebody>

const rows = table.flatMap(([who, what, ...outcomes]) =>
  mediaOf(what).flatMap((medium) =>
    outcomes.map((outcome, at) => ({ who, medium, pass: at % 2 === 0, folder: at > 1, outcome })),
  ),
)

test(`the table has ${rows.length} rows, one for every case`, () => {
  process.stdout.write(`access table: ${rows.length} rows\n`)
  const cases = rows.map(({ outcome: _, ...one }) => JSON.stringify(one))
  expect(new Set(cases).size).toBe(Object.keys(people).length * 4 * 2 * 2)
  expect(rows).toHaveLength(new Set(cases).size)
})

describe.each([{ folder: false }, { folder: true }])('with a private_root: $folder', ({ folder }) => {
  const house = aHouse({ folder })

  test.each(
    sliceOf(
      'who gets what',
      rows.filter((one) => one.folder === folder),
    ),
  )('$who, $medium, Plex Pass $pass: $outcome', async (row) => {
    const { world, media: lent, lend, takeBack, ready, standing, seen } = house()
    world.server.plexPass = row.pass
    const { name, account } = people[row.who](house())
    const before = await standing()

    const refusedOrMade = await lend({ guest: name, media: lent[row.medium] })
    if (isRefusal(row.outcome)) {
      expect(refusedOrMade).toEqual(refusals[row.outcome])
      expect(await standing()).toEqual(before)
      return
    }
    const guest = known(account)
    const asMade = { state: 'pending', fence: row.outcome, passedOver: passedOver(row) }
    expect(refusedOrMade.made).toMatchObject(asMade)
    expect(world.people.settingsOf(guest.plexId)).toMatchObject(heldMeanwhile(row, guest))
    expect(await takeBack(refusedOrMade.made?.id ?? '')).toEqual(gone)
    expect(await standing()).toEqual(before)

    const { made } = await lend({ guest: name, media: lent[row.medium] })
    expect(made).toMatchObject(asMade)
    await ready(guest, made)
    expect(await seen(guest)).toEqual(viewOf(house(), row, made))
    expect(await takeBack(made?.id ?? '')).toEqual(gone)
    expect(await standing()).toEqual(withFriend(before, guest.username))
  })
})

/** What plex.tv holds for the guest while the invitation waits. */
function heldMeanwhile(row: Row, { plexId }: SimAccount) {
  const { outcome, medium } = row
  const label = `label=Otp-${plexId}`
  return {
    allowSync: opensNothing(row),
    filterMovies: outcome === 'label' && medium === 'movie' ? label : '',
    filterTelevision: outcome === 'label' && medium === 'show' ? label : '',
  }
}

/** What was open to them anyway stays as it is. */
function opensNothing({ who, outcome, medium }: Row): boolean {
  return who === 'pending' && outcome === 'library' && medium !== 'movie'
}

/** What the guest is shown with this fence: the title alone, the library that holds it, or the copy of it. */
function viewOf(house: AccessWorld, { who, outcome, medium }: Row, made: WireAssigned | undefined): Seen {
  const { view, belowOf, inLibrary, media: lent } = house
  const home = medium === 'movie' ? 'Films' : 'Series'
  const own = made?.privateLibrary?.title ?? home
  const items = outcome === 'label' ? belowOf(lent[medium]) : inLibrary(own)
  if (who !== 'pending' || own === 'Series') return view([own], items)
  return view([own, 'Series'], [...items, ...inLibrary('Series')])
}

function known(account: SimAccount | undefined): SimAccount {
  if (!account) throw new Error('Nobody can be assigned anything who has no account')
  return account
}

function unknown(name: string): Somebody {
  return { name }
}

function named(account: SimAccount): Somebody {
  return { name: account.username, account }
}

function mediaOf(what: Medium | 'any'): Medium[] {
  return what === 'any' ? ['movie', 'show', 'season', 'episode'] : [what]
}

function isRefusal(outcome: string): outcome is Refusal {
  return outcome in refusals
}

/** Why not something stronger, as far as the contract has an order. */
function passedOver({ who, medium, pass, folder }: Row): { fence: Fence; why: string }[] {
  if (medium === 'season' || medium === 'episode') {
    return folder ? [] : [{ fence: 'private', why: obstacles.noPrivateRoot() }]
  }
  if (!pass) return [{ fence: 'label', why: obstacles.noPlexPass() }]
  return who === 'pending' ? [{ fence: 'label', why: obstacles.seesOther() }] : []
}
