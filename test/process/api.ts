import { z } from 'zod'
import { assigned, assignment, ended, violation } from '../../src/wire/shapes.js'

const answer = z.object({ error: z.boolean(), reason: z.string(), result: z.unknown() })

/** The service over HTTP, as a script uses it. */
export function createApi(url: string, key: string) {
  return { get, post, add, remove, assignments, violations, ready }

  async function get(path: string): Promise<{ status: number; result: unknown; reason: string }> {
    return read(await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } }))
  }

  async function post(path: string, said: object) {
    return read(
      await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'x-api-key': key, 'content-type': 'application/json' },
        body: JSON.stringify(said),
      }),
    )
  }

  /** The seed's form. */
  async function form(path: string, fields: Record<string, string>) {
    return read(
      await fetch(`${url}/api/v1${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
        body: new URLSearchParams(fields),
      }),
    )
  }

  async function add(plexUsername: string, ratingKey: string) {
    const { status, result } = await form('/request/add', { plexUsername, ratingKey })
    return { status, assignment: assigned.parse(result) }
  }

  async function remove(plexUsername: string) {
    const { status, result } = await form('/request/remove', { plexUsername })
    return { status, ...ended.parse(result) }
  }

  async function assignments(query = '') {
    return z.array(assignment).parse((await get(`/api/v1/assignments${query}`)).result)
  }

  async function violations() {
    return z.array(violation).parse((await get('/api/v1/violations')).result)
  }

  async function ready(): Promise<{ status: number; reason: string }> {
    const { status, reason } = await get('/readyz')
    return { status, reason }
  }
}

async function read(response: Response) {
  const { reason, result } = answer.parse(await response.json())
  return { status: response.status, reason, result }
}
