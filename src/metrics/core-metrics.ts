import { Counter, Histogram, type Registry } from 'prom-client'
import type { Rung, RungOutcome } from '../core/model.js'
import type { Measurement, MessageOutcome, Meter } from '../core/ports.js'
import { inSeconds } from './seconds.js'

const verdicts = Object.keys({
  allowed: true,
  violation: true,
  ignored: true,
  unsure: true,
} satisfies Record<Extract<Measurement, { kind: 'session-seen' }>['verdict'], true>)

const rungs = Object.keys({
  terminate: true,
  stop: true,
  unshare: true,
  report: true,
} satisfies Record<Rung, true>)

const rungOutcomes = Object.keys({
  intended: true,
  accepted: true,
  gone: true,
  refused: true,
  impossible: true,
  failed: true,
  unknown: true,
} satisfies Record<RungOutcome, true>)

const messageOutcomes = Object.keys({
  sent: true,
  edited: true,
  deferred: true,
  undeliverable: true,
} satisfies Record<MessageOutcome, true>)

/** What the guard did and how fast. Every series is there from the start, so that the first event is a rise. */
export function createCoreMetrics(registry: Registry): Meter {
  const registers = [registry]
  const sessions = new Counter({
    name: 'otp_sessions_seen_total',
    help: 'Streams judged, and judged anew with another item, by verdict.',
    labelNames: ['verdict'],
    registers,
  })
  const violations = new Counter({
    name: 'otp_violations_total',
    help: 'Streams of guests that no pass covered.',
    registers,
  })
  const steps = new Counter({
    name: 'otp_enforcement_steps_total',
    help: 'Steps taken against such streams, by rung and outcome.',
    labelNames: ['rung', 'outcome'],
    registers,
  })
  const terminate = new Histogram({
    name: 'otp_detection_to_terminate_seconds',
    help: 'From seeing a stream that may not go on to sending the first request that ends it.',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
    registers,
  })
  const end = new Histogram({
    name: 'otp_detection_to_end_seconds',
    help: 'From seeing a stream that may not go on until Plex does not list it any more.',
    buckets: [0.1, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600],
    registers,
  })

  const messages = new Counter({
    name: 'otp_messages_total',
    help: 'Attempts to deliver messages, by what they tell of and what came of it.',
    labelNames: ['about', 'outcome'],
    registers,
  })

  for (const outcome of messageOutcomes) messages.inc({ about: 'violation', outcome }, 0)
  for (const verdict of verdicts) sessions.inc({ verdict }, 0)
  for (const rung of rungs) for (const outcome of rungOutcomes) steps.inc({ rung, outcome }, 0)
  return { note: (it) => writing(it)() }

  /** What is to be written down, for every kind: one that is missing here does not build. */
  function writing(it: Measurement): () => void {
    switch (it.kind) {
      case 'session-seen':
        return () => sessions.inc({ verdict: it.verdict })
      case 'violation-seen':
        return () => violations.inc()
      case 'rung-done':
        return () => steps.inc({ rung: it.rung, outcome: it.outcome })
      case 'terminate-sent':
        return () => terminate.observe(inSeconds(it.afterMs))
      case 'stream-gone':
        return () => end.observe(inSeconds(it.afterMs))
      case 'message-done':
        return () => messages.inc({ about: it.about, outcome: it.outcome })
    }
  }
}
