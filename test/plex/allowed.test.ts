import { describe, expect, test } from 'vitest'
import {
  allowedAtAccount,
  allowedAtServer,
  isAllowed,
  listeningPaths,
  type Method,
} from '../../src/plex/allowed.js'
import { createPlexHttp } from '../../src/plex/http.js'
import { createTestClock } from '../support/clock.js'

const methods: Method[] = ['GET', 'POST', 'PUT', 'DELETE']

describe('what OTP may ask of the server', () => {
  test.each(methods.filter((one) => one !== 'GET'))(
    '%s on an item is impossible: it could delete the files',
    (method) => {
      for (const path of ['/library/metadata/6001', '/library/metadata/6001,6002', '/library/metadata']) {
        expect(isAllowed(allowedAtServer, method, path)).toBe(false)
        expect(isAllowed(allowedAtServer, method, `${path}/children`)).toBe(false)
      }
    },
  )

  test('only a transcode and a library by its number are ever deleted', () => {
    expect(isAllowed(allowedAtServer, 'DELETE', '/transcode/sessions/ab-12')).toBe(true)
    expect(isAllowed(allowedAtServer, 'DELETE', '/library/sections/31')).toBe(true)

    for (const path of [
      '/transcode/sessions/',
      '/transcode/sessions/..',
      '/transcode/sessions/a/../../library',
      '/library/sections',
      '/library/sections/',
      '/library/sections/all',
      '/library/sections/31/all',
      '/library/sections/31/refresh',
      '/library/sections/31%2F..%2Fmetadata',
      '/library/sections/31/../../metadata/6001',
      '/library/parts/6001',
      '/',
    ]) {
      expect(isAllowed(allowedAtServer, 'DELETE', path)).toBe(false)
    }
  })

  test.each(Object.values(listeningPaths))('%s is listened to and never asked: it does not end', (path) => {
    expect(path).toMatch(/^\/:\/[a-z]+\/notifications$/)
    for (const method of methods) expect(isAllowed(allowedAtServer, method, path)).toBe(false)
  })
})

describe('what OTP may ask of plex.tv', () => {
  test.each(methods)('%s cannot sign out or touch a member of the Plex Home', (method) => {
    for (const path of ['/api/v2/users/signout', '/users/sign_out', '/api/home/users/5', '/api/friends/5']) {
      expect(isAllowed(allowedAtAccount, method, path)).toBe(false)
    }
    expect(isAllowed(allowedAtAccount, method, '/api/home/users')).toBe(method === 'GET')
  })

  test.each(methods)('%s cannot remove a person, only PUT changes what holds for one', (method) => {
    expect(isAllowed(allowedAtAccount, method, '/api/v2/sharings/5')).toBe(method === 'PUT')
    expect(isAllowed(allowedAtAccount, method, '/api/v2/sharings')).toBe(false)
  })

  test('shares and grants are deleted only by their number', () => {
    for (const path of [
      '/api/servers/abc/shared_servers/12',
      '/api/v2/shared_servers/12',
      '/api/v2/shared_sources/12',
    ]) {
      const without = path.replace('/12', '')
      expect(isAllowed(allowedAtAccount, 'DELETE', path)).toBe(true)
      expect(isAllowed(allowedAtAccount, 'DELETE', without)).toBe(false)
      expect(isAllowed(allowedAtAccount, 'DELETE', `${without}/`)).toBe(false)
      expect(isAllowed(allowedAtAccount, 'DELETE', `${without}/..`)).toBe(false)
      expect(isAllowed(allowedAtAccount, 'DELETE', `${without}/owned`)).toBe(false)
    }
    expect(isAllowed(allowedAtAccount, 'DELETE', '/api/servers/abc')).toBe(false)
    expect(isAllowed(allowedAtAccount, 'DELETE', '/api/v2/pins/12')).toBe(false)
  })

  test('a share is changed by its number and by nothing else', () => {
    for (const path of ['/api/v2/shared_servers/12', '/api/servers/abc/shared_servers/12']) {
      const method = path.includes('v2') ? 'POST' : 'PUT'
      expect(isAllowed(allowedAtAccount, method, path)).toBe(true)
      expect(isAllowed(allowedAtAccount, method, path.replace('12', 'owned'))).toBe(false)
      expect(isAllowed(allowedAtAccount, method, `${path}/accept`)).toBe(false)
      expect(isAllowed(allowedAtAccount, method, `${path}/..`)).toBe(false)
    }
  })

  test('signing in goes by PIN, which nobody but a person can approve', () => {
    expect(isAllowed(allowedAtAccount, 'POST', '/api/v2/pins')).toBe(true)
    expect(isAllowed(allowedAtAccount, 'GET', '/api/v2/pins/700100200')).toBe(true)
    expect(isAllowed(allowedAtAccount, 'PUT', '/api/v2/pins/link')).toBe(false)
    expect(isAllowed(allowedAtAccount, 'POST', '/api/v2/users/signin')).toBe(false)
  })
})

test('a request that is not on the list throws before anything is sent', async () => {
  const http = createPlexHttp({
    name: 'The Plex server',
    url: () => 'http://127.0.0.1:1',
    token: () => 'secret',
    clientIdentifier: 'otp-test',
    version: '0.1.0',
    timeoutMs: 1_000,
    compressed: true,
    allowed: allowedAtServer,
    clock: createTestClock(),
  })

  await expect(http.ask({ method: 'DELETE', path: '/library/metadata/6001' })).rejects.toThrow('no business')
  await expect(http.read('/library/metadata/6001?x=1')).rejects.toThrow('no business')
})
