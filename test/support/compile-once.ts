import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import ts from 'typescript'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the program stands compiled, for tests that start it as a process of its own. */
    compiled: string
  }
}

/**
 * Compiles the program once for all tests, without looking at types, so that it need not be done anew in each of the
 * many processes that they start. The folder is inside `node_modules`, so that packages are found from it.
 */
export default function compileOnce(project: TestProject): () => void {
  const cache = resolve('node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'otp-tests-'))
  cpSync('package.json', join(folder, 'package.json'))

  for (const file of [...sources('src'), ...sources('commands'), ...sources('test').filter(isSupport)]) {
    const to = join(folder, file.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, compiled(file))
  }
  project.provide('compiled', folder)
  return () => rmSync(folder, { recursive: true, force: true })
}

function sources(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name))
}

/** Some tests start another process than the program itself, which may need what tests share. */
function isSupport(file: string): boolean {
  return !file.endsWith('.test.ts')
}

function compiled(file: string): string {
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
  })
  return outputText
}
