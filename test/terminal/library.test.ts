import { describe, expect, test } from 'vitest'
import { createLibraries } from '../../src/core/access/libraries.js'
import type { AssignRequest } from '../../src/core/api.js'
import type { Own } from '../../src/terminal/verbs/own.js'
import { anAssignment, assignedAnswer } from '../rest/answers.js'
import { createStage, type Stage } from '../support/stage.js'
import { sitAt } from './desk.js'

/** The libraries of a stage, as the configuration would lead to them. */
function librariesOf({ ports }: Stage, { knowsPasses = true } = {}): Partial<Own> {
  const libraries = createLibraries({ ...ports, store: knowsPasses ? ports.store : undefined })
  return { libraries: (_, work) => work({ libraries, knowsPasses }) }
}

describe('otp library', () => {
  test('list shows what the server has, to people and to scripts', async () => {
    const stage = createStage()
    const otp = await sitAt({}, { own: librariesOf(stage) })

    const table = await otp(['library', 'list'])
    const lines = await otp(['library', 'list', '--json'])

    expect(table.out).toMatchInlineSnapshot(`
      "KEY  TITLE     TYPE   SCAN  FOLDERS
      1    Films     movie        /media/films
      2    Shows     show         /media/films
      3    Rarities  movie        /media/films
      "
    `)
    expect(JSON.parse(lines.out.split('\n')[0] ?? '')).toEqual({
      key: '1',
      title: 'Films',
      type: 'movie',
      folders: ['/media/films'],
      scanning: false,
    })
  })

  test('new makes a library of the folders', async () => {
    const stage = createStage()
    const otp = await sitAt({}, { own: librariesOf(stage) })
    const flags = ['--name', 'Short Films', '--type', 'movie', '--language', 'en-US']

    const { code, out } = await otp(['library', 'new', '/media/short', '/media/shorter', ...flags])

    expect({ code, out }).toEqual({
      code: 0,
      out: 'The library "Short Films" was made, with the key 71, and is being scanned.\n',
    })
    expect(stage.plex.libraries.at(-1)).toMatchObject({ folders: ['/media/short', '/media/shorter'] })
  })

  test('rm without the title removes nothing where nobody can be asked', async () => {
    const stage = createStage()
    const otp = await sitAt({}, { own: librariesOf(stage) })

    const bare = await otp(['library', 'rm', '3'])
    const wrong = await otp(['library', 'rm', '3', '--confirm', 'rarities'])
    const unknown = await otp(['library', 'rm', '99', '--confirm', 'Rarities'])

    expect([bare, wrong, unknown].map(({ code, out }) => ({ code, out }))).toEqual(
      Array(3).fill({ code: 1, out: '' }),
    )
    expect(bare.err).toMatch(/^confirm: expected "Rarities"/)
    expect(wrong.err).toBe(bare.err)
    expect(unknown.err).toContain('no library with the key 99')
    expect(stage.plex.said).toEqual([])
  })

  test('rm with the exact title removes the library and says that its files stay', async () => {
    const stage = createStage()
    const otp = await sitAt({}, { own: librariesOf(stage) })

    const { code, out } = await otp(['library', 'rm', '3', '--confirm', 'Rarities'])

    expect(code).toBe(0)
    expect(out).toBe(
      'The library "Rarities" is gone from Plex. Its media files were not touched; OTP never deletes media.\n',
    )
    expect(stage.plex.said).toEqual(['delete library Rarities'])
  })

  test('rm asks whoever sits at a terminal, but never a script', async () => {
    const stage = createStage()
    const asked: string[] = []
    const answers = ['', 'Rarities']
    const ask = async (question: string) => {
      asked.push(question)
      return answers.shift() ?? ''
    }
    const otp = await sitAt({}, { own: librariesOf(stage), ask })

    const script = await otp(['library', 'rm', '3', '--json'])
    const unsure = await otp(['library', 'rm', '3'])
    expect([script.code, unsure.code]).toEqual([1, 1])
    expect(stage.plex.said).toEqual([])

    const sure = await otp(['library', 'rm', '3'])
    expect(sure.code).toBe(0)
    expect(asked).toHaveLength(2)
    expect(asked[0]).toContain('"Rarities"')
    expect(stage.plex.said).toEqual(['delete library Rarities'])
  })

  test('rm refuses what a pass needs, and says when it cannot know', async () => {
    const stage = createStage()
    const record = anAssignment({ media: { ...anAssignment().media, libraryKey: '3' } })
    await stage.store.commit([{ kind: 'assignment', id: record.id, record, unless: 'exists' }])
    const knowing = await sitAt({}, { own: librariesOf(stage) })
    const unknowing = await sitAt({}, { own: librariesOf(stage, { knowsPasses: false }) })
    const words = ['library', 'rm', '3', '--confirm', 'Rarities']

    expect(await knowing(words)).toMatchObject({ code: 1, err: expect.stringContaining('stays') })
    expect(await unknowing(words)).toMatchObject({
      code: 0,
      out: expect.stringContaining('There is no store of OTP here'),
    })
  })

  test('shared asks the running service for the private fence', async () => {
    const asked: AssignRequest[] = []
    const otp = await sitAt({
      assign: async (request) => {
        asked.push(request)
        return assignedAnswer({ assignment: anAssignment({ fence: 'private' }) })
      },
    })

    const { code, out } = await otp(['library', 'shared', 'robin', '212'])

    expect(code).toBe(0)
    expect(asked).toEqual([
      { guest: 'robin', media: 'rk:212', fence: 'private', ask: false, by: 'key:owner' },
    ])
    expect(out).toContain('Fence: private. A library with only this title in it')
  })

  test('wrong usage is exit code 2', async () => {
    const otp = await sitAt()
    const wrong = [
      ['library', 'bogus'],
      ['library', 'new', '/media', '--name', 'x'],
      ['library', 'new', '/media', '--name', 'x', '--type', 'artist'],
      ['library', 'rm'],
    ]

    for (const words of wrong)
      expect({ words, ...(await otp(words)) }).toMatchObject({ words, code: 2, out: '' })
  })
})
