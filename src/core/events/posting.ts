import { createBell } from '../engine/bell.js'
import type { ServerFacts } from '../engine/server-facts.js'
import { OtpError } from '../errors.js'
import { events as words } from '../messages/events.js'
import type { Change, Clock, Logger, Store, Stored } from '../ports.js'
import type { Outbox } from '../telling/outbox.js'
import type { OtpEvent } from './event.js'
import type { EventFeed } from './journal.js'
import type { EventPoster, Posted, Webhook, WebhookProgress } from './webhook.js'

const firstWaitMs = 1_000
const longestWaitMs = 5 * 60_000
/** Who takes nothing for so long is dead. */
const deadAfterMs = 24 * 3_600_000
/** Another process may have written something that nobody tells of here. */
const lookEveryMs = 60_000
const storeAgainMs = 5_000
const page = 50

/** Posts events to webhooks: to each in order, at least once, from where it stopped. */
export interface Posting {
  run(signal: AbortSignal): Promise<void>
  /** Which webhooks get nothing any more, and why, in sentences. */
  trouble(): string | undefined
}

interface Needs {
  poster: EventPoster | undefined
  feed: EventFeed
  store: Store
  outbox: Outbox
  facts: Pick<ServerFacts, 'known'>
  clock: Clock
  log: Logger
  random: () => number
}

export function createPosting(needs: Needs): Posting {
  const { poster, feed, store, outbox, facts, clock, log, random } = needs
  const dead = new Map<number, string>()

  return { run, trouble }

  async function run(signal: AbortSignal): Promise<void> {
    if (!poster) return
    await Promise.all(poster.hooks.map((hook) => follow(poster, hook, signal)))
  }

  function trouble(): string | undefined {
    if (dead.size === 0) return undefined
    return [...dead].map(([number, reason]) => words.webhookDead(number, reason)).join(' ')
  }

  /** Whatever goes wrong here is not to stop anything else. */
  async function follow(to: EventPoster, hook: Webhook, signal: AbortSignal): Promise<void> {
    const bell = createBell(clock)
    const stopListening = feed.listen(bell.ring)
    for (let isDead = false; !isDead && !signal.aborted; ) {
      try {
        isDead = await postAll(to, hook, bell, signal)
      } catch (error) {
        const level = error instanceof OtpError ? 'warn' : 'error'
        log[level]('a webhook cannot be looked after and is tried again', { webhook: hook.number, error })
        await clock.sleep(storeAgainMs, signal)
      }
    }
    stopListening()
  }

  /** True when it is dead. */
  async function postAll(
    to: EventPoster,
    hook: Webhook,
    bell: ReturnType<typeof createBell>,
    signal: AbortSignal,
  ): Promise<boolean> {
    let progress = await begun(hook)
    if (progress.record.deadSince !== undefined) dead.set(hook.number, progress.record.reason ?? '')

    while (!signal.aborted) {
      const { cursor } = progress.record
      const { events, more } = await feed.read(cursor, page)
      if (events.length > 0 && (await feed.hasGap(cursor))) {
        log.warn('events that were to be posted are not kept any more', { webhook: hook.number })
      }
      let last = cursor
      for (const event of events) {
        if (isWanted(hook, event)) {
          const after = await deliver(to, hook, event, progress, signal)
          if (after === 'dead') return true
          if (after === 'stopped') return false
          progress = after
        }
        last = event.id
      }
      // What it does not want need not be looked at again.
      if (last > progress.record.cursor) progress = await write(hook, progress, { cursor: last })
      if (!more) await bell.wait(lookEveryMs, signal)
    }
    return false
  }

  /** A new webhook hears what happens from now on. */
  async function begun({ id }: Webhook): Promise<Stored<WebhookProgress>> {
    const stored = await store.read('webhook', id)
    if (stored) return stored

    const record = { cursor: await feed.now() }
    await store.commit([{ kind: 'webhook', id, record, unless: 'exists' }])
    return { id, revision: 1, record }
  }

  /** After a restart one that was dead gets another chance, and nobody is told again when it does not take it. */
  async function deliver(
    to: EventPoster,
    hook: Webhook,
    event: OtpEvent,
    before: Stored<WebhookProgress>,
    signal: AbortSignal,
  ): Promise<Stored<WebhookProgress> | 'dead' | 'stopped'> {
    let progress = before
    for (let baseMs = firstWaitMs; !signal.aborted; baseMs = Math.min(longestWaitMs, 2 * baseMs)) {
      const posted = await to.post(hook, event, signal)
      if (posted.kind === 'taken') {
        if (progress.record.failingSince !== undefined) log.info('a webhook works again', of(hook))
        dead.delete(hook.number)
        return write(hook, progress, { cursor: event.id })
      }
      if (signal.aborted) break

      const { failingSince = clock.now(), deadSince } = progress.record
      if (deadSince !== undefined || posted.kind === 'gone' || clock.now() - failingSince >= deadAfterMs) {
        await giveUp(hook, progress, posted)
        return 'dead'
      }
      if (progress.record.failingSince === undefined) {
        log.warn('a webhook does not take an event', { ...of(hook), reason: posted.reason })
        progress = await write(hook, progress, { ...progress.record, failingSince })
      }
      await clock.sleep(waitMs(baseMs), signal)
    }
    return 'stopped'
  }

  function waitMs(baseMs: number): number {
    return Math.min(longestWaitMs, Math.max(firstWaitMs, baseMs * (0.8 + 0.4 * random())))
  }

  async function giveUp(
    hook: Webhook,
    progress: Stored<WebhookProgress>,
    { reason }: Exclude<Posted, { kind: 'taken' }>,
  ): Promise<void> {
    dead.set(hook.number, reason)
    log.error('a webhook is dead: nothing is posted to it until OTP is started again', {
      ...of(hook),
      reason,
    })
    if (progress.record.deadSince !== undefined) return

    const machineIdentifier = await facts.known()
    const notice = { kind: 'webhook-dead' as const, number: hook.number, reason }
    const told = machineIdentifier && outbox.draft(machineIdentifier, { to: 'admins', notice }).change
    await write(hook, progress, { ...progress.record, deadSince: clock.now(), reason }, told ? [told] : [])
    outbox.wake()
  }

  /** Losing it in a power cut has some events posted twice, and costs the disk less each time. */
  async function write(
    { id }: Webhook,
    { revision }: Stored<WebhookProgress>,
    record: WebhookProgress,
    more: readonly Change[] = [],
  ): Promise<Stored<WebhookProgress>> {
    const change = { kind: 'webhook', id, record, ifRevision: revision } as const
    const written = await store.commit([change, ...more], { hasty: more.length === 0 })
    if (!written) throw new OtpError('conflict', 'Another process posts to this webhook as well.')
    return { id, revision: revision + 1, record }
  }
}

function isWanted({ events }: Webhook, { name }: OtpEvent): boolean {
  return events.length === 0 || events.includes(name)
}

function of({ number }: Webhook): { webhook: number } {
  return { webhook: number }
}
