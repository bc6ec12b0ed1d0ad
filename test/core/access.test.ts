import { describe, expect, it } from 'vitest'
import { createAccess } from '../../src/core/access/access.js'
import type { Purpose } from '../../src/core/access/access-plan.js'
import { createGranting } from '../../src/core/access/granting.js'
import { createLabelling } from '../../src/core/access/labelling.js'
import { findInvited } from '../../src/core/access/made-shares.js'
import { createSharing } from '../../src/core/access/sharing.js'
import { noFilters, snapshotOf, type WhenDone, wantedFor } from '../../src/core/access/wanted.js'
import { OtpError } from '../../src/core/errors.js'
import { refusals } from '../../src/core/messages/refusals.js'
import type { Assignment, Guest, Share } from '../../src/core/model.js'
import { guestId } from '../../src/core/records.js'
import { createMemoryStore } from '../../src/store/memory.js'
import {
  aGuest,
  aLibrary,
  aMovie,
  anAssignment,
  anEndedAssignment,
  anEpisode,
  aPerson,
  aShare,
  second,
  theServer,
} from '../support/builders.js'
import { createTestClock, type TestClock } from '../support/clock.js'
import { createFakePlex } from '../support/fake-plex.js'
import { until } from '../support/until.js'

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Lets time go by until there is an answer. */
async function inTime<T>(clock: TestClock, answer: Promise<T>): Promise<T> {
  let isThere = false
  const note = () => {
    isThere = true
  }
  answer.then(note, note)
  await until('an answer', async () => {
    await clock.advance(second)
    return isThere
  })
  return answer
}

/** A share of these libraries, or none. */
const sharing = (...libraryKeys: string[]): Share | undefined =>
  libraryKeys.length === 0 ? undefined : aShare({ libraryKeys })

describe('what a share should list', () => {
  interface Row {
    given?: string[]
    have?: string[]
    needed?: string[]
    whenDone?: WhenDone
    list: string[]
    nowGiven?: string[]
  }

  it.each<[string, Row]>([
    ['the first pass of somebody without access', { needed: ['1'], list: ['1'], nowGiven: ['1'] }],
    [
      'a pass beside what the guest had before',
      { have: ['2'], needed: ['1'], list: ['2', '1'], nowGiven: ['1'] },
    ],
    ['a pass in a library that the guest had before', { have: ['1', '2'], needed: ['1'], list: ['1', '2'] }],
    ['a pass that stands', { given: ['1'], have: ['1'], needed: ['1'], list: ['1'], nowGiven: ['1'] }],
    [
      'a second pass in another library',
      { given: ['1'], have: ['1'], needed: ['1', '2'], list: ['1', '2'], nowGiven: ['1', '2'] },
    ],
    [
      'a pass that replaces another',
      { given: ['1'], have: ['1'], needed: ['2'], list: ['2'], nowGiven: ['2'] },
    ],
    [
      'the end of one of two passes',
      { given: ['1', '2'], have: ['1', '2', '3'], needed: ['2'], list: ['3', '2'], nowGiven: ['2'] },
    ],
    ['the last end of somebody invited by a pass', { given: ['1'], have: ['1'], list: [] }],
    ['the last end of a friend from before', { given: ['1'], have: ['2', '1'], list: ['2'] }],
    ['the last end in a library that the guest had before', { have: ['1', '2'], list: ['1', '2'] }],
    ['a library that somebody else added meanwhile', { given: ['1'], have: ['1', '3'], list: ['3'] }],
    ['a library that somebody else took away meanwhile', { given: ['1'], have: ['2'], list: ['2'] }],
    ['a share that somebody else took away meanwhile', { given: ['1'], list: [] }],
    [
      'the end, when the share is to be kept',
      { given: ['1'], have: ['2', '1'], whenDone: 'keep', list: ['2', '1'] },
    ],
    [
      'the end, when the whole share is to go',
      { given: ['1'], have: ['2', '1'], whenDone: 'unshare', list: [] },
    ],
    [
      'a pass that goes on, when the whole share is to go in the end',
      {
        given: ['1'],
        have: ['2', '1'],
        needed: ['1'],
        whenDone: 'unshare',
        list: ['2', '1'],
        nowGiven: ['1'],
      },
    ],
    [
      'a pass that goes on, when the share is to be kept in the end',
      { given: ['1'], have: ['2', '1'], needed: ['1'], whenDone: 'keep', list: ['2', '1'], nowGiven: ['1'] },
    ],
  ])('%s', (_, { given = [], have = [], needed = [], whenDone = 'restore', list, nowGiven = [] }) => {
    const wanted = wantedFor(given, sharing(...have), needed, whenDone)

    expect({ ...wanted, libraryKeys: [...wanted.libraryKeys].sort() }).toEqual({
      libraryKeys: [...list].sort(),
      given: nowGiven,
    })
  })

  /** Every subset of three libraries. */
  const subsets = [[], ['1'], ['2'], ['3'], ['1', '2'], ['1', '3'], ['2', '3'], ['1', '2', '3']]
  const cases = subsets.flatMap((given) =>
    subsets.flatMap((have) => subsets.map((needed) => ({ given, have, needed }))),
  )

  it('in every case keeps what others gave, lists what is needed, and nothing else', () => {
    for (const { given, have, needed } of cases) {
      const { libraryKeys } = wantedFor(given, sharing(...have), needed, 'restore')
      const fromOthers = have.filter((key) => !given.includes(key))

      expect(new Set(libraryKeys), JSON.stringify({ given, have, needed })).toEqual(
        new Set([...fromOthers, ...needed]),
      )
    }
  })

  it('in every case OTP answers for nothing that others gave, and ends where it began', () => {
    for (const { given, have, needed } of cases) {
      const during = wantedFor(given, sharing(...have), needed, 'restore')
      const afterwards = wantedFor(during.given, sharing(...during.libraryKeys), [], 'restore')
      const fromOthers = have.filter((key) => !given.includes(key))

      expect(during.given.filter((key) => fromOthers.includes(key))).toEqual([])
      expect(new Set(afterwards.libraryKeys)).toEqual(new Set(fromOthers))
      expect(afterwards.given).toEqual([])
    }
  })

  it('of everything is given nothing, since nothing can be added to it', () => {
    const everything = aShare({ allLibraries: true, libraryKeys: ['1', '2'] })

    expect(wantedFor([], everything, ['1'], 'restore')).toEqual({ libraryKeys: ['1', '2'], given: [] })
  })
})

describe('the access before', () => {
  it.each([
    ['nothing', undefined, { kind: 'none' }],
    ['some libraries', aShare({ libraryKeys: ['2', '3'] }), { kind: 'libraries', libraryKeys: ['2', '3'] }],
    ['everything', aShare({ allLibraries: true, libraryKeys: [] }), { kind: 'all' }],
  ])('was %s', (_, share, expected) => {
    expect(snapshotOf(share)).toEqual({ ...expected, ...(share && { settings: share.settings }) })
  })
})

describe('bringing access in line', () => {
  const id = guestId(theServer, '7001')

  /** A guest with these assignments, in front of a plex.tv where a friend of that name may have a share. */
  async function aScene(needs: {
    guest?: Guest
    assignments?: Assignment[]
    friend?: boolean
    whenDone?: WhenDone
  }) {
    const clock = createTestClock()
    const plex = createFakePlex(clock)
    const store = createMemoryStore()
    plex.libraries.push(...['1', '2', '3'].map((key) => aLibrary({ key })))
    if (needs.friend === false) plex.accounts.push(aPerson())
    else plex.befriend(aPerson())
    const guest = needs.guest ?? aGuest({ givenLibraryKeys: [] })
    await store.commit([{ kind: 'guest', id, record: guest, unless: 'exists' }])
    for (const one of needs.assignments ?? []) {
      await store.commit([{ kind: 'assignment', id: one.id, record: one, unless: 'exists' }])
    }
    const sharing = createSharing({ plexAccount: plex.account, clock, log: quiet })
    const access = createAccess({
      plexServer: plex.server,
      sharing,
      labelling: createLabelling({ plexServer: plex.server, clock }),
      granting: createGranting({ plexAccount: plex.account, clock }),
      store,
      clock,
      log: quiet,
      whenDone: needs.whenDone ?? 'restore',
    })

    return {
      clock,
      plex,
      bringInLine: (purpose: Purpose = 'give') => access.bringInLine(theServer, '7001', purpose),
      given: async () => (await store.read('guest', id))?.record.givenLibraryKeys,
    }
  }

  it('shares the library with a friend at once', async () => {
    const { plex, bringInLine, given } = await aScene({ assignments: [anAssignment()] })

    expect(await bringInLine()).toMatchObject({ pending: false, invited: true })
    expect(plex.said).toEqual(['invite guest to 1'])
    expect(await given()).toEqual(['1'])
  })

  it('invites somebody who is no friend any more, by name, and waits for them', async () => {
    const { plex, bringInLine } = await aScene({ assignments: [anAssignment()], friend: false })

    expect(await bringInLine()).toMatchObject({ pending: true, invited: true })
    expect(plex.said).toEqual(['invite guest to 1'])
  })

  it('adds the library to a share that is there', async () => {
    const { plex, bringInLine, given } = await aScene({ assignments: [anAssignment()] })
    plex.share('7001', ['2'])

    expect(await bringInLine()).toMatchObject({ pending: false, invited: false })
    expect(plex.said).toEqual(['share 2,1 with guest'])
    expect(await given()).toEqual(['1'])
  })

  it('asks plex.tv for nothing when everything is as it should be', async () => {
    const { plex, bringInLine } = await aScene({
      assignments: [anAssignment()],
      guest: aGuest({ givenLibraryKeys: ['1'] }),
    })
    plex.share('7001', ['1'])
    await bringInLine()

    expect(plex.said).toEqual([])
  })

  it.each<[WhenDone, string[]]>([
    ['restore', []],
    ['keep', []],
    ['unshare', ['unshare guest']],
  ])('%s: a share of everything that lists nothing', async (whenDone, said) => {
    const { plex, bringInLine } = await aScene({ assignments: [anEndedAssignment()], whenDone })
    plex.share('7001', [], { allLibraries: true })
    await bringInLine()

    expect(plex.said).toEqual(said)
  })

  it('leaves a share of everything alone while a pass is open', async () => {
    const { plex, bringInLine, given } = await aScene({ assignments: [anAssignment()], whenDone: 'unshare' })
    plex.share('7001', [], { allLibraries: true })

    expect(await bringInLine()).toMatchObject({ pending: false, invited: false })
    expect(plex.said).toEqual([])
    expect(await given()).toEqual([])
  })

  it('takes away the whole share of somebody whom OTP invited', async () => {
    const guest = aGuest({ givenLibraryKeys: ['1'] })
    const { plex, bringInLine, given } = await aScene({ assignments: [anEndedAssignment()], guest })
    plex.share('7001', ['1'])
    await bringInLine()

    expect(plex.said).toEqual(['unshare guest'])
    expect(plex.shareOf('7001')).toBeUndefined()
    expect(await given()).toEqual([])
  })

  it('never costs somebody their share who was refused before they became a guest', async () => {
    const guest = aGuest({ watched: false, givenLibraryKeys: ['1'] })
    const assignments = [anEndedAssignment()]
    const { plex, bringInLine } = await aScene({ assignments, guest, whenDone: 'unshare' })
    plex.share('7001', ['1', '2'])
    await bringInLine()

    expect(plex.said).toEqual(['share 2 with guest'])
  })

  it('takes an invitation back and sends it anew when it must list something else', async () => {
    const guest = aGuest({ givenLibraryKeys: ['1'] })
    const assignments = [anAssignment({ media: anEpisode() }), anEndedAssignment({ id: 'assignment-2' })]
    const { plex, bringInLine } = await aScene({ assignments, guest, friend: false })
    plex.share('7001', ['1'], { accepted: false })

    expect(await bringInLine()).toMatchObject({ pending: true, invited: true })
    expect(plex.said).toEqual(['unshare guest', 'invite guest to 2'])
  })

  it('needs each library once, and none for another server or for an ended assignment', async () => {
    const assignments = [
      anAssignment(),
      anAssignment({ id: 'assignment-2', media: aMovie({ ratingKey: '103', guid: 'plex://movie/3' }) }),
      anEndedAssignment({ id: 'assignment-3', media: anEpisode() }),
      anAssignment({ id: 'assignment-4', media: anEpisode(), machineIdentifier: 'server-two' }),
    ]
    const { plex, bringInLine } = await aScene({ assignments })
    await bringInLine()

    expect(plex.said).toEqual(['invite guest to 1'])
  })

  it('writes down what it is about to open before plex.tv is asked', async () => {
    const { plex, bringInLine, given } = await aScene({ assignments: [anAssignment()] })
    plex.fail('invite', new OtpError('plex_refused', 'plex.tv refused.'))

    await expect(bringInLine()).rejects.toThrow('plex.tv refused.')
    expect(plex.said).toEqual([])
    expect(await given()).toEqual(['1'])
  })

  it('believes a call without an answer when the share is there', async () => {
    const { plex, bringInLine } = await aScene({ assignments: [anAssignment()] })
    plex.fail('invite', new OtpError('plex_unreachable', 'No answer.'), { after: true })

    expect(await bringInLine()).toMatchObject({ pending: false, invited: true })
    expect(plex.said).toEqual(['invite guest to 1'])
  })

  it('does not call a change of libraries an invitation, when its answer was lost', async () => {
    const { plex, bringInLine } = await aScene({ assignments: [anAssignment()] })
    plex.share('7001', ['2'])
    plex.fail('setLibraries', new OtpError('plex_unreachable', 'No answer.'), { after: true })

    expect(await bringInLine()).toMatchObject({ pending: false, invited: false })
  })

  it('never repeats an invitation, and says what went wrong when it is not there', async () => {
    const { plex, bringInLine, clock } = await aScene({ assignments: [anAssignment()] })
    let invitations = 0
    plex.account.invite = async () => {
      invitations += 1
      throw new OtpError('plex_unreachable', 'No answer.')
    }

    await expect(inTime(clock, bringInLine())).rejects.toThrow('No answer.')
    expect(invitations).toBe(1)
  })

  it('does not believe a success that cannot be read back', async () => {
    const { plex, bringInLine, clock } = await aScene({ assignments: [anAssignment()] })
    plex.account.invite = async () => ({})

    await expect(inTime(clock, bringInLine())).rejects.toMatchObject({
      code: 'plex_refused',
      message: expect.stringContaining('does not show it'),
    })
  })

  it('does not believe a share with other libraries', async () => {
    const { plex, bringInLine, clock } = await aScene({ assignments: [anAssignment()] })
    plex.account.invite = async () => {
      plex.share('7001', ['1', '2'])
      return {}
    }

    await expect(inTime(clock, bringInLine())).rejects.toMatchObject({ code: 'plex_refused' })
  })

  it('does not believe a share with another account, and takes it back', async () => {
    const { plex, bringInLine, clock } = await aScene({ assignments: [anAssignment()] })
    plex.befriend(aPerson({ plexId: '7002', username: 'guest' }))
    plex.account.invite = async () => {
      plex.share('7002', ['1'])
      return { shareId: plex.shareOf('7002')?.shareId ?? '' }
    }

    await expect(inTime(clock, bringInLine())).rejects.toMatchObject({ code: 'guest_not_assignable' })
    expect(plex.shareOf('7002')).toBeUndefined()
  })

  it('leaves a new share of the same library alone that nothing shows to be its own', async () => {
    const { plex, bringInLine, clock } = await aScene({ assignments: [anAssignment()] })
    plex.befriend(aPerson({ plexId: '7002', username: 'other' }))
    plex.account.invite = async () => {
      plex.share('7002', ['1'])
      throw new OtpError('plex_unreachable', 'No answer.')
    }

    await expect(inTime(clock, bringInLine())).rejects.toThrow('No answer.')
    expect(plex.shareOf('7002')).toMatchObject({ libraryKeys: ['1'] })
  })

  it('waits for a plex.tv that shows a change late', async () => {
    const { plex, bringInLine, clock } = await aScene({ assignments: [anAssignment()] })
    plex.account.invite = async () => {
      void clock.sleep(1_500).then(() => plex.share('7001', ['1']))
      return {}
    }

    expect(await inTime(clock, bringInLine())).toMatchObject({ pending: false, invited: true })
  })
})

describe('an account that is known by its e-mail address', () => {
  const address = 'nobody@example.test'

  it.each([
    ['a change that does not show', refusals.shareNotReal(address)],
    ['a change that may still show', refusals.shareUndecided(address)],
    ['a name that is taken', refusals.landedElsewhere(address)],
    ['nothing to end', refusals.nothingOpen(address)],
    ['several of that name', refusals.severalPeople(address, [`${address} (7001)`, 'guest (7002)'])],
    ['several of one member', refusals.linkedToSeveral([`${address} (7001)`, 'guest (7002)'])],
  ])('is not repeated: %s', (_, sentence) => {
    expect(sentence).not.toContain('@')
    expect(sentence).not.toContain('nobody')
  })
})

describe('inviting by name', () => {
  const noted = async () => {}
  const request = {
    machineIdentifier: theServer,
    invitee: 'Guest@Example.test',
    libraryKeys: ['1'],
    filters: noFilters,
  }

  function aScene() {
    const clock = createTestClock()
    const plex = createFakePlex(clock)
    return { clock, plex, sharing: createSharing({ plexAccount: plex.account, clock, log: quiet }) }
  }

  it('finds the account behind an e-mail address, whatever its case', async () => {
    const { plex, sharing } = aScene()
    plex.accounts.push(aPerson({ email: 'guest@example.test' }))
    plex.account.invite = async () => {
      plex.share('7001', ['1'], { accepted: false })
      return {}
    }

    expect(await sharing.inviteByName(request, noted)).toMatchObject({
      person: { plexId: '7001' },
      accepted: false,
    })
  })

  it('never takes somebody else for the invited one', async () => {
    const { plex, clock, sharing } = aScene()
    plex.accounts.push(aPerson({ plexId: '7002', username: 'other', email: 'other@example.test' }))
    plex.account.invite = async () => {
      plex.share('7002', ['1'])
      return {}
    }

    expect(await inTime(clock, sharing.inviteByName(request, noted))).toBeUndefined()
  })

  it('passes a refusal on, without looking further', async () => {
    const { plex, sharing } = aScene()
    plex.fail('invite', new OtpError('plex_refused', 'The server is full.'))
    plex.account.shares = () => Promise.reject(new Error('The shares were read.'))

    await expect(sharing.inviteByName(request, noted)).rejects.toThrow('The server is full.')
  })

  it('is found under the name, the e-mail address of the account, or the address it went to', () => {
    const named = aShare({ person: aPerson({ username: 'Guest' }) })
    const { person: _, ...nobody } = aShare({ invitedEmail: 'Nobody@example.test' })

    expect(findInvited([nobody, named], 'gUEST')).toBe(named)
    expect(findInvited([nobody, named], 'GUEST@example.test')).toBe(named)
    expect(findInvited([nobody, named], 'nobody@example.TEST')).toBe(nobody)
    expect(findInvited([nobody, named], 'gues')).toBeUndefined()
  })
})
