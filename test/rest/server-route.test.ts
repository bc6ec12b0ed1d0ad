import { afterEach, expect, test } from 'vitest'
import type { Core } from '../../src/core/api.js'
import { OtpError } from '../../src/core/errors.js'
import { anOwner, theServer } from '../support/builders.js'
import { anOwnedServer } from '../support/fake-sign-in.js'
import { createStage, friend } from '../support/stage.js'
import { startService } from './service.js'

const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

async function serve(core: Core) {
  const service = await startService(core)
  stops.push(service.stop)
  return service
}

/** A household with an owner, a friend and a label that nobody put there. */
async function aHousehold() {
  const stage = createStage()
  stage.plexTv.person('token-of-owner', anOwner(), [anOwnedServer({ machineIdentifier: theServer })])
  stage.plexTv.use('token-of-owner')
  stage.plex.label('101', `Otp-${friend.plexId}`)
  return { stage, ...(await serve(stage.core())) }
}

const stray = {
  kind: 'label',
  sentence: 'Arrival (2016) has the label Otp-7001 and no pass needs it.',
  remedy: expect.stringContaining('Remove the label from Arrival (2016) by hand.'),
  repairable: false,
  media: { ratingKey: '101', guid: 'plex://movie/arrival', type: 'movie', title: 'Arrival', year: 2016 },
}

test('GET /server says what the server is, how every step went, and what has drifted', async () => {
  const { api } = await aHousehold()

  const { status, body } = await api('GET /server')

  expect(status).toBe(200)
  expect(body).toEqual({
    error: false,
    reason: '',
    result: {
      ok: true,
      checks: ['server', 'token', 'account', 'owner', 'terminate', 'restrict'].map((check) =>
        expect.objectContaining({ check, outcome: check === 'restrict' ? 'lacking' : 'good' }),
      ),
      machineIdentifier: theServer,
      version: '1.43.0',
      name: 'Attic Box',
      capabilities: { plexPass: true, canTerminate: true, canRestrict: false },
      account: { ok: true, owner: { plexId: '9000', username: 'owner' } },
      people: { connected: 3, most: 100 },
      drift: [stray],
      passedOver: [],
    },
  })
})

test('without plex.tv the rest still answers, and says why there is no drift', async () => {
  const { stage, api } = await aHousehold()
  stage.plex.cutOffAccount()

  const { status, body } = await api('GET /server')

  expect(status).toBe(200)
  expect(body).toMatchObject({
    result: {
      ok: false,
      machineIdentifier: theServer,
      capabilities: { canTerminate: true },
      account: { ok: false, reason: 'plex.tv did not answer.' },
      people: null,
      drift: null,
      driftReason: 'plex.tv did not answer.',
    },
  })
})

test('a token that plex.tv refuses is said, whatever was known a moment ago', async () => {
  const { stage, api } = await aHousehold()
  await api('GET /server')
  const refused = new OtpError('plex_token_rejected', 'plex.tv does not accept the Plex token.')
  stage.plex.fail('owner', refused, { times: Infinity })

  expect((await api('GET /server')).body).toMatchObject({
    result: { ok: false, account: { ok: false, reason: refused.message } },
  })
})

test('a server that is away is no error of the request', async () => {
  const { stage, api } = await aHousehold()
  stage.plex.fail('identity', new OtpError('plex_unreachable', 'Nothing listens there.'), { times: Infinity })

  const { status, body } = await api('GET /server')

  expect(status).toBe(200)
  expect(body).toMatchObject({ result: { ok: false, drift: null, driftReason: 'Nothing listens there.' } })
})

test('POST /server/repair lists what it repaired and what it left, and leaves what no record names', async () => {
  const { stage, api } = await aHousehold()

  const { status, body } = await api('POST /server/repair')

  expect(status).toBe(200)
  expect(body).toMatchObject({ result: { repaired: [], left: [stray], passedOver: [] } })
  expect(stage.plex.labelsOf('101')).toEqual(['Otp-7001'])
})

test('a guest for whom something is under way is passed over, in words', async () => {
  const { stage, api } = await aHousehold()
  stage.plex.fail('invite', new OtpError('plex_busy', 'Too many requests.', { retryAfterMs: 5_000 }))
  const assigning = stage.core().assign({ guest: 'friend', media: 'rk:101', by: 'discord:1' })
  await stage.clock.advance(0)

  const { body } = await api('GET /server')
  await stage.soon(assigning)

  expect(body).toMatchObject({
    result: {
      drift: [],
      passedOver: ['Access of friend is being given or taken away at this moment, so it was not looked at.'],
    },
  })
})

test('both need the key', async () => {
  const { ask } = await aHousehold()
  expect((await ask('GET /api/v1/server')).status).toBe(401)
  expect((await ask('POST /api/v1/server/repair')).status).toBe(401)
})
