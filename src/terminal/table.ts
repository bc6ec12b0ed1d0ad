/** How a row becomes one cell of a table. */
export interface Column<T> {
  head: string
  cell(row: T): string
}

const gap = '  '
const narrowest = 6

/** Lines of a table for people, no wider than `width`: the widest columns give way first. */
export function renderTable<T>(columns: readonly Column<T>[], rows: readonly T[], width: number): string[] {
  const cells = [
    columns.map(({ head }) => head),
    ...rows.map((row) => columns.map(({ cell }) => printable(cell(row)))),
  ]
  const widths = narrowed(
    columns.map((_, at) => Math.max(...cells.map((line) => length(line[at] ?? '')))),
    width - gap.length * (columns.length - 1),
  )

  return cells.map((line) =>
    line
      .map((cell, at) => pad(cell, widths[at] ?? 0))
      .join(gap)
      .trimEnd(),
  )
}

/** Text from outside without anything that could move the cursor or change colours. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
}

function narrowed(widths: readonly number[], room: number): number[] {
  const fitted = [...widths]

  for (;;) {
    const widest = Math.max(...fitted)
    if (sum(fitted) <= room || widest <= narrowest) return fitted
    fitted[fitted.indexOf(widest)] = widest - 1
  }
}

function pad(text: string, width: number): string {
  const letters = [...text]
  const shown = letters.length > width ? `${letters.slice(0, Math.max(0, width - 1)).join('')}…` : text
  return shown + ' '.repeat(Math.max(0, width - length(shown)))
}

function length(text: string): number {
  return [...text].length
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
