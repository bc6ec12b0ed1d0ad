import { dirname } from 'node:path'
import { OtpError } from '../core/errors.js'
import { fileRefusals } from '../core/messages/files.js'
import type { PrivateFile } from '../core/model.js'
import { copyFile } from './copying.js'
import { codeOf, type Disk, type Facts } from './disk.js'
import { type Folders, partEnding } from './folders.js'
import { on, troubleWith, unavailable, whoRuns } from './trouble.js'

interface Needs {
  disk: Disk
  folders: Folders
  onProgress: (doneBytes: number, totalBytes: number) => void
  signal?: AbortSignal
}

/** A file to be made, with what its source is on the disk. */
interface Wanted {
  path: string
  /** Without symbolic links: a hard link to one would be a link itself. */
  source: string
  facts: Facts
}

/** Makes the files of one private library: first all that can be linked, then the copies. Used once. */
export function createStocking({ disk, folders, onProgress, signal }: Needs) {
  const made: { path: string; kind: 'file' | 'folder' }[] = []
  let doneBytes = 0
  let totalBytes = 0

  return { stock }

  async function stock(files: readonly PrivateFile[]): Promise<void> {
    try {
      await make(files)
    } catch (problem) {
      const left = await undo()
      if (left.length === 0) throw problem
      const reason = problem instanceof OtpError ? problem.message : fileRefusals.brokenOff()
      throw new OtpError('fence_unavailable', fileRefusals.leftBehind(reason, left), { cause: problem })
    }
  }

  async function make(files: readonly PrivateFile[]): Promise<void> {
    const wanted: Wanted[] = []
    for (const file of files) wanted.push(await find(file))
    totalBytes = sizeOf(wanted)

    const toCopy: Wanted[] = []
    for (const one of wanted) {
      signal?.throwIfAborted()
      await folders.make(dirname(one.path), (path) => made.push({ path, kind: 'folder' }))
      if (await isLinked(one)) advance(one.facts.sizeBytes)
      else toCopy.push(one)
    }
    await copyAll(toCopy)
  }

  async function find({ path, source }: PrivateFile): Promise<Wanted> {
    const real = await on('reading', source, () => disk.realpath(source))
    const facts = await on('reading', source, () => disk.look(real))
    if (facts?.kind !== 'file') throw unavailable(fileRefusals.sourceNoFile(source))
    return { path, source: real, facts }
  }

  /** The file is there, from before or now; false when it has to be copied. */
  async function isLinked(one: Wanted): Promise<boolean> {
    if (await isThere(one)) return true
    try {
      await folders.at(one.path, 'making', (held) => disk.link(one.source, held))
      made.push({ path: one.path, kind: 'file' })
      return true
    } catch (problem) {
      const code = codeOf(problem) ?? ''
      if (code === 'EEXIST') return isThere(one)
      if (copyInstead.has(code)) return false
      throw troubleWith('making', one.path, problem)
    }
  }

  /** The same file, or a copy of it: a copy only gets its name when it is complete. */
  async function isThere({ path, facts }: Wanted): Promise<boolean> {
    const there = await on('making', path, () => disk.look(path))
    if (!there) return false
    const same = there.identity === facts.identity
    if (same || (there.kind === 'file' && there.sizeBytes === facts.sizeBytes)) return true
    throw unavailable(fileRefusals.occupied(path))
  }

  async function copyAll(wanted: readonly Wanted[]): Promise<void> {
    // What is left of an earlier copy takes room that this one needs.
    for (const { path } of wanted) await dropPart(path + partEnding)
    await checkRoom(wanted)
    for (const one of wanted) await copy(one)
  }

  async function dropPart(part: string): Promise<void> {
    const there = await on('making', part, () => disk.look(part))
    if (!there) return
    if (there.kind === 'folder') throw unavailable(fileRefusals.occupied(part))
    await on('making', part, () => folders.at(part, 'making', disk.unlink))
  }

  async function checkRoom(wanted: readonly Wanted[]): Promise<void> {
    const [first] = wanted
    if (!first) return
    const folder = dirname(first.path)
    const free = await on('making', folder, () => disk.freeBytes(folder))
    const needed = sizeOf(wanted)
    if (free === undefined || free >= needed) return
    throw unavailable(fileRefusals.tooLittleRoom(folder, whoRuns(), inWords(needed), inWords(free)))
  }

  async function copy({ path, source, facts }: Wanted): Promise<void> {
    const part = path + partEnding
    const copied = await copyFile({
      disk,
      source,
      path: part,
      openNew: () => folders.at(part, 'making', disk.openNew),
      onMade: () => made.push({ path: part, kind: 'file' }),
      onBytes: advance,
      ...(signal && { signal }),
    })
    if (copied !== facts.sizeBytes) throw unavailable(fileRefusals.sourceChanged(source))

    if (await on('making', path, () => disk.look(path))) throw unavailable(fileRefusals.occupied(path))
    await on('making', path, () => folders.at(path, 'making', (held) => disk.rename(held + partEnding, held)))
    made.push({ path, kind: 'file' })
  }

  function advance(bytes: number): void {
    doneBytes += bytes
    // A source that is still being written may be longer than it was.
    onProgress(Math.min(doneBytes, totalBytes), totalBytes)
  }

  /** Removes what was made, the last first, and answers what could not be removed. */
  async function undo(): Promise<string[]> {
    const left: string[] = []
    for (const { path, kind } of made.reverse()) {
      try {
        await folders.at(path, 'removing', kind === 'file' ? disk.unlink : disk.removeFolder)
      } catch (problem) {
        const code = codeOf(problem instanceof OtpError ? problem.cause : problem)
        if (code === undefined && !(problem instanceof OtpError)) throw problem
        // A copy has been renamed, or somebody else has put something into the folder meanwhile.
        if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(code ?? '')) left.push(path)
      }
    }
    return left
  }
}

/** Another file system, one that knows no hard links, or a source that this user may read and not link. */
const copyInstead = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

function sizeOf(wanted: readonly Wanted[]): number {
  return wanted.reduce((sum, one) => sum + one.facts.sizeBytes, 0)
}

function inWords(bytes: number): string {
  const gigabytes = bytes / 1e9
  return gigabytes >= 0.1 ? `${gigabytes.toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`
}
