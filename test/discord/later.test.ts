import { describe, expect, it, vi } from 'vitest'
import type { Core } from '../../src/core/api.js'
import { discordLater } from '../../src/discord/later.js'
import type { DiscordSide } from '../../src/discord/side.js'
import { createIds } from '../../src/util/ids.js'
import { createTestClock } from '../support/clock.js'
import { anOutboxMessage, aViolation } from './fakes.js'

const message = anOutboxMessage({ to: 'admins', notice: { kind: 'violation', violation: aViolation() } })
// Only handed on.
const core = {} as Core

function aLoad() {
  const stop = vi.fn(async () => {})
  const side: DiscordSide = {
    notifier: {
      deliver: vi.fn(async () => ({ kind: 'impossible' as const, reason: 'the channel is gone' })),
    },
    members: { standing: async () => 'left', onDoubt: vi.fn() },
    health: () => ({ ok: true }),
    serve: vi.fn(() => stop),
  }
  const { promise: when, resolve: begin } = deferred()
  const stopping = new AbortController()
  const load = vi.fn(async () => side)
  return { side, stop, when, begin, stopping, load, ids: createIds(createTestClock()) }
}

function deferred() {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

describe('Discord that is loaded later', () => {
  it('is not loaded before its time; a message, a question and a listener wait for it', async () => {
    const { side, when, begin, stopping, load, ids } = aLoad()
    const discord = discordLater(load, { when, signal: stopping.signal })
    discord.serve(core, ids)
    discord.members?.onDoubt(() => {})
    const delivered = discord.notifier.deliver(message)
    const standing = discord.members?.standing('81')
    await new Promise(setImmediate)
    expect(load).not.toHaveBeenCalled()
    expect(discord.health()).toEqual({ ok: false, reason: 'not started' })

    begin()
    expect(await delivered).toEqual({ kind: 'impossible', reason: 'the channel is gone' })
    expect(await standing).toBe('left')
    expect(load).toHaveBeenCalledOnce()
    expect(side.serve).toHaveBeenCalledExactlyOnceWith(core, ids)
    expect(side.members?.onDoubt).toHaveBeenCalledOnce()
    expect(discord.health()).toEqual({ ok: true })
  })

  it('ends what it began', async () => {
    const { stop, when, begin, stopping, load, ids } = aLoad()
    const end = discordLater(load, { when, signal: stopping.signal }).serve(core, ids)
    begin()
    await end()
    expect(stop).toHaveBeenCalledOnce()
  })

  it('is not loaded any more when OTP stops before', async () => {
    const { when, begin, stopping, load, ids } = aLoad()
    const discord = discordLater(load, { when, signal: stopping.signal })
    const end = discord.serve(core, ids)
    stopping.abort()
    begin()
    expect(await discord.notifier.deliver(message)).toEqual({ kind: 'later', reason: 'OTP is stopping' })
    await end()
    expect(load).not.toHaveBeenCalled()
  })

  it('that cannot be loaded is said to be unwell, and keeps the messages', async () => {
    const { when, begin, stopping } = aLoad()
    const load = () => Promise.reject(new Error('Cannot find package'))
    const discord = discordLater(load, { when, signal: stopping.signal })
    begin()
    expect(await discord.notifier.deliver(message)).toMatchObject({ kind: 'later' })
    expect(discord.health()).toEqual({
      ok: false,
      reason: "Discord's library could not be loaded: Error: Cannot find package",
    })
  })
})
