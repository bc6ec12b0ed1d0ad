import { afterEach, expect, test } from 'vitest'
import type { Core } from '../../src/core/api.js'
import { OtpError } from '../../src/core/errors.js'
import { aLibrary } from '../support/builders.js'
import { fakeCore } from '../support/fake-core.js'
import { createStage } from '../support/stage.js'
import { json, startService } from './service.js'

const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

async function serve(core: Core) {
  const service = await startService(core)
  stops.push(service.stop)
  return service
}

test('libraries are listed without what only OTP needs', async () => {
  const { api } = await serve(fakeCore({ libraries: async () => [aLibrary({ uuid: 'secret-uuid' })] }))

  const { status, body } = await api('GET /libraries')

  expect(status).toBe(200)
  expect(body).toEqual({
    error: false,
    reason: '',
    result: [{ key: '1', title: 'Films', type: 'movie', folders: ['/media/films'], scanning: false }],
    next: null,
  })
})

test('a library is made from JSON with one path or several, or from a form', async () => {
  const asked: unknown[] = []
  const { api } = await serve(
    fakeCore({
      async makeLibrary(request) {
        asked.push(request)
        return aLibrary({ key: '9', title: request.title })
      },
    }),
  )
  const common = { name: 'Short Films', type: 'movie' }
  const more = { agent: 'tv.plex.agents.movie', scanner: 'Plex Movie', language: 'en-US' }
  const form = new URLSearchParams({ ...common, path: '/media/short' })

  const one = await api('POST /libraries', json({ ...common, path: '/media/short', ...more }))
  const two = await api('POST /libraries', json({ ...common, paths: ['/a', '/b'] }))
  const byForm = await api('POST /libraries', { body: form })

  expect([one.status, two.status, byForm.status]).toEqual([201, 201, 201])
  expect(one.body).toMatchObject({ result: { key: '9', title: 'Short Films' } })
  const wanted = { title: 'Short Films', type: 'movie', by: 'key:owner' }
  expect(asked).toEqual([
    { ...wanted, folders: ['/media/short'], ...more },
    { ...wanted, folders: ['/a', '/b'] },
    { ...wanted, folders: ['/media/short'] },
  ])
})

test('what a library cannot be made of is named field by field', async () => {
  const { api } = await serve(fakeCore())

  const { status, body } = await api('POST /libraries', json({ type: 'artist', paths: '/a', path: '' }))

  expect(status).toBe(400)
  expect(body).toMatchObject({
    reason:
      'name: expected a name for the library; type: expected one of movie, show; ' +
      'path: expected an absolute path on the machine of the Plex server; paths: expected a list of absolute paths.',
  })
})

test('the core has the last word: taken names, exact titles and libraries in use', async () => {
  const stage = createStage()
  const { api } = await serve(stage.core())

  const taken = await api('POST /libraries', json({ name: 'films', type: 'movie', path: '/media' }))
  const nowhere = await api('POST /libraries', json({ name: 'New', type: 'movie' }))
  const bare = await api('DELETE /libraries/3')
  const other = await api('DELETE /libraries/3?confirm=rarities')
  const unknown = await api('DELETE /libraries/99?confirm=Rarities')
  const meant = await api('DELETE /libraries/3?confirm=Rarities')

  const statuses = [taken, nowhere, bare, other, unknown, meant].map(({ status }) => status)
  expect(statuses).toEqual([409, 400, 400, 400, 404, 200])
  expect(bare.body).toMatchObject({
    code: 'invalid_input',
    reason: expect.stringMatching(/^confirm: expected "Rarities"/),
  })
  expect(meant.body).toMatchObject({
    result: {
      removed: { key: '3', title: 'Rarities' },
      note: expect.stringContaining('OTP never deletes media'),
    },
  })
  expect(stage.plex.said).toEqual(['delete library Rarities'])
})

test('a library that a pass needs is a conflict', async () => {
  const { api } = await serve(
    fakeCore({
      async removeLibrary() {
        throw new OtpError('conflict', 'The library "Films" stays.')
      },
    }),
  )

  expect(await api('DELETE /libraries/1?confirm=Films')).toMatchObject({
    status: 409,
    body: { code: 'conflict', reason: 'The library "Films" stays.' },
  })
})
