import { OtpError } from '../errors.js'
import { doctor as words } from '../messages/doctor.js'
import type { Library } from '../model.js'
import type { PlexAccount, PlexServer, Store } from '../ports.js'
import type { Check, Connection } from './checks.js'

interface Needs {
  plexServer: PlexServer
  plexAccount: PlexAccount
  /** Undefined where nothing has been kept yet. */
  store: Store | undefined
}

/** The steps beyond the connection: what a pass needs of the server and of plex.tv. */
export async function checkWay(
  needs: Needs,
  { identity, capabilities, owner }: Connection,
): Promise<{ checks: Check[]; libraries?: Library[] }> {
  const { plexServer, plexAccount, store } = needs
  const tokenWorks = capabilities !== undefined
  const libraries = tokenWorks ? await attempt(() => plexServer.libraries()) : undefined

  return {
    checks: [await known(), await sections(), await sessions()],
    ...(Array.isArray(libraries) && { libraries }),
  }

  async function known(): Promise<Check> {
    if (!identity) return skipped('identity')

    const stored = (await store?.read('setting', 'server'))?.record
    if (stored?.name !== 'server') return good('identity', words.identity.first())
    if (stored.machineIdentifier === identity.machineIdentifier)
      return good('identity', words.identity.same())
    return bad('identity', words.identity.another(), words.identity.remedy())
  }

  async function sections(): Promise<Check> {
    if (!identity || !owner || !libraries) return skipped('sections')
    if (libraries instanceof OtpError) return bad('sections', libraries.message, words.sections.remedy())

    const lendable = libraries.filter(({ type }) => type === 'movie' || type === 'show')
    if (lendable.length === 0) return { ...good('sections', words.sections.none()), outcome: 'lacking' }

    const shareable = await attempt(() => plexAccount.shareableLibraries(identity.machineIdentifier))
    if (shareable instanceof OtpError) return bad('sections', shareable.message, words.sections.remedy())

    const missing = lendable.filter(({ key }) => !shareable.includes(key))
    if (missing.length === 0) return good('sections', words.sections.good(lendable.length))
    const titles = missing.map((one) => one.title)
    return bad('sections', words.sections.missing(titles), words.sections.remedy())
  }

  async function sessions(): Promise<Check> {
    if (!tokenWorks) return skipped('sessions')

    const found = await attempt(() => plexServer.sessions())
    if (found instanceof OtpError) return bad('sessions', found.message, words.sessions.remedy())
    return good('sessions', words.sessions.good(found.length))
  }
}

async function attempt<T>(ask: () => Promise<T>): Promise<T | OtpError> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof OtpError) return error
    throw error
  }
}

function good(check: Check['check'], found: string): Check {
  return { check, outcome: 'good', found }
}

function bad(check: Check['check'], found: string, remedy: string): Check {
  return { check, outcome: 'bad', found, remedy }
}

function skipped(check: keyof typeof words.skipped): Check {
  return { check, outcome: 'skipped', found: words.skipped[check]() }
}
