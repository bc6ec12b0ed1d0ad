import { beforeEach, expect, test, vi } from 'vitest'
import type { AssignRequest, ExtendRequest } from '../../src/core/api.js'
import { OtpError } from '../../src/core/errors.js'
import { aGuest, aGuestSession, anAssignment, aStatus, assignedAnswer, aViolation } from '../rest/answers.js'
import { aMovie, anEpisode } from '../support/builders.js'
import { sitAt } from './desk.js'

beforeEach(() => {
  vi.stubEnv('TZ', 'Europe/Berlin')
})

test('assign by rating key sends what was asked and tells what happened', async () => {
  const asked: AssignRequest[] = []
  const otp = await sitAt({
    assign: async (request) => {
      asked.push(request)
      const assignment = anAssignment({
        expiresAt: Date.UTC(2026, 10, 27, 19),
        plays: 2,
        state: 'pending',
        passedOver: [{ fence: 'label', why: 'the guest sees other things of this server already' }],
      })
      return assignedAnswer({
        assignment,
        replaced: [anAssignment({ id: 'a0' })],
        invited: true,
        everythingElseStops: true,
        guestTold: 'not-linked',
      })
    },
  })
  const flags = ['--expires', '36h', '--plays', '2', '--fence', 'library', '--add', '--no-invite']

  const { code, out, err } = await otp(['assign', 'robin', '101', ...flags, '--member', '900000000000000001'])

  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(asked).toEqual([
    {
      guest: 'robin',
      media: 'rk:101',
      expires: '36h',
      plays: 2,
      fence: 'library',
      discordUserId: '900000000000000001',
      add: true,
      invite: false,
      ask: false,
      by: 'key:owner',
    },
  ])
  expect(out).toMatchInlineSnapshot(`
    "Arrival (2016) is lent to robin.
    The guest has other access: everything else stops until this pass ends.
    Until Fri, 27 Nov 2026, 20:00 CET; the time runs already while the invitation waits.
    For 2 plays.
    Fence: library. The library that holds the title is shared, downloads off; the guest can see its other titles and start one for a moment before it is ended.
    Not label, because the guest sees other things of this server already.
    The assignment from before has ended.
    An invitation went to robin; the pass works once it is accepted.
    OTP knows no Discord user of theirs. Send them the link yourself: https://app.plex.tv/desktop/#!/server/server-one/details?key=%2Flibrary%2Fmetadata%2F101
    "
  `)
})

test('assign by words takes the exact title, and lists the items when several match', async () => {
  const asked: string[] = []
  const otp = await sitAt({
    search: async (text) =>
      text === 'dune'
        ? [
            aMovie({ ratingKey: '7', title: 'Dune', year: 1984 }),
            aMovie({ ratingKey: '8', title: 'Dune', year: 2021 }),
          ]
        : [aMovie({ ratingKey: '9', title: 'Alien' }), aMovie({ ratingKey: '10', title: 'Aliens' })],
    assign: async ({ media }) => {
      asked.push(media)
      return assignedAnswer()
    },
  })

  const exact = await otp(['assign', 'robin', 'alien'])
  const several = await otp(['assign', 'robin', 'dune'])

  expect(exact.code).toBe(0)
  expect(asked).toEqual(['rk:9'])
  expect(several).toEqual({
    code: 1,
    out: '',
    err: 'Several items match "dune". Use the rating key of the one you mean:\n7  Dune (1984)\n8  Dune (2021)\n',
  })
})

test('what the service refuses is one sentence on stderr and exit code 1', async () => {
  const otp = await sitAt({
    assign: async () => {
      throw new OtpError('guest_not_assignable', 'robin owns this server and sees everything already.')
    },
  })

  const refused = await otp(['assign', 'robin', '101'])
  const nothing = await otp(['status'], { OTP_API_KEY: 'wrong' })

  expect(refused).toEqual({
    code: 1,
    out: '',
    err: 'robin owns this server and sees everything already.\n',
  })
  expect(nothing.code).toBe(1)
  expect(nothing.err).toContain('A valid key is needed')
})

test('unassign tells what ended and whether the access is gone', async () => {
  const asked: unknown[] = []
  const otp = await sitAt({
    unassign: async (request) => {
      asked.push(request)
      return { ended: [anAssignment({ state: 'revoked' })], access: 'pending' }
    },
  })

  const { code, out } = await otp(['unassign', 'robin', '--reason', 'enough'])

  expect(code).toBe(0)
  expect(asked).toEqual([{ guest: 'robin', reason: 'enough', by: 'key:owner' }])
  expect(out).toBe(
    'Arrival (2016) has ended for robin.\nplex.tv has not confirmed yet that the access is gone; OTP goes on by itself.\n',
  )
})

test('extend sends the deadline as it was typed and tells what counts now and what did before', async () => {
  const asked: ExtendRequest[] = []
  const otp = await sitAt({
    extend: async (request) => {
      asked.push(request)
      return {
        assignment: anAssignment({ expiresAt: Date.UTC(2026, 10, 29, 19), plays: 3 }),
        extended: { expiresBefore: Date.UTC(2026, 10, 27, 19) },
        guestTold: 'not-linked',
      }
    },
  })

  const { code, out } = await otp(['extend', 'robin', 'friday', '20:00', '--plays', '3'])

  expect(code).toBe(0)
  expect(asked).toEqual([{ guest: 'robin', expires: 'friday 20:00', plays: 3, by: 'key:owner' }])
  expect(out).toMatchInlineSnapshot(`
    "Arrival (2016) stays lent to robin, with other limits.
    Before: until Fri, 27 Nov 2026, 20:00 CET, any number of plays.
    Until Sun, 29 Nov 2026, 20:00 CET.
    For 3 plays.
    OTP knows no Discord user of theirs, so tell them of the deadline yourself.
    "
  `)
})

test('extend for a guest with several says which', async () => {
  const otp = await sitAt({
    extend: async () => {
      throw new OtpError('ambiguous', '"robin" has several open assignments: Alien (a1); Dune (a2).')
    },
  })

  expect(await otp(['extend', 'robin', '2d'])).toEqual({
    code: 1,
    out: '',
    err: '"robin" has several open assignments: Alien (a1); Dune (a2).\n',
  })
})

test('the looking verbs show tables to people', async () => {
  const mark = { offsetMs: 3_000_000, durationMs: 6_000_000, atEnd: false }
  const otp = await sitAt({
    status: async () => aStatus(),
    guests: async () => [aGuest()],
    assignments: async ({ state }) => ({
      items: state === 'watching' ? [anAssignment({ state: 'watching', watch: { '101': mark } })] : [],
      next: null,
    }),
    sessions: async () => [aGuestSession()],
    violations: async () => ({ items: [aViolation()], next: 'v0' }),
    search: async () => [aMovie(), anEpisode({ title: 'Bad\u001b[2J title' })],
  })

  const shown = await Promise.all(
    [
      ['status'],
      ['guests'],
      ['sessions'],
      ['violations', '--guest', 'robin'],
      ['search', 'good', 'news'],
    ].map((words) => otp(words)),
  )

  expect(shown.map(({ code, err }) => ({ code, err }))).toEqual(shown.map(() => ({ code: 0, err: '' })))
  expect(shown.map(({ out }) => out).join('---\n')).toMatchInlineSnapshot(`
    "The monitor is running since Sun, 22 Nov 2026, 20:00 CET (otp).
    Plex is reached.
    Not listening to what Plex announces, since [monitor] push is off: OTP asks at short intervals.
    Guests: 1. Open assignments: 1. Violations going on: 3.
    Streams now: 1 of guests, 2 of others.
    A stream that is not covered: terminate, then stop, then unshare.
    ---
    GUEST  MAY WATCH       STATE     SEEN  UNTIL     FENCE
    robin  Arrival (2016)  watching  50 %  finished  library
    ---
    ID  GUEST  WATCHES         STATE    VERDICT  ON                SINCE
    s1  robin  Arrival (2016)  playing  allowed  Plex Web, Chrome  2026-11-22 20:00
    ---
    ID  WHEN              GUEST  PLAYED                        ON                DONE                      REPEATS  DECISION
    v1  2026-11-22 20:00  robin  Severance S01E02 · Half Loop  Plex Web, Chrome  terminate accepted 0.3 s  0
    There are more; ask for them with --limit.
    ---
    RATING KEY  TITLE                             TYPE
    101         Arrival (2016)                    movie
    212         Severance S01E02 · Bad [2J title  episode
    "
  `)
})

test('status tells whether what Plex announces comes through, and how fast streams were ended', async () => {
  const sinceAt = Date.UTC(2026, 10, 22, 19)
  let status = aStatus({
    push: { kind: 'up', way: 'websocket', sinceAt },
    reaction: {
      terminateSent: { count: 12, p50Ms: 20, p95Ms: 300 },
      gone: { count: 11, p50Ms: 9_000, p95Ms: 130_000 },
    },
  })
  const otp = await sitAt({ status: async () => status })
  const lines = async () => (await otp(['status'])).out.split('\n')

  const up = await lines()
  status = aStatus({ push: { kind: 'down', reason: 'the connection was closed', sinceAt } })
  const down = await lines()
  status = { ...status, plex: { ok: false, reason: 'No answer.' } }
  const away = await lines()

  expect(up).toContain('Listening to what Plex announces (WebSocket) since Sun, 22 Nov 2026, 20:00 CET.')
  expect(up).toContain(
    'Streams ended lately: 12. How soon they were told to stop: half within 20 ms, 95 % within 0.3 s.',
  )
  expect(up).toContain('How soon they were gone: half within 9.0 s, 95 % within 2 min.')
  expect(down.slice(2, 4)).toEqual([
    'Not listening to what Plex announces since Sun, 22 Nov 2026, 20:00 CET: the connection was closed. OTP asks at short intervals instead, and goes on trying.',
    'If that lasts, see whether a proxy or firewall between OTP and Plex lets WebSockets through.',
  ])
  expect(down.join()).not.toMatch(/ended lately|gone/)
  expect(away.join()).toContain('Not listening')
  expect(away.join()).not.toContain('firewall')
})

test('a stream that was ended and is listed yet is told apart', async () => {
  const otp = await sitAt({ sessions: async () => [aGuestSession({ verdict: 'draining' })] })

  expect((await otp(['sessions'])).out).toContain('playing  ended; Plex still lists it  Plex Web, Chrome')
})

test('--json prints one value per line, in the shapes of the API', async () => {
  const otp = await sitAt({
    status: async () => aStatus(),
    search: async () => [aMovie(), anEpisode()],
    violations: async () => ({ items: [], next: null }),
  })
  const lines = (out: string) =>
    out
      .split('\n')
      .filter(Boolean)
      .map((line): unknown => JSON.parse(line))

  const status = await otp(['status', '--json'])
  const found = await otp(['--json', 'search', 'x'])
  const none = await otp(['violations', '--json'])

  expect(lines(status.out)).toMatchObject([{ running: true, guests: 1 }])
  expect(lines(found.out)).toMatchObject([
    { ratingKey: '101', year: 2016 },
    { ratingKey: '212', show: 'Severance' },
  ])
  expect(none.out).toBe('')
})

test('wrong usage is exit code 2 with what is wrong', async () => {
  const otp = await sitAt()
  const wrong: [string[], string][] = [
    [['bogus'], 'unknown verb "bogus"'],
    [['assign', 'robin'], "missing required argument 'media'"],
    [['assign', 'robin', '1', '--plays', 'many'], 'A whole number from 1 is expected.'],
    [['assign', 'robin', '1', '--fence', 'wall'], 'Allowed choices are auto, label, library, private, item.'],
    [['status', '--colour'], "unknown option '--colour'"],
    [['status', '--url', 'nowhere', '--key', 'k'], '"nowhere" is no address.'],
  ]
  const ended = await Promise.all(wrong.map(([words]) => otp(words)))

  for (const [at, [words, sentence]] of wrong.entries()) {
    expect({ words, code: ended[at]?.code }).toEqual({ words, code: 2 })
    expect(ended[at]?.err).toContain(sentence)
    expect(ended[at]?.out).toBe('')
  }
})

test('on a terminal a table fits its width and has a bold head', async () => {
  const title = 'A very long title that goes on and on until nobody reads it any more'
  const otp = await sitAt({ search: async () => [aMovie({ title })] }, { width: 40, colours: true })

  const { out } = await otp(['search', 'long'])
  const [head = '', row = ''] = out.split('\n')

  expect(head.startsWith('\u001b[1mRATING KEY  TITLE')).toBe(true)
  expect(head.endsWith('\u001b[0m')).toBe(true)
  expect(row).toHaveLength(40)
  expect(row).toContain('…  movie')
})

test('nothing to show is said to people', async () => {
  const otp = await sitAt({
    guests: async () => [],
    assignments: async () => ({ items: [], next: null }),
    sessions: async () => [],
    violations: async () => ({ items: [], next: null }),
    search: async () => [],
  })

  expect((await otp(['guests'])).out).toBe('There are no open assignments.\n')
  expect((await otp(['sessions'])).out).toBe('No guest is watching.\n')
  expect((await otp(['violations'])).out).toBe('There are no violations.\n')
  expect((await otp(['search', 'x'])).out).toBe('Nothing was found.\n')
  expect(await otp(['assign', 'robin', 'x'])).toMatchObject({ code: 1, out: '' })
})

test('the version is told', async () => {
  const otp = await sitAt()

  expect(await otp(['--version'])).toEqual({ code: 0, out: '1.2.3\n', err: '' })
})
