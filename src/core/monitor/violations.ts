import { linkKeyOf } from '../access/private-library.js'
import type { Settings } from '../api.js'
import { all, transact } from '../engine/transact.js'
import type { Assignment, EnforcementStep, Rung, Session, Violation, ViolationStream } from '../model.js'
import type { Change, Clock, Ids, PlexServer, Store, Stored } from '../ports.js'
import { refOf } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import { isSameItem, type Verdict } from './judge.js'

type Offence = Extract<Verdict, { kind: 'violation' }>

/** How many of a guest's newest violations can matter for folding. */
const lookBack = 20

/** A stream that must not go on, as it was just read. */
export interface Stray {
  session: Session
  offence: Offence
  /** When the player last reported something new. */
  reportedAt: number
}

/** The records of violations: one for each guest and item, whatever happens in between. */
export interface Violations {
  /**
   * Writes down what was seen: a new violation with its card, its message and the intent of the first rung, a
   * repeat of one within the window, or a sign of life of one that is known. The messages go out with the
   * outcome of the rung, so that the card seldom has to be edited.
   */
  see(stray: Stray): Promise<Violation>
  /** Streams that were not found any more have ended; answers the violations that are over with it. */
  closeGone(
    machineIdentifier: string,
    isStillThere: (violation: Violation, stream: ViolationStream) => boolean,
  ): Promise<void>
  /** Whether the stream still counts against its guest, as far as the last reading tells. */
  isRunning(id: string, session: Session): Promise<boolean>
  /** Adds a step, or replaces the one of the same instant with its outcome; the card follows. */
  writeStep(id: string, step: EnforcementStep): Promise<Violation>
}

interface Needs {
  store: Store
  outbox: Outbox
  plexServer: PlexServer
  clock: Clock
  ids: Ids
  settings: Settings
}

export function createViolations({ store, outbox, plexServer, clock, ids, settings }: Needs): Violations {
  const { repeatWindowMs, onViolation } = settings.monitor

  return { see, closeGone, isRunning, writeStep }

  async function see(stray: Stray): Promise<Violation> {
    const { guest } = stray.offence
    return transact(store, async () => {
      const recent = await store.page('violation', { where: { guest: guest.plexId }, limit: lookBack })
      const here = recent.filter(({ record }) => record.machineIdentifier === guest.machineIdentifier)
      const match = here.find(({ record }) => isRepeat(record, stray))
      return match ? seenAgain(match, stray) : firstSeen(stray)
    })
  }

  function isRepeat(violation: Violation, { offence }: Stray): boolean {
    if (!isSameItem(violation.media, offence.item)) return false
    return violation.endedAt === undefined || clock.now() - violation.endedAt < repeatWindowMs
  }

  async function firstSeen(stray: Stray): Promise<{ changes: Change[]; value: Violation }> {
    const { session, offence } = stray
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
      firstSeenAt: now,
      lastSeenAt: now,
      streams: [newStream(stray, now)],
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
      ...(await countedOn(allowed)),
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
        ...(linkKey !== undefined && { link: plexServer.linkTo(machineIdentifier, linkKey) }),
      },
    }).change
  }

  async function withMessage(
    violation: Violation,
    step: EnforcementStep,
  ): Promise<{ violation: Violation; message: Change[] }> {
    if (!(await tellsGuest(violation, step))) return { violation, message: [] }

    const told = { ...violation, guestToldAt: clock.now() }
    return { violation: told, message: [messageTo(told)] }
  }

  /** The guest hears that a stream was ended when it was, and at most once within the window. */
  async function tellsGuest({ guest }: Violation, { rung, outcome }: EnforcementStep): Promise<boolean> {
    const ended = (rung === 'terminate' || rung === 'stop') && (outcome === 'accepted' || outcome === 'gone')
    if (!ended || guest.discordUserId === undefined) return false

    const recent = await store.page('violation', { where: { guest: guest.plexId }, limit: lookBack })
    return !recent.some(({ record }) => clock.now() - (record.guestToldAt ?? 0) < repeatWindowMs)
  }

  async function countedOn(assignments: readonly Assignment[]): Promise<Change[]> {
    const stored = await Promise.all(assignments.map((one) => store.read('assignment', one.id)))
    return stored.flatMap((one) => {
      if (!one) return []
      const record = { ...one.record, violations: one.record.violations + 1 }
      return { kind: 'assignment' as const, id: one.id, record, ifRevision: one.revision }
    })
  }

  async function seenAgain(
    stored: Stored<Violation>,
    stray: Stray,
  ): Promise<{ changes: Change[]; value: Violation }> {
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

  async function repeated(
    stored: Stored<Violation>,
    stray: Stray,
  ): Promise<{ changes: Change[]; value: Violation }> {
    const { endedAt: _, ...rest } = stored.record
    const violation: Violation = {
      ...rest,
      lastSeenAt: clock.now(),
      repeats: rest.repeats + 1,
      streams: [...rest.streams, newStream(stray, clock.now())],
      enforcement: [...rest.enforcement, ...firstIntent(stray.session.key)],
    }
    return { changes: [replaced(stored, violation), ...(await cardOf(violation))], value: violation }
  }

  async function closeGone(
    machineIdentifier: string,
    isStillThere: (violation: Violation, stream: ViolationStream) => boolean,
  ): Promise<void> {
    const changed = await transact(store, async () => {
      const changes: Change[] = []
      for (const stored of await all(store, 'violation', { open: true })) {
        if (stored.record.machineIdentifier !== machineIdentifier) continue

        const after = withoutGone(stored.record, isStillThere)
        if (after === stored.record) continue

        // What was under way when OTP died has worked, as far as anybody can tell.
        const settled = after.enforcement.find((one, at) => one !== stored.record.enforcement[at])
        const told = settled ? await withMessage(after, settled) : { violation: after, message: [] }
        changes.push(replaced(stored, told.violation), ...(await cardOf(told.violation)), ...told.message)
      }
      return { changes, value: changes.length > 0 }
    })
    if (changed) outbox.wake()
  }

  function withoutGone(
    violation: Violation,
    isStillThere: (violation: Violation, stream: ViolationStream) => boolean,
  ): Violation {
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

  async function writeStep(id: string, step: EnforcementStep): Promise<Violation> {
    const violation = await transact(store, async () => {
      const stored = await store.read('violation', id)
      if (!stored) throw new Error(`Violation ${id} is not in the store`)

      const noted = { ...stored.record, enforcement: withStep(stored.record.enforcement, step) }
      const { violation: after, message } = await withMessage(noted, step)
      const card = step.outcome === 'intended' ? [] : await cardOf(after)
      return { changes: [replaced(stored, after), ...card, ...message], value: after }
    })
    outbox.wake()
    return violation
  }

  /** The card shows the violation as it is now; a change to it travels in the same write. */
  async function cardOf(violation: Violation): Promise<Change[]> {
    const card = await store.read('message', violation.cardId)
    return card ? [outbox.revise(card, { to: 'admins', notice: { kind: 'violation', violation } })] : []
  }
}

function replaced({ id, revision }: Stored<Violation>, record: Violation): Change {
  return { kind: 'violation', id, record, ifRevision: revision }
}

function newStream({ session, reportedAt }: Stray, now: number): ViolationStream {
  return {
    key: session.key,
    ...(session.id !== undefined && { id: session.id }),
    firstSeenAt: now,
    lastReportAt: reportedAt,
    offsetMs: session.offsetMs,
    state: session.state,
  }
}

function showsLife(stream: ViolationStream, { session }: Stray): boolean {
  return stream.offsetMs !== session.offsetMs || stream.state !== session.state
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

/** Session keys start over when the server does, so the players' own ids must not contradict. */
export function isStream(stream: ViolationStream, { key, id }: Session): boolean {
  return stream.key === key && (stream.id === undefined || id === undefined || stream.id === id)
}
