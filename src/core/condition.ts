import type { Health, MonitorStatus, Settings } from './api.js'
import type { AccountWatch } from './engine/account-watch.js'
import type { Restored } from './engine/restored.js'
import type { ServerFacts } from './engine/server-facts.js'
import { all } from './engine/transact.js'
import type { Posting } from './events/posting.js'
import type { Lookup } from './lookup.js'
import { restored as restoredWords } from './messages/restored.js'
import { signIn as signInWords } from './messages/sign-in.js'
import type { Monitor } from './monitor/monitor.js'
import type { Outage } from './monitor/outage.js'
import type { Push } from './monitor/push.js'
import type { Reaction } from './monitor/reaction.js'
import type { Switch } from './monitor/switch.js'
import type { Notifier, Store } from './ports.js'
import { isOpen } from './states.js'
import type { Outbox } from './telling/outbox.js'

/** How OTP itself is doing. */
export interface Condition {
  /** For people: what it watches, how well, and what is in its way. */
  status(): Promise<MonitorStatus>
  /** For probes: whether what it needs answers. Never throws. */
  health(): Promise<Health>
}

export function createCondition(needs: {
  store: Store
  notifier: Notifier
  lookup: Lookup
  monitor: Monitor
  monitorSwitch: Switch
  outage: Outage
  push: Push
  reaction: Reaction
  outbox: Outbox
  posting: Posting
  facts: ServerFacts
  accountWatch: AccountWatch
  restored: Restored
  settings: Settings
}): Condition {
  const { store, notifier, lookup, monitor, monitorSwitch, outage, push, reaction } = needs
  const { outbox, posting, facts, accountWatch, restored, settings } = needs

  return { status, health }

  async function status(): Promise<MonitorStatus> {
    const [running, since, watched, open, seen, messages] = await Promise.all([
      monitorSwitch.isOn(),
      monitorSwitch.since(),
      lookup.guests(),
      all(store, 'assignment', { open: true }),
      all(store, 'violation', { open: true }),
      outbox.state(),
    ])
    const { guests: streaming, others } = monitor.streams()
    const capabilities = facts.capabilities()
    const account = accountWatch.health()
    const lastPassAt = monitor.lastPassAt()
    const discord = notifier.health?.()
    const waiting = restored.waiting()
    const webhookTrouble = posting.trouble()
    return {
      running,
      guests: watched.length,
      openAssignments: open.filter((one) => isOpen(one.record)).length,
      streams: { guests: streaming.length, others },
      plex: outage.health(),
      push: push.health(),
      reaction: reaction.times(),
      ladder: settings.monitor.onViolation,
      violations: seen.length,
      waitingMessages: messages.waiting,
      ...(messages.trouble !== undefined && { messageTrouble: messages.trouble }),
      ...(webhookTrouble !== undefined && { webhookTrouble }),
      ...(discord && { discord }),
      ...(waiting && { restored: waiting }),
      ...(since && { since }),
      ...(account && { account: account.ok ? { ok: true } : { ok: false, reason: signInWords.tokenDead() } }),
      ...(capabilities && { capabilities }),
      ...(lastPassAt !== undefined && { lastPassAt }),
    }
  }

  async function health(): Promise<Health> {
    const stored = await store.page('setting', { limit: 1 }).then(
      () => storeWell(),
      (error: unknown) => ({ ok: false, reason: error instanceof Error ? error.message : String(error) }),
    )
    const trouble = outbox.trouble()
    const messages = trouble === undefined ? { ok: true } : { ok: false, reason: trouble }
    return { plex: outage.health(), store: stored, messages }
  }

  function storeWell(): Health['store'] {
    const waiting = restored.waiting()
    return { ok: true, ...(waiting && { reason: restoredWords.ready(waiting.assignments) }) }
  }
}
