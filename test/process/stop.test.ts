import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createApi } from './api.js'
import { eventually } from './eventually.js'
import { createHand } from './household.js'
import { bootDeadlineMs, createProcesses, type Processes, type Service } from './processes.js'

vi.setConfig({ testTimeout: 60_000 })

/** What section 11 of the contract promises for an orderly end. */
const stopWithinMs = 10_000
const atOnceMs = 2_000
const messageLeftAfterMs = 2_000
const clean = { code: 0, signal: null }
const always = 100_000

let processes: Processes
beforeEach(() => {
  processes = createProcesses()
})
afterEach(() => processes.tidy())

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends a service that is at rest', async (signal) => {
  const { service, hand } = await openStage()
  await hand.commands()

  const { outcome, tookMs } = await stopped(service, signal)

  expect(outcome).toEqual(clean)
  expect(tookMs).toBeLessThan(atOnceMs)
  expect(service.said.err).toBe('')
})

test('a request that is running is answered before the end', async () => {
  const { service, api, hand, titles } = await openStage()
  await hand.disturb('account', { match: 'POST /api/servers', act: { kind: 'delay', ms: 1_000 } })

  const running = api.add('guest.one', titles.lent).catch(() => ({ status: 'cut off' }))
  await eventually('the invitation', async () => (await hand.asked('account', 'POST', /shared_servers/))[0])
  const { outcome, tookMs } = await stopped(service, 'SIGTERM')

  expect(outcome).toEqual(clean)
  expect(tookMs).toBeLessThan(stopWithinMs)
  expect((await running).status).toBe(201)
  expect(await hand.access('guest.one')).toBe('invited')
})

test('a request that plex.tv never answers holds the end up for a moment only', async () => {
  const { service, api, hand, titles } = await openStage()
  await hand.disturb('account', { match: 'POST /api/servers', act: { kind: 'hang', when: 'before' } })

  const running = api.add('guest.one', titles.lent).catch(() => 'cut off')
  await eventually('the invitation', async () => (await hand.asked('account', 'POST', /shared_servers/))[0])
  const { outcome, tookMs } = await stopped(service, 'SIGTERM')

  expect(outcome).toEqual(clean)
  expect(tookMs).toBeLessThan(stopWithinMs)
  expect(await running).toBe('cut off')
})

test('a Plex server that hangs does not hold up the end', async () => {
  const { service, api, hand, titles } = await openStage()
  await api.add('guest.one', titles.lent)
  await hand.disturb('plex', { match: '* /', times: always, act: { kind: 'hang', when: 'before' } })
  await eventually('a reading that hangs', async () => {
    const readings = await hand.asked('plex', 'GET', /^\/status\/sessions$/)
    return readings.some(({ status }) => status === undefined)
  })

  const { outcome, tookMs } = await stopped(service, 'SIGTERM')

  expect(outcome).toEqual(clean)
  expect(tookMs).toBeLessThan(stopWithinMs)
})

test('a Discord that hangs does not hold up the end', async () => {
  const { service, api, hand, titles } = await openStage()
  await hand.commands()
  await hand.disturbDiscord({
    method: 'POST',
    route: '/messages',
    times: always,
    kind: { kind: 'hang' },
  })
  await api.add('guest.one', titles.lent)
  await hand.act('accept', { user: 'guest.one' })
  await hand.act('play', { user: 'guest.one', ratingKey: titles.other, anyway: true })
  await eventually('the end of the stream', async () => (await hand.streams('guest.one')).length === 0)

  const { outcome, tookMs } = await stopped(service, 'SIGTERM')

  expect(outcome).toEqual(clean)
  // The message was under way, or there would have been nothing to wait for.
  expect(tookMs).toBeGreaterThan(messageLeftAfterMs - 500)
  expect(tookMs).toBeLessThan(stopWithinMs)
  expect(service.said.err).toBe('')
})

test('a stream that Plex does not let go of does not hold up the end, and is ended after it', async () => {
  const { service, api, hand, titles, serve } = await openStage()
  await api.add('guest.one', titles.lent)
  await hand.act('accept', { user: 'guest.one' })
  await hand.disturb('plex', {
    match: 'GET /status/sessions/terminate',
    times: 3,
    act: { kind: 'hang', when: 'before' },
  })
  await hand.act('play', { user: 'guest.one', ratingKey: titles.other, anyway: true })
  await eventually('a call that hangs', async () => (await hand.asked('plex', 'GET', /\/terminate$/))[0])

  const { outcome, tookMs } = await stopped(service, 'SIGTERM')
  const again = await serve()
  await eventually('the end of the stream', async () => (await hand.streams('guest.one')).length === 0)
  const violations = await eventually('the outcome', async () => {
    const all = await again.api.violations()
    return all[0]?.endedAt === undefined ? undefined : all
  })

  expect(outcome).toEqual(clean)
  expect(tookMs).toBeLessThan(stopWithinMs)
  expect(violations).toMatchObject([{ repeats: 0 }])
  expect(violations[0]?.enforcement.map(({ rung, outcome }) => `${rung} ${outcome}`)).toEqual([
    'terminate unknown',
    'terminate accepted',
  ])
  expect(await hand.access('guest.one')).toBe('shared')
})

test('a second signal ends it at once', async () => {
  const { service, api, hand, titles } = await openStage()
  await hand.disturb('account', { match: 'POST /api/servers', act: { kind: 'hang', when: 'before' } })
  const running = api.add('guest.one', titles.lent).catch(() => 'cut off')
  await eventually('the invitation', async () => (await hand.asked('account', 'POST', /shared_servers/))[0])

  service.signal('SIGTERM')
  await eventually('the first signal', () => /stopping/.test(service.said.out))
  const { outcome, tookMs } = await stopped(service, 'SIGTERM')

  expect(outcome).toEqual({ code: 1, signal: null })
  expect(tookMs).toBeLessThan(atOnceMs)
  expect(await running).toBe('cut off')
})

async function stopped(service: Service, signal: 'SIGTERM' | 'SIGINT') {
  const from = Date.now()
  service.signal(signal)
  const outcome = await service.ended
  return { outcome, tookMs: Date.now() - from }
}

async function openStage() {
  const household = await processes.household()
  processes.write('config.toml', household.configToml)
  return { ...(await serve()), hand: createHand(household), titles: household.titles, serve }

  async function serve() {
    const service = await processes.serve([], { OTP_MONITOR_INTERVAL_MS: '100' })
    const api = createApi(service.url, household.apiKey)
    await eventually('readiness', async () => (await api.ready()).status === 200, bootDeadlineMs)
    return { service, api }
  }
}
