import { describe, expect, test } from 'vitest'
import { second } from '../support/builders.js'
import type { Action } from '../support/guard/actions.js'
import { liveThrough } from '../support/guard/evening.js'

/** What random evenings came to once, as short as it can be told. */
const lend = { do: 'assign', guest: 'nora', item: 'film', add: false } as const
const plain = { do: 'play', kind: 'plain', part: 0 } as const
const wait = { do: 'wait', ms: 12 * second } as const

describe('what holds', () => {
  test('two players that are killed linger, and nobody pays for them', async () => {
    const guard = await liveThrough({ monitor: { push: false } }, [
      lend,
      { ...plain, who: 'nora', item: 'other' },
      { ...plain, who: 'nora', item: 'third' },
      wait,
      { ...plain, who: 'nora', item: 'other' },
      { do: 'vanish', which: 0 },
      { do: 'wait', ms: 31 * second },
    ])
    expect(rungsOf(guard)).not.toContain('unshare')
  })

  test('a player that goes on reporting is stopped, then loses the pass, and both are on one card', async () => {
    const guard = await liveThrough({ monitor: { push: false } }, [
      lend,
      { ...plain, kind: 'deaf', who: 'nora', item: 'other' },
      { do: 'wait', ms: 31 * second },
      { do: 'wait', ms: 31 * second },
    ])
    expect(rungsOf(guard)).toEqual(['terminate', 'stop', 'unshare'])
    expect(guard.memory.assignments()).toMatchObject([{ state: 'revoked' }])
    expect(cardsOf(guard)).toBe(1)
  })

  test('a process that dies after every step in turn ends the stream and posts one card', async () => {
    for (let afterSteps = 0; afterSteps <= 8; afterSteps += 1) {
      const guard = await liveThrough({ monitor: { push: false } }, [
        lend,
        { ...plain, who: 'nora', item: 'other' },
        { do: 'kill', afterSteps, downMs: 0 },
        wait,
      ])
      expect(guard.streams[0]?.player.ending()?.why).toBe('terminated')
      expect(cardsOf(guard)).toBe(1)
    }
  })

  test('a friend from before keeps watching what was theirs when the pass has ended', async () => {
    const guard = await liveThrough({ monitor: { push: false } }, [
      { ...lend, guest: 'omar', scope: 'granted', expiresMs: 5 * second },
      { ...plain, who: 'omar', item: 'later' },
      { ...plain, who: 'omar', item: 'film' },
      wait,
      wait,
    ])
    expect(guard.streams.map(({ player }) => player.ending()?.why)).toEqual(['stopped', 'terminated'])
  })

  test('after a restart of the server the same session key is another stream', async () => {
    const stray: Action = { ...plain, who: 'nora', item: 'other' }
    const guard = await liveThrough({ monitor: { push: false } }, [
      lend,
      { do: 'server restarts' },
      stray,
      { do: 'server restarts' },
      { ...plain, who: 'ravi', item: 'other' },
      wait,
    ])
    expect(guard.streams[1]?.player.ending()?.why).toBe('stopped')
  })

  test('a guest who strays on two players at once is told once', async () => {
    const act = { kind: 'html' } as const
    await liveThrough({ monitor: { push: false, maxViolations: 2 } }, [
      { do: 'fault', at: 'server', match: 'GET /status/sessions/terminate', times: 2, act },
      { ...plain, who: 'lena', item: 'film' },
      { ...plain, who: 'lena', item: 'film' },
      { do: 'next', which: 0, item: 'third' },
      { ...lend, guest: 'lena', item: 'season' },
    ])
  })

  test('a killed app without a session id costs its guest nothing', async () => {
    await liveThrough({ monitor: { push: false } }, [
      { do: 'play', who: 'nora', item: 'film', kind: 'nameless', part: 0 },
      { do: 'vanish', which: 0 },
      { do: 'wait', ms: 31 * second },
      { ...lend, item: 'show' },
    ])
  })

  test('an invitation that is revoked while it is being settled leaves no access behind', async () => {
    await liveThrough({ monitor: { push: false, maxViolations: 2 } }, [
      { ...plain, who: 'pia', item: 'second' },
      { ...plain, who: 'pia', item: 'later' },
      { ...lend, guest: 'pia' },
    ])
  })

  test('a stranger who cannot be stopped is invited once, and loses what the invitation gave', async () => {
    const guard = await liveThrough({ monitor: { push: false } }, [
      { ...plain, kind: 'nameless', who: 'pia', item: 'film' },
      { ...lend, guest: 'pia', item: 'other' },
      { do: 'server restarts' },
    ])
    expect(invitationsOf(guard)).toBe(1)
  })
})

type Guard = Awaited<ReturnType<typeof liveThrough>>

function rungsOf({ memory }: Guard): string[] {
  return memory.violations().flatMap((one) => one.enforcement.map((step) => step.rung))
}

function cardsOf({ discord }: Guard): number {
  return discord.posts().filter(({ message }) => message.content.notice.kind === 'violation').length
}

function invitationsOf({ plexTv }: Guard): number {
  return plexTv.journal.filter(({ method, path }) => method === 'POST' && path.endsWith('/shared_servers'))
    .length
}
