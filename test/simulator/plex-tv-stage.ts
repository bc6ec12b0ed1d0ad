import { onTestFinished } from 'vitest'
import { startPlexTv } from '../../src/simulator/plex/plex-tv.js'
import { createPlexWorld } from '../../src/simulator/plex/world.js'
import { createTestClock } from '../support/clock.js'

/** What plex.tv calls the two libraries that every simulated server begins with. */
export const films = 64100201
export const series = 64100202

export type Ask = Awaited<ReturnType<typeof stagePlexTv>>['ask']

/** A simulated plex.tv with one stranger, pat.otter, and ways to ask it with the owner's token. */
export async function stagePlexTv(options: { plexPass?: boolean } = {}) {
  const clock = createTestClock()
  const world = createPlexWorld({ clock, ...options })
  const pat = world.addAccount('pat.otter')
  const plexTv = await startPlexTv(world)
  onTestFinished(() => plexTv.close())
  const mid = world.machineIdentifier

  return {
    clock,
    world,
    people: world.people,
    behaviour: world.people.behaviour,
    pat,
    mid,
    plexTv,
    ask,
    ...ways(),
  }

  async function ask(
    line: string,
    how: {
      token?: string
      client?: string
      accept?: string
      body?: unknown
      form?: Record<string, string>
    } = {},
  ) {
    const [method = 'GET', path = '/'] = line.split(' ')
    const answer = await fetch(plexTv.url + path, {
      method,
      headers: {
        Accept: how.accept ?? 'application/json',
        'X-Plex-Token': how.token ?? world.owner.token,
        'X-Plex-Client-Identifier': how.client ?? 'test-1',
        ...(how.form === undefined && { 'Content-Type': 'application/json' }),
      },
      ...(how.body !== undefined && { body: JSON.stringify(how.body) }),
      ...(how.form !== undefined && { body: new URLSearchParams(how.form) }),
    })
    return { status: answer.status, body: await answer.text(), headers: answer.headers }
  }

  function ways() {
    return { invite, inviteV2, change, read }

    function invite(name: string, ids: readonly number[], settings?: unknown) {
      const shared_server = { library_section_ids: ids, invited_email: name }
      const body = {
        server_id: mid,
        shared_server,
        ...(settings !== undefined && { sharing_settings: settings }),
      }
      return ask(`POST /api/servers/${mid}/shared_servers`, { body })
    }

    function inviteV2(name: string, ids: readonly number[], more: Record<string, unknown> = {}) {
      const body = { machineIdentifier: mid, invitedEmail: name, librarySectionIds: ids, ...more }
      return ask('POST /api/v2/shared_servers', { body })
    }

    function change(shareId: number | undefined, ids: readonly number[]) {
      const body = { server_id: mid, shared_server: { library_section_ids: ids } }
      return ask(`PUT /api/servers/${mid}/shared_servers/${shareId}`, { body })
    }

    /** The JSON that a route answers. */
    async function read(path: string, how: { token?: string } = {}) {
      return JSON.parse((await ask(`GET ${path}`, how)).body)
    }
  }
}

/** The ids in the list of accepted or pending shares. */
export async function listed(ask: Ask, state: string): Promise<number[]> {
  const list: { id: number }[] = JSON.parse((await ask(`GET /api/v2/shared_servers/owned/${state}`)).body)
  return list.map((one) => one.id)
}
