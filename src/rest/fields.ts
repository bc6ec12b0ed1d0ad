import { z } from 'zod'
import { OtpError } from '../core/errors.js'

/**
 * The fields that requests are made of. Forms and queries carry text only, so numbers and claims are read from
 * text as well. Each field's error says what is expected of it.
 */

/** Text for people to type: no control characters, nothing endless. */
export function text(expected: string, max = 200) {
  return z
    .string({ error: expected })
    .trim()
    .min(1, { error: expected })
    .max(max, { error: `${expected}, of at most ${max} characters` })
    .regex(/^\P{Cc}*$/u, { error: `${expected}, without control characters` })
    .describe(expected)
}

/** Digits that JSON may also hold as a number, kept as text. */
export function digits(expected: string) {
  return z.preprocess(
    (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value),
    z
      .string({ error: expected })
      .regex(/^\d{1,20}$/, { error: expected })
      .describe(expected),
  )
}

/** A whole number from 1 to `max`; `more` is what may stand there besides. */
export function count(max: number, more = '') {
  const expected = `a whole number from 1 to ${max}${more}`

  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value),
    z.int({ error: expected }).min(1, { error: expected }).max(max, { error: expected }),
  )
}

export function yesOrNo() {
  const words: Record<string, boolean> = { true: true, '1': true, false: false, '0': false }

  return z.preprocess(
    (value) =>
      typeof value === 'string' ? (words[value] ?? value) : value === 1 || value === 0 ? value === 1 : value,
    z.boolean({ error: 'true or false (in a form or query also 1 or 0)' }),
  )
}

export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, { error: `one of ${values.join(', ')}` })
}

export function instant(expected = 'an ISO-8601 instant such as 2030-01-31T20:00:00Z') {
  return z.iso.datetime({ offset: true, error: expected }).transform((value) => Date.parse(value))
}

/** Exactly this word, as a safety catch. */
export function expected<const T extends string>(word: T) {
  return z.literal(word, { error: `"${word}", to say that this is meant` })
}

export const discordUserId = () =>
  z
    .string({ error: 'a Discord user id, digits as text' })
    .regex(/^\d{15,21}$/, { error: 'a Discord user id, digits as text' })

export const guestName = () =>
  z.preprocess(
    (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value),
    text('a Plex username, e-mail address or numeric Plex id', 254),
  )

export const ratingKey = () => digits('a rating key, digits as GET /media answers them')

/** OTP's own ids, as they come back from this API. */
export const recordId = () =>
  z.string().regex(/^[\w-]{1,80}$/, { error: 'an id as this API answers it: letters, digits, - and _' })

export const cursor = () =>
  z.string().regex(/^[\w.~=-]{1,200}$/, { error: 'the value of "next" from the page before' })

/** Where a server is; without what OTP could not append a path to. */
export function address(expected = 'a full address such as http://192.168.1.20:32400') {
  return text(expected, 300).refine(
    (value) => {
      if (!URL.canParse(value)) return false
      const { protocol, search, hash, username, password } = new URL(value)
      return /^https?:$/.test(protocol) && !search && !hash && !username && !password
    },
    { error: expected },
  )
}

export const keyName = () => {
  const expected = 'a name of 1 to 40 letters, digits, dots, - or _'
  return z
    .string({ error: expected })
    .regex(/^[\w.-]{1,40}$/, { error: expected })
    .describe(expected)
}

/** A part of a request that has no fields. */
export const nothing = z.strictObject({})

/** Reads one part of a request, or refuses with every field that is wrong and what is expected of it. */
export function decode<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const read = schema.safeParse(value)
  if (read.success) return read.data

  const problems = read.error.issues.flatMap((issue) => problemsOf(issue, schema))
  throw new OtpError('invalid_input', `${[...new Set(problems)].join('; ')}.`)
}

function problemsOf(issue: z.core.$ZodIssue, schema: z.ZodType): string[] {
  const { path, message } = issue
  if (path.length === 0 && issue.code !== 'unrecognized_keys') return ['body: expected an object with fields']
  if (issue.code !== 'unrecognized_keys') return [`${path.join('.')}: expected ${message}`]

  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
  const hint = known.length === 0 ? 'nothing is expected here' : `known are ${known.join(', ')}`
  return issue.keys.map((key) => `${clip(key)}: unknown field, ${hint}`)
}

function clip(key: string): string {
  return key.length > 40 ? `${key.slice(0, 40)}...` : key
}
