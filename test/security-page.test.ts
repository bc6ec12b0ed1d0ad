import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'SECURITY.md'), 'utf8')
const rows = [...page.matchAll(/\| `(test\/[\w./-]+)`: (.+) \|$/gm)].map(([, file = '', name = '']) => ({
  file,
  name,
}))

describe('the page about security', () => {
  it('has a test for each attack in its table', () => {
    const [, table = ''] = page.split('| attack | what happens | test |\n')
    const attacks = table.split('\n').filter((line) => line.startsWith('| '))

    expect(attacks.length).toBeGreaterThan(30)
    expect(rows).toHaveLength(attacks.length)
  })

  it.each(rows)('names a test that exists: $name', ({ file, name }) => {
    expect(existsSync(join(root, file))).toBe(true)
    expect(readFileSync(join(root, file), 'utf8')).toMatch(new RegExp(`'${escaped(name)}'`))
  })
})

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
