import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { parseDurationMs } from '../core/durations.js'
import { eventNames } from '../core/events/event.js'

/** A value as it may stand in the file. */
type Initial = string | number | boolean | readonly string[]

/** What people are told about a key: what it means, what may stand there, and what stands there at first. */
interface Note {
  meaning: string
  expected: string
  initial?: Initial
  secret?: boolean
}

/** The notes of every key, by its schema. */
const notes = z.registry<Note>()

const plex = z.strictObject({
  url: key(baseUrl(), 'http://127.0.0.1:32400', 'The Plex Media Server.', {
    expected: 'a full address without a trailing slash, such as http://127.0.0.1:32400',
  }),
  token: secret(
    'The server owner\'s Plex token. Needed to run the service; "otp login" gets one and writes it here.',
  ),
  account_url: key(
    z.literal('').or(baseUrl()),
    '',
    'Stands in for plex.tv. Leave empty; for tests and demos.',
    {
      expected: 'nothing, or a full address without a trailing slash',
    },
  ),
})

const discord = z.strictObject({
  token: secret('The bot token. Without one OTP runs without Discord.'),
  application_id: discordId('The application that the bot belongs to.'),
  guild_id: discordId(
    'The Discord server whose members may use the commands. Empty: the one with the channel below, and the commands are\nregistered for every server, which may take a while to show.',
  ),
  admin_channel_id: discordId('The channel where violations are reported.'),
  admin_role_ids: key(
    z.array(z.string().regex(/^\d{1,20}$/)),
    [],
    'Roles that may give orders. When empty: everybody who may manage the Discord server.',
    { expected: 'a list of role ids in quotes, such as ["123456789012345678"]' },
  ),
  api_url: key(z.literal('').or(baseUrl()), '', 'Stands in for Discord. Leave empty; for tests and demos.', {
    expected: 'nothing, or a full address without a trailing slash',
  }),
})

const api = z.strictObject({
  host: key(z.string().min(1), '127.0.0.1', 'The address the REST API listens on. Other machines: 0.0.0.0.', {
    expected: 'a host name or an IP address',
  }),
  port: whole(0, 65_535, 4040, 'The port it listens on; 0 takes any free one.'),
  key: secret('The admin key of the REST API, made when this file was written.'),
  base_path: key(
    z.string().regex(/^(\/[\w.~-]+)*$/),
    '',
    'The path in front of all others, behind a proxy.',
    {
      expected: 'nothing, or a path such as /otp, without a trailing slash',
    },
  ),
  trust_proxy: flag(
    false,
    'Believe the X-Forwarded headers of the proxy in front. Only where there is one that sets them.',
  ),
  cors_origins: key(
    z.array(z.string().refine(isOrigin)),
    [],
    'Web pages that may call the API from a browser.',
    {
      expected: 'a list of origins, such as ["https://otp.example.org"]',
    },
  ),
})

const monitor = z.strictObject({
  autostart: flag(
    true,
    'Begin to watch as soon as OTP starts. A stop that an admin gave is remembered, and wins.',
  ),
  push: flag(
    true,
    'Listen to what Plex announces. Where that does not work, OTP asks at the interval below.',
  ),
  interval_ms: whole(
    50,
    600_000,
    1500,
    'Milliseconds between two looks at the streams while there are guests.',
  ),
  on_violation: key(
    z
      .array(z.enum(['terminate', 'stop', 'unshare', 'report']))
      .min(1)
      .refine((rungs) => new Set(rungs).size === rungs.length),
    ['terminate', 'stop', 'unshare'],
    'What is done about a stream that is not covered, step by step until it ends: "terminate", "stop", "unshare".\n["report"] alone only tells.',
    { expected: 'a list of "terminate", "stop", "unshare" or "report", each at most once' },
  ),
  max_violations: whole(0, 1_000_000, 0, 'Revoke the assignment after so many violations; 0 is never.'),
  verify_within: duration('30s', 1, 'How long a stream may take to end before the next step is taken.'),
  scope: choice(
    ['everything', 'granted'],
    'everything',
    'What counts: "everything" a guest plays, or only what is in libraries that OTP opened ("granted").',
  ),
  repeat_window: duration('5m', 0, 'The same guest with the same title within this time is one violation.'),
  slip_seconds: whole(
    0,
    3600,
    0,
    'Be friendly when the next episode starts by itself within so many seconds.',
  ),
  finished_at: key(z.number().gt(0).max(1), 0.9, 'The share of a title that counts as watched.', {
    expected: 'a number above 0, up to 1',
  }),
  finish_grace: duration('10m', 0, 'How long a guest may come back to a title watched to the end.'),
  message: key(
    z.string().trim().min(1).max(300),
    'This title is not on your pass. You may watch: {title}.',
    'What the guest reads on the screen when a stream is ended. {title} is what they may watch.',
    { expected: 'text of 1 to 300 characters' },
  ),
})

const access = z.strictObject({
  fence: choice(
    ['auto', 'label', 'library', 'private', 'item'],
    'auto',
    'How a guest is kept to the title: "auto" takes the strongest way that works;\nor always one of "label", "library", "private", "item", which is refused where it cannot be put up.',
  ),
  when_done: choice(
    ['restore', 'unshare', 'keep'],
    'restore',
    'What becomes of the access at the end: "restore" what was before, "unshare" all of this server, or "keep" it.',
  ),
  invite_timeout: duration('7d', 1, 'Cancel an invitation that nobody accepts within this time.'),
  private_root: key(
    z.literal('').or(z.string().refine(isAbsolute)),
    '',
    'The folder for private libraries, outside the folders of all other libraries. OTP must run on the Plex host and may\nwrite there; on the file system of the media they take no space. Empty: no private libraries.',
    {
      expected: 'nothing, or an absolute path',
    },
  ),
  item_grants: flag(
    false,
    'Allow the fence "item": plex.tv\'s single-item grant, which Plex does not document.',
  ),
  time_zone: key(
    z.literal('').or(
      z
        .string()
        .regex(/^[A-Za-z]/)
        .refine(isTimeZone),
    ),
    '',
    'The zone in which deadlines such as "friday 20:00" are read, by its IANA name. When empty, the machine\'s own.',
    { expected: 'nothing, or the name of a time zone, such as Europe/Berlin' },
  ),
})

const store = z.strictObject({
  url: key(
    z.string().regex(/^sqlite:\/\/./),
    'sqlite://data/otp.sqlite',
    'Where everything is kept: a file, from where OTP is started.',
    {
      expected: 'sqlite:// and a path, such as sqlite://data/otp.sqlite',
    },
  ),
  retention: duration(
    '365d',
    1,
    'How long ended assignments, violations that are over, invitations that are done and sent messages are kept. What is\nopen, or needed by what is open, stays.',
  ),
})

const log = z.strictObject({
  level: choice(
    ['debug', 'info', 'warn', 'error', 'silent'],
    'info',
    'From which weight on things are logged: "debug", "info", "warn", "error"; or "silent".',
  ),
  format: choice(['pretty', 'json'], 'pretty', '"pretty" for people, "json" for one object per line.'),
})

const webhook = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).register(notes, {
    meaning: 'Where events are posted.',
    expected: 'an http or https address',
    secret: true,
  }),
  secret: secret('Signs what is posted. Empty: not signed.'),
  events: key(z.array(z.enum(eventNames)), [], 'Which events; all when empty.', {
    expected: `a list of event names: ${eventNames.join(', ')}`,
  }),
})

/** In the order of the file. */
const sections = { plex, discord, api, monitor, access, store, log }

export interface Field {
  section: string
  name: string
  schema: z.ZodType
  note: Note
}

/** Every key of the sections, by its name as people write it: `api.port`. */
export const fields: ReadonlyMap<string, Field> = new Map(
  Object.entries(sections).flatMap(([section, table]) => fieldsOf(section, table)),
)

/** The keys of a `[[webhooks]]` table. */
export const webhookFields: ReadonlyMap<string, Field> = new Map(fieldsOf('webhooks', webhook))

/** The whole file on its way in, and the `Config` that comes out: names in our style, time in milliseconds. */
export const configFile = z.strictObject({
  plex: plex.prefault({}).transform((it) => ({ url: it.url, token: it.token, accountUrl: it.account_url })),

  discord: discord.prefault({}).transform((it) => ({
    token: it.token,
    applicationId: it.application_id,
    guildId: it.guild_id,
    adminChannelId: it.admin_channel_id,
    adminRoleIds: it.admin_role_ids,
    apiUrl: it.api_url,
  })),

  api: api.prefault({}).transform((it) => ({
    host: it.host,
    port: it.port,
    key: it.key,
    basePath: it.base_path,
    trustProxy: it.trust_proxy,
    corsOrigins: it.cors_origins,
  })),

  monitor: monitor.prefault({}).transform((it) => ({
    autostart: it.autostart,
    push: it.push,
    intervalMs: it.interval_ms,
    onViolation: it.on_violation,
    maxViolations: it.max_violations,
    verifyWithinMs: it.verify_within,
    scope: it.scope,
    repeatWindowMs: it.repeat_window,
    slipMs: it.slip_seconds * 1_000,
    finishedAt: it.finished_at,
    finishGraceMs: it.finish_grace,
    message: it.message,
  })),

  access: access.prefault({}).transform((it) => ({
    fence: it.fence,
    whenDone: it.when_done,
    inviteTimeoutMs: it.invite_timeout,
    privateRoot: it.private_root,
    itemGrants: it.item_grants,
    timeZone: it.time_zone || new Intl.DateTimeFormat().resolvedOptions().timeZone,
  })),

  store: store.prefault({}).transform((it) => ({ url: it.url, retentionMs: it.retention })),
  log: log.prefault({}),
  webhooks: z.array(webhook).prefault([]),
})

export type Config = z.output<typeof configFile>

function fieldsOf(section: string, table: z.ZodObject): [string, Field][] {
  return Object.entries(table.shape).map(([name, schema]) => {
    const note = notes.get(schema) ?? { meaning: '', expected: 'something else' }
    return [`${section}.${name}`, { section, name, schema, note }]
  })
}

function key<S extends z.ZodType>(
  schema: S,
  initial: z.input<S> & Initial,
  meaning: string,
  more: Pick<Note, 'expected' | 'secret'>,
) {
  const withInitial = schema.prefault(initial)
  notes.add(withInitial, { meaning, initial, ...more })
  return withInitial
}

function secret(meaning: string) {
  return key(z.string().trim().regex(/^\S*$/), '', meaning, { expected: 'text without spaces', secret: true })
}

function flag(initial: boolean, meaning: string) {
  return key(z.boolean(), initial, meaning, { expected: 'true or false' })
}

function whole(least: number, most: number, initial: number, meaning: string) {
  const expected = `a whole number from ${least} to ${most}`
  return key(z.int().min(least).max(most), initial, meaning, { expected })
}

function choice<const C extends string>(choices: readonly C[], initial: NoInfer<C>, meaning: string) {
  const expected = `one of ${choices.map((one) => `"${one}"`).join(', ')}`
  return key(z.enum(choices), initial, meaning, { expected })
}

function duration(initial: string, leastMs: number, meaning: string) {
  const inMs = z.string().transform((text, context) => {
    const ms = parseDurationMs(text)
    if (ms !== undefined && ms >= leastMs) return ms

    context.addIssue('not a length of time')
    return z.NEVER
  })
  const expected = `a length of time${leastMs > 0 ? ' above 0' : ''}, such as "30s", "10m" or "2d12h"`
  return key(inMs, initial, meaning, { expected })
}

function discordId(meaning: string) {
  const expected = 'a Discord id in quotes, such as "123456789012345678"'
  return key(z.string().regex(/^\d{0,20}$/), '', meaning, { expected })
}

function baseUrl() {
  return z.string().refine((text) => {
    if (!URL.canParse(text) || text.endsWith('/')) return false

    const { protocol, search, hash, username, password } = new URL(text)
    return /^https?:$/.test(protocol) && !search && !hash && !username && !password
  })
}

function isOrigin(text: string): boolean {
  return text === '*' || (URL.canParse(text) && new URL(text).origin === text)
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
