import { transact } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { privateLibraries as words } from '../messages/private.js'
import { refusals } from '../messages/refusals.js'
import type { Assignment, Library, MediaFile, MediaItem, PrivateLibrary } from '../model.js'
import type { Clock, Logger, PlexAccount, PlexServer, PrivateShelf, Store } from '../ports.js'
import { titleOf } from '../titles.js'
import { fenceImpossible } from './fences.js'
import { type Holder, holderOf, type Recipient } from './private-holder.js'
import {
  changed,
  createPrivateListing,
  isMadeOf,
  isOurs,
  type StandingLibrary,
  scanPausesMs,
} from './private-listing.js'
import { libraryAround, libraryTitle, planFiles } from './private-plan.js'

/**
 * Libraries with one assignment's item alone, made of links or copies of its files. The assignment may be the draft
 * of an invitation that has not been sent yet.
 */
export interface PrivateLibraries {
  /**
   * Makes the library of an assignment, or finishes making it after a crash; answers it with step `made`. Must run
   * in the turn of the guest, or of whoever is being invited. Throws `fence_unavailable` when it cannot be made and
   * `conflict` when the assignment has ended meanwhile; what was made by then stays for `remove`.
   */
  make(assignmentId: string): Promise<PrivateLibrary>
  /**
   * Removes the library and its files, whatever has been made of them; done already is fine. Must run in the guest's
   * turn, after no share lists the library any more. Throws `conflict` when somebody else has changed the library.
   */
  remove(assignmentId: string): Promise<void>
}

interface Needs {
  plexServer: PlexServer
  plexAccount: PlexAccount
  shelf: PrivateShelf
  store: Store
  clock: Clock
  log: Logger
}

const progressEveryMs = 2_000

export function createPrivateLibraries(needs: Needs): PrivateLibraries {
  const { plexServer, plexAccount, shelf, store, clock, log } = needs
  const listing = createPrivateListing({ plexServer, clock })

  return { make, remove }

  async function make(assignmentId: string): Promise<PrivateLibrary> {
    const { lent, recipient } = await readOpen(assignmentId)
    const before = lent.privateLibrary
    if (before?.step === 'made') return before
    if (before?.step === 'removing') await remove(assignmentId)

    const planned = before?.step === 'making' ? before : await plan(lent, recipient)
    if (planned.libraryKey === undefined) await stock(assignmentId, planned)
    const library = await stand(assignmentId, planned)
    await plexServer.scan(library.libraryKey)
    const files = await filesOf(lent.media)
    const copies = await listing.copies(library, lent.media, files, () => readOpen(assignmentId))

    await shareable(lent.machineIdentifier, library, assignmentId)

    const made = await write(assignmentId, readOpen, ({ progress: _, ...it }) => ({
      ...it,
      copies,
      step: 'made',
    }))
    log.info('private library made', { assignment: assignmentId, library: library.libraryKey })
    return made
  }

  async function remove(assignmentId: string): Promise<void> {
    const holder = await holderOf(store, assignmentId)
    const before = holder?.lent.privateLibrary
    if (!before || before.step === 'removed') return

    const library = await write(assignmentId, read, (it) => ({ ...it, step: 'removing' }))
    await listing.remove(library)
    await shelf.clear(library.folder, library.files)
    await write(assignmentId, read, ({ progress: _, ...it }) => ({ ...it, step: 'removed' }))
    log.info('private library removed', { assignment: assignmentId })
  }

  /** Writes down all that is going to be made, before any of it is. */
  async function plan({ id, media }: Holder['lent'], recipient: Recipient): Promise<PrivateLibrary> {
    if (shelf.root === undefined) throw new OtpError('fence_unavailable', words.noRoot())

    // What is written down is removed in the end, which a missing folder would hold up.
    await shelf.open()
    const libraries = await plexServer.libraries()
    const around = libraryAround(shelf.root, libraries)
    if (around) throw fenceImpossible('private', words.rootInside(around.title))

    const files = await filesOf(media)
    const folderName = ['otp', recipient.plexId, id].filter((one) => one !== undefined).join('-')
    const show = await showOf(media, files)
    const planned: PrivateLibrary = {
      folder: shelf.pathOf(folderName),
      title: libraryTitle({ id, media, recipient }, libraries),
      type: media.type === 'movie' ? 'movie' : 'show',
      files: planFiles(files, show, (...names) => shelf.pathOf(folderName, ...names)),
      copies: {},
      step: 'making',
    }
    return save(id, readOpen, () => planned)
  }

  async function filesOf(media: MediaItem): Promise<MediaFile[]> {
    const files = await plexServer.files(media.ratingKey)
    if (files.length === 0) throw new OtpError('fence_unavailable', words.noFiles(titleOf(media)))
    return files
  }

  /** Episodes carry the year in which they were shown; their folder wants that of the show. */
  async function showOf(media: MediaItem, [file]: readonly MediaFile[]): Promise<MediaItem | undefined> {
    if (media.type === 'show') return media
    const key = file?.item.grandparentRatingKey
    return key === undefined ? undefined : plexServer.item(key)
  }

  /** Puts the files there; a copy that takes long says how far it is, and stops when the assignment ends. */
  async function stock(assignmentId: string, { files }: PrivateLibrary): Promise<void> {
    const stop = new AbortController()
    let written: Promise<unknown> = Promise.resolve()
    let lastAt = clock.now()

    try {
      await shelf.stock(files, note, stop.signal)
    } finally {
      // When progress could not be written, that is the reason why the copying stopped.
      await written
    }

    function note(doneBytes: number, totalBytes: number): void {
      if (clock.now() - lastAt < progressEveryMs) return
      lastAt = clock.now()
      const progress = { doneBytes, totalBytes }
      written = written.then(() => write(assignmentId, readOpen, (it) => ({ ...it, progress })))
      written.catch((error: unknown) => stop.abort(error))
    }
  }

  /** The library of the folder: found, or asked for once. */
  async function stand(assignmentId: string, planned: PrivateLibrary): Promise<StandingLibrary> {
    const there = await listing.find(planned)
    if (there && !isOurs(there, planned)) throw changed(planned)
    if (!there && planned.libraryKey !== undefined) {
      throw new OtpError('fence_unavailable', words.gone(planned.title))
    }

    const { key, title, uuid } = there ?? (await create(assignmentId))
    const known = { title, libraryKey: key, ...(uuid !== undefined && { uuid }) }
    return { ...(await write(assignmentId, readOpen, (it) => ({ ...it, ...known }))), libraryKey: key }
  }

  async function create(assignmentId: string): Promise<Library> {
    const asked = await write(assignmentId, readOpen, (it) => ({ ...it, askedAt: clock.now() }))
    const { title, type, folder } = asked
    try {
      return await plexServer.createLibrary({ title, type, folders: [folder] })
    } catch (error) {
      if (!(error instanceof OtpError) || error.code === 'plex_unreachable') return findOr(asked, error)

      await write(assignmentId, read, ({ askedAt: _, ...it }) => it)
      if (error.code !== 'plex_refused') throw error
      throw new OtpError('fence_unavailable', words.notMade(title, folder, error.message), { cause: error })
    }
  }

  /** plex.tv learns of a new library from the server, in its own time, and shares none before. */
  async function shareable(
    machineIdentifier: string,
    { libraryKey, title }: StandingLibrary,
    assignmentId: string,
  ): Promise<void> {
    for (const pauseMs of [0, ...scanPausesMs]) {
      if (pauseMs > 0) await clock.sleep(pauseMs)
      await readOpen(assignmentId)
      if ((await plexAccount.shareableLibraries(machineIdentifier)).includes(libraryKey)) return
    }
    throw new OtpError('fence_unavailable', words.notShareable(title))
  }

  /** Asking again could make a second one, so without an answer the library either shows or counts as not made. */
  async function findOr(asked: PrivateLibrary, error: unknown): Promise<Library> {
    const there = await listing.find(asked)
    if (!there) throw error
    return there
  }

  /** Writes the next step of a library that is there, and answers it. */
  function write(
    assignmentId: string,
    from: (id: string) => Promise<Holder>,
    next: (library: PrivateLibrary) => PrivateLibrary,
  ): Promise<PrivateLibrary> {
    return save(assignmentId, from, (library) => {
      if (!library) throw new Error(`Assignment ${assignmentId} has no private library`)
      return next(library)
    })
  }

  function save(
    assignmentId: string,
    from: (id: string) => Promise<Holder>,
    next: (library: PrivateLibrary | undefined) => PrivateLibrary,
  ): Promise<PrivateLibrary> {
    return transact(store, async () => {
      const holder = await from(assignmentId)
      const library = next(holder.lent.privateLibrary)
      return { changes: [holder.holding(library)], value: library }
    })
  }

  async function readOpen(assignmentId: string): Promise<Holder> {
    const holder = await read(assignmentId)
    if (!holder.isOpen) throw new OtpError('conflict', refusals.endedMeanwhile())
    return holder
  }

  async function read(assignmentId: string): Promise<Holder> {
    const holder = await holderOf(store, assignmentId)
    if (!holder) throw new Error(`Assignment ${assignmentId} is not in the store`)
    return holder
  }
}

/** The rating key that the guest's link opens: that of the copy where there is one. */
export function linkKeyOf({ fence, media, privateLibrary }: Assignment): string {
  const copy = fence === 'private' ? privateLibrary?.copies[media.ratingKey] : undefined
  return copy ?? media.ratingKey
}

/** Private libraries that the server still has although they should be gone, for the report of drift. */
export function leftBehind(
  assignments: readonly Assignment[],
  libraries: readonly Library[],
): { assignment: Assignment; library: Library }[] {
  return assignments.flatMap((assignment) => {
    const { privateLibrary, access } = assignment
    if (!privateLibrary || (privateLibrary.step !== 'removed' && access !== 'taken')) return []

    return libraries
      .filter((one) => isMadeOf(one, privateLibrary.folder))
      .map((library) => ({ assignment, library }))
  })
}
