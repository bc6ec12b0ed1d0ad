import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterAll, afterEach, expect } from 'vitest'
import { DISCORD_STARTED } from '../../src/simulator/discord/announced.js'
import type { SimulatedDiscord } from '../../src/simulator/discord/start.js'
import { badManners } from './discord-manners.js'

/**
 * Looks through everything that was sent to any simulated Discord, after each test of every file: what shows a
 * secret, or could notify somebody, fails the test. A test has nothing to do for it. Those of the simulator itself say
 * to it what no bot should.
 */
const watched: { discord: SimulatedDiscord; seen: number }[] = []

subscribe(DISCORD_STARTED, watch)
afterAll(() => void unsubscribe(DISCORD_STARTED, watch))

if (!/\btest\/simulator\//.test(expect.getState().testPath ?? '')) {
  afterEach(lookThrough)
  afterAll(lookThrough)
}

function watch(message: unknown): void {
  // The simulator alone announces there, and announces nothing else.
  watched.push({ discord: message as SimulatedDiscord, seen: 0 })
}

function lookThrough(): void {
  const found = watched.flatMap((one) => {
    const { calls, token } = one.discord
    const unseen = calls.slice(one.seen)
    const known = [token, ...one.discord.interactionTokens()]
    one.seen = calls.length
    return unseen.flatMap((call) => badManners(call, known))
  })
  if (found.length > 0) throw new Error(`Sent to Discord, and must not be:\n${found.join('\n')}`)
}
