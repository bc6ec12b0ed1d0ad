import { describe, expect, it } from 'vitest'
import { readAnswer } from '../../src/plex/answer.js'
import { parseOwnedServers, parsePin } from '../../src/plex/parse-sign-in.js'
import { createPlexSignIn } from '../../src/plex/sign-in.js'
import { connectionTo } from '../../src/simulator/plex/resources.js'
import { minute, second } from '../support/builders.js'
import { until } from '../support/until.js'
import { stagePlex } from './stage.js'

describe('a PIN', () => {
  it('is asked for without a token, and leads to the page where its code is', async () => {
    const { signIn, plexTv, clock } = await aSignIn()

    const pin = await signIn.beginPin()

    const [asked] = plexTv.journal.filter((one) => one.path === '/api/v2/pins')
    expect(asked).toMatchObject({ method: 'POST', query: { strong: 'true' }, status: 201 })
    expect(asked?.headers['x-plex-client-identifier']).toBe('otp-test-0001')
    expect(asked?.headers).not.toHaveProperty('x-plex-token')
    expect(pin.link).toBe(
      `https://app.plex.tv/auth#?clientID=otp-test-0001&code=${codeOf(pin.link)}` +
        '&context%5Bdevice%5D%5Bproduct%5D=One%20Time%20Plex%20Reloaded',
    )
    expect(codeOf(pin.link)).toHaveLength(25)
    expect(pin).toEqual({
      id: expect.stringMatching(/^\d+$/),
      link: pin.link,
      expiresAt: clock.now() + 30 * minute,
    })
  })

  it('lives by the clock of plex.tv, however wrong our own is', async () => {
    const { signIn, clock } = await aSignIn({ clockIsWrongByMs: -300 * minute })
    const { id, expiresAt } = await signIn.beginPin()

    expect(expiresAt).toBe(clock.now() - 300 * minute + 30 * minute)
    expect(await signIn.checkPin(id)).toEqual({ kind: 'waiting' })
  })

  it('waits until somebody has signed in, and then brings their token, which is hidden at once', async () => {
    const { signIn, world, hidden } = await aSignIn()
    const { id } = await signIn.beginPin()
    expect(await signIn.checkPin(id)).toEqual({ kind: 'waiting' })
    expect(hidden).toEqual([])

    world.approvePin(Number(id), world.owner.username)

    expect(await signIn.checkPin(id)).toEqual({ kind: 'claimed', token: world.owner.token })
    expect(hidden).toEqual([world.owner.token])
  })

  it.each(['errors', 'null token'] as const)(
    'that has run out is told as %s, and has expired',
    async (expiredPin) => {
      const { signIn, world, clock } = await aSignIn()
      world.people.behaviour.expiredPin = expiredPin
      const { id } = await signIn.beginPin()
      await clock.advance(31 * minute)

      expect(await signIn.checkPin(id)).toEqual({ kind: 'expired' })
    },
  )

  it('that nobody asked for, or that plex.tv tells as errors with status 200, has expired', async () => {
    const { signIn, plexTv } = await aSignIn()
    expect(await signIn.checkPin('4711')).toEqual({ kind: 'expired' })

    const errors = '{"errors":[{"code":1020,"message":"Code not found or expired","status":404}]}'
    const type = 'application/json'
    plexTv.faults.next({ match: 'GET /', act: { kind: 'answer', status: 200, type, body: errors } })
    expect(await signIn.checkPin('4712')).toEqual({ kind: 'expired' })
  })

  it('stays as it is when plex.tv is asked too often', async () => {
    const { signIn, plexTv } = await aSignIn()
    const { id } = await signIn.beginPin()
    plexTv.faults.next({ match: 'GET /', act: { kind: 'answer', status: 429 } })

    await expect(signIn.checkPin(id)).rejects.toMatchObject({ code: 'plex_busy' })
  })

  it('stays as it is when plex.tv has a fault that lasts', async () => {
    const { signIn, plexTv, clock } = await aSignIn()
    const { id } = await signIn.beginPin()
    plexTv.faults.next({ match: 'GET /', times: 2, act: { kind: 'answer', status: 500 } })

    const checked = expect(signIn.checkPin(id)).rejects.toMatchObject({ code: 'plex_unreachable' })
    await until('the wait before the second try', () => clock.sleeping() > 0)
    await clock.advance(second)
    await checked
  })

  it('is read from XML as well', () => {
    const body =
      '<pin id="7" code="abcd" expiresIn="900" expiresAt="2031-03-02T10:15:00Z" authToken="" product="0"/>'
    const answer = readAnswer({ status: 201, type: 'text/xml', body }, 0)

    expect(answer.kind === 'done' && parsePin(answer.data)).toEqual({
      id: '7',
      code: 'abcd',
      expiresAt: Date.UTC(2031, 2, 2, 10, 15),
      livesMs: 900_000,
      token: undefined,
    })
  })
})

describe('the servers of an account', () => {
  it('are those that it owns, with their addresses and without any token', async () => {
    const { signIn, world, server } = await aSignIn()
    world.server.connections.push(connectionTo(server.url))

    const servers = await signIn.ownedServers(world.owner.token)

    expect(servers).toEqual([
      {
        machineIdentifier: world.machineIdentifier,
        name: 'Attic Box',
        version: '1.43.2.10687-sim',
        connections: [{ url: server.url, local: true, relay: false, secure: false }],
      },
      {
        machineIdentifier: 'f'.repeat(40),
        name: 'Garden Shed',
        version: '1.43.2.10687-sim',
        connections: [],
      },
    ])
  })

  it('are none for somebody whom the server is only shared with', async () => {
    const { signIn, world } = await aSignIn()
    world.shareWith('mo.heron', 'all')
    expect(await signIn.ownedServers(world.people.account('mo.heron').token)).toEqual([])
  })

  it('have a second address in their own network, for routers that do not resolve the first', () => {
    const address = { address: '192.168.7.20', port: 32400, local: true, relay: false }
    const sixth = { address: 'fd00::7', port: 32400, local: '1', relay: '0' }
    const far = { address: '203.0.113.9', port: 32400, local: false, relay: false }
    const relay = { address: '198.51.100.4', port: 8443, local: true, relay: true }
    const rows = (httpsRequired: boolean) => [
      {
        clientIdentifier: 'box',
        provides: 'player, server',
        owned: 1,
        httpsRequired,
        accessToken: 'secret-of-the-box',
        connections: [
          { ...address, uri: 'https://192-168-7-20.sim.test:32400' },
          { ...address, uri: 'http://192.168.7.20:32400' },
          { ...sixth, uri: 'https://fd00--7.sim.test:32400/' },
          { ...far, uri: 'https://203-0-113-9.sim.test:32400' },
          { ...relay, uri: 'https://198-51-100-4.sim.test:8443' },
          { ...far, uri: 'javascript:alert(1)' },
        ],
      },
    ]
    const urls = (httpsRequired: boolean) =>
      parseOwnedServers(rows(httpsRequired)).flatMap((one) => one.connections.map((it) => it.url))

    expect(urls(false)).toEqual([
      'https://192-168-7-20.sim.test:32400',
      'http://192.168.7.20:32400',
      'https://fd00--7.sim.test:32400',
      'http://[fd00::7]:32400',
      'https://203-0-113-9.sim.test:32400',
      'https://198-51-100-4.sim.test:8443',
    ])
    expect(urls(true)).not.toContain('http://[fd00::7]:32400')
    expect(JSON.stringify(parseOwnedServers(rows(false)))).not.toContain('secret')
  })

  it('are not guessed from an answer that is no list', () => {
    expect(() => parseOwnedServers({ MediaContainer: {} })).toThrow('not a list of servers')
  })
})

describe('an address', () => {
  it('tells which server answers there, and gets no token', async () => {
    const { signIn, server, mid } = await aSignIn()

    expect(await signIn.reach(server.url)).toEqual({ machineIdentifier: mid, version: expect.any(String) })
    const [asked] = server.journal.filter((one) => one.path === '/identity')
    expect(asked?.headers).not.toHaveProperty('x-plex-token')
  })

  it.each([
    ['nothing listens', 'http://127.0.0.1:1'],
    ['the address is none', 'http://'],
  ])('leads nowhere when %s', async (_, url) => {
    const { signIn } = await aSignIn()
    expect(await signIn.reach(url)).toBeUndefined()
  })

  it('leads nowhere when something else answers', async () => {
    const { signIn, server, plexTv } = await aSignIn()
    server.faults.next({ match: 'GET /', act: { kind: 'html' } })

    expect(await signIn.reach(server.url)).toBeUndefined()
    expect(await signIn.reach(plexTv.url)).toBeUndefined()
  })
})

describe('the token in use', () => {
  it('says whose it is, and another one whose that is', async () => {
    const { signIn, world } = await aSignIn()
    const mo = world.people.account('mo.heron')

    expect(await signIn.account()).toMatchObject({ username: world.owner.username })
    expect(await signIn.account(mo.token)).toMatchObject({ username: 'mo.heron' })
    await expect(signIn.account('nobody-has-this')).rejects.toMatchObject({ code: 'plex_token_rejected' })
  })

  it('is kept alive', async () => {
    const { signIn, plexTv } = await aSignIn()
    await signIn.keepAlive()

    const [asked] = plexTv.journal.filter((one) => one.path === '/api/v2/ping')
    expect(asked).toMatchObject({ status: 200, headers: { 'x-plex-token': '(redacted)' } })
  })
})

async function aSignIn({ clockIsWrongByMs = 0 } = {}) {
  const stage = await stagePlex()
  const { clock, plexHttp } = stage
  const hidden: string[] = []
  const signIn = createPlexSignIn({
    plexTv: plexHttp,
    clientIdentifier: 'otp-test-0001',
    version: '0.1.0',
    clock: { ...clock, now: () => clock.now() + clockIsWrongByMs },
    hide: (secret) => hidden.push(secret),
  })
  return { ...stage, signIn, hidden }
}

function codeOf(link: string): string {
  return /code=([^&]+)/.exec(link)?.[1] ?? ''
}
