import { describe, expect, it } from 'vitest'
import type { Delivery, OutboxMessage } from '../../src/core/telling/notices.js'
import { anotherMovie, hour, minute, second } from '../support/builders.js'
import { admin, createStage, describeNotice, friend, type Stage } from '../support/stage.js'

const later = { kind: 'later', reason: 'Discord is slow.' } as const

describe('messages', () => {
  it('that come too early for Discord wait, keep their order and hold up nobody else', async () => {
    const stage = createStage()
    await stage.start()
    let isDown = true
    stage.notifier.answer(({ content }) => (isDown && content.to === 'guest' ? later : undefined))
    await stage.assign()
    await stage.soon(stage.core().unassign({ guest: 'friend', by: admin }))
    await stage.clock.advance(10 * second)
    expect(stage.notifier.said).toEqual(["admins: friend's Arrival (2016) revoked"])
    expect(await stage.core().status()).toMatchObject({ waitingMessages: 2 })

    isDown = false
    await stage.clock.advance(2 * minute)
    expect(stage.notifier.said.slice(1)).toEqual([
      'friend: assigned Arrival (2016)',
      'friend: Arrival (2016) revoked',
    ])
    expect(await stage.core().status()).toMatchObject({ waitingMessages: 0 })
  })

  it('are tried again after the wait that Discord names, else less and less often', async () => {
    const stage = createStage()
    await stage.start()
    const at: number[] = []
    const waits = [{ ...later, afterMs: 7 * second }, later, later, later]
    stage.notifier.answer(() => {
      at.push(stage.clock.now())
      return waits.shift()
    })
    await stage.assign()
    await stage.clock.advance(2 * minute)
    const gaps = at.slice(1).map((one, index) => one - (at[index] ?? 0))

    expect(gaps).toEqual([7 * second, second, 2 * second, 4 * second])
    expect(stage.notifier.said).toHaveLength(1)
  })

  it('are each sent once, in one go or across a restart', async () => {
    const stage = createStage()
    const counted = countDeliveries(stage)
    await stage.start()
    await stage.assign()
    await stage.clock.advance(minute)
    await stage.restart(second)
    await stage.clock.advance(minute)

    expect([...counted.values()]).toEqual([1])
  })

  it('written while nothing ran go out after the next start', async () => {
    const stage = createStage()
    await stage.assign()
    expect(stage.notifier.said).toEqual([])

    await stage.start()
    expect(stage.notifier.said).toEqual(['friend: assigned Arrival (2016)'])
  })

  it('survive a notifier that throws', async () => {
    const stage = createStage()
    await stage.start()
    let failures = 2
    stage.notifier.answer(() => {
      failures -= 1
      if (failures >= 0) throw new Error('The library broke')
      return undefined
    })
    await stage.assign()
    await stage.clock.advance(minute)

    expect(stage.notifier.said).toEqual(['friend: assigned Arrival (2016)'])
  })
})

describe('a closed direct message', () => {
  it('goes to the admins with what there is to forward, once, and holds up nothing', async () => {
    const stage = createStage()
    await stage.start()
    stage.notifier.answer(({ content }) => (content.to === 'guest' ? blocked : undefined))
    const { assignment } = await stage.assign({ expires: '1h' })
    await stage.clock.advance(10 * second)
    expect(stage.notifier.said).toEqual(['admins: friend cannot be told assigned'])
    expect(stage.notifier.posts()[0]?.content).toMatchObject({
      notice: {
        guest: { username: 'friend' },
        notice: { media: { title: 'Arrival' }, link: expect.any(String), expiresAt: assignment.expiresAt },
      },
    })

    await stage.clock.advance(hour)
    expect(stage.notifier.said).toEqual([
      'admins: friend cannot be told assigned',
      "admins: friend's Arrival (2016) expired",
      'admins: friend cannot be told ended',
    ])
  })
})

describe('what can never be delivered', () => {
  it('is given up, and what comes after it is not', async () => {
    const stage = createStage()
    await stage.start()
    const counted = countDeliveries(stage, ({ content }) =>
      content.notice.kind === 'assigned' ? { kind: 'impossible', reason: 'No such member.' } : undefined,
    )
    await stage.assign()
    await stage.soon(stage.core().unassign({ guest: 'friend', by: admin }))
    await stage.clock.advance(10 * minute)

    expect(stage.notifier.said.sort()).toEqual([
      "admins: friend's Arrival (2016) revoked",
      'friend: Arrival (2016) revoked',
    ])
    expect([...counted.values()]).toEqual([1, 1, 1])
    expect(await stage.records('message')).toContainEqual(
      expect.objectContaining({ status: 'undeliverable', reason: 'No such member.' }),
    )
  })

  it('a card without a channel costs one attempt, however often its violation changes', async () => {
    const stage = createStage()
    const counted = countDeliveries(stage, ({ content }) =>
      content.to === 'admins' ? { kind: 'impossible', reason: 'No channel.' } : undefined,
    )
    await stage.start()
    await stage.assign()
    await stage.clock.advance(second)
    counted.clear()
    stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(minute)
    stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(minute)

    expect(stage.plex.said.filter((one) => one.startsWith('end'))).toHaveLength(2)
    expect([...counted.values()]).toEqual([1, 1])
  })
})

describe('a card that changes while it is on its way', () => {
  it('is edited afterwards to what holds then', async () => {
    const stage = createStage()
    await stage.start()
    await stage.assign()
    await stage.clock.advance(second)
    let arrive = () => {}
    const onItsWay = new Promise<void>((resolve) => {
      arrive = resolve
    })
    const seen: OutboxMessage[] = []
    stage.notifier.answer(async (message) => {
      if (message.content.to === 'admins') seen.push(message)
      if (seen.length === 1 && message.content.to === 'admins') await onItsWay
      return undefined
    })
    stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(10 * second)
    expect(seen).toHaveLength(1)

    arrive()
    await stage.clock.advance(10 * second)
    const [card] = stage.notifier.posts().filter((one) => one.content.to === 'admins')
    expect(card?.content.notice).toMatchObject({
      violation: { endedAt: expect.any(Number), enforcement: [{ outcome: 'accepted' }] },
    })
    expect(seen.slice(1).every((one) => one.delivered?.messageId === card?.id)).toBe(true)
    expect(stage.notifier.said.filter((one) => one.startsWith('admins'))).toHaveLength(1)
    expect(await stage.core().status()).toMatchObject({ waitingMessages: 0 })
  })
})

describe('one slow recipient', () => {
  it('keeps nobody else waiting', async () => {
    const stage = createStage()
    await stage.start()
    stage.notifier.answer(({ content }) => (content.to === 'guest' ? new Promise(() => {}) : undefined))
    await stage.assign()
    await stage.clock.advance(second)
    stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(10 * second)

    expect(stage.notifier.said).toEqual(['admins: friend played Paddington (2014)'])
  })
})

const blocked: Delivery = { kind: 'blocked', reason: 'Cannot send messages to this user.' }

/** How often each message was handed to the notifier for the first time, by its id. */
function countDeliveries(stage: Stage, answer?: (message: OutboxMessage) => Delivery | undefined) {
  const counted = new Map<string, number>()
  stage.notifier.answer((message) => {
    const what = `${message.id} ${describeNotice(message.content)}`
    if (!message.delivered) counted.set(what, (counted.get(what) ?? 0) + 1)
    return answer?.(message)
  })
  return counted
}
