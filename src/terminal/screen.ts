import type { Clock } from '../core/ports.js'
import { type Column, printable, renderTable } from './table.js'

/** Where the client writes. */
export interface Screen {
  out(text: string): void
  err(text: string): void
  /** Columns of the terminal; Infinity when the output goes elsewhere. */
  width: number
  colours: boolean
  /** Shows a line that the next one takes the place of, and an empty one clears; only on a terminal. */
  passing?(text: string): void
  /**
   * Has whoever sits there type a line, shown or hidden; only on a terminal. Undefined where the input ends. Throws
   * `conflict` when they stop it.
   */
  ask?(question: string, how?: { hidden?: boolean }): Promise<string | undefined>
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
  /** Said beside the result, so that it is read also while a script takes that. */
  aside(text: string): void
  /**
   * Goes on when the work is done. What takes long is named meanwhile to whoever sits at a terminal; `look` is
   * asked from time to time for something better to say.
   */
  waiting<T>(text: string, work: Promise<T>, look?: () => Promise<string | undefined>): Promise<T>
  /** Whether somebody sits there who can be asked. */
  canAsk: boolean
  /** The typed line; undefined where nobody can be asked. */
  ask(question: string, how?: { hidden?: boolean }): Promise<string | undefined>
}

const patienceMs = 1_000
const frameMs = 100
const framesToALook = 20
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

export function createShow(screen: Screen, json: boolean, clock: Clock): Show {
  return { one, table, remark, aside, waiting, canAsk: !json && screen.ask !== undefined, ask }

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

  function aside(text: string): void {
    screen.err(printable(text))
  }

  async function waiting<T>(
    text: string,
    work: Promise<T>,
    look?: () => Promise<string | undefined>,
  ): Promise<T> {
    const over = new AbortController()
    const shown = json ? undefined : spin(text, over.signal, look)
    try {
      return await work
    } finally {
      over.abort()
      await shown
    }
  }

  async function spin(
    text: string,
    over: AbortSignal,
    look: () => Promise<string | undefined> = async () => undefined,
  ): Promise<void> {
    const { passing } = screen
    if (!passing) return
    await clock.sleep(patienceMs, over)
    if (over.aborted) return

    let said = text
    for (let turn = 0; !over.aborted; turn += 1) {
      if (turn % framesToALook === 0) void look().then(say, () => say(undefined))
      passing(`${frames[turn % frames.length]} ${printable(said)}`)
      await clock.sleep(frameMs, over)
    }
    passing('')

    /** The first text does as well when there is nothing better, or it cannot be learned. */
    function say(better: string | undefined): void {
      said = better ?? text
    }
  }

  async function ask(question: string, how?: { hidden?: boolean }): Promise<string | undefined> {
    return json ? undefined : screen.ask?.(printable(question), how)
  }
}
