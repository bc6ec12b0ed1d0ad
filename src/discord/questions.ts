import { randomBytes } from 'node:crypto'
import type { Clock } from '../core/ports.js'
import type { Reply } from './command.js'

const KEPT_MS = 15 * 60_000

/** Undefined is picked where the question has no menu. */
type Confirmed = (by: string, picked: string | undefined) => Promise<Reply>
export type Taken = { kind: 'open'; confirmed: Confirmed } | { kind: 'answered' } | { kind: 'unknown' }

/**
 * The questions that wait for Confirm or Cancel, and the menus of which one is to be picked. They live as long as Discord lets the reply be edited, and
 * not across a restart: nothing has happened yet, so the command is simply given again.
 */
export function createQuestions(clock: Clock) {
  const questions = new Map<string, { confirmed?: Confirmed; until: number; askerId?: string }>()

  return { ask, askerOf, isKnown: (id: string) => questions.has(id), take }

  /** Keeps a question and answers with its id. */
  function ask(confirmed: Confirmed, askerId?: string): string {
    const id = randomBytes(9).toString('base64url')
    forgetOld()
    const until = clock.now() + KEPT_MS
    questions.set(id, { confirmed, until, ...(askerId !== undefined && { askerId }) })
    return id
  }

  /** Who alone may answer, where the question is their own affair. */
  function askerOf(id: string): string | undefined {
    return questions.get(id)?.askerId
  }

  /** Takes a question away, so that only the first press decides. */
  function take(id: string): Taken {
    forgetOld()
    const found = questions.get(id)
    if (!found) return { kind: 'unknown' }
    if (!found.confirmed) return { kind: 'answered' }

    const { confirmed: _, ...answered } = found
    questions.set(id, answered)
    return { kind: 'open', confirmed: found.confirmed }
  }

  function forgetOld(): void {
    for (const [id, { until }] of questions) if (until <= clock.now()) questions.delete(id)
  }
}
