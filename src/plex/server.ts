import type { PlexServer } from '../core/ports.js'
import { createHistory } from './history.js'
import type { PlexHttp } from './http.js'
import { createItems, itemPath } from './items.js'
import { createLabels } from './labels.js'
import { createLibraries } from './libraries.js'
import { parseCapabilities, parseIdentity } from './parse.js'
import { parseSessions } from './parse-sessions.js'
import { createStreams } from './streams.js'

/** The media server behind the given connection. */
export function createPlexServer(http: PlexHttp): PlexServer {
  const libraries = createLibraries(http)

  return {
    identity: async () => parseIdentity(await http.read('/identity')),
    capabilities: async () => parseCapabilities(await http.read('/')),
    sessions: async (patienceMs) =>
      parseSessions(await http.read('/status/sessions', {}, { urgent: true, patienceMs })),
    ...libraries,
    ...createItems(http, libraries),
    ...createLabels(http, libraries),
    ...createHistory(http),
    ...createStreams(http),
    linkTo,
  }
}

function linkTo(machineIdentifier: string, ratingKey: string): string {
  const key = encodeURIComponent(itemPath(ratingKey))
  return `https://app.plex.tv/desktop/#!/server/${machineIdentifier}/details?key=${key}`
}
