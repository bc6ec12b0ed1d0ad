import { type Column, printable, renderTable } from './table.js'

/** Where the client writes. */
export interface Screen {
  out(text: string): void
  err(text: string): void
  /** Columns of the terminal; Infinity when the output goes elsewhere. */
  width: number
  colours: boolean
}

/** Shows results: as text and tables to people, or one JSON value per line to scripts. */
export interface Show {
  /** One value; `lines` is what people read instead. */
  one(value: unknown, lines: () => readonly string[]): void
  /**
   * A table for people, with `empty` when it has no rows. Scripts get `values`, where they are something else
   * than the rows.
   */
  table<T>(
    rows: readonly T[],
    columns: readonly Column<T>[],
    empty: string,
    values?: readonly unknown[],
  ): void
  /** A remark for people only. */
  remark(text: string): void
}

export function createShow(screen: Screen, json: boolean): Show {
  return { one, table, remark }

  function one(value: unknown, lines: () => readonly string[]): void {
    if (json) screen.out(JSON.stringify(value))
    else for (const line of lines()) screen.out(printable(line))
  }

  function table<T>(
    rows: readonly T[],
    columns: readonly Column<T>[],
    empty: string,
    values: readonly unknown[] = rows,
  ): void {
    if (json) {
      for (const value of values) screen.out(JSON.stringify(value))
      return
    }
    if (rows.length === 0) {
      screen.out(empty)
      return
    }

    const [head = '', ...lines] = renderTable(columns, rows, screen.width)
    screen.out(screen.colours ? `\u001b[1m${head}\u001b[0m` : head)
    for (const line of lines) screen.out(line)
  }

  function remark(text: string): void {
    if (!json) screen.out(printable(text))
  }
}
