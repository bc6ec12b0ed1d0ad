import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Change } from '../../src/core/ports.js'
import { openStore } from '../../src/store/open.js'
import { systemClock } from '../../src/util/clock.js'
import { createIds } from '../../src/util/ids.js'
import { anAssignment } from '../support/builders.js'
import { listenTo } from '../support/event-listener.js'
import { aHousehold, type Household } from './household.js'
import { type Measure, pause, quantile } from './measure.js'

const connections = 50
const blocks = 4
const perSecond = 200
const headers = { authorization: 'Bearer the-key-of-the-bench' }

interface Asked {
  times: number[]
  tookMs: number
}

/** A page of assignments beside a bare route that sends the same bytes; then how soon an event is heard. */
export async function benchRest({ quick }: { quick: boolean }): Promise<Measure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'otp-bench-'))
  const house = await aHousehold({ guests: 20, films: 40 })
  try {
    const storeUrl = `sqlite://${join(folder, 'otp.sqlite')}`
    await lendMany(storeUrl, house)
    const program = await house.start({ storeUrl })
    await pause(2_000)
    const page = `${program.url}/api/v1/assignments?limit=50`
    const pages = await benchPages(page, { folder, forMs: quick ? 1_000 : 4_000 })
    return [...pages, ...(await benchEvents(house, quick ? 40 : 200))]
  } finally {
    await house.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** A thousand that are over, beside what makes guests of those who will stray. */
async function lendMany(storeUrl: string, { world, names, lent }: Household): Promise<void> {
  const store = await openStore(storeUrl)
  const ids = createIds(systemClock)
  const { machineIdentifier } = world
  for (let batch = 0; batch < 10; batch += 1) {
    const changes = Array.from({ length: 100 }, (_, at): Change => {
      const id = ids.next()
      const username = names[at % names.length] ?? ''
      const guest = { plexId: String(world.people.account(username).plexId), username }
      const record = anAssignment({ id, machineIdentifier, guest, state: 'finished', access: 'taken' })
      return {
        kind: 'assignment',
        id,
        record: { ...record, media: { ...record.media, ratingKey: lent } },
        unless: 'exists',
      }
    })
    if (!(await store.commit(changes))) throw new Error('The store refused the assignments')
  }
  await store.close()
}

async function benchPages(
  page: string,
  { folder, forMs }: { folder: string; forMs: number },
): Promise<Measure[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const body = await bodyOf(page)
  const file = join(folder, 'body.json')
  await writeFile(file, body)
  const floor = await startFloor(file)
  const ours: Asked = { times: [], tookMs: 0 }
  const bare: Asked = { times: [], tookMs: 0 }
  try {
    await saturate(page, agent, 500)
    await saturate(floor.url, agent, 500)
    // Taking turns, so that whatever else the machine does hits both alike.
    for (let block = 0; block < blocks; block += 1) {
      add(ours, await saturate(page, agent, forMs))
      add(bare, await saturate(floor.url, agent, forMs))
    }
    const calm = await paced(page, agent, 5 * forMs)
    const [rate, most] = [rateOf(ours), rateOf(bare)]
    const what = `GET /assignments?limit=50, ${connections} connections`
    return [
      {
        what: `${what}: bare route, same bytes`,
        value: most,
        unit: 'per second',
        note: `${body.length} bytes`,
      },
      {
        what: `${what}: OTP`,
        value: rate,
        unit: 'per second',
        goal: 0.4 * most,
        note: `${((100 * rate) / most).toFixed(0)} % of the bare route`,
      },
      { what: `${what}: OTP as fast as it can, p99`, value: quantile(ours.times, 99), unit: 'ms' },
      { what: `${what}: OTP at ${perSecond} a second, p50`, value: quantile(calm, 50), unit: 'ms' },
      { what: `${what}: OTP at ${perSecond} a second, p99`, value: quantile(calm, 99), unit: 'ms', goal: 10 },
    ]
  } finally {
    floor.stop()
    agent.destroy()
  }
}

/** From the moment a stream begins that may not go on until somebody who listens has read of it. */
async function benchEvents(house: Household, strays: number): Promise<Measure[]> {
  const program = await house.start()
  const listener = listenTo(`${program.url}/api/v1/events?events=violation.seen`, headers)
  await listener.opened
  await pause(3_000)
  const taken: number[] = []
  for (let at = 0; at < strays; at += 1) {
    const before = listener.heard.length
    const startedAt = performance.now()
    const player = house.play(
      house.names[at % 10] ?? '',
      house.others[at % house.others.length]?.ratingKey ?? '',
    )
    while (listener.heard.length === before) await pause(1)
    taken.push(performance.now() - startedAt)
    player.stop()
    await pause(60)
  }
  listener.close()
  return [
    { what: 'a violation is heard of by who listens, p50', value: quantile(taken, 50), unit: 'ms' },
    { what: 'a violation is heard of by who listens, p95', value: quantile(taken, 95), unit: 'ms', goal: 20 },
  ]
}

/** Each connection asks again as soon as it is answered. */
async function saturate(url: string, agent: Agent, forMs: number): Promise<Asked> {
  const times: number[] = []
  const startedAt = performance.now()
  const askOn = async () => {
    while (performance.now() - startedAt < forMs) {
      const askedAt = performance.now()
      await ask(url, agent)
      times.push(performance.now() - askedAt)
    }
  }
  await Promise.all(Array.from({ length: connections }, askOn))
  return { times, tookMs: performance.now() - startedAt }
}

/** As many requests in a second, over all connections, whatever the answers take. */
async function paced(url: string, agent: Agent, forMs: number): Promise<number[]> {
  const times: number[] = []
  const under: Promise<void>[] = []
  const startedAt = performance.now()
  for (let at = 0; performance.now() - startedAt < forMs; at += 1) {
    const askedAt = performance.now()
    under.push(ask(url, agent).then(() => void times.push(performance.now() - askedAt)))
    await pause(Math.max(0, startedAt + ((at + 1) * 1_000) / perSecond - performance.now()))
  }
  await Promise.all(under)
  return times
}

function add(to: Asked, { times, tookMs }: Asked): void {
  to.times.push(...times)
  to.tookMs += tookMs
}

function rateOf({ times, tookMs }: Asked): number {
  return (times.length / tookMs) * 1_000
}

/** Only counts what comes: whoever asks runs beside what is measured, and must not stop to tidy up. */
function ask(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { agent, headers }, (answer) => {
      answer.resume()
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve()
        else reject(new Error(`Answered ${answer.statusCode}`))
      })
    })
    asking.on('error', reject)
    asking.end()
  })
}

async function bodyOf(url: string): Promise<string> {
  const answer = await fetch(url, { headers })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`Answered ${answer.status}: ${text}`)
  return text
}

async function startFloor(body: string): Promise<{ url: string; stop(): void }> {
  const child = fork(join(import.meta.dirname, 'rest-floor-child.ts'), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, FLOOR_BODY: body },
  })
  const [port] = await once(child, 'message')
  return { url: `http://127.0.0.1:${port}/`, stop: () => void child.kill('SIGKILL') }
}
