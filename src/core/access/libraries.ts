import { all } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { refusals } from '../messages/refusals.js'
import type { Assignment, Invitation, Library } from '../model.js'
import type { Logger, NewLibrary, PlexServer, Store } from '../ports.js'
import { titleOf } from '../titles.js'

/** The libraries of the server, for the admins to look at, to make and to remove. */
export interface Libraries {
  list(): Promise<Library[]>
  /** Makes a library under a title that is free, and has it scanned. */
  make(request: NewLibrary & { by: string }): Promise<Library>
  /** Removes a library that no open assignment needs, never its files; `confirm` must be its exact title. */
  remove(request: { key: string; confirm?: string; by: string }): Promise<Library>
}

/** Without a store there are no assignments that could need a library. */
export function createLibraries(needs: {
  plexServer: PlexServer
  store: Store | undefined
  log: Logger
}): Libraries {
  const { plexServer, store, log } = needs

  return { list: plexServer.libraries, make, remove }

  async function make({ by, ...request }: NewLibrary & { by: string }): Promise<Library> {
    const wanted = checked(request)
    const there = await plexServer.libraries()
    if (there.some((one) => isTitled(one, wanted.title))) {
      throw new OtpError('conflict', refusals.libraryTitleTaken(wanted.title))
    }

    const made = await plexServer.createLibrary(wanted)
    log.info('library made', { library: made.key, by })
    await plexServer.scan(made.key).catch((error: unknown) => notScanned(made, error))
    return made
  }

  async function remove(request: { key: string; confirm?: string; by: string }): Promise<Library> {
    const { key, confirm, by } = request
    const library = (await plexServer.libraries()).find((one) => one.key === key)
    if (!library) throw new OtpError('library_not_found', refusals.libraryKeyUnknown(key))
    if (confirm !== library.title) {
      throw new OtpError('invalid_input', refusals.confirmLibrary(library.title))
    }

    const users = await usersOf(key)
    if (users.length > 0) throw new OtpError('conflict', refusals.libraryInUse(library.title, users))

    await plexServer.deleteLibrary({
      key,
      title: library.title,
      ...(library.uuid !== undefined && { uuid: library.uuid }),
    })
    log.info('library removed', { library: key, by })
    return library
  }

  /** Also what has ended counts until its access is gone: a share cannot be taken back without its library. */
  async function usersOf(key: string): Promise<string[]> {
    if (!store) return []

    const { machineIdentifier } = await plexServer.identity()
    const [assignments, invitations] = await Promise.all([
      all(store, 'assignment', { open: true }),
      all(store, 'invitation', { open: true, state: 'asked' }),
    ])
    return [
      ...assignments.map((one) => one.record).filter((one) => needsLibrary(one, key)),
      ...invitations.flatMap((one) => assignmentOf(one.record, key)),
    ]
      .filter((one) => one.machineIdentifier === machineIdentifier)
      .map(({ media, guest }) => (guest ? `${titleOf(media)} for ${guest.username}` : titleOf(media)))
  }
}

/** What is waiting to be invited has no guest yet. */
type Waiting = Omit<Assignment, 'guest'> & { guest?: Assignment['guest'] }

function assignmentOf({ purpose }: Invitation, key: string): Waiting[] {
  return purpose.kind === 'assignment' && needsLibrary(purpose.assignment, key) ? [purpose.assignment] : []
}

function needsLibrary({ media, privateLibrary }: Waiting, key: string): boolean {
  return media.libraryKey === key || privateLibrary?.libraryKey === key
}

function checked({ title, folders, ...rest }: NewLibrary): NewLibrary {
  const name = title.trim()
  if (name === '') throw new OtpError('invalid_input', refusals.libraryTitleMissing())
  if (folders.length === 0) throw new OtpError('invalid_input', refusals.foldersMissing())

  const wrong = folders.find((one) => !isAbsolute(one))
  if (wrong !== undefined) throw new OtpError('invalid_input', refusals.folderWrong(wrong))
  return { title: name, folders: [...new Set(folders)], ...rest }
}

/** The server may run on another system than OTP: /media, C:\Media and \\nas\media are all absolute. */
function isAbsolute(path: string): boolean {
  return /^(\/|[A-Za-z]:[\\/]|\\\\[^\\])/.test(path)
}

function isTitled(library: Library, title: string): boolean {
  return library.title.trim().toLowerCase() === title.toLowerCase()
}

function notScanned({ title, key }: Library, error: unknown): never {
  if (!(error instanceof OtpError)) throw error
  throw new OtpError(error.code, refusals.libraryNotScanned(title, key, error.message), { cause: error })
}
