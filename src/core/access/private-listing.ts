import { OtpError } from '../errors.js'
import { privateLibraries as words } from '../messages/private.js'
import type { Library, MediaFile, MediaItem, PrivateLibrary } from '../model.js'
import type { Clock, PlexServer } from '../ports.js'
import { pairCopies } from './private-copies.js'
import { itemsOf } from './private-plan.js'

/** A private library that the server has made. */
export type StandingLibrary = PrivateLibrary & { libraryKey: string }

/** How long a library that was asked for may take to show when no answer came. */
const showsWithinMs = 30_000
/** How long a library that was removed may still be listed. */
const goneWithinMs = 15_000
const lookAgainMs = 1_000
/** Between the looks at what the scan has found, or plex.tv has heard of; two minutes in all. */
export const scanPausesMs = [500, 1_000, 2_000, 4_000, ...Array.from({ length: 22 }, () => 5_000)]

/** Private libraries as the server lists them. */
export function createPrivateListing({ plexServer, clock }: { plexServer: PlexServer; clock: Clock }) {
  return { find, remove, copies }

  /** What the server has of a private library; waits as long as one that was asked for may still show. */
  async function find(library: PrivateLibrary): Promise<Library | undefined> {
    const { libraryKey, askedAt = 0 } = library
    for (;;) {
      const there = await listed(library)
      if (there || libraryKey !== undefined || clock.now() >= askedAt + showsWithinMs) return there
      await clock.sleep(lookAgainMs)
    }
  }

  /** Removes the library and waits until it is not listed any more. None, or not one any more, is done. */
  async function remove(library: PrivateLibrary): Promise<void> {
    const there = await find(library)
    if (!there) return
    if (there.title !== library.title || !isOurs(there, library)) throw changed(library)

    const { key, title, uuid } = there
    await plexServer.deleteLibrary({ key, title, ...(uuid !== undefined && { uuid }) })
    const giveUpAt = clock.now() + goneWithinMs
    while (await listed(library)) {
      if (clock.now() >= giveUpAt) throw new OtpError('plex_refused', words.stillListed(library.title))
      await clock.sleep(lookAgainMs)
    }
  }

  /**
   * Waits for the scan and answers the rating keys of the copies, by those of the originals. `files` are those of
   * the originals as they are now; `goOn` throws when the library is not wanted any more.
   */
  async function copies(
    library: StandingLibrary,
    media: MediaItem,
    files: readonly MediaFile[],
    goOn: () => Promise<unknown>,
  ): Promise<Record<string, string>> {
    const sources = new Set(library.files.map((one) => one.source))
    const originals = itemsOf(files.filter((one) => sources.has(one.path)))
    let failure = notListed(library, 0, originals.length)

    for (const pauseMs of scanPausesMs) {
      await clock.sleep(pauseMs)
      await goOn()
      const found = await itemsIn(library)
      if (found instanceof OtpError) {
        failure = found
        continue
      }
      if (found.length > originals.length) throw holdsMore(library, found.length, originals.length)
      failure = notListed(library, found.length, originals.length)
      if (found.length < originals.length) continue

      const pairs = pairCopies(media, originals, found)
      if (pairs) return pairs
    }
    throw failure
  }

  /** A server that is busy scanning may be late with an answer, which is no reason to give up. */
  async function itemsIn({ libraryKey, type }: StandingLibrary): Promise<MediaItem[] | OtpError> {
    try {
      return await plexServer.itemsIn(libraryKey, type === 'movie' ? 'movie' : 'episode')
    } catch (error) {
      const isPassing =
        error instanceof OtpError && (error.code === 'plex_unreachable' || error.code === 'plex_busy')
      if (isPassing) return error
      throw error
    }
  }

  async function listed(library: PrivateLibrary): Promise<Library | undefined> {
    const libraries = await plexServer.libraries()
    return (
      libraries.find((one) => isMadeOf(one, library.folder)) ??
      libraries.find((one) => one.key === library.libraryKey && isSame(one, library))
    )
  }
}

/** Whether the library is the one that OTP made, as OTP made it; its title aside. */
export function isOurs(there: Library, library: PrivateLibrary): boolean {
  return isMadeOf(there, library.folder) && isSame(there, library)
}

/** Nothing but OTP makes a library of this folder and no other. */
export function isMadeOf({ folders }: Library, folder: string): boolean {
  const [only, ...others] = folders
  return only !== undefined && others.length === 0 && plain(only) === plain(folder)
}

export function changed({ title }: PrivateLibrary): OtpError {
  return new OtpError('conflict', words.changed(title))
}

/** A key may be given to another library one day, a uuid never. */
function isSame(there: Library, { uuid }: PrivateLibrary): boolean {
  return uuid === undefined || there.uuid === undefined || there.uuid === uuid
}

function plain(folder: string): string {
  return folder.replace(/[\\/]+$/, '')
}

function notListed({ title, folder }: PrivateLibrary, found: number, wanted: number): OtpError {
  const sentence = found === wanted ? words.indistinct(title) : words.notListed(title, found, wanted, folder)
  return new OtpError('fence_unavailable', sentence)
}

function holdsMore({ title, folder }: PrivateLibrary, found: number, wanted: number): OtpError {
  return new OtpError('fence_unavailable', words.holdsMore(title, found, wanted, folder))
}
