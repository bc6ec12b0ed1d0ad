import { OtpError } from '../errors.js'
import { keys as words } from '../messages/keys.js'
import type { KeptAnswer } from '../model.js'
import type { Clock, Secrets, Store } from '../ports.js'

/** How long an answer is given again. */
const keptMs = 24 * 3_600_000
/** A request that was begun so long ago is not worked on any more: OTP has ended meanwhile. */
const workedOnMs = 120_000

type Answer = NonNullable<KeptAnswer['answer']>

/** Answers to requests with an `Idempotency-Key`: sent again, they are answered again, and nothing is done twice. */
export interface Repeats {
  /**
   * Does the work, or answers what it came to before. `key` is the caller's own, `request` what was asked. Throws
   * `conflict` when the key was used for something else, or the first request is still being worked on. Failures of
   * OTP or Plex (5xx) are not kept, so that asking again may help.
   */
  once(
    asked: { caller: string; key: string; request: string },
    work: () => Promise<Answer>,
  ): Promise<{ answer: Answer; repeated: boolean }>
}

export function createRepeats(needs: { store: Store; secrets: Secrets; clock: Clock }): Repeats {
  const { store, secrets, clock } = needs
  return { once }

  async function once(
    asked: { caller: string; key: string; request: string },
    work: () => Promise<Answer>,
  ): Promise<{ answer: Answer; repeated: boolean }> {
    const id = secrets.hash(`${asked.caller} ${asked.key}`)
    const request = secrets.hash(asked.request)
    const before = await begin(id, request)
    if (before) return { answer: before, repeated: true }

    const answer = await work().catch(async (error: unknown) => {
      await forget(id)
      throw error
    })
    if (answer.status >= 500) await forget(id)
    else await write(id, { request, at: clock.now(), answer })
    return { answer, repeated: false }
  }

  /** Takes the key for this request, or answers what it was answered before. */
  async function begin(id: string, request: string): Promise<Answer | undefined> {
    const stored = await store.read('answer', id)
    const old = stored && isKept(stored.record) ? stored.record : undefined
    if (old && old.request !== request) throw new OtpError('conflict', words.repeatDiffers())
    if (old?.answer) return old.answer
    if (old) throw new OtpError('conflict', words.repeatRunning())

    const record: KeptAnswer = { request, at: clock.now() }
    const condition = stored ? { ifRevision: stored.revision } : { unless: 'exists' as const }
    const isOurs = await store.commit([{ kind: 'answer', id, record, ...condition }])
    if (!isOurs) throw new OtpError('conflict', words.repeatRunning())
    return undefined
  }

  function isKept({ at, answer }: KeptAnswer): boolean {
    return clock.now() - at < (answer ? keptMs : workedOnMs)
  }

  /** As if it had never been asked: a record is never removed, only too old to count. */
  async function forget(id: string): Promise<void> {
    await write(id, { request: '', at: 0 })
  }

  async function write(id: string, record: KeptAnswer): Promise<void> {
    const stored = await store.read('answer', id)
    if (stored) await store.commit([{ kind: 'answer', id, record, ifRevision: stored.revision }])
  }
}
