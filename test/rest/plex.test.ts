import { afterEach, describe, expect, it } from 'vitest'
import type { Core } from '../../src/core/api.js'
import { OtpError } from '../../src/core/errors.js'
import { evening, minute } from '../support/builders.js'
import { fakeCore } from '../support/fake-core.js'
import { anOwnedServer } from '../support/fake-sign-in.js'
import { aStatus } from './answers.js'
import { json, startService } from './service.js'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

describe('signing in', () => {
  it('begins with a PIN for whoever asks, whose link says where to go', async () => {
    const asked: string[] = []
    const { api } = await over({
      beginSignIn: async (by) => {
        asked.push(by)
        return { id: '700', link: 'https://app.plex.tv/auth#?code=abc', expiresAt: evening + minute }
      },
    })

    expect(await api('POST /plex/pin')).toMatchObject({
      status: 201,
      body: {
        error: false,
        result: {
          id: '700',
          link: 'https://app.plex.tv/auth#?code=abc',
          expiresAt: '2026-11-22T19:01:00.000Z',
        },
      },
    })
    expect(asked).toEqual(['key:owner'])
  })

  it.each([
    [
      { state: 'waiting', expiresAt: evening },
      { state: 'waiting', expiresAt: '2026-11-22T19:00:00.000Z' },
    ],
    [{ state: 'expired' }, { state: 'expired' }],
    [
      { state: 'done', account: { plexId: '9000', username: 'owner', email: 'owner@example.test' } },
      { state: 'done', account: { plexId: '9000', username: 'owner' } },
    ],
  ] as const)('answers %j as it stands', async (state, result) => {
    const asked: unknown[] = []
    const { api } = await over({
      checkSignIn: async (request) => {
        asked.push(request)
        return state
      },
    })

    const { status, body } = await api('GET /plex/pin/700')

    expect({ status, body }).toEqual({ status: 200, body: { error: false, reason: '', result } })
    expect(asked).toEqual([{ id: '700', by: 'key:owner' }])
  })

  it('refuses in words where the token comes from the environment', async () => {
    const { api } = await over({
      beginSignIn: async () => {
        throw new OtpError('conflict', '[plex] token comes from OTP_PLEX_TOKEN.')
      },
    })

    expect(await api('POST /plex/pin')).toMatchObject({
      status: 409,
      body: {
        error: true,
        code: 'conflict',
        reason: '[plex] token comes from OTP_PLEX_TOKEN.',
        result: null,
      },
    })
  })

  it.each(['/plex/pin/abc', '/plex/pin/1%2F2', '/plex/pin/7?x=1'])('asks nobody about %s', async (path) => {
    const { api } = await over({})
    expect(await api(`GET ${path}`)).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  })
})

describe('the servers', () => {
  it('are listed without anything secret', async () => {
    const { api } = await over({
      ownedServers: async () => [{ ...anOwnedServer(), inUse: true, ...{ accessToken: 'secret' } }],
    })

    expect(await api('GET /plex/servers')).toMatchObject({
      status: 200,
      body: {
        next: null,
        result: [
          {
            machineIdentifier: 'server-one',
            name: 'Attic Box',
            version: '1.43.0',
            inUse: true,
            connections: [{ url: 'http://attic.test:32400', local: true, relay: false, secure: false }],
          },
        ],
      },
    })
    expect(JSON.stringify(await api('GET /plex/servers'))).not.toContain('secret')
  })

  it.each([
    [{ machineIdentifier: 'server-one' }],
    [{ machineIdentifier: 'server-one', url: 'http://attic.test:32400' }],
  ])('are chosen with %j', async (body) => {
    const asked: unknown[] = []
    const chosen = {
      machineIdentifier: 'server-one',
      name: 'Attic Box',
      url: 'http://attic.test:32400',
      version: '1',
    }
    const { api } = await over({
      chooseServer: async (request) => {
        asked.push(request)
        return chosen
      },
    })

    expect(await api('PUT /plex/server', json(body))).toMatchObject({ status: 200, body: { result: chosen } })
    expect(asked).toEqual([{ ...body, by: 'key:owner' }])
  })

  it.each([
    ['no server', {}, 'machineIdentifier: expected the machineIdentifier of a server'],
    ['a strange one', { machineIdentifier: '../x' }, 'machineIdentifier: expected'],
    [
      'an address without a protocol',
      { machineIdentifier: 'a', url: 'attic:32400' },
      'url: expected a full address',
    ],
    [
      'an address with a password',
      { machineIdentifier: 'a', url: 'http://u:p@attic' },
      'url: expected a full address',
    ],
    [
      'an address with a question',
      { machineIdentifier: 'a', url: 'http://attic/?a=1' },
      'url: expected a full address',
    ],
  ])('refuse %s', async (_, body, reason) => {
    const { api } = await over({})
    expect(await api('PUT /plex/server', json(body))).toMatchObject({
      status: 400,
      body: { code: 'invalid_input', reason: expect.stringContaining(reason) },
    })
  })
})

describe('the status', () => {
  it.each([[{ ok: true }], [{ ok: false, reason: 'plex.tv does not accept the Plex token any more.' }]])(
    'tells of the token: %j',
    async (account) => {
      const { api } = await over({ status: async () => aStatus({ account }) })
      expect(await api('GET /monitor')).toMatchObject({ body: { result: { account } } })
    },
  )
})

async function over(answers: Partial<Core>) {
  const service = await startService(fakeCore(answers))
  stops.push(service.stop)
  return service
}
