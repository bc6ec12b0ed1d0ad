import { expect, test } from 'vitest'
import { anEvening, minute, second } from '../support/evening.js'
import { readExposition, valueIn } from '../support/exposition.js'

test('an evening with a stray and mishaps is on the page for Prometheus, without any secret', async () => {
  const evening = await anEvening({ config: '[access]\nfence = "library"' })
  const { admin, guest, world, discord, plexServer, plexTv, titles, clock, soon, pass } = evening
  await evening.start()
  await soon(admin.slash('/assign', { media: 'Arrival', member: guest, plex: 'friend.two' }))
  world.acceptInvitation('friend.two')
  await clock.leap(minute)
  await pass(2 * second)
  world.play('friend.two', titles.other)
  await pass(12 * second)
  expect(evening.terminations()).toHaveLength(1)

  const before = await read()
  plexServer.faults.next({ match: 'GET /status/sessions', act: { kind: 'answer', status: 503 } })
  plexServer.faults.next({ match: 'GET /status/sessions', act: { kind: 'reset', when: 'before' } })
  await pass(20 * second)
  await evening.api('GET', '/api/v1/monitor/user/nobody@example.test')
  const { families, text } = await read()

  const failed = (outcome: string) =>
    valueIn(families, 'otp_plex_request_failures_total', { side: 'server', outcome })
  const asked = (name: string, labels: Record<string, string>) => valueIn(families, name, labels) ?? 0
  expect([failed('5xx'), failed('reset'), failed('timeout')]).toEqual([1, 1, 0])
  expect(
    valueIn(before.families, 'otp_plex_request_failures_total', { side: 'server', outcome: '5xx' }),
  ).toBe(0)
  expect(asked('otp_plex_request_duration_seconds_count', { side: 'server', outcome: 'ok' })).toBeGreaterThan(
    10,
  )
  expect(
    asked('otp_plex_request_duration_seconds_count', { side: 'account', outcome: 'ok' }),
  ).toBeGreaterThan(3)
  expect(asked('otp_discord_request_duration_seconds_count', { outcome: 'ok' })).toBeGreaterThan(3)
  expect(
    valueIn(families, 'otp_http_requests_total', { method: 'GET', route: '/metrics', status: '200' }),
  ).toBe(1)
  const one = { method: 'GET', route: '/api/v1/monitor/user/:name', status: '404' }
  expect(valueIn(families, 'otp_http_requests_total', one)).toBe(1)
  expect(valueIn(families, 'otp_violations_total')).toBe(1)
  expect(valueIn(families, 'otp_sessions_seen_total', { verdict: 'violation' })).toBe(1)
  const rung = { rung: 'terminate', outcome: 'accepted' }
  expect(valueIn(families, 'otp_enforcement_steps_total', rung)).toBe(1)
  expect(valueIn(families, 'otp_detection_to_terminate_seconds_count')).toBe(1)
  expect(valueIn(families, 'otp_detection_to_end_seconds_count')).toBe(1)
  for (const part of ['plex', 'store', 'discord']) expect(valueIn(families, 'otp_up', { part })).toBe(1)
  expect(valueIn(families, 'otp_guests')).toBe(1)
  expect(valueIn(families, 'otp_open_assignments')).toBe(1)
  expect(valueIn(families, 'otp_outbox_messages')).toBe(0)
  expect(valueIn(families, 'otp_monitor_running')).toBe(1)

  const secrets = [
    'nobody@example.test',
    world.owner.token,
    discord.token,
    evening.apiKey,
    ...world.people.accounts.flatMap(({ email, username }) => [email, username]),
    ...[plexServer.url, plexTv.url].map((url) => url.replace('http://', '')),
  ]
  for (const secret of secrets) expect(text).not.toContain(secret)

  async function read() {
    const response = await soon(evening.ask('GET', '/metrics'))
    const text = await response.text()
    return { text, families: readExposition(text) }
  }
})
