import { describe, expect, it } from 'vitest'
import { createRedactor } from '../../src/util/redact.js'

const redact = createRedactor(['known-secret', 'known-secret-longer', 'a/b secret', 'the', ''])

describe('the redactor', () => {
  it.each([
    ['a secret it was given', 'key known-secret.', 'key [hidden].'],
    ['the longer of two', 'known-secret-longer', '[hidden]'],
    ['a secret written for an address', 'q=a%2Fb%20secret', 'q=[hidden]'],
    ['a Plex token in an address', 'GET /x?X-Plex-Token=abc&y=1', 'GET /x?X-Plex-Token=[hidden]&y=1'],
    [
      'a Plex token in an encoded address',
      'x?u=%2Fx%3FX-Plex-Token%3Dabc',
      'x?u=%2Fx%3FX-Plex-Token%3D[hidden]',
    ],
    ['a Plex token in a header', 'x-plex-token: abc', 'x-plex-token: [hidden]'],
    ['a Plex token in JSON', '{"X-Plex-Token":"abc","a":1}', '{"X-Plex-Token":"[hidden]","a":1}'],
    ['a token in XML', '<user authToken="abc" id="1">', '<user authToken="[hidden]" id="1">'],
    ['a token in JSON', '{"authToken": "abc"}', '{"authToken": "[hidden]"}'],
    ['a bot header', 'Authorization: Bot MTk4.Cl2F.ZnCj', 'Authorization: Bot [hidden]'],
    ['a bearer header', 'authorization: Bearer abc-123', 'authorization: Bearer [hidden]'],
    [
      'a bot token by itself',
      'token MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs is wrong',
      'token [hidden] is wrong',
    ],
    [
      'a webhook',
      'POST /api/v10/webhooks/123/aW50ZX-J_x?wait=true',
      'POST /api/v10/webhooks/123/[hidden]?wait=true',
    ],
    [
      'an edit of an interaction',
      'PATCH /webhooks/123/aW50ZXJ/messages/@original',
      'PATCH /webhooks/123/[hidden]/messages/@original',
    ],
    ['an interaction', 'POST /interactions/123/aW50ZXJ/callback', 'POST /interactions/123/[hidden]/callback'],
    ['an e-mail address', 'for <ann.b+c@mail.example.org>.', 'for <[hidden]>.'],
    ['an e-mail address in an address', '/users?q=ann%40example.org', '/users?q=[hidden]'],
    ['a password in an address', 'redis://me:pass@host/0', 'redis://[hidden]@host/0'],
  ])('hides %s', (_, text, expected) => {
    expect(redact(text)).toBe(expected)
  })

  it.each([
    'the bot is ready, the Bot reconnected',
    'plex.token: expected text without spaces',
    'https://app.plex.tv/desktop/#!/server/abc/details?key=%2Flibrary%2Fmetadata%2F7',
    'at read (/app/node_modules/keyv@5.6.0/dist/index.js:12:3)',
    'GET /webhooks',
  ])('leaves %j as it is', (text) => {
    expect(redact(text)).toBe(text)
  })

  it.each([
    'a',
    'a.',
    'a+',
    'a-',
    'token',
    'x-plex-token',
    'x-plex-token ',
    '"a',
    'a@',
    'x@a.1',
    'Bearer a',
    'Bot ',
    '/webhooks/1/',
    'http://a',
    '\u00e9%40',
  ])('takes no long time over %j again and again', (piece) => {
    const text = piece.repeat(50_000 / piece.length)
    const startedAt = performance.now()
    redact(text)

    expect(performance.now() - startedAt).toBeLessThan(1_500)
  })
})
