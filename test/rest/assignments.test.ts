import { afterEach, expect, test } from 'vitest'
import type { AssignRequest, Core, Doubt, ExtendRequest } from '../../src/core/api.js'
import { OtpError } from '../../src/core/errors.js'
import { english } from '../../src/core/messages/english.js'
import type { Fence, PrivateLibrary } from '../../src/core/model.js'
import { aMovie } from '../support/builders.js'
import { fakeCore } from '../support/fake-core.js'
import { anAssignment, assignedAnswer } from './answers.js'
import { json, startService } from './service.js'

const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

async function serve(answers: Partial<Core> = {}) {
  const service = await startService(fakeCore(answers))
  stops.push(service.stop)
  return service
}

const refusal = (code: string, reason: unknown) => ({ error: true, code, reason, result: null })

test('an assignment is made from JSON and answered in the shape of the contract', async () => {
  const asked: AssignRequest[] = []
  const { api } = await serve({
    async assign(request) {
      asked.push(request)
      return assignedAnswer({ replaced: [anAssignment({ id: 'a0' })], extended: { playsBefore: 2 } })
    },
  })

  const answer = await api(
    'POST /assignments',
    json({ guest: 'robin', media: 101, plays: 2, expires: '36h', fence: 'auto', add: true, invite: false }),
  )

  expect(asked).toEqual([
    {
      guest: 'robin',
      media: 'rk:101',
      plays: 2,
      expires: '36h',
      fence: 'auto',
      add: true,
      invite: false,
      ask: false,
      by: 'key:owner',
    },
  ])
  expect(answer.status).toBe(201)
  expect(answer.body).toEqual({
    error: false,
    reason: '',
    result: {
      id: 'a1',
      guest: {
        plexId: '42',
        username: 'robin',
        email: 'robin@example.org',
        discordUserId: '900000000000000001',
      },
      media: {
        ratingKey: '101',
        guid: 'plex://movie/arrival',
        type: 'movie',
        title: 'Arrival',
        year: 2016,
      },
      state: 'ready',
      fence: 'library',
      fenceNote: english.fences.note('library'),
      passedOver: [],
      scope: 'everything',
      access: 'given',
      createdAt: '2026-11-22T19:00:00.000Z',
      createdBy: 'key:owner',
      playsUsed: 0,
      progress: { offsetMs: 0, durationMs: 6_000_000 },
      violations: 0,
      history: [{ at: '2026-11-22T19:00:00.000Z', by: 'key:owner', what: 'created' }],
      link: 'https://app.plex.tv/desktop/#!/server/server-one/details?key=%2Flibrary%2Fmetadata%2F101',
      replaced: ['a0'],
      extended: { playsBefore: 2 },
      invited: false,
      everythingElseStops: false,
      guestTold: 'queued',
    },
  })
})

test('a form does what JSON does', async () => {
  const asked: AssignRequest[] = []
  const { api } = await serve({
    async assign(request) {
      asked.push(request)
      return assignedAnswer()
    },
  })
  const fields = { guest: 'robin@example.org', media: '101', plays: '2', add: '1', invite: 'false' }
  const multipart = new FormData()
  for (const [name, value] of Object.entries(fields)) multipart.set(name, value)

  const urlencoded = await api('POST /assignments', { body: new URLSearchParams(fields) })
  const parts = await api('POST /assignments', { body: multipart })

  const wanted = { guest: 'robin@example.org', media: 'rk:101', plays: 2, add: true, invite: false }
  expect([urlencoded.status, parts.status]).toEqual([201, 201])
  expect(asked).toEqual([
    { ...wanted, ask: false, by: 'key:owner' },
    { ...wanted, ask: false, by: 'key:owner' },
  ])
})

test('every wrong field is named with what is expected', async () => {
  const { api } = await serve()

  const { status, body } = await api(
    'POST /assignments',
    json({ media: 'Arrival', plays: 0, fence: 'wall', add: 'maybe', colour: 'red', discordUserId: 9 }),
  )

  expect(status).toBe(400)
  expect(body).toMatchObject({ error: true, code: 'invalid_input', result: null })
  expect(body).toMatchInlineSnapshot(`
    {
      "code": "invalid_input",
      "error": true,
      "reason": "guest: expected a Plex username, e-mail address or numeric Plex id; media: expected a rating key, digits as GET /media answers them; discordUserId: expected a Discord user id, digits as text; plays: expected a whole number from 1 to 1000; fence: expected one of auto, label, library, private, item; add: expected true or false (in a form or query also 1 or 0); colour: unknown field, known are guest, media, discordUserId, expires, plays, fence, scope, add, invite, ask.",
      "result": null,
    }
  `)
})

test('the short form asks for the label fence and refuses strangers on request', async () => {
  const asked: AssignRequest[] = []
  const { api } = await serve({
    async assign(request) {
      asked.push(request)
      if (request.fence === 'label')
        throw new OtpError('fence_unavailable', 'The label fence is not built yet.')
      return assignedAnswer()
    },
  })
  const body = () => ({ body: new URLSearchParams({ plexUsername: 'robin', ratingKey: '101' }) })

  const plain = await api('POST /request/add', body())
  const friendsOnly = await api('POST /request/add?invite=0', json({ plexUsername: 'robin', ratingKey: 101 }))
  const label = await api('POST /request/add?plexpass=1', body())

  expect([plain.status, friendsOnly.status, label.status]).toEqual([201, 201, 422])
  expect(label.body).toEqual(refusal('fence_unavailable', 'The label fence is not built yet.'))
  expect(asked).toEqual([
    { guest: 'robin', media: 'rk:101', ask: false, by: 'key:owner' },
    { guest: 'robin', media: 'rk:101', invite: false, ask: false, by: 'key:owner' },
    { guest: 'robin', media: 'rk:101', fence: 'label', ask: false, by: 'key:owner' },
  ])
})

test('the short form of a private library asks for that fence', async () => {
  const asked: AssignRequest[] = []
  const { api } = await serve({
    async assign(request) {
      asked.push(request)
      return assignedAnswer()
    },
  })
  const form = new URLSearchParams({ plexUsername: 'robin', ratingKey: '212' })

  const made = await api('POST /library/shared/new', { body: form })
  const wrong = await api('POST /library/shared/new', json({ plexUsername: 'robin' }))

  expect([made.status, wrong.status]).toEqual([201, 400])
  expect(asked).toEqual([{ guest: 'robin', media: 'rk:212', fence: 'private', ask: false, by: 'key:owner' }])
})

test('every fence has its own honest words', async () => {
  const fences: Fence[] = ['label', 'library', 'private', 'item']
  const { api } = await serve({
    assignment: async (id) => anAssignment({ fence: fences.find((one) => one === id) ?? 'library' }),
  })
  const notes = await Promise.all(
    fences.map(async (fence) => {
      const { body } = await api(`GET /assignments/${fence}`)
      expect(body).toMatchObject({ result: { fence, fenceNote: english.fences.note(fence) } })
      return english.fences.note(fence)
    }),
  )

  expect(new Set(notes).size).toBe(fences.length)
  expect(notes.every((note) => /^\p{L}.*\.$/u.test(note))).toBe(true)
})

test('fences that were passed over and a private library are shown, its paths are not', async () => {
  const privateLibrary: PrivateLibrary = {
    folder: '/srv/otp/robin',
    title: 'For robin: Half Loop',
    type: 'show',
    files: [{ path: '/srv/otp/robin/a.mkv', source: '/media/a.mkv', sizeBytes: 100 }],
    copies: {},
    step: 'making',
    progress: { doneBytes: 40, totalBytes: 100 },
  }
  const kept = [{ ...privateLibrary }, { ...privateLibrary, step: 'removed' as const }]
  const { api } = await serve({
    assignment: async (id) =>
      anAssignment({
        fence: 'private',
        privateLibrary: kept[Number(id)] ?? privateLibrary,
        passedOver: [{ fence: 'label', why: 'Plex ignores labels on seasons and episodes' }],
      }),
  })

  const making = await api('GET /assignments/0')
  const removed = await api('GET /assignments/1')

  expect(making.body).toMatchObject({
    result: {
      passedOver: [{ fence: 'label', why: 'Plex ignores labels on seasons and episodes' }],
      privateLibrary: { title: 'For robin: Half Loop', progress: { doneBytes: 40, totalBytes: 100 } },
    },
  })
  expect(removed.body).not.toMatchObject({ result: { privateLibrary: expect.anything() } })
  expect(JSON.stringify([making.body, removed.body])).not.toMatch(/srv|mkv/)
})

test('the limits of an assignment are changed by its id, or by the guest who has no other', async () => {
  const asked: ExtendRequest[] = []
  const { api } = await serve({
    async extend(request) {
      asked.push(request)
      return {
        assignment: anAssignment({ expiresAt: Date.UTC(2026, 10, 27, 19), plays: 3 }),
        extended: { expiresBefore: Date.UTC(2026, 10, 26, 19) },
        guestTold: 'queued',
      }
    },
  })

  const byId = await api('PATCH /assignments/a1', json({ expires: '5d', plays: 3 }))
  const byForm = await api('PATCH /assignments/a1', { body: new URLSearchParams({ plays: '3' }) })
  const byGuest = await api('PATCH /assignments?guest=robin', json({ expires: null, plays: null }))

  expect([byId.status, byForm.status, byGuest.status]).toEqual([200, 200, 200])
  expect(byId.body).toMatchObject({
    result: {
      id: 'a1',
      expiresAt: '2026-11-27T19:00:00.000Z',
      plays: 3,
      extended: { expiresBefore: '2026-11-26T19:00:00.000Z' },
      guestTold: 'queued',
    },
  })
  expect(asked).toEqual([
    { id: 'a1', expires: '5d', plays: 3, by: 'key:owner' },
    { id: 'a1', plays: 3, by: 'key:owner' },
    { guest: 'robin', expires: null, plays: null, by: 'key:owner' },
  ])
})

test('limits that are no limits are refused before the core is asked', async () => {
  const { api } = await serve()

  const wrong = await api('PATCH /assignments/a1', json({ expires: 36, plays: 0, fence: 'label' }))
  const nobody = await api('PATCH /assignments', json({ plays: 1 }))

  expect(wrong.status).toBe(400)
  expect(wrong.body).toMatchObject({
    code: 'invalid_input',
    reason:
      'expires: expected a length of time such as 36h or 7d, words such as "friday 20:00", or an ISO-8601 instant, or null; ' +
      'plays: expected a whole number from 1 to 1000, or null; fence: unknown field, known are expires, plays.',
  })
  expect(nobody.body).toMatchObject({ reason: expect.stringMatching(/^guest: expected/) })
})

test('removing by name and by id says what became of the access', async () => {
  const said: unknown[] = []
  const ended = anAssignment({ state: 'revoked', access: 'taken', endedAt: Date.UTC(2026, 10, 22, 20) })
  const { api } = await serve({
    async unassign(request) {
      said.push(request)
      return { ended: [ended], access: 'restored' }
    },
    async endAssignment(request) {
      said.push(request)
      return { ended: [ended], access: 'pending' }
    },
  })

  const byName = await api('POST /request/remove', json({ plexUsername: 'robin' }))
  const byId = await api('DELETE /assignments/a1?reason=enough')

  expect([byName.status, byId.status]).toEqual([200, 200])
  expect(byName.body).toMatchObject({
    error: false,
    result: {
      access: 'restored',
      ended: [{ id: 'a1', state: 'revoked', endedAt: '2026-11-22T20:00:00.000Z' }],
    },
  })
  expect(byId.body).toMatchObject({ result: { access: 'pending' } })
  expect(said).toEqual([
    { guest: 'robin', by: 'key:owner' },
    { id: 'a1', reason: 'enough', by: 'key:owner' },
  ])
})

test('ending everything needs the confirmation', async () => {
  const endedIds: string[] = []
  const { api } = await serve({
    async assignments({ state, cursor }) {
      if (state !== 'ready') return { items: [], next: null }
      if (cursor) return { items: [anAssignment({ id: 'a2' })], next: null }
      return { items: [anAssignment({ id: 'a1' })], next: 'more' }
    },
    async endAssignment({ id }) {
      endedIds.push(id)
      return { ended: [anAssignment({ id, state: 'revoked' })], access: id === 'a1' ? 'pending' : 'restored' }
    },
  })

  const bare = await api('DELETE /assignments')
  expect(bare.status).toBe(400)
  expect(bare.body).toEqual(refusal('invalid_input', 'confirm: expected "all", to say that this is meant.'))
  expect(endedIds).toEqual([])

  const meant = await api('DELETE /assignments?confirm=all')
  expect(meant.body).toMatchObject({ result: { access: 'pending', ended: [{ id: 'a1' }, { id: 'a2' }] } })
  expect(endedIds).toEqual(['a1', 'a2'])
})

test('when one cannot be ended the others end all the same, and the answer says how many', async () => {
  const { api } = await serve({
    async assignments({ state }) {
      const items = state === 'ready' ? [anAssignment({ id: 'a1' }), anAssignment({ id: 'a2' })] : []
      return { items, next: null }
    },
    async endAssignment({ id }) {
      if (id === 'a1') throw new OtpError('plex_unreachable', 'Plex does not answer.')
      return { ended: [anAssignment({ id })], access: 'restored' }
    },
  })

  const { status, body } = await api('DELETE /assignments?confirm=all')

  expect(status).toBe(503)
  expect(body).toEqual(
    refusal('plex_unreachable', '1 of 2 assignments have ended; the others stand: Plex does not answer.'),
  )
})

test('assignments are listed page by page', async () => {
  const asked: unknown[] = []
  const { api } = await serve({
    async assignments(query) {
      asked.push(query)
      return { items: [anAssignment()], next: 'a1' }
    },
  })

  const { body } = await api('GET /assignments?state=ready&guest=robin&limit=1&cursor=b.2')

  expect(body).toMatchObject({ error: false, reason: '', result: [{ id: 'a1' }], next: 'a1' })
  expect(asked).toEqual([{ state: 'ready', guest: 'robin', limit: 1, cursor: 'b.2' }])
})

test('progress follows the mark that runs, or else the latest', async () => {
  const mark = { durationMs: 100, atEnd: false }
  const watches = {
    running: { '9': { ...mark, offsetMs: 90, goneAt: 5 }, '3': { ...mark, offsetMs: 30 } },
    latest: { '9': { ...mark, offsetMs: 90, goneAt: 5 }, '3': { ...mark, offsetMs: 30, goneAt: 6 } },
    none: {},
  }
  const { api } = await serve({
    async assignment(id) {
      const watch = Object.entries(watches).find(([name]) => name === id)?.[1] ?? {}
      return anAssignment({ media: aMovie({ type: 'show' }), watch })
    },
  })

  const running = await api('GET /assignments/running')
  const latest = await api('GET /assignments/latest')
  const none = await api('GET /assignments/none')

  expect(running.body).toMatchObject({ result: { progress: { offsetMs: 30, durationMs: 100 } } })
  expect(latest.body).toMatchObject({ result: { progress: { offsetMs: 30, durationMs: 100 } } })
  expect(none.body).toMatchObject({ result: { progress: { offsetMs: 0, durationMs: 6_000_000 } } })
})

test('an assignment that does not exist is a 404 with the sentence of the core', async () => {
  const { api } = await serve({
    async assignment() {
      throw new OtpError('assignment_not_found', 'There is no assignment a9.')
    },
  })

  const { status, body } = await api('GET /assignments/a9')

  expect(status).toBe(404)
  expect(body).toEqual(refusal('assignment_not_found', 'There is no assignment a9.'))
})

test('ids that climb out of their place never reach the core', async () => {
  const { raw } = await serve()

  const encoded = await raw('/api/v1/assignments/..%2F..%2Fetc')
  const dots = await raw('/api/v1/assignments/../../etc')

  expect(encoded.status).toBe(400)
  expect(encoded.body).toMatchObject({
    code: 'invalid_input',
    reason: expect.stringContaining('id: expected an id'),
  })
  expect(dots.status).toBe(404)
})

test('who wants to be asked before somebody is invited is refused, and sends the order again without that', async () => {
  const asked: unknown[] = []
  const { api } = await serve({
    async assign(request) {
      asked.push(request.ask)
      if (!request.ask) return assignedAnswer({ invited: true })
      const doubts: Doubt[] = [
        { kind: 'will-invite', invitee: 'robin@example.org' },
        { kind: 'everything-else-stops', guest: { plexId: '42', username: 'robin' } },
      ]
      return { kind: 'question', doubts, media: aMovie() }
    },
  })
  const wish = { guest: 'robin@example.org', media: '101' }

  const { status, body } = await api('POST /assignments', json({ ...wish, ask: true }))
  const meant = await api('POST /assignments', json(wish))

  expect({ status, body }).toEqual({
    status: 409,
    body: {
      error: true,
      code: 'confirmation_needed',
      reason:
        'That e-mail address is neither a friend of this server, nor invited, nor a guest, so the account would be ' +
        'invited. "robin" has other access to this server, and everything else would stop until the pass ends.',
      result: null,
    },
  })
  expect(meant.status).toBe(201)
  expect(asked).toEqual([true, false])
})

test('an ambiguous wish is answered with the candidates', async () => {
  const { api } = await serve({
    async assign() {
      throw new OtpError('ambiguous', 'Dune could be any of these: Dune (1984); Dune (2021).', {
        candidates: [
          { value: 'rk:1', label: 'Dune (1984)' },
          { value: 'rk:2', label: 'Dune (2021)' },
        ],
      })
    },
  })

  const { status, body } = await api('POST /assignments', json({ guest: '42', media: '1' }))

  expect(status).toBe(409)
  expect(body).toEqual({
    error: true,
    code: 'ambiguous',
    reason: 'Dune could be any of these: Dune (1984); Dune (2021).',
    result: null,
    candidates: [
      { value: 'rk:1', label: 'Dune (1984)' },
      { value: 'rk:2', label: 'Dune (2021)' },
    ],
  })
})
