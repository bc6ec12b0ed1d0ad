import { basename, dirname, join, relative, sep } from 'node:path'
import { fileRefusals } from '../core/messages/files.js'
import { codeOf, type Disk } from './disk.js'
import { type Doing, on, troubleWith, unavailable } from './trouble.js'

/** What a copy in the making is called. */
export const partEnding = '.otp-part'

export type Folders = ReturnType<typeof createFolders>

/** The folders under a root that is there. Each one on the way is looked at before anything is done in it. */
export function createFolders({ disk, root }: { disk: Disk; root: string }) {
  return { make, at, removeFile, removeEmpty }

  /**
   * Does something at a path in its folder, which is held on to: a symbolic link that is put in the place of a folder on the
   * way, before or meanwhile, leads nowhere. The work is given the path to use.
   */
  async function at<T>(path: string, doing: Doing, work: (held: string) => Promise<T>): Promise<T> {
    const folder = dirname(path)
    const anchor = await on(doing, folder, () => disk.anchor(folder))
    try {
      if (!(await isHere(folder, anchor.identity, doing)))
        throw unavailable(fileRefusals.linkInTheWay(folder))
      return await work(join(anchor.path, basename(path)))
    } finally {
      await anchor.release()
    }
  }

  async function isHere(folder: string, identity: string, doing: Doing): Promise<boolean> {
    if (folder === root) return true
    if (!(await isReached(folder, doing))) return false
    return (await on(doing, folder, () => disk.look(folder)))?.identity === identity
  }

  /** Makes the folder and those above it; `made` hears of each. */
  async function make(folder: string, made: (path: string) => void): Promise<void> {
    for (const path of wayTo(folder)) {
      if (await isFolder(path, 'making')) continue
      await on('making', path, async () => {
        try {
          await at(path, 'making', disk.makeFolder)
          made(path)
        } catch (problem) {
          if (codeOf(problem) !== 'EEXIST') throw problem
        }
      })
      if (!(await isFolder(path, 'making'))) throw unavailable(fileRefusals.occupied(path))
    }
  }

  /** Removes a file that OTP made, whole or in the making. What is no plain file is not OTP's. */
  async function removeFile(path: string): Promise<void> {
    if (!(await isReached(dirname(path)))) return

    for (const one of [path, path + partEnding]) {
      const there = await on('removing', one, () => disk.look(one))
      if (there?.kind === 'file') await on('removing', one, () => unlink(one))
    }
  }

  /** Done already is fine, but "not there" is believed only of what does not show either. */
  async function unlink(path: string): Promise<void> {
    try {
      await at(path, 'removing', disk.unlink)
    } catch (problem) {
      if (codeOf(problem) !== 'ENOENT' || (await disk.look(path))) throw problem
    }
  }

  /** Removes these folders, and those between them and `top`, as far as they are empty. */
  async function removeEmpty(top: string, folders: readonly string[]): Promise<void> {
    const ways = [top, ...folders].flatMap((folder) => wayTo(folder))
    const own = [...new Set(ways)].filter((path) => path === top || path.startsWith(top + sep))

    // The deepest first.
    for (const path of own.sort((a, b) => b.length - a.length)) {
      if (await isReached(path)) await removeIfEmpty(path)
    }
  }

  async function removeIfEmpty(path: string): Promise<void> {
    try {
      await at(path, 'removing', disk.removeFolder)
    } catch (problem) {
      const code = codeOf(problem) ?? ''
      if (['ENOTEMPTY', 'EEXIST'].includes(code)) return
      if (code === 'ENOENT' && !(await on('removing', path, () => disk.look(path)))) return
      throw troubleWith('removing', path, problem)
    }
  }

  /** The folder is there, and the way to it leads through no symbolic link. */
  async function isReached(folder: string, doing: Doing = 'removing'): Promise<boolean> {
    for (const path of wayTo(folder)) if (!(await isFolder(path, doing))) return false
    return true
  }

  async function isFolder(path: string, doing: Doing): Promise<boolean> {
    const there = await on(doing, path, () => disk.look(path))
    if (there?.kind === 'link') throw unavailable(fileRefusals.linkInTheWay(path))
    return there?.kind === 'folder'
  }

  /** Every folder from below the root down to this one. */
  function wayTo(folder: string): string[] {
    const names = relative(root, folder).split(sep).filter(Boolean)
    return names.map((_, at) => join(root, ...names.slice(0, at + 1)))
  }
}
