import { describe, expect, it } from 'vitest'
import { createFollowing, movedTo } from '../../src/core/assignments/following.js'
import { createBackground } from '../../src/core/engine/background.js'
import { OtpError } from '../../src/core/errors.js'
import type { Assignment, MediaItem, Session } from '../../src/core/model.js'
import { createMemoryStore } from '../../src/store/memory.js'
import {
  aMark,
  aMovie,
  anAssignment,
  anEndedAssignment,
  anEpisode,
  aSeason,
  aSession,
  aShow,
  hour,
  minute,
  theServer,
} from '../support/builders.js'
import { createTestClock } from '../support/clock.js'
import { createFakePlex } from '../support/fake-plex.js'

const followed = 'followed to another rating key'
const inLine = 'access follows to the new rating key'
const lost = 'item is not on the server any more'
/** The film after its file was removed and added again. */
const again = aMovie({ ratingKey: '777' })

const privateCopy = {
  folder: '/private/7001',
  title: 'For guest',
  type: 'movie' as const,
  files: [],
  libraryKey: '9',
  copies: { '101': '901' },
  step: 'made' as const,
}

/** Assignments in the store, and a server that has these items. */
async function aScene(assignments: Assignment[], items: MediaItem[], machineIdentifier = theServer) {
  const clock = createTestClock()
  const plex = createFakePlex(clock)
  const store = createMemoryStore()
  const complaints: string[] = []
  const told: string[] = []
  let refusal: OtpError | undefined
  const log = {
    debug: () => {},
    info: () => {},
    warn: (phrase: string) => complaints.push(phrase),
    error: () => {},
  }
  const background = createBackground({ log })
  plex.items.push(...items)
  for (const record of assignments) {
    await store.commit([{ kind: 'assignment', id: record.id, record, unless: 'exists' }])
  }
  const following = createFollowing({
    plexServer: plex.server,
    store,
    clock,
    log,
    background,
    facts: {
      machineIdentifier: async () => machineIdentifier,
      known: async () => theServer,
      doubt: () => {},
      ownerPlexId: () => undefined,
      capabilities: () => undefined,
      probe: async () => {},
    },
    hand: { isHeld: () => false },
    onFollowed: async ({ id, media }) => {
      if (refusal) throw refusal
      told.push(`${id} ${media.ratingKey}`)
    },
  })

  return { clock, plex, complaints, told, look: () => following.look(theServer), refuse, glance, stored }

  /** The access cannot be brought in line from now on. */
  function refuse(error: OtpError | undefined): void {
    refusal = error
  }

  async function glance(item: MediaItem | undefined) {
    const { item: _, ...session } = aSession()
    const running: Session[] = [item ? { ...session, item } : session]
    following.glance(await stored(), running)
    await background.settled()
  }

  async function stored(id = 'assignment-1'): Promise<Assignment> {
    const found = await store.read('assignment', id)
    if (!found) throw new Error('The assignment is gone')
    return found.record
  }
}

const said = (assignment: Assignment) => assignment.history.slice(1).map((one) => one.what)

describe('an item that was added again', () => {
  it('is followed to its new key, with its progress', async () => {
    const { look, stored, told } = await aScene([anAssignment({ watch: { '101': aMark() } })], [again])
    await look()

    expect(await stored()).toMatchObject({ media: again, watch: { '777': aMark() } })
    expect(said(await stored())).toEqual([followed, inLine])
    expect(told).toEqual(['assignment-1 777'])
  })

  it.each([
    ['episode', anEpisode()],
    ['season', aSeason()],
    ['show', aShow()],
  ])('is followed when it is a whole %s, too', async (_, media) => {
    const { look, stored } = await aScene([anAssignment({ media })], [{ ...media, ratingKey: '777' }])
    await look()

    expect((await stored()).media.ratingKey).toBe('777')
  })

  it('is followed once', async () => {
    const { clock, look, stored, told } = await aScene([anAssignment()], [again])
    await look()
    await clock.advance(hour)
    await look()

    expect(said(await stored())).toEqual([followed, inLine])
    expect(told).toHaveLength(1)
  })

  it('is followed within its library, when there are several', async () => {
    const elsewhere = aMovie({ ratingKey: '700', libraryKey: '3' })
    const { look, stored } = await aScene([anAssignment()], [elsewhere, again])
    await look()

    expect((await stored()).media).toEqual(again)
  })

  it('is followed to another library when it is in none but that', async () => {
    const elsewhere = aMovie({ ratingKey: '700', libraryKey: '3' })
    const { look, stored } = await aScene([anAssignment()], [elsewhere])
    await look()

    expect((await stored()).media).toEqual(elsewhere)
  })

  it('is never followed into a private library', async () => {
    const other = anAssignment({ id: 'assignment-2', media: again, privateLibrary: privateCopy })
    const copy = aMovie({ ratingKey: '901', libraryKey: '9' })
    const { look, stored } = await aScene([anAssignment(), other], [copy])
    await look()

    expect((await stored()).media).toEqual(aMovie())
  })

  it('keeps its private copy', async () => {
    const { look, stored } = await aScene([anAssignment({ privateLibrary: privateCopy })], [again])
    await look()

    expect((await stored()).privateLibrary?.copies).toEqual({ '777': '901' })
  })

  it.each(['', 'local://55'])('is not recognised by the guid "%s"', async (guid) => {
    const media = aMovie({ guid })
    const { look, plex, stored } = await aScene([anAssignment({ media })], [{ ...media, ratingKey: '777' }])
    await look()

    expect((await stored()).media).toEqual(media)
    expect(plex.asked('withGuid')).toBe(0)
  })
})

describe('an item that is where it was', () => {
  it('is left there, whatever else has its guid', async () => {
    const { look, plex, stored } = await aScene([anAssignment()], [again, aMovie()])
    await look()

    expect(await stored()).toEqual(anAssignment())
    expect(plex.asked('withGuid')).toBe(0)
  })

  it('is not looked for when the assignment has ended, or is of another server', async () => {
    const elsewhere = anAssignment({ id: 'assignment-2', machineIdentifier: 'server-two' })
    const { look, plex } = await aScene([anEndedAssignment(), elsewhere], [])
    await look()

    expect(plex.asked('item')).toBe(0)
  })

  it('is not missed at a server that has taken the place of its own', async () => {
    const { look, stored } = await aScene([anAssignment()], [again], 'server-two')
    await look()

    expect(await stored()).toEqual(anAssignment())
  })
})

describe('an item that is gone', () => {
  it('leaves the assignment as it is, and that is said once', async () => {
    const { clock, look, stored, complaints, told } = await aScene([anAssignment()], [])
    await look()
    await clock.advance(hour)
    await look()

    expect((await stored()).media).toEqual(aMovie())
    expect(said(await stored())).toEqual([lost])
    expect(complaints).toEqual([lost])
    expect(told).toEqual([])
  })

  it('is followed when it comes back', async () => {
    const { clock, look, plex, stored } = await aScene([anAssignment()], [])
    await look()
    plex.items.push(again)
    await clock.advance(hour)
    await look()

    expect(said(await stored())).toEqual([lost, followed, inLine])
  })
})

describe('the access', () => {
  it('that could not be brought in line is tried again at the next look', async () => {
    const { look, refuse, stored, told, complaints } = await aScene([anAssignment()], [again])
    refuse(new OtpError('plex_unreachable', 'plex.tv did not answer.'))
    await look()
    expect(said(await stored())).toEqual([followed])
    expect(complaints).toEqual(['an item could not be followed'])

    refuse(undefined)
    await look()
    await look()
    expect(said(await stored())).toEqual([followed, inLine])
    expect(told).toEqual(['assignment-1 777'])
  })
})

it('items are looked for once an hour', async () => {
  const { clock, look, plex } = await aScene([anAssignment()], [aMovie()])
  await look()
  await clock.advance(hour - 1)
  await look()
  expect(plex.asked('item')).toBe(1)

  await clock.advance(1)
  await look()
  expect(plex.asked('item')).toBe(2)
})

it('a server that does not answer proves nothing, and does not hold up the others', async () => {
  const other = anAssignment({ id: 'assignment-2', media: aShow() })
  const { look, plex, stored, complaints } = await aScene(
    [anAssignment(), other],
    [again, aShow({ ratingKey: '700' })],
  )
  plex.fail('item', new OtpError('plex_unreachable', 'The server did not answer.'))
  await look()

  expect(await stored()).toEqual(anAssignment())
  expect((await stored('assignment-2')).media.ratingKey).toBe('700')
  expect(complaints).toEqual(['an item could not be followed'])
})

describe('a stream of a covered item', () => {
  it('under another key makes OTP look, and follow when the old key is gone', async () => {
    const { glance, stored } = await aScene([anAssignment()], [again])
    await glance(again)

    expect((await stored()).media).toEqual(again)
  })

  it('under another key follows nothing while the old key is there, and is not asked about at every reading', async () => {
    const { clock, glance, plex, stored } = await aScene([anAssignment()], [again, aMovie()])
    await glance(again)
    await glance(again)
    expect((await stored()).media).toEqual(aMovie())
    expect(plex.asked('item')).toBe(1)

    await clock.advance(minute)
    await glance(again)
    expect(plex.asked('item')).toBe(2)
  })

  it.each([
    ['the film itself', anAssignment(), aMovie()],
    ['an episode of the show', anAssignment({ media: aShow() }), anEpisode()],
    ['an episode of the season', anAssignment({ media: aSeason() }), anEpisode()],
    [
      'a private copy',
      anAssignment({ privateLibrary: privateCopy }),
      aMovie({ ratingKey: '901', libraryKey: '9' }),
    ],
    ['nothing that can be read', anAssignment(), undefined],
  ])('asks nothing when it is %s', async (_, assignment, item) => {
    const { glance, plex } = await aScene([assignment], [])
    await glance(item)

    expect(plex.asked('item')).toBe(0)
  })

  it('whose show was added again makes OTP follow the show', async () => {
    const show = aShow({ ratingKey: '700' })
    const { glance, stored } = await aScene([anAssignment({ media: aShow() })], [show])
    await glance(anEpisode({ ratingKey: '712', grandparentRatingKey: '700' }))

    expect((await stored()).media).toEqual(show)
  })
})

it('what was seen under the new key before it was followed is newer than what is known of the old one', () => {
  const old = aMark({ offsetMs: 95 * minute, atEnd: true })
  const now = aMark({ offsetMs: 3 * minute })

  expect(movedTo(anAssignment({ watch: { '101': old, '777': now } }), again).watch).toEqual({ '777': now })
})
