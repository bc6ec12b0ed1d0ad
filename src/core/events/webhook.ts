import type { EventName, OtpEvent } from './event.js'

/** A place that events are posted to. */
export interface Webhook {
  /** Says which address it is, and not what that is. */
  id: string
  /** Its place in the configuration, from 1. */
  number: number
  /** Which events it wants; all when empty. */
  events: readonly EventName[]
}

/** What came of posting one event. The reason is a sentence's part without any address. */
export type Posted =
  | { kind: 'taken' }
  /** It is gone for good, as the place itself says. */
  | { kind: 'gone'; reason: string }
  | { kind: 'failed'; reason: string }

/** Brings events to other programs. */
export interface EventPoster {
  hooks: readonly Webhook[]
  /** Posts one event once. Never throws. */
  post(hook: Webhook, event: OtpEvent, signal: AbortSignal): Promise<Posted>
}

/** How far one webhook has come. */
export interface WebhookProgress {
  /** The last event that it has taken, or does not want. */
  cursor: string
  failingSince?: number
  /** Nothing is posted any more, and the admins know. */
  deadSince?: number
  reason?: string
}
