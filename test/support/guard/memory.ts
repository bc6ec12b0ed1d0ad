import type { Assignment, Guest, Violation } from '../../../src/core/model.js'
import type { Change, Store } from '../../../src/core/ports.js'
import type { Records } from './truth.js'

interface Written {
  assignments: Map<string, Assignment>
  guests: Map<string, Guest>
  violations: Map<string, Violation>
}

/** Knows at every instant what a store holds, and all that it has held in the course of the instant. */
export function watchStore(store: Store, clock: { now(): number }) {
  let now: Written = { assignments: new Map(), guests: new Map(), violations: new Map() }
  let instant = { at: Number.NEGATIVE_INFINITY, before: [now] }
  let underWay = 0
  const complaints: string[] = []
  const firstWrittenAt = new Map<string, number>()

  const watched: Store = {
    read: (kind, id) => counted(store.read(kind, id)),
    page: (kind, query) => counted(store.page(kind, query)),
    async commit(changes) {
      const done = await counted(store.commit(changes))
      if (done) for (const change of changes) note(change)
      return done
    },
    remove: (doomed) => counted(store.remove(doomed)),
    trim: (kind, what) => counted(store.trim(kind, what)),
    changedElsewhere: () => counted(store.changedElsewhere()),
    close: store.close,
  }
  return {
    store: watched,
    underWay: () => underWay,
    assignments: () => [...now.assignments.values()],
    guests: () => [...now.guests.values()],
    violations: () => [...now.violations.values()],
    of: (plexId: string) => recordsOf(now, plexId),
    /** Now, and at every point of this very instant. */
    lately: (plexId: string) =>
      [now, ...(instant.at === clock.now() ? instant.before : [])].map((one) => recordsOf(one, plexId)),
    /** When a pass was first written down, which a server that hangs may put off. */
    writtenSince: (id: string) => firstWrittenAt.get(id) ?? Number.NEGATIVE_INFINITY,
    complaints,
  }

  async function counted<T>(call: Promise<T>): Promise<T> {
    underWay += 1
    try {
      return await call
    } finally {
      underWay -= 1
    }
  }

  function note(change: Change): void {
    if (instant.at !== clock.now()) instant = { at: clock.now(), before: [] }
    instant.before.push(now)
    switch (change.kind) {
      case 'assignment':
        if (!firstWrittenAt.has(change.id)) firstWrittenAt.set(change.id, clock.now())
        complain(now.assignments.get(change.id), change.record)
        now = { ...now, assignments: new Map(now.assignments).set(change.id, change.record) }
        break
      case 'guest':
        now = { ...now, guests: new Map(now.guests).set(change.id, change.record) }
        break
      case 'violation':
        now = { ...now, violations: new Map(now.violations).set(change.id, change.record) }
        break
      default:
    }
  }

  /** A state only goes forward, and a history only grows. */
  function complain(was: Assignment | undefined, is: Assignment): void {
    // Until the access is there, nobody knows whether an invitation has to be accepted first.
    const isBeingGiven = was?.access === 'giving' && next[was.state].length > 0
    const allowed = was && !isBeingGiven ? next[was.state] : ['pending', 'ready', ...next.ready]
    if (was?.state !== is.state && !allowed.includes(is.state)) {
      complaints.push(`assignment ${is.id} went from ${was?.state ?? 'nothing'} to ${is.state}`)
    }
    const kept = was?.history.every((line, at) => isSameLine(line, is.history[at])) ?? true
    if (!kept) complaints.push(`the history of assignment ${is.id} was rewritten`)
  }
}

const next: Record<Assignment['state'], readonly string[]> = {
  pending: ['ready', 'watching', 'finished', 'expired', 'revoked'],
  ready: ['watching', 'finished', 'expired', 'revoked'],
  watching: ['finished', 'expired', 'revoked'],
  finished: [],
  expired: [],
  revoked: [],
}

type Line = Assignment['history'][number]

function isSameLine(one: Line, other: Line | undefined): boolean {
  return one.at === other?.at && one.by === other.by && one.what === other.what
}

function recordsOf({ guests, assignments }: Written, plexId: string): Records {
  return {
    guest: [...guests.values()].find((one) => one.plexId === plexId),
    assignments: [...assignments.values()].filter((one) => one.guest.plexId === plexId),
  }
}
