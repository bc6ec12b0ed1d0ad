import type { z } from 'zod'
import { createRedactor } from '../util/redact.js'
import { fields, webhookFields } from './schema.js'

/** One thing that is wrong with the configuration: where, and what is expected there. */
export interface ConfigProblem {
  key: string
  message: string
}

/** Where a value came from, when it was not the file: `OTP_API_PORT`, `--port`. By key. */
export type Origins = ReadonlyMap<string, string>

const plain = createRedactor([])
const longestValue = 60

/** The problem as one line for people. */
export function describeProblem({ key, message }: ConfigProblem): string {
  return `${key}: ${message}`
}

/** What the schema refused, in our words; each key is named once, and no secret is repeated. */
export function problemsOf(error: z.ZodError, raw: unknown, origins: Origins): ConfigProblem[] {
  const problems = new Map<string, ConfigProblem>()

  for (const issue of error.issues) {
    const path = issue.path.map(String)
    const found =
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((name) => unknownKey(path, name))
        : [refusedValue(path, raw, origins)]

    for (const problem of found) if (!problems.has(problem.key)) problems.set(problem.key, problem)
  }
  return [...problems.values()]
}

function unknownKey(path: readonly string[], name: string): ConfigProblem {
  const key = inWords([...path, name])
  if (path.length === 0) {
    return { key, message: `unknown section, expected one of ${sectionNames().join(', ')}` }
  }

  const known = fieldsOf(path[0]).map((field) => field.name)
  return { key, message: `unknown key, expected one of ${known.join(', ')}` }
}

function refusedValue(path: readonly string[], raw: unknown, origins: Origins): ConfigProblem {
  const [section = '', ...rest] = path
  const name = rest.find((part) => !/^\d+$/.test(part))

  if (name === undefined) {
    const table = section === 'webhooks' ? '[[webhooks]]' : `[${section}]`
    return { key: section, message: `expected a table, written ${table}` }
  }

  // A refused entry of a list is told as its list.
  const place = path.slice(0, path.indexOf(name) + 1)
  const key = inWords(place)
  const note = fieldsOf(section).find((field) => field.name === name)?.note
  const origin = origins.get(key)
  const got = note?.secret ? '' : `, got ${shown(valueAt(raw, place))}`

  return { key, message: `expected ${note?.expected}${got}${origin ? ` in ${origin}` : ''}` }
}

/** `webhooks[0].url` for the path webhooks, 0, url. */
function inWords(path: readonly string[]): string {
  return path.reduce(
    (words, part) => (/^\d+$/.test(part) ? `${words}[${part}]` : words ? `${words}.${part}` : part),
    '',
  )
}

function valueAt(raw: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, part) => {
    const inside = typeof value === 'object' && value !== null && Object.hasOwn(value, part)
    return inside ? Object.entries(value).find(([name]) => name === part)?.[1] : undefined
  }, raw)
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'

  const numbers = (_: string, inside: unknown) => (typeof inside === 'bigint' ? Number(inside) : inside)
  const text = plain(JSON.stringify(value, numbers))
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text
}

function sectionNames(): string[] {
  return [...new Set([...fields.values()].map((field) => field.section)), 'webhooks']
}

function fieldsOf(section: string | undefined) {
  return [...fields.values(), ...webhookFields.values()].filter((field) => field.section === section)
}
