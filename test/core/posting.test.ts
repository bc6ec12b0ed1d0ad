import { describe, expect, it } from 'vitest'
import type { EventName, OtpEvent } from '../../src/core/events/event.js'
import type { Posted } from '../../src/core/events/webhook.js'
import { minute, second } from '../support/builders.js'
import { admin, createStage } from '../support/stage.js'

const hour = 60 * minute

/** A stage with one webhook, which takes what it is asked to take. */
function aStage(events: EventName[] = []) {
  const stage = createStage()
  const posts: { event: OtpEvent; at: number }[] = []
  let answer = (): Posted => ({ kind: 'taken' })
  stage.ports.poster = {
    hooks: [{ id: 'hook', number: 1, events }],
    post: async (_, event) => {
      posts.push({ event, at: stage.clock.now() })
      return answer()
    },
  }
  stage.replaceCore()
  return {
    stage,
    posts,
    names: () => posts.map((one) => one.event.name),
    answer: (posted: Posted) => {
      answer = () => posted
    },
    /** Something that is one event. */
    turn: (on: boolean) => (on ? stage.core().startMonitor(admin) : stage.core().stopMonitor(admin)),
    waits: () => posts.slice(1).map(({ at }, before) => at - (posts[before]?.at ?? 0)),
  }
}

const failed: Posted = { kind: 'failed', reason: 'it answered 500' }

describe('a webhook', () => {
  it('gets what happens from when it was first there, in order, and only what it wants', async () => {
    const { stage, names, turn } = aStage(['monitor.started', 'assignment.created'])
    await turn(false)
    await stage.start()
    await turn(true)
    await turn(false)
    await stage.assign()
    await stage.clock.advance(second)
    expect(names()).toEqual(['monitor.started', 'assignment.created'])

    await stage.restart()
    await turn(true)
    await stage.clock.advance(second)
    expect(names()).toEqual(['monitor.started', 'assignment.created', 'monitor.started'])
    await stage.stop()
  })

  it('that takes nothing is asked again, less and less often, and then gets everything in order', async () => {
    const { stage, posts, turn, answer, waits } = aStage()
    await stage.start()
    answer(failed)
    await turn(false)
    await turn(true)
    await stage.clock.advance(20 * minute)

    const ids = new Set(posts.map((one) => one.event.id))
    expect(ids.size).toBe(1)
    const all = waits()
    expect(all[0]).toBeGreaterThanOrEqual(1_000)
    expect(all[0]).toBeLessThanOrEqual(1_200)
    expect(Math.max(...all)).toBeLessThanOrEqual(5 * minute)
    expect(all.at(-1)).toBeGreaterThan(4 * minute)
    expect(all.length).toBeLessThan(14)

    answer({ kind: 'taken' })
    const before = posts.length
    await stage.clock.advance(6 * minute)
    expect(posts.slice(before).map((one) => one.event.name)).toEqual(['monitor.stopped', 'monitor.started'])
    await stage.stop()
  })

  it('goes on after a restart with what it has not taken', async () => {
    const { stage, posts, turn, answer } = aStage()
    await stage.start()
    answer(failed)
    await turn(false)
    await stage.clock.advance(3 * second)
    await stage.restart()
    answer({ kind: 'taken' })
    await turn(true)
    await stage.clock.advance(3 * second)

    expect(new Set(posts.map((one) => one.event.id)).size).toBe(2)
    expect(posts.slice(-2).map((one) => one.event.name)).toEqual(['monitor.stopped', 'monitor.started'])
    await stage.stop()
  })

  it.each<[string, Posted, number]>([
    ['says that it is gone', { kind: 'gone', reason: 'it answered 410' }, second],
    ['takes nothing for a day', failed, 25 * hour],
  ])('that %s is dead: the admins hear it once, and the status says so', async (_, posted, afterMs) => {
    const { stage, posts, turn, answer } = aStage()
    await stage.start()
    answer(posted)
    await turn(false)
    await turn(true)
    await stage.clock.advance(second)
    await stage.clock.leap(afterMs)
    await stage.clock.advance(second)
    const reason = posted.kind === 'taken' ? '' : posted.reason
    const trouble =
      `Webhook 1 of the configuration gets no events any more: ${reason}. ` +
      'Mend it or take it out, and start OTP again.'
    expect((await stage.core().status()).webhookTrouble).toBe(trouble)

    const before = posts.length
    await stage.clock.leap(hour)
    expect(posts.length).toBe(before)
    await stage.restart(second)
    await stage.clock.advance(minute)
    expect(posts.length).toBe(before + 1)
    expect(stage.notifier.said.filter((one) => one === 'admins: webhook-dead')).toHaveLength(1)
    expect((await stage.core().status()).webhookTrouble).toBe(trouble)

    answer({ kind: 'taken' })
    await stage.restart(second)
    await stage.clock.advance(minute)
    expect(posts.slice(-2).map((one) => one.event.name)).toEqual(['monitor.stopped', 'monitor.started'])
    expect(await stage.core().status()).not.toHaveProperty('webhookTrouble')
    await stage.stop()
  })
})
