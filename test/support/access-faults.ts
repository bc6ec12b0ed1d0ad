import { expect } from 'vitest'
import { z } from 'zod'
import type { SimAccount } from '../../src/simulator/plex/accounts.js'
import type { FaultAct } from '../../src/simulator/plex/faults.js'
import {
  assigned,
  assignment,
  failure,
  type WireAssigned,
  type WireAssignment,
} from '../../src/wire/shapes.js'
import { type AccessWorld, anAccessWorld } from './access-world.js'
import { minute, second } from './evening.js'

export type FaultyHouse = Awaited<ReturnType<typeof aFaultyHouse>>
export type Who = keyof typeof guests

/** What goes wrong, and for whom. */
export type Arrange = (house: FaultyHouse, guest: SimAccount) => void

/** An answer in one line, and what was made. */
interface Answer {
  said: string
  made?: WireAssigned
}

/** Where invitations are sent, the older way and the newer one. */
export const olderWay = 'POST /api/servers/'
export const newerWay = 'POST /api/v2/shared_servers'

/** Somebody without any tie to the owner, or a friend who sees nothing of the server. */
export const guests = {
  stranger: (house: AccessWorld) => house.newcomer(),
  friend: (house: AccessWorld) => house.acquaintance(),
} satisfies Record<string, (house: AccessWorld) => SimAccount>

export const everybody: Who[] = ['stranger', 'friend']

/** What plex.tv's older routes answer when they refuse. */
export function olderRefusal(status: number, words: string): FaultAct {
  const body = `<Response code="${status}" status="${words}"/>`
  return { kind: 'answer', status, type: 'text/xml;charset=utf-8', body }
}

/** The same of the newer ones. */
export function newerRefusal(status: number, words: string, code = status): FaultAct {
  const body = JSON.stringify({ errors: [{ code, message: words, status }] })
  return { kind: 'answer', status, type: 'application/json', body }
}

/** A page that says that nothing is there, as both kinds of routes do when they are gone. */
export const nothingThere: FaultAct = {
  kind: 'answer',
  status: 404,
  type: 'text/html',
  body: '<html><body><h1>404 Not Found</h1></body></html>',
}

/** What plex.tv does to the next requests that begin like this. */
export function atPlexTv(match: string, act: FaultAct, times = 1): Arrange {
  return ({ plexTv }) => plexTv.faults.next({ match, act, times })
}

export function atServer(match: string, act: FaultAct, times = 1): Arrange {
  return ({ plexServer }) => plexServer.faults.next({ match, act, times })
}

export function all(...arrangements: Arrange[]): Arrange {
  return (house, guest) => {
    for (const arrange of arrangements) arrange(house, guest)
  }
}

/** The household of the tables of access, with what is needed to see what a fault has done. */
export async function aFaultyHouse(options: Parameters<typeof anAccessWorld>[0] = {}) {
  const house = await anAccessWorld({ seams: { accountTimeoutMs: 200 }, ...options })
  const { api, ask, inTime, clock, pass, plexTv, plexServer } = house

  return {
    ...house,
    order,
    orderFilm,
    end,
    records,
    newest,
    sent,
    invitationAnswered,
    invitationSent,
    asked,
    meanwhile,
    later,
    whole,
    toldAdmins,
  }

  /** `POST /assignments`, with all that a program sees of the answer in one line. */
  async function order(body: { guest: string; media: string; add?: boolean }): Promise<Answer> {
    await clock.leap(5 * second)
    const response = await inTime(ask('POST', '/api/v1/assignments', body))
    const json: unknown = await response.json()
    const said = response.status === 201 ? undefined : failure.parse(json)
    if (said) {
      const wait = response.headers.get('retry-after')
      const more = wait === null ? '' : ` [Retry-After: ${wait}]`
      return { said: plain(`${response.status} ${said.code}: ${said.reason}${more}`, body.guest) }
    }
    const made = z.object({ result: assigned }).parse(json).result
    const passedOver = made.passedOver.map(({ fence, why }) => `not ${fence}: ${why}`)
    return { said: [`201 ${made.fence} ${made.state}`, ...passedOver].join('; '), made }
  }

  function orderFilm({ username }: SimAccount, more: object = {}) {
    return order({ guest: username, media: house.media.movie, ...more })
  }

  /** Takes a pass back: whether plex.tv confirmed it. */
  async function end(made: WireAssignment | undefined): Promise<string> {
    await clock.leap(5 * second)
    const response = await inTime(ask('DELETE', `/api/v1/assignments/${made?.id}`))
    return z.object({ result: z.object({ access: z.string() }) }).parse(await response.json()).result.access
  }

  /** The assignments that OTP has on record, newest first. */
  async function records(): Promise<string[]> {
    const { json } = await api('GET', '/api/v1/assignments')
    const { result } = z.object({ result: z.array(assignment) }).parse(json)
    return result.map((one) => `${one.state} ${one.access}`)
  }

  /** The newest of them. */
  async function newest(): Promise<WireAssignment | undefined> {
    const { json } = await api('GET', '/api/v1/assignments')
    return z.object({ result: z.array(assignment) }).parse(json).result[0]
  }

  /** What the last invitation asked plex.tv for. */
  function invitationSent(): Parameters<typeof house.world.people.invite>[0] {
    const [sentLast] = plexTv.journal.filter((one) => isInvitation(one)).slice(-1)
    const { shared_server: to, sharing_settings: settings } = sentBody.parse(sentLast?.body)
    const { library_section_ids: sectionIds, invited_id: plexId, invited_email: name = '' } = to
    return { to: plexId === undefined ? { name } : { plexId }, sectionIds, settings }
  }

  /** Does something while an answer is waited for. */
  async function meanwhile<T>(waiting: Promise<T>, work: () => Promise<void>): Promise<T> {
    waiting.catch(() => {})
    await work()
    return waiting
  }

  /** Whether plex.tv has answered the last invitation. */
  function invitationAnswered(): boolean {
    return plexTv.journal.findLast((one) => isInvitation(one))?.status !== undefined
  }

  /** How many invitations have been asked for, one way or the other. */
  function sent(): number {
    return plexTv.journal.filter((one) => isInvitation(one)).length
  }

  function asked(what: RegExp): number {
    return plexTv.journal.filter((one) => what.test(`${one.method} ${one.path}`)).length
  }

  /** Time passes, and what is done from time to time is done in it. */
  async function later(ms: number, stepMs = minute): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      await clock.leap(Math.min(left, stepMs))
      await pass(2 * second)
    }
  }

  /** Nothing is wrong with plex.tv and the server any more. */
  function whole(): void {
    plexTv.faults.clear()
    plexServer.faults.clear()
  }

  /** What the admins can read, without the name of the guest. */
  function toldAdmins({ username }: SimAccount): string[] {
    return house.adminChannel().map((text) => plain(text, username))
  }
}

/** Each fault for each kind of guest. */
export function forEach<T extends { who?: Who[] }>(faults: readonly T[]): (Omit<T, 'who'> & { who: Who })[] {
  return faults.flatMap(({ who = everybody, ...fault }) => who.map((one) => ({ ...fault, who: one })))
}

const sentBody = z.object({
  shared_server: z.object({
    library_section_ids: z.array(z.number()),
    invited_id: z.number().optional(),
    invited_email: z.string().optional(),
  }),
  sharing_settings: z
    .object({ filterMovies: z.string() })
    .transform((said) => ({ ...said, allowSync: false })),
})

function isInvitation({ method, path }: { method: string; path: string }): boolean {
  return method === 'POST' && /^\/api\/(servers\/\w+|v2)\/shared_servers$/.test(path)
}

/** Without the guest's name, which is another one in each test; with anything secret in it the test fails. */
function plain(text: string, guest: string): string {
  expect(text).not.toMatch(/@|:\/\/|token-of|sim-\w+-token/)
  return text.replaceAll(guest, 'GUEST')
}
