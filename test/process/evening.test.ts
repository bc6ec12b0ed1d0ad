import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createApi } from './api.js'
import { eventually } from './eventually.js'
import { createHand } from './household.js'
import { bootDeadlineMs, createProcesses } from './processes.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const processes = createProcesses()
let stage: Awaited<ReturnType<typeof openStage>>

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => processes.tidy())

test('what is lent by form is listed, straying from it is ended and told, and taking it back takes the access', async () => {
  const { api, hand, titles } = stage

  const added = await api.add('guest.one', titles.lent)
  const listed = await api.assignments('?state=pending')
  const invited = await hand.access('guest.one')
  await hand.act('accept', { user: 'guest.one' })
  await hand.act('play', { user: 'guest.one', ratingKey: titles.other, anyway: true })
  await eventually('the end of the stream', async () => (await hand.streams('guest.one')).length === 0)
  const [violation, ...others] = await eventually('the end of the violation', async () => {
    const all = await api.violations()
    return all[0]?.endedAt === undefined ? undefined : all
  })
  const labelled = await hand.restrictions(titles.lent)
  const removed = await api.remove('guest.one')

  expect(added).toMatchObject({
    status: 201,
    assignment: {
      state: 'pending',
      fence: 'label',
      invited: true,
      media: { title: 'Arrival' },
      createdBy: 'key:owner',
    },
  })
  expect(listed.map((one) => one.id)).toEqual([added.assignment.id])
  expect(invited).toBe('invited')
  expect(others).toEqual([])
  expect(violation).toMatchObject({
    guest: { username: 'guest.one' },
    media: { title: 'Heat' },
    allowed: [{ title: 'Arrival' }],
    enforcement: [{ rung: 'terminate', outcome: 'accepted', tookMs: expect.any(Number) }],
    repeats: 0,
  })
  expect(removed).toMatchObject({ status: 200, access: 'restored', ended: [{ state: 'revoked' }] })
  expect(await hand.access('guest.one')).toBe('none')
  const label = `Otp-${await hand.plexId('guest.one')}`
  expect(labelled).toEqual({ labels: [label], filters: [`label=${label}`] })
  expect(await hand.restrictions(titles.lent)).toEqual({ labels: [], filters: [] })
  expect(await api.assignments('?state=pending')).toEqual([])
  const transcript = await eventually('the card', async () => {
    const told = await hand.transcript()
    return told.some((line) => line.startsWith('#plex-admin: ') && line.includes('Heat')) ? told : undefined
  })
  expect(transcript.join('\n')).not.toMatch(/token-of|127\.0\.0\.1|@example/)
  expect(await hand.objections()).toEqual([])
})

test('otp lends, shows and takes back at the service, for scripts', async () => {
  const { otp, hand, titles } = stage

  const found = await otp(['search', 'arrival'])
  const assigned = await otp(['assign', 'friend.two', 'Arrival', '--expires', '36h', '--fence', 'library'])
  await hand.act('accept', { user: 'friend.two' })
  await hand.act('play', { user: 'friend.two', ratingKey: titles.other })
  await eventually('the end of the stream', async () => (await hand.streams('friend.two')).length === 0)
  const status = await otp(['status'])
  const violations = await otp(['violations', '--guest', 'friend.two'])
  const unassigned = await otp(['unassign', 'friend.two', '--reason', 'enough'])

  const all = [found, assigned, status, violations, unassigned]
  expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0])
  expect(all.map(({ err }) => err).join('')).toBe('')
  expect(found.values).toMatchObject([{ ratingKey: titles.lent, title: 'Arrival', year: 2016 }])
  expect(assigned.values).toMatchObject([
    { guest: { username: 'friend.two' }, fence: 'library', expiresAt: expect.any(String) },
  ])
  expect(status.values).toMatchObject([{ running: true, openAssignments: 1, plex: { ok: true } }])
  expect(violations.values).toMatchObject([
    { media: { title: 'Heat' }, enforcement: [{ rung: 'terminate' }] },
  ])
  expect(unassigned.values).toMatchObject([{ access: 'restored', ended: [{ endReason: 'enough' }] }])
  expect(await hand.access('friend.two')).toBe('none')
})

test('otp says by its exit code why it did nothing', async () => {
  const { otp } = stage

  const refused = await otp(['unassign', 'friend.two'])
  const unknown = await otp(['assign', 'friend.two', 'No Such Film'])
  const wrongKey = await otp(['status', '--key', 'some-other-key'])
  const wrongUsage = await otp(['assign', 'friend.two', 'Arrival', '--plays', 'many'])
  const wrongVerb = await otp(['asign'])
  const nobodyThere = await otp(['status', '--url', 'http://127.0.0.1:1'])

  const all = [refused, unknown, wrongKey, wrongUsage, wrongVerb, nobodyThere]
  expect(all.map(({ code }) => code)).toEqual([1, 1, 1, 2, 2, 3])
  for (const { err, values } of all) {
    expect(err.trim()).not.toBe('')
    expect(err).not.toMatch(/\n\s+at /)
    expect(values).toEqual([])
  }
})

async function openStage() {
  const household = await processes.household()
  processes.write('config.toml', household.configToml)
  const service = await processes.serve([], { OTP_MONITOR_INTERVAL_MS: '100' })
  const api = createApi(service.url, household.apiKey)
  await eventually('readiness', async () => (await api.ready()).status === 200, bootDeadlineMs)

  return { api, hand: createHand(household), titles: household.titles, otp }

  /** With the key from the file beside it; the port is not the one in the file. */
  async function otp(words: readonly string[]) {
    const { code, out, err } = await processes.run([...words, '--json'], { OTP_URL: service.url })
    const values = out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => z.unknown().parse(JSON.parse(line)))
    return { code, err, values }
  }
}
