import { describe, expect, it } from 'vitest'
import { createHistoryProof } from '../../src/core/assignments/history-proof.js'
import { createBackground } from '../../src/core/engine/background.js'
import { OtpError } from '../../src/core/errors.js'
import type { Assignment, MediaItem } from '../../src/core/model.js'
import { createMemoryStore } from '../../src/store/memory.js'
import {
  aMark,
  aMovie,
  anAssignment,
  anEndedAssignment,
  anEpisode,
  anotherMovie,
  aSeason,
  aShow,
  evening,
  hour,
  minute,
  second,
} from '../support/builders.js'
import { createTestClock } from '../support/clock.js'
import { createFakePlex } from '../support/fake-plex.js'

/** OTP did not run for the hour before the evening. */
const silence = { sinceAt: evening - hour, untilAt: evening, isStart: true }
const guest = anAssignment().guest.plexId
const ago = (minutes: number) => evening - minutes * minute
const lent = (overrides: Partial<Assignment> = {}) => anAssignment({ createdAt: ago(300), ...overrides })
const unreachable = new OtpError('plex_unreachable', 'The server did not answer.')

async function aScene(assignments: Assignment[] = [lent()], items: MediaItem[] = [aMovie(), anotherMovie()]) {
  const clock = createTestClock()
  const plex = createFakePlex(clock)
  const store = createMemoryStore()
  const complaints: string[] = []
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
  const proof = createHistoryProof({ plexServer: plex.server, store, clock, log, background })

  return { clock, plex, complaints, look, stored }

  async function look(after?: typeof silence, open = assignments) {
    proof.look(open, after)
    await background.settled()
  }

  async function stored(id = 'assignment-1'): Promise<Assignment> {
    const found = await store.read('assignment', id)
    if (!found) throw new Error('The assignment is gone')
    return found.record
  }
}

describe('what the history tells after a silence', () => {
  it('is a mark at the end, gone since then', async () => {
    const { plex, look, stored } = await aScene()
    plex.watched(guest, '101', ago(30))
    await look(silence)

    expect((await stored()).watch).toEqual({
      '101': {
        guid: aMovie().guid,
        offsetMs: 100 * minute,
        durationMs: 100 * minute,
        atEnd: true,
        goneAt: ago(30),
      },
    })
  })

  it('is asked for since the oldest open assignment of the guest, once', async () => {
    const younger = lent({ id: 'assignment-2', createdAt: ago(20), media: anotherMovie() })
    const { plex, look, stored } = await aScene([lent(), younger])
    plex.watched(guest, '101', ago(30))
    plex.watched(guest, '102', ago(10))
    await look(silence)
    await look()

    expect((await stored()).watch).toHaveProperty('101')
    expect((await stored('assignment-2')).watch).toHaveProperty('102')
    expect(plex.asked('history')).toBe(1)
  })

  it('is the last time, when it was watched twice', async () => {
    const { plex, look, stored } = await aScene()
    plex.watched(guest, '101', ago(5))
    plex.watched(guest, '101', ago(50))
    await look(silence)

    expect((await stored()).watch['101']?.goneAt).toBe(ago(5))
  })

  it.each([
    ['another copy of the film', lent(), aMovie({ ratingKey: '999' })],
    ['an episode of the show', lent({ media: aShow() }), anEpisode()],
    ['an episode of the season', lent({ media: aSeason() }), anEpisode()],
    [
      'the private copy',
      lent({
        privateLibrary: {
          folder: '/private/7001',
          title: 'For guest',
          type: 'movie',
          files: [],
          libraryKey: '9',
          copies: { '101': '999' },
          step: 'made',
        },
      }),
      aMovie({ ratingKey: '999', guid: 'local://999', libraryKey: '9' }),
    ],
  ])('counts for %s', async (_, assignment, item) => {
    const { plex, look, stored } = await aScene([assignment], [item])
    plex.watched(guest, item.ratingKey, ago(30))
    await look(silence)

    expect(Object.values((await stored()).watch)).toMatchObject([{ atEnd: true, goneAt: ago(30) }])
  })

  it.each([
    ['something else', lent(), '102', ago(30)],
    ['something that is not on the server any more', lent(), '555', ago(30)],
    ['what was watched before it was assigned', lent({ createdAt: ago(10) }), '101', ago(30)],
    ['what OTP could see itself', lent(), '101', silence.sinceAt - second],
  ])('does not count for %s', async (_, assignment, ratingKey, viewedAt) => {
    const { plex, look, stored } = await aScene([assignment])
    plex.watched(guest, ratingKey, viewedAt)
    await look(silence)

    expect(await stored()).toEqual(assignment)
  })

  it('does not count for somebody else', async () => {
    const { plex, look, stored } = await aScene()
    plex.watched('7002', '101', ago(30))
    await look(silence)

    expect(await stored()).toEqual(lent())
  })

  it('does not count for a film that runs now', async () => {
    const running = lent({ watch: { '101': aMark() } })
    const { plex, look, stored } = await aScene([running])
    plex.watched(guest, '101', ago(30))
    await look(silence)

    expect(await stored()).toEqual(running)
  })

  it('does not count for an assignment that has ended meanwhile', async () => {
    const ended = anEndedAssignment({ createdAt: ago(300) })
    const { plex, look, stored } = await aScene([ended])
    plex.watched(guest, '101', ago(30))
    await look(silence)

    expect(await stored()).toEqual(ended)
  })

  it('is nothing at all without rows', async () => {
    const { look, stored, complaints } = await aScene()
    await look(silence)

    expect(await stored()).toEqual(lent())
    expect(complaints).toEqual([])
  })
})

describe('asking', () => {
  it('is done after a silence alone, and for nobody without an open assignment', async () => {
    const { plex, look } = await aScene()
    await look()
    await look(silence, [])
    await look()

    expect(plex.asked('history')).toBe(0)
  })

  it('costs nothing for what a guest with other access watched before', async () => {
    const { plex, look } = await aScene()
    for (let at = 0; at < 50; at += 1) plex.watched(guest, '102', ago(100 + at))
    await look(silence)

    expect(plex.asked('item')).toBe(0)
  })

  it.each(['history', 'item'] as const)('again a minute later when the %s fails', async (call) => {
    const copy = aMovie({ ratingKey: '999' })
    const { clock, plex, look, stored, complaints } = await aScene([lent()], [copy])
    plex.watched(guest, '999', ago(30))
    plex.fail(call, unreachable)
    await look(silence)
    await clock.advance(59 * second)
    await look()
    expect((await stored()).watch).toEqual({})
    expect(complaints).toEqual(['the history could not be read and will be asked again'])

    await clock.advance(second)
    await look()
    expect((await stored()).watch).toHaveProperty('999')
    await clock.advance(minute)
    await look()
    expect(plex.asked('history')).toBe(2)
  })

  it('after a second silence looks at both', async () => {
    const { clock, plex, look, stored } = await aScene()
    plex.watched(guest, '101', ago(30))
    plex.fail('history', unreachable)
    await look(silence)
    await clock.advance(10 * second)
    await look({ sinceAt: evening + second, untilAt: clock.now(), isStart: false })

    expect((await stored()).watch).toHaveProperty('101')
  })
})
