import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createLibraries } from '../../src/plex/libraries.js'
import { anOddServer } from './odd-server.js'
import { stagePlex } from './stage.js'

describe('a new library', () => {
  test.each([
    [201, 'directory'],
    [200, 'directory'],
    [201, 'empty'],
    [200, 'empty'],
  ] as const)('is made, also when %i comes with %s', async (createdStatus, createdBody) => {
    const { plexServer, world } = await stagePlex()
    Object.assign(world.server, { createdStatus, createdBody })
    const folders = [await aFolder(), `${await aFolder()}/`]

    const made = await plexServer.createLibrary({ title: 'Dust & Bells for mo', type: 'movie', folders })
    const simulated = world.catalogue.libraries.at(-1)
    expect(made).toEqual({
      key: simulated?.key,
      title: 'Dust & Bells for mo',
      type: 'movie',
      uuid: simulated?.uuid,
      folders: simulated?.folders,
      scanning: false,
    })
    expect(simulated).toMatchObject({
      agent: 'tv.plex.agents.movie',
      scanner: 'Plex Movie',
      language: 'en-US',
    })
    expect(await plexServer.libraries()).toContainEqual(made)
    expect(simulated?.folders).toHaveLength(2)
  })

  test('of shows has the agent for shows, and what is asked for goes before', async () => {
    const { plexServer, world, server } = await stagePlex()
    const folders = [await aFolder()]

    await plexServer.createLibrary({ title: 'Shows', type: 'show', folders })
    expect(world.catalogue.libraries.at(-1)).toMatchObject({
      type: 'show',
      agent: 'tv.plex.agents.series',
      scanner: 'Plex TV Series',
    })
    await plexServer.createLibrary({
      title: 'Files',
      type: 'movie',
      folders,
      agent: 'com.plexapp.agents.none',
      scanner: 'Plex Video Files Scanner',
      language: 'de-DE',
    })
    expect(world.catalogue.libraries.at(-1)).toMatchObject({
      agent: 'com.plexapp.agents.none',
      language: 'de-DE',
    })
    expect(server.journal.filter((one) => one.method === 'POST')).toHaveLength(2)
  })

  test('is made without an agent where Plex does not have the usual one', async () => {
    const { plexServer, world } = await stagePlex()
    world.server.agents = ['com.plexapp.agents.none']

    await plexServer.createLibrary({ title: 'Shows', type: 'show', folders: [await aFolder()] })
    expect(world.catalogue.libraries.at(-1)).toMatchObject({
      agent: 'com.plexapp.agents.none',
      scanner: 'Plex Video Files Scanner',
    })
  })

  test.each([404, 405])('is asked for in the documented form after %i', async (status) => {
    const { plexServer, world, server } = await stagePlex()
    const folder = await aFolder()
    server.faults.next({ match: 'POST /library/sections', act: { kind: 'answer', status } })

    const made = await plexServer.createLibrary({ title: 'Shows', type: 'show', folders: [folder] })
    expect(made.folders).toEqual([folder])
    expect(world.catalogue.libraries).toHaveLength(3)
    expect(server.journal.filter((one) => one.method === 'POST').map((one) => [one.path, one.query])).toEqual(
      [
        ['/library/sections', expect.objectContaining({ type: 'show', location: folder })],
        ['/library/sections/all', expect.objectContaining({ type: '2', locations: folder })],
      ],
    )
  })

  test('in a folder that the server does not have is refused after two attempts', async () => {
    const { plexServer, world, server } = await stagePlex()

    await expect(
      plexServer.createLibrary({ title: 'Nowhere', type: 'movie', folders: ['/no/such/folder'] }),
    ).rejects.toMatchObject({ code: 'plex_refused' })
    expect(world.catalogue.libraries).toHaveLength(2)
    expect(server.journal.filter((one) => one.method === 'POST')).toHaveLength(2)
  })

  test.each([
    ['503', { kind: 'answer', status: 503 }],
    ['a reset after it was made', { kind: 'reset', when: 'after' }],
    ['429', { kind: 'answer', status: 429 }],
  ] as const)('is not asked for twice after %s', async (_what, act) => {
    const { plexServer, server } = await stagePlex()
    server.faults.next({ match: 'POST /library/sections', act })

    const asked = { title: 'Films', type: 'movie', folders: [await aFolder()] } as const
    await expect(plexServer.createLibrary(asked)).rejects.toThrow('The Plex server')
    expect(server.journal.filter((one) => one.method === 'POST')).toHaveLength(1)
  })

  test('that is made and cannot be found is in doubt, not refused', async () => {
    const { plexServer, world, server } = await stagePlex()
    world.server.createdBody = 'empty'
    const asked = { title: 'Films', type: 'movie', folders: [await aFolder()] } as const
    server.faults.next({ match: 'GET /library/sections', act: { kind: 'answer', status: 403 } })

    await expect(plexServer.createLibrary(asked)).rejects.toMatchObject({ code: 'plex_unreachable' })
    const { http } = anOddServer({ 'POST /library/sections': [201], 'GET /library/sections': [{ size: 0 }] })
    await expect(createLibraries(http).createLibrary(asked)).rejects.toMatchObject({
      code: 'plex_unreachable',
    })
  })

  test('is known by exactly its folders when Plex only says that it is done', async () => {
    const library = (key: string, ...folders: string[]) => ({
      key,
      title: 'Films',
      type: 'movie',
      Location: folders.map((path) => ({ path })),
    })
    const { http } = anOddServer({
      'POST /library/sections': [201],
      'GET /library/sections': [
        { Directory: [library('1', '/a', '/b'), library('2', '/a/c'), library('3', '/a/'), library('4')] },
      ],
    })

    const made = await createLibraries(http).createLibrary({ title: 'Films', type: 'movie', folders: ['/a'] })
    expect(made.key).toBe('3')
  })

  test('without a folder is a mistake of ours', async () => {
    const { plexServer, server } = await stagePlex()

    await expect(plexServer.createLibrary({ title: 'X', type: 'movie', folders: [] })).rejects.toThrow(
      'without folders',
    )
    expect(server.journal).toEqual([])
  })
})

describe('a scan', () => {
  test('finds what is in the folder, and says while it lasts that it does', async () => {
    const { plexServer, world, clock } = await stagePlex()
    world.server.scanMs = 5_000
    const folder = await aFolder()
    await mkdir(join(folder, 'Dust & Bells (2021)'))
    await writeFile(join(folder, 'Dust & Bells (2021)', 'Dust & Bells (2021).mkv'), 'film')
    const { key } = await plexServer.createLibrary({ title: 'Private', type: 'movie', folders: [folder] })

    await plexServer.scan(key)
    expect((await plexServer.libraries()).find((one) => one.key === key)?.scanning).toBe(true)
    await clock.advance(5_000)
    expect((await plexServer.libraries()).find((one) => one.key === key)?.scanning).toBe(false)
    expect((await plexServer.itemsIn(key, 'movie')).map((one) => one.title)).toEqual(['Dust & Bells'])
  })

  test.each([404, 405])('is asked for in the documented way after %i', async (status) => {
    const { http, asked } = anOddServer({
      'GET /library/sections/7/refresh': [status],
      'POST /library/sections/7/refresh': [200],
    })

    await createLibraries(http).scan('7')
    expect(asked.map((one) => one.method)).toEqual(['GET', 'POST'])
  })

  test('of a library that is gone is refused', async () => {
    const { plexServer } = await stagePlex()

    await expect(plexServer.scan('99')).rejects.toMatchObject({ code: 'plex_refused' })
  })
})

describe('deleting a library', () => {
  test('takes the one that is meant, and no file', async () => {
    const { plexServer, world, server } = await stagePlex()
    const folder = await aFolder()
    await writeFile(join(folder, 'film.mkv'), 'film')
    const made = await plexServer.createLibrary({ title: 'Private', type: 'movie', folders: [folder] })

    await plexServer.deleteLibrary(made)
    expect(world.catalogue.libraries.map((one) => one.title)).toEqual(['Films', 'Series'])
    expect(await readdir(folder)).toEqual(['film.mkv'])
    expect(world.disaster).toBe(false)
    expect(server.journal.filter((one) => one.method === 'DELETE').map((one) => one.path)).toEqual([
      `/library/sections/${made.key}`,
    ])
  })

  test('is done when it is gone, before or meanwhile', async () => {
    const { plexServer, server } = await stagePlex()

    await plexServer.deleteLibrary({ key: '99', title: 'Private' })
    expect(server.journal.filter((one) => one.method === 'DELETE')).toEqual([])
    server.faults.next({ match: 'DELETE /library/sections', act: { kind: 'answer', status: 404 } })
    await plexServer.deleteLibrary({ key: '3', title: 'Films' })
  })

  test.each([
    ['another title', { title: 'films' }, '"Films"'],
    ['another uuid', { title: 'Films', uuid: 'another' }, 'another one of the same name'],
  ])('is refused where the key has %s', async (_what, differing, words) => {
    const { plexServer, world, server } = await stagePlex()

    await expect(plexServer.deleteLibrary({ key: '3', ...differing })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(words),
    })
    expect(world.catalogue.libraries).toHaveLength(2)
    expect(server.journal.filter((one) => one.method === 'DELETE')).toEqual([])
  })

  test('is not done where the list cannot be read', async () => {
    const { plexServer, server } = await stagePlex()
    server.faults.next({ match: 'GET /library/sections', act: { kind: 'html' } })

    await expect(plexServer.deleteLibrary({ key: '3', title: 'Films' })).rejects.toMatchObject({
      code: 'plex_unreachable',
    })
    expect(server.journal.filter((one) => one.method === 'DELETE')).toEqual([])
  })

  test('is asked for in one place alone, and nothing at the server but that and a transcode is deleted', async () => {
    const folder = new URL('../../src/plex/', import.meta.url)
    const names = ['server', 'items', 'labels', 'libraries', 'history', 'paging', 'streams']
    const deleting = await Promise.all(
      names.map(async (name) => {
        const source = await readFile(new URL(`${name}.ts`, folder), 'utf8')
        return [name, source.split("'DELETE'").length - 1] as const
      }),
    )

    expect(deleting.filter(([, times]) => times > 0)).toEqual([
      ['libraries', 1],
      ['streams', 1],
    ])
  })
})

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'otp-library-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
