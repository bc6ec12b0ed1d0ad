import { readFile } from 'node:fs/promises'
import { parse, TomlError } from 'smol-toml'
import type { z } from 'zod'
import { type ConfigProblem, type Origins, problemsOf } from './config/problems.js'
import { type Config, configFile, fields } from './config/schema.js'

export interface ConfigSource {
  /** Path of `config.toml`; a file that is not there counts as empty. */
  file: string
  /** What stands in the file, instead of reading it. */
  text?: string
  env: Readonly<Record<string, string | undefined>>
  /** Values given on the command line, by key: `api.port`. */
  flags?: Readonly<Record<string, string | undefined>>
}

export interface LoadedConfig {
  /** Where there are problems, the initial values stand in for what was wrong. */
  config: Config
  problems: ConfigProblem[]
  /** Whether there is a file at all. */
  fileFound: boolean
  /** What did not come from the file, and from where instead. */
  origins: Origins
}

type Table = Record<string, unknown>

/** A value from outside the file. */
interface Override {
  key: string
  text: string
  origin: string
}

/**
 * Puts the configuration together: flags before environment before file before the initial values. It never
 * stops at the first problem, and never throws for what people wrote.
 */
export async function loadConfig({ file, text, env, flags = {} }: ConfigSource): Promise<LoadedConfig> {
  const problems: ConfigProblem[] = []
  const written = text ?? (await readOrUndefined(file, problems))
  const raw = written === undefined ? {} : parsedToml(file, written, problems)

  const overrides = [...(await fromEnvironment(env, problems)), ...fromFlags(flags, problems)]
  for (const override of overrides) put(raw, override)

  const fileFound = written !== undefined
  const checked = configFile.safeParse(raw)
  const origins = new Map(overrides.map(({ key, origin }) => [key, origin]))
  if (checked.success) return { config: checked.data, problems, fileFound, origins }

  problems.push(...problemsOf(checked.error, raw, origins))
  const config = configFile.parse(withoutRefused(raw, checked.error.issues))
  return { config, problems, fileFound, origins }
}

/** All that stands in the way of running the service: the problems of the configuration and what is missing. */
export function requireForServe(loaded: LoadedConfig): ConfigProblem[] {
  return withMissing(loaded, [...missingForPlex(loaded.config), ...missingForDiscord(loaded.config)])
}

/** The same for what needs nothing but Plex. */
export function requireForPlex(loaded: LoadedConfig): ConfigProblem[] {
  return withMissing(loaded, missingForPlex(loaded.config))
}

function withMissing({ problems }: LoadedConfig, missing: readonly ConfigProblem[]): ConfigProblem[] {
  const told = new Set(problems.map(({ key }) => key))
  return [...problems, ...missing.filter(({ key }) => !told.has(key))]
}

function missingForPlex({ plex }: Config): ConfigProblem[] {
  if (plex.token) return []
  return [
    {
      key: 'plex.token',
      message: 'expected the server owner\'s Plex token; there is none. "otp login" gets one',
    },
  ]
}

function missingForDiscord({ discord }: Config): ConfigProblem[] {
  if (!discord.token) return []

  const message = 'expected a Discord id, since there is a [discord] token; there is none'
  const ids = {
    application_id: discord.applicationId,
    admin_channel_id: discord.adminChannelId,
  }
  return Object.entries(ids)
    .filter(([, id]) => !id)
    .map(([name]) => ({ key: `discord.${name}`, message }))
}

/** Everything in the configuration that must not be seen, for the redactor of the log. */
export function secretsOf({ plex, discord, api, webhooks }: Config): string[] {
  return [plex.token, discord.token, api.key, ...webhooks.flatMap(({ url, secret }) => [url, secret])].filter(
    Boolean,
  )
}

async function readOrUndefined(file: string, problems: ConfigProblem[]): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = codeOf(error)
    if (code !== 'ENOENT') problems.push({ key: file, message: `expected a file that can be read (${code})` })
    return undefined
  }
}

function parsedToml(file: string, text: string, problems: ConfigProblem[]): Table {
  try {
    // Ids that were left without quotes may be too long for a number: they are refused by their key.
    return parse(text, { integersAsBigInt: 'asNeeded' })
  } catch (error) {
    if (!(error instanceof TomlError)) throw error

    // Only the first line: the rest repeats the file, which may hold a token.
    const reason = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '')
    problems.push({
      key: file,
      message: `line ${error.line}, column ${error.column}: expected TOML, ${reason}`,
    })
    return {}
  }
}

async function fromEnvironment(env: ConfigSource['env'], problems: ConfigProblem[]): Promise<Override[]> {
  const overrides: Override[] = []

  for (const [origin, text] of Object.entries(env).toSorted()) {
    const meant = variable(origin)
    if (!text || !meant) continue

    const { key, isFile } = meant
    if (!fields.has(key)) problems.push({ key: origin, message: `unknown variable: there is no key ${key}` })
    else if (!isFile) overrides.push({ key, text, origin })
    else if (!env[origin.replace(/_FILE$/, '')]) {
      const content = await readOrUndefined(text, [])
      if (content !== undefined) overrides.push({ key, text: content, origin })
      else problems.push({ key: origin, message: 'expected the path of a file that can be read' })
    }
  }
  return overrides
}

/**
 * The key that `OTP_<SECTION>_<KEY>` stands for; a secret may also be in a file, `OTP_<SECTION>_<KEY>_FILE`.
 * Undefined when the name does not begin like one of ours: other programs' variables are no business of OTP's.
 */
function variable(name: string): { key: string; isFile: boolean } | undefined {
  const [, section = '', rest = ''] = /^OTP_([A-Z]+)_(\w+)$/.exec(name) ?? []
  const ours = [...fields.values()].some((field) => field.section === section.toLowerCase())
  if (!ours) return undefined

  const key = `${section}.${rest}`.toLowerCase()
  const secret = key.replace(/_file$/, '')
  const isFile = secret !== key && fields.get(secret)?.note.secret === true
  return { key: isFile ? secret : key, isFile }
}

function fromFlags(flags: NonNullable<ConfigSource['flags']>, problems: ConfigProblem[]): Override[] {
  return Object.entries(flags).flatMap(([key, text]) => {
    if (text === undefined) return []
    if (fields.has(key)) return [{ key, text, origin: 'the command line' }]

    problems.push({ key, message: 'unknown key, on the command line' })
    return []
  })
}

function put(raw: Table, { key, text }: Override): void {
  const field = fields.get(key)
  if (!field) return

  const table = raw[field.section] ?? {}
  // Something else in place of a table is told as a problem of the file.
  if (!isTable(table)) return

  const value = readings(text).find((reading) => field.schema.safeParse(reading).success)
  raw[field.section] = { ...table, [field.name]: value ?? text }
}

/** What a text from outside the file may mean; the key's schema chooses. */
function readings(text: string): unknown[] {
  const list = text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean)
  const number = text.trim() ? [Number(text)] : []
  const claim = text === 'true' ? [true] : text === 'false' ? [false] : []
  return [text, ...number, ...claim, list]
}

/** What is left when everything that was refused is taken out. */
function withoutRefused(raw: Table, issues: readonly z.core.$ZodIssue[]): Table {
  const refused = new Set(
    issues.flatMap((issue) => {
      if (issue.path[0] === 'webhooks') return ['webhooks']
      if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => [...issue.path, name].join('.'))
      return [issue.path.slice(0, 2).join('.')]
    }),
  )
  const kept = (table: Table, prefix: string) =>
    Object.fromEntries(Object.entries(table).filter(([name]) => !refused.has(prefix + name)))

  return Object.fromEntries(
    Object.entries(kept(raw, '')).map(([name, value]) => [
      name,
      isTable(value) ? kept(value, `${name}.`) : value,
    ]),
  )
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}
