import { errorFor } from './answer.js'
import type { PlexHttp, Query } from './http.js'
import { parsePage } from './parse-library.js'

const pageSize = 200

/**
 * The pages of a list, one answer after the other. A server may ignore what is asked for: then the first page
 * holds everything, or the same page comes again, and the list ends there.
 */
export async function* pagesOf(http: PlexHttp, path: string, query: Query): AsyncGenerator<unknown> {
  let lastFirst: string | undefined

  for (let start = 0; ; ) {
    // As part of the query they are ignored where the list is narrowed by type.
    const answer = await http.ask({
      method: 'GET',
      path,
      query,
      headers: { 'X-Plex-Container-Start': String(start), 'X-Plex-Container-Size': String(pageSize) },
    })
    if (answer.kind !== 'done') throw errorFor(answer, http.name)

    const { rows, offset, totalSize } = parsePage(answer.data)
    const first = JSON.stringify(rows[0])
    if (rows.length === 0 || first === lastFirst) return
    yield answer.data

    const reached = (offset ?? start) + rows.length
    const ended = totalSize === undefined ? rows.length !== pageSize : reached >= totalSize
    if (ended || reached <= start) return
    lastFirst = first
    start = reached
  }
}
