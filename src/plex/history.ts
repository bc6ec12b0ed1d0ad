import type { PlexServer } from '../core/ports.js'
import type { PlexHttp } from './http.js'
import { pagesOf } from './paging.js'
import { parseHistory, parsePage } from './parse-library.js'

type History = PlexServer['history']

/** What one account has watched to the end. */
export function createHistory(http: PlexHttp): { history: History } {
  return { history }

  async function history({ plexId, sinceAt }: Parameters<History>[0]): ReturnType<History> {
    const found: Awaited<ReturnType<History>> = []
    const query = {
      accountID: plexId,
      // The name of the field holds the comparison. Plex counts in seconds: an earlier part of the same one is no proof.
      'viewedAt>': String(Math.ceil(sinceAt / 1000)),
      sort: 'viewedAt:desc',
    }

    for await (const page of pagesOf(http, '/status/sessions/history/all', query)) {
      const rows = parseHistory(parsePage(page).rows)
      for (const { ratingKey, viewedAt, plexId: who } of rows) {
        if (ratingKey !== undefined && who === plexId && viewedAt >= sinceAt) {
          found.push({ ratingKey, viewedAt })
        }
      }
      if (rows.some(({ viewedAt }) => viewedAt < sinceAt)) break
    }
    return found
  }
}
