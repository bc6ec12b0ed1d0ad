const unitMs: Record<string, number> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** Milliseconds of `90s`, `36h`, `7d` or `2d12h`; undefined when it is not written like that. */
export function parseDurationMs(text: string): number | undefined {
  const compact = text.trim().toLowerCase()
  if (!/^(\d+[smhdw])+$/.test(compact)) return undefined

  let total = 0
  for (const [, amount = '', unit = ''] of compact.matchAll(/(\d+)([smhdw])/g)) {
    total += Number(amount) * (unitMs[unit] ?? 0)
  }
  return Number.isSafeInteger(total) ? total : undefined
}

const isoInstant = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/
/** The last instant that ISO-8601 writes with four digits for the year. */
export const endOfTime = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** The instant that `36h` (from now) or an ISO-8601 time with its zone means; undefined when it is neither. */
export function parseInstant(text: string, now: number): number | undefined {
  const duration = parseDurationMs(text)
  const at = duration === undefined ? parseIso(text.trim()) : now + duration
  return at === undefined || at > endOfTime ? undefined : at
}

function parseIso(text: string): number | undefined {
  const day = isoInstant.exec(text)?.[1]
  if (day === undefined || !isInCalendar(day)) return undefined

  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at
}

/** `Date.parse` takes the 30th of February for the 2nd of March. */
function isInCalendar(day: string): boolean {
  const at = Date.parse(day)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day)
}
