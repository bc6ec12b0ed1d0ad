import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { routes } from '../src/rest/routes/index.js'
import { formats } from '../src/store/formats.js'
import { fakeCore } from './support/fake-core.js'
import { sitAt } from './terminal/desk.js'

const documents = ['README.md', 'CONTRIBUTING.md', 'docs/operation.md']
const open = ['/healthz', '/readyz', '/metrics', '/docs', '/api/v1/openapi.json']
const npmItself = /^npm (ci|test|link)$/

const Package = z.object({ scripts: z.record(z.string(), z.string()), files: z.array(z.string()) })
const pack = Package.parse(JSON.parse(await readFile('package.json', 'utf8')))

/** The commands in a document's blocks, and those of `otp` in its sentences. */
async function commandsIn(document: string): Promise<{ ours: string[]; others: string[] }> {
  const text = await readFile(document, 'utf8')
  const blocks = [...text.matchAll(/^```sh( on-a-server)?\n([\s\S]*?)^```$/gm)]
  const lines = blocks.flatMap(([, mark, block = '']) =>
    linesIn(block).filter((line) => mark === undefined || isOurs(line)),
  )
  const inline = [...text.matchAll(/`(otp [a-z][^`]*)`/g)].flatMap(([, command = '']) => command)
  return { ours: [...lines.filter(isOurs), ...inline], others: lines.filter((line) => !isOurs(line)) }
}

/** Whatever runs it, a command of `otp` is one; a container has the same name. */
function linesIn(block: string): string[] {
  return block
    .replace(/\\\n/g, ' ')
    .split(/\n|&&/)
    .map((line) => line.replace(/#.*$/, '').trim())
    .map((line) =>
      line.replace(/^(docker compose run --rm (?=otp)|docker compose exec otp |sudo -u otp )/, ''),
    )
    .filter(Boolean)
}

function isOurs(line: string): boolean {
  return /^otp( |$)/.test(line)
}

describe.each(documents)('%s', (document) => {
  it('names only verbs and flags that there are', async () => {
    const otp = await sitAt()
    const { ours } = await commandsIn(document)

    for (const command of new Set(ours)) {
      const [, ...words] = command.split(/\s+/)
      const verbs = words.filter((word, at) => at < 2 && /^[a-z]+$/.test(word))
      const { code, out } = await help(otp, verbs)
      expect([command, code]).toEqual([command, 0])
      if (verbs[0] !== undefined) expect(out).toContain(`Usage: otp ${verbs[0]}`)
      for (const flag of words.filter((word) => word.startsWith('--'))) {
        expect(`${command}: ${out}`).toContain(flag.replace(/=.*/, ''))
      }
    }
  })

  it('names only scripts and addresses that there are', async () => {
    const { others } = await commandsIn(document)
    for (const command of others) expect([command, isKnown(command)]).toEqual([command, true])
  })
})

it('every part of the program has its line in ARCHITECTURE.md, and every file that it names is there', async () => {
  const text = await readFile('ARCHITECTURE.md', 'utf8')
  for (const [, path = ''] of text.matchAll(/`((?:src|commands)\/[\w/.-]*)`/g)) {
    await expect(readFile(path).catch(({ code }) => code)).resolves.not.toBe('ENOENT')
  }
  expect(formats.map(({ number }) => number)).toEqual(formats.map((_, at) => at + 1))
})

it('the package holds the program and what is read beside it, nothing else', async () => {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'])
  const [listed] = z
    .array(z.object({ files: z.array(z.object({ path: z.string() })) }))
    .parse(JSON.parse(stdout))
  const paths = listed?.files.map(({ path }) => path) ?? []

  expect(paths.filter((path) => !/^dist\/(src|commands)\/.+\.js$/.test(path)).sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'config.example.toml',
    'docs/operation.md',
    'package.json',
    'packaging/otp.service',
  ])
  expect(pack.files).toEqual(expect.arrayContaining(['dist/src', 'dist/commands']))
})

it('the image is built from nothing but what the build needs', async () => {
  const [dockerfile, ignored] = await Promise.all(
    ['Dockerfile', '.dockerignore'].map((one) => readFile(one, 'utf8')),
  )
  const copied = [...(dockerfile ?? '').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
    names.split(' '),
  )
  const allowed = [...(ignored ?? '').matchAll(/^!(.+)$/gm)].map(([, name = '']) => name)

  expect([...new Set(copied)].sort()).toEqual(allowed.sort())
  expect(dockerfile).toMatch(/^USER node$/m)
  expect(dockerfile).toMatch(/^HEALTHCHECK[\s\S]+\/healthz/m)
})

it('the image, the unit and npm start set Node alike, and Node takes it', async () => {
  const [dockerfile = '', unit = ''] = await Promise.all(
    ['Dockerfile', 'packaging/otp.service'].map((one) => readFile(one, 'utf8')),
  )
  const set = [...unit.matchAll(/^Environment=(.+)$/gm)].map(([, one = '']) => one)
  const env = Object.fromEntries(set.map((one) => one.split(/=(.*)/s)))

  expect(dockerfile).toContain(`ENV ${set.join(' ')}\n`)
  expect(pack.scripts.start).toBe(`node ${env.NODE_OPTIONS} dist/src/main.js`)
  await promisify(execFile)('node', ['-e', ''], { env: { ...process.env, ...env } })
})

/** A second word may be the verb of a verb, or what it is given. */
async function help(otp: Awaited<ReturnType<typeof sitAt>>, verbs: string[]) {
  const [first = '', second] = verbs
  const top = await otp(first === '' ? ['--help'] : [first, '--help'])
  return second !== undefined && new RegExp(`^  ${second}\\b`, 'm').test(top.out)
    ? otp([first, second, '--help'])
    : top
}

function isKnown(command: string): boolean {
  const [, script] = /^npm run ([\w:]+)/.exec(command) ?? []
  if (script !== undefined) return script in pack.scripts
  if (command.startsWith('curl ')) return isRoute(/https?:\/\/\S+/.exec(command)?.[0] ?? '')
  return npmItself.test(command)
}

function isRoute(url: string): boolean {
  const { pathname } = new URL(url)
  if (open.includes(pathname)) return true
  return routes(fakeCore()).some(({ path }) =>
    new RegExp(`^/api/v1${path.replace(/:\w+/g, '[^/]+')}$`).test(pathname),
  )
}
