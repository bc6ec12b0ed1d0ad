import { describe, expect, test } from 'vitest'
import { allowedAtAccount, allowedAtServer, isAllowed, type Method } from '../../src/plex/allowed.js'
import { createPlexHttp } from '../../src/plex/http.js'
import { createTestClock } from '../support/clock.js'

const methods: Method[] = ['GET', 'POST', 'PUT', 'DELETE']

describe('what OTP may ask', () => {
  test.each(methods.filter((one) => one !== 'GET'))(
    '%s on an item is impossible: it could delete the files',
    (method) => {
      expect(isAllowed(allowedAtServer, method, '/library/metadata/6001')).toBe(false)
      expect(isAllowed(allowedAtServer, method, '/library/metadata/6001/children')).toBe(false)
      expect(isAllowed(allowedAtServer, method, '/library/sections/3')).toBe(false)
      expect(isAllowed(allowedAtServer, method, '/library/sections')).toBe(false)
    },
  )

  test('the only thing that is ever deleted at the server is a transcode', () => {
    expect(isAllowed(allowedAtServer, 'DELETE', '/transcode/sessions/ab-12')).toBe(true)

    for (const path of [
      '/transcode/sessions/',
      '/transcode/sessions/..',
      '/transcode/sessions/a/../../library',
    ]) {
      expect(isAllowed(allowedAtServer, 'DELETE', path)).toBe(false)
    }
  })

  test.each(methods)('%s cannot sign out, touch a Plex Home or remove a person', (method) => {
    for (const path of [
      '/api/v2/users/signout',
      '/api/home/users',
      '/api/home/users/5',
      '/api/v2/sharings/5',
    ]) {
      expect(isAllowed(allowedAtAccount, method, path)).toBe(false)
    }
  })

  test('a share is deleted only by its number', () => {
    expect(isAllowed(allowedAtAccount, 'DELETE', '/api/servers/abc/shared_servers/12')).toBe(true)
    expect(isAllowed(allowedAtAccount, 'DELETE', '/api/servers/abc/shared_servers/')).toBe(false)
    expect(isAllowed(allowedAtAccount, 'DELETE', '/api/servers/abc/shared_servers')).toBe(false)
    expect(isAllowed(allowedAtAccount, 'DELETE', '/api/servers/abc')).toBe(false)
  })

  test('a request that is not on the list throws before anything is sent', async () => {
    const http = createPlexHttp({
      name: 'The Plex server',
      url: 'http://127.0.0.1:1',
      token: 'secret',
      clientIdentifier: 'otp-test',
      version: '0.1.0',
      timeoutMs: 1_000,
      patienceMs: 0,
      allowed: allowedAtServer,
      clock: createTestClock(),
    })

    await expect(http.ask({ method: 'DELETE', path: '/library/metadata/6001' })).rejects.toThrow(
      'no business',
    )
    await expect(http.read('/library/metadata/6001?x=1')).rejects.toThrow('no business')
  })
})
