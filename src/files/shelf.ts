import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { fileRefusals } from '../core/messages/files.js'
import { privateLibraries } from '../core/messages/private.js'
import type { PrivateFile } from '../core/model.js'
import type { PrivateShelf } from '../core/ports.js'
import { type Disk, disk as realDisk } from './disk.js'
import { createFolders, type Folders } from './folders.js'
import { safeName } from './safe-name.js'
import { createStocking } from './stocking.js'
import { on, unavailable, whoRuns } from './trouble.js'

/**
 * Private libraries on this machine's disks. Symbolic links under the root are never followed, and only what was
 * recorded as made is removed.
 */
export function createPrivateShelf(needs: { root: string; disk?: Disk }): PrivateShelf {
  const { disk = realDisk } = needs
  const root = needs.root === '' ? undefined : resolve(needs.root)

  return { root, open, pathOf, stock, clear }

  async function open(): Promise<void> {
    await opened()
  }

  function pathOf(...names: readonly string[]): string {
    return join(configured(), ...names.map(safeName))
  }

  async function stock(
    files: readonly PrivateFile[],
    onProgress: (doneBytes: number, totalBytes: number) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const folders = await opened()
    const stocking = createStocking({ disk, folders, onProgress, ...(signal && { signal }) })
    await stocking.stock(files.map((file) => ({ ...file, path: inside(file.path) })))
  }

  async function clear(folder: string, files: readonly PrivateFile[]): Promise<void> {
    const top = inside(folder)
    const paths = files.map((file) => inside(file.path))
    const folders = await opened()

    for (const path of paths) await folders.removeFile(path)
    await folders.removeEmpty(top, paths.map(dirname))
  }

  function configured(): string {
    if (root === undefined) throw unavailable(privateLibraries.noRoot())
    return root
  }

  /** The root is never made: where it is missing, its disk may be. */
  async function opened(): Promise<Folders> {
    const there = configured()
    const found = await on('making', there, () => disk.isFolder(there))
    if (!found) throw unavailable(fileRefusals.rootMissing(there, whoRuns()))
    return createFolders({ disk, root: there })
  }

  function inside(path: string): string {
    const there = configured()
    const full = resolve(path)
    const way = relative(there, full)
    if (way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
      throw unavailable(fileRefusals.elsewhere(full, there))
    }
    return full
  }
}
