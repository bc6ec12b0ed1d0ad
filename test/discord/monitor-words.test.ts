import { expect, test } from 'vitest'
import type { MonitorStatus } from '../../src/core/api.js'
import { english } from '../../src/core/messages/english.js'
import { message } from '../../src/discord/message.js'
import { monitorStatus } from '../../src/discord/monitor-replies.js'
import { renderMessage } from '../../src/simulator/discord/render.js'
import { MessageBody } from '../../src/simulator/discord/shapes.js'
import { aStatus } from './fakes.js'

const sinceAt = Date.UTC(2026, 10, 22, 19)

test('/monitor status tells that what Plex announces comes through, and in which way', () => {
  expect(shown({ push: { kind: 'up', way: 'sse', sinceAt } })).toContain(
    'Listening to Plex: yes (server-sent events), since 2026-11-22 19:00 UTC',
  )
})

test('it tells why it does not, what OTP does instead, and what to look at', () => {
  const push = { kind: 'down', reason: 'the *proxy* said 502', sinceAt } as const
  const here = shown({ push })
  const away = shown({ push, plex: { ok: false, reason: 'No answer.' } })

  expect(here).toContain(
    'Listening to Plex: not since 2026-11-22 19:00 UTC: the *proxy* said 502. OTP asks at short intervals instead, and goes on trying. / If that lasts, see whether a proxy or firewall between OTP and Plex lets WebSockets through.',
  )
  expect(away).toContain('Listening to Plex: not since')
  expect(away).not.toContain('firewall')
})

test('it names the setting where it is switched off', () => {
  expect(shown({ push: { kind: 'off' } })).toContain(
    'Listening to Plex: off (`[monitor] push`), OTP asks at short intervals',
  )
})

test('it tells how fast streams were ended, once one was', () => {
  const terminateSent = { count: 1, p50Ms: 4, p95Ms: 4 }
  const gone = { count: 1, p50Ms: 9_000, p95Ms: 12_000 }

  expect(shown({ reaction: { terminateSent, gone } })).toContain(
    'Streams ended lately: 1; how soon they were told to stop: within 4 ms / How soon they were gone: half within 9.0 s, 95 % within 12 s',
  )
  expect(shown({ reaction: {} })).not.toMatch(/lately|gone/)
})

function shown(over: Partial<MonitorStatus>): string {
  const reply = monitorStatus(english.discord, aStatus(over))
  if (reply.kind !== 'say') throw new Error('OTP asked back')
  const { content, embeds } = MessageBody.parse(message(reply.message))
  const shownParts = { content: content ?? '', embeds: embeds ?? [], components: [] }
  return renderMessage(shownParts, { now: sinceAt, nameOf: (id: string) => id })
}
