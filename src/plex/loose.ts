import { z } from 'zod'

// Plex writes the same field as a string, a number or a boolean, depending on version, route and format, and
// leaves out what is empty. These schemas take all of that; a field that makes no sense counts as missing.

/** Text, or a number as text. Empty counts as missing. */
export const text = z.unknown().optional().transform(toText)

/** A finite number. */
export const number = z.unknown().optional().transform(toNumber)

/** True for `true`, 1 and "1"; false for everything else, and when missing. */
export const flag = z.unknown().optional().transform(toFlag)

/** A list, of which XML with one child makes a single thing and an empty one nothing. */
export const list = z.unknown().optional().transform(toList)

/** A part that may be missing or unreadable. */
export function part<T extends z.ZodType>(schema: T) {
  return list.transform(([value]): z.output<T> | undefined => readable(schema, value))
}

/** The value as the schema reads it, or undefined. */
export function readable<T extends z.ZodType>(schema: T, value: unknown): z.output<T> | undefined {
  const read = schema.safeParse(value)
  return read.success ? read.data : undefined
}

/** An object whose fields are read one by one, with the same leniency as the schemas above. */
export interface Fields {
  text(name: string): string | undefined
  number(name: string): number | undefined
  flag(name: string): boolean
  list(name: string): unknown[]
  /** Missing when it is no object. */
  part(name: string): Fields | undefined
}

/**
 * For long lists that are read again and again: a schema of as many lenient fields takes twenty times as long.
 * Undefined for what is no object.
 */
export function fieldsOf(value: unknown): Fields | undefined {
  if (!isObject(value)) return undefined

  return {
    text: (name) => toText(value[name]),
    number: (name) => toNumber(value[name]),
    flag: (name) => toFlag(value[name]),
    list: (name) => toList(value[name]),
    part: (name) => fieldsOf(toList(value[name])[0]),
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** The object without its undefined fields. */
export function present<T extends object>(value: T): Present<T>
export function present(value: object): object {
  const kept: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(value)) if (field !== undefined) kept[name] = field
  return kept
}

function toFlag(value: unknown): boolean {
  return value === true || value === 'true' || toNumber(value) === 1
}

function toList(value: unknown): unknown[] {
  if (value === undefined || value === null || value === '') return []
  return Array.isArray(value) ? value : [value]
}

function toText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function toNumber(value: unknown): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined
  const read = Number(value)
  return Number.isFinite(read) ? read : undefined
}
