import { describe, expect, it } from 'vitest'
import type { Assignment } from '../../src/core/model.js'
import { guestId } from '../../src/core/records.js'
import {
  aGuest,
  aGuestRef,
  aMark,
  anAssignment,
  anotherMovie,
  evening,
  hour,
  theServer,
} from '../support/builders.js'
import { admin, createStage, describeNotice, type Stage } from '../support/stage.js'

const linked = aGuestRef({ discordUserId: 'discord-friend' })

/** A guest with these assignments, as if they had been made before. */
async function standing(...assignments: Partial<Assignment>[]): Promise<Stage> {
  const stage = createStage()
  const records = assignments.map((one) => anAssignment({ guest: linked, ...one }))
  await stage.store.commit([
    { kind: 'guest', id: guestId(theServer, linked.plexId), record: aGuest(linked), unless: 'exists' },
    ...records.map((record) => ({ kind: 'assignment', id: record.id, record, unless: 'exists' }) as const),
  ])
  return stage
}

async function told(stage: Stage): Promise<string[]> {
  return (await stage.records('message')).map((one) => describeNotice(one.content))
}

describe('new limits', () => {
  it('for an id are written, answered beside the old ones, and told to the guest', async () => {
    const stage = await standing({ expiresAt: evening + hour, plays: 1 })
    const answer = await stage.core().extend({ id: 'assignment-1', expires: '2h', plays: 3, by: admin })

    expect(answer).toMatchObject({
      assignment: { id: 'assignment-1', expiresAt: evening + 2 * hour, plays: 3 },
      extended: { expiresBefore: evening + hour, playsBefore: 1 },
      guestTold: 'queued',
    })
    expect(await stage.assignment('assignment-1')).toEqual(answer.assignment)
    expect(answer.assignment.history.at(-1)).toEqual({ at: evening, by: admin, what: 'extended' })
    expect(await told(stage)).toEqual(['guest: extended'])
  })

  it('for a guest are those of their only open assignment', async () => {
    const stage = await standing(
      { id: 'a1' },
      { id: 'a0', media: anotherMovie(), state: 'finished', access: 'taken' },
    )
    const { assignment } = await stage.core().extend({ guest: 'GUEST', expires: '1h', by: admin })

    expect(assignment).toMatchObject({ id: 'a1', expiresAt: evening + hour })
  })

  it('leave what is not named as it was', async () => {
    const stage = await standing({ expiresAt: evening + hour, plays: 1 })
    const { assignment, guestTold } = await stage.core().extend({ id: 'assignment-1', plays: 2, by: admin })

    expect(assignment).toMatchObject({ expiresAt: evening + hour, plays: 2 })
    expect(guestTold).toBe('nothing-new')
    expect(await told(stage)).toEqual([])
  })

  it('lift a limit with null', async () => {
    const stage = await standing({ expiresAt: evening + hour, plays: 1 })
    await stage.core().extend({ id: 'assignment-1', expires: null, plays: null, by: admin })

    const written = await stage.assignment('assignment-1')
    expect(written.expiresAt).toBeUndefined()
    expect(written.plays).toBeUndefined()
    expect(await told(stage)).toEqual(['guest: extended'])
  })

  it('for a guest without a Discord member are to be passed on by hand', async () => {
    const stage = await standing({ guest: aGuestRef() })
    const { guestTold } = await stage.core().extend({ id: 'assignment-1', expires: '1h', by: admin })

    expect(guestTold).toBe('not-linked')
    expect(await told(stage)).toEqual([])
  })
})

describe('new limits are refused', () => {
  it.each([
    ['none at all', {}, /^expires, plays: expected at least one/],
    ['a deadline in the past', { expires: '2026-11-22T18:00:00Z' }, /^expires: .*over already/],
    ['a deadline nobody understands', { expires: 'soonish' }, /^expires: expected/],
    ['half a play', { plays: 1.5 }, /^plays: expected a whole number/],
    ['fewer plays than were used', { plays: 1 }, /^plays: it has been played 2 times already/],
  ])('%s', async (_, limits, sentence) => {
    const stage = await standing({ playsUsed: 2 })
    const before = await stage.assignment('assignment-1')

    await expect(stage.core().extend({ id: 'assignment-1', ...limits, by: admin })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(sentence),
    })
    expect(await stage.assignment('assignment-1')).toEqual(before)
  })

  it('but the last play that is running may be declared the last', async () => {
    const stage = await standing({ playsUsed: 2, state: 'watching', watch: { '101': aMark() } })
    const { assignment } = await stage.core().extend({ id: 'assignment-1', plays: 2, by: admin })

    expect(assignment.plays).toBe(2)
  })

  it('for an assignment that has ended', async () => {
    const stage = await standing({ state: 'expired', access: 'taken' })

    await expect(stage.core().extend({ id: 'assignment-1', expires: '1h', by: admin })).rejects.toMatchObject(
      {
        code: 'conflict',
        message:
          'The assignment of Arrival (2016) to guest has ended already, so its limits stay. Assign the title again instead.',
      },
    )
    expect(await told(stage)).toEqual([])
  })

  it('for a guest with several, naming them', async () => {
    const stage = await standing({ id: 'a1' }, { id: 'a2', media: anotherMovie() })

    await expect(stage.core().extend({ guest: 'guest', expires: '1h', by: admin })).rejects.toMatchObject({
      code: 'ambiguous',
      message: expect.stringContaining('Arrival (2016) (a1); Paddington (2014) (a2)'),
      candidates: [
        { value: 'a1', label: 'Arrival (2016)' },
        { value: 'a2', label: 'Paddington (2014)' },
      ],
    })
  })

  it.each([
    [{ id: 'nothing' }, 'assignment_not_found'],
    [{ guest: 'guest' }, 'assignment_not_found'],
    [{ guest: 'somebody' }, 'guest_not_found'],
  ])('for %j with %s', async (which, code) => {
    const stage = await standing()

    await expect(stage.core().extend({ ...which, expires: '1h', by: admin })).rejects.toMatchObject({ code })
  })
})
