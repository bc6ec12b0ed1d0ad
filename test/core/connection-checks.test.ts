import { describe, expect, it } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import type { Capabilities } from '../../src/core/model.js'
import { checkConnection } from '../../src/core/sign-in/checks.js'
import { anOwner, theServer } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'
import { createFakePlex } from '../support/fake-plex.js'
import { anOwnedServer, createFakeSignIn } from '../support/fake-sign-in.js'

const rejected = new OtpError('plex_token_rejected', 'It does not accept the Plex token.')
const away = new OtpError('plex_unreachable', 'It cannot be reached: nothing listens at that address.')

describe('the steps of the connection', () => {
  it('are good where everything is', async () => {
    const checks = await aHousehold().check()
    expect(checks.map((one) => `${one.check} ${one.outcome}`)).toEqual([
      'server good',
      'token good',
      'account good',
      'owner good',
      'terminate good',
      'restrict good',
    ])
    expect(checks.every((one) => one.remedy === undefined)).toBe(true)
  })

  it('lack what needs Plex Pass, which is no fault', async () => {
    const checks = await aHousehold({ plexPass: false, canTerminate: false, canRestrict: false }).check()
    expect(checks.filter((one) => one.outcome !== 'good')).toEqual([
      { check: 'terminate', outcome: 'lacking', found: expect.stringContaining('needs Plex Pass') },
      { check: 'restrict', outcome: 'lacking', found: expect.stringContaining('needs Plex Pass') },
    ])
  })

  it.each([
    ['the server is away', ['identity'], away, ['server'], 'Is the server running?'],
    ['the server refuses the token', ['capabilities'], rejected, ['token'], 'otp login'],
    ['plex.tv is away', ['owner'], away, ['account'], 'Does this machine reach https://plex.tv?'],
    ['plex.tv refuses the token', ['owner'], rejected, ['account'], 'otp login'],
  ] as const)(
    'name the one that fails when %s, with what to do',
    async (_, calls, error, failing, remedy) => {
      const { plex, check } = aHousehold()
      for (const call of calls) plex.fail(call, error, { times: Infinity })

      const bad = (await check()).filter((one) => one.outcome === 'bad')

      expect(bad.map((one) => one.check)).toEqual(failing)
      expect(bad).toMatchObject([{ found: error.message, remedy: expect.stringContaining(remedy) }])
    },
  )

  it('are skipped after one that failed, and never guessed', async () => {
    const { plex, check } = aHousehold()
    plex.fail('identity', away, { times: Infinity })
    plex.fail('owner', away, { times: Infinity })

    expect((await check()).filter((one) => one.outcome === 'skipped').map((one) => one.check)).toEqual([
      'token',
      'owner',
      'terminate',
      'restrict',
    ])
  })

  it('tell an account that does not own the server', async () => {
    const { plexTv, check } = aHousehold()
    plexTv.person('token-of-owner', anOwner(), [anOwnedServer({ machineIdentifier: 'server-two' })])

    expect((await check()).find((one) => one.check === 'owner')).toEqual({
      check: 'owner',
      outcome: 'bad',
      found: 'That account does not own the server.',
      remedy: expect.stringContaining('otp login'),
    })
  })

  it('do not hide a fault of ours', async () => {
    const { plexTv, check } = aHousehold()
    plexTv.fail(new OtpError('plex_busy', 'Busy.'))
    expect((await check()).find((one) => one.check === 'owner')).toMatchObject({
      outcome: 'bad',
      found: 'Busy.',
    })

    const broken = { ...plexTv.port, ownedServers: () => Promise.reject(new TypeError('a bug')) }
    await expect(check(broken)).rejects.toThrow('a bug')
  })
})

function aHousehold(capabilities: Capabilities = { plexPass: true, canTerminate: true, canRestrict: true }) {
  const clock = createTestClock()
  const plex = createFakePlex(clock)
  const plexTv = createFakeSignIn(clock)
  plex.setOwner(anOwner())
  plexTv.person('token-of-owner', anOwner(), [anOwnedServer({ machineIdentifier: theServer })])
  plexTv.use('token-of-owner')
  const plexServer = {
    ...plex.server,
    capabilities: () => plex.server.capabilities().then(() => capabilities),
  }
  const check = (plexSignIn = plexTv.port) =>
    checkConnection({ plexServer, plexAccount: plex.account, plexSignIn })
  return { plex, plexTv, check }
}
