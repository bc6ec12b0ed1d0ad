import { describe, expect, it } from 'vitest'
import type { MonitorStatus } from '../../src/core/api.js'
import { english } from '../../src/core/messages/english.js'
import { monitorStatus } from '../../src/discord/monitor-replies.js'
import { noticeMessage } from '../../src/discord/notices.js'
import { aStatus } from '../rest/answers.js'

describe('the admins', () => {
  it('are told of a dead token with the next step', () => {
    const { content } = noticeMessage(english.discord, { to: 'admins', notice: { kind: 'token-dead' } })
    expect(content).toMatch(/^plex\.tv does not accept the Plex token any more\..*`otp login`/)
  })

  it('are told when it works again', () => {
    const { content } = noticeMessage(english.discord, { to: 'admins', notice: { kind: 'token-works' } })
    expect(content).toBe('plex.tv accepts the Plex token again.')
  })
})

describe('/monitor status', () => {
  it('says that the token is dead, and nothing of one that lives', () => {
    const dead = { ok: false, reason: 'plex.tv does not accept the Plex token any more.' }
    expect(statusText({ account: dead })).toContain('plex.tv: does not accept the token any more.')
    expect(statusText({ account: { ok: true } })).not.toContain('token')
    expect(statusText({})).not.toContain('token')
  })
})

function statusText(over: Partial<MonitorStatus>): string {
  const reply = monitorStatus(english.discord, aStatus(over))
  return JSON.stringify(reply)
}
