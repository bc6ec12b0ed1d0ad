import { describe, expect, test } from 'vitest'
import type { SimAccount } from '../../src/simulator/plex/accounts.js'
import { tooManyRequests } from '../../src/simulator/plex/faults.js'
import {
  type Arrange,
  aFaultyHouse,
  all,
  atPlexTv,
  atServer,
  everybody,
  type FaultyHouse,
  forEach,
  guests,
  newerRefusal,
  newerWay,
  nothingThere,
  olderRefusal,
  olderWay,
  type Who,
} from '../support/access-faults.js'
import { generous, withFriend } from '../support/access-world.js'
import { minute, second } from '../support/evening.js'
import { sliceOf } from '../support/slice.js'

const day = 24 * 60 * minute
const forever = Number.POSITIVE_INFINITY
const removed = olderRefusal(410, 'This endpoint was deprecated and removed')
const away = { kind: 'reset', when: 'before' } as const
const takenButNotMade = { kind: 'answer', status: 200, type: 'text/xml', body: '<MediaContainer/>' } as const
const noRoom: Arrange = ({ world }) => {
  world.people.limits.people = 0
}
const full =
  '502 plex_refused: plex.tv has no place left: You have reached the maximum number of users you can share with. ' +
  'An owner can share with 100 people; take somebody off in Plex to make room.'
const alreadyShared = 'You&apos;re already sharing this server with GUEST. Please edit your existing share.'
const already = (words: string) =>
  `409 conflict: plex.tv refused: ${words} Somebody has invited this account just now, or plex.tv does not list it ` +
  'yet. Try again in a minute.'
const brokenOff = '503 plex_unreachable: plex.tv cannot be reached: the answer breaks off or is not readable.'
const unknownLibrary =
  '502 plex_refused: plex.tv does not know the library with the key 3 yet. Nothing was sent; try again in a minute.'

interface Fault {
  what: string
  arrange: Arrange
  who?: Who[]
  /** How many invitations were asked for. */
  sent?: number
  said?: string
}

interface Refused extends Fault {
  /** For somebody who is known it was begun, so that there is a record of it. */
  begun?: true
}

const refused: Refused[] = [
  { what: 'plex.tv has no place left', arrange: noRoom, sent: 1, said: full },
  {
    what: 'plex.tv has no place left, by the newer way',
    arrange: all(noRoom, atPlexTv(olderWay, nothingThere)),
    sent: 2,
    said: full,
  },
  {
    what: 'plex.tv says that it is shared already (400)',
    who: ['stranger'],
    arrange: atPlexTv(olderWay, olderRefusal(400, alreadyShared)),
    sent: 1,
    said: already("You're already sharing this server with GUEST. Please edit your existing share."),
  },
  {
    what: 'plex.tv says that it is shared already, by the newer way (422)',
    who: ['stranger'],
    arrange: all(
      atPlexTv(olderWay, nothingThere),
      atPlexTv(newerWay, newerRefusal(422, 'Account already has access to this server')),
    ),
    sent: 2,
    said: already('Account already has access to this server.'),
  },
  {
    what: 'plex.tv does not accept the token (401)',
    arrange: atPlexTv(olderWay, olderRefusal(401, 'Invalid authentication token.')),
    sent: 1,
    said: '502 plex_token_rejected: plex.tv does not accept the Plex token. Sign in again, or set [plex] token.',
  },
  {
    what: 'both ways to invite are gone (410, 404)',
    arrange: all(atPlexTv(olderWay, removed), atPlexTv(newerWay, newerRefusal(404, 'Not Found', 1002))),
    sent: 2,
    said:
      '502 plex_refused: plex.tv offers OTP no way to invite anybody. Do it in Plex, under Settings and Manage ' +
      'Library Access.',
  },
  {
    what: 'plex.tv has a reason of its own (422)',
    arrange: atPlexTv(olderWay, olderRefusal(422, 'This account cannot be shared with')),
    sent: 1,
    said: '502 plex_refused: plex.tv refused: This account cannot be shared with.',
  },
  {
    what: 'plex.tv repeats an address in its reason (400)',
    arrange: atPlexTv(olderWay, olderRefusal(400, 'Nothing can be sent to pat@example.test')),
    sent: 1,
    said: '502 plex_refused: plex.tv refused: Nothing can be sent to (e-mail address).',
  },
  {
    what: 'plex.tv wants to be left alone for a minute',
    arrange: atPlexTv('GET /api/users', tooManyRequests(60)),
    said: '503 plex_busy: plex.tv takes no more requests just now. Try again in 60 s. [Retry-After: 60]',
  },
  {
    what: 'plex.tv is busy and does not say for how long',
    arrange: atPlexTv('* /', tooManyRequests(), forever),
    said: '503 plex_busy: plex.tv takes no more requests just now. Try again in 8 s. [Retry-After: 8]',
  },
  {
    what: 'plex.tv is down (503)',
    arrange: atPlexTv('* /', { kind: 'answer', status: 503 }, forever),
    said: '503 plex_unreachable: plex.tv cannot answer at the moment (HTTP 503).',
  },
  {
    what: 'the connection to plex.tv breaks off',
    arrange: atPlexTv('* /', away, forever),
    said: '503 plex_unreachable: plex.tv cannot be reached: the connection broke off (ECONNRESET).',
  },
  {
    what: 'a web page comes instead of the list of friends',
    arrange: atPlexTv('GET /api/users', { kind: 'html' }),
    said: '503 plex_unreachable: plex.tv cannot be reached: a web page came instead of data.',
  },
  {
    what: 'the list of shares breaks off',
    arrange: atPlexTv('GET /api/v2/shared_servers/owned/accepted', { kind: 'cut' }),
    said: brokenOff,
  },
  {
    what: 'the list of libraries breaks off, just before the invitation',
    begun: true,
    arrange: atPlexTv('GET /api/v2/servers/', { kind: 'cut' }),
    said: brokenOff,
  },
  {
    what: 'plex.tv does not know the library yet',
    begun: true,
    arrange: ({ world, clock }) => {
      for (const one of world.catalogue.libraries) one.syncedAt = clock.now() + minute
    },
    said: unknownLibrary,
  },
  {
    what: 'the library vanishes from plex.tv',
    begun: true,
    arrange: ({ world }) => {
      for (const one of world.catalogue.libraries) one.syncedAt = forever
    },
    said: unknownLibrary,
  },
  {
    what: 'the server fails when the label is put on',
    begun: true,
    arrange: atServer('PUT /library/sections/3/all', { kind: 'answer', status: 500 }),
    said: '503 plex_unreachable: The Plex server cannot answer at the moment (HTTP 500).',
  },
]

describe('an order is refused at once, and nothing is left anywhere, when', () => {
  test.each(sliceOf('refused', forEach(refused)))(
    '$what ($who)',
    async ({ arrange, who, said = '', sent = 0, begun }) => {
      const house = await aFaultyHouse()
      const guest = guests[who](house)
      arrange(house, guest)
      const before = await house.standing()

      expect(await house.orderFilm(guest)).toEqual({ said })
      expect(house.sent()).toBe(sent)
      expect(await house.standing()).toEqual(before)
      expect(await house.records()).toEqual(who === 'friend' && (begun || sent > 0) ? ['revoked taken'] : [])

      house.whole()
      await house.later(2 * minute)
      expect(await house.standing()).toEqual(before)
      expect(house.sent()).toBe(sent)
      expect(house.toldAdmins(guest)).toEqual([])
    },
  )

  test.each([
    [
      'no.such.person',
      'plex.tv knows no such account: No user with that username or email was found. Check the spelling, or ask the ' +
        'guest for the e-mail address of their account.',
    ],
    [
      'nobody@example.test',
      'That e-mail address belongs to no Plex account yet, so the invitation was taken back. Ask them to make a free ' +
        'account at plex.tv first, then assign again with their username.',
    ],
    ['40999999', '"GUEST" is not a friend of this server, a guest, or invited. Check the spelling.'],
  ])('plex.tv knows no account called %s', async (name, reason) => {
    const house = await aFaultyHouse()
    const before = await house.standing()
    const film = { guest: name, media: house.media.movie }

    expect(await house.order(film)).toEqual({ said: `404 guest_not_found: ${reason}` })
    atPlexTv(olderWay, nothingThere)(house, house.world.owner)
    expect(await house.order(film)).toEqual({ said: `404 guest_not_found: ${reason}` })
    expect(await house.standing()).toEqual(before)
    expect(await house.records()).toEqual([])
  })

  test('the token is dead everywhere, of which the admins hear once', async () => {
    const house = await aFaultyHouse()
    const guest = guests.stranger(house)
    const before = await house.standing()
    house.world.people.killToken(house.world.owner.username)

    expect(await house.orderFilm(guest)).toMatchInlineSnapshot(`
      {
        "said": "502 plex_token_rejected: The Plex server does not accept the Plex token. Sign in again, or set [plex] token.",
      }
    `)
    expect(await house.standing()).toEqual(before)
    await house.later(3 * minute)
    expect(house.toldAdmins(guest).filter((one) => one.includes('otp login'))).toHaveLength(1)
    expect(house.sent()).toBe(0)
  })
})

interface Given extends Fault {
  /** How long it took, by the test clock. */
  tookMs?: number
}

const label = '201 label pending'
const given: Given[] = [
  { what: 'the older way is gone (404)', arrange: atPlexTv(olderWay, nothingThere), sent: 2 },
  {
    what: 'the older way is gone (405)',
    arrange: atPlexTv(olderWay, { kind: 'answer', status: 405 }),
    sent: 2,
  },
  { what: 'the older way is gone (410)', arrange: atPlexTv(olderWay, removed), sent: 2 },
  {
    what: 'plex.tv wants to be left alone for 3 s',
    arrange: atPlexTv('GET /api/users', tooManyRequests(3)),
    tookMs: 3 * second,
  },
  {
    what: 'plex.tv is busy only when it is to invite',
    arrange: atPlexTv(olderWay, tooManyRequests(3)),
    sent: 2,
    tookMs: 3 * second,
  },
  {
    what: 'plex.tv is busy when it is to invite and does not say for how long',
    arrange: atPlexTv(olderWay, tooManyRequests(), 2),
    sent: 3,
    tookMs: 3 * second,
  },
  {
    what: 'a list fails once (500)',
    arrange: atPlexTv('GET /api/users', { kind: 'answer', status: 500 }),
  },
  {
    what: 'the connection breaks off after it was done',
    arrange: atPlexTv(olderWay, { kind: 'reset', when: 'after' }),
  },
  { what: 'no answer comes after it was done', arrange: atPlexTv(olderWay, { kind: 'hang', when: 'after' }) },
  { what: 'the answer breaks off after it was done', arrange: atPlexTv(olderWay, { kind: 'cut' }) },
  { what: 'the share shows after 5 s', arrange: showsAfter(5 * second) },
  {
    what: 'the server does not take the label',
    arrange: atServer('PUT /library/sections/3/all', { kind: 'answer', status: 400 }, forever),
    said: '201 library pending; not label: the server does not take the label',
  },
  {
    what: 'the server takes the label and does not put it on',
    arrange: atServer('PUT /library/sections/3/all', { kind: 'answer', status: 200 }, forever),
    said: '201 library pending; not label: the server took the label but does not show it when read back',
  },
  {
    what: 'the restriction of an invitation cannot be changed any more',
    who: ['stranger'],
    arrange: all(
      ({ world }) => {
        world.people.behaviour.settingsOfPending = 422
      },
      atPlexTv('POST /api/v2/sharing_settings', nothingThere, forever),
    ),
  },
]

describe('a pass is given all the same, and taken back exactly, when', () => {
  test.each(sliceOf('given all the same', forEach(given)))(
    '$what ($who)',
    async ({ arrange, who, said = label, sent = 1, tookMs = 0 }) => {
      const house = await aFaultyHouse()
      const guest = guests[who](house)
      arrange(house, guest)
      const before = await house.standing()
      const at = house.clock.now()

      const { said: answer, made } = await house.orderFilm(guest)
      expect(answer).toBe(said)
      expect(house.sent()).toBe(sent)
      expect(house.clock.now() - at).toBeGreaterThanOrEqual(tookMs)
      expect(await house.records()).toEqual(['pending given'])
      house.whole()
      await theFilmAlone(house, guest, made)
      expect(await house.standing()).toEqual(withFriend(before, guest.username))
    },
  )

  test.each(everybody)('the invitation was made although plex.tv said that it was busy (%s)', async (who) => {
    const house = await aFaultyHouse()
    const guest = guests[who](house)
    const before = await house.standing()
    atPlexTv(olderWay, tooManyRequests(3))(house, guest)
    const { said, made } = await house.meanwhile(house.orderFilm(guest), async () => {
      await house.passUntil('the invitation', () => house.sent() === 1)
      house.world.people.invite(house.invitationSent())
    })

    expect([said, house.sent()]).toEqual([label, 1])
    await theFilmAlone(house, guest, made)
    expect(await house.standing()).toEqual(withFriend(before, guest.username))
  })
})

const afterwards: Record<Who, string> = {
  stranger:
    ' Whether the invitation went out cannot be seen yet; OTP looks again every minute and finishes or gives up by ' +
    'itself. Do not invite again before it says so.',
  friend:
    ' Whether the change went through cannot be seen yet, so it does not count; OTP takes it back when it shows. Try ' +
    'again in a few minutes.',
}
const failing = '503 plex_unreachable: plex.tv cannot answer at the moment'
const unclear: Fault[] = [
  {
    what: 'plex.tv says that it failed (500)',
    arrange: atPlexTv(olderWay, newerRefusal(500, 'Internal Server Error')),
    said: `${failing} (Internal Server Error).`,
  },
  {
    what: 'plex.tv says that it failed (503)',
    arrange: atPlexTv(olderWay, { kind: 'answer', status: 503 }),
    said: `${failing} (HTTP 503).`,
  },
  {
    what: 'the connection breaks off',
    arrange: atPlexTv(olderWay, away),
    said: '503 plex_unreachable: plex.tv cannot be reached: the connection broke off (ECONNRESET).',
  },
  {
    what: 'a web page comes instead of an answer',
    arrange: atPlexTv(olderWay, { kind: 'html' }),
    said: '503 plex_unreachable: plex.tv cannot be reached: a web page came instead of data.',
  },
]

describe('an invitation is looked for, and given up when it never shows, when', () => {
  test.each(sliceOf('unclear', forEach(unclear)))('$what ($who)', async ({ arrange, who, said }) => {
    const house = await aFaultyHouse()
    const guest = guests[who](house)
    arrange(house, guest)
    const before = await house.standing()

    expect(await house.orderFilm(guest)).toEqual({ said: `${said}${afterwards[who]}` })
    house.whole()
    await comesToNothing(house, guest, who)
    expect(await house.standing()).toEqual(before)
    expect(house.sent()).toBe(1)

    const anew = await house.orderFilm(guest)
    expect(anew.said).toBe(label)
    expect(await house.end(anew.made)).toBe('restored')
    expect(await house.standing()).toEqual(before)
  })

  test.each(everybody)('plex.tv takes it and makes nothing (%s)', async (who) => {
    const house = await aFaultyHouse()
    const guest = guests[who](house)
    const before = await house.standing()
    atPlexTv(olderWay, takenButNotMade)(house, guest)

    const answers = {
      stranger:
        '502 plex_refused: plex.tv took the invitation of GUEST but does not show it when read back.' +
        afterwards.stranger,
      friend:
        '502 plex_refused: plex.tv took the change for GUEST but does not show it when read back, so it does not ' +
        'count as done. Try again in a few minutes.',
    }
    expect(await house.orderFilm(guest)).toEqual({ said: answers[who] })
    await comesToNothing(house, guest, who)
    expect(await house.standing()).toEqual(before)
  })

  test.each([
    ['400', atPlexTv(olderWay, olderRefusal(400, alreadyShared))],
    [
      '422, by the newer way',
      all(
        atPlexTv(olderWay, nothingThere),
        atPlexTv(newerWay, newerRefusal(422, 'Account already has access to this server')),
      ),
    ],
  ])('plex.tv says that a friend has a share already (%s)', async (_, arrange) => {
    const house = await aFaultyHouse()
    const guest = guests.friend(house)
    const before = await house.standing()
    arrange(house, guest)

    const { said } = await house.orderFilm(guest)
    expect(said).toMatch(/^409 conflict: plex\.tv refused: .* already .* Try again in a minute\.$/)
    await comesToNothing(house, guest, 'friend')
    expect(await house.standing()).toEqual(before)
  })
})

describe('what shows only after the answer', () => {
  test.each<[string, Arrange, (house: FaultyHouse) => void]>([
    ['half a minute later', showsAfter(30 * second), () => {}],
    [
      'when plex.tv does at last what it was asked',
      atPlexTv(olderWay, { kind: 'hang', when: 'before' }),
      ({ plexTv }) => plexTv.faults.release(),
    ],
  ])('%s becomes the pass of a stranger, and is taken back from a friend', async (_, arrange, appear) => {
    for (const who of everybody) {
      const house = await aFaultyHouse()
      const guest = guests[who](house)
      arrange(house, guest)
      const before = await house.standing()
      const { said, made } = await house.orderFilm(guest)
      expect([said.slice(0, 3), made]).toEqual([expect.stringMatching(/50[23]/), undefined])
      appear(house)
      await house.later(3 * minute)
      house.world.people.behaviour.showsAfterMs = 0

      expect(house.sent()).toBe(1)
      if (who === 'stranger') {
        expect(await house.records()).toEqual(['pending given'])
        await theFilmAlone(house, guest, await house.newest())
        expect(await house.standing()).toEqual(withFriend(before, guest.username))
      } else {
        expect(await house.standing()).toEqual(before)
        await house.later(16 * minute, 4 * minute)
        await house.passUntil('it to be settled', async () => (await house.records())[0] === 'revoked taken')
        expect(await house.standing()).toEqual(before)
      }
    }
  })
})

test("an invitation of the owner's own that plex.tv does not list yet is not taken for one of OTP's", async () => {
  const house = await aFaultyHouse()
  const { people } = house.world
  const guest = guests.stranger(house)
  const [films] = house.world.catalogue.libraries
  people.behaviour.showsAfterMs = 20 * second
  people.invite({ to: { plexId: guest.plexId }, sectionIds: [films?.sectionId ?? 0] })
  const before = await house.standing()

  const alreadyThere = "You're already sharing this server with GUEST. Please edit your existing share."
  expect(await house.orderFilm(guest)).toEqual({ said: already(alreadyThere) })
  await house.later(2 * minute)
  people.behaviour.showsAfterMs = 0
  expect(await house.standing()).toEqual(before)

  const again = await house.orderFilm(guest)
  expect(again.said).toMatch(
    /^201 library pending; not label: the guest sees other things of this server already/,
  )
  expect(await house.end(again.made)).toBe('restored')
  expect(await house.standing()).toEqual(before)
})

describe('an invitation that goes to somebody else', () => {
  const wentAstray =
    'plex.tv gave the invitation of GUEST to another account. It was taken back at once, and nothing was kept. Ask ' +
    'the guest for the exact username or e-mail address of their Plex account.'

  test.each([
    ['a stranger', (house: FaultyHouse) => house.newcomer()],
    ['a friend who is restricted and sees another server', aRestrictedFriend],
  ])('is taken back at once from %s, who has what they had, and the admins are told', async (_, somebody) => {
    const house = await aFaultyHouse()
    const guest = house.newcomer()
    const wrong = somebody(house)
    const before = await house.standing()
    house.world.people.behaviour.landsOn = wrong.username

    expect(await house.orderFilm(guest)).toEqual({ said: `422 guest_not_assignable: ${wentAstray}` })
    expect(await house.standing()).toEqual(before)
    expect(await house.records()).toEqual([])
    await house.later(2 * minute)
    expect(house.toldAdmins(guest)).toEqual([`The invitation of GUEST failed. ${wentAstray}`])
    expect(await house.standing()).toEqual(before)
  })

  test('is taken back also when OTP has known the guest for long', async () => {
    const house = await aFaultyHouse()
    const guest = house.newcomer()
    await house.end((await house.orderFilm(guest)).made)
    const wrong = aRestrictedFriend(house)
    const before = await house.standing()
    house.world.people.behaviour.landsOn = wrong.username

    expect(await house.orderFilm(guest)).toEqual({ said: `422 guest_not_assignable: ${wentAstray}` })
    expect(await house.standing()).toEqual(before)
    expect(await house.records()).toEqual(['revoked taken', 'revoked taken'])
    expect(house.toldAdmins(guest).at(-1)).toBe(`The invitation of GUEST failed. ${wentAstray}`)
  })

  function aRestrictedFriend(house: FaultyHouse): SimAccount {
    const friend = house.acquaintance(undefined, { ...generous, filterMovies: 'contentRating=PG' })
    house.world.shareElsewhere(friend.username)
    return friend
  }
})

describe('a restriction that plex.tv drops without a word', () => {
  test.each(everybody)('gives way to the library, and the answer says so (%s)', async (who) => {
    const house = await aFaultyHouse()
    const guest = guests[who](house)
    const before = await house.standing()
    const { said, made } = await dropped(house, house.orderFilm(guest))

    expect(said).toBe(
      '201 library pending; not label: plex.tv took the restriction but does not show it when read back',
    )
    await house.ready(guest, made)
    expect(await house.seen(guest)).toEqual(house.view(['Films'], house.inLibrary('Films')))
    expect(await house.end(made)).toBe('restored')
    expect(await house.standing()).toEqual(withFriend(before, guest.username))
  })

  test.each(everybody)('is refused where the label was asked for, and nothing is left (%s)', async (who) => {
    const house = await aFaultyHouse()
    const guest = guests[who](house)
    const before = await house.standing()
    const { said } = await dropped(house, house.orderFilm(guest, { fence: 'label' }))

    expect(said).toMatchInlineSnapshot(
      `"422 fence_unavailable: The fence "label" cannot be put up: plex.tv took the restriction but does not show it when read back. Use "auto" for the strongest that works, or another one."`,
    )
    expect(await house.standing()).toEqual(before)
    expect(await house.records()).toEqual(who === 'friend' ? ['revoked taken'] : [])
  })

  test.each(everybody)('gives way to the library where plex.tv refuses it (%s)', async (who) => {
    const house = await aFaultyHouse()
    const guest = guests[who](house)
    const before = await house.standing()
    house.world.people.behaviour.filtersWithoutPass = 'refused'
    const { made } = await dropped(house, house.orderFilm(guest))

    expect(made?.fence).toBe('library')
    expect(made?.passedOver).toEqual([
      {
        fence: 'label',
        why: expect.stringContaining('takes no restriction: Restrictions require an active Plex Pass.'),
      },
    ])
    await house.takeBack(made?.id ?? '')
    expect(await house.standing()).toEqual(before)
  })

  /** The owner's Plex Pass does not count in the moment in which the invitation is made. */
  function dropped<T>(house: FaultyHouse, order: Promise<T>): Promise<T> {
    const { server } = house.world
    atPlexTv(olderWay, { kind: 'delay', ms: second })(house, house.world.owner)
    return house.meanwhile(order, async () => {
      await house.passUntil('the invitation', () => house.sent() === 1)
      server.plexPass = false
      await house.passUntil('its answer', house.invitationAnswered)
      server.plexPass = true
    })
  }
})

describe('a pending invitation', () => {
  test('that keeps the libraries it was sent with is sent anew with both', async () => {
    const house = await aFaultyHouse()
    const guest = house.newcomer()
    const before = await house.standing()
    const first = await house.orderFilm(guest)
    const second = await house.order({ guest: guest.username, media: house.media.episode, add: true })

    expect([first.said, second.said]).toMatchInlineSnapshot(`
      [
        "201 label pending",
        "201 library pending; not private: no folder for private libraries is configured ([access] private_root)",
      ]
    `)
    expect(house.world.people.shares().filter((one) => one.plexId === guest.plexId)).toHaveLength(1)
    house.world.acceptInvitation(guest.username)
    expect((await house.seen(guest)).libraries).toEqual(['Films', 'Series'])
    await house.end(first.made)
    expect((await house.seen(guest)).libraries).toEqual(['Series'])
    expect(await house.end(second.made)).toBe('restored')
    expect(await house.standing()).toEqual(withFriend(before, guest.username))
  })

  test.each([404, 405] as const)('is taken back by the newer way where the older says %s', async (status) => {
    const house = await aFaultyHouse()
    const guest = house.newcomer()
    const before = await house.standing()
    house.world.people.behaviour.v1Cancelling = status
    const { made } = await house.orderFilm(guest)

    expect(await house.end(made)).toBe('restored')
    expect(await house.standing()).toEqual(before)
    expect(await house.records()).toEqual(['revoked taken'])
  })

  test('that neither way takes back is told, tried again, and told to be gone', async () => {
    const house = await aFaultyHouse()
    const guest = house.newcomer()
    const before = await house.standing()
    const { behaviour } = house.world.people
    const { made } = await house.orderFilm(guest)
    behaviour.v1Cancelling = 405
    behaviour.v2Removal = 'refused'

    expect(await house.end(made)).toBe('pending')
    await house.later(2 * minute)
    expect(await house.records()).toEqual(['revoked taking'])
    behaviour.v2Removal = 'works'
    await house.passUntil('it to be gone', async () => (await house.records())[0] === 'revoked taken')
    expect(await house.standing()).toEqual(before)
    expect(house.toldAdmins(guest)).toMatchInlineSnapshot(`
      [
        "The pass of GUEST for Arrival (2016) was taken back. / plex.tv has not confirmed yet that the access is gone. OTP goes on trying by itself.",
        "plex.tv has confirmed it: the access that GUEST had for Arrival (2016) is gone.",
      ]
    `)
  })

  test.each([
    ['on the sixth day', 6 * day],
    ['a minute before it would be taken back', 7 * day - 2 * minute],
  ])('may be accepted late: %s', async (_, lateMs) => {
    const house = await aFaultyHouse()
    const guest = house.newcomer()
    const before = await house.standing()
    const { made } = await house.orderFilm(guest)
    await house.clock.leap(lateMs)
    await theFilmAlone(house, guest, made)
    expect(await house.standing()).toEqual(withFriend(before, guest.username))
  })

  test('that is accepted while it is being taken back leaves nothing to watch', async () => {
    const house = await aFaultyHouse()
    const guest = house.newcomer()
    const { made } = await house.orderFilm(guest)
    atPlexTv('DELETE /api/servers/', { kind: 'delay', ms: 2 * second })(house, guest)
    const access = await house.meanwhile(house.end(made), async () => {
      await house.passUntil('the removal', () => house.asked(/^DELETE /) === 1)
      house.world.acceptInvitation(guest.username)
    })

    expect(access).toBe('restored')
    expect(house.world.shareOf(guest.username)).toBeUndefined()
    expect((await house.seen(guest)).listed).toEqual([])
    expect((await house.standing()).labels).toEqual({ [house.media.movie]: ['For-the-children'] })
  })
})

interface Ending {
  what: string
  arrange: Arrange
  /** What the answer says of the access, and for how long it is not gone. */
  access: 'restored' | 'pending'
}

const deleting = 'DELETE /api/servers/'
const endings: Ending[] = [
  {
    what: 'the connection breaks off after it was done',
    arrange: atPlexTv(deleting, { kind: 'reset', when: 'after' }),
    access: 'restored',
  },
  {
    what: 'no answer comes after it was done',
    arrange: atPlexTv(deleting, { kind: 'hang', when: 'after' }),
    access: 'restored',
  },
  { what: 'the older way is gone (404)', arrange: atPlexTv(deleting, nothingThere), access: 'restored' },
  { what: 'the older way is gone (410)', arrange: atPlexTv(deleting, removed), access: 'restored' },
  {
    what: 'plex.tv denies that there is such a share, and goes on to list it',
    arrange: atPlexTv(deleting, olderRefusal(404, 'Shared server not found.')),
    access: 'pending',
  },
  {
    what: 'plex.tv wants to be left alone for 3 s',
    arrange: atPlexTv(deleting, tooManyRequests(3)),
    access: 'restored',
  },
  {
    what: 'plex.tv wants to be left alone for a minute',
    arrange: atPlexTv(deleting, tooManyRequests(60)),
    access: 'pending',
  },
  {
    what: 'plex.tv says that it failed (500)',
    arrange: atPlexTv(deleting, { kind: 'answer', status: 500 }),
    access: 'pending',
  },
  { what: 'the connection breaks off', arrange: atPlexTv(deleting, away), access: 'pending' },
  {
    what: 'plex.tv takes it and does nothing',
    arrange: atPlexTv(deleting, { kind: 'answer', status: 200 }),
    access: 'pending',
  },
  { what: 'plex.tv is down', arrange: atPlexTv('* /', away, forever), access: 'pending' },
  { what: 'it shows after 30 s', arrange: showsAfter(30 * second), access: 'pending' },
  {
    what: 'the token is not accepted',
    arrange: atPlexTv(deleting, olderRefusal(401, 'Invalid authentication token.')),
    access: 'pending',
  },
]

describe('at the end, access goes as soon as it can, and that is told once, when', () => {
  test.each(sliceOf('endings', endings))('$what', async ({ arrange, access }) => {
    const house = await aFaultyHouse()
    const guest = house.acquaintance(undefined, generous)
    const before = await house.standing()
    const { made } = await house.orderFilm(guest)
    await house.ready(guest, made)
    const toldBefore = house.toldAdmins(guest).length
    arrange(house, guest)

    expect(await house.end(made)).toBe(access)
    expect(await house.records()).toEqual([access === 'restored' ? 'revoked taken' : 'revoked taking'])
    await house.later(2 * minute)
    house.whole()
    await house.later(2 * minute)
    await house.passUntil('it to be gone', async () => (await house.records())[0] === 'revoked taken')
    expect(await house.standing()).toEqual(before)
    expect(house.toldAdmins(guest).slice(toldBefore)).toEqual(access === 'restored' ? atOnce : inTheEnd)
  })

  const atOnce = ['The pass of GUEST for Arrival (2016) was taken back.']
  const inTheEnd = [
    'The pass of GUEST for Arrival (2016) was taken back. / plex.tv has not confirmed yet that the access is gone. ' +
      'OTP goes on trying by itself.',
    'plex.tv has confirmed it: the access that GUEST had for Arrival (2016) is gone.',
  ]
})

describe('what somebody else changes meanwhile is left as it is and said:', () => {
  const films = (house: FaultyHouse) => house.world.catalogue.libraries[0]?.sectionId ?? 0
  const series = (house: FaultyHouse) => house.world.catalogue.libraries[1]?.sectionId ?? 0

  interface Change {
    what: string
    /** What the guest saw before. */
    sees?: string[]
    media: 'movie' | 'episode'
    change: (house: FaultyHouse, guest: SimAccount) => void
    /** What they see afterwards. */
    left: string[]
    /** What holds for them afterwards, where it is not what held before. */
    settings?: object
    said: string
  }

  const words = {
    share: 'removed or made the share of this server; OTP leaves it as it is now, apart from what it gave.',
    libraries: 'changed which libraries are shared; OTP leaves that as it is now, apart from what it gave.',
    settings: 'changed the restrictions or downloads of this person; OTP leaves them as they are now.',
  }

  test.each<Change>([
    {
      what: 'another library was added',
      media: 'movie',
      change: (house, guest) => house.world.shareOf(guest.username)?.sectionIds.push(series(house)),
      left: ['Series'],
      said: words.libraries,
    },
    {
      what: 'a library from before was taken off',
      sees: ['Films'],
      media: 'episode',
      change: (house, guest) => {
        const share = house.world.shareOf(guest.username)
        if (share) share.sectionIds = share.sectionIds.filter((one) => one !== films(house))
      },
      left: [],
      said: words.libraries,
    },
    {
      what: 'the share was removed',
      sees: ['Films'],
      media: 'episode',
      change: (house, guest) => {
        house.world.people.removeShare(house.world.shareOf(guest.username)?.shareId ?? 0)
      },
      left: [],
      said: words.share,
    },
    {
      what: 'the guest has left',
      media: 'movie',
      change: (house, guest) => house.world.leave(guest.username),
      left: [],
      said: words.share,
    },
    {
      what: 'another restriction was set',
      media: 'movie',
      change: (house, guest) =>
        house.world.people.setSettings(guest.username, { filterMovies: 'contentRating=PG' }),
      left: [],
      settings: { filterMovies: 'contentRating=PG' },
      said: words.settings,
    },
    {
      what: 'the restriction was lifted',
      media: 'movie',
      change: (house, guest) => house.world.people.setSettings(guest.username, { filterMovies: '' }),
      left: [],
      said: words.settings,
    },
    {
      what: 'downloads were allowed',
      sees: ['Films'],
      media: 'episode',
      change: (house, guest) => house.world.people.setSettings(guest.username, { allowSync: true }),
      left: ['Films'],
      settings: { allowSync: true },
      said: words.settings,
    },
  ])('$what', async ({ sees, media, change, left, settings, said }) => {
    const house = await aFaultyHouse()
    const guest = house.acquaintance(sees)
    const { people } = house.world
    const settingsBefore = structuredClone(people.settingsOf(guest.plexId))
    const { made } = await house.order({ guest: guest.username, media: house.media[media] })
    await house.ready(guest, made)
    await house.pass(2 * second)
    const toldBefore = house.toldAdmins(guest).length
    change(house, guest)

    expect(await house.end(made)).toBe('restored')
    expect((await house.seen(guest)).libraries).toEqual(left)
    expect(people.settingsOf(guest.plexId)).toEqual({ ...settingsBefore, ...settings })
    expect((await house.standing()).labels).toEqual({ [house.media.movie]: ['For-the-children'] })
    expect(await house.records()).toEqual(['revoked taken'])
    const title = media === 'movie' ? 'Arrival (2016)' : 'Tin Harbour S01E01 · Episode 1'
    expect(house.toldAdmins(guest).slice(toldBefore)).toEqual([
      `The pass of GUEST for ${title} was taken back. / Meanwhile somebody else ${said}`,
    ])
  })
})

test('a library that is deleted while it is lent ends with the pass, and the rest stays', async () => {
  const house = await aFaultyHouse()
  const alone = guests.friend(house)
  const beside = house.acquaintance(['Series'])
  const passes = []
  for (const guest of [alone, beside]) {
    const { made } = await house.orderFilm(guest)
    await house.ready(guest, made)
    passes.push(made)
  }
  house.world.catalogue.removeLibrary('3')

  for (const made of passes) expect(await house.end(made)).toBe('restored')
  expect(house.world.shareOf(alone.username)).toBeUndefined()
  expect(house.world.librariesOf(beside.username)).toEqual(['4'])
  expect(await house.records()).toEqual(['revoked taken', 'revoked taken'])
})

/** The guest says yes, sees exactly what the fence lets them, and has nothing of it when the pass is taken back. */
async function theFilmAlone(
  house: FaultyHouse,
  guest: SimAccount,
  made: Awaited<ReturnType<FaultyHouse['newest']>>,
): Promise<void> {
  house.world.people.behaviour.showsAfterMs = 0
  await house.ready(guest, made)
  const film = house.world.catalogue.item(house.media.movie)
  const shown = made?.fence === 'label' && film ? [film] : house.inLibrary('Films')
  expect(await house.seen(guest)).toEqual(house.view(['Films'], shown))
  expect(await house.end(made)).toBe('restored')
  expect(await house.records()).toEqual(['revoked taken'])
}

/** For a quarter of an hour nobody knows; then it counts as not made. */
async function comesToNothing(house: FaultyHouse, guest: SimAccount, who: Who): Promise<void> {
  expect(await house.records()).toEqual(who === 'friend' ? ['revoked taking'] : [])
  if (who === 'stranger') expect((await house.orderFilm(guest)).said).toBe(undecided)
  await house.later(16 * minute, 4 * minute)

  const isOver = async () =>
    who === 'friend' ? (await house.records())[0] === 'revoked taken' : house.toldAdmins(guest).length > 0
  await house.passUntil('it to be given up', isOver)
  expect(house.toldAdmins(guest)).toEqual(
    who === 'friend' ? [] : ['The invitation of GUEST failed. plex.tv never showed the invitation.'],
  )
}

const undecided =
  '409 conflict: An invitation of GUEST has been begun, and plex.tv has not shown yet what became of it. OTP looks ' +
  'every minute and says so within a quarter of an hour; nothing is sent twice.'

function showsAfter(ms: number): Arrange {
  return ({ world }) => {
    world.people.behaviour.showsAfterMs = ms
  }
}
