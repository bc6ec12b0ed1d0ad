import { constants } from 'node:fs'
import * as fs from 'node:fs/promises'
import { codeOf } from './disk.js'
import { whoRuns } from './trouble.js'

/** What can be said of the folder for private libraries before anything is made in it. */
export type RootLook =
  | { kind: 'missing' }
  | { kind: 'no-folder' }
  /** `user` is who OTP runs as. */
  | { kind: 'not-writable'; user: string }
  /** Libraries' folders that are not on this machine, and those on another file system, where links cannot go. */
  | { kind: 'usable'; unseen: string[]; apart: string[] }

/** Looks at the folder and at those of the libraries. Writes nothing. */
export async function lookAtRoot(root: string, folders: readonly string[]): Promise<RootLook> {
  const there = await statOf(root)
  if (!there) return { kind: 'missing' }
  if (!there.isDirectory()) return { kind: 'no-folder' }
  if (!(await isWritable(root))) return { kind: 'not-writable', user: whoRuns() }

  const looked = await Promise.all(folders.map(async (folder) => ({ folder, stats: await statOf(folder) })))
  return {
    kind: 'usable',
    unseen: looked.flatMap(({ folder, stats }) => (stats ? [] : [folder])),
    apart: looked.flatMap(({ folder, stats }) => (stats && stats.dev !== there.dev ? [folder] : [])),
  }
}

/** Undefined for what is not there, or not to be seen by this user. */
async function statOf(path: string) {
  try {
    return await fs.stat(path)
  } catch (problem) {
    if (codeOf(problem) === undefined) throw problem
    return undefined
  }
}

async function isWritable(folder: string): Promise<boolean> {
  try {
    await fs.access(folder, constants.W_OK | constants.X_OK)
    return true
  } catch (problem) {
    if (codeOf(problem) === undefined) throw problem
    return false
  }
}
