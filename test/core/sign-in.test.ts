import { describe, expect, it } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import { createSignIn } from '../../src/core/sign-in/sign-in.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { anAssignment, anOwner, minute, second, theServer } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'
import { anOwnedServer, createFakePlexSettings, createFakeSignIn } from '../support/fake-sign-in.js'

const url = 'http://attic.test:32400'
const away = new OtpError('plex_unreachable', 'plex.tv cannot be reached: no answer came in time.')

describe('signing in', () => {
  it('begins with a link, and waits until somebody has signed in', async () => {
    const { signIn, clock } = aSignIn()

    const pin = await signIn.begin('key:owner')

    expect(pin).toMatchObject({ id: '700', link: expect.stringContaining('#?code=') })
    expect(await signIn.check({ id: '700', by: 'key:owner' })).toEqual({
      state: 'waiting',
      expiresAt: clock.now() + 15 * minute,
    })
  })

  it("writes the owner's token, uses it and names the account, never the token", async () => {
    const { signIn, plex, settings, log, signedIn } = aSignIn()
    const { id } = await signIn.begin('key:owner')
    plex.approve(id, 'token-of-owner')

    const done = await signIn.check({ id, by: 'key:owner' })

    expect(done).toEqual({ state: 'done', account: { plexId: '9000', username: 'owner' } })
    expect(settings.written).toEqual(['token = token-of-owner'])
    expect(signedIn()).toBe(1)
    expect(JSON.stringify([done, log])).not.toContain('token-of')
  })

  it('answers the same when asked again, also after a restart, and takes the token once', async () => {
    const { signIn, plex, settings, again } = aSignIn()
    const { id } = await signIn.begin('key:owner')
    plex.approve(id, 'token-of-owner')
    const done = await signIn.check({ id, by: 'key:owner' })
    plex.forget(id)

    expect(await signIn.check({ id, by: 'key:owner' })).toEqual(done)
    expect(await again().check({ id, by: 'key:owner' })).toEqual(done)
    expect(settings.written).toHaveLength(1)
  })

  it('goes on after a restart in between', async () => {
    const { signIn, plex, again } = aSignIn()
    const { id } = await signIn.begin('key:owner')
    plex.approve(id, 'token-of-owner')

    expect(await again().check({ id, by: 'key:owner' })).toMatchObject({ state: 'done' })
  })

  it('asks plex.tv at most once a second, whoever asks', async () => {
    const { signIn, plex, clock } = aSignIn()
    const { id } = await signIn.begin('key:owner')
    const ask = () => signIn.check({ id, by: 'key:owner' })

    await Promise.all([ask(), ask()])
    await clock.advance(999)
    await ask()
    expect(plex.said.filter((one) => one === 'check 700')).toHaveLength(1)

    await clock.advance(1)
    await ask()
    expect(plex.said.filter((one) => one === 'check 700')).toHaveLength(2)
  })

  it('asks again only after the answer, and takes the token once, however slow plex.tv is', async () => {
    const { signIn, plex, settings, clock } = aSignIn()
    const { id } = await signIn.begin('key:owner')
    plex.approve(id, 'token-of-owner')
    plex.hold(clock.sleep(3 * second))

    const asked = [signIn.check({ id, by: 'key:owner' })]
    await clock.advance(2 * second)
    asked.push(signIn.check({ id, by: 'key:owner' }))
    await clock.advance(second)

    expect(await Promise.all(asked)).toMatchObject([{ state: 'done' }, { state: 'done' }])
    expect(settings.written).toHaveLength(1)
  })

  it('lets a new PIN take the place of the one before, and wait its second', async () => {
    const { signIn, plex } = aSignIn()
    const first = await signIn.begin('key:owner')
    await signIn.check({ id: first.id, by: 'key:owner' })
    const second = await signIn.begin('key:owner')

    expect(await signIn.check({ id: first.id, by: 'key:owner' })).toEqual({ state: 'expired' })
    expect(await signIn.check({ id: second.id, by: 'key:owner' })).toMatchObject({ state: 'waiting' })
    expect(plex.said).not.toContain(`check ${second.id}`)
  })

  it('knows nothing of a PIN that somebody else asked for', async () => {
    const { signIn, plex, settings } = aSignIn()
    const { id } = await signIn.begin('key:owner')
    plex.approve(id, 'token-of-owner')

    expect(await signIn.check({ id, by: 'key:other' })).toEqual({ state: 'expired' })
    expect(settings.written).toEqual([])
  })

  it('counts a PIN as expired that plex.tv does not know, or that nobody used in time', async () => {
    const { signIn, plex, clock } = aSignIn()
    const gone = await signIn.begin('key:owner')
    plex.forget(gone.id)
    expect(await signIn.check({ id: gone.id, by: 'key:owner' })).toEqual({ state: 'expired' })

    const late = await signIn.begin('key:owner')
    await clock.advance(15 * minute)
    expect(await signIn.check({ id: late.id, by: 'key:owner' })).toEqual({ state: 'expired' })
    expect(await signIn.check({ id: '4711', by: 'key:owner' })).toEqual({ state: 'expired' })
  })

  it('says so when plex.tv does not answer, and goes on when it does', async () => {
    const { signIn, plex, clock } = aSignIn()
    const { id } = await signIn.begin('key:owner')
    plex.approve(id, 'token-of-owner')

    plex.fail(away)
    await expect(signIn.check({ id, by: 'key:owner' })).rejects.toMatchObject({ code: 'plex_unreachable' })
    plex.fail(undefined)
    await clock.advance(second)
    expect(await signIn.check({ id, by: 'key:owner' })).toMatchObject({ state: 'done' })
  })

  it('makes no PIN where the token comes from the environment', async () => {
    const { signIn, plex, settings } = aSignIn()
    settings.fix('token', 'The token comes from OTP_PLEX_TOKEN.')

    await expect(signIn.begin('key:owner')).rejects.toMatchObject({
      code: 'conflict',
      message: 'The token comes from OTP_PLEX_TOKEN.',
    })
    expect(plex.said).toEqual([])
  })

  it('goes on where the token could not be written at first', async () => {
    const { signIn, plex, settings, clock } = aSignIn()
    const { id } = await signIn.begin('key:owner')
    plex.approve(id, 'token-of-owner')

    settings.fail(new OtpError('conflict', 'The disk is full.'))
    await expect(signIn.check({ id, by: 'key:owner' })).rejects.toMatchObject({
      message: 'The disk is full.',
    })
    settings.fail(undefined)
    await clock.advance(second)
    expect(await signIn.check({ id, by: 'key:owner' })).toMatchObject({ state: 'done' })
  })
})

describe('an account that does not own the server', () => {
  it('is refused, and nothing is written', async () => {
    const { signIn, plex, settings } = aSignIn()
    const { id } = await signIn.begin('key:owner')
    plex.approve(id, 'token-of-other')

    await expect(signIn.check({ id, by: 'key:owner' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('does not own the server that OTP uses'),
    })
    expect(settings.written).toEqual([])
  })

  it('is refused also while the server is away, when OTP has met it before', async () => {
    const { signIn, plex, store } = aSignIn({ reachable: false })
    const record = { name: 'server' as const, machineIdentifier: theServer }
    await store.commit([{ kind: 'setting', id: 'server', record, unless: 'exists' }])
    const { id } = await signIn.begin('key:owner')
    plex.approve(id, 'token-of-other')

    await expect(signIn.check({ id, by: 'key:owner' })).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is taken where OTP has never met a server, as long as it owns one', async () => {
    const { signIn, plex, clock } = aSignIn({ reachable: false })
    const { id } = await signIn.begin('key:owner')
    plex.approve(id, 'token-of-nobody')
    await expect(signIn.check({ id, by: 'key:owner' })).rejects.toMatchObject({
      message: expect.stringContaining('owns no Plex server'),
    })

    plex.approve(id, 'token-of-other')
    await clock.advance(second)
    expect(await signIn.check({ id, by: 'key:owner' })).toMatchObject({ state: 'done' })
  })

  it('is taken where the server is chosen next, unless passes are open on the present one', async () => {
    const { signIn, plex, store, clock } = aSignIn({ choosesServerNext: true })
    const { id } = await signIn.begin('terminal')
    plex.approve(id, 'token-of-other')
    const record = anAssignment()
    await store.commit([{ kind: 'assignment', id: record.id, record, unless: 'exists' }])
    await expect(signIn.check({ id, by: 'terminal' })).rejects.toMatchObject({ code: 'conflict' })

    const ended = anAssignment({ state: 'revoked', access: 'taken' })
    await store.commit([{ kind: 'assignment', id: record.id, record: ended, ifRevision: 1 }])
    await clock.advance(second)
    expect(await signIn.check({ id, by: 'terminal' })).toMatchObject({ state: 'done' })
  })
})

/** The owner has one server, another account another one, and somebody has none. */
function aSignIn(options: { reachable?: boolean; choosesServerNext?: boolean } = {}) {
  const clock = createTestClock()
  const plex = createFakeSignIn(clock)
  const settings = createFakePlexSettings({ url, token: 'token-before' })
  const store = createMemoryStore()
  const log: unknown[] = []
  let signedIn = 0
  plex.person('token-of-owner', anOwner(), [anOwnedServer()])
  plex.person('token-of-other', { plexId: '9001', username: 'other' }, [
    anOwnedServer({ machineIdentifier: 'server-two', name: 'Cellar Box' }),
  ])
  plex.person('token-of-nobody', { plexId: '9002', username: 'nobody' }, [])
  if (options.reachable ?? true) plex.stand(url)

  const again = () =>
    createSignIn({
      plexSignIn: plex.port,
      plexSettings: settings.port,
      store,
      clock,
      log: {
        debug: (...line) => void log.push(line),
        info: (...line) => void log.push(line),
        warn: (...line) => void log.push(line),
        error: (...line) => void log.push(line),
      },
      choosesServerNext: options.choosesServerNext ?? false,
      signedIn: async () => {
        signedIn += 1
      },
    })
  return { signIn: again(), again, plex, settings, store, clock, log, signedIn: () => signedIn }
}
