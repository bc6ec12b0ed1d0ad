import { OtpError } from '../core/errors.js'
import { asking as words } from '../core/messages/asking.js'
import type { Show } from './screen.js'

export interface Choice<T> {
  heading: string
  options: readonly { value: T; label: string }[]
  /** Taken on a bare Enter. */
  standing?: { value: T; name: string }
}

/** What whoever sits there picks by its number; undefined where nobody can be asked, or nothing was picked. */
export async function pick<T>(show: Show, { heading, options, standing }: Choice<T>): Promise<T | undefined> {
  if (!show.canAsk) return undefined

  let lines = [heading, ...numbered(options.map((one) => one.label))]
  for (;;) {
    for (const line of lines) show.aside(line)
    const typed = await show.ask(standing ? words.pickOr(standing.name) : words.pick())
    if (typed === undefined) return undefined
    if (typed.trim() === '') return standing?.value

    const found = /^\d{1,4}$/.test(typed.trim()) ? options[Number(typed) - 1] : undefined
    if (found) return found.value
    lines = [words.noSuchNumber(options.length)]
  }
}

/**
 * Does the work with a name; where that could be several, whoever sits there picks one and it goes on with that.
 * Where nobody can be asked, the refusal stands.
 */
export async function orPick<T>(
  show: Show,
  name: string,
  work: (name: string, isPicked: boolean) => Promise<T>,
): Promise<T> {
  try {
    return await work(name, false)
  } catch (error) {
    const candidates = error instanceof OtpError && error.code === 'ambiguous' ? error.candidates : []
    if (candidates.length === 0) throw error

    const picked = await pick(show, { heading: words.several(name), options: candidates })
    if (picked === undefined) throw error
    return work(picked, true)
  }
}

/**
 * Does the work; where it would do something that nobody may expect, whoever sits there is asked first. Where nobody
 * can be asked, it is meant.
 */
export async function orConfirm<T>(show: Show, work: (how: { ask: boolean }) => Promise<T>): Promise<T> {
  if (!show.canAsk) return work({ ask: false })
  try {
    return await work({ ask: true })
  } catch (error) {
    if (!(error instanceof OtpError) || error.code !== 'confirmation_needed') throw error

    show.aside(error.message)
    if (!(await agreed(show, words.goOn())))
      throw new OtpError('conflict', words.leftAlone(), { cause: error })
    return work({ ask: false })
  }
}

/** Whether whoever sits there says yes; nothing typed is no. */
export async function agreed(show: Show, question: string): Promise<boolean> {
  const typed = await show.ask(question)
  return /^\s*y(es)?\s*$/i.test(typed ?? '')
}

function numbered(labels: readonly string[]): string[] {
  const room = String(labels.length).length
  return labels.map((label, at) => `  ${String(at + 1).padStart(room)}  ${label}`)
}
