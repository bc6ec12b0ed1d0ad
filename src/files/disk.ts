import { type BigIntStats, constants } from 'node:fs'
import * as fs from 'node:fs/promises'

export interface Facts {
  kind: 'file' | 'folder' | 'link' | 'other'
  sizeBytes: number
  /** The same for all names of one file. */
  identity: string
}

/** What the shelf does with files. */
export interface Disk {
  /** What is at the path itself, a symbolic link not followed; undefined when nothing is. */
  look(path: string): Promise<Facts | undefined>
  /** Symbolic links are followed. */
  isFolder(path: string): Promise<boolean>
  /** The path without symbolic links; fails when nothing is there. */
  realpath(path: string): Promise<string>
  /** Takes hold of a folder, so that what is done in it is done in this one, whatever is put in its place meanwhile. */
  anchor(folder: string): Promise<Anchor>
  makeFolder(path: string): Promise<void>
  link(source: string, path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  removeFolder(path: string): Promise<void>
  /** Undefined when the file system does not tell. */
  freeBytes(folder: string): Promise<number | undefined>
  openSource(path: string): Promise<Pick<fs.FileHandle, 'read' | 'close'>>
  /** Makes a file that was not there. */
  openNew(path: string): Promise<NewFile>
}

export interface Anchor {
  /** Leads to the folder itself, without the way there. */
  path: string
  /** As `Facts` has it. */
  identity: string
  release(): Promise<void>
}

export interface NewFile {
  write(bytes: Uint8Array, at: number, length: number): Promise<{ bytesWritten: number }>
  sync(): Promise<void>
  close(): Promise<void>
}

/** The real one. */
export const disk: Disk = {
  look,
  isFolder,
  realpath: (path) => fs.realpath(path),
  anchor,
  makeFolder: (path) => fs.mkdir(path),
  link: (source, path) => fs.link(source, path),
  rename: (from, to) => fs.rename(from, to),
  unlink: (path) => fs.unlink(path),
  removeFolder: (path) => fs.rmdir(path),
  freeBytes,
  openSource: (path) => fs.open(path, 'r'),
  // Exclusive: neither a file nor a symbolic link that is there is written to.
  openNew: (path) => fs.open(path, 'wx', 0o644),
}

/** The system's code for what went wrong, such as ENOENT; undefined for what is no failure of the system. */
export function codeOf(problem: unknown): string | undefined {
  if (!(problem instanceof Error) || !('code' in problem) || !('syscall' in problem)) return undefined
  return typeof problem.code === 'string' ? problem.code : undefined
}

async function look(path: string): Promise<Facts | undefined> {
  try {
    return factsOf(await fs.lstat(path, { bigint: true }))
  } catch (problem) {
    if (isMissing(problem)) return undefined
    throw problem
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await fs.stat(path)).isDirectory()
  } catch (problem) {
    if (isMissing(problem)) return false
    throw problem
  }
}

/** Only Linux names an open folder by a path; elsewhere it is the way that was looked at a moment ago. */
async function anchor(folder: string): Promise<Anchor> {
  if (process.platform !== 'linux') {
    const { identity } = factsOf(await fs.stat(folder, { bigint: true }))
    return { path: folder, identity, release: async () => {} }
  }

  const handle = await fs.open(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  const { identity } = factsOf(await handle.stat({ bigint: true }))
  return { path: `/proc/self/fd/${handle.fd}`, identity, release: () => handle.close() }
}

function isMissing(problem: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(problem) ?? '')
}

function factsOf(stats: BigIntStats): Facts {
  const kind = stats.isFile()
    ? 'file'
    : stats.isDirectory()
      ? 'folder'
      : stats.isSymbolicLink()
        ? 'link'
        : 'other'
  return { kind, sizeBytes: Number(stats.size), identity: `${stats.dev}:${stats.ino}` }
}

/** Some network file systems say that they have no size at all. */
async function freeBytes(folder: string): Promise<number | undefined> {
  const { blocks, bavail, bsize } = await fs.statfs(folder)
  return blocks === 0 ? undefined : bavail * bsize
}
