import { statSync } from 'node:fs'
import { extname } from 'node:path'

/** A file of an item; what plays in one go may be in several of them. */
export interface SimFile {
  id: number
  path: string
  size: number
}

/** One version of an item: a path, a path with a size, or the parts that it is in. */
export type AskedFile = string | { path: string; size: number }
export type AskedVersion = AskedFile | readonly AskedFile[]

/** Gives files the ids and sizes that a server shows for them. */
export function createFiles() {
  let lastId = 9100

  return { versions }

  function versions(asked: readonly AskedVersion[]): SimFile[][] {
    return asked.map((one) => partsOf(one).map(fileOf))
  }

  function fileOf(asked: AskedFile): SimFile {
    lastId += 1
    if (typeof asked !== 'string') return { id: lastId, ...asked }
    return { id: lastId, path: asked, size: sizeOf(asked) ?? inventedSize }
  }
}

export function containerOf({ path }: SimFile): string {
  return extname(path).slice(1) || 'mkv'
}

/** A name as it may stand in a path. */
export function asFileName(title: string, year?: number): string {
  return title.replaceAll('/', '-') + (year === undefined ? '' : ` (${year})`)
}

const inventedSize = 1_720_000_000

function partsOf(asked: AskedVersion): readonly AskedFile[] {
  return typeof asked === 'string' || 'path' in asked ? [asked] : asked
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}
