import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { MonitorStatus } from '../../src/core/api.js'
import type { PushHealth } from '../../src/core/model.js'
import { createMetrics, type Metrics, type Readings } from '../../src/metrics/metrics.js'
import { aStatus } from '../rest/answers.js'
import { readExposition, valueIn } from '../support/exposition.js'

const types = {
  otp_sessions_seen_total: 'counter',
  otp_violations_total: 'counter',
  otp_enforcement_steps_total: 'counter',
  otp_detection_to_terminate_seconds: 'histogram',
  otp_detection_to_end_seconds: 'histogram',
  otp_plex_request_duration_seconds: 'histogram',
  otp_plex_request_failures_total: 'counter',
  otp_discord_request_duration_seconds: 'histogram',
  otp_discord_request_failures_total: 'counter',
  otp_http_refusals_total: 'counter',
  otp_http_requests_total: 'counter',
  otp_up: 'gauge',
  otp_push_up: 'gauge',
  otp_push_way: 'gauge',
  otp_plex_token_accepted: 'gauge',
  otp_monitor_running: 'gauge',
  otp_last_pass_timestamp_seconds: 'gauge',
  otp_streams: 'gauge',
  otp_guests: 'gauge',
  otp_open_assignments: 'gauge',
  otp_open_violations: 'gauge',
  otp_outbox_messages: 'gauge',
  otp_messages_total: 'counter',
}

test('every metric is on the page with its type and a help text', async () => {
  const families = await read(createMetrics())
  const ours = [...families].filter(([name]) => name.startsWith('otp_'))

  expect(Object.fromEntries(ours.map(([name, { type }]) => [name, type]))).toEqual(types)
  for (const [name, { help }] of families) expect({ name, help }).toMatchObject({ help: /\w+ \w+/ })
})

test('the README names exactly these', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const named = readme.match(/\botp_[a-z_]+/g) ?? []

  expect([...new Set(named)].sort()).toEqual(Object.keys(types).sort())
})

test('what the process uses is told under the usual names', async () => {
  const families = await read(createMetrics())
  const own = [...families].filter(([name]) => !name.startsWith('otp_'))

  expect(own.map(([name, { type }]) => `${name} ${type}`)).toEqual([
    'process_cpu_user_seconds_total counter',
    'process_cpu_system_seconds_total counter',
    'process_cpu_seconds_total counter',
    'process_start_time_seconds gauge',
    'process_resident_memory_bytes gauge',
    'nodejs_heap_size_total_bytes gauge',
    'nodejs_heap_size_used_bytes gauge',
    'nodejs_external_memory_bytes gauge',
  ])
  expect(valueIn(families, 'process_resident_memory_bytes')).toBeGreaterThan(10_000_000)
  expect(valueIn(families, 'process_start_time_seconds')).toBeGreaterThan(1_700_000_000)
})

test('what the guard did is counted by verdict, rung and outcome', async () => {
  const metrics = createMetrics()
  metrics.meter.note({ kind: 'session-seen', verdict: 'violation' })
  metrics.meter.note({ kind: 'session-seen', verdict: 'allowed' })
  metrics.meter.note({ kind: 'session-seen', verdict: 'allowed' })
  metrics.meter.note({ kind: 'violation-seen' })
  metrics.meter.note({ kind: 'rung-done', rung: 'terminate', outcome: 'refused' })
  metrics.meter.note({ kind: 'rung-done', rung: 'stop', outcome: 'accepted' })
  const families = await read(metrics)

  const seen = ['allowed', 'violation', 'ignored', 'unsure'].map((verdict) =>
    valueIn(families, 'otp_sessions_seen_total', { verdict }),
  )
  expect(seen).toEqual([2, 1, 0, 0])
  expect(valueIn(families, 'otp_violations_total')).toBe(1)

  const steps = families.get('otp_enforcement_steps_total')?.series ?? []
  expect(steps).toHaveLength(28)
  expect(steps.filter(({ value }) => value > 0).map(({ labels }) => labels)).toEqual([
    { rung: 'terminate', outcome: 'refused' },
    { rung: 'stop', outcome: 'accepted' },
  ])
})

test('how fast it was is measured in seconds', async () => {
  const metrics = createMetrics()
  for (const afterMs of [3, 40, 250]) metrics.meter.note({ kind: 'terminate-sent', afterMs })
  metrics.meter.note({ kind: 'stream-gone', afterMs: 9_000 })
  const families = await read(metrics)
  const upTo = (le: string) => valueIn(families, 'otp_detection_to_terminate_seconds_bucket', { le })

  expect(['0.001', '0.005', '0.05', '0.2', '0.5', '30', '+Inf'].map(upTo)).toEqual([0, 1, 2, 2, 3, 3, 3])
  expect(valueIn(families, 'otp_detection_to_terminate_seconds_sum')).toBeCloseTo(0.293)
  expect(valueIn(families, 'otp_detection_to_end_seconds_bucket', { le: '5' })).toBe(0)
  expect(valueIn(families, 'otp_detection_to_end_seconds_bucket', { le: '10' })).toBe(1)
  expect(families.get('otp_detection_to_end_seconds')?.series.at(-3)?.labels).toEqual({ le: '+Inf' })
})

test('a clock that was set back takes nothing off', async () => {
  const metrics = createMetrics()
  metrics.meter.note({ kind: 'terminate-sent', afterMs: -5_000 })
  metrics.plexAnswered('server', { outcome: 'ok', tookMs: -5_000 })
  metrics.discordAnswered({ outcome: 'ok', tookMs: -5_000 })
  const families = await read(metrics)

  expect(valueIn(families, 'otp_detection_to_terminate_seconds_sum')).toBe(0)
  expect(valueIn(families, 'otp_plex_request_duration_seconds_sum', { side: 'server', outcome: 'ok' })).toBe(
    0,
  )
  expect(valueIn(families, 'otp_discord_request_duration_seconds_sum', { outcome: 'ok' })).toBe(0)
})

test('requests are timed by side and outcome, and those that failed are counted', async () => {
  const metrics = createMetrics()
  metrics.plexAnswered('server', { outcome: 'ok', tookMs: 20 })
  metrics.plexAnswered('server', { outcome: 'timeout', tookMs: 10_000 })
  metrics.plexAnswered('account', { outcome: '429', tookMs: 80 })
  metrics.discordAnswered({ outcome: '5xx', tookMs: 300 })
  const families = await read(metrics)
  const plex = (side: string, outcome: string) => [
    valueIn(families, 'otp_plex_request_duration_seconds_count', { side, outcome }),
    valueIn(families, 'otp_plex_request_failures_total', { side, outcome }),
  ]

  expect(plex('server', 'ok')).toEqual([1, undefined])
  expect(plex('server', 'timeout')).toEqual([1, 1])
  expect(plex('account', '429')).toEqual([1, 1])
  expect(plex('account', 'timeout')).toEqual([0, 0])
  const quick = { side: 'server', outcome: 'ok', le: '0.025' }
  expect(valueIn(families, 'otp_plex_request_duration_seconds_bucket', quick)).toBe(1)
  expect(valueIn(families, 'otp_discord_request_duration_seconds_sum', { outcome: '5xx' })).toBe(0.3)
  expect(valueIn(families, 'otp_discord_request_failures_total', { outcome: '5xx' })).toBe(1)
})

test('no caller makes up labels', async () => {
  const metrics = createMetrics()
  for (const method of ['GET', 'PROPFIND', 'MKCOL']) {
    metrics.apiAnswered({ method, route: 'none', status: 404 })
  }
  const families = await read(metrics)

  expect(families.get('otp_http_requests_total')?.series.map(({ labels, value }) => [labels, value])).toEqual(
    [
      [{ method: 'GET', route: 'none', status: '404' }, 1],
      [{ method: 'other', route: 'none', status: '404' }, 2],
    ],
  )
})

test('how things stand is read anew at each look', async () => {
  const metrics = createMetrics()
  const first = await read(metrics, { guests: 3, waitingMessages: 12, running: false })
  const second = await read(metrics, { account: { ok: false, reason: 'dead' }, violations: 0 })

  expect(valueIn(first, 'otp_guests')).toBe(3)
  expect(valueIn(first, 'otp_outbox_messages')).toBe(12)
  expect(valueIn(first, 'otp_monitor_running')).toBe(0)
  expect(valueIn(second, 'otp_guests')).toBe(1)
  expect(valueIn(second, 'otp_outbox_messages')).toBe(0)
  expect(valueIn(second, 'otp_monitor_running')).toBe(1)
  expect(valueIn(second, 'otp_open_assignments')).toBe(1)
  expect(valueIn(second, 'otp_open_violations')).toBe(0)
  expect(valueIn(second, 'otp_plex_token_accepted')).toBe(0)
  expect(valueIn(second, 'otp_streams', { of: 'guests' })).toBe(1)
  expect(valueIn(second, 'otp_streams', { of: 'others' })).toBe(2)
})

test.each<[PushHealth, (number | undefined)[]]>([
  [{ kind: 'up', way: 'websocket', sinceAt: 0 }, [1, 1, 0]],
  [{ kind: 'up', way: 'sse', sinceAt: 0 }, [1, 0, 1]],
  [{ kind: 'down', reason: 'it was closed', sinceAt: 0 }, [0, 0, 0]],
  [{ kind: 'off' }, [undefined, undefined, undefined]],
])('push %o', async (push, expected) => {
  const families = await read(createMetrics(), { push })

  expect([
    valueIn(families, 'otp_push_up'),
    valueIn(families, 'otp_push_way', { way: 'websocket' }),
    valueIn(families, 'otp_push_way', { way: 'sse' }),
  ]).toEqual(expected)
})

test('what cannot be read is left out, and the rest is told', async () => {
  const metrics = createMetrics()
  metrics.meter.note({ kind: 'violation-seen' })
  const fails = () => Promise.reject(new Error('The store is away, and its password is hunter2.'))
  const withoutStatus = await page(metrics, { status: fails })
  const withoutBoth = await page(metrics, { status: fails, parts: fails })

  expect(withoutStatus.has('otp_guests')).toBe(false)
  expect(valueIn(withoutStatus, 'otp_up', { part: 'store' })).toBe(0)
  expect(withoutBoth.has('otp_up')).toBe(false)
  expect(valueIn(withoutBoth, 'otp_violations_total')).toBe(1)
  expect(withoutBoth.has('process_cpu_seconds_total')).toBe(true)
})

test('two programs in one process share nothing', async () => {
  const [one, other] = [createMetrics(), createMetrics()]
  one.meter.note({ kind: 'violation-seen' })

  expect(valueIn(await read(one), 'otp_violations_total')).toBe(1)
  expect(valueIn(await read(other), 'otp_violations_total')).toBe(0)
})

function read(metrics: Metrics, status: Partial<MonitorStatus> = {}) {
  const whole = aStatus({
    account: { ok: true },
    push: { kind: 'up', way: 'websocket', sinceAt: 0 },
    ...status,
  })
  return page(metrics, { status: async () => whole })
}

async function page(metrics: Metrics, readings: Partial<Readings>) {
  const { type, text } = await metrics.page({
    status: async () => aStatus(),
    parts: async () => ({ plex: true, store: false }),
    ...readings,
  })
  expect(type).toBe('text/plain; version=0.0.4; charset=utf-8')
  return readExposition(text)
}
