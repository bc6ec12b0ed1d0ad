import type { Clock } from '../../core/ports.js'
import type { Catalogue, SimLibrary, SimLibraryType } from './catalogue.js'
import { isFolder, scanShelf } from './shelf-scan.js'
import type { ServerSwitches } from './switches.js'

/** Libraries that are made, looked through and removed by request. Their folders are real ones of this machine. */
export function createShelves(needs: { clock: Clock; server: ServerSwitches; catalogue: Catalogue }) {
  const { clock, server, catalogue } = needs
  const closing = new AbortController()

  return { create, scan, close: () => closing.abort() }

  /** Undefined when the server would not take it. */
  function create(query: URLSearchParams): SimLibrary | undefined {
    const title = query.get('name') ?? ''
    const type = typeNames[query.get('type') ?? '']
    const agent = query.get('agent') ?? ''
    const scanner = query.get('scanner') ?? ''
    const folders = [...query.getAll('location'), ...query.getAll('locations')]

    const known = type && server.agents.includes(agent) && scanners[type].includes(scanner)
    if (!known || title === '' || folders.length === 0 || !folders.every(isFolder)) return undefined
    return catalogue.addLibrary({
      title,
      type,
      agent,
      scanner,
      language: query.get('language') ?? 'en-US',
      folders: folders.map((folder) => folder.replace(/(?<=.)\/+$/, '')),
      syncedAt: clock.now() + server.sectionSyncMs,
    })
  }

  /** Starts to look through the folders, which takes `scanMs`. Asking again meanwhile changes nothing. */
  function scan(library: SimLibrary): void {
    if (library.refreshing) return
    if (server.scanMs === 0) {
      scanShelf(catalogue, library)
      return
    }
    library.refreshing = true
    clock.sleep(server.scanMs, closing.signal).then(() => {
      library.refreshing = false
      if (!closing.signal.aborted && catalogue.libraries.includes(library)) scanShelf(catalogue, library)
    })
  }
}

/** Some clients send the word, the official document the number. */
const typeNames: Record<string, SimLibraryType> = {
  movie: 'movie',
  show: 'show',
  artist: 'artist',
  photo: 'photo',
  1: 'movie',
  2: 'show',
  8: 'artist',
  13: 'photo',
}

const videoFiles = 'Plex Video Files Scanner'
const scanners: Record<SimLibraryType, string[]> = {
  movie: ['Plex Movie', 'Plex Movie Scanner', videoFiles],
  show: ['Plex TV Series', 'Plex Series Scanner', videoFiles],
  artist: ['Plex Music'],
  photo: ['Plex Photo Scanner'],
}
