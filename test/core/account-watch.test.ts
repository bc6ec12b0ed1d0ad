import { describe, expect, it } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import { hour, minute, second } from '../support/builders.js'
import { createStage, type Stage } from '../support/stage.js'

const rejected = new OtpError('plex_token_rejected', 'plex.tv does not accept the Plex token.')
const away = new OtpError('plex_unreachable', 'plex.tv cannot be reached: no answer came in time.')

describe('a token that plex.tv refuses', () => {
  it('is noticed within the hour and told once, with what to do', async () => {
    const stage = createStage()
    await stage.start()
    expect((await stage.core().status()).account).toEqual({ ok: true })

    stage.plex.fail('owner', rejected, { times: Infinity })
    await stage.clock.advance(hour)
    await stage.clock.advance(3 * hour)

    expect(told(stage)).toEqual(['admins: token-dead'])
    expect((await stage.core().status()).account).toEqual({
      ok: false,
      reason: expect.stringContaining('Sign in again with "otp login"'),
    })
    await stage.stop()
  })

  it('is not told again after a restart, but that it works again is', async () => {
    const stage = createStage()
    await stage.start()
    stage.plex.fail('owner', rejected, { times: Infinity })
    await stage.clock.advance(hour)

    await stage.restart(minute)
    expect(told(stage)).toEqual(['admins: token-dead'])
    expect((await stage.core().status()).account).toMatchObject({ ok: false })

    stage.plex.heal()
    await stage.restart(minute)
    await stage.clock.advance(2 * hour)
    expect(told(stage)).toEqual(['admins: token-dead', 'admins: token-works'])
    expect((await stage.core().status()).account).toEqual({ ok: true })
    await stage.stop()
  })

  it('is noticed as soon as the server refuses it, and plex.tv is not asked at every reading', async () => {
    const stage = createStage()
    await stage.start()
    await stage.clock.advance(5 * minute)
    const before = stage.plex.asked('owner')
    stage.plex.fail('sessions', rejected, { times: Infinity })
    stage.plex.fail('owner', rejected, { times: Infinity })

    await stage.clock.advance(55 * second)

    expect(told(stage)).toEqual(['admins: token-dead'])
    expect(stage.plex.asked('owner') - before).toBe(1)
    await stage.stop()
  })

  it('is not meant when only the server refuses it', async () => {
    const stage = createStage()
    await stage.start()
    stage.plex.fail('sessions', rejected, { times: Infinity })

    await stage.clock.advance(5 * minute)

    expect(told(stage)).toEqual([])
    expect((await stage.core().status()).account).toEqual({ ok: true })
    await stage.stop()
  })

  it('works again as soon as somebody has signed in', async () => {
    const stage = createStage()
    stage.plex.fail('owner', rejected, { times: Infinity })
    await stage.start()
    stage.plexTv.person('token-of-owner', { plexId: '9000', username: 'owner' }, [ownServer])
    const { id } = await stage.core().beginSignIn('key:owner')
    stage.plexTv.approve(id, 'token-of-owner')

    stage.plex.heal()
    expect(await stage.core().checkSignIn({ id, by: 'key:owner' })).toMatchObject({ state: 'done' })
    await stage.clock.advance(second)

    expect(told(stage)).toEqual(['admins: token-dead', 'admins: token-works'])
    expect(stage.plexSettings.written).toEqual(['token = token-of-owner'])
    await stage.stop()
  })
})

describe('the watch over the token', () => {
  it('leaves everything as it is while plex.tv does not answer', async () => {
    const stage = createStage()
    await stage.start()
    stage.plex.fail('owner', away, { times: Infinity })
    await stage.clock.advance(3 * hour)

    expect(told(stage)).toEqual([])
    expect((await stage.core().status()).account).toEqual({ ok: true })
    await stage.stop()
  })

  it('says nothing about the account before plex.tv has answered', async () => {
    const stage = createStage()
    stage.plex.fail('owner', away, { times: Infinity })
    await stage.start()

    expect(await stage.core().status()).not.toHaveProperty('account')
    await stage.stop()
  })

  it('keeps the token alive once a day', async () => {
    const stage = createStage()
    await stage.start()
    for (let day = 0; day < 2; day += 1) {
      await stage.clock.leap(24 * hour)
      await stage.clock.advance(2 * second)
    }

    expect(stage.plexTv.said.filter((one) => one === 'keep alive')).toHaveLength(2)
    await stage.stop()
  })
})

const ownServer = { machineIdentifier: 'server-one', name: 'Attic Box', connections: [] }

/** What was told about the token. */
function told(stage: Stage): string[] {
  return stage.notifier.said.filter((one) => one.includes('token'))
}
