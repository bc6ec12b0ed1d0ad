import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isWhole } from '../support/slice.js'
import { createApi } from './api.js'
import { eventually } from './eventually.js'
import { createHand } from './household.js'
import { bootDeadlineMs, createProcesses, type Processes } from './processes.js'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 30_000 })

const settledWithinMs = 40_000
const killed = { code: null, signal: 'SIGKILL' }
/** Chooses the moments of the kills; another one gives other moments. */
const seed = 20_161_111
const kills = isWhole ? 10 : 3

let processes: Processes
beforeEach(() => {
  processes = createProcesses()
})
afterEach(() => processes.tidy())

test.each([
  ['before Plex has heard of it', 'before'],
  ['after Plex has heard of it', 'after'],
] as const)('killed while a stream is being ended, %s: it is ended and told once', async (_, when) => {
  const { hand, titles, serve } = await openStage()
  const first = await serve()
  await lendByDiscord(hand)
  await hand.act('accept', { user: 'guest.one' })

  await hand.disturb('plex', { match: 'GET /status/sessions/terminate', act: { kind: 'hang', when } })
  await hand.act('play', { user: 'guest.one', ratingKey: titles.other, offsetMs: 60_000, anyway: true })
  await eventually(
    'the call that ends the stream',
    async () => (await hand.asked('plex', 'GET', /terminate$/))[0],
  )
  first.service.signal('SIGKILL')
  expect(await first.service.ended).toEqual(killed)
  const { api } = await serve()

  await onlyOnce({ api, hand })
})

test('killed when card and message are sent but not written down as sent: nobody reads them twice', async () => {
  const { hand, titles, serve } = await openStage()
  const first = await serve()
  await lendByDiscord(hand)
  await hand.act('accept', { user: 'guest.one' })

  await hand.disturbDiscord({
    method: 'POST',
    route: '/messages',
    times: 2,
    kind: { kind: 'hang' },
    afterwards: true,
  })
  await hand.act('play', { user: 'guest.one', ratingKey: titles.other, anyway: true })
  await eventually('card and message', async () => {
    const { cards, dms } = await told(hand)
    return cards.length === 1 && dms.length === 1
  })
  first.service.signal('SIGKILL')
  expect(await first.service.ended).toEqual(killed)
  const { api } = await serve()

  await onlyOnce({ api, hand })
})

test(`killed at ${kills} moments of an assignment: never two invitations, never half of one`, async () => {
  const { hand, titles, serve } = await openStage()
  const random = randomFrom(seed)
  await hand.disturb('account', { match: '* /', times: 1_000_000, act: { kind: 'delay', ms: 20 } })
  const names = Array.from({ length: kills }, (_, at) => `${at % 2 === 1 ? 'friend' : 'stranger'}.${at}`)
  const answered = new Map<string, number>()

  let { api, service } = await serve()
  const usualMs = { stranger: await measured('stranger.first'), friend: await measured('friend.first') }
  for (const name of names) {
    await arrive(name)
    const request = api.add(name, titles.lent).then(
      ({ status }) => answered.set(name, status),
      () => undefined,
    )
    const wholeMs = name.startsWith('friend') ? usualMs.friend : usualMs.stranger
    await new Promise((resolve) => setTimeout(resolve, random() * wholeMs))
    service.signal('SIGKILL')
    expect(await service.ended).toEqual(killed)
    await request
    ;({ api, service } = await serve())
    await eventually(`${name} has all or nothing`, async () => whole(await standing(name)), settledWithinMs)
  }

  const outcomes = await Promise.all(names.map(standing))
  for (const [at, outcome] of outcomes.entries()) {
    const name = names[at] ?? ''
    expect(whole(outcome), `${name}: ${JSON.stringify(outcome)}`).toBe(true)
    expect(outcome.invitations, name).toBeLessThanOrEqual(1)
    if (answered.get(name) === 201) expect(outcome.assignments, name).toEqual(['pending given'])
  }
  await eventually('each guest has a label of their own, and no label is left of one', eachHasTheirLabel)
  // The seed is of no use unless it hits both sides.
  expect(new Set(outcomes.map(({ access }) => access))).toEqual(new Set(['none', 'invited']))

  async function arrive(name: string): Promise<void> {
    await hand.act('account', { user: name })
    if (name.startsWith('friend')) await hand.act('friend', { user: name })
  }

  /** How long it takes when nobody disturbs it: the kills are to fall within that. */
  async function measured(name: string): Promise<number> {
    await arrive(name)
    const from = Date.now()
    await api.add(name, titles.lent)
    return Date.now() - from
  }

  /** What was labelled for an invitation that may still turn up keeps its label until that is certain. */
  async function eachHasTheirLabel(): Promise<boolean> {
    const { labels, filters } = await hand.restrictions(titles.lent)
    const own = labels.filter((label) => /^Otp-\d+$/.test(label)).map((label) => `label=${label}`)
    return own.sort().join() === filters.sort().join()
  }

  async function standing(name: string) {
    const [access, open, asked] = await Promise.all([
      hand.access(name),
      api.assignments(),
      hand.asked('account', 'POST', /shared_servers/),
    ])
    const account = await hand.plexId(name)
    return {
      access,
      assignments: open
        .filter(({ guest, endedAt }) => guest.username === name && endedAt === undefined)
        .map((one) => `${one.state} ${one.access}`),
      invitations: asked.filter(({ body }) => {
        const text = JSON.stringify(body)
        return text.includes(`"${name}"`) || text.includes(`:${account}}`)
      }).length,
    }
  }
})

interface Standing {
  access: string
  assignments: string[]
}

/** Nothing at all, or one assignment with the invitation that it needs. */
function whole({ access, assignments }: Standing): boolean {
  if (access === 'none') return assignments.length === 0
  return access === 'invited' && assignments.length === 1 && assignments[0] === 'pending given'
}

async function onlyOnce({
  api,
  hand,
}: {
  api: ReturnType<typeof createApi>
  hand: ReturnType<typeof createHand>
}): Promise<void> {
  await eventually(
    'the end of the stream',
    async () => (await hand.streams('guest.one')).length === 0,
    settledWithinMs,
  )
  const violations = await eventually(
    'the end of the violation',
    async () => {
      const all = await api.violations()
      return all[0]?.endedAt === undefined ? undefined : all
    },
    settledWithinMs,
  )
  await eventually(
    'every message delivered',
    async () => {
      const { result } = await api.get('/api/v1/monitor')
      return /"waitingMessages":0/.test(JSON.stringify(result))
    },
    settledWithinMs,
  )

  const { cards, dms, posted } = await told(hand)
  expect(violations).toMatchObject([{ media: { title: 'Heat' }, repeats: 0 }])
  expect(violations[0]?.enforcement.map(({ rung }) => rung)).toEqual(['terminate'])
  expect(cards).toHaveLength(1)
  expect(dms).toHaveLength(1)
  expect(posted.filter((line, at) => posted.indexOf(line) !== at)).toEqual([])
  expect(await hand.access('guest.one')).toBe('shared')
  expect(await hand.objections()).toEqual([])
}

/** What was said about the stream, and all that was posted; what was edited later is not said twice. */
async function told(hand: ReturnType<typeof createHand>) {
  const posted = (await hand.transcript()).filter((line) => /^(#[\w-]+|dm \w+): /.test(line))
  return {
    posted,
    cards: posted.filter((line) => line.startsWith('#plex-admin: ') && line.includes('Heat')),
    dms: posted.filter((line) => line.startsWith('dm guest: ') && line.includes('Heat')),
  }
}

/** An assignment whose guest has a Discord user, with the message that tells of it. */
async function lendByDiscord(hand: ReturnType<typeof createHand>): Promise<void> {
  await hand.commands()
  const asked = await hand.slash({
    command: '/assign',
    options: { media: 'Arrival', member: '@guest', plex: 'guest.one' },
  })
  if (asked.buttons.some(({ label }) => label === 'Confirm')) await hand.click(asked.messageId, 'Confirm')
  await eventually('the message about the pass', async () =>
    (await told(hand)).posted.some((line) => line.startsWith('dm guest: ')),
  )
}

async function openStage() {
  const household = await processes.household()
  processes.write('config.toml', household.configToml)
  return { hand: createHand(household), titles: household.titles, serve }

  async function serve() {
    const service = await processes.serve([], { OTP_MONITOR_INTERVAL_MS: '100' })
    const api = createApi(service.url, household.apiKey)
    await eventually('readiness', async () => (await api.ready()).status === 200, bootDeadlineMs)
    return { service, api }
  }
}

/** A small generator of numbers from 0 to 1 that says the same for the same seed. */
function randomFrom(start: number): () => number {
  let state = start
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}
