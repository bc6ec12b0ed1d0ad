import { OtpError } from '../../src/core/errors.js'
import type { Library, MediaFile, MediaItem } from '../../src/core/model.js'
import type { Labelling, NewLibrary, PlexServer } from '../../src/core/ports.js'

type LibraryCalls = Pick<
  PlexServer,
  | 'itemsIn'
  | 'listing'
  | 'listed'
  | 'withGuid'
  | 'files'
  | 'history'
  | 'labels'
  | 'addLabel'
  | 'removeLabel'
  | 'labelled'
  | 'createLibrary'
  | 'scan'
  | 'deleteLibrary'
>

/** So small that two titles make several. */
const pageSize = 2

/** What a media server does with its libraries, labels and files, as far as the core can see. */
export function createFakeLibrary({
  items,
  libraries,
  said,
  calling,
}: {
  items: MediaItem[]
  libraries: Library[]
  said: string[]
  calling: <T>(call: keyof PlexServer, work: () => T) => Promise<T>
}) {
  const labels = new Map<string, Set<string>>()
  const watched: { plexId: string; ratingKey: string; viewedAt: number }[] = []
  /** Items that a scan finds in a folder. */
  const found = new Map<string, MediaItem[]>()
  let made = 0

  const calls: LibraryCalls = {
    itemsIn: (libraryKey, type) =>
      calling('itemsIn', () => items.filter((one) => one.libraryKey === libraryKey && one.type === type)),
    listing: ({ libraryKey, type, start = 0 }) =>
      calling('listing', () => {
        const all = items.filter((one) => one.libraryKey === libraryKey && one.type === type)
        const listed = all.slice(start, start + pageSize).map((item) => ({ item }))
        return { listed, ...(start + pageSize < all.length && { next: start + pageSize }) }
      }),
    listed: (ratingKeys) =>
      calling('listed', () =>
        items.filter((one) => ratingKeys.includes(one.ratingKey)).map((item) => ({ item })),
      ),
    withGuid: (guid, type) =>
      calling('withGuid', () => items.filter((one) => one.guid === guid && one.type === type)),
    files: (ratingKey) => calling('files', () => filesOf(ratingKey)),
    history: ({ plexId, sinceAt }) =>
      calling('history', () => watched.filter((one) => one.plexId === plexId && one.viewedAt >= sinceAt)),
    labels: (ratingKey) => calling('labels', () => (has(ratingKey) ? labelsOf(ratingKey) : undefined)),
    addLabel: (labelling) => calling('addLabel', () => addLabel(labelling)),
    removeLabel: ({ ratingKey, label }) =>
      calling('removeLabel', () => {
        said.push(`unlabel ${ratingKey} ${label}`)
        labels.get(ratingKey)?.delete(label)
      }),
    labelled: (prefix) => calling('labelled', () => labelled(prefix)),
    createLibrary: (request) => calling('createLibrary', () => createLibrary(request)),
    scan: (libraryKey) => calling('scan', () => scan(libraryKey)),
    deleteLibrary: ({ key, title }) =>
      calling('deleteLibrary', () => {
        const at = libraries.findIndex((one) => one.key === key && one.title === title)
        if (at < 0) return
        said.push(`delete library ${title}`)
        libraries.splice(at, 1)
        for (const item of items.filter((one) => one.libraryKey === key)) items.splice(items.indexOf(item), 1)
      }),
  }

  return {
    calls,
    labelsOf,
    /** The owner labels something by hand. */
    label: (ratingKey: string, label: string) => put(ratingKey, label),
    watched: (plexId: string, ratingKey: string, viewedAt: number) =>
      watched.push({ plexId, ratingKey, viewedAt }),
    /** A scan of a library of this folder finds these items. */
    holds: (folder: string, inside: MediaItem[]) => found.set(folder, inside),
  }

  function filesOf(ratingKey: string): MediaFile[] {
    const inside = items.filter(
      (one) =>
        one.ratingKey === ratingKey ||
        (one.type === 'episode' &&
          (one.parentRatingKey === ratingKey || one.grandparentRatingKey === ratingKey)),
    )
    return inside
      .filter((one) => one.type === 'movie' || one.type === 'episode')
      .map((item) => ({ item, path: `/media/${item.ratingKey}.mkv`, sizeBytes: 1_000 }))
  }

  function addLabel({ ratingKey, label }: Labelling): void {
    if (!has(ratingKey)) throw new OtpError('media_not_found', 'There is no such item.')
    said.push(`label ${ratingKey} ${label}`)
    put(ratingKey, label)
  }

  function put(ratingKey: string, label: string): void {
    labels.set(ratingKey, new Set([...labelsOf(ratingKey), label]))
  }

  function labelsOf(ratingKey: string): string[] {
    return [...(labels.get(ratingKey) ?? [])]
  }

  function labelled(prefix: string): { label: string; item: MediaItem }[] {
    return items.flatMap((item) =>
      labelsOf(item.ratingKey)
        .filter((label) => label.startsWith(prefix))
        .map((label) => ({ label, item })),
    )
  }

  function createLibrary({ title, type, folders }: NewLibrary): Library {
    said.push(`make library ${title}`)
    made += 1
    const library: Library = {
      key: String(70 + made),
      title,
      type,
      uuid: `uuid-${made}`,
      folders: [...folders],
      scanning: false,
    }
    libraries.push(library)
    return structuredClone(library)
  }

  function scan(libraryKey: string): void {
    const library = libraries.find((one) => one.key === libraryKey)
    said.push(`scan ${library?.title ?? libraryKey}`)
    for (const folder of library?.folders ?? []) {
      for (const item of found.get(folder) ?? []) {
        made += 1
        if (!items.some((one) => one.libraryKey === libraryKey && one.guid === item.guid)) {
          items.push({ ...item, ratingKey: String(7000 + made), libraryKey })
        }
      }
    }
  }

  function has(ratingKey: string): boolean {
    return items.some((one) => one.ratingKey === ratingKey)
  }
}
