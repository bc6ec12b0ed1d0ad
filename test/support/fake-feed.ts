import type { OtpEvent } from '../../src/core/events/event.js'
import type { EventFeed } from '../../src/core/events/journal.js'

/** A feed that says what a test has it say. */
export function createFeed(at = 0) {
  const events: OtpEvent[] = []
  const listeners = new Set<() => void>()
  let gap = false
  const feed: EventFeed = {
    now: async () => idOf(events.length),
    read: async (after, limit = 100) => {
      const found = events.filter((one) => one.id > after).slice(0, limit)
      return { events: found, more: found.length === limit }
    },
    hasGap: async () => gap,
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return {
    feed,
    listeners,
    lose: () => {
      gap = true
    },
    say: (name: 'monitor.started' | 'monitor.stopped', by = 'key:owner') => {
      const running = name === 'monitor.started'
      events.push({ id: idOf(events.length + 1), at, name, about: { kind: 'monitor', running, by } })
      for (const one of listeners) one()
    },
  }
}

export function idOf(at: number): string {
  return String(at).padStart(16, '0')
}
