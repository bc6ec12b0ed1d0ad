import { type PlexAnswer, readAnswer } from '../../src/plex/answer.js'
import { type PlexHttp, type PlexRequest, plexHttp } from '../../src/plex/http.js'

/** A server that answers as the table says, in ways that the simulated one does not; the last answer stays. */
export function anOddServer(answers: Record<string, readonly (object | number)[]>): {
  http: PlexHttp
  asked: PlexRequest[]
} {
  const asked: PlexRequest[] = []
  return { http: plexHttp('The Plex server', ask), asked }

  async function ask(request: PlexRequest): Promise<PlexAnswer> {
    const line = `${request.method} ${request.path}`
    const before = asked.filter((one) => `${one.method} ${one.path}` === line).length
    asked.push(request)
    const planned = answers[line] ?? []
    const answer = planned[before] ?? planned.at(-1)
    if (answer === undefined) throw new Error(`Nobody expected ${line}.`)

    const status = typeof answer === 'number' ? answer : 200
    const body = typeof answer === 'number' ? '' : JSON.stringify({ MediaContainer: answer })
    return readAnswer({ status, type: 'application/json', body }, 0)
  }
}
