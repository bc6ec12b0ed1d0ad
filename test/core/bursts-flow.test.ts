import { describe, expect, it } from 'vitest'
import type { MediaItem, Violation } from '../../src/core/model.js'
import type { Delivery, OutboxMessage } from '../../src/core/telling/notices.js'
import { aMovie, minute, second } from '../support/builders.js'
import { createStage, type Stage } from '../support/stage.js'

const barred: Delivery = { kind: 'barred', reason: 'The channel is gone.' }
const later: Delivery = { kind: 'later', reason: 'No answer came.' }

describe('violations that come one by one', () => {
  it('have a card each, at once', async () => {
    const { stage, stray } = await aWatch()
    for (let at = 0; at < 4; at += 1) {
      stray()
      await stage.clock.advance(2 * second)
      expect(posts(stage)).toHaveLength(at + 1)
    }
    await stage.clock.advance(minute)
    expect(posts(stage).map((one) => one.content.notice.kind)).toEqual(Array(4).fill('violation'))
  })
})

describe('more than five new cards within ten seconds', () => {
  it('are one list, of which the last state is right', async () => {
    const { stage, stray } = await aWatch()
    const requests = countRequests(stage)
    for (let at = 0; at < 12; at += 1) stray()
    await stage.clock.advance(minute)

    expect(posts(stage).map((one) => one.content.notice.kind)).toEqual(['violations'])
    expect(requests()).toBeLessThanOrEqual(3)
    await expectLastState(stage, 12)
  })

  it('begin a list after the cards that are there, and a full list is followed by another', async () => {
    const { stage, stray } = await aWatch()
    for (let at = 0; at < 40; at += 1) {
      stray()
      await stage.clock.advance(600)
    }
    await stage.clock.advance(2 * minute)

    const kinds = posts(stage).map(({ content: { notice } }) =>
      notice.kind === 'violations' ? notice.violations.length : notice.kind,
    )
    expect(kinds).toEqual([...Array(5).fill('violation'), 25, 10])
    await expectLastState(stage, 40)
  })

  it('a hundred within a minute cost at most twenty requests and lose nothing', async () => {
    const { stage, stray } = await aWatch()
    const requests = countRequests(stage)
    for (let at = 0; at < 100; at += 1) {
      stray()
      await stage.clock.advance(600)
    }
    await stage.clock.advance(3 * minute)

    expect(requests()).toBeLessThanOrEqual(20)
    await expectLastState(stage, 100)
  })

  it('join a list together with what comes within the next second, since each time all of it is written', async () => {
    const { stage, stray } = await aWatch({ intervalMs: 100 })
    for (let at = 0; at < 6; at += 1) stray()
    await stage.clock.advance(5 * second)
    const before = await listWrites(stage)
    for (let at = 0; at < 15; at += 1) {
      stray()
      await stage.clock.advance(100)
    }
    expect((await listWrites(stage)) - before).toBeLessThanOrEqual(2)

    await stage.clock.advance(minute)
    await expectLastState(stage, 21)
  })

  it('lose nothing by a restart or a crash in the middle', async () => {
    const { stage, stray } = await aWatch()
    for (let at = 0; at < 60; at += 1) {
      stray()
      await stage.clock.advance(600)
      if (at === 20) await stage.restart(second)
      if (at === 40) await crash(stage)
    }
    await stage.clock.advance(3 * minute)

    await expectLastState(stage, 60)
  })
})

describe('a message whose answer was lost', () => {
  it('is edited to what holds by now, because what is there is what was sent first', async () => {
    const { stage, stray } = await aWatch()
    const shown = new Map<string, OutboxMessage>()
    let isLost = true
    stage.notifier.answer((message) => {
      if (message.content.to !== 'admins') return undefined
      const before = shown.get(message.id)
      // Under the same nonce Discord answers with what it has, and changes nothing.
      if (!before || message.delivered) shown.set(message.id, structuredClone(message))
      if (isLost) return later
      return { kind: 'delivered', message: at, ...(before && !message.delivered && { fromBefore: true }) }
    })
    const at = { channelId: 'channel', messageId: 'message' }
    stray()
    await stage.clock.advance(20 * second)
    isLost = false
    await stage.clock.advance(2 * minute)

    const [only] = [...shown.values()]
    expect(only?.content.notice).toMatchObject({ violation: { endedAt: expect.any(Number) } })
  })
})

describe('a channel that is gone or closed', () => {
  it('is told once, asked slowly, and gets everything in few messages when it is back', async () => {
    const { stage, stray } = await aWatch()
    let isBarred = true
    let attempts = 0
    stage.notifier.answer(({ content }) => {
      if (content.to !== 'admins' || !isBarred) return undefined
      attempts += 1
      return barred
    })
    for (let at = 0; at < 30; at += 1) {
      stray()
      await stage.clock.advance(2 * minute)
    }
    expect(stage.plex.said.filter((one) => one.startsWith('end'))).toHaveLength(30)
    expect(attempts).toBeLessThanOrEqual(18)
    expect(await stage.core().status()).toMatchObject({ messageTrouble: 'The channel is gone.' })
    expect(await stage.core().health()).toMatchObject({ messages: { ok: false } })
    expect(stage.log.lines.filter(({ level }) => level === 'error')).toHaveLength(1)

    isBarred = false
    await stage.clock.advance(6 * minute)
    expect(await stage.core().status()).toMatchObject({ waitingMessages: 0 })
    expect(await stage.core().status()).not.toHaveProperty('messageTrouble')
    expect(posts(stage).length).toBeLessThanOrEqual(7)
    await expectLastState(stage, 30)
  })

  it('is asked at once after a restart, when somebody may have mended it', async () => {
    const { stage, stray } = await aWatch()
    let isBarred = true
    stage.notifier.answer(({ content }) => (content.to === 'admins' && isBarred ? barred : undefined))
    stray()
    await stage.clock.advance(10 * minute)
    isBarred = false
    await stage.restart()
    await stage.clock.advance(second)

    expect(posts(stage)).toHaveLength(1)
  })
})

/** A guest with a pass for a film, who plays others; each of them anew. */
async function aWatch({ intervalMs = 2 * second } = {}) {
  const stage = createStage({ monitor: { onViolation: ['terminate'], intervalMs } })
  await stage.start()
  await stage.assign()
  await stage.clock.advance(second)
  let count = 0

  return { stage, stray }

  function stray(): void {
    count += 1
    const film = aMovie({
      ratingKey: `9${count}`,
      guid: `plex://movie/stray-${count}`,
      title: `Stray ${count}`,
    })
    stage.plex.items.push(film)
    stage.plex.play('7001', film)
  }
}

async function crash(stage: Stage): Promise<void> {
  await stage.stop()
  await stage.clock.advance(5 * second)
  stage.replaceCore()
  await stage.start()
}

function posts(stage: Stage): OutboxMessage[] {
  return stage.notifier.posts().filter(({ content }) => content.to === 'admins')
}

/** How often anything was asked of the admins' channel. */
function countRequests(stage: Stage): () => number {
  let requests = 0
  stage.notifier.answer(({ content }) => {
    if (content.to === 'admins') requests += 1
    return undefined
  })
  return () => requests
}

/** How often lists have been written. */
async function listWrites({ store }: Stage): Promise<number> {
  const messages = await store.page('message', { limit: 1_000 })
  const lists = messages.filter(({ record }) => record.content.notice.kind === 'violations')
  return lists.reduce((sum, { revision }) => sum + revision, 0)
}

/** Every violation is shown once, as the store has it. */
async function expectLastState(stage: Stage, count: number): Promise<void> {
  const stored = await stage.violations()
  const shown = posts(stage).flatMap(({ content: { notice } }) => {
    if (notice.kind === 'violation') return [notice.violation]
    return notice.kind === 'violations' ? notice.violations : []
  })
  expect(stored).toHaveLength(count)
  expect(brief(shown)).toEqual(brief(stored))
}

function brief(violations: readonly Violation[]) {
  return violations
    .map(({ id, media, endedAt, repeats, enforcement }) => ({
      id,
      title: title(media),
      endedAt,
      repeats,
      enforcement,
    }))
    .sort((one, other) => (one.id < other.id ? -1 : 1))
}

function title({ title: named }: MediaItem): string {
  return named
}
