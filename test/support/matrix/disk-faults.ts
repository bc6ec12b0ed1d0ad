import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { PrivateShelf } from '../../../src/core/ports.js'
import { type Disk, type NewFile, disk as realDisk } from '../../../src/files/disk.js'
import { createPrivateShelf } from '../../../src/files/shelf.js'
import { second } from '../builders.js'
import type { GuardWorld } from '../guard/guard-world.js'
import { below, fingerprint, systemError } from '../private-household.js'
import type { Trouble } from './lived.js'

export type DiskCall = keyof Disk | 'read' | 'write' | 'sync' | 'close'

/** What becomes of the calls to the disk of private libraries while a journey is under way. */
export interface DiskFault {
  /** Whether it hits this one; the first of its kind is 1. */
  hits: (call: DiskCall, at: number) => boolean
  /** The system's code for a failure, or `slow`. */
  how: string
  /** The failure comes although it was done. */
  isDone?: boolean
  /** For half a minute. */
  lasts: boolean
}

const slowMs = 700
const longMs = 30 * second

/**
 * Private libraries over real files, on a disk that fails as told while a journey is under way. `counts` says how often
 * each call was made; `close` removes all of it. `copied`: the films are on another file system, to which no links go.
 */
export function diskTrouble(copied: boolean, fault?: DiskFault) {
  const home = mkdtempSync(join(tmpdir(), 'otp-matrix-'))
  const root = join(home, 'private')
  const media = join(home, 'media')
  const counts = new Map<DiskCall, number>()
  let sleep: ((ms: number) => Promise<void>) | undefined
  let calls = 0
  let sleeping = 0
  let films: object = {}
  mkdirSync(root)

  const trouble: Trouble = {
    seams: { shelf: counted(createPrivateShelf({ root, disk: faulty() })), underWay: () => calls - sleeping },
    access: { fence: 'private' },
    prepare: furnish,
    begin: ({ guard }) => {
      sleep = guard.clock.sleep
    },
    during: ({ guard }, lastsMs) => guard.pass(fault?.lasts ? Math.max(lastsMs, longMs) : lastsMs),
    end: () => {
      sleep = undefined
    },
    afterwards: whatIsLeft,
  }
  return { trouble, counts, close: () => rmSync(home, { recursive: true, force: true }) }

  /** Every film and episode of the household is a real file. */
  function furnish({ world: { catalogue } }: GuardWorld): void {
    for (const { ratingKey, versions } of catalogue.items().filter((one) => one.versions.length > 0)) {
      const paths = versions.flat().map((file) => join(media, file.path))
      for (const path of paths) {
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, `film ${ratingKey}`)
      }
      catalogue.setFiles(ratingKey, paths)
    }
    films = prints()
  }

  function prints(): object {
    return Object.fromEntries(
      below(media)
        .filter((path) => path.endsWith('.mkv'))
        .map((path) => [path, fingerprint(path)]),
    )
  }

  function whatIsLeft({ world }: GuardWorld): string[] {
    const libraries = world.catalogue.libraries.filter((one) => one.folders.some((it) => it.startsWith(root)))
    return [
      ...below(root).map((path) => `left on the disk: ${path.slice(root.length)}`),
      ...libraries.map((one) => `left at the server: ${one.title}`),
      ...(JSON.stringify(prints()) === JSON.stringify(films) ? [] : ['the films are not what they were']),
    ]
  }

  /** The world is not at rest before the disk is, unless that sleeps. */
  function counted(shelf: PrivateShelf): PrivateShelf {
    return {
      ...shelf,
      open: () => during(shelf.open()),
      stock: (...wanted) => during(shelf.stock(...wanted)),
      clear: (...wanted) => during(shelf.clear(...wanted)),
    }
  }

  async function during<T>(work: Promise<T>): Promise<T> {
    calls += 1
    return work.finally(() => {
      calls -= 1
    })
  }

  function faulty(): Disk {
    const link: Disk['link'] = copied ? () => Promise.reject(systemError('EXDEV')) : realDisk.link
    return {
      look: (path) => disturbed('look', () => realDisk.look(path)),
      isFolder: (path) => disturbed('isFolder', () => realDisk.isFolder(path)),
      realpath: (path) => disturbed('realpath', () => realDisk.realpath(path)),
      anchor: (folder) => disturbed('anchor', () => realDisk.anchor(folder)),
      makeFolder: (path) => disturbed('makeFolder', () => realDisk.makeFolder(path)),
      link: (source, path) => disturbed('link', () => link(source, path)),
      rename: (from, to) => disturbed('rename', () => realDisk.rename(from, to)),
      unlink: (path) => disturbed('unlink', () => realDisk.unlink(path)),
      removeFolder: (path) => disturbed('removeFolder', () => realDisk.removeFolder(path)),
      freeBytes: (folder) => disturbed('freeBytes', () => realDisk.freeBytes(folder)),
      openSource: (path) => disturbed('openSource', () => realDisk.openSource(path)).then(faultySource),
      openNew: (path) => disturbed('openNew', () => realDisk.openNew(path)).then(faultyFile),
    }
  }

  function faultySource(file: Awaited<ReturnType<Disk['openSource']>>): typeof file {
    const read = (...piece: [Buffer, number, number]) => disturbed('read', () => file.read(...piece))
    return Object.assign(Object.create(file), { read, close: () => file.close() })
  }

  function faultyFile(file: NewFile): NewFile {
    return {
      write: (...piece) => disturbed('write', () => file.write(...piece)),
      sync: () => disturbed('sync', () => file.sync()),
      // Whatever the system says of it, the file is closed.
      close: () => file.close().then(() => disturbed('close', async () => {})),
    }
  }

  async function disturbed<T>(call: DiskCall, proper: () => Promise<T>): Promise<T> {
    if (!sleep) return proper()
    const at = (counts.get(call) ?? 0) + 1
    counts.set(call, at)
    if (!fault?.hits(call, at)) return proper()

    if (fault.how === 'slow') {
      sleeping += 1
      await sleep(slowMs)
      sleeping -= 1
      return proper()
    }
    if (fault.isDone) await proper().then(letGo)
    throw systemError(fault.how)
  }
}

/** What nobody hears of is nobody's to close. */
async function letGo(made: unknown): Promise<void> {
  if (typeof made === 'object' && made !== null && 'close' in made && typeof made.close === 'function')
    await made.close()
}
