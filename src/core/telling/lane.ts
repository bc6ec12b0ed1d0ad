import type { Clock, Stored } from '../ports.js'
import { createBursts, isNewCard } from './bursts.js'
import type { Delivery, OutboxMessage } from './notices.js'
import { createPace } from './pace.js'

type Waiting = Stored<OutboxMessage>

/** The next thing to do for one recipient. */
export type Step =
  | { kind: 'send'; id: string }
  /** What these messages say goes into the list. */
  | { kind: 'list'; id: string; cards: readonly Waiting[] }
  | { kind: 'wait'; waitMs: number }

/** The messages of one recipient: new ones in their order, edits when there is room for them. */
export interface Lane {
  next(waiting: readonly Waiting[]): Step
  /** What became of an attempt. */
  delivered(message: OutboxMessage, delivery: Delivery): void
  listed(step: Extract<Step, { kind: 'list' }>, shown: number): void
  /** Nothing is tried for so long. */
  holdFor(ms: number): void
  /** What kept messages away is gone: each is tried once, however long it was to wait. */
  reopen(): void
}

export function createLane(clock: Clock): Lane {
  const bursts = createBursts(clock)
  const pace = createPace(clock)
  let heldUntil = Number.NEGATIVE_INFINITY

  /** Since it was opened again, what has been tried in vain. */
  let triedSince: Set<string> | undefined

  return { next, delivered, listed, holdFor, reopen }

  function next(waiting: readonly Waiting[]): Step {
    const heldMs = heldUntil - clock.now()
    if (heldMs > 0) return { kind: 'wait', waitMs: heldMs }

    const plan = bursts.plan(waiting)
    if (plan.kind === 'list') return plan

    const gatherMs = plan.kind === 'gather' ? plan.waitMs : 0
    const post = nextPost(waiting, gatherMs)
    return post.kind === 'wait' ? earlier(post, nextEdit(waiting)) : post
  }

  /** What is new keeps its order, so whatever comes after a card that is held back waits with it. */
  function nextPost(waiting: readonly Waiting[], gatherMs: number): Step {
    const head = waiting.find(({ record }) => !record.delivered && record.listedIn === undefined)
    if (!head) return { kind: 'wait', waitMs: Infinity }

    const waitMs = isNewCard(head.record) ? Math.max(gatherMs, dueInMs(head)) : dueInMs(head)
    if (waitMs > 0) return { kind: 'wait', waitMs }
    const cards = waiting.filter(({ record }) => record.listedIn === head.id)
    return cards.length > 0 ? { kind: 'list', id: head.id, cards } : { kind: 'send', id: head.id }
  }

  function nextEdit(waiting: readonly Waiting[]): Step {
    const byMessage = new Map<string, Waiting[]>()
    for (const one of waiting) {
      const { delivered: isThere, listedIn } = one.record
      if (!isThere && listedIn === undefined) continue
      const id = listedIn ?? one.id
      const changes = byMessage.get(id)
      if (changes) changes.push(one)
      else byMessage.set(id, [one])
    }

    let soonest: Step = { kind: 'wait', waitMs: Infinity }
    for (const [id, changes] of byMessage) soonest = earlier(soonest, editOf(id, changes))
    return soonest
  }

  function editOf(id: string, changes: readonly Waiting[]): Step {
    const version = changes.map((one) => `${one.id}@${one.record.revision}`).join()
    const waitMs = Math.max(pace.waitMs(id, version), ...changes.map(dueInMs))
    if (waitMs > 0) return { kind: 'wait', waitMs }

    const cards = changes.filter(({ record }) => record.listedIn === id)
    return cards.length > 0 ? { kind: 'list', id, cards } : { kind: 'send', id }
  }

  function dueInMs({ id, record }: Waiting): number {
    if (triedSince && !triedSince.has(id)) return 0
    return record.nextTryAt - clock.now()
  }

  function delivered(message: OutboxMessage, { kind }: Delivery): void {
    if (kind === 'later' || kind === 'barred') triedSince?.add(message.id)
    else triedSince?.delete(message.id)
    if (kind !== 'later') pace.sent(message.id)
    if (kind === 'delivered' && isNewCard(message)) bursts.posted()
    if (kind === 'impossible') bursts.lost(message.id)
  }

  function listed({ id, cards }: Extract<Step, { kind: 'list' }>, shown: number): void {
    const joined = cards.filter(({ record }) => isNewCard(record)).length
    if (joined > 0) bursts.listed(id, joined, shown)
    else pace.release(id)
  }

  function holdFor(ms: number): void {
    heldUntil = clock.now() + ms
  }

  function reopen(): void {
    heldUntil = Number.NEGATIVE_INFINITY
    triedSince = new Set()
  }
}

function earlier(one: Step, other: Step): Step {
  if (one.kind !== 'wait') return one
  if (other.kind !== 'wait') return other
  return one.waitMs <= other.waitMs ? one : other
}
