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

/**
 * An object whose fields are read one by one, with the same leniency as the schemas above: for long lists that are read
 * again and again, where a schema of as many lenient fields takes much longer.
 */
export type Fields = Readonly<Record<string, unknown>>

/** Undefined for what is no object. */
export function fieldsOf(value: unknown): Fields | undefined {
  return isObject(value) ? value : undefined
}

export function textIn(fields: Fields | undefined, name: string): string | undefined {
  return toText(fields?.[name])
}

export function numberIn(fields: Fields | undefined, name: string): number | undefined {
  return toNumber(fields?.[name])
}

export function flagIn(fields: Fields | undefined, name: string): boolean {
  return toFlag(fields?.[name])
}

export function listIn(fields: Fields | undefined, name: string): unknown[] {
  return toList(fields?.[name])
}

/** Missing when it is no object; the first where there are several. */
export function partIn(fields: Fields | undefined, name: string): Fields | undefined {
  const value = fields?.[name]
  return fieldsOf(Array.isArray(value) ? value[0] : value)
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
  const all: Record<string, unknown> = { ...value }
  for (const name in all) if (all[name] !== undefined) kept[name] = all[name]
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
