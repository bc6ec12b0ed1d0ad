import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultConfigText } from '../../src/config/default-file.js'
import { withValue } from '../../src/config/toml-edit.js'
import { writeKeys } from '../../src/config/write-key.js'

const folder = await mkdtemp(join(tmpdir(), 'otp-write-key-'))
afterAll(() => rm(folder, { recursive: true }))

describe('a value of the configuration', () => {
  it('changes in the default file, and no other line does', () => {
    const before = defaultConfigText('key-of-the-api').split('\n')
    const after = withValue(before.join('\n'), 'plex', 'token', 'fresh')?.split('\n')

    const changed = before.flatMap((line, at) => (line === after?.[at] ? [] : [[line, after?.[at]]]))
    expect(after).toHaveLength(before.length)
    expect(changed).toEqual([['token = ""', 'token = "fresh"']])
  })

  it.each<[string, string, string]>([
    [
      'keeps the comment behind it',
      '[plex]\ntoken="a" # mine\nurl = "u"',
      '[plex]\ntoken="new" # mine\nurl = "u"',
    ],
    ['keeps line breaks of the other kind', '[plex]\r\ntoken = "a"\r\n', '[plex]\r\ntoken = "new"\r\n'],
    [
      'stands under a header with a comment',
      '[plex] # x\n  token =  "a"\n',
      '[plex] # x\n  token =  "new"\n',
    ],
    ['replaces text in other quotes', "[plex]\ntoken = 'a'\n", '[plex]\ntoken = "new"\n'],
    ['replaces text of several lines', '[plex]\ntoken = """\na\n[x]\n"""\n', '[plex]\ntoken = "new"\n'],
    ['is found under a quoted name', '["plex"]\n"token" = "a"\n', '["plex"]\n"token" = "new"\n'],
    ['is found with its dots', 'plex.token = "a"\nplex.url = "u"\n', 'plex.token = "new"\nplex.url = "u"\n'],
    ['is added under its header', '[plex]\nurl = "u"\n', '[plex]\ntoken = "new"\nurl = "u"\n'],
    ['is added under a header at the end', '[plex]', '[plex]\ntoken = "new"\n'],
    ['is added with its section', '[api]\nport = 1\n', '[api]\nport = 1\n\n[plex]\ntoken = "new"\n'],
    ['is added behind a line without a break', 'a = 1', 'a = 1\n\n[plex]\ntoken = "new"\n'],
    ['is added to an empty file', '', '[plex]\ntoken = "new"\n'],
    ['is not the one in a comment', '[plex]\n# token = "a"\n', '[plex]\ntoken = "new"\n# token = "a"\n'],
    [
      'is not the one of another section',
      '[discord]\ntoken = "a"\n[plex]\ntoken = "b"\n',
      '[discord]\ntoken = "a"\n[plex]\ntoken = "new"\n',
    ],
    [
      'is not the one inside a text',
      '[monitor]\nmessage = """\n[plex]\ntoken = "a"\n"""\n[plex]\ntoken = "b"\n',
      '[monitor]\nmessage = """\n[plex]\ntoken = "a"\n"""\n[plex]\ntoken = "new"\n',
    ],
    [
      'is found behind lists, tables and times',
      'at = 2031-03-02 10:00:00\nl = [ "]", # ]\n  "x" ]\nt = { a = "}" }\nq = """a"""" # "\n[plex]\ntoken = "a"\n',
      'at = 2031-03-02 10:00:00\nl = [ "]", # ]\n  "x" ]\nt = { a = "}" }\nq = """a"""" # "\n[plex]\ntoken = "new"\n',
    ],
    [
      'is not the one in a table of a list',
      '[[webhooks]]\nurl = "u"\n[plex]\nurl = "v"\n',
      '[[webhooks]]\nurl = "u"\n[plex]\ntoken = "new"\nurl = "v"\n',
    ],
  ])('%s', (_, before, after) => {
    expect(withValue(before, 'plex', 'token', 'new')).toBe(after)
  })

  it('may hold anything', () => {
    const value = 'quote " backslash \\ break \n and \u{1F3AC} # no comment'
    expect(parse(withValue('[plex]\ntoken = "a"\n', 'plex', 'token', value) ?? '')).toEqual(
      parse(`[plex]\ntoken = ${JSON.stringify(value)}\n`),
    )
  })

  it.each([
    ['text that is no TOML', '[plex\ntoken = "a"\n'],
    ['a section that cannot be opened again', 'plex = { token = "a" }\n'],
    ['a section that is a list', '[[plex]]\ntoken = "a"\n'],
    ['dotted names where the key is missing', 'plex.url = "u"\n'],
  ])('is left alone in %s', (_, before) => {
    expect(withValue(before, 'plex', 'token', 'new')).toBeUndefined()
  })
})

describe('the configuration file', () => {
  it('is replaced whole, with the mode it had, and leaves no draft', async () => {
    const file = await aFile('plain.toml', '# mine\n[plex]\ntoken = "old"\n')
    await chmod(file, 0o640)

    await write(file)

    expect(await readFile(file, 'utf8')).toBe('# mine\n[plex]\ntoken = "new-token"\n')
    expect((await stat(file)).mode & 0o777).toBe(0o640)
    expect((await readdir(folder)).filter((name) => name.endsWith('.new'))).toEqual([])
  })

  it('is changed where a link leads, and the link stays', async () => {
    const file = await aFile('real.toml', '[plex]\ntoken = "old"\n')
    const link = join(folder, 'link.toml')
    await symlink(file, link)

    await write(link)

    expect(await readFile(file, 'utf8')).toBe('[plex]\ntoken = "new-token"\n')
    expect((await stat(file)).ino).toBe((await stat(link)).ino)
  })

  it('that is no TOML is left as it is, in words that repeat nothing of it', async () => {
    const file = await aFile('broken.toml', '[plex\ntoken = "old-token"\n')

    const error = await write(file).catch((problem: unknown) => problem)

    expect(error).toMatchObject({ code: 'conflict', message: expect.stringContaining('[plex] token') })
    expect(String(error)).not.toMatch(/old-token|new-token/)
    expect(await readFile(file, 'utf8')).toBe('[plex\ntoken = "old-token"\n')
  })

  it('that is not there is not made', async () => {
    await expect(write(join(folder, 'missing.toml'))).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('ENOENT'),
    })
  })
})

async function aFile(name: string, text: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, text, { mode: 0o600 })
  return file
}

function write(file: string): Promise<void> {
  return writeKeys({ file, section: 'plex', values: { token: 'new-token' } })
}
