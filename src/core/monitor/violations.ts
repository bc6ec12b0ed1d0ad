import { linkKeyOf } from '../access/private-library.js'
import type { Settings } from '../api.js'
import type { AtHand } from '../engine/at-hand.js'
import { transact } from '../engine/transact.js'
import type { Assignment, EnforcementStep, Rung, Session, Violation, ViolationStream } from '../model.js'
import type { Change, Clock, Ids, Meter, PlexServer, Store, Stored } from '../ports.js'
import { refOf } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import { cardOf, replaced } from './card.js'
import { isSameItem } from './judge.js'
import type { Reaction } from './reaction.js'
import { createStrayTidings } from './stray-tidings.js'
import {
  newStream,
  runningStream,
  type StillThere,
  type Stray,
  showsLife,
  withoutGone,
  withStep,
} from './violation-streams.js'

/** How many of a guest's newest violations can matter for folding. */
const lookBack = 20

/** A stray with the record that it has now. */
export interface Seen extends Stray {
  violation: Violation
}

/** What is to be written for one stray, and what it comes to. */
interface Decision {
  changes: Change[]
  value: Seen & { isNew: boolean }
}

/** The records of violations: one for each guest and item, whatever happens in between. */
export interface Violations {
  /**
   * Writes down what was seen: a new violation with its card, its message and the intent of the first rung, a
   * repeat of one within the window, or a sign of life of one that is known. The messages go out with the
   * outcome of the rung, so that the card seldom has to be edited.
   */
  seeAll(strays: readonly Stray[]): Promise<Seen[]>
  /** Streams that were not found any more have ended; answers the violations that are over with it. */
  closeGone(machineIdentifier: string, isStillThere: StillThere): Promise<void>
  /** Whether the stream still counts against its guest, as far as the last reading tells. */
  isRunning(id: string, session: Session): Promise<boolean>
  /** Adds a step, or replaces the one of the same instant with its outcome; the card follows. */
  writeStep(id: string, step: EnforcementStep): Promise<Violation>
}

/** What the store holds, or what is at hand of it, around one stray. */
interface Known {
  recent: readonly Stored<Violation>[]
  assignment(id: string): Stored<Assignment> | undefined
}

interface Needs {
  store: Store
  hand: AtHand
  reaction: Reaction
  meter: Meter
  outbox: Outbox
  plexServer: PlexServer
  clock: Clock
  ids: Ids
  settings: Settings
}

export function createViolations(needs: Needs): Violations {
  const { store, hand, reaction, meter, outbox, clock, ids, settings } = needs
  const { repeatWindowMs, onViolation } = settings.monitor
  const strayTidings = createStrayTidings(needs)

  return { seeAll, closeGone, isRunning, writeStep }

  /** Strays of different guests share a write; those of one guest may share a violation, so they take turns. */
  async function seeAll(strays: readonly Stray[]): Promise<Seen[]> {
    const seen: Seen[] = []
    for (let left = strays; left.length > 0; ) {
      const together = left.filter((one, at) => left.findIndex((other) => isSameGuest(one, other)) === at)
      left = left.filter((one) => !together.includes(one))
      seen.push(...(await seeTogether(together)))
    }
    return seen
  }

  async function seeTogether(strays: readonly Stray[]): Promise<Seen[]> {
    const decisions = strays.map((stray) => decide(stray, handOf(stray)))
    const changes = decisions.flatMap((one) => one.changes)
    const isWritten = changes.length === 0 || (await store.commit(changes, { hasty: true }))
    // Something of it was written meanwhile: each by itself, on what the store holds now.
    const values = isWritten ? decisions.map((one) => one.value) : await Promise.all(strays.map(seeAlone))

    for (const { isNew } of values) if (isNew) meter.note({ kind: 'violation-seen' })
    return values
  }

  function seeAlone(stray: Stray): Promise<Decision['value']> {
    return transact(store, async () => decide(stray, await storedOf(stray)))
  }

  function handOf({ offence: { guest } }: Stray): Known {
    return { recent: hand.violationsOf(guest.plexId), assignment: hand.assignment }
  }

  async function storedOf({ offence: { guest, allowed } }: Stray): Promise<Known> {
    const recent = await store.page('violation', { where: { guest: guest.plexId }, limit: lookBack })
    const assignments = await Promise.all(allowed.map((one) => store.read('assignment', one.id)))
    return { recent, assignment: (id) => assignments.find((one) => one?.id === id) }
  }

  function decide(stray: Stray, known: Known): Decision {
    const { guest } = stray.offence
    const here = known.recent.filter(({ record }) => record.machineIdentifier === guest.machineIdentifier)
    const match = here.find(({ record }) => isRepeat(record, stray))
    const { changes, value } = match ? seenAgain(match, stray) : firstSeen(stray, known)
    return { changes, value: { ...stray, violation: value, isNew: match === undefined } }
  }

  function isRepeat(violation: Violation, { offence }: Stray): boolean {
    if (!isSameItem(violation.media, offence.item)) return false
    return violation.endedAt === undefined || clock.now() - violation.endedAt < repeatWindowMs
  }

  function firstSeen(stray: Stray, known: Known): { changes: Change[]; value: Violation } {
    const { session, offence, seenAt } = stray
    const { guest, allowed, slip } = offence
    const now = clock.now()
    const draft: Omit<Violation, 'cardId'> = {
      id: ids.next(),
      machineIdentifier: guest.machineIdentifier,
      guest: refOf(guest),
      media: offence.item,
      player: session.player,
      allowed: allowed.map((one) => one.media),
      ...(allowed[0] && { linkKey: linkKeyOf(allowed[0]) }),
      slip,
      firstSeenAt: seenAt,
      lastSeenAt: now,
      streams: [newStream(stray)],
      enforcement: firstIntent(session.key),
      repeats: 0,
    }
    const card = outbox.draft(guest.machineIdentifier, {
      to: 'admins',
      notice: { kind: 'violation', violation: { ...draft, cardId: '' } },
    })
    const violation: Violation = { ...draft, cardId: card.id }
    const changes: Change[] = [
      { kind: 'violation', id: violation.id, record: violation, unless: 'exists' },
      card.change,
      ...countedOn(allowed, known),
    ]
    return { changes, value: violation }
  }

  function firstIntent(stream: string): EnforcementStep[] {
    const rung: Rung | undefined = onViolation[0]
    return rung ? [{ rung, at: clock.now(), outcome: 'intended', stream }] : []
  }

  function countedOn(assignments: readonly Assignment[], known: Known): Change[] {
    return assignments.flatMap(({ id }) => {
      const one = known.assignment(id)
      if (!one) return []
      const record = { ...one.record, violations: one.record.violations + 1 }
      return { kind: 'assignment' as const, id, record, ifRevision: one.revision }
    })
  }

  function seenAgain(stored: Stored<Violation>, stray: Stray): { changes: Change[]; value: Violation } {
    const { record } = stored
    const running = runningStream(record, stray.session)
    if (!running) return repeated(stored, stray)
    if (!showsLife(running, stray)) return { changes: [], value: record }

    const { session, reportedAt } = stray
    const alive = { ...running, offsetMs: session.offsetMs, state: session.state, lastReportAt: reportedAt }
    const violation: Violation = {
      ...record,
      lastSeenAt: clock.now(),
      streams: record.streams.map((one) => (one === running ? alive : one)),
    }
    return { changes: [replaced(stored, violation)], value: violation }
  }

  /** The card shows the repeat with the outcome of its first rung, which follows at once. */
  function repeated(stored: Stored<Violation>, stray: Stray): { changes: Change[]; value: Violation } {
    const { endedAt: _, resolution, ...rest } = stored.record
    const violation: Violation = {
      ...rest,
      // What was decided, was decided about what had happened: this can be decided anew.
      ...(resolution && resolution.doneAt === undefined && { resolution }),
      lastSeenAt: clock.now(),
      repeats: rest.repeats + 1,
      streams: [...rest.streams, newStream(stray)],
      enforcement: [...rest.enforcement, ...firstIntent(stray.session.key)],
    }
    return { changes: [replaced(stored, violation)], value: violation }
  }

  async function closeGone(machineIdentifier: string, isStillThere: StillThere): Promise<void> {
    const ids = hand
      .openViolations()
      .filter(({ record }) => record.machineIdentifier === machineIdentifier)
      .filter(({ record }) => withoutGone(record, isStillThere, clock.now()) !== record)
      .map((one) => one.id)

    for (const id of ids) await closeStreams(id, isStillThere)
    if (ids.length > 0) outbox.wake()
  }

  async function closeStreams(id: string, isStillThere: StillThere): Promise<void> {
    const ended = await transact(store, async (attempt) => {
      const stored = await current(id, attempt)
      const after = stored && withoutGone(stored.record, isStillThere, clock.now())
      if (!stored || !after || after === stored.record) return { changes: [], value: [] }

      // What was under way when OTP died has worked, as far as anybody can tell.
      const settled = after.enforcement.find((one, at) => one !== stored.record.enforcement[at])
      const tiding = settled ? await strayTidings.changesFor(after, settled, attempt) : []
      const changes = [replaced(stored, after), ...(await cardOf(needs, after)), ...tiding]
      return { changes, value: after.streams.filter((one, at) => one !== stored.record.streams[at]) }
    })
    for (const one of ended) noteGone(one)
  }

  function noteGone({ firstSeenAt, endedAt = firstSeenAt }: ViolationStream): void {
    const afterMs = endedAt - firstSeenAt
    reaction.note('gone', afterMs)
    meter.note({ kind: 'stream-gone', afterMs })
  }

  async function isRunning(id: string, session: Session): Promise<boolean> {
    const stored = await store.read('violation', id)
    return stored !== undefined && runningStream(stored.record, session) !== undefined
  }

  async function current(id: string, attempt: number): Promise<Stored<Violation> | undefined> {
    return (attempt === 0 && hand.violation(id)) || store.read('violation', id)
  }

  async function writeStep(id: string, step: EnforcementStep): Promise<Violation> {
    const violation = await transact(store, async (attempt) => {
      const stored = await current(id, attempt)
      if (!stored) throw new Error(`Violation ${id} is not in the store`)

      const after = { ...stored.record, enforcement: withStep(stored.record.enforcement, step) }
      const tiding = await strayTidings.changesFor(after, step, attempt)
      const card = step.outcome === 'intended' ? [] : await cardOf(needs, after)
      return { changes: [replaced(stored, after), ...card, ...tiding], value: after }
    })
    outbox.wake()
    return violation
  }
}

function isSameGuest(one: Stray, other: Stray): boolean {
  return one.offence.guest.plexId === other.offence.guest.plexId
}
