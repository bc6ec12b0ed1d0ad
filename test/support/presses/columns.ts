import { expect } from 'vitest'
import { NO_RESPONSE } from '../../../src/simulator/discord/person.js'
import { BOT_PERMISSIONS, SEND_MESSAGES } from '../../../src/simulator/discord/shapes.js'
import { hour, second } from '../evening.js'
import { until } from '../until.js'
import { added } from './deeds.js'
import type { Home } from './home.js'
import type { Answer, Row, Scene } from './row.js'

const discordWaitsMs = 3 * second
const slowMs = 4 * second
const unknown = { kind: 'status', status: 404, code: 10062, message: 'Unknown interaction' } as const

/** A row under way: the scene is set, and nobody has acted yet. */
export interface Cell {
  home: Home
  row: Row
  scene: Scene
  deedsBefore: string[]
  seenBefore: { dms: number; linesOfLog: number }
}

/** What may be the matter while somebody acts. */
export const columns: Record<string, (cell: Cell) => Promise<void>> = {
  'as it should be': async (cell) => {
    await expectDone(cell, await acting(cell))
    await expectTold(cell)
  },

  'by somebody else': async (cell) => {
    const { home, row, scene } = cell
    if (row.whose === 'admins') scene.who.demote()
    const other = home.aMember()
    const act = row.whose === 'admins' ? scene.act(scene.who) : scene.forge?.(other)
    const answer = await home.inTime(act ?? Promise.reject(new Error('Nobody else can send it')))

    await home.pass(second, second)
    expect(answer.text).toMatch(row.refusal)
    expect(await deedsSince(cell)).toEqual([])
  },

  'while Plex is late': async (cell) => {
    const { home, row } = cell
    const from = home.discord.calls.length
    const startedAt = home.clock.now()
    const late = { times: 2, act: { kind: 'delay', ms: slowMs } } as const
    home.plexServer.faults.next({ match: 'GET /library', ...late })
    home.plexTv.faults.next({ match: '* /', ...late })
    const answer = await acting(cell)
    const tookMs = home.clock.now() - startedAt
    home.plexServer.faults.clear()
    home.plexTv.faults.clear()

    const acknowledged = home.discord.calls.slice(from).find(({ route }) => route.endsWith('/callback'))
    expect((acknowledged?.at ?? Number.NaN) - startedAt).toBeLessThan(discordWaitsMs)
    if (row.asksPlex) expect(tookMs).toBeGreaterThan(discordWaitsMs)
    if (row.whenLate) expect(answer.text).toMatch(row.whenLate)
    else await expectDone(cell, answer)
  },

  'while direct messages are closed': async (cell) => {
    const { home, scene } = cell
    const to = scene.dm?.to ?? scene.who
    to.closeDms()
    await expectDone(cell, await acting(cell))
    await home.pass(2 * second, second)
    expect(dmsSince(cell)).toEqual([])
    if (scene.dm) {
      const passedOn = new RegExp(
        `accepts no direct messages from me.*> ${scene.dm.text.source.replace(/^\^/, '')}`,
      )
      expect(home.adminChannel().filter((text) => passedOn.test(text))).not.toEqual([])
    }
    to.openDms()
  },

  'while the bot may not post': async (cell) => {
    const { home } = cell
    home.discord.setBotPermissions(BOT_PERMISSIONS & ~SEND_MESSAGES)
    await expectDone(cell, await acting(cell))
    home.discord.setBotPermissions(BOT_PERMISSIONS)
    await home.clock.leap(hour)
    await home.pass(2 * second, second)
    await expectTold(cell)
  },

  'when Discord does not know the interaction any more': async (cell) => {
    const { home, row, scene } = cell
    home.discord.fault({ method: 'POST', route: /\/callback$/, kind: unknown })
    const lost = scene.act(scene.who)
    await home.pass(discordWaitsMs + second, 2 * second)
    expect((await lost).text).toMatch(row.of.endsWith(':') ? nothingAtAll : new RegExp(`^${NO_RESPONSE}`))
    expect(await deedsSince(cell)).toEqual([])
    expect(unanswered(cell)).toBe(1)
    await expectDone(cell, await acting(cell))
  },

  'when Discord does not take the answer any more': async (cell) => {
    const { home, row, scene } = cell
    home.discord.fault({ route: '/webhooks/', times: Number.POSITIVE_INFINITY, kind: unknown })
    void scene.act(scene.who)
    await home.pass(2 * second, second)
    await expectTold(cell)
    if (!row.of.endsWith(':')) await home.passUntil('the answer to be lost', () => unanswered(cell) > 0)
    home.discord.clearFaults()
    expect(await deedsSince(cell)).toEqual(deedsOfScene(cell))
    expect(unanswered(cell)).toBe(row.of.endsWith(':') ? 0 : 1)
  },

  'when Discord has enough of requests': async (cell) => {
    const busy = { kind: 'rate-limit', retryAfterS: 0.02 } as const
    cell.home.discord.fault({ method: 'POST', route: /\/callback$/, kind: busy })
    cell.home.discord.fault({ route: '/webhooks/', kind: busy })
    await expectDone(cell, await acting(cell))
    cell.home.discord.clearFaults()
    await expectTold(cell)
  },

  'while the connection is away, and resumed': async (cell) => {
    const { home, scene } = cell
    const { gateway } = home.discord
    const resumes = gateway.counts.resumes
    gateway.dropAll()
    const answer = scene.act(scene.who)
    await until('the client to come back', () => gateway.counts.resumes > resumes)
    await expectDone(cell, await home.inTime(answer))
  },

  'after the connection was made anew': async (cell) => {
    const { gateway } = cell.home.discord
    const identifies = gateway.counts.identifies
    gateway.faults.forgetSessions = true
    gateway.dropAll()
    // Without moving the clock: an ending can be undone for half a minute only.
    await until('the login', () => gateway.counts.identifies > identifies)
    gateway.faults.forgetSessions = false
    await cell.home.settled()
    await expectDone(cell, await acting(cell))
  },

  'after a restart': async (cell) => {
    const { home, row } = cell
    await home.stop()
    await home.start()
    const answer = await acting(cell)
    if (row.afterRestart === undefined) return expectDone(cell, answer)
    await home.pass(second, second)
    expect(answer.text).toMatch(row.afterRestart)
    expect(await deedsSince(cell)).toEqual([])
  },

  'twice at once': async (cell) => {
    const { home, scene } = cell
    const answers = await home.inTime(Promise.all([scene.act(scene.who), scene.act(scene.who)]))
    await home.pass(2 * second, second)
    expect(await deedsSince(cell)).toEqual([...(scene.deedsOfTwo ?? scene.deeds)].sort())
    for (const { text } of answers) expect(text).not.toMatch(/went wrong|did not respond|^$/)
    expect(answers.some(({ text }) => scene.says.test(text))).toBe(true)
    if (scene.deedsOfTwo === undefined) await expectTold(cell)
  },
}

const nothingAtAll = /^$/

function acting({ home, scene }: Cell): Promise<Answer> {
  return home.inTime(scene.act(scene.who))
}

/** The answer is the one that was meant, and it was done, once. */
async function expectDone(cell: Cell, answer: Answer): Promise<void> {
  await cell.home.pass(2 * second, second)
  expect(answer.text).toMatch(cell.scene.says)
  expect(await deedsSince(cell)).toEqual(deedsOfScene(cell))
}

/** Whoever is to hear of it has heard, once. */
async function expectTold(cell: Cell): Promise<void> {
  const { dm, card } = cell.scene
  if (dm) await expectOnce(cell, () => dmsSince(cell), dm.text)
  if (card) await expectOnce(cell, cell.home.adminChannel, card)
}

/** With what there is instead, where it is not there. */
async function expectOnce({ home }: Cell, texts: () => string[], like: RegExp): Promise<void> {
  const found = () => texts().filter((text) => like.test(text))
  // An edit may rest for a minute, when a minute was busy.
  for (let waits = 0; waits < 30 && found().length === 0; waits += 1) await home.pass(2 * second, second)
  if (found().length !== 1) expect(texts().slice(-5)).toEqual([`just once: ${like}`])
}

function deedsOfScene({ scene }: Cell): string[] {
  return [...scene.deeds].sort()
}

async function deedsSince({ home, deedsBefore }: Cell): Promise<string[]> {
  return added(deedsBefore, await home.deeds())
}

function dmsSince({ home, scene, seenBefore }: Cell): string[] {
  if (!scene.dm) return []
  const { to } = scene.dm
  return home.discord
    .dms(to)
    .slice(seenBefore.dms)
    .filter((one) => !one.ephemeral)
    .map((one) => one.text)
}

function unanswered({ home, seenBefore }: Cell): number {
  const lines = home.logLines.slice(seenBefore.linesOfLog)
  return lines.filter((line) => line.includes('interaction could not be answered')).length
}
