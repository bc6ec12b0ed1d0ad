import { Gauge, type Registry } from 'prom-client'
import type { MonitorStatus } from '../core/api.js'
import type { PushWay } from '../core/model.js'

/** A part that the service stands on. */
export type Part = 'plex' | 'store' | 'discord'

const ways: readonly PushWay[] = ['websocket', 'sse']

/** How the monitor and its surroundings are at this moment. */
export function addStatus(registry: Registry, status: MonitorStatus): void {
  const { push, account, lastPassAt } = status
  const one = (name: string, help: string, value: number | boolean) => add(registry, name, help, value)

  one('otp_monitor_running', 'Whether streams are judged; 0 while the monitor is stopped.', status.running)
  one('otp_guests', 'Guests under watch.', status.guests)
  one('otp_open_assignments', 'Assignments that have not ended.', status.openAssignments)
  one('otp_open_violations', 'Violations that are not over yet.', status.violations)
  one('otp_outbox_messages', 'Messages that wait to be sent.', status.waitingMessages)
  addEach(registry, 'otp_streams', 'Streams now, of guests and of others.', 'of', status.streams)

  if (account) one('otp_plex_token_accepted', 'Whether plex.tv accepts the token.', account.ok)
  if (lastPassAt !== undefined) {
    one('otp_last_pass_timestamp_seconds', 'When all streams were last judged.', lastPassAt / 1_000)
  }

  // Where it is switched off nothing is wrong, so there is nothing to be alarmed by.
  if (push.kind === 'off') return
  one(
    'otp_push_up',
    'Whether what Plex announces comes through; missing where it is off.',
    push.kind === 'up',
  )
  const byWay = ways.map((way) => [way, push.kind === 'up' && push.way === way] as const)
  addEach(registry, 'otp_push_way', 'The way in which it comes.', 'way', Object.fromEntries(byWay))
}

/** Which parts work. */
export function addParts(registry: Registry, parts: Partial<Record<Part, boolean>>): void {
  const help = 'Whether a part works, as /readyz tells; Discord only where it is configured.'
  addEach(registry, 'otp_up', help, 'part', parts)
}

function add(registry: Registry, name: string, help: string, value: number | boolean): void {
  new Gauge({ name, help, registers: [registry] }).set(Number(value))
}

function addEach(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  values: Record<string, number | boolean>,
): void {
  const gauge = new Gauge({ name, help, labelNames: [label], registers: [registry] })
  for (const [key, value] of Object.entries(values)) gauge.set({ [label]: key }, Number(value))
}
