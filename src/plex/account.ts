import { OtpError } from '../core/errors.js'
import type { Friend, PlexPerson, Share } from '../core/model.js'
import type { PlexAccount } from '../core/ports.js'
import { asSentence, errorFor, type PlexAnswer } from './answer.js'
import type { PlexHttp } from './http.js'
import { parseFriends, parseOwner, parseSectionIds, parseShares } from './parse-account.js'

type Invitation = Parameters<PlexAccount['invite']>[0]
type LibraryChange = Parameters<PlexAccount['setLibraries']>[0]
type ShareRef = Parameters<PlexAccount['removeShare']>[0]

/** plex.tv behind its two doors: the old routes answer at `plexTv`, the lists of shares at `clients`. */
export function createPlexAccount({ plexTv, clients }: { plexTv: PlexHttp; clients: PlexHttp }): PlexAccount {
  return { owner, friends, shares, invite, setLibraries, removeShare }

  async function owner(): Promise<PlexPerson> {
    return parseOwner(await plexTv.read('/api/v2/user'))
  }

  async function friends(): Promise<Friend[]> {
    return parseFriends(await plexTv.read('/api/users'))
  }

  // Pending ones first: a share that is accepted between the two reads then shows up in both, not in neither.
  async function shares(machineIdentifier: string): Promise<Share[]> {
    const read = async (state: 'accepted' | 'pending') => {
      const data = await clients.read(`/api/v2/shared_servers/owned/${state}`)
      return parseShares(data, machineIdentifier, state === 'accepted')
    }
    const pending = await read('pending')
    const accepted = await read('accepted')
    return [...new Map([...pending, ...accepted].map((share) => [share.shareId, share])).values()]
  }

  async function invite(request: Invitation): Promise<void> {
    const sectionIds = await sectionIdsFor(request)
    const answer = await inviteOnce(request, sectionIds)
    if (answer.kind === 'done') return
    if (isDuplicate(answer)) throw new OtpError('conflict', `plex.tv refused: ${asSentence(answer.reason)}`)
    throw errorFor(answer, plexTv.name)
  }

  /** Sent once. The newer route is asked only where the older one is gone, so that nothing can be made twice. */
  async function inviteOnce(request: Invitation, sectionIds: number[]): Promise<PlexAnswer> {
    const { machineIdentifier, to } = request
    const first = await plexTv.ask({
      method: 'POST',
      path: sharesPath(machineIdentifier),
      body: {
        server_id: machineIdentifier,
        shared_server: {
          library_section_ids: sectionIds,
          ...('plexId' in to ? { invited_id: accountNumber(to.plexId) } : { invited_email: to.name }),
        },
        sharing_settings: { allowSync: '0', allowCameraUpload: '0', allowChannels: '0' },
      },
    })
    if (!isDeadRoute(first)) return first

    return clients.ask({
      method: 'POST',
      path: '/api/v2/shared_servers',
      body: {
        machineIdentifier,
        librarySectionIds: sectionIds,
        ...('plexId' in to ? { invitedId: accountNumber(to.plexId) } : { invitedEmail: to.name }),
        settings: everythingOff,
      },
    })
  }

  async function setLibraries(request: LibraryChange): Promise<void> {
    const { machineIdentifier, shareId } = request
    const sectionIds = await sectionIdsFor(request)
    const answer = await plexTv.ask({
      method: 'PUT',
      path: `${sharesPath(machineIdentifier)}/${shareId}`,
      body: { server_id: machineIdentifier, shared_server: { library_section_ids: sectionIds } },
    })
    if (answer.kind !== 'done') throw errorFor(answer, plexTv.name)
  }

  async function removeShare({ machineIdentifier, shareId }: ShareRef): Promise<void> {
    const path = `${sharesPath(machineIdentifier)}/${shareId}`
    let answer = await plexTv.ask({ method: 'DELETE', path })
    if (answer.kind === 'refused' && [404, 405, 410].includes(answer.status) && !saysShareIsGone(answer)) {
      answer = await clients.ask({ method: 'DELETE', path: `/api/v2/shared_servers/${shareId}` })
    }
    const isGone = answer.kind === 'refused' && answer.status === 404
    if (answer.kind !== 'done' && !isGone) throw errorFor(answer, plexTv.name)
  }

  /**
   * The only way to a list of sections that is sent. An empty one would mean "every library" to one route and
   * "remove the share" to another, and a library that is not known yet would be left out silently.
   */
  async function sectionIdsFor(wanted: {
    machineIdentifier: string
    libraryKeys: readonly string[]
  }): Promise<number[]> {
    if (wanted.libraryKeys.length === 0) {
      throw new OtpError(
        'plex_refused',
        'OTP never sends an empty list of libraries to Plex. Remove the share instead.',
      )
    }
    const known = await readSectionIds(wanted.machineIdentifier)
    const missing = wanted.libraryKeys.filter((key) => !known.has(key))
    if (missing.length > 0) {
      throw new OtpError(
        'plex_refused',
        `plex.tv does not know the library with the key ${missing.join(', ')} yet. Nothing was sent; try again in a minute.`,
      )
    }
    return [...new Set(wanted.libraryKeys.flatMap((key) => known.get(key) ?? []))]
  }

  async function readSectionIds(machineIdentifier: string): Promise<Map<string, number>> {
    const server = encodeURIComponent(machineIdentifier)
    const answer = await plexTv.ask({ method: 'GET', path: `/api/v2/servers/${server}` })
    if (answer.kind === 'done') return parseSectionIds(answer.data)
    if (isDeadRoute(answer)) return parseSectionIds(await plexTv.read(`/api/servers/${server}`))
    throw errorFor(answer, plexTv.name)
  }
}

const everythingOff = {
  allowSync: false,
  allowChannels: false,
  allowCameraUpload: false,
  allowSubtitleAdmin: false,
  allowTuners: 0,
  filterMovies: '',
  filterTelevision: '',
  filterMusic: '',
  filterPhotos: null,
  filterAll: null,
}

function sharesPath(machineIdentifier: string): string {
  return `/api/servers/${encodeURIComponent(machineIdentifier)}/shared_servers`
}

function isDeadRoute(answer: PlexAnswer): boolean {
  return answer.kind === 'refused' && (answer.status === 404 || answer.status === 410)
}

/** A 404 may also mean that the route is gone: only words about the share tell the two apart. */
function saysShareIsGone({ status, reason }: Extract<PlexAnswer, { kind: 'refused' }>): boolean {
  return status === 404 && /\bshared?\b/i.test(reason)
}

function isDuplicate(answer: PlexAnswer): answer is Extract<PlexAnswer, { kind: 'refused' }> {
  if (answer.kind !== 'refused') return false
  return (answer.status === 400 || answer.status === 422) && /\balready\b/i.test(answer.reason)
}

function accountNumber(plexId: string): number {
  if (/^\d+$/.test(plexId)) return Number(plexId)
  throw new OtpError('invalid_input', `"${plexId}" is not a Plex account id: digits are expected.`)
}
