import { describe, expect, it } from 'vitest'
import type { Assignment } from '../../src/core/model.js'
import { guestId } from '../../src/core/records.js'
import {
  aGuest,
  aGuestRef,
  anAssignment,
  anotherMovie,
  evening,
  hour,
  theServer,
} from '../support/builders.js'
import { admin, createStage, describeNotice, type Stage } from '../support/stage.js'

const bob = 'discord-friend'
const linked = aGuestRef({ discordUserId: bob })
const other = aGuestRef({ plexId: '7002', username: 'neighbour', discordUserId: 'discord-neighbour' })
const day = 24 * hour

/** Two linked guests, each with a pass that has a deadline. */
async function standing(...more: Partial<Assignment>[]): Promise<Stage> {
  const stage = createStage()
  const records = [
    anAssignment({ guest: linked, expiresAt: evening + hour }),
    anAssignment({ id: 'others', guest: other, media: anotherMovie(), expiresAt: evening + hour }),
    ...more.map((one) => anAssignment({ guest: linked, ...one })),
  ]
  await stage.store.commit([
    ...[linked, other].map(
      (one) =>
        ({
          kind: 'guest',
          id: guestId(theServer, one.plexId),
          record: aGuest(one),
          unless: 'exists',
        }) as const,
    ),
    ...records.map((record) => ({ kind: 'assignment', id: record.id, record, unless: 'exists' }) as const),
  ])
  return stage
}

async function told(stage: Stage): Promise<string[]> {
  return (await stage.records('message')).map((one) => describeNotice(one.content))
}

describe('what is their own', () => {
  it('is all that a Discord user is shown', async () => {
    const stage = await standing({ id: 'over', state: 'finished' })
    const { linked: isLinked, passes } = await stage.core().ownPasses({ discordUserId: bob })
    expect(isLinked).toBe(true)
    expect(passes.map((one) => one.assignment.id)).toEqual(['assignment-1'])
    expect(await stage.core().ownPasses({ discordUserId: 'nobody' })).toEqual({ linked: false, passes: [] })
  })

  it('is all that they may end or have prolonged', async () => {
    const stage = await standing()
    const theirs = { id: 'others', discordUserId: bob }
    const core = stage.core()
    for (const call of [core.ownPass, core.finishOwn, core.askForTime]) {
      await expect(call(theirs)).rejects.toMatchObject({ code: 'forbidden' })
      await expect(call({ id: 'none', discordUserId: bob })).rejects.toMatchObject({
        code: 'assignment_not_found',
      })
    }
    expect(await stage.assignment('others')).toMatchObject({ state: 'ready' })
    expect(await told(stage)).toEqual([])
  })
})

describe('more time', () => {
  it('is asked for once, given once, and told', async () => {
    const stage = await standing()
    const core = stage.core()
    const own = { id: 'assignment-1', discordUserId: bob }
    expect(await Promise.all([core.askForTime(own), core.askForTime(own)])).toEqual(
      expect.arrayContaining(['asked', 'waiting']),
    )

    const answers = await Promise.all([
      core.answerTime({ id: own.id, moreMs: day, by: admin }),
      core.answerTime({ id: own.id, moreMs: 3 * day, by: 'discord:2' }),
      core.answerTime({ id: own.id, by: 'discord:3' }),
    ])
    const [first, ...others] = answers.map((one) => one.answer)
    for (const one of others) expect(one).toEqual(first)
    const messages = await stage.records('message')
    expect(messages).toHaveLength(2)
    expect(messages[0]?.content.notice).toMatchObject({
      kind: 'time-request',
      assignment: { timeRequest: { answer: first } },
    })
  })

  it('is not answered where nobody has asked', async () => {
    const stage = await standing()
    await expect(
      stage.core().answerTime({ id: 'assignment-1', moreMs: day, by: admin }),
    ).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is not asked for without a deadline', async () => {
    const stage = await standing({ id: 'endless', media: anotherMovie() })
    const own = { id: 'endless', discordUserId: bob }
    await expect(stage.core().askForTime(own)).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('a link', () => {
  it('goes from the guest and from what is open, with the language, and only where it is the one meant', async () => {
    const stage = await standing()
    const core = stage.core()
    await core.noteLocale({ discordUserId: bob, locale: 'de' })
    await core.noteLocale({ discordUserId: 'nobody', locale: 'de' })
    expect(await stage.guest(linked.plexId)).toMatchObject({ locale: 'de' })

    const wrong = { guest: linked.plexId, discordUserId: 'somebody-else', by: admin }
    await expect(core.unlink(wrong)).rejects.toMatchObject({ code: 'guest_not_found' })
    expect(await core.unlink({ discordUserId: bob, by: admin })).toMatchObject([{ plexId: linked.plexId }])
    expect(await stage.guest(linked.plexId)).not.toHaveProperty('discordUserId')
    expect(await stage.guest(linked.plexId)).not.toHaveProperty('locale')
    expect((await stage.assignment('assignment-1'))?.guest).not.toHaveProperty('discordUserId')
    expect(await stage.guest(other.plexId)).toMatchObject({ discordUserId: other.discordUserId })
  })
})

describe('a member who left', () => {
  it('is asked about once, and what was decided before a crash is done after it', async () => {
    const stage = await standing()
    const server = guestId(theServer, linked.plexId)
    const left = {
      at: evening,
      cardId: 'none',
      answer: { kind: 'revoked', at: evening + 1, by: admin },
    } as const
    const stored = await stage.store.read('guest', server)
    if (!stored) throw new Error('There is no such guest')
    const record = { ...stored.record, member: { discordUserId: bob, lookedAt: evening, left } }
    await stage.store.commit([{ kind: 'guest', id: server, record, ifRevision: stored.revision }])
    await stage.start()
    await stage.clock.advance(61_000)

    expect(await stage.assignment('assignment-1')).toMatchObject({ state: 'revoked' })
    expect(await stage.assignment('others')).toMatchObject({ state: 'ready' })
    const again = await stage.core().answerLeaving({ id: server, revoke: false, by: 'discord:2' })
    expect(again).toMatchObject({ now: false, answer: { kind: 'revoked', by: admin } })
    await stage.stop()
  })

  it('is not asked about where nobody has left', async () => {
    const stage = await standing()
    const nobody = { id: guestId(theServer, linked.plexId), revoke: true, by: admin }
    await expect(stage.core().answerLeaving(nobody)).rejects.toMatchObject({ code: 'conflict' })
  })
})
