import { z } from 'zod'
import { OtpError } from '../core/errors.js'
import type { Library, MediaFile, MediaItem } from '../core/model.js'
import type { ListedItem } from '../core/ports.js'
import { fieldsOf, flag, list, number, numberIn, present, readable, text } from './loose.js'
import { type ItemNode, ItemShape, itemFrom, itemNode, parseContainer } from './parse.js'

const LibraryNode = z.object({
  key: text,
  title: text,
  type: text,
  uuid: text,
  refreshing: flag,
  Location: list,
})
const LocationNode = z.object({ path: text })

export function parseLibraries(data: unknown): Library[] {
  return parseContainer(data).directories.flatMap((row) => {
    const node = readable(LibraryNode, row)
    if (node?.key === undefined) return []
    return present({
      key: node.key,
      title: node.title ?? '',
      type: node.type ?? '',
      uuid: node.uuid,
      folders: node.Location.flatMap((place) => readable(LocationNode, place)?.path ?? []),
      scanning: node.refreshing,
    })
  })
}

/** One page of a list: its rows, and what the server says about where the page lies. */
export interface ListPage {
  rows: unknown[]
  offset?: number
  totalSize?: number
}

const PageNode = z.object({ offset: number, totalSize: number })

export function parsePage(data: unknown): ListPage {
  const { items, directories, about } = parseContainer(data)
  const node = readable(PageNode, about)
  return present({ rows: [...items, ...directories], offset: node?.offset, totalSize: node?.totalSize })
}

/** The rows of a list, field by field because there are many, with when they were added. */
export function parseListed(data: unknown): ListedItem[] {
  const { items, directories, libraryKey } = parseContainer(data)
  return [...items, ...directories].flatMap((row) => {
    const fields = fieldsOf(row)
    const item = fields && itemFrom(withLibrary(itemNode(fields), libraryKey))
    if (!item) return []
    const seconds = numberIn(fields, 'addedAt')
    return [present({ item, addedAt: seconds === undefined ? undefined : seconds * 1_000 })]
  })
}

function withLibrary(node: ItemNode, libraryKey: string | undefined): ItemNode {
  return { ...node, librarySectionID: node.librarySectionID ?? libraryKey }
}

const LabelledNode = ItemShape.extend({ Label: list })
const LabelNode = z.object({ tag: text })

/** Items with their labels. Only an answer about items by their keys has all of them, a list cuts them short. */
export function parseLabelled(data: unknown): { item: MediaItem; labels: string[] }[] {
  return nodesOf(LabelledNode, data).map(({ node, item }) => ({
    item,
    labels: node.Label.flatMap((label) => readable(LabelNode, label)?.tag ?? []),
  }))
}

const LabelValueNode = z.object({ key: text, fastKey: text, title: text })

/** The labels in use in a library, with the numbers that stand for them in a query. */
export function parseLabelValues(data: unknown): { id: string; label: string }[] {
  return parseContainer(data).directories.flatMap((row) => {
    const node = readable(LabelValueNode, row)
    const id = labelId(node?.key) ?? labelId(node?.fastKey)
    return id === undefined || node?.title === undefined ? [] : { id, label: node.title }
  })
}

/** The bare number, or the number within an address that lists the items. */
function labelId(key: string | undefined): string | undefined {
  return /^(?:.*[?&]label=)?(\d+)$/.exec(key ?? '')?.[1]
}

const WithFilesNode = ItemShape.extend({ Media: list })
const MediaNode = z.object({ proxyType: number, Part: list })
const PartNode = z.object({ file: text, size: number })

/** The files of the first version of every item; a copy that Plex made for small devices is no version. */
export function parseFiles(data: unknown): MediaFile[] {
  return nodesOf(WithFilesNode, data).flatMap(({ node, item }) => {
    const versions = node.Media.flatMap((row) => readable(MediaNode, row) ?? [])
    const first = versions.find((one) => one.proxyType !== optimised) ?? versions[0]
    return (first?.Part ?? []).map((row) => fileFrom(row, item))
  })
}

const optimised = 42

/** A file that is left out would make a copy that breaks off in the middle. */
function fileFrom(row: unknown, item: MediaItem): MediaFile {
  const node = readable(PartNode, row)
  if (node?.file === undefined) {
    throw new OtpError(
      'plex_refused',
      `The Plex server does not say which file ${item.title} is in. It tells only its owner: check whose token OTP uses.`,
    )
  }
  return { item, path: node.file, sizeBytes: node.size ?? 0 }
}

export interface HistoryRow {
  /** Missing when the item has been deleted since. */
  ratingKey?: string
  viewedAt: number
  plexId?: string
}

const HistoryNode = z.object({ ratingKey: text, viewedAt: number, accountID: text })

/** What was watched, when and by whom; the server counts in seconds. */
export function parseHistory(rows: unknown[]): HistoryRow[] {
  return rows.flatMap((row) => {
    const node = readable(HistoryNode, row)
    if (node?.viewedAt === undefined) return []
    return present({
      ratingKey: node.ratingKey,
      viewedAt: node.viewedAt * 1000,
      plexId: node.accountID,
    })
  })
}

function nodesOf<T extends z.ZodType<z.output<typeof ItemShape>>>(schema: T, data: unknown) {
  const { items, directories, libraryKey } = parseContainer(data)
  return [...items, ...directories].flatMap((row) => {
    const node = readable(schema, row)
    const item = node && itemFrom({ ...node, librarySectionID: node.librarySectionID ?? libraryKey })
    return node && item ? { node, item } : []
  })
}
