import { expect, it } from 'vitest'
import { sitAt } from './desk.js'

it('the help of the program and of every verb is as it was, with an example each', async () => {
  const otp = await sitAt()
  const helps: string[] = []

  async function read(way: string[]): Promise<void> {
    const { code, out, err } = await otp([...way, '--help'])
    expect({ way, code, err }).toEqual({ way, code: 0, err: '' })
    helps.push(`$ otp ${[...way, '--help'].join(' ')}\n${out}`)

    const verbs = verbsIn(out)
    if (verbs.length === 0) expect(out).toContain(`\nExample:\n  `)
    for (const verb of verbs) await read([...way, verb])
  }
  await read([])

  expect(helps.length).toBeGreaterThan(20)
  await expect(helps.join('\n')).toMatchFileSnapshot('help.txt')
})

function verbsIn(help: string): string[] {
  const [, commands = ''] = help.split('\nCommands:\n')
  const names = commands.split('\n\n')[0]?.match(/^ {2}\w[\w-]*/gm) ?? []
  return names.map((name) => name.trim()).filter((name) => name !== 'help')
}
