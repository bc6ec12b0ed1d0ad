import { OtpError } from '../core/errors.js'
import { refusals } from '../core/messages/refusals.js'
import type { Filters, Friend, PersonSettings, PlexPerson, Rights, Share } from '../core/model.js'
import type { Invited, PlexAccount } from '../core/ports.js'
import { asSentence, errorFor, isDeadRoute, type PlexAnswer } from './answer.js'
import { createGrants } from './grants.js'
import type { PlexHttp } from './http.js'
import {
  accountNumber,
  parseFriends,
  parseInvited,
  parseOwner,
  parseSectionIds,
  parseShares,
  withHome,
  withSettings,
} from './parse-account.js'
import { settingsAsJson, settingsAsQuery, settingsForInvitation } from './sharing-settings.js'

type Invitation = Parameters<PlexAccount['invite']>[0]
type LibraryChange = Parameters<PlexAccount['setLibraries']>[0]
type SettingsChange = Parameters<PlexAccount['setSettings']>[0]
type ShareRef = Parameters<PlexAccount['removeShare']>[0]

/** plex.tv behind its two doors: the old routes answer at `plexTv`, the lists of shares at `clients`. */
export function createPlexAccount({ plexTv, clients }: { plexTv: PlexHttp; clients: PlexHttp }): PlexAccount {
  return {
    owner,
    friends,
    shares,
    shareableLibraries,
    invite,
    setSettings,
    setLibraries,
    removeShare,
    ...createGrants(plexTv),
  }

  async function owner(): Promise<PlexPerson> {
    return parseOwner(await plexTv.read('/api/v2/user'))
  }

  async function friends(): Promise<Friend[]> {
    const [users, home] = await Promise.all([
      plexTv.read('/api/users'),
      plexTv.ask({ method: 'GET', path: '/api/home/users' }),
    ])
    const listed = parseFriends(users)
    if (home.kind === 'done') return withHome(listed, home.data)
    if (home.kind === 'refused' && [403, 404, 410].includes(home.status)) return listed
    throw errorFor(home, plexTv.name)
  }

  // Pending ones first: a share that is accepted between the two reads then shows up in both, not in neither.
  async function shares(): Promise<Share[]> {
    const pending = parseShares(await clients.read('/api/v2/shared_servers/owned/pending'), false)
    const accepted = parseShares(await clients.read('/api/v2/shared_servers/owned/accepted'), true)
    const listed = [...new Map([...pending, ...accepted].map((share) => [share.shareId, share])).values()]
    const isLacking = listed.some((one) => one.person && !one.settings)
    return withSettings(listed, isLacking ? await everybody() : [])
  }

  async function shareableLibraries(machineIdentifier: string): Promise<string[]> {
    return [...(await readSectionIds(machineIdentifier)).keys()]
  }

  async function invite(request: Invitation): Promise<Invited> {
    const sectionIds = await sectionIdsFor(request)
    const answer = await inviteOnce(request, sectionIds)
    if (answer.kind === 'done') return parseInvited(answer.data)
    if (isDeadRoute(answer)) throw noWay('invite anybody')
    throw answer.kind === 'refused'
      ? refusedInvitation(answer, request.filters)
      : errorFor(answer, plexTv.name)
  }

  function refusedInvitation(answer: Refused, filters: Filters): OtpError {
    const said = asSentence(answer.reason)
    if (restricts(filters) && saysNoRestriction(answer)) return noRestriction(said)
    if (isDuplicate(answer)) return new OtpError('conflict', refusals.alreadyInvited(said))
    if (saysNobody(answer)) return new OtpError('guest_not_found', refusals.unknownAccount(said))
    if (saysFull(answer)) return new OtpError('plex_refused', refusals.serverFull(said))
    return errorFor(answer, plexTv.name)
  }

  /**
   * Sent once, with the restriction in it. The newer route is asked only where the older one is gone, so that
   * nothing can be made twice.
   */
  async function inviteOnce(request: Invitation, sectionIds: number[]): Promise<PlexAnswer> {
    const { machineIdentifier, to, filters, rights } = request
    const first = await plexTv.ask({
      method: 'POST',
      path: sharesPath(machineIdentifier),
      body: {
        server_id: machineIdentifier,
        shared_server: {
          library_section_ids: sectionIds,
          ...('plexId' in to ? { invited_id: accountNumber(to.plexId) } : { invited_email: to.name }),
        },
        sharing_settings: settingsForInvitation(filters, rights),
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
        settings: settingsAsJson({ downloads: false, filters, ...(rights && { rights }) }),
      },
    })
  }

  /** The newer route sets all there is, so rights that nobody names are read before and sent back as they were. */
  async function setSettings({ plexId, settings: asked }: SettingsChange): Promise<void> {
    const invitedId = accountNumber(plexId)
    const rights = asked.rights ?? (await rightsOf(plexId))
    const settings = { ...asked, ...(rights && { rights }) }
    let answer = await clients.ask({
      method: 'POST',
      path: '/api/v2/sharing_settings',
      body: { invitedId, settings: settingsAsJson(settings) },
      repeatable: true,
    })
    if (isDeadRoute(answer)) {
      answer = await plexTv.ask({
        method: 'PUT',
        path: `/api/v2/sharings/${invitedId}`,
        query: settingsAsQuery(settings),
      })
    }
    if (isDeadRoute(answer)) throw noWay('change what a person may see')
    if (answer.kind === 'refused' && restricts(settings.filters) && saysNoRestriction(answer)) {
      throw noRestriction(asSentence(answer.reason))
    }
    if (answer.kind !== 'done') throw errorFor(answer, plexTv.name)
  }

  async function rightsOf(plexId: string): Promise<Rights | undefined> {
    return (await everybody()).find((one) => one.plexId === plexId)?.settings.rights
  }

  /** Without the Plex Home. */
  async function everybody(): Promise<Friend[]> {
    return parseFriends(await plexTv.read('/api/users'))
  }

  async function setLibraries(request: LibraryChange): Promise<void> {
    const { machineIdentifier, shareId } = request
    const sectionIds = await sectionIdsFor(request)
    let answer = await plexTv.ask({
      method: 'PUT',
      path: `${sharesPath(machineIdentifier)}/${shareId}`,
      body: { server_id: machineIdentifier, shared_server: { library_section_ids: sectionIds } },
    })
    if (isDeadRoute(answer)) {
      answer = await clients.ask({
        method: 'POST',
        path: `/api/v2/shared_servers/${shareId}`,
        body: { settings: settingsAsJson(await settingsToKeep(request)), librarySectionIds: sectionIds },
        repeatable: true,
      })
    }
    if (isDeadRoute(answer)) throw noWay('change the libraries of a share')
    if (answer.kind !== 'done') throw errorFor(answer, plexTv.name)
  }

  /** The newer route writes what holds for the person too, so all of that goes along as it is. */
  async function settingsToKeep({ shareId, settings }: LibraryChange): Promise<PersonSettings> {
    if (settings?.rights) return settings

    const share = (await shares()).find((one) => one.shareId === shareId)
    if (!share) {
      throw new OtpError(
        'plex_refused',
        'plex.tv does not list the share whose libraries were to change. Nothing was changed; try again in a minute.',
      )
    }
    const kept = settings ?? share.settings
    const rights = kept.rights ?? (share.person && (await rightsOf(share.person.plexId)))
    return { ...kept, ...(rights && { rights }) }
  }

  /** Never by removing the person, which would take the shares of other servers with it. */
  async function removeShare({ machineIdentifier, shareId }: ShareRef): Promise<void> {
    const first = await plexTv.ask({ method: 'DELETE', path: `${sharesPath(machineIdentifier)}/${shareId}` })
    if (first.kind === 'done' || saysShareIsGone(first)) return
    if (!mayWorkElsewhere(first)) throw errorFor(first, plexTv.name)

    const second = await clients.ask({ method: 'DELETE', path: `/api/v2/shared_servers/${shareId}` })
    if (second.kind === 'done' || (second.kind === 'refused' && second.status === 404)) return
    throw isDeadRoute(second) ? noWay('take this share away') : errorFor(second, plexTv.name)
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
    const known = await readSectionIds(wanted.machineIdentifier).catch(nothingSent)
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

function sharesPath(machineIdentifier: string): string {
  return `/api/servers/${encodeURIComponent(machineIdentifier)}/shared_servers`
}

function noWay(what: string): OtpError {
  return new OtpError(
    'plex_refused',
    `plex.tv offers OTP no way to ${what}. Do it in Plex, under Settings and Manage Library Access.`,
  )
}

/** Whatever keeps OTP from reading what it needs first, the change itself has not been asked for. */
function nothingSent(error: unknown): never {
  if (!(error instanceof OtpError) || error.code !== 'plex_unreachable') throw error
  throw new OtpError(error.code, error.message, { cause: error, unsent: true })
}

type Refused = Extract<PlexAnswer, { kind: 'refused' }>

/** A 404 may also mean that the route is gone: only words about the share tell the two apart. */
function saysShareIsGone(answer: PlexAnswer): boolean {
  return answer.kind === 'refused' && answer.status === 404 && /\bshared?\b/i.test(answer.reason)
}

function mayWorkElsewhere(answer: PlexAnswer): boolean {
  return answer.kind === 'refused' && [404, 405, 410].includes(answer.status)
}

/** The older route says it with 400, the newer one with 422; both use these for other refusals too. */
function isDuplicate(answer: Refused): boolean {
  if (answer.status === 409) return true
  return (
    (answer.status === 400 && /\balready\b/i.test(answer.reason)) ||
    (answer.status === 422 && /\balready has access\b/i.test(answer.reason))
  )
}

/** Texts vary, and a missing library is 404 too: only words about a person count. */
function saysNobody(answer: Refused): boolean {
  if (![400, 404, 422].includes(answer.status)) return false
  return (
    /\b(user|username|account|e-?mail)\b/i.test(answer.reason) &&
    /\bno\b|\bnot\b|invalid|unknown/i.test(answer.reason)
  )
}

function saysFull(answer: Refused): boolean {
  return [400, 403, 422].includes(answer.status) && /\b(maximum|too many|limit)\b/i.test(answer.reason)
}

function restricts(filters: Filters): boolean {
  return Object.values(filters).some((one) => one !== '')
}

/** A Plex Pass may have lapsed at plex.tv while the server still tells of one. */
function saysNoRestriction({ status, reason }: Refused): boolean {
  return [400, 402, 403, 422].includes(status) && /\bplex ?pass\b|\brestrict/i.test(reason)
}

function noRestriction(said: string): OtpError {
  const why = `plex.tv takes no restriction: ${said}`
  return new OtpError('fence_unavailable', refusals.fenceImpossible('label', why), { why })
}
