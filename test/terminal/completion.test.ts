import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aGuest, aGuestSession, aViolation } from '../rest/answers.js'
import { aFriend, aLibrary, aMovie } from '../support/builders.js'
import { sitAt } from './desk.js'

/** Whether there is such a shell here; a test that is left out says so. */
function has(shell: string): boolean {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0
}

async function script(shell: string): Promise<string> {
  const otp = await sitAt()
  const { code, out } = await otp(['completion', shell])
  expect(code).toBe(0)
  return out
}

describe('otp completion', () => {
  it.skipIf(!has('bash'))(
    'completes verbs, options, their values and what the service knows, in bash',
    async () => {
      const folder = aFolder()
      // In the place of otp: it says what it was asked, and answers with names.
      writeFileSync(
        join(folder, 'otp'),
        `#!/bin/sh\necho "$@" >>"${folder}/asked"\necho 'Good News'\necho "O'Brien"\n`,
      )
      chmodSync(join(folder, 'otp'), 0o755)
      writeFileSync(join(folder, 'notes.toml'), '')
      writeFileSync(join(folder, 'script'), await script('bash'))

      const lines = [
        ['otp', 'ass'],
        ['otp', 'library', ''],
        ['otp', '--config', 'notes.toml', 'library', 'r'],
        ['otp', 'assign', '--fen'],
        ['otp', 'assign', '--fence', 'l'],
        ['otp', 'assign', '--fence', '=', 'pr'],
        ['otp', 'violations', 'resolve', 'v1', 'd'],
        ['otp', 'completion', 'z'],
        ['otp', 'extend', 'robin', ''],
        ['otp', '--config', 'n'],
        ['otp', 'unassign', 'ro'],
        ['otp', '--config', 'notes.toml', '--key', 'k', 'assign', '--add', 'robin', 'Good', 'Ne'],
        ['otp', 'assign', 'robin', '"Good'],
        ['otp', 'violations', '--guest', ''],
      ]
      const asking = lines.map(
        (words) =>
          `COMP_WORDS=(${words.map((one) => `$'${one.replaceAll("'", "\\'")}'`).join(' ')}); COMP_CWORD=${words.length - 1}; ` +
          `_otp; printf '%s|' "\${COMPREPLY[@]}"; echo`,
      )
      const bash = spawnSync(
        'bash',
        ['--norc', '--noprofile', '-c', `set -e; source ./script; set +e; ${asking.join('\n')}\ncat asked`],
        {
          cwd: folder,
          env: { PATH: `${folder}:${process.env.PATH}` },
          encoding: 'utf8',
        },
      )

      expect(bash.stderr).toBe('')
      expect(bash.stdout).toMatchInlineSnapshot(`
        "assign|
        list|new|rm|shared|
        rm|
        --fence|
        label|library|
        private|
        dismiss|
        zsh|
        |
        notes.toml|
        Good\\ News|O\\'Brien|
        Good\\ News|O\\'Brien|
        Good News|O'Brien|
        Good\\ News|O\\'Brien|
        complete guest -- ro
        --config notes.toml --key k complete media -- Good Ne
        complete media -- Good
        complete guest -- 
        "
      `)
    },
  )

  it.each(['zsh', 'fish'])('is a script for %s', async (shell) => {
    const text = await script(shell)
    expect(text).toContain('violations resolve')
    expect(text).toContain('allow_once')
    expect(text).not.toMatch(/\bdemo\b|undefined/)
  })

  it.for(['zsh', 'fish'])('is a script that %s can read, where it is there', async (shell, { skip }) => {
    skip(!has(shell), `there is no ${shell} on this machine`)
    const read = spawnSync(shell, ['-n'], { input: await script(shell), encoding: 'utf8' })
    expect({ status: read.status, err: read.stderr }).toEqual({ status: 0, err: '' })
  })

  it('is offered for three shells and no other', async () => {
    const otp = await sitAt()
    expect(await otp(['completion', 'csh'])).toMatchObject({ code: 2, out: '' })
  })
})

describe('what the scripts ask', () => {
  const core = {
    guests: async () => [aGuest(), aGuest({ plexId: '43', username: 'Rosalind' })],
    assignments: async () => ({ items: [], next: null }),
    friends: async () => [
      aFriend({ plexId: '44', username: 'roger' }),
      aFriend({ plexId: '45', username: 'rose.of.the.house', home: true }),
    ],
    search: async (text: string) =>
      text.startsWith('good')
        ? [aMovie({ title: 'Good News', year: 1979 }), aMovie({ title: 'Good Night', year: 2005 })]
        : [aMovie({ title: 'Arrival', year: 2016 })],
    sessions: async () => [aGuestSession({ id: '01kbe4h2xw00000000aaa111' })],
    violations: async () => ({
      items: [
        aViolation({ id: '01kbe4h2xw00000000bbb222' }),
        aViolation({ id: 'v2', resolution: { action: 'dismiss', by: 'x', at: 0 } }),
      ],
      next: null,
    }),
    libraries: async () => [aLibrary({ key: '7', title: 'Short\u001b[2J Films' })],
  }

  it.each([
    ['guest', ['r'], ['robin', 'Rosalind']],
    ['person', ['ro'], ['robin', 'Rosalind', 'roger']],
    ['media', ['good'], ['Good News (1979)', 'Good Night (2005)']],
    ['media', ['good', 'ni'], ['Night (2005)']],
    ['media', ['arival'], ['Arrival (2016)']],
    ['media', [''], []],
    ['session', [''], ['robin', 'aaa111']],
    ['violation', [''], ['bbb222']],
    ['library', ['sh'], ['Short [2J Films']],
    ['library-key', [''], ['7']],
    ['bogus', ['x'], []],
  ])('%s %j', async (kind, typed, found) => {
    const otp = await sitAt(core)
    expect(await otp(['complete', kind, '--', ...typed])).toEqual({
      code: 0,
      out: found.map((one) => `${one}\n`).join(''),
      err: '',
    })
  })

  it('is answered with nothing, and no word of trouble, where the service is not there or lets nobody in', async () => {
    const otp = await sitAt()
    const nothing = { code: 0, out: '', err: '' }

    expect(await otp(['complete', 'guest', '--', ''], { OTP_URL: 'http://127.0.0.1:1' })).toEqual(nothing)
    expect(await otp(['complete', 'guest', '--', ''], { OTP_API_KEY: 'wrong' })).toEqual(nothing)
    expect(await otp(['complete', 'guest', '--', ''], { OTP_URL: 'nonsense' })).toEqual(nothing)
  })
})

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'otp-completion-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}
