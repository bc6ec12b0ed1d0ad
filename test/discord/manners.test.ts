import { describe, expect, test } from 'vitest'
import { badManners } from '../support/discord-manners.js'

const quiet = { allowed_mentions: { parse: [] } }
const route = '/channels/1420000000000000010/messages'

function sent(body: unknown, more: { method?: string; route?: string } = {}): string[] {
  return badManners({ method: 'POST', route, at: 0, status: 200, body, ...more }, ['the.token.in.use'])
}

describe('what is sent to Discord must not show', () => {
  test.each([
    ['a token in an address', 'see /library?X-Plex-Token=abc'],
    ['the token in use', 'it is the.token.in.use'],
    ['an e-mail address', 'ask bob@example.test'],
    ['an e-mail address, escaped', 'ask bob\\@example\\.test'],
    ['the address of the server', 'at 192.168.0.7:32400'],
    ['this machine', 'at localhost:4040'],
    ['a name of plex.direct', 'at 192-168-0-7.abc.plex.direct'],
    ['a link elsewhere', '[here](https://evil.example/x)'],
    ['a key', 'the-key-of-the-evening-4711'],
  ])('%s', (_, content) => {
    expect(sent({ ...quiet, content })).not.toEqual([])
    expect(sent({ ...quiet, embeds: [{ fields: [{ name: 'n', value: content }] }] })).not.toEqual([])
  })

  test('and anything else may be sent', () => {
    expect(
      sent({
        ...quiet,
        content:
          'Open <https://app.plex.tv/desktop/#!/server/f00d/details?key=%2Flibrary>, *v1.41.3.9314*, <@1420000000000000010>, http\\:\\/\\/evil\\.example',
      }),
    ).toEqual([])
  })
})

describe('what is sent to Discord must notify nobody', () => {
  test.each([
    ['a message', { content: 'a' }, {}],
    ['an edit', { content: 'a' }, { method: 'PATCH', route: `${route}/1420000000000000011` }],
    ['a reply', { type: 4, data: { content: 'a' } }, { route: '/interactions/1/.../callback' }],
    ['an update', { type: 7, data: { content: 'a' } }, { route: '/interactions/1/.../callback' }],
    ['an edited reply', { content: 'a' }, { method: 'PATCH', route: '/webhooks/1/.../messages/@original' }],
    ['a follow-up', { content: 'a' }, { route: '/webhooks/1/...' }],
    ['a message for one', { content: 'a', allowed_mentions: { users: ['1420000000000000010'] } }, {}],
    ['a message for all', { content: 'a', allowed_mentions: { parse: ['everyone'] } }, {}],
  ])('%s', (_, body, where) => {
    expect(sent(body, where).join()).toContain('no allowed_mentions')
  })

  test('and says so', () => {
    expect(sent({ ...quiet, content: 'a' })).toEqual([])
    expect(
      sent({ type: 4, data: { ...quiet, content: 'a' } }, { route: '/interactions/1/.../callback' }),
    ).toEqual([])
    expect(sent({ type: 5, data: { flags: 64 } }, { route: '/interactions/1/.../callback' })).toEqual([])
    expect(sent({ recipient_id: '1420000000000000010' }, { route: '/users/@me/channels' })).toEqual([])
  })
})
