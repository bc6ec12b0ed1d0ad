import { beforeEach, expect, test, vi } from 'vitest'
import type { Core } from '../../src/core/api.js'
import { OtpError } from '../../src/core/errors.js'
import type { Invitation } from '../../src/core/model.js'
import { aGuestSession, aStatus, aViolation } from '../rest/answers.js'
import { aMovie, aSession, evening } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'
import { sitAt } from './desk.js'

beforeEach(() => {
  vi.stubEnv('TZ', 'Europe/Berlin')
})

const robin = { plexId: '42', username: 'robin', email: 'robin@example.org' }
const wren = { plexId: '43', username: 'wren' }
const first = '01kbe4h2xw0000000000aaa111'.slice(0, 24)
const second = '01kbe4h2xw0000000000bbb222'.slice(0, 24)

/** A core whose streams can be ended; `asked` is what was. */
function streams(...running: ReturnType<typeof aGuestSession>[]) {
  const asked: unknown[] = []
  const core: Partial<Core> = {
    sessions: async () => running,
    async endSession(request) {
      asked.push(request)
      return running.find(({ id }) => id === request.id) ?? aGuestSession()
    },
  }
  return { core, asked }
}

const stream = (id: string, guest = robin as { plexId: string; username: string }) =>
  aGuestSession({ id, guest, session: aSession({ item: aMovie() }) })

test('kill ends a stream by its id, by the end of it, or by the name of whoever has only one', async () => {
  const { core, asked } = streams(stream(first), stream(second, wren))
  const otp = await sitAt(core)

  const whole = await otp(['kill', first])
  await otp(['kill', second.slice(-6), '--reason', 'Time for bed.'])
  await otp(['kill', 'Robin@example.org', '--json'])

  expect(whole).toEqual({
    code: 0,
    out: 'The stream of Arrival (2016) by robin was told to stop.\n',
    err: '',
  })
  expect(asked).toEqual([
    { id: first, by: 'key:owner' },
    { id: second, reason: 'Time for bed.', by: 'key:owner' },
    { id: first, by: 'key:owner' },
  ])
})

test('kill ends nothing while it is not clear which, unless somebody picks', async () => {
  const { core, asked } = streams(stream(first), stream(second))
  const script = await sitAt(core)
  const person = await sitAt(core, { ask: async () => '2' })

  const several = await script(['kill', 'robin'])
  const json = await person(['kill', 'robin', '--json'])
  const nobody = await script(['kill', 'wren'])
  expect([several.code, json.code, nobody.code]).toEqual([1, 1, 1])
  expect(several.err).toContain('could be several streams')
  expect(several.err).toContain(`${first.slice(-6)}  robin: Arrival (2016), Plex Web, Chrome\n`)
  expect(nobody.err).toContain('"otp sessions" shows those that run')
  expect(asked).toEqual([])

  const picked = await person(['kill', 'robin'])
  expect(picked.code).toBe(0)
  expect(asked).toEqual([{ id: second, by: 'key:owner' }])
})

test('invite sends the library as it was typed, and says how the access ends', async () => {
  const asked: unknown[] = []
  const states: Invitation['state'][] = ['sent', 'accepted', 'asked']
  const otp = await sitAt({
    async invite(request) {
      asked.push(request)
      return anInvitation({ state: states[asked.length - 1] ?? 'sent' })
    },
  })

  const sent = await otp(['invite', 'robin', 'Short', 'Films', '--member', '900000000000000001'])
  const opened = await otp(['invite', 'robin', '2'])
  const unsure = await otp(['invite', 'robin', '2'])

  expect(asked[0]).toEqual({
    invitee: 'robin',
    library: 'Short Films',
    discordUserId: '900000000000000001',
    by: 'key:owner',
  })
  expect([sent, opened, unsure].map(({ out }) => out.split('\n')[0])).toEqual([
    'An invitation to Short Films went to robin.',
    'robin has access to Short Films now.',
    'Whether the invitation of robin went out is not known yet. OTP looks every minute; do not invite again.',
  ])
})

test('a stranger is invited at once by scripts, and by people after they have agreed', async () => {
  const asked: unknown[] = []
  const answers = ['', 'n', 'yes']
  const core: Partial<Core> = {
    async invite({ ask = false }) {
      asked.push(ask)
      if (ask) throw new OtpError('confirmation_needed', '"robin" is a stranger.')
      return anInvitation()
    },
  }
  const script = await sitAt(core)
  const person = await sitAt(core, { ask: async () => answers.shift() })
  const words = ['invite', 'robin', '2']

  expect((await script(words)).code).toBe(0)
  expect((await person([...words, '--json'])).code).toBe(0)
  expect(asked.splice(0)).toEqual([false, false])

  for (const _ of ['an empty line', 'no']) {
    expect(await person(words)).toEqual({
      code: 1,
      out: '',
      err: '"robin" is a stranger.\nNothing was done.\n',
    })
  }
  expect(asked.splice(0)).toEqual([true, true])

  expect((await person(words)).code).toBe(0)
  expect(asked).toEqual([true, false])
})

test('keys are made, shown once, listed and removed', async () => {
  const key = {
    name: 'kitchen',
    scope: 'read' as const,
    createdAt: evening,
    createdBy: 'key:owner',
    hash: 'x',
  }
  const otp = await sitAt({
    makeKey: async () => ({ key, secret: 'otp_secret' }),
    keys: async () => [key, { ...key, name: 'attic', lastUsedAt: evening }],
    removeKey: async () => key,
  })

  const made = await otp(['key', 'new', 'kitchen', '--scope', 'read'])
  const script = await otp(['key', 'new', 'kitchen', '--scope', 'read', '--json'])
  const listed = await otp(['key', 'list'])
  const removed = await otp(['key', 'rm', 'kitchen'])
  const wrong = await otp(['key', 'new', 'kitchen'])

  expect(made.out).toMatchInlineSnapshot(`
    "The key "kitchen" may do what "read" allows:
    otp_secret
    It is shown this once and kept as a hash. Write it down now.
    "
  `)
  expect(JSON.parse(script.out)).toEqual({ name: 'kitchen', scope: 'read', key: 'otp_secret' })
  expect(listed.out).toMatchInlineSnapshot(`
    "NAME     SCOPE  USED LAST         MADE              BY
    kitchen  read   never             2026-11-22 20:00  key:owner
    attic    read   2026-11-22 20:00  2026-11-22 20:00  key:owner
    "
  `)
  expect(removed.out).toBe('The key "kitchen" opens nothing any more.\n')
  expect(wrong).toMatchObject({ code: 2, out: '' })
})

test('violations are asked for by guest and time, page by page', async () => {
  const asked: unknown[] = []
  const clock = createTestClock()
  const page = Array.from({ length: 100 }, (_, at) => aViolation({ id: `v${at}` }))
  const otp = await sitAt(
    {
      async violations(query) {
        asked.push(query)
        return { items: page.slice(0, query.limit), next: 'more' }
      },
    },
    { clock },
  )

  const long = await otp(['violations', '--guest', 'robin', '--limit', '150', '--json'])
  expect(long.out.trim().split('\n')).toHaveLength(150)
  expect(asked.splice(0)).toEqual([
    { guest: 'robin', limit: 100 },
    { guest: 'robin', limit: 50, cursor: 'more' },
  ])

  for (const since of ['24h', '2026-11-20', '2026-11-20T12:00:00+01:00']) {
    expect((await otp(['violations', '--since', since, '--limit', '1'])).code).toBe(0)
  }
  expect(asked.splice(0)).toEqual([
    { sinceAt: clock.now() - 24 * 3_600_000, limit: 1 },
    { sinceAt: Date.UTC(2026, 10, 19, 23), limit: 1 },
    { sinceAt: Date.UTC(2026, 10, 20, 11), limit: 1 },
  ])

  const wrong = await otp(['violations', '--since', 'yesterday'])
  expect(wrong).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--since: expected') })
  expect(asked).toEqual([])
})

test('a violation is decided about by the id that is shown', async () => {
  const asked: unknown[] = []
  const otp = await sitAt({
    violations: async () => ({ items: [aViolation({ id: first }), aViolation({ id: second })], next: null }),
    async resolve(request) {
      asked.push(request)
      return aViolation({ id: request.id })
    },
  })

  const once = await otp(['violations', 'resolve', second.slice(-6), 'allow_once'])
  const older = await otp(['violations', 'resolve', 'an-older-id', 'dismiss', '--json'])
  const wrong = await otp(['violations', 'resolve', second, 'forgive'])
  const unknown = await otp(['violations', 'forgive'])

  expect(once.out).toBe('robin may play Severance S01E02 · Half Loop once within 24 h.\n')
  expect(older.code).toBe(0)
  expect(asked).toEqual([
    { id: second, action: 'allow_once', by: 'key:owner' },
    { id: 'an-older-id', action: 'dismiss', by: 'key:owner' },
  ])
  expect([wrong, unknown].map(({ code, out }) => ({ code, out }))).toEqual(
    Array(2).fill({ code: 2, out: '' }),
  )
})

test('the monitor is started and stopped', async () => {
  const otp = await sitAt({
    startMonitor: async () => aStatus(),
    stopMonitor: async () => aStatus({ running: false }),
  })

  expect((await otp(['monitor', 'start'])).out).toBe('The monitor is running.\n')
  expect((await otp(['monitor', 'stop'])).out).toBe('The monitor is stopped: nothing is judged.\n')
  expect((await otp(['monitor'])).code).toBe(2)
})

function anInvitation(over: Partial<Invitation> = {}): Invitation {
  return {
    id: 'i1',
    machineIdentifier: 'server-one',
    invitee: 'robin',
    libraryKeys: ['2'],
    purpose: { kind: 'standing', library: 'Short Films' },
    state: 'sent',
    at: evening,
    by: 'key:owner',
    ...over,
  }
}
