import { describe, expect, test } from 'vitest'
import type { Notice } from '../../src/core/telling/notices.js'
import { createNotifier } from '../../src/discord/notifier.js'
import { noDiscord } from '../../src/discord/side.js'
import { systemClock } from '../../src/util/clock.js'
import { until } from '../support/until.js'
import { aClient, aDiscord, configFor } from './evening.js'
import { aGuestRef, anAssignment, anItem, anOutboxMessage, aViolation } from './fakes.js'

/** Nobody's language is known, and nobody leaves. */
const noMore = { localeOf: async () => undefined, onNoMutualGuild: () => {} }

const link = 'https://app.plex.tv/desktop/#!/server/server/details?key=%2Flibrary%2Fmetadata%2F1042'
const card: Notice = { to: 'admins', notice: { kind: 'violation', violation: aViolation() } }

async function aNotifier() {
  const discord = await aDiscord()
  const config = configFor(discord)
  const { client, log } = aClient(config)
  const poster = async () => undefined
  const notifier = createNotifier({ ...noMore, client, config, poster, clock: systemClock, log })

  client.start()
  await until('the client to be ready', () => client.health().ok)
  const bob = discord.person('bob')
  const guest = aGuestRef({ discordUserId: bob.id })
  const ready: Notice = { to: 'guest', guest, notice: { kind: 'ready', media: anItem(), link } }
  return { discord, config, client, log, notifier, bob, guest, ready }
}

describe('what is sent', () => {
  test('a guest gets a direct message and the admins a line in their channel', async () => {
    const { discord, notifier, ready, bob } = await aNotifier()
    const finished: Notice = {
      to: 'admins',
      notice: {
        kind: 'assignment-ended',
        assignment: anAssignment({ state: 'finished' }),
        accessLeft: false,
      },
    }

    const delivery = await notifier.deliver(anOutboxMessage(ready))
    await notifier.deliver(anOutboxMessage(finished, { id: 'm2' }))

    expect(delivery).toMatchObject({ kind: 'delivered' })
    expect(discord.dms(bob)).toHaveLength(1)
    expect(discord.transcript()).toEqual([
      `dm bob: Your pass for Arrival (2016) is ready. Enjoy! / Open it here: ${link} / It plays in the browser at https://app.plex.tv and in the Plex app of your TV or phone.`,
      '#plex-admin: bob has finished Arrival (2016); the pass has ended.',
    ])
    expect(discord.strictViolations).toEqual([])
    expect(discord.pings()).toEqual([])
  })

  test('a card is posted once and then edited', async () => {
    const { discord, notifier, config } = await aNotifier()
    const first = await notifier.deliver(anOutboxMessage(card))
    if (first.kind !== 'delivered') throw new Error(first.reason)

    const violation = aViolation({ repeats: 2, endedAt: aViolation().firstSeenAt + 1_800 })
    const second = await notifier.deliver(
      anOutboxMessage(
        { to: 'admins', notice: { kind: 'violation', violation } },
        { revision: 2, deliveredRevision: 1, delivered: first.message },
      ),
    )

    expect(second).toEqual(first)
    const seen = discord.channelMessages(config.adminChannelId)
    expect(seen).toHaveLength(1)
    expect(seen[0]?.text).toContain('Stream ended')
    expect(seen[0]?.text).toContain('Gone after 1.8 s')
  })

  test('a card that somebody deleted is posted anew', async () => {
    const { discord, notifier, config } = await aNotifier()
    const first = await notifier.deliver(anOutboxMessage(card))
    if (first.kind !== 'delivered') throw new Error(first.reason)
    discord.deleteMessage(first.message)

    const again = anOutboxMessage(card, { revision: 2, deliveredRevision: 1, delivered: first.message })
    expect(await notifier.deliver(again)).toMatchObject({ kind: 'delivered' })
    expect(discord.channelMessages(config.adminChannelId)).toHaveLength(1)
  })

  test('a card from another channel, which is gone, is posted in the one that is configured', async () => {
    const { discord, notifier, config } = await aNotifier()
    const delivered = { channelId: '1420000000000000099', messageId: '1420000000000000098' }
    const message = anOutboxMessage(card, { revision: 2, deliveredRevision: 1, delivered })

    expect(await notifier.deliver(message)).toMatchObject({ message: { channelId: config.adminChannelId } })
    expect(discord.channelMessages(config.adminChannelId)).toHaveLength(1)
  })

  test('what was there from before is told, so that it is edited to what holds now', async () => {
    const { discord, notifier } = await aNotifier()
    expect(await notifier.deliver(anOutboxMessage(card))).not.toHaveProperty('fromBefore')
    discord.fault({ route: '/messages', kind: { kind: 'reset' }, times: 5, afterwards: true })
    expect(await notifier.deliver(anOutboxMessage(card, { id: 'm2' }))).toMatchObject({ kind: 'later' })
    discord.clearFaults()

    const again = anOutboxMessage(card, { id: 'm2', attempts: 1 })
    expect(await notifier.deliver(again)).toMatchObject({ kind: 'delivered', fromBefore: true })
  })

  test('a message whose answer was lost in a restart is there once', async () => {
    const { discord, notifier, config, client } = await aNotifier()
    const message = anOutboxMessage(card)
    await notifier.deliver(message)
    await client.stop()

    const second = aClient(config)
    second.client.start()
    await until('the second client', () => second.client.health().ok)
    const poster = async () => undefined
    const restarted = createNotifier({
      ...noMore,
      client: second.client,
      config,
      poster,
      clock: systemClock,
      log: second.log,
    })

    expect(await restarted.deliver(message)).toMatchObject({ kind: 'delivered' })
    await restarted.deliver({ ...message, id: 'm2' })
    expect(discord.channelMessages(config.adminChannelId)).toHaveLength(2)
  })

  test('an answer of 500 to a message that was taken makes no second one', async () => {
    const { discord, notifier, config } = await aNotifier()
    discord.fault({
      method: 'POST',
      route: '/messages',
      kind: { kind: 'status', status: 500 },
      afterwards: true,
    })

    expect(await notifier.deliver(anOutboxMessage(card))).toMatchObject({ kind: 'delivered' })
    expect(discord.channelMessages(config.adminChannelId)).toHaveLength(1)
  })
})

describe('what is not sent', () => {
  test('closed direct messages and people who left are blocked', async () => {
    const { discord, notifier, ready, bob } = await aNotifier()

    bob.closeDms()
    expect(await notifier.deliver(anOutboxMessage(ready))).toMatchObject({ kind: 'blocked' })
    bob.openDms()
    bob.leave()
    expect(await notifier.deliver(anOutboxMessage(ready))).toMatchObject({ kind: 'blocked' })
    discord.fault({ route: '/channels', kind: { kind: 'status', status: 400, code: 40003 } })
    expect(await notifier.deliver(anOutboxMessage(ready))).toMatchObject({ kind: 'blocked' })
    expect(discord.transcript()).toEqual([])
  })

  test('a guest without a Discord user cannot be told, and a channel that is gone has to be mended', async () => {
    const { discord, notifier, ready, config } = await aNotifier()
    if (ready.to !== 'guest') throw new Error('unexpected')
    const unlinked: Notice = { ...ready, guest: aGuestRef() }

    expect(await notifier.deliver(anOutboxMessage(unlinked))).toMatchObject({ kind: 'impossible' })
    discord.fault({ route: '/messages', kind: { kind: 'status', status: 403, code: 50013 } })
    const lacking = await notifier.deliver(anOutboxMessage(card))
    expect(lacking).toMatchObject({ kind: 'barred', reason: expect.stringContaining('lacks permissions') })
    discord.deleteChannel(config.adminChannelId)
    const gone = await notifier.deliver(anOutboxMessage(card))
    expect(gone).toMatchObject({ kind: 'barred', reason: expect.stringContaining('admin_channel_id') })
  })

  test('a server in trouble, a long rate limit and a client that is not logged in mean later', async () => {
    const { discord, notifier, client } = await aNotifier()

    discord.fault({ route: '/messages', times: 4, kind: { kind: 'status', status: 502 } })
    expect(await notifier.deliver(anOutboxMessage(card))).toMatchObject({ kind: 'later' })
    discord.fault({ route: '/messages', kind: { kind: 'rate-limit', retryAfterS: 90 } })
    const limited = await notifier.deliver(anOutboxMessage(card))
    if (limited.kind !== 'later') throw new Error(limited.kind)
    expect(limited.afterMs).toBeGreaterThanOrEqual(90_000)
    await client.stop()
    expect(await notifier.deliver(anOutboxMessage(card))).toMatchObject({ kind: 'later' })
    expect(discord.transcript()).toEqual([])
  })

  test('a token that Discord no longer takes means later, and is never logged', async () => {
    const { discord, notifier, client, log, config } = await aNotifier()
    discord.fault({ route: '/messages', kind: { kind: 'status', status: 401 } })

    expect(await notifier.deliver(anOutboxMessage(card))).toMatchObject({ kind: 'later' })
    await until('the client to be dropped', () => !client.health().ok)
    expect(client.health().reason).toContain('does not accept the token of the bot')
    expect(JSON.stringify(log.lines)).not.toContain(config.token)
  })

  test('without Discord nothing can be delivered', async () => {
    expect(await noDiscord.notifier.deliver(anOutboxMessage(card))).toMatchObject({ kind: 'impossible' })
  })
})
