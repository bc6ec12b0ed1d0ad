import { expect, onTestFinished } from 'vitest'
import { z } from 'zod'
import { startPlexServer } from '../../src/simulator/plex/server.js'
import { createPlexWorld } from '../../src/simulator/plex/world.js'
import { createTestClock } from '../support/clock.js'

interface Asking {
  token?: string
  accept?: string
  method?: string
  headers?: Record<string, string>
}

const row = z.looseObject({ title: z.string() })
const containerShape = z.object({
  MediaContainer: z.looseObject({
    Metadata: z.array(row).optional(),
    Directory: z.array(row).optional(),
    Hub: z.array(z.looseObject({ Metadata: z.array(row).optional() })).optional(),
  }),
})

/** A simulated server with one film and one show of three episodes, not started. */
export function stageWorld() {
  const clock = createTestClock()
  const world = createPlexWorld({ clock })
  onTestFinished(() => world.close())
  const film = world.addMovie({ title: 'Salt & Lanterns', minutes: 90 })
  return { clock, world, film, show: world.addShow({ title: 'Tin Harbour' }) }
}

/** The same server, started, with ways to ask it as its owner, as a guest and as nobody. */
export async function stageServer() {
  const stage = stageWorld()
  const server = await startPlexServer(stage.world)
  onTestFinished(() => server.close())

  return { ...stage, server, ask, read, titles, plain, control }

  function ask(path: string, how: Asking = {}) {
    const headers = { 'X-Plex-Token': how.token ?? 'token-of-quill', Accept: how.accept ?? 'text/xml' }
    return fetch(server.url + path, { headers: { ...headers, ...how.headers }, method: how.method ?? 'GET' })
  }

  function plain(path: string) {
    return fetch(server.url + path)
  }

  /** What the `MediaContainer` of a JSON answer holds. */
  async function read(path: string, how: Asking = {}) {
    const answer = await ask(path, { accept: 'application/json', ...how })
    expect([path, answer.status]).toEqual([path, 200])
    return containerShape.parse(await answer.json()).MediaContainer
  }

  /** The titles that a list has, libraries and items alike. */
  async function titles(path: string, how: Asking = {}): Promise<string[]> {
    const { Metadata = [], Directory = [], Hub = [] } = await read(path, how)
    const rows = [...Metadata, ...Directory, ...Hub.flatMap((hub) => hub.Metadata ?? [])]
    return rows.map((row) => row.title)
  }

  async function control(act: string, said: object): Promise<unknown> {
    const answer = await fetch(`${server.url}/_sim/${act}`, { method: 'POST', body: JSON.stringify(said) })
    return answer.json()
  }
}
