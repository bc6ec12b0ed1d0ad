import { errorFor } from './answer.js'
import type { PlexHttp, Query } from './http.js'
import { type ListPage, parsePage } from './parse-library.js'

const pageSize = 200

/** One page of a list, as the server answers it. */
export async function pageAt(http: PlexHttp, path: string, query: Query, start: number): Promise<unknown> {
  // As part of the query they are ignored where the list is narrowed by type.
  const answer = await http.ask({
    method: 'GET',
    path,
    query,
    headers: { 'X-Plex-Container-Start': String(start), 'X-Plex-Container-Size': String(pageSize) },
  })
  if (answer.kind !== 'done') throw errorFor(answer, http.name)
  return answer.data
}

/** Where the page after this one starts; undefined when there is none, or the server does not do pages. */
export function nextStart({ rows, offset, totalSize }: ListPage, start: number): number | undefined {
  const reached = (offset ?? start) + rows.length
  const ended = totalSize === undefined ? rows.length !== pageSize : reached >= totalSize
  return ended || reached <= start ? undefined : reached
}

/**
 * The pages of a list, one answer after the other. A server may ignore what is asked for: then the first page
 * holds everything, or the same page comes again, and the list ends there.
 */
export async function* pagesOf(http: PlexHttp, path: string, query: Query): AsyncGenerator<unknown> {
  let lastFirst: string | undefined

  for (let start = 0; ; ) {
    const data = await pageAt(http, path, query, start)
    const page = parsePage(data)
    const first = JSON.stringify(page.rows[0])
    if (page.rows.length === 0 || first === lastFirst) return
    yield data

    const next = nextStart(page, start)
    if (next === undefined) return
    lastFirst = first
    start = next
  }
}
