import { readdir, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

/**
 * Who may import whom. An area may always import itself; `packages` stands for npm and `node:` modules. What is
 * not listed here is not allowed, new folders included.
 */
const edge = ['core', 'util', 'packages']
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  util: ['core', 'packages'],
  config: edge,
  wire: edge,
  plex: edge,
  store: edge,
  files: edge,
  metrics: edge,
  titles: edge,
  calendar: edge,
  webhooks: edge,
  discord: edge,
  rest: [...edge, 'wire'],
  terminal: [...edge, 'wire'],
  simulator: edge,
  commands: ['core', 'discord', 'packages'],
  demo: [...edge, 'simulator', 'config', 'wire', 'app'],
  app: [
    ...edge,
    'config',
    'wire',
    'plex',
    'store',
    'files',
    'metrics',
    'titles',
    'calendar',
    'discord',
    'rest',
    'webhooks',
    'commands',
  ],
  main: [
    ...edge,
    'config',
    'wire',
    'plex',
    'store',
    'files',
    'discord',
    'rest',
    'terminal',
    'commands',
    'demo',
    'app',
  ],
}

const root = join(import.meta.dirname, '..')

describe('the architecture', () => {
  it('holds in every file', async () => {
    const files = await sourceFiles()
    const broken = await Promise.all(
      files.map(async (file) => forbiddenImports(file, await readFile(join(root, file), 'utf8'))),
    )

    expect(files).toContain('src/core/ports.ts')
    expect(broken.flat()).toEqual([])
  })

  it.each([
    ['src/core/monitor/judge.ts', "import { z } from 'zod'"],
    ['src/core/monitor/judge.ts', "import { join } from 'node:path'"],
    ['src/core/monitor/judge.ts', "import type { Store } from '../../store/open.js'"],
    ['src/core/messages/english.ts', "import { thing } from '../../util/ids.js'"],
    ['src/plex/http.ts', "import { openStore } from '../store/open.js'"],
    ['src/rest/app.ts', "export { reply } from '../discord/replies.js'"],
    ['src/rest/app.ts', "const app = await import('../app.js')"],
    ['src/terminal/remote.ts', "import { present } from '../rest/present.js'"],
    ['src/util/log.ts', "import { loadConfig } from '../config.js'"],
    ['src/simulator/world.ts', "import { createPlexServer } from '../plex/server.js'"],
    ['src/simulator/world.ts', "import { createApp } from '../app.js'"],
    ['src/app.ts', "import './main.js'"],
    ['src/store/open.ts', "import { something } from '../elsewhere/thing.js'"],
    ['commands/assign.ts', "import { openStore } from '../src/store/open.js'"],
    ['commands/assign.ts', "import { systemClock } from '../src/util/clock.js'"],
  ])('would tell of a bad import in %s: %s', (file, source) => {
    expect(forbiddenImports(file, source)).toHaveLength(1)
  })

  it.each([
    ['src/core/monitor/judge.ts', "import type { Session } from '../model.js'"],
    ['src/core/messages/english.ts', "import type { Session } from '../model.js'"],
    ['src/plex/http.ts', "import axios from 'axios'\nimport { OtpError } from '../core/errors.js'"],
    ['src/config/schema.ts', "import { createRedactor } from '../util/redact.js'"],
    ['src/simulator/demo.ts', "import { createApp } from '../app.js'\nimport { world } from './world.js'"],
    ['src/simulator/demo/story.ts', "import { createApp } from '../../app.js'"],
    ['src/app.ts', "import { commands } from '../commands/index.js'"],
    ['src/main.ts', "const { createApp } = await import('./app.js')"],
    ['commands/assign.ts', "import type { Command } from '../src/discord/command.js'"],
    ['src/store/open.ts', "// import { createApp } from '../app.js'"],
  ])('has nothing against %s: %s', (file, source) => {
    expect(forbiddenImports(file, source)).toEqual([])
  })
})

/** What a file imports and may not, in words. */
function forbiddenImports(file: string, source: string): string[] {
  const from = areaOf(file)

  return ts
    .preProcessFile(source, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => !mayImport(from, targetArea(file, name)))
    .map((name) => `${file} (${from}) imports ${name}`)
}

function mayImport(from: string, to: string): boolean {
  return from === to || (allowed[from] ?? []).includes(to)
}

function targetArea(file: string, name: string): string {
  return name.startsWith('.') ? areaOf(posix.join(posix.dirname(file), name)) : 'packages'
}

/** `plex` for `src/plex/http.ts`, `app` for `src/app.ts`, `demo` for what tells the demo's story. */
function areaOf(file: string): string {
  const [top = '', folder = ''] = file.replace(/\.[jt]s$/, '').split('/')
  if (top !== 'src') return top

  return /^src\/simulator\/demo\b/.test(file) ? 'demo' : folder
}

async function sourceFiles(): Promise<string[]> {
  const folders = await Promise.all(
    ['src', 'commands'].map(async (top) => {
      const names = await readdir(join(root, top), { recursive: true })
      return names
        .filter((name) => name.endsWith('.ts'))
        .map((name) => posix.join(top, name.replaceAll('\\', '/')))
    }),
  )
  return folders.flat()
}
