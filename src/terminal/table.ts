import { cut, widthOf } from './width.js'

/** How a row becomes one cell of a table. */
export interface Column<T> {
  head: string
  cell(row: T): string
  /** Never cut: what it holds is typed again. */
  whole?: boolean
}

const gap = '  '
const narrowest = 6

/**
 * Lines of a table for people. The widest columns give way first, down to a few letters, so that it is no wider than
 * `width`; where not even that is enough, those on the right are left out.
 */
export function renderTable<T>(columns: readonly Column<T>[], rows: readonly T[], width: number): string[] {
  const cells = [
    columns.map(({ head }) => head),
    ...rows.map((row) => columns.map(({ cell }) => printable(cell(row)))),
  ]
  const wanted = columns.map(({ whole }, at) => ({
    whole: whole === true,
    width: Math.max(...cells.map((line) => widthOf(line[at] ?? ''))),
  }))
  const widths = fitted(wanted, width)

  return cells.map((line) =>
    widths
      .map((room, at) => pad(line[at] ?? '', room))
      .join(gap)
      .trimEnd(),
  )
}

/** Text from outside without anything that could move the cursor or change colours. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
}

function fitted(wanted: readonly { whole: boolean; width: number }[], room: number): number[] {
  const widths = wanted.map((one) => one.width)
  const taken = () => widths.reduce((total, one) => total + one + gap.length, -gap.length)

  while (taken() > room) {
    const giving = widths.filter((one, at) => one > narrowest && !wanted[at]?.whole)
    if (giving.length > 0) widths[widest(widths, wanted)] = Math.max(...giving) - 1
    else if (widths.length > 1) widths.pop()
    else return widths
  }
  return widths
}

function widest(widths: readonly number[], wanted: readonly { whole: boolean }[]): number {
  const giving = widths.map((one, at) => (wanted[at]?.whole ? 0 : one))
  return giving.indexOf(Math.max(...giving))
}

function pad(text: string, width: number): string {
  const shown = cut(text, width)
  return shown + ' '.repeat(Math.max(0, width - widthOf(shown)))
}
