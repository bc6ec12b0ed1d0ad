import {
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { planFiles } from '../../src/core/access/private-plan.js'
import type { PrivateFile } from '../../src/core/model.js'
import { type Disk, disk } from '../../src/files/disk.js'
import { createPrivateShelf } from '../../src/files/shelf.js'
import { anEpisode } from '../support/builders.js'

const isRoot = process.getuid?.() === 0
const memory = '/dev/shm'
const isSecondDisk = await isOtherDisk(memory)

describe('the names of paths', () => {
  test('lie under the root, whatever they are', async () => {
    const { shelf, root } = await aShelf()

    expect(shelf.pathOf('Films', 'Arrival (2016).mkv')).toBe(join(root, 'Films', 'Arrival (2016).mkv'))
    expect(shelf.pathOf('..', '../x', '/etc')).toBe(join(root, 'untitled', 'x', 'etc'))
  })

  test('the longest that are planned stay apart', async () => {
    const { shelf } = await aShelf()
    const item = anEpisode({ title: '終'.repeat(80), show: '始'.repeat(80) })
    const parts = ['one', 'two'].map((name) => ({ item, path: `/media/${name}.mkv`, sizeBytes: 1 }))
    const paths = planFiles(parts, undefined, shelf.pathOf).map((one) => one.path)

    expect(new Set(paths).size).toBe(2)
    for (const path of paths) expect(path).toMatch(/ - s01e02 - 終+ - pt[12]\.mkv$/)
  })

  test('without a root nothing works, and the sentence says what to set', async () => {
    const shelf = createPrivateShelf({ root: '' })
    const said = { code: 'fence_unavailable', message: expect.stringContaining('private_root') }

    expect(shelf.root).toBeUndefined()
    expect(() => shelf.pathOf('x')).toThrow(expect.objectContaining(said))
    await expect(shelf.stock([], () => {})).rejects.toMatchObject(said)
    await expect(shelf.clear('/x', [])).rejects.toMatchObject(said)
  })
})

describe('files on the same disk', () => {
  test('are linked, and need neither room nor time', async () => {
    const { shelf, film } = await aShelf()
    const heard: number[][] = []

    await shelf.stock([film], (...progress) => heard.push(progress))
    expect((await stat(film.path)).ino).toBe((await stat(film.source)).ino)
    expect(heard).toEqual([[11, 11]])
  })

  test('are there already the second time', async () => {
    const { shelf, film } = await aShelf()

    await shelf.stock([film], () => {})
    await shelf.stock([film], () => {})
    expect(await readFile(film.path, 'utf8')).toBe('moving film')
  })

  test('a source that is a symbolic link is followed to the film', async () => {
    const { shelf, film, media } = await aShelf()
    const source = join(media, 'shortcut.mkv')
    await symlink('film.mkv', source)

    await shelf.stock([{ ...film, source }], () => {})
    expect((await lstat(film.path)).isFile()).toBe(true)
    expect((await stat(film.path)).ino).toBe((await stat(film.source)).ino)
  })

  test('a copy of the same size from before is kept', async () => {
    const { shelf, film, root } = await aShelf()
    await mkdir(join(root, 'guest'))
    await writeFile(film.path, 'copied film')

    await shelf.stock([film], () => {})
    expect(await readFile(film.path, 'utf8')).toBe('copied film')
  })

  test('something else in its place is left alone, and nothing new stays', async () => {
    const { shelf, film, other, root } = await aShelf()
    await mkdir(join(root, 'guest'))
    await writeFile(other.path, 'precious')

    await expect(shelf.stock([film, other], () => {})).rejects.toMatchObject({
      code: 'fence_unavailable',
      message: expect.stringContaining(`Something else is at ${other.path}`),
    })
    expect(await tree(root)).toEqual(['guest', 'guest/other.mkv'])
    expect(await readFile(other.path, 'utf8')).toBe('precious')
  })

  test('a source that is gone takes back what was made for the others', async () => {
    const { shelf, film, other, root } = await aShelf()
    await rm(other.source)

    await expect(shelf.stock([film, other], () => {})).rejects.toMatchObject({
      code: 'fence_unavailable',
      message: expect.stringMatching(
        new RegExp(`no file ${other.source}.*${userInfo().username}.*where Plex runs`),
      ),
    })
    expect(await tree(root)).toEqual([])
  })

  test('a source that is a folder is no film', async () => {
    const { shelf, film, media } = await aShelf()

    await expect(shelf.stock([{ ...film, source: media }], () => {})).rejects.toThrow('is not a file')
  })

  test('a root that is missing is never made', async () => {
    const { root, film } = await aShelf()
    await rm(root, { recursive: true })
    const shelf = createPrivateShelf({ root })

    await expect(shelf.open()).rejects.toThrow(`${root}, does not exist`)
    await expect(shelf.stock([film], () => {})).rejects.toThrow(`${root}, does not exist`)
    await expect(shelf.clear(join(root, 'guest'), [film])).rejects.toThrow(`${root}, does not exist`)
    await expect(stat(root)).rejects.toThrow('ENOENT')
  })

  test('nothing is made outside the root', async () => {
    const { shelf, film, media, root } = await aShelf()

    for (const path of [join(media, 'new.mkv'), join(root, '..', 'new.mkv'), root]) {
      await expect(shelf.stock([{ ...film, path }], () => {})).rejects.toThrow('is not under')
    }
    expect(await tree(media)).toEqual(['film.mkv', 'other.mkv'])
  })

  test.skipIf(isRoot)('a folder that may not be written is named with the user (not as root)', async () => {
    const { shelf, film, root } = await aShelf()
    await mkdir(join(root, 'guest'), { mode: 0o555 })

    await expect(shelf.stock([film], () => {})).rejects.toMatchObject({
      code: 'fence_unavailable',
      message: expect.stringContaining(userInfo().username),
    })
    expect(await tree(root)).toEqual(['guest'])
  })

  test.each([
    ['EACCES', 'may not be written'],
    ['EROFS', 'nobody may write to'],
    ['ENOSPC', 'no room'],
    ['EDQUOT', 'no room'],
    ['EIO', '(EIO, as'],
  ])('%s is told with path and user, and nothing stays', async (code, words) => {
    const { shelf, film, other, root } = await aShelf({
      link: (source, path) => (path.endsWith('other.mkv') ? fail(code) : disk.link(source, path)),
    })

    const failure = await shelf.stock([film, other], () => {}).catch((problem) => problem)
    expect(failure).toMatchObject({ code: 'fence_unavailable', message: expect.stringContaining(words) })
    expect(failure.message).toContain(other.path)
    expect(failure.message).toContain(userInfo().username)
    expect(await tree(root)).toEqual([])
  })

  test('what cannot be taken back is said', async () => {
    const { shelf, film, other } = await aShelf({
      link: (source, path) => (path.endsWith('other.mkv') ? fail('ENOSPC') : disk.link(source, path)),
      unlink: () => fail('EIO'),
    })

    await expect(shelf.stock([film, other], () => {})).rejects.toThrow(
      `What had been made before could not be removed again: ${film.path}`,
    )
  })
})

describe('files on another disk', () => {
  test.skipIf(!isSecondDisk)(`are copied (needs ${memory} on a disk of its own)`, async () => {
    const { shelf, film, root } = await aShelf({}, await aFolder(memory))
    const heard: number[][] = []

    await shelf.stock([film], (...progress) => heard.push(progress))
    expect(await readFile(film.path, 'utf8')).toBe('moving film')
    expect((await stat(film.path)).dev).not.toBe((await stat(film.source)).dev)
    expect(heard).toEqual([[11, 11]])

    await shelf.stock([film], () => {})
    expect(await tree(root)).toEqual(['guest', 'guest/film.mkv'])
  })

  test.each(['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'])('are copied after %s, with progress', async (code) => {
    const { shelf, film, other, root } = await aShelf({ link: () => fail(code) })
    const big = 3 * 1024 * 1024 + 5
    await writeFile(film.source, Buffer.alloc(big, 7))
    const heard: number[] = []

    await shelf.stock([film, other], (doneBytes, totalBytes) => heard.push(totalBytes - doneBytes))
    const mega = 1024 * 1024
    expect(heard).toEqual([2 * mega + 10, mega + 10, 10, 5, 0])
    expect((await readFile(film.path)).equals(await readFile(film.source))).toBe(true)
    expect(await tree(root)).toEqual(['guest', 'guest/film.mkv', 'guest/other.mkv'])
  })

  test('the rest of an earlier copy is replaced', async () => {
    const { shelf, film, root } = await aShelf(copying)
    await mkdir(join(root, 'guest'))
    await writeFile(`${film.path}.otp-part`, 'mov')

    await shelf.stock([film], () => {})
    expect(await readFile(film.path, 'utf8')).toBe('moving film')
    expect(await tree(root)).toEqual(['guest', 'guest/film.mkv'])
  })

  test('a link in the place of the copy is removed and not written through', async () => {
    const { shelf, film, root, media } = await aShelf(copying)
    await mkdir(join(root, 'guest'))
    await symlink(join(media, 'other.mkv'), `${film.path}.otp-part`)

    await shelf.stock([film], () => {})
    expect(await readFile(join(media, 'other.mkv'), 'utf8')).toBe('other')
    expect((await lstat(film.path)).isFile()).toBe(true)
  })

  test('are not begun without room for them', async () => {
    const { shelf, film, root } = await aShelf({ ...copying, freeBytes: async () => 10 })

    await expect(shelf.stock([film], () => {})).rejects.toThrow(
      /needs 1 MB in .*guest, and .* has 1 MB there/,
    )
    expect(await tree(root)).toEqual([])
  })

  test('are copied where the disk does not tell its room', async () => {
    const { shelf, film, root } = await aShelf({ ...copying, freeBytes: async () => undefined })

    await shelf.stock([film], () => {})
    expect(await tree(root)).toEqual(['guest', 'guest/film.mkv'])
  })

  test('a disk that fills up meanwhile keeps nothing', async () => {
    const { shelf, film, other, root } = await aShelf({ ...copying, openNew: fullAfter(8) })

    await expect(shelf.stock([other, film], () => {})).rejects.toMatchObject({
      code: 'fence_unavailable',
      message: expect.stringContaining(`no room for ${film.path}.otp-part`),
    })
    expect(await tree(root)).toEqual([])
  })

  test('a copy that is broken off keeps nothing and says why', async () => {
    const { shelf, film, other, root } = await aShelf(copying)
    const stop = new AbortController()
    const reason = new Error('The assignment was ended.')

    const stocking = shelf.stock([other, film], () => stop.abort(reason), stop.signal)
    await expect(stocking).rejects.toBe(reason)
    expect(await tree(root)).toEqual([])
  })

  test('a source that grows meanwhile is not kept', async () => {
    const { shelf, film, root } = await aShelf({
      ...copying,
      openSource: async (path) => {
        await writeFile(path, 'moving film and more')
        return disk.openSource(path)
      },
    })
    const heard: number[][] = []

    await expect(shelf.stock([film], (...progress) => heard.push(progress))).rejects.toThrow('changed while')
    expect(heard).toEqual([[11, 11]])
    expect(await tree(root)).toEqual([])
  })
})

describe('a symbolic link under the root', () => {
  test('that is put in the place of a folder just before a file is made leads nowhere', async () => {
    const elsewhere = await aFolder()
    const { shelf, film, root } = await aShelf({
      async link(source, path) {
        await swap(join(root, 'guest'), elsewhere)
        return disk.link(source, path)
      },
    })

    await shelf.stock([film], () => {})
    expect(await tree(elsewhere)).toEqual([])
    expect(await tree(root)).toContain('guest.aside/film.mkv')
  })

  test('that is put in the place of a folder just before a file is removed leads nowhere', async () => {
    const elsewhere = await aFolder()
    const { shelf, film, root } = await aShelf({
      async unlink(path) {
        await swap(join(root, 'guest'), elsewhere)
        return disk.unlink(path)
      },
    })
    await shelf.stock([film], () => {})
    await writeFile(join(elsewhere, 'film.mkv'), 'of somebody else')

    await expect(shelf.clear(join(root, 'guest'), [film])).rejects.toThrow('is a symbolic link')
    expect(await readFile(join(elsewhere, 'film.mkv'), 'utf8')).toBe('of somebody else')
  })

  test('is not followed when files are made', async () => {
    const { shelf, film, root, media } = await aShelf()
    const elsewhere = await aFolder()
    await symlink(elsewhere, join(root, 'guest'))

    await expect(shelf.stock([film], () => {})).rejects.toThrow(`${join(root, 'guest')} is a symbolic link`)
    expect(await tree(elsewhere)).toEqual([])
    expect(await tree(media)).toEqual(['film.mkv', 'other.mkv'])
  })

  test('is not followed when files are removed', async () => {
    const { shelf, film, root, media } = await aShelf()
    await symlink(media, join(root, 'guest'))

    await expect(shelf.clear(join(root, 'guest'), [film])).rejects.toThrow('is a symbolic link')
    expect(await tree(media)).toEqual(['film.mkv', 'other.mkv'])
  })

  test('in the place of a file is not ours and stays', async () => {
    const { shelf, film, root, media } = await aShelf()
    await mkdir(join(root, 'guest'))
    await symlink(film.source, film.path)

    await shelf.clear(join(root, 'guest'), [film])
    expect(await tree(root)).toEqual(['guest', 'guest/film.mkv'])
    expect(await tree(media)).toEqual(['film.mkv', 'other.mkv'])
  })

  test('the root itself may be one', async () => {
    const { film, root } = await aShelf()
    const alias = join(await aFolder(), 'alias')
    await symlink(root, alias)
    const shelf = createPrivateShelf({ root: alias })

    await shelf.stock([{ ...film, path: join(alias, 'guest', 'film.mkv') }], () => {})
    expect(await tree(root)).toEqual(['guest', 'guest/film.mkv'])
  })
})

describe('removing', () => {
  test('takes the files, what is left of a copy, and the folders; the sources stay', async () => {
    const { shelf, film, other, root, media } = await aShelf()
    const deep = { ...other, path: join(root, 'guest', 'Show', 'Season 01', 'other.mkv') }
    await shelf.stock([film, deep], () => {})
    await writeFile(`${deep.path}.otp-part`, 'half')

    await shelf.clear(join(root, 'guest'), [film, deep])
    expect(await tree(root)).toEqual([])
    expect(await tree(media)).toEqual(['film.mkv', 'other.mkv'])
  })

  test('is done when nothing is there any more', async () => {
    const { shelf, film, root } = await aShelf()

    await shelf.clear(join(root, 'guest'), [film])
    expect(await tree(root)).toEqual([])
  })

  test('leaves what somebody else put there, and its folder', async () => {
    const { shelf, film, root } = await aShelf()
    const deep = { ...film, path: join(root, 'guest', 'Show', 'film.mkv') }
    await shelf.stock([deep], () => {})
    await writeFile(join(root, 'guest', 'notes.txt'), 'mine')
    await link(deep.source, join(root, 'guest', 'my own link.mkv'))

    await shelf.clear(join(root, 'guest'), [deep])
    expect(await tree(root)).toEqual(['guest', 'guest/my own link.mkv', 'guest/notes.txt'])
  })

  test('takes no folder above its own, nor the root', async () => {
    const { shelf, film, root } = await aShelf()
    const own = join(root, 'guest', 'otp-1')
    const deep = { ...film, path: join(own, 'film.mkv') }
    await shelf.stock([deep], () => {})

    await shelf.clear(own, [deep])
    expect(await tree(root)).toEqual(['guest'])
    await expect(shelf.clear(root, [])).rejects.toThrow('is not under')
    expect(await tree(root)).toEqual(['guest'])
  })

  test('removes nothing at all when one of the paths is outside the root', async () => {
    const { shelf, film, other, root, media } = await aShelf()
    await shelf.stock([film], () => {})
    const outside = { ...other, path: join(media, 'other.mkv') }

    await expect(shelf.clear(join(root, 'guest'), [film, outside])).rejects.toMatchObject({
      code: 'fence_unavailable',
      message: expect.stringContaining('is not under'),
    })
    expect(await tree(root)).toEqual(['guest', 'guest/film.mkv'])
    expect(await tree(media)).toEqual(['film.mkv', 'other.mkv'])
  })

  test.each([{ unlink: () => fail('EACCES') }, { removeFolder: () => fail('EACCES') }])(
    'a failure names path and user (%o)',
    async (broken) => {
      const { film, root } = await aShelf()
      await createPrivateShelf({ root }).stock([film], () => {})
      const shelf = createPrivateShelf({ root, disk: { ...disk, ...broken } })

      await expect(shelf.clear(join(root, 'guest'), [film])).rejects.toMatchObject({
        code: 'fence_unavailable',
        message: expect.stringMatching(
          new RegExp(`${root}/guest.* could not be removed by .*${userInfo().username}`),
        ),
      })
    },
  )
})

/** A shelf on a folder of its own and two films outside it. */
async function aShelf(changed: Partial<Disk> = {}, place?: string) {
  const media = await aFolder()
  const root = place ?? (await aFolder())
  const film = await aFilm('film.mkv', 'moving film')
  const other = await aFilm('other.mkv', 'other')
  return { root, media, film, other, shelf: createPrivateShelf({ root, disk: { ...disk, ...changed } }) }

  async function aFilm(name: string, content: string): Promise<PrivateFile> {
    const source = join(media, name)
    await writeFile(source, content)
    return { path: join(root, 'guest', name), source, sizeBytes: content.length }
  }
}

async function aFolder(place = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(place, 'otp-shelf-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function swap(folder: string, elsewhere: string): Promise<void> {
  await rename(folder, `${folder}.aside`)
  await symlink(elsewhere, folder)
}

/** All that is in a folder, links not followed. */
async function tree(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort()
}

const copying = { link: () => fail('EXDEV') }

/** A failure as the system reports it. */
async function fail(code: string): Promise<never> {
  throw Object.assign(new Error(`${code}: made up`), { code, syscall: 'made up' })
}

/** A disk that takes this many bytes of all files together. */
function fullAfter(bytes: number): Disk['openNew'] {
  let room = bytes
  return async (path) => {
    const file = await disk.openNew(path)
    return { write, sync: () => file.sync(), close: () => file.close() }

    async function write(bytes: Uint8Array, at: number, length: number) {
      if (room === 0) await fail('ENOSPC')
      const written = await file.write(bytes, at, Math.min(length, room))
      room -= written.bytesWritten
      return written
    }
  }
}

async function isOtherDisk(path: string): Promise<boolean> {
  const here = await stat(tmpdir())
  const there = await stat(path).catch(() => undefined)
  return there !== undefined && there.dev !== here.dev
}
