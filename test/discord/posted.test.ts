import { describe, expect, test } from 'vitest'
import type { Delivery, Notice, OutboxMessage } from '../../src/core/telling/notices.js'
import { createNotifier } from '../../src/discord/notifier.js'
import { BOT_PERMISSIONS, READ_MESSAGE_HISTORY } from '../../src/simulator/discord/shapes.js'
import { minute, second } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'
import { until } from '../support/until.js'
import { aClient, aDiscord, configFor } from './evening.js'
import { aGuestRef, anItem, anOutboxMessage, aViolation } from './fakes.js'

const link = 'https://app.plex.tv/desktop/#!/server/server/details?key=%2Flibrary%2Fmetadata%2F1042'
const card: Notice = { to: 'admins', notice: { kind: 'violation', violation: aViolation() } }
/** discord.js asks four times before it gives up. */
const oneAttempt = 4
const post = { method: 'POST', route: '/messages' }
const read = { method: 'GET', route: '/messages' }
const serverError = { kind: 'status', status: 500 } as const

describe('a message that Discord has taken without saying so', () => {
  test.each(['card', 'dm'] as const)('is found when the nonce is forgotten (%s)', async (what) => {
    const scene = await anUnsureScene()
    const lost = await scene.lose(scene.messages[what])
    await scene.clock.advance(10 * minute)

    const found = await scene.deliver(lost)
    expect(found).toMatchObject({ kind: 'delivered', fromBefore: true })
    expect(scene.posted(what)).toEqual([found.kind === 'delivered' && found.message.messageId])
    expect(await scene.deliver({ ...lost, ...deliveredAs(found) })).toMatchObject({ kind: 'delivered' })
    expect(scene.posted(what)).toHaveLength(1)
  })

  test('is found though the card says more by now, and the guest reads another language', async () => {
    const scene = await anUnsureScene()
    const [lostCard, lostDm] = [await scene.lose(scene.messages.card), await scene.lose(scene.messages.dm)]
    await scene.clock.advance(10 * minute)
    scene.speak('de')

    const violation = aViolation({ repeats: 3, endedAt: aViolation().firstSeenAt + 1_800 })
    const notice: Notice = { to: 'admins', notice: { kind: 'violation', violation } }
    expect(await scene.deliver({ ...lostCard, content: notice })).toMatchObject({ fromBefore: true })
    expect(await scene.deliver(lostDm)).toMatchObject({ fromBefore: true })
    expect([scene.posted('card').length, scene.posted('dm').length]).toEqual([1, 1])
  })

  test('is not looked for while the nonce holds', async () => {
    const scene = await anUnsureScene()
    const lost = await scene.lose(scene.messages.card)
    await scene.clock.advance(30 * second)

    expect(await scene.deliver(lost)).toMatchObject({ kind: 'delivered' })
    expect(scene.posted('card')).toHaveLength(1)
    expect(scene.reads()).toBe(0)
  })
})

describe('a message that Discord has not taken', () => {
  test('is posted once, whatever others say in the channel', async () => {
    const scene = await anUnsureScene()
    await scene.deliver(anOutboxMessage(scene.messages.dm.content, { id: 'earlier' }))
    await scene.clock.advance(2 * minute)
    const lost = await scene.lose(scene.messages.dm, { afterwards: false })
    await scene.clock.advance(10 * minute)

    expect(await scene.deliver(lost)).toMatchObject({ kind: 'delivered' })
    expect(scene.posted('dm')).toHaveLength(2)
  })
})

describe('where the channel cannot be read', () => {
  test.each([
    [
      'refuses',
      (scene: Scene) => scene.discord.fault({ ...read, kind: { kind: 'status', status: 403, code: 50001 } }),
    ],
    [
      'shows nothing',
      (scene: Scene) => scene.discord.setBotPermissions(BOT_PERMISSIONS & ~READ_MESSAGE_HISTORY),
    ],
  ])('because Discord %s, a card twice is better than none', async (_, forbid) => {
    const scene = await anUnsureScene()
    const lost = await scene.lose(scene.messages.card)
    await scene.clock.advance(10 * minute)
    forbid(scene)

    expect(await scene.deliver(lost)).toMatchObject({ kind: 'delivered' })
    expect(scene.posted('card')).toHaveLength(2)
  })

  test('because Discord has trouble, it waits, and posts after half an hour', async () => {
    const scene = await anUnsureScene()
    const lost = await scene.lose(scene.messages.card)
    await scene.clock.advance(10 * minute)
    scene.discord.fault({ ...read, kind: serverError, times: Number.POSITIVE_INFINITY })
    expect(await scene.deliver(lost)).toMatchObject({ kind: 'later' })
    expect(scene.posted('card')).toHaveLength(1)

    await scene.clock.advance(21 * minute)
    expect(await scene.deliver(lost)).toMatchObject({ kind: 'delivered' })
    expect(scene.posted('card')).toHaveLength(2)
  })
})

test('nobody is unsure about what Discord has refused or asked to wait with', async () => {
  const { discord, deliver, messages } = await anUnsureScene()
  discord.fault({ ...post, kind: { kind: 'rate-limit', retryAfterS: 90 } })
  expect(await deliver(messages.card)).not.toHaveProperty('unsureSince')
  discord.fault({ ...post, kind: { kind: 'status', status: 401 } })
  expect(await deliver(messages.card)).not.toHaveProperty('unsureSince')
})

type Scene = Awaited<ReturnType<typeof anUnsureScene>>

async function anUnsureScene() {
  const clock = createTestClock()
  const discord = await aDiscord(clock)
  const config = configFor(discord)
  const { client, log } = aClient(config, clock)
  let locale = 'en-GB'
  const notifier = createNotifier({
    localeOf: async () => locale,
    onNoMutualGuild: () => {},
    client,
    config,
    poster: async () => undefined,
    clock,
    log,
  })
  client.start()
  await until('the client to be ready', () => client.health().ok)
  const bob = discord.person('bob')
  const guest = aGuestRef({ discordUserId: bob.id })
  const ready: Notice = { to: 'guest', guest, notice: { kind: 'ready', media: anItem(), link } }
  const messages = { card: anOutboxMessage(card), dm: anOutboxMessage(ready, { id: 'm2' }) }
  return { clock, discord, messages, deliver: notifier.deliver, lose, posted, reads, speak }

  /** One attempt whose answer does not come; the message as it is after that. */
  async function lose(message: OutboxMessage, { afterwards = true } = {}): Promise<OutboxMessage> {
    discord.fault({ ...post, kind: serverError, times: oneAttempt, afterwards })
    const delivery = await notifier.deliver(message)
    expect(delivery).toMatchObject({ kind: 'later', unsureSince: clock.now() })
    return { ...message, attempts: 1, unsureSince: clock.now() }
  }

  /** The ids of what stands there, oldest first. */
  function posted(what: 'card' | 'dm'): string[] {
    const seen = what === 'card' ? discord.channelMessages(discord.adminChannelId) : discord.dms(bob)
    return seen.map((one) => one.messageId)
  }

  function reads(): number {
    return discord.calls.filter(({ method, route }) => method === 'GET' && route.endsWith('/messages')).length
  }

  function speak(another: string): void {
    locale = another
  }
}

function deliveredAs(delivery: Delivery): Partial<OutboxMessage> {
  return delivery.kind === 'delivered' ? { delivered: delivery.message, revision: 2 } : {}
}
