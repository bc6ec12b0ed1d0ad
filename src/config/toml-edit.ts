import { isDeepStrictEqual } from 'node:util'
import { parse } from 'smol-toml'

type Table = Record<string, unknown>

/** A header or an assignment, by where it stands in the text. */
interface Statement {
  kind: 'table' | 'list of tables' | 'value'
  /** The whole path from the root: `plex`, `token`. */
  path: readonly string[]
  /** Where the value stands; for a header, the end of it. */
  from: number
  to: number
}

/**
 * The text with one text value changed, or added where it is missing; everything else stays byte for byte.
 * Undefined where that cannot be done: the text is not TOML, or says it in a way that cannot be changed alone.
 */
export function withValue(text: string, section: string, key: string, value: string): string | undefined {
  const before = parsed(text)
  if (before === undefined) return undefined

  const after = edited(text, section, key, JSON.stringify(value))
  return isOnlyChange(before, parsed(after), section, key, value) ? after : undefined
}

function edited(text: string, section: string, key: string, written: string): string {
  const statements = [...statementsOf(text)]
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const line = `${key} = ${written}`

  const standing = statements.find((one) => one.kind === 'value' && isPath(one.path, section, key))
  if (standing) return text.slice(0, standing.from) + written + text.slice(standing.to)

  const header = statements.find((one) => one.kind === 'table' && isPath(one.path, section))
  if (header) {
    const end = lineEnd(text, header.to)
    const head = text.slice(0, end)
    return `${head}${head.endsWith('\n') ? '' : newline}${line}${newline}${text.slice(end)}`
  }

  const gap = text === '' ? '' : text.endsWith('\n') ? newline : newline + newline
  return `${text}${gap}[${section}]${newline}${line}${newline}`
}

/** The parser has the last word: nothing else may have changed. */
function isOnlyChange(
  before: Table,
  after: Table | undefined,
  section: string,
  key: string,
  value: string,
): boolean {
  const table = after?.[section]
  if (!after || !isTable(table) || table[key] !== value) return false
  return isDeepStrictEqual(without(before, section, key), without(after, section, key))
}

function without(root: Table, section: string, key: string): unknown[] {
  const { [section]: table, ...others } = root
  if (!isTable(table)) return [others, table ?? []]

  const { [key]: _, ...rest } = table
  return [others, Object.entries(rest)]
}

/** Walks through valid TOML. The parser itself reads the names, with all their quotes and dots. */
function* statementsOf(text: string): Generator<Statement> {
  let table: readonly string[] = []

  for (let at = 0; at < text.length; ) {
    const character = text.charAt(at)

    if (character === '#') {
      at = lineEnd(text, at)
    } else if (character === '[') {
      const to = afterBrackets(text, at)
      const isList = text.startsWith('[[', at)
      table = namesIn(text.slice(at, to))
      yield { kind: isList ? 'list of tables' : 'table', path: table, from: at, to }
      at = to
    } else if (/[\s\uFEFF]/.test(character)) {
      at += 1
    } else {
      const equals = afterName(text, at)
      const from = equals + 1 + (/^[ \t]*/.exec(text.slice(equals + 1))?.[0].length ?? 0)
      const to = afterValue(text, from)
      yield { kind: 'value', path: [...table, ...namesIn(`${text.slice(at, equals)}= 0`)], from, to }
      at = to
    }
  }
}

/** The names on the way to the only thing in a piece of TOML. */
function namesIn(piece: string): string[] {
  const names: string[] = []
  for (let inside: unknown = parsed(piece); isTable(inside); ) {
    const [entry] = Object.entries(inside)
    if (!entry) break
    names.push(entry[0])
    inside = Array.isArray(entry[1]) ? entry[1][0] : entry[1]
  }
  return names
}

function afterName(text: string, start: number): number {
  let at = start
  while (at < text.length && text[at] !== '=') at = afterString(text, at) ?? at + 1
  return at
}

function afterValue(text: string, start: number): number {
  let at = start
  while (at < text.length && !/[\s#]/.test(text.charAt(at))) {
    at = /[[{]/.test(text.charAt(at)) ? afterBrackets(text, at) : (afterString(text, at) ?? at + 1)
  }
  // A date and its time of day may have a space between them.
  const rest = /^ \d\d:\S+/.exec(text.slice(at))
  return rest && /^\d{4}-\d\d-\d\d$/.test(text.slice(start, at)) ? at + rest[0].length : at
}

function afterBrackets(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; ) {
    const character = text.charAt(at)
    if (/[[{]/.test(character)) depth += 1
    if (/[\]}]/.test(character)) depth -= 1
    if (depth === 0) return at + 1

    at = character === '#' ? lineEnd(text, at) : (afterString(text, at) ?? at + 1)
  }
  return text.length
}

/** Where a string that begins here ends; undefined when none does. */
function afterString(text: string, start: number): number | undefined {
  const quote = text.charAt(start)
  if (quote !== '"' && quote !== "'") return undefined

  const fence = text.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote
  for (let at = start + fence.length; at < text.length; ) {
    if (quote === '"' && text[at] === '\\') at += 2
    else if (text.startsWith(fence, at)) return afterFence(text, at, fence)
    else at += 1
  }
  return text.length
}

/** A multi-line string may end in quotes of its own just before the closing ones. */
function afterFence(text: string, at: number, fence: string): number {
  let end = at + fence.length
  while (fence.length === 3 && text[end] === fence[0] && end < at + 5) end += 1
  return end
}

/** Behind the line break of the line that this place is in. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}

function isPath(path: readonly string[], ...names: string[]): boolean {
  return isDeepStrictEqual([...path], names)
}

function parsed(text: string): Table | undefined {
  try {
    return parse(text, { integersAsBigInt: 'asNeeded' })
  } catch {
    // What cannot be read is not changed: the caller says so.
    return undefined
  }
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
