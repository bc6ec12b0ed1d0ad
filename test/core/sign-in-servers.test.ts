import { describe, expect, it } from 'vitest'
import { bestFirst, createServerChoice } from '../../src/core/sign-in/server-choice.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { anAssignment, anOwner, theServer } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'
import {
  aConnection,
  anOwnedServer,
  createFakePlexSettings,
  createFakeSignIn,
} from '../support/fake-sign-in.js'

const byHand = 'http://127.0.0.1:32400'
const localHttps = aConnection({ url: 'https://192-168-7-20.sim.test:32400', secure: true })
const localHttp = aConnection({ url: 'http://192.168.7.20:32400' })
const remoteHttps = aConnection({ url: 'https://203-0-113-9.sim.test:32400', local: false, secure: true })
const remoteHttp = aConnection({ url: 'http://203.0.113.9:32400', local: false })
const relay = aConnection({
  url: 'https://198-51-100-4.sim.test:8443',
  local: false,
  relay: true,
  secure: true,
})

describe('the addresses of a server', () => {
  it('are tried from the own network and secure to the relay', () => {
    expect(bestFirst([relay, remoteHttp, localHttp, remoteHttps, localHttps])).toEqual([
      localHttps,
      localHttp,
      remoteHttps,
      remoteHttp,
      relay,
    ])
  })
})

describe('the servers', () => {
  it('are listed with their addresses, best first, and which one is in use', async () => {
    const { choice, plex } = aChoice()
    plex.stand(byHand)

    expect(await choice.servers()).toEqual([
      { ...attic, connections: [localHttps, localHttp, relay], inUse: true },
      { ...cellar, inUse: false },
    ])
  })

  it('are listed also while the one in use is away', async () => {
    const { choice } = aChoice()
    expect((await choice.servers()).map((one) => one.inUse)).toEqual([false, false])
  })
})

describe('choosing a server', () => {
  it('takes the best address that the server itself answers at', async () => {
    const { choice, plex, settings, moved } = aChoice()
    plex.stand(localHttps.url, 'somebody-else')
    plex.stand(localHttp.url)
    plex.stand(relay.url)

    expect(await choice.choose({ machineIdentifier: theServer, by: 'key:owner' })).toEqual({
      machineIdentifier: theServer,
      name: 'Attic Box',
      url: localHttp.url,
      version: '1.43.0',
    })
    expect(settings.written).toEqual([`url = ${localHttp.url}`])
    expect(moved()).toBe(1)
  })

  it('keeps an address that was set by hand while the server answers there', async () => {
    const { choice, plex, moved } = aChoice()
    plex.stand(byHand)
    plex.stand(localHttps.url)

    expect(await choice.choose({ machineIdentifier: theServer, by: 'key:owner' })).toMatchObject({
      url: byHand,
    })
    expect(moved()).toBe(0)
  })

  it('leaves a known address for a better one', async () => {
    const { choice, plex } = aChoice({ url: relay.url })
    plex.stand(relay.url)
    plex.stand(localHttp.url)

    expect(await choice.choose({ machineIdentifier: theServer, by: 'key:owner' })).toMatchObject({
      url: localHttp.url,
    })
  })

  it('takes the address given, without a slash at its end', async () => {
    const { choice, plex, settings } = aChoice()
    plex.stand('http://box.test:32400')

    await choice.choose({ machineIdentifier: theServer, url: 'http://box.test:32400/', by: 'key:owner' })
    expect(settings.written).toEqual(['url = http://box.test:32400'])
  })

  it.each([
    [
      'nothing answers there',
      'http://nobody.test:32400',
      'plex_unreachable',
      'does not answer at that address',
    ],
    ['another server answers there', 'http://cellar.test:32400', 'conflict', 'Another server than Attic Box'],
  ])('refuses an address when %s', async (_, url, code, words) => {
    const { choice, plex, settings } = aChoice()
    plex.stand('http://cellar.test:32400', 'server-two')

    await expect(choice.choose({ machineIdentifier: theServer, url, by: 'key:owner' })).rejects.toMatchObject(
      {
        code,
        message: expect.stringContaining(words),
      },
    )
    expect(settings.written).toEqual([])
  })

  it('refuses a server that answers nowhere, and says how many addresses were tried', async () => {
    const { choice } = aChoice()
    await expect(choice.choose({ machineIdentifier: theServer, by: 'key:owner' })).rejects.toMatchObject({
      code: 'plex_unreachable',
      message: expect.stringContaining('none of the 4 addresses'),
    })
  })

  it('refuses a server of somebody else, and names those of the account', async () => {
    const { choice } = aChoice()
    await expect(choice.choose({ machineIdentifier: 'server-nine', by: 'key:owner' })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('Attic Box, Cellar Box'),
    })
  })

  it('refuses while the address comes from the environment', async () => {
    const { choice, plex, settings } = aChoice()
    settings.fix('url', 'It comes from OTP_PLEX_URL.')

    await expect(choice.choose({ machineIdentifier: theServer, by: 'key:owner' })).rejects.toMatchObject({
      code: 'conflict',
      message: 'It comes from OTP_PLEX_URL.',
    })
    expect(plex.said).toEqual([])
  })

  it('refuses another server while passes are open on the present one', async () => {
    const { choice, plex, store, settings } = aChoice()
    plex.stand('http://attic.test:32400', 'server-two')
    const record = anAssignment()
    await store.commit([{ kind: 'assignment', id: record.id, record, unless: 'exists' }])

    await expect(choice.choose({ machineIdentifier: 'server-two', by: 'key:owner' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('One pass is still open on another server'),
    })
    expect(settings.written).toEqual([])
  })
})

const attic = anOwnedServer({ connections: [relay, localHttp, localHttps] })
const cellar = anOwnedServer({ machineIdentifier: 'server-two', name: 'Cellar Box' })

/** The owner has two servers; nothing answers yet. */
function aChoice({ url = byHand } = {}) {
  const clock = createTestClock()
  const plex = createFakeSignIn(clock)
  const settings = createFakePlexSettings({ url, token: 'token-of-owner' })
  const store = createMemoryStore()
  let moved = 0
  plex.person('token-of-owner', anOwner(), [attic, cellar])
  plex.use('token-of-owner')

  const choice = createServerChoice({
    plexSignIn: plex.port,
    plexSettings: settings.port,
    store,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    moved: async () => {
      moved += 1
    },
  })
  return { choice, plex, settings, store, moved: () => moved }
}
