import { z } from 'zod'
import { eventually } from './eventually.js'
import type { Household } from './processes.js'

const state = z.object({
  people: z.array(
    z.object({
      username: z.string(),
      plexId: z.number(),
      libraries: z.array(z.string()),
      invited: z.boolean(),
    }),
  ),
  sessions: z.array(z.object({ user: z.string(), ratingKey: z.string(), state: z.string() })),
})
const sharing = z.object({
  people: z.array(
    z.object({
      settings: z.object({ filterMovies: z.string() }).nullable(),
      shares: z.array(z.unknown()),
    }),
  ),
})
const journal = z.array(
  z.object({
    method: z.string(),
    path: z.string(),
    body: z.unknown().optional(),
    status: z.int().optional(),
  }),
)
const seen = z.object({
  messageId: z.string(),
  text: z.string(),
  buttons: z.array(z.object({ label: z.string() })),
})

export type Asked = z.infer<typeof journal>[number]

/** The household's people and services, acted on from outside their process. */
export function createHand({ plexUrl, accountUrl, discord }: Household) {
  return {
    act,
    access,
    restrictions,
    plexId,
    streams,
    asked,
    disturb,
    slash,
    click,
    transcript,
    commands,
    objections,
    disturbDiscord,
  }

  /** Somebody does something: `play` (`anyway`: what an app still knows and may not see), `accept`, `stop`, … */
  async function act(verb: string, said: object): Promise<void> {
    await post(`${plexUrl}/_sim/${verb}`, said)
  }

  /** What plex.tv has for somebody: nothing, an invitation, or libraries. */
  async function access(username: string): Promise<'none' | 'invited' | 'shared'> {
    const { people } = state.parse(await read(`${plexUrl}/_sim/state`))
    const found = people.find((one) => one.username === username)
    if (found?.invited) return 'invited'
    return found && found.libraries.length > 0 ? 'shared' : 'none'
  }

  /** The labels on an item, and the restriction that each person on this server has. */
  async function restrictions(ratingKey: string): Promise<{ labels: string[]; filters: string[] }> {
    const labels = z.array(z.string()).parse(await read(`${plexUrl}/_sim/labels/${ratingKey}`))
    const { people } = sharing.parse(await read(`${plexUrl}/_sim/shares`))
    const shared = people.filter((one) => one.shares.length > 0)
    return { labels, filters: shared.map((one) => one.settings?.filterMovies ?? '') }
  }

  async function plexId(username: string): Promise<number | undefined> {
    const { people } = state.parse(await read(`${plexUrl}/_sim/state`))
    return people.find((one) => one.username === username)?.plexId
  }

  async function streams(username: string): Promise<string[]> {
    const { sessions } = state.parse(await read(`${plexUrl}/_sim/state`))
    return sessions.filter((one) => one.user === username).map((one) => one.ratingKey)
  }

  /** The requests that came in so far. */
  async function asked(of: 'plex' | 'account', method: string, path: RegExp): Promise<Asked[]> {
    const all = journal.parse(await read(`${of === 'plex' ? plexUrl : accountUrl}/_sim/journal`))
    return all.filter((one) => one.method === method && path.test(one.path))
  }

  async function disturb(of: 'plex' | 'account', fault: object): Promise<void> {
    await post(`${of === 'plex' ? plexUrl : accountUrl}/_sim/fault`, fault)
  }

  async function slash(said: object) {
    return seen.parse(await post(`${discord.url}/_sim/slash`, { person: 'ann', admin: true, ...said }))
  }

  async function click(messageId: string, label: string) {
    const said = { person: 'ann', admin: true, messageId, label }
    return seen.parse(await post(`${discord.url}/_sim/click`, said))
  }

  /** What everybody in Discord saw, in order. */
  async function transcript(): Promise<string[]> {
    return z.array(z.string()).parse(await read(`${discord.url}/_sim/transcript`))
  }

  async function commands(): Promise<number> {
    return eventually(
      'the slash commands',
      async () => z.array(z.unknown()).parse(await read(`${discord.url}/_sim/commands`)).length,
    )
  }

  async function objections(): Promise<string[]> {
    return z.array(z.string()).parse(await read(`${discord.url}/_sim/objections`))
  }

  async function disturbDiscord(fault: object): Promise<void> {
    await post(`${discord.url}/_sim/fault`, fault)
  }
}

async function read(url: string): Promise<unknown> {
  return (await fetch(url)).json()
}

async function post(url: string, said: object): Promise<unknown> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(said),
  })
  const body: unknown = await answer.json()
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${JSON.stringify(body)}`)
  return body
}
