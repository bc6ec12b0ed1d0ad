import { describe, expect, test } from 'vitest'
import type { PlexAnswer } from '../../src/plex/answer.js'
import { type PlexRequest, plexHttp } from '../../src/plex/http.js'
import { createLimiter } from '../../src/plex/limiter.js'
import { createTestClock } from '../support/clock.js'

const users: PlexRequest = { method: 'GET', path: '/api/users' }
const invitation: PlexRequest = { method: 'POST', path: '/api/v2/shared_servers' }
const settings: PlexRequest = { method: 'POST', path: '/api/v2/sharing_settings', repeatable: true }
const removal: PlexRequest = { method: 'DELETE', path: '/api/v2/shared_servers/5' }

const fine: PlexAnswer = { kind: 'done', data: 'fine' }
const broken: PlexAnswer = { kind: 'refused', status: 502, reason: 'HTTP 502' }
const refused: PlexAnswer = { kind: 'refused', status: 404, reason: 'HTTP 404' }

describe('the queue', () => {
  test('two requests are under way at once, the others wait their turn, whichever door they go to', async () => {
    const { plexTv, clients, asked, settle, answer } = stage({ byHand: true })
    const answers = [plexTv.ask(users), clients.ask(users), plexTv.ask(removal), clients.ask(users)]
    await settle()
    expect(asked).toEqual(['plexTv GET /api/users', 'clients GET /api/users'])

    answer(fine)
    await settle()
    expect(asked).toHaveLength(3)
    answer(fine)
    answer(fine)
    await settle()
    answer(fine)
    expect(await Promise.all(answers)).toEqual([fine, fine, fine, fine])
  })

  test('a request that throws leaves its place to the next', async () => {
    const { limited } = stage({})
    const failing = limited(plexHttp('plex.tv', () => Promise.reject(new Error('no business'))))

    for (let i = 0; i < 3; i += 1) await expect(failing.ask(users)).rejects.toThrow('no business')
  })

  test('when the program stops, everybody who waits is let go and nobody asks any more', async () => {
    const { plexTv, asked, settle, stop } = stage({ byHand: true })
    void plexTv.ask(users)
    void plexTv.ask(users)
    const waiting = plexTv.ask(invitation)
    await settle()
    stop()

    const stopping = { kind: 'silence', why: 'no-connection', reason: 'OTP is being stopped' }
    expect(await waiting).toEqual(stopping)
    expect(await plexTv.ask(users)).toEqual(stopping)
    expect(asked).toHaveLength(2)
  })

  test('stopping ends the wait after "too many requests" too', async () => {
    const { plexTv, settle, stop } = stage({ answers: [busy(4)] })
    const reading = plexTv.ask(users)
    await settle()
    stop()

    expect(await reading).toMatchObject({ kind: 'silence', reason: 'OTP is being stopped' })
  })
})

describe('too many requests', () => {
  test('nobody asks until the wait that plex.tv wants is over', async () => {
    const { plexTv, clients, asked, pass } = stage({ answers: [busy(4)] })
    const answers = [plexTv.ask(users)]
    await pass(0)
    answers.push(clients.ask(users), clients.ask(removal))
    await pass(3_999)
    expect(asked).toHaveLength(1)

    await pass(1)
    expect(await Promise.all(answers)).toEqual([fine, fine, fine])
    expect(asked).toHaveLength(4)
  })

  test('without a word about the wait it is 1, 2 and 4 s, and then refused', async () => {
    const { plexTv, asked, askedAt, pass } = stage({ answers: [busy(), busy(), busy(), busy()] })
    const reading = plexTv.ask(users)
    await pass(7_000)

    expect(askedAt()).toEqual([0, 1_000, 3_000, 7_000])
    expect(await reading).toMatchObject({ kind: 'refused', status: 429, retryAfterMs: 8_000 })
    expect(asked).toHaveLength(4)
  })

  test('the patience is shared: it counts from the first refusal, not from each call', async () => {
    const { plexTv, clients, pass, asked } = stage({ answers: [busy(6), busy(6), busy(6)] })
    const first = plexTv.ask(users)
    await pass(5_000)
    const second = clients.ask(removal)
    await pass(1_000)

    for (const refused of [first, second]) {
      expect(await refused).toMatchObject({ status: 429, retryAfterMs: 6_000 })
    }
    expect(asked).toHaveLength(3)
  })

  test('a longer wait refuses every call at once, without asking, with the time that is left', async () => {
    const { plexTv, clients, asked, pass } = stage({ answers: [busy(90)] })
    expect(await plexTv.ask(users)).toMatchObject({ status: 429, retryAfterMs: 90_000 })
    await pass(30_000)

    await expect(clients.read('/api/users')).rejects.toMatchObject({
      code: 'plex_busy',
      message: 'plex.tv takes no more requests just now. Try again in 60 s.',
      retryAfterMs: 60_000,
    })
    expect(asked).toHaveLength(1)
    await pass(60_000)
    expect(await clients.ask(users)).toEqual(fine)
  })

  test('what waits is refused as soon as the wait becomes too long', async () => {
    const { plexTv, settle, answer } = stage({ byHand: true })
    const [first, second] = [plexTv.ask(users), plexTv.ask(users)]
    await settle()
    answer(busy(3))
    await settle()
    answer(busy(60))

    expect(await Promise.all([first, second])).toMatchObject([{ retryAfterMs: 60_000 }, { status: 429 }])
  })

  test('two refusals of requests that were under way together count as one', async () => {
    const { plexTv, askedAt, pass } = stage({ answers: [busy(), busy()] })
    const both = Promise.all([plexTv.ask(users), plexTv.ask(users)])
    await pass(1_000)

    expect(await both).toEqual([fine, fine])
    expect(askedAt()).toEqual([0, 0, 1_000, 1_000])
  })

  test('something that works gives the patience back', async () => {
    const { plexTv, pass } = stage({ answers: [busy(9), fine, busy(9), refused, busy(9), fine] })

    for (const expected of [fine, refused, fine]) {
      const asking = plexTv.ask(removal)
      await pass(9_000)
      expect(await asking).toEqual(expected)
    }
  })

  test('an older request that worked says nothing about now', async () => {
    const { plexTv, pass, settle, answer, asked } = stage({ byHand: true })
    const [first, second] = [plexTv.ask(users), plexTv.ask(users)]
    await settle()
    answer(busy(4), 1)
    answer(fine)
    expect(await first).toEqual(fine)
    await pass(3_999)
    expect(asked).toHaveLength(2)

    await pass(1)
    answer(fine)
    expect(await second).toEqual(fine)
  })

  test('an invitation is never repeated, and learns when it may be tried again', async () => {
    const { plexTv, asked, pass } = stage({ answers: [busy(), fine] })

    expect(await plexTv.ask(invitation)).toMatchObject({ status: 429, retryAfterMs: 1_000 })
    await pass(5_000)
    expect(asked).toHaveLength(1)
  })

  test('an invitation that was not sent yet waits with the others', async () => {
    const { plexTv, asked, pass } = stage({ answers: [busy(2)] })
    const reading = plexTv.ask(users)
    await pass(0)
    const inviting = plexTv.ask(invitation)
    await pass(2_000)

    expect(await Promise.all([reading, inviting])).toEqual([fine, fine])
    expect(asked.filter((one) => one.includes('POST'))).toHaveLength(1)
  })

  test('a POST that says all of what is wanted is repeated', async () => {
    const { plexTv, pass } = stage({ answers: [busy(2)] })
    const setting = plexTv.ask(settings)
    await pass(2_000)

    expect(await setting).toEqual(fine)
  })

  test('a wait of nothing is no invitation to hammer', async () => {
    const { plexTv, askedAt, pass } = stage({ answers: [busy(0), busy(0)] })
    const reading = plexTv.ask(users)
    await pass(2_000)

    expect(await reading).toEqual(fine)
    expect(askedAt()).toEqual([0, 1_000, 2_000])
  })
})

describe('a second try', () => {
  const timeout: PlexAnswer = { kind: 'silence', why: 'timeout', reason: 'no answer came in time' }
  const reset: PlexAnswer = { kind: 'silence', why: 'reset', reason: 'the connection broke off' }

  test.each([
    ['a 502', broken],
    ['a time-out', timeout],
    ['a broken connection', reset],
  ])('a read that met %s is asked once more, after a moment', async (_what, failure) => {
    const { plexTv, askedAt, pass } = stage({ answers: [failure, failure], random: 0.4 })
    const reading = plexTv.ask(users)
    await pass(600)

    expect(await reading).toEqual(failure)
    expect(askedAt()).toEqual([0, 600])
    expect(await plexTv.ask(users)).toEqual(fine)
  })

  test.each([
    ['an invitation', invitation],
    ['settings', settings],
    ['a removal', removal],
  ])('%s is not', async (_what, request) => {
    for (const failure of [broken, timeout, reset]) {
      const { plexTv, asked, pass } = stage({ answers: [failure] })
      const asking = plexTv.ask(request)
      await pass(5_000)

      expect(await asking).toEqual(failure)
      expect(asked).toHaveLength(1)
    }
  })

  test('a refusal is not, and neither is an address where nothing listens', async () => {
    const nobody: PlexAnswer = { kind: 'silence', why: 'no-connection', reason: 'nothing listens' }
    const { plexTv, asked } = stage({ answers: [refused, nobody] })

    expect(await plexTv.ask(users)).toEqual(refused)
    expect(await plexTv.ask(users)).toEqual(nobody)
    expect(asked).toHaveLength(2)
  })

  test('the place in the queue is free while the second try is waited for', async () => {
    const { plexTv, pass } = stage({ answers: [broken, broken] })
    const reading = Promise.all([plexTv.ask(users), plexTv.ask(users)])
    await pass(0)

    expect(await plexTv.ask(users)).toEqual(fine)
    await pass(500)
    expect(await reading).toEqual([fine, fine])
  })
})

function busy(seconds?: number): PlexAnswer {
  const wait = seconds === undefined ? {} : { retryAfterMs: seconds * 1_000 }
  return { kind: 'refused', status: 429, reason: 'HTTP 429', ...wait }
}

/** Both doors of a plex.tv that gives these answers and then good ones, or the ones that the test gives by hand. */
function stage({ answers = [], byHand = false, random = 0 }: Script) {
  const clock = createTestClock()
  const startedAt = clock.now()
  const stopping = new AbortController()
  const asked: string[] = []
  const times: number[] = []
  const script = [...answers]
  const open: ((answer: PlexAnswer) => void)[] = []
  const limited = createLimiter({ clock, signal: stopping.signal, random: () => random })

  return {
    asked,
    limited,
    plexTv: limited(door('plexTv')),
    clients: limited(door('clients')),
    askedAt: () => times.map((at) => at - startedAt),
    settle: () => clock.advance(0),
    /** Time goes by, once everything that was begun has got as far as it can. */
    pass: async (ms: number) => {
      await clock.advance(0)
      await clock.advance(ms)
    },
    stop: () => stopping.abort(),
    /** Answers the oldest open request, or the one with this place among them. */
    answer: (answer: PlexAnswer, place = 0) => open.splice(place, 1)[0]?.(answer),
  }

  function door(name: string) {
    return plexHttp('plex.tv', ({ method, path }) => {
      asked.push(`${name} ${method} ${path}`)
      times.push(clock.now())
      if (!byHand) return Promise.resolve(script.shift() ?? fine)

      return new Promise((resolve) => {
        open.push(resolve)
      })
    })
  }
}

interface Script {
  answers?: PlexAnswer[]
  byHand?: boolean
  random?: number
}
