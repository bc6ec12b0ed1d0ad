import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { beforeAll, onTestFinished } from 'vitest'
import { z } from 'zod'
import { type Disk, type NewFile, disk as realDisk } from '../../src/files/disk.js'
import { assigned, assignment, failure, type WireAssigned } from '../../src/wire/shapes.js'
import { anAccessWorld } from './access-world.js'
import { minute, second } from './evening.js'

export type PrivateHousehold = Awaited<ReturnType<typeof aPrivateHousehold>>

const memory = '/dev/shm'

/** Where another file system is on this machine, and how that is called; undefined where there is none. */
export const otherDisk = isOther(memory) ? memory : undefined

/** A file as it was: a copy or a link of it is told by these, and so is any harm done to it. */
export interface Fingerprint {
  content: string
  inode: number
  device: number
  names: number
}

/**
 * The household of the tables of access over real files, with a folder for private libraries on the disk of the
 * films or `elsewhere`: on another one or, where this machine has none, on one that takes no links.
 */
export async function aPrivateHousehold({
  elsewhere = false,
  whenOver = onTestFinished,
}: {
  elsewhere?: boolean
  whenOver?: (close: () => Promise<void>) => void
} = {}) {
  const root = mkdtempSync(join((elsewhere && otherDisk) || tmpdir(), 'otp-private-'))
  const withoutLinks = elsewhere && !otherDisk ? { link: () => Promise.reject(systemError('EXDEV')) } : {}
  /** What the disks do otherwise than usual, until that is taken back. */
  let trouble: Partial<Disk> = {}
  const house = await anAccessWorld({
    folder: root,
    seams: { disk: troubled({ ...realDisk, ...withoutLinks }, () => trouble) },
    whenOver: (close) =>
      whenOver(() => close().finally(() => rmSync(root, { recursive: true, force: true }))),
  })
  const { ask, inTime, api, disk, world, clock } = house

  return { ...house, root, disturb, order, details, shelf, originals, addFilm }

  /** From now on the disks do these things otherwise. */
  function disturb(more: Partial<Disk>): void {
    trouble = more
  }

  /** An order by REST: what it made, or status, code and sentence of its refusal. */
  async function order(
    path: string,
    body: object,
    stepMs = second / 2,
  ): Promise<{ made?: WireAssigned; said?: string }> {
    // What was read at plex.tv for the last order does not serve for this one.
    await clock.leap(5 * second)
    const response = await inTime(ask('POST', path, body), { atMostMs: 5 * minute, stepMs })
    const json: unknown = await response.json()
    if (response.status === 201) return { made: z.object({ result: assigned }).parse(json).result }

    const { code, reason } = failure.parse(json)
    return { said: `${response.status} ${code}: ${reason}` }
  }

  /** The newest assignment as OTP has it on record. */
  async function details() {
    const { json } = await api('GET', '/api/v1/assignments')
    return z.object({ result: z.array(assignment) }).parse(json).result[0]
  }

  /** The files of the one private library there is, by their paths in its folder. */
  function shelf(): string[] {
    return below(root)
      .filter((one) => statSync(one).isFile())
      .map((one) => relative(root, one).replace(/^otp-[^/]+\//, ''))
  }

  /** The films and episodes of the household, by their paths. */
  function originals(): Record<string, Fingerprint> {
    const files = below(disk).filter((one) => statSync(one).isFile())
    return Object.fromEntries(files.map((path) => [path, fingerprint(path)]))
  }

  /** A film with a real file that has this much in it. */
  function addFilm(title: string, { year = 2011, bytes = 1_000 } = {}): string {
    const { ratingKey } = world.addMovie({ title, year })
    const path = join(disk, 'media', 'Films', `film ${ratingKey}.mkv`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, Buffer.alloc(bytes, ratingKey))
    world.setFiles(ratingKey, [path])
    return ratingKey
  }
}

/** One household for all tests of a `describe`; each leaves it as it was. */
export function aPrivateHouse(options: { elsewhere?: boolean } = {}): () => PrivateHousehold {
  let house: PrivateHousehold | undefined
  let close = async () => {}
  beforeAll(async () => {
    house = await aPrivateHousehold({
      ...options,
      whenOver: (over) => {
        close = over
      },
    })
    return () => close()
  })
  return () => {
    if (!house) throw new Error('There is no household before the first test begins')
    return house
  }
}

export function fingerprint(path: string): Fingerprint {
  const { ino, dev, nlink } = statSync(path)
  const content = createHash('sha256').update(readFileSync(path)).digest('hex')
  return { content, inode: ino, device: dev, names: nlink }
}

/** Everything in a folder, and in the folders in it. */
export function below(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

/** What the system says when it refuses. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: refused by the test`), { code, syscall: 'test' })
}

/** What a disk does with a new file when something happens before each piece of it. */
export function beforeEachPiece(happens: () => Promise<void>): Partial<Disk> {
  return {
    async openNew(path: string): Promise<NewFile> {
      const file = await realDisk.openNew(path)
      return {
        async write(...piece) {
          await happens()
          return file.write(...piece)
        },
        sync: () => file.sync(),
        close: () => file.close(),
      }
    },
  }
}

function troubled(disk: Disk, trouble: () => Partial<Disk>): Disk {
  const now = () => ({ ...disk, ...trouble() })
  return {
    look: (path) => now().look(path),
    isFolder: (path) => now().isFolder(path),
    realpath: (path) => now().realpath(path),
    anchor: (folder) => now().anchor(folder),
    makeFolder: (path) => now().makeFolder(path),
    link: (source, path) => now().link(source, path),
    rename: (from, to) => now().rename(from, to),
    unlink: (path) => now().unlink(path),
    removeFolder: (path) => now().removeFolder(path),
    freeBytes: (folder) => now().freeBytes(folder),
    openSource: (path) => now().openSource(path),
    openNew: (path) => now().openNew(path),
  }
}

function isOther(folder: string): boolean {
  const there = statSync(folder, { throwIfNoEntry: false })
  return there !== undefined && there.dev !== statSync(tmpdir()).dev
}
