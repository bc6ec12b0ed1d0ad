import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createPlexSettings } from '../../src/config/plex-settings.js'
import { loadConfig } from '../../src/config.js'

const folder = await mkdtemp(join(tmpdir(), 'otp-plex-settings-'))
afterAll(() => rm(folder, { recursive: true }))

const text = '# mine\n[plex]\nurl = "http://one.test:32400"\ntoken = "old-token" # secret\n'
const changed = '# mine\n[plex]\nurl = "http://two.test:32400"\ntoken = "new-token" # secret\n'

describe('the settings of Plex', () => {
  it('are used at once and found again at the next start', async () => {
    const { file, settings } = await aConfig('used.toml')

    await Promise.all([
      settings.change('token', 'new-token'),
      settings.change('url', 'http://two.test:32400'),
    ])

    expect(settings.value('token')).toBe('new-token')
    expect(settings.value('url')).toBe('http://two.test:32400')
    expect(await readFile(file, 'utf8')).toBe(changed)
    expect((await loadConfig({ file, env: {} })).config.plex.token).toBe('new-token')
  })

  it.each([
    ['OTP_PLEX_TOKEN', { OTP_PLEX_TOKEN: 'token-outside' }],
    ['OTP_PLEX_TOKEN_FILE', { OTP_PLEX_TOKEN_FILE: join(folder, 'token.txt') }],
  ])('cannot be changed where they come from %s, and that is said', async (name, env) => {
    await writeFile(join(folder, 'token.txt'), 'token-outside')
    const { file, settings } = await aConfig(`${name}.toml`, env)

    expect(settings.fixed('token')).toContain(`[plex] token comes from ${name}`)
    expect(settings.fixed('url')).toBeUndefined()
    await expect(settings.change('token', 'new-token')).rejects.toMatchObject({
      code: 'conflict',
      message: settings.fixed('token'),
    })
    expect(settings.value('token')).toBe('token-outside')
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  it('cannot be changed without a file', async () => {
    const settings = createPlexSettings({ plex: { url: 'http://one.test:32400', token: 'old-token' } })

    expect(settings.fixed('url')).toContain('"otp config" writes one')
    await expect(settings.change('url', 'http://two.test:32400')).rejects.toMatchObject({ code: 'conflict' })
  })

  it.each([
    ['token', 'two words'],
    ['token', ''],
    ['url', 'no address'],
    ['url', 'http://two.test:32400/'],
  ] as const)('refuse %s = %j, which the next start could not read', async (setting, value) => {
    const { file, settings } = await aConfig('refused.toml')

    await expect(settings.change(setting, value)).rejects.toMatchObject({ code: 'conflict' })
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  it('stay as they are when the file cannot be written', async () => {
    const { file, settings } = await aConfig('gone.toml')
    await rm(file)

    await expect(settings.change('token', 'new-token')).rejects.toMatchObject({ code: 'conflict' })
    expect(settings.value('token')).toBe('old-token')
    await writeFile(file, text)
    await settings.change('token', 'new-token')
    expect(settings.value('token')).toBe('new-token')
  })
})

async function aConfig(name: string, env: Record<string, string> = {}) {
  const file = join(folder, name)
  await writeFile(file, text)
  const { config, origins } = await loadConfig({ file, env })
  return { file, settings: createPlexSettings({ plex: config.plex, file, origins }) }
}
