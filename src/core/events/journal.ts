import type { AtHand } from '../engine/at-hand.js'
import type { Change, Clock, CommitHow, Store, Stored } from '../ports.js'
import type { Records } from '../records.js'
import type { Happening, OtpEvent } from './event.js'
import { announced, eventsOf, type TellingKind, type Transition } from './events-of.js'

const usualPage = 100
/** How many events are kept, and how long. */
const keep = 10_000
const keptMs = 7 * 24 * 3_600_000
/** What is removed at once, so that nobody waits for it. */
const batch = 500

/** What came after an event. */
export interface EventPage {
  /** Oldest first. */
  events: OtpEvent[]
  /** Whether more may be there already. */
  more: boolean
}

/** Everything that has happened, in order, for as long as it is kept. */
export interface EventFeed {
  /** Where whoever begins to listen now begins: the id that everything from now on comes after. */
  now(): Promise<string>
  /** What has happened after this id. */
  read(after: string, limit?: number): Promise<EventPage>
  /** Whether something that happened after this id is not kept any more. */
  hasGap(after: string): Promise<boolean>
  /** Tells whenever there may be more to read; answers what ends it. */
  listen(listener: () => void): () => void
}

export interface Journal {
  /** The store, where each change is written together with the events that it is. */
  store: Store
  feed: EventFeed
  /** Removes what is too old, and what is too much. */
  prune(): Promise<void>
}

/**
 * Writes down events in the commit of the change, so that none is lost and none is told twice. Of what is at hand
 * nothing is read for it. Ids are microseconds of the clock, and ascend also where that is set back.
 */
export function createJournal({ store, hand, clock }: { store: Store; hand: AtHand; clock: Clock }): Journal {
  const listeners = new Set<() => void>()
  /** Ids that were handed out for commits which are under way: whoever reads must not get ahead of them. */
  const underWay = new Set<number>()
  let last: number | undefined
  let isFirst = false
  let seeding: Promise<void> | undefined

  return {
    store: { ...store, commit },
    feed: { now, read, hasGap, listen },
    prune,
  }

  /**
   * What is written in haste is about streams that are to be ended, so nothing is added to that: it is told of with the
   * next change of the violation, which is its outcome.
   */
  async function commit(given: readonly Change[], how?: CommitHow): Promise<boolean> {
    if (how?.hasty) return store.commit(given, how)

    const changes = given.map(withAnnouncement)
    const happenings: Happening[] = []
    for (const change of changes) {
      const transition = await transitionOf(change)
      if (transition) happenings.push(...eventsOf(transition))
    }
    if (happenings.length === 0) return store.commit(changes, how)

    await seeded()
    const events = happenings.map(stamped)
    const [earliest] = events
    const mark = Number(earliest?.id)
    underWay.add(mark)
    try {
      const written = await store.commit([...changes, ...events.map(toChange)], how)
      if (written) isFirst = false
      return written
    } finally {
      underWay.delete(mark)
      void announce()
    }
  }

  async function transitionOf(change: Change): Promise<Transition | undefined> {
    const { kind, id } = change
    switch (kind) {
      case 'assignment':
        return { kind, before: await before(kind, change, hand.assignment(id)), after: change.record }
      case 'violation':
        return { kind, before: await before(kind, change, hand.violation(id)), after: change.record }
      case 'guest':
        // Of whoever is watched there is nothing to tell.
        if (change.record.watched) return undefined
        return { kind, before: await before(kind, change, hand.guest(id)), after: change.record }
      case 'invitation':
      case 'setting':
        return transitionOfOther(change)
      default:
        return undefined
    }
  }

  async function transitionOfOther(change: Change): Promise<Transition | undefined> {
    if (change.kind === 'invitation') {
      return { kind: 'invitation', before: await before('invitation', change), after: change.record }
    }
    if (change.kind !== 'setting' || !tellingSettings.has(change.record.name)) return undefined
    return { kind: 'setting', before: await before('setting', change), after: change.record }
  }

  /** Where it is another revision than the change names, nothing will be written anyway. */
  async function before<K extends TellingKind>(
    kind: K,
    change: Change,
    atHand?: Stored<Records[K]>,
  ): Promise<Records[K] | undefined> {
    if (!('ifRevision' in change)) return undefined
    if (atHand?.revision === change.ifRevision) return atHand.record
    return (await store.read(kind, change.id))?.record
  }

  function stamped(happening: Happening): OtpEvent {
    last = nextNumber()
    return { id: idOf(last), at: clock.now(), ...happening, ...(isFirst && { first: true }) }
  }

  function nextNumber(): number {
    return Math.max((last ?? 0) + 1, clock.now() * 1_000)
  }

  /** Nothing may come before what was written by an earlier run, whatever the clock has done meanwhile. */
  function seeded(): Promise<void> {
    seeding ??= seed().catch((error: unknown) => {
      seeding = undefined
      throw error
    })
    return seeding
  }

  async function seed(): Promise<void> {
    const [newest] = await store.page('event', { limit: 1 })
    last = Math.max(last ?? 0, Number(newest?.id ?? 0))
    isFirst = newest === undefined
  }

  /** A stream that is to be ended goes first: whoever listens can wait until that has gone out. */
  async function announce(): Promise<void> {
    if (listeners.size === 0) return
    await clock.turn()
    for (const listener of listeners) listener()
  }

  function listen(listener: () => void): () => void {
    const mine = () => listener()
    listeners.add(mine)
    return () => listeners.delete(mine)
  }

  async function now(): Promise<string> {
    await seeded()
    return idOf(reachable())
  }

  async function read(after: string, limit = usualPage): Promise<EventPage> {
    await seeded()
    const upTo = idOf(reachable())
    const found = await store.page('event', { after, limit })
    const events = found.map((one) => one.record).filter((one) => one.id <= upTo)
    return { events, more: events.length === limit }
  }

  /** Up to here nothing can be added any more. */
  function reachable(): number {
    return Math.min(nextNumber(), ...underWay) - 1
  }

  async function hasGap(after: string): Promise<boolean> {
    const [oldest] = await store.page('event', { after: '', limit: 1 })
    return oldest !== undefined && after < oldest.id && oldest.record.first !== true
  }

  async function prune(): Promise<void> {
    const before = idOf(Math.max(0, clock.now() - keptMs) * 1_000)
    while ((await store.trim('event', { keep, before, atMost: batch })) === batch) await clock.turn()
  }
}

const tellingSettings: ReadonlySet<string> = new Set(['monitor', 'plex-outage', 'plex-token'])

function withAnnouncement(change: Change): Change {
  return change.kind === 'violation' ? { ...change, record: announced(change.record) } : change
}

function toChange(event: OtpEvent): Change {
  return { kind: 'event', id: event.id, record: event, unless: 'exists' }
}

/** Of one length, so that ids sort as text. */
function idOf(microseconds: number): string {
  return String(microseconds).padStart(16, '0')
}
