import { describe, expect, it } from 'vitest'
import { holdRestored } from '../../src/core/engine/restored.js'
import { anotherMovie, minute, second } from '../support/builders.js'
import { admin, createStage, friend, neighbour, stranger } from '../support/stage.js'

/** An evening with one pass, taken up again from its own store as if that had come from a backup. */
async function restored(begin = async (_: ReturnType<typeof createStage>) => {}) {
  const stage = createStage()
  await stage.start()
  const { assignment } = await stage.assign({ expires: '20m' })
  await begin(stage)
  await stage.clock.advance(10 * second)
  await stage.stop()

  const at = stage.clock.now()
  const open = await holdRestored(stage.store, { at, madeAt: at })
  stage.plex.said.length = 0
  stage.notifier.said.length = 0
  await stage.clock.advance(minute)
  stage.replaceCore()
  return { stage, assignment, open }
}

describe('after a restore', () => {
  it('nothing is judged, ended or taken away for guests of the backup, however late it gets', async () => {
    const { stage, assignment, open } = await restored()
    expect(open.map(({ id }) => id)).toEqual([assignment.id])
    stage.plex.play(friend.plexId, anotherMovie())
    await stage.start()
    await stage.clock.advance(25 * minute)

    expect(stage.plex.said).toEqual([])
    expect(await stage.violations()).toEqual([])
    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'ready', access: 'given' })
    expect((await stage.core().assignments({})).items).toHaveLength(1)
  })

  it('the admins are told once, the log says so at every start, and so do status and health', async () => {
    const { stage } = await restored()
    await stage.start()
    await stage.clock.advance(2 * minute)
    await stage.restart()
    await stage.clock.advance(2 * minute)

    expect(stage.notifier.said).toEqual(['admins: restored'])
    expect(stage.notifier.posts().at(-1)?.content.notice).toMatchObject({
      kind: 'restored',
      passes: [{ guest: { username: 'friend' }, media: { title: 'Arrival' } }],
    })
    expect(stage.log.lines.filter(({ phrase }) => phrase.startsWith('restored from a backup'))).toHaveLength(
      2,
    )
    expect(await stage.core().status()).toMatchObject({ restored: { assignments: 1 }, openAssignments: 1 })
    expect((await stage.core().health()).store).toEqual({
      ok: true,
      reason: 'Restored from a backup: 1 pass waits for "otp resume".',
    })
  })

  it('somebody says that OTP may go on: streams are judged and deadlines count at once', async () => {
    const { stage, assignment } = await restored()
    stage.plex.play(friend.plexId, anotherMovie())
    await stage.start()
    await stage.clock.advance(minute)

    expect(await stage.core().resume({ by: admin })).toEqual({ resumed: true, assignments: 1 })
    await stage.clock.advance(second)
    expect(stage.plex.said).toEqual([expect.stringContaining("end friend's Paddington (2014)")])
    expect(await stage.core().resume({ by: admin })).toEqual({ resumed: false, assignments: 0 })
    expect(await stage.core().status()).not.toHaveProperty('restored')

    await stage.clock.advance(21 * minute)
    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'expired', access: 'taken' })
    await stage.restart()
    await stage.clock.advance(minute)
    expect(stage.notifier.said.filter((one) => one === 'admins: restored')).toHaveLength(1)
  })

  it('whoever was no guest then can be lent to and is guarded; a guest who waits is refused with the next step', async () => {
    const { stage } = await restored()
    await stage.start()
    await stage.clock.advance(minute)

    await expect(stage.assign({ media: 'rk:102' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('otp resume'),
    })
    await stage.assign({ guest: 'neighbour', fence: 'library' })
    stage.plex.said.length = 0
    stage.plex.play(neighbour.plexId, anotherMovie())
    await stage.clock.advance(10 * second)
    expect(stage.plex.said).toEqual([expect.stringContaining("end neighbour's Paddington (2014)")])
  })

  it('an order ends a pass that waits, with its stream and its access', async () => {
    const { stage, assignment } = await restored()
    stage.plex.play(friend.plexId, anotherMovie())
    await stage.start()
    await stage.clock.advance(minute)

    await stage.soon(stage.core().unassign({ guest: 'friend', by: admin }))
    await stage.clock.advance(10 * second)
    expect(stage.plex.said).toContainEqual(expect.stringContaining("end friend's Paddington (2014)"))
    expect(await stage.assignment(assignment.id)).toMatchObject({ state: 'revoked', access: 'taken' })
    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
  })

  it('an invitation of the backup is left alone until then, though it was accepted meanwhile', async () => {
    const { stage } = await restored(async (before) => {
      await before.assign({ guest: stranger.username, media: 'rk:102' })
    })
    stage.plex.accept(stranger.plexId)
    await stage.start()
    await stage.clock.advance(5 * minute)
    expect(await stage.records('assignment')).toMatchObject([{ state: 'ready' }, { state: 'pending' }])

    await stage.core().resume({ by: admin })
    await stage.clock.advance(2 * minute)
    expect(await stage.records('assignment')).toMatchObject([{ state: 'ready' }, { state: 'ready' }])
  })

  it('messages that were on their way when the backup was made are not sent again', async () => {
    const { stage } = await restored(async (before) => {
      before.notifier.answer(() => ({ kind: 'later', reason: 'Discord is away' }))
      await before.assign({ guest: 'neighbour', fence: 'library' })
    })
    stage.notifier.answer(() => undefined)
    await stage.start()
    await stage.clock.advance(minute)

    expect(stage.notifier.said).toEqual(['admins: restored'])
  })
})
