import { linkKeyOf } from '../access/private-library.js'
import type { Settings } from '../api.js'
import type { AtHand } from '../engine/at-hand.js'
import { transact } from '../engine/transact.js'
import type { Assignment, EnforcementStep, Rung, Session, Violation, ViolationStream } from '../model.js'
import type { Change, Clock, Ids, Meter, PlexServer, Store, Stored } from '../ports.js'
import { guestId } from '../records.js'
import { isOpen, refOf } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import { cardOf, replaced } from './card.js'
import { isSameItem, type Verdict } from './judge.js'
import type { Reaction } from './reaction.js'

type Offence = Extract<Verdict, { kind: 'violation' }>

/** How many of a guest's newest violations can matter for folding. */
const lookBack = 20

/** A stream that must not go on, as it was just read. */
export interface Stray {
  session: Session
  offence: Offence
  /** When it was first seen. */
  seenAt: number
  /** When the player last reported something new. */
  reportedAt: number
}

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

type StillThere = (violation: Violation, stream: ViolationStream) => boolean

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
  const { store, hand, reaction, meter, outbox, plexServer, clock, ids, settings } = needs
  const { repeatWindowMs, onViolation } = settings.monitor

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

  function messageTo(violation: Violation): Change {
    const { machineIdentifier, guest, media, slip, linkKey } = violation
    return outbox.draft(machineIdentifier, {
      to: 'guest',
      guest,
      notice: {
        kind: 'strayed',
        played: media,
        allowed: violation.allowed,
        slip,
        ...onlyPass(violation),
        ...(linkKey !== undefined && { link: plexServer.linkTo(machineIdentifier, linkKey) }),
      },
    }).change
  }

  /** The assignment that the guest can act on, where there is no other that they could mean. */
  function onlyPass({ machineIdentifier, guest: { plexId } }: Violation) {
    const open = hand
      .assignments()
      .filter(
        (one) => isOpen(one) && one.machineIdentifier === machineIdentifier && one.guest.plexId === plexId,
      )
    const [only, ...others] = open
    if (!only || others.length > 0) return {}
    return { assignmentId: only.id, ...(only.expiresAt !== undefined && { expiresAt: only.expiresAt }) }
  }

  /** What tells the guest of the step, if anything does. */
  async function tidingOf(violation: Violation, step: EnforcementStep, attempt: number): Promise<Change[]> {
    if (!tellsGuest(violation, step)) return []

    const { machineIdentifier, guest } = violation
    const id = guestId(machineIdentifier, guest.plexId)
    const stored = (attempt === 0 && hand.guest(id)) || (await store.read('guest', id))
    if (!stored || isWithinWindow(stored.record.strayToldAt)) return []

    // Written with the message: of two streams that are ended at once, only one can tell.
    const record = { ...stored.record, strayToldAt: clock.now() }
    return [messageTo(violation), { kind: 'guest', id: stored.id, record, ifRevision: stored.revision }]
  }

  /** The guest hears that a stream was ended when it was, and at most once within the window. */
  function tellsGuest({ guest }: Violation, { rung, outcome }: EnforcementStep): boolean {
    const ended = (rung === 'terminate' || rung === 'stop') && (outcome === 'accepted' || outcome === 'gone')
    return ended && guest.discordUserId !== undefined
  }

  function isWithinWindow(at: number | undefined): boolean {
    return at !== undefined && clock.now() - at < repeatWindowMs
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
      .filter(({ record }) => withoutGone(record, isStillThere) !== record)
      .map((one) => one.id)

    for (const id of ids) await closeStreams(id, isStillThere)
    if (ids.length > 0) outbox.wake()
  }

  async function closeStreams(id: string, isStillThere: StillThere): Promise<void> {
    const ended = await transact(store, async (attempt) => {
      const stored = await current(id, attempt)
      const after = stored && withoutGone(stored.record, isStillThere)
      if (!stored || !after || after === stored.record) return { changes: [], value: [] }

      // What was under way when OTP died has worked, as far as anybody can tell.
      const settled = after.enforcement.find((one, at) => one !== stored.record.enforcement[at])
      const tiding = settled ? await tidingOf(after, settled, attempt) : []
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

  function withoutGone(violation: Violation, isStillThere: StillThere): Violation {
    const gone = violation.streams.filter((one) => one.endedAt === undefined && !isStillThere(violation, one))
    if (gone.length === 0) return violation

    const now = clock.now()
    const streams = violation.streams.map((one) => (gone.includes(one) ? { ...one, endedAt: now } : one))
    const over = streams.every((one) => one.endedAt !== undefined)
    const enforcement = violation.enforcement.map((step) =>
      step.outcome === 'intended' && gone.some((one) => one.key === step.stream)
        ? { ...step, outcome: 'gone' as const }
        : step,
    )
    return { ...violation, streams, enforcement, ...(over && { endedAt: now }) }
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
      const tiding = await tidingOf(after, step, attempt)
      const card = step.outcome === 'intended' ? [] : await cardOf(needs, after)
      return { changes: [replaced(stored, after), ...card, ...tiding], value: after }
    })
    outbox.wake()
    return violation
  }
}

function newStream({ session, seenAt, reportedAt }: Stray): ViolationStream {
  return {
    key: session.key,
    ...(session.id !== undefined && { id: session.id }),
    ...(session.player.machineId !== '' && { playerId: session.player.machineId }),
    firstSeenAt: seenAt,
    lastReportAt: reportedAt,
    offsetMs: session.offsetMs,
    state: session.state,
  }
}

/** A player that is paused reports as well, and changes nothing by it. */
function showsLife(stream: ViolationStream, { session, reportedAt }: Stray): boolean {
  const hasMoved = stream.offsetMs !== session.offsetMs || stream.state !== session.state
  return hasMoved || reportedAt > stream.lastReportAt
}

function withStep(steps: readonly EnforcementStep[], step: EnforcementStep): EnforcementStep[] {
  const written = steps.findLastIndex(
    (one) => one.stream === step.stream && one.rung === step.rung && one.at === step.at,
  )
  return written === -1 ? [...steps, step] : steps.with(written, step)
}

/** The stream of a violation that this session is. */
export function runningStream(violation: Violation, session: Session): ViolationStream | undefined {
  return violation.streams.find((one) => one.endedAt === undefined && isStream(one, session))
}

/** Session keys start over when the server does, so what the players say of themselves must not contradict. */
export function isStream(stream: ViolationStream, { key, id, player }: Session): boolean {
  if (stream.key !== key || contradicts(stream.playerId, player.machineId)) return false
  return !contradicts(stream.id, id)
}

function contradicts(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && other !== '' && one !== other
}

function isSameGuest(one: Stray, other: Stray): boolean {
  return one.offence.guest.plexId === other.offence.guest.plexId
}
