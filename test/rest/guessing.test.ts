import { afterEach, describe, expect, test } from 'vitest'
import { createApiKeys } from '../../src/core/keys/api-keys.js'
import type { KeyScope } from '../../src/core/model.js'
import type { Secrets } from '../../src/core/ports.js'
import { createLimits } from '../../src/rest/limits.js'
import { allows } from '../../src/rest/route.js'
import { routes } from '../../src/rest/routes/index.js'
import type { AnsweredRequest } from '../../src/rest/server.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { secrets } from '../../src/util/secrets.js'
import { createTestClock } from '../support/clock.js'
import { fakeCore } from '../support/fake-core.js'
import { aStatus } from './answers.js'
import { json, startService, testKey } from './service.js'

const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

/** A service whose keys are real ones; nothing else of the core may be reached but the status. */
async function serve({ trustProxy = false } = {}) {
  const clock = createTestClock()
  const keys = createApiKeys({ store: createMemoryStore(), secrets, clock })
  const answered: AnsweredRequest[] = []
  const core = fakeCore({ findKey: keys.find, status: async () => aStatus() })
  const onAnswered = (one: AnsweredRequest) => void answered.push(one)
  const service = await startService(core, { clock, onAnswered, config: { trustProxy } })
  stops.push(service.stop)
  return { ...service, keys, answered, knock }

  /** The status of one look at the monitor with this key, said to come from there. */
  async function knock(key: string | undefined, forwardedFor?: string): Promise<number> {
    const headers = {
      ...(key !== undefined && { 'X-Api-Key': key }),
      ...(forwardedFor !== undefined && { 'X-Forwarded-For': forwardedFor }),
    }
    return (await service.ask('GET /api/v1/monitor', { headers })).status
  }
}

describe('guesses at keys', () => {
  test('are held up whoever they say they come from, where no proxy is trusted', async () => {
    const { knock, answered } = await serve()
    for (let at = 0; at < 20; at += 1) expect(await knock(`wrong-${at}`, `10.0.0.${at}`)).toBe(401)

    expect(await knock('wrong-again', '10.9.9.9')).toBe(429)
    expect(await knock(testKey, '10.9.9.9')).toBe(429)
    const codes = answered.map((one) => one.refused)
    expect(codes.filter((code) => code === 'unauthenticated')).toHaveLength(20)
    expect(codes.filter((code) => code === 'too_many_requests')).toHaveLength(2)
  })

  test('behind a trusted proxy count for the address that the proxy names last', async () => {
    const { knock } = await serve({ trustProxy: true })
    for (let at = 0; at < 20; at += 1)
      expect(await knock(`wrong-${at}`, `10.0.0.${at}, 203.0.113.5`)).toBe(401)

    expect(await knock('wrong-again', '198.51.100.1, 203.0.113.5')).toBe(429)
    expect(await knock(testKey, '203.0.113.5, 198.51.100.1')).toBe(200)
  })

  test('are only those with a key: who sends none makes nobody wait', async () => {
    const { knock } = await serve()
    for (let at = 0; at < 40; at += 1) expect(await knock(undefined)).toBe(401)

    expect(await knock(testKey)).toBe(200)
  })

  test('from one network of IPv6 count together, and an IPv4 address counts as itself', () => {
    const guessed = (first: string, second: string) => {
      const limits = createLimits(createTestClock())
      for (let at = 0; at < 20; at += 1) limits.noteFailed(first)
      try {
        limits.checkFailed(second)
        return 'apart'
      } catch {
        return 'together'
      }
    }

    expect(guessed('2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff')).toBe('together')
    expect(guessed('2001:db8:1:2::1', '2001:0DB8:0001:0002::9')).toBe('together')
    expect(guessed('2001:db8:1:2::1', '2001:db8:1:3::1')).toBe('apart')
    expect(guessed('2001:db8::1', '2001:db8:0:0:5::')).toBe('together')
    expect(guessed('fe80::1%eth0', 'fe80::2')).toBe('together')
    expect(guessed('::ffff:203.0.113.5', '203.0.113.5')).toBe('together')
    expect(guessed('203.0.113.5', '203.0.113.6')).toBe('apart')
    expect(guessed('::1', '::ffff:127.0.0.1')).toBe('apart')
  })

  test('learn nothing from the time: every key is compared, as a hash, whether one fits or not', async () => {
    const compared: string[] = []
    const watching: Secrets = {
      ...secrets,
      isSame(one, other) {
        compared.push(other)
        return secrets.isSame(one, other)
      },
    }
    const keys = createApiKeys({ store: createMemoryStore(), secrets: watching, clock: createTestClock() })
    const made = await keys.make({ name: 'first', scope: 'read', by: 'key:owner' })
    await keys.make({ name: 'second', scope: 'read', by: 'key:owner' })

    expect(await keys.find(made.secret)).toMatchObject({ name: 'first' })
    expect(await keys.find('wrong')).toBeUndefined()
    expect(compared.map((hash) => hash.length)).toEqual([64, 64, 64, 64])
  })
})

describe('a key of too small a scope', () => {
  const scopes: KeyScope[] = ['read', 'assign', 'admin']
  const all = routes(fakeCore()).flatMap((route) => route.methods.map((method) => ({ ...route, method })))

  test('is refused on every route, before anything of the request is read', async () => {
    const { keys, ask, answered } = await serve()
    let tried = 0
    for (const held of scopes) {
      const { secret } = await keys.make({ name: held, scope: held, by: 'key:owner' })
      for (const { method, path, scope } of all.filter((one) => !allows(held, one.scope))) {
        const sent = method === 'GET' ? {} : json({ name: 'mine', scope: 'admin' })
        const { status, body } = await ask(`${method} /api/v1${path.replace(/:\w+/g, '1')}`, {
          ...sent,
          headers: { 'Content-Type': 'application/json', 'X-Api-Key': secret },
        })
        expect({ held, method, path, scope, status }).toMatchObject({ status: 403 })
        expect(body).toMatchObject({ error: true, code: 'forbidden', result: null })
        tried += 1
      }
    }
    expect(tried).toBeGreaterThan(30)
    expect(answered.filter((one) => one.refused === 'forbidden')).toHaveLength(tried)
    expect(await keys.list()).toHaveLength(scopes.length)
  })

  test('cannot be asked for more by another method in a header', async () => {
    const { keys, ask } = await serve()
    const { secret } = await keys.make({ name: 'r', scope: 'read', by: 'key:owner' })
    const headers = {
      'X-Api-Key': secret,
      'X-HTTP-Method-Override': 'DELETE',
      'X-Original-URL': '/api/v1/keys',
    }

    expect((await ask('GET /api/v1/monitor', { headers })).body).toMatchObject({ result: { running: true } })
    expect((await ask('GET /api/v1/monitor?_method=DELETE', { headers })).status).toBe(400)
    expect((await ask('HEAD /api/v1/monitor/stop', { headers })).status).toBe(405)
  })
})

test('without a key every route is closed alike', async () => {
  const { ask } = await serve()
  for (const { methods, path } of routes(fakeCore())) {
    const { status, body } = await ask(`${methods[0]} /api/v1${path.replace(/:\w+/g, '1')}`)
    expect({ path, status }).toEqual({ path, status: 401 })
    expect(body).toMatchObject({ error: true, code: 'unauthenticated', result: null })
  }
})
