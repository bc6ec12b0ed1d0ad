import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultConfigText, restrictedFileMode, writeDefaultConfig } from '../src/config/default-file.js'
import { describeProblem } from '../src/config/problems.js'
import { loadConfig, requireForServe, secretsOf } from '../src/config.js'
import type { Settings } from '../src/core/api.js'

const example = await readFile(join(import.meta.dirname, '..', 'config.example.toml'), 'utf8')
const folder = await mkdtemp(join(tmpdir(), 'otp-config-'))
afterAll(() => rm(folder, { recursive: true }))

describe('the configuration', () => {
  it('has an initial value for every key', async () => {
    const { config, problems } = await load('')

    expect(problems).toEqual([])
    expect(config).toEqual({
      plex: { url: 'http://127.0.0.1:32400', token: '', accountUrl: '' },
      discord: {
        token: '',
        applicationId: '',
        guildId: '',
        adminChannelId: '',
        adminRoleIds: [],
        apiUrl: '',
      },
      api: { host: '127.0.0.1', port: 4040, key: '', basePath: '', trustProxy: false, corsOrigins: [] },
      monitor: {
        autostart: true,
        push: true,
        intervalMs: 1_500,
        onViolation: ['terminate', 'stop', 'unshare'],
        maxViolations: 0,
        verifyWithinMs: 30_000,
        scope: 'everything',
        repeatWindowMs: 300_000,
        slipMs: 0,
        finishedAt: 0.9,
        finishGraceMs: 600_000,
        message: 'This title is not on your pass. You may watch: {title}.',
      },
      access: {
        fence: 'auto',
        whenDone: 'restore',
        inviteTimeoutMs: 604_800_000,
        privateRoot: '',
        itemGrants: false,
        timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
      },
      store: { url: 'sqlite://data/otp.sqlite', retentionMs: 31_536_000_000 },
      log: { level: 'info', format: 'pretty' },
      webhooks: [],
    })
  })

  it('holds the settings of the core', async () => {
    const { config } = await load('')
    const settings: Settings = config

    expect(settings.monitor.onViolation).toHaveLength(3)
  })

  it('reads every kind of value from the file, webhooks included', async () => {
    const { config, problems } = await load(`
      [plex]
      url = "https://plex.example.org:443/base"
      [discord]
      admin_role_ids = ["11", "22"]
      [monitor]
      on_violation = ["report"]
      repeat_window = "2d12h"
      slip_seconds = 20
      finished_at = 1
      [access]
      time_zone = "Europe/Berlin"
      [[webhooks]]
      url = "https://example.org/hook?x=1"
      secret = "shared-secret"
      events = ["violation.seen"]
      [[webhooks]]
      url = "https://example.net/"
    `)

    expect(problems).toEqual([])
    expect(config.plex.url).toBe('https://plex.example.org:443/base')
    expect(config.discord.adminRoleIds).toEqual(['11', '22'])
    expect(config.monitor).toMatchObject({
      onViolation: ['report'],
      repeatWindowMs: 216_000_000,
      slipMs: 20_000,
      finishedAt: 1,
    })
    expect(config.access.timeZone).toBe('Europe/Berlin')
    expect(config.webhooks).toEqual([
      { url: 'https://example.org/hook?x=1', secret: 'shared-secret', events: ['violation.seen'] },
      { url: 'https://example.net/', secret: '', events: [] },
    ])
  })

  it('puts flags before the environment, the environment before the file, the file before initial values', async () => {
    const { config, problems } = await loadConfig({
      file: 'config.toml',
      text: '[api]\nport = 1\nhost = "file"\nbase_path = "/file"',
      env: { OTP_API_PORT: '2', OTP_API_HOST: 'env' },
      flags: { 'api.port': '3', 'api.host': undefined },
    })

    expect(problems).toEqual([])
    expect(config.api).toMatchObject({ port: 3, host: 'env', basePath: '/file', key: '' })
  })

  it('reads every kind of value from the environment', async () => {
    const { config, problems } = await load('', {
      OTP_PLEX_TOKEN: 'plex-token',
      OTP_API_KEY: 'api-key',
      OTP_DISCORD_GUILD_ID: '123456789012345678',
      OTP_DISCORD_ADMIN_ROLE_IDS: '11, 22',
      OTP_MONITOR_PUSH: 'false',
      OTP_MONITOR_FINISHED_AT: '0.5',
      OTP_MONITOR_ON_VIOLATION: 'report',
      OTP_ACCESS_INVITE_TIMEOUT: '12h',
      OTP_LOG_LEVEL: '',
      OTP_URL: 'http://the-terminal-clients-own',
      PATH: '/bin',
    })

    expect(problems).toEqual([])
    expect(config.plex.token).toBe('plex-token')
    expect(config.api.key).toBe('api-key')
    expect(config.discord).toMatchObject({ guildId: '123456789012345678', adminRoleIds: ['11', '22'] })
    expect(config.monitor).toMatchObject({ push: false, finishedAt: 0.5, onViolation: ['report'] })
    expect(config.access.inviteTimeoutMs).toBe(43_200_000)
    expect(config.log.level).toBe('info')
  })

  it('reads a secret from the file that a variable names, unless it is given itself', async () => {
    const file = join(folder, 'token')
    await writeFile(file, 'from-a-file\n')

    const fromFile = await load('', { OTP_PLEX_TOKEN_FILE: file, OTP_DISCORD_TOKEN_FILE: file })
    expect(fromFile.config.plex.token).toBe('from-a-file')
    expect(fromFile.config.discord.token).toBe('from-a-file')

    const direct = await load('', { OTP_PLEX_TOKEN_FILE: file, OTP_PLEX_TOKEN: 'direct' })
    expect(direct.config.plex.token).toBe('direct')
  })

  it('takes a file that is not there for an empty one, and says so', async () => {
    const loaded = await loadConfig({ file: join(folder, 'nowhere.toml'), env: {} })

    expect(loaded).toMatchObject({ fileFound: false, problems: [] })
    expect((await load('')).fileFound).toBe(true)
  })

  it('names its secrets, for the log', async () => {
    const { config } = await load(
      '[plex]\ntoken = "one"\n[[webhooks]]\nurl = "https://two"\nsecret = "three"',
    )

    expect(secretsOf(config)).toEqual(['one', 'https://two', 'three'])
  })
})

describe('problems of the configuration', () => {
  it('are told all together: unknown key, bad port, missing token', async () => {
    const loaded = await load('[api]\nport = "abc"\n[monitor]\nintervall_ms = 5')

    expect(requireForServe(loaded).map(describeProblem)).toEqual([
      'api.port: expected a whole number from 0 to 65535, got "abc"',
      expect.stringMatching(
        /^monitor\.intervall_ms: unknown key, expected one of autostart, push, interval_ms, /,
      ),
      'plex.token: expected the server owner\'s Plex token; there is none. "otp login" gets one',
    ])
    expect(loaded.problems).toHaveLength(2)
  })

  it('are the ids that a bot token needs, each unless it was told already', async () => {
    const [bare, wrong, whole, none] = await Promise.all(
      [
        '[discord]\ntoken = "b0t"',
        '[discord]\ntoken = "b0t"\napplication_id = "1"\nguild_id = "here"\nadmin_channel_id = "3"',
        '[discord]\ntoken = "b0t"\napplication_id = "1"\nguild_id = "2"\nadmin_channel_id = "3"',
        '[discord]\nguild_id = "2"',
      ].map(async (text) => requireForServe(await load(`[plex]\ntoken = "t0ken"\n${text}`))),
    )

    expect(bare?.map(describeProblem)).toEqual(
      ['application_id', 'admin_channel_id'].map(
        (name) => `discord.${name}: expected a Discord id, since there is a [discord] token; there is none`,
      ),
    )
    expect(wrong?.map(({ key }) => key)).toEqual(['discord.guild_id'])
    expect([whole, none]).toEqual([[], []])
  })

  it('do not hide what is right: a token beside them is not missing', async () => {
    const loaded = await load('[plex]\ntoken = "t0ken"\n[api]\nport = -1\nhost = "here"\n[nonsense]\nx = 1')

    expect(requireForServe(loaded).map(({ key }) => key)).toEqual(['api.port', 'nonsense'])
    expect(loaded.config).toMatchObject({ plex: { token: 't0ken' }, api: { host: 'here', port: 4040 } })
  })

  it.each([
    [
      '[nonsense]\nx = 1',
      'nonsense: unknown section, expected one of plex, discord, api, monitor, access, store, log, webhooks',
    ],
    ['plex = 5', 'plex: expected a table, written [plex]'],
    ['webhooks = 5', 'webhooks: expected a table, written [[webhooks]]'],
    [
      '[plex]\nurl = "http://x/"',
      'plex.url: expected a full address without a trailing slash, such as http://127.0.0.1:32400, got "http://x/"',
    ],
    ['[plex]\nurl = "127.0.0.1"', /^plex\.url: expected a full address/],
    ['[plex]\nurl = ""', /^plex\.url: expected .* got ""$/],
    ['[plex]\naccount_url = "ftp://x"', /^plex\.account_url: expected nothing, or a full address/],
    ['[discord]\nguild_id = 123456789012345678', /^discord\.guild_id: expected a Discord id in quotes/],
    [
      '[discord]\nadmin_role_ids = [123456789012345678]',
      /^discord\.admin_role_ids: expected a list of role ids in quotes/,
    ],
    ['[api]\nport = 65536', /^api\.port: .* got 65536$/],
    ['[api]\nport = 80.5', /^api\.port: /],
    ['[api]\nbase_path = "otp/"', /^api\.base_path: expected nothing, or a path such as \/otp/],
    ['[api]\ntrust_proxy = "yes"', 'api.trust_proxy: expected true or false, got "yes"'],
    ['[api]\ncors_origins = ["https://x/page"]', /^api\.cors_origins: expected a list of origins/],
    [
      '[monitor]\ninterval_ms = 0',
      /^monitor\.interval_ms: expected a whole number from 50 to 600000, got 0$/,
    ],
    [
      '[monitor]\non_violation = ["terminate", "shout"]',
      /^monitor\.on_violation: expected a list .* got \["terminate","shout"\]$/,
    ],
    ['[monitor]\non_violation = []', /^monitor\.on_violation: /],
    ['[monitor]\non_violation = ["stop", "stop"]', /^monitor\.on_violation: .*at most once/],
    ['[monitor]\nfinished_at = 0', 'monitor.finished_at: expected a number above 0, up to 1, got 0'],
    ['[monitor]\nfinished_at = 1.01', /^monitor\.finished_at: /],
    ['[monitor]\nverify_within = "0s"', /^monitor\.verify_within: expected a length of time above 0/],
    [
      '[monitor]\nrepeat_window = "soon"',
      /^monitor\.repeat_window: expected a length of time, such as .* got "soon"$/,
    ],
    ['[monitor]\nfinish_grace = 600', /^monitor\.finish_grace: .* got 600$/],
    ['[monitor]\nscope = "all"', 'monitor.scope: expected one of "everything", "granted", got "all"'],
    ['[access]\ntime_zone = "Mars/Olympus"', /^access\.time_zone: .* Europe\/Berlin, got "Mars\/Olympus"$/],
    ['[access]\ntime_zone = "+01:00"', /^access\.time_zone: /],
    ['[access]\nprivate_root = "media"', /^access\.private_root: expected nothing, or an absolute path/],
    ['[store]\nurl = "redis://localhost"', /^store\.url: expected sqlite:\/\/ and a path/],
    ['[log]\nformat = "xml"', 'log.format: expected one of "pretty", "json", got "xml"'],
    ['[[webhooks]]\nsecret = "s"', 'webhooks[0].url: expected an http or https address'],
    [
      '[[webhooks]]\nurl = "https://x"\nevents = ["nothing.new"]',
      /^webhooks\[0\]\.events: expected a list of event names: /,
    ],
    [
      '[[webhooks]]\nurl = "https://x"\nevent = "x"',
      'webhooks[0].event: unknown key, expected one of url, secret, events',
    ],
  ])('%j is told', async (text, expected) => {
    const { problems } = await load(text)

    expect(problems.map(describeProblem)).toEqual([
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    ])
  })

  it.each([
    [{ OTP_API_PORT: 'abc' }, 'api.port: expected a whole number from 0 to 65535, got "abc" in OTP_API_PORT'],
    [{ OTP_API_PORTT: '1' }, 'OTP_API_PORTT: unknown variable: there is no key api.portt'],
    [{ OTP_LOG_LEVEL_FILE: 'x' }, 'OTP_LOG_LEVEL_FILE: unknown variable: there is no key log.level_file'],
    [{ OTP_MONITOR_PUSH: 'maybe' }, 'monitor.push: expected true or false, got "maybe" in OTP_MONITOR_PUSH'],
    [
      { OTP_PLEX_TOKEN_FILE: '/nowhere/token' },
      'OTP_PLEX_TOKEN_FILE: expected the path of a file that can be read',
    ],
  ])('%j is told', async (env, expected) => {
    expect((await load('', env)).problems.map(describeProblem)).toEqual([expected])
  })

  it('name the line where the file is not TOML, and go on', async () => {
    const { problems } = await load('[plex]\ntoken = "s3cret-t0ken', { OTP_API_PORT: 'x' })

    expect(problems.map(describeProblem)).toEqual([
      'config.toml: line 2, column 9: expected TOML, unfinished string',
      expect.stringMatching(/^api\.port: /),
    ])
  })

  it('never repeat a secret', async () => {
    const { problems } = await load(
      '[plex]\ntoken = "s3cret token"\nurl = "http://x/?X-Plex-Token=s3cret"\n[discord]\ntoken = 53\n[[webhooks]]\nurl = "s3cret"',
      { OTP_API_KEY: 's3cret key' },
    )

    expect(problems.map(({ key }) => key)).toEqual([
      'plex.url',
      'plex.token',
      'discord.token',
      'api.key',
      'webhooks[0].url',
    ])
    expect(problems.map(describeProblem).join('\n')).not.toMatch(/s3cret|53/)
  })

  it('include a file that cannot be read', async () => {
    const { problems } = await loadConfig({ file: folder, env: {} })

    expect(problems).toEqual([{ key: folder, message: 'expected a file that can be read (EISDIR)' }])
  })
})

describe('the default file', () => {
  it('is the example in the repository', () => {
    expect(example).toBe(defaultConfigText())
  })

  it('reads as it stands, and equals the initial values', async () => {
    const asItStands = await load(example)

    expect(asItStands.problems).toEqual([])
    expect(asItStands.config).toEqual((await load('')).config)
  })

  it('holds every key', () => {
    const keys = Object.entries(parse(example)).map(([section, table]) =>
      [section, ...Object.keys(table)].join(' '),
    )

    expect(keys).toEqual([
      'plex url token account_url',
      'discord token application_id guild_id admin_channel_id admin_role_ids api_url',
      'api host port key base_path trust_proxy cors_origins',
      'monitor autostart push interval_ms on_violation max_violations verify_within scope repeat_window ' +
        'slip_seconds finished_at finish_grace message',
      'access fence when_done invite_timeout private_root item_grants time_zone',
      'store url retention',
      'log level format',
    ])
  })

  it('has a comment above every key, and shows what a webhook looks like', async () => {
    const lines = example.split('\n')
    const bare = lines.filter((line, at) => /^\w+ = /.test(line) && !lines[at - 1]?.startsWith('# '))
    expect(bare).toEqual([])

    const uncommented = example
      .slice(example.indexOf('# [[webhooks]]'))
      .replace(/^# /gm, '')
      .replace('url = ""', 'url = "https://example.org"')
    expect((await load(uncommented)).config.webhooks).toHaveLength(1)
  })

  it('is written for its owner only, with the key', async () => {
    const path = join(folder, 'fresh.toml')
    await writeDefaultConfig(path, { apiKey: 'a-fresh-key' })

    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await loadConfig({ file: path, env: {} })).config.api.key).toBe('a-fresh-key')
    expect(await restrictedFileMode(path)).toBeUndefined()
  })

  it('never takes the place of another', async () => {
    const path = join(folder, 'mine.toml')
    await writeFile(path, '# mine')

    await expect(writeDefaultConfig(path, { apiKey: 'k' })).rejects.toMatchObject({ code: 'conflict' })
    expect(await readFile(path, 'utf8')).toBe('# mine')
  })

  it('is refused in words where it cannot be written', async () => {
    await expect(writeDefaultConfig('/nowhere/at/all.toml', { apiKey: 'k' })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('/nowhere/at/all.toml'),
    })
  })

  it('that others can read is warned of', async () => {
    const path = join(folder, 'open.toml')
    await writeFile(path, '')
    await chmod(path, 0o644)

    expect(await restrictedFileMode(path)).toContain('mode 0644')
    expect(await restrictedFileMode(join(folder, 'nowhere.toml'))).toBeUndefined()
  })
})

function load(text: string, env: Record<string, string> = {}) {
  return loadConfig({ file: 'config.toml', text, env })
}
