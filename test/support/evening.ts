import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type App, type AppNeeds, createApp } from '../../src/app.js'
import { loadConfig, secretsOf } from '../../src/config.js'
import type { Core } from '../../src/core/api.js'
import { buildStage, type Stage } from '../../src/simulator/stage.js'
import { createLogger } from '../../src/util/log.js'
import { createTestClock } from './clock.js'
import { createMortalClock, type MortalClock } from './mortal-clock.js'
import { watchRequests } from './requests.js'
import { watchStatements } from './statements.js'
import { until } from './until.js'

export const second = 1_000
export const minute = 60 * second
export const hour = 60 * minute

/** The monitor, the housekeeping, the outbox, the presence and the catalogue sleep between two rounds; so does who listens to Plex. */
const loops = { asking: 5, listening: 6 }
const usualStepMs = 500
/**
 * Looks without anything new, after which nothing more is to come of the last step. They are counted and not
 * timed: on a busy machine much time may pass between two of them in which nobody could do anything.
 */
const quietLooks = 4
/** The same while somebody waits for an answer, when time should stand still. */
const patientLooks = 60
/** The same while somebody waits for an answer that needs time to pass. */
const briefLooks = 12
/** How many more looks while a request is not over, which may hang for good. */
const patience = 20
const turnsOfALook = 5

const apiKey = 'the-key-of-the-evening-4711'

export type Evening = Awaited<ReturnType<typeof anEvening>>

/** What a test puts in the place of the usual. */
export type Seams = Pick<AppNeeds, 'accountTimeoutMs' | 'discordTimeoutMs' | 'disk'>

/** One run of the program; another one may follow on the same store. */
interface Run {
  app: App
  clock: MortalClock
  apiUrl: string
  core?: Core
  crashed: boolean
}

/**
 * The whole program in this process against the simulated household, on a clock that is moved by hand. `before`
 * sets the scene while the program is not running yet; `config` is added to what leads to the household. It is
 * over with the test, unless `whenOver` takes what closes it, so that several tests share one evening.
 */
export async function anEvening({
  config: more = '',
  push = false,
  before = () => {},
  whenOver = onTestFinished,
  seams = {},
}: {
  config?: string
  /** Listens to what Plex announces; an evening asks at intervals unless told. */
  push?: boolean
  seams?: Seams
  before?: (stage: Stage) => void
  whenOver?: (close: () => Promise<void>) => void
} = {}) {
  const clock = createTestClock()
  const stage = await buildStage({ clock, discordClock: clock })
  const folder = await mkdtemp(join(tmpdir(), 'otp-evening-'))
  const { world, plexServer, plexTv, discord, titles } = stage
  const storeUrl = `sqlite://${join(folder, 'otp.sqlite')}`
  const text = `${stage.configText({ apiPort: 0, apiKey, storeUrl })}\n${more}`
  const configFile = join(folder, 'config.toml')
  await writeFile(configFile, text, { mode: 0o600 })
  const { config, problems, origins } = await loadConfig({ file: configFile, env: {} })
  if (problems.length > 0)
    throw new Error(problems.map(({ key, message }) => `${key}: ${message}`).join('; '))
  config.monitor.push = push

  const logLines: string[] = []
  const answers: string[] = []
  const runs: Run[] = []
  const sleepers = push ? loops.listening : loops.asking
  const statements = watchStatements()
  const requests = watchRequests()
  const admin = discord.person('ann', { admin: true })
  const guest = discord.person('bob')
  const log = createLogger({
    level: 'debug',
    format: 'json',
    secrets: secretsOf(config),
    destination: { write: (line) => logLines.push(line) },
  })

  whenOver(close)
  before(stage)
  return {
    stage,
    world,
    plexServer,
    plexTv,
    discord,
    titles,
    config,
    configFile,
    apiKey,
    apiUrl: () => running().apiUrl,
    clock,
    logLines,
    answers,
    admin,
    guest,
    start,
    stop,
    crash,
    api,
    core,
    ask,
    pass,
    passUntil,
    passReading,
    soon,
    inTime,
    settled,
    readings,
    terminations,
    acts,
    cards,
    dms,
    adminChannel,
    told,
    troubles,
  }

  /** Starts the program, and waits until Discord knows its commands, unless Discord is away. */
  async function start({ discordAway = false } = {}): Promise<void> {
    const mortal = createMortalClock(clock)
    const app = createApp({
      config,
      configFile: { path: configFile, origins },
      clock: mortal,
      log,
      version: 'test',
      onFatal: () => {},
      ...seams,
    })
    const run: Run = { app, clock: mortal, apiUrl: '', crashed: false }
    const identifies = discord.gateway.counts.identifies
    runs.push(run)

    const { apiUrl = '', core } = await app.start()
    run.apiUrl = apiUrl
    run.core = core
    if (!discordAway) {
      await until('the login at Discord', () => discord.gateway.counts.identifies > identifies)
      await until('the slash commands', () => discord.commands().length > 0)
    }
    await settled()
  }

  async function stop(): Promise<void> {
    const run = runs.pop()
    if (run) await soon(run.app.stop())
  }

  /** Ends the program like a power cut: nothing that it was about to do is done any more. */
  async function crash(): Promise<void> {
    const run = runs.at(-1)
    if (!run) throw new Error('Nothing runs that could crash')
    run.crashed = true
    run.clock.die()
    discord.gateway.closeAll(4004)
    await until('the old connection to end', () => discord.gateway.connected() === 0)
  }

  async function api(method: string, path: string, body?: unknown) {
    const response = await soon(ask(method, path, body))
    const answer = await response.text()
    answers.push(answer)
    const json: unknown = JSON.parse(answer)
    return { status: response.status, json, text: answer }
  }

  /** What the edges of the program that runs now call. */
  function core(): Core {
    const { core: found } = running()
    if (!found) throw new Error('The program has not started yet')
    return found
  }

  /** A request that may never be answered. */
  function ask(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${running().apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  }

  function running(): Run {
    const run = runs.at(-1)
    if (!run || run.crashed) throw new Error('The program is not running')
    return run
  }

  /** Lets time pass in small steps, each of which is lived through before the next. */
  async function pass(ms: number, stepMs = usualStepMs): Promise<void> {
    const end = clock.now() + ms
    await settled()
    while (clock.now() < end) {
      await clock.advance(Math.min(stepMs, end - clock.now()))
      await settled()
    }
  }

  /** Lets time pass until something is the case, and no further. */
  async function passUntil<T>(what: string, look: () => T | Promise<T>, atMostMs = 30 * second) {
    const end = clock.now() + atMostMs
    await settled()
    for (;;) {
      const found = await look()
      if (found) return found
      if (clock.now() >= end) throw new Error(`Not within ${atMostMs} ms of the test clock: ${what}`)
      await clock.advance(usualStepMs)
      await settled()
    }
  }

  /** Lets time pass until just after a reading, so that what begins now is seen a whole interval later. */
  async function passReading(): Promise<void> {
    const before = readings()
    await passUntil('a reading of the sessions', () => readings() > before)
  }

  /** Awaits some work; time moves only when nothing else does. */
  async function soon<T>(work: Promise<T>, atMostMs = 30 * second): Promise<T> {
    let done = false
    const finished = work.finally(() => {
      done = true
    })
    finished.catch(() => {})

    for (let waitedMs = 0; waitedMs <= atMostMs; waitedMs += 250) {
      if (await isDoneOrQuiet(() => done, patientLooks)) return finished
      await clock.advance(250)
    }
    throw new Error(`Not done within ${atMostMs} ms of the test clock`)
  }

  /** Awaits some work that waits for time to pass itself: for a scan, or for what shows late. */
  async function inTime<T>(
    work: Promise<T>,
    { atMostMs = minute, stepMs = usualStepMs }: { atMostMs?: number; stepMs?: number } = {},
  ): Promise<T> {
    let done = false
    const finished = work.finally(() => {
      done = true
    })
    finished.catch(() => {})

    for (const end = clock.now() + atMostMs; clock.now() <= end; await clock.advance(stepMs)) {
      if (await isDoneOrQuiet(() => done, briefLooks)) return finished
    }
    throw new Error(`Not done within ${atMostMs} ms of the test clock`)
  }

  /** Waits until the program sleeps and nothing is on its way between it and the household. */
  async function settled(): Promise<void> {
    await until('OTP to come to rest', async () => {
      await isDoneOrQuiet(() => false, quietLooks)
      return (runs.at(-1)?.clock.sleeping() ?? sleepers) - requests.timed() >= sleepers
    })
  }

  /** True as soon as it is done, false when nothing happens any more. */
  async function isDoneOrQuiet(isDone: () => boolean, looks: number): Promise<boolean> {
    for (let before = happened(), quiet = 0, needed = looks; quiet < needed; ) {
      await look()
      if (isDone()) return true

      const now = happened()
      quiet = now === before && statements.open() === 0 ? quiet + 1 : 0
      before = now
      needed = requests.open() > 0 ? looks + patience : looks
    }
    return false
  }

  /** Changes with everything that is asked of the household, and whenever somebody goes to sleep. */
  function happened(): string {
    const asked = [plexServer.journal, plexTv.journal, discord.calls].map((journal) => journal.length)
    const answered = [plexServer.journal, plexTv.journal].map(
      (journal) => journal.slice(-20).filter((one) => one.status !== undefined).length,
    )
    return [...asked, ...answered, runs.at(-1)?.clock.slept() ?? 0].join()
  }

  /** How often the sessions have been read. */
  function readings(): number {
    return plexServer.journal.filter((one) => one.path === '/status/sessions').length
  }

  function terminations() {
    return plexServer.journal.filter((one) => one.path === '/status/sessions/terminate')
  }

  /** Whatever changed something for somebody at Plex, other than what a guest was given. */
  function acts(): string[] {
    const taking = /^\/(?:status\/sessions\/terminate|player\/|transcode\/)|\/shared_servers\/\d+$/
    return [...plexServer.journal, ...plexTv.journal]
      .filter((one) => taking.test(one.path))
      .map((one) => `${one.method} ${one.path.replace(/\/[\da-f]{40}|\/\d+$/g, '')}`)
  }

  /** What stands in the admin channel now. */
  function adminChannel(): string[] {
    return discord.channelMessages(discord.adminChannelId).map((one) => one.text)
  }

  function cards(): string[] {
    return adminChannel().filter((text) => text.startsWith('Stream '))
  }

  function dms(to = guest): string[] {
    return discord.dms(to).map((one) => one.text)
  }

  /** What people can read at this moment; who is told first is nobody's business. */
  function told(): { admins: string[]; guest: string[] } {
    return { admins: adminChannel(), guest: dms() }
  }

  /** What went wrong, as the log has it. */
  function troubles(): string[] {
    return logLines.filter((line) => /"level":"(?:warn|error)"/.test(line))
  }

  /** What hangs lets go when the household closes, so after a crash that comes first. */
  async function close(): Promise<void> {
    const crashed = runs.some((run) => run.crashed)
    if (crashed) await stage.close()
    for (const run of runs.splice(0)) {
      const stopped = run.app.stop()
      run.clock.revive()
      await soon(stopped)
    }
    if (!crashed) await stage.close()
    statements.stop()
    requests.stop()
    await rm(folder, { recursive: true, force: true })
    const inLog = discord.interactionTokens().filter((token) => logLines.some((line) => line.includes(token)))
    if (inLog.length > 0) throw new Error('The log shows what answers an interaction')
    if (discord.strictViolations.length > 0) throw new Error(discord.strictViolations.join('; '))
  }
}

/**
 * Gives whatever is on its way the time to arrive. On a busy machine a millisecond may be a single turn of the event
 * loop, in which no request gets far, so turns are counted as well.
 */
async function look(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1))
  for (let turn = 0; turn < turnsOfALook; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
