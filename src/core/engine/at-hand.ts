import type { Assignment, Guest, Violation } from '../model.js'
import type { Change, CommitHow, Doomed, Store, Stored } from '../ports.js'
import { facets, type Kind, type RestoredSetting, type Setting } from '../records.js'
import { type OutboxMessage, recipientOf } from '../telling/notices.js'
import { createDrawer } from './drawer.js'
import { all } from './transact.js'

/** How many of a guest's newest ended assignments can explain a stream that is still closing. */
const endedKept = 5
/** How many of a guest's newest violations can matter for folding. */
const violationsKept = 10

/**
 * What every reading of the sessions needs to know, without asking the store each time: it is read once and kept
 * up to date by the program's own writes. The store stays the truth: a write on what has changed elsewhere fails.
 */
export interface AtHand {
  /** Reads everything that is open, at first, whenever another process has written, and after a write that failed. */
  refresh(): Promise<void>
  /** Reads what has ended lately of these guests, once for each. */
  load(plexIds: Iterable<string>): Promise<void>
  /** The same of all guests, one after the other, so that nobody has to wait for it when they stray. */
  readAhead(): Promise<void>
  /** The restore that waits for somebody to say that OTP may go on. */
  restored(): RestoredSetting | undefined
  /** Whether nothing is done by itself for this guest, since they are from a backup that waits. */
  isHeld(plexId: string): boolean
  /** Assignments of such guests. */
  heldAssignments(): Assignment[]
  /** Guests under watch. Like the others below, without whom is held. */
  guests(): Guest[]
  guest(id: string): Stored<Guest> | undefined
  /** With access that is not taken back yet; with those of loaded guests that ended lately, where `recent`. */
  assignments(how?: { recent: boolean }): Assignment[]
  assignment(id: string): Stored<Assignment> | undefined
  /** Those that are not over. */
  openViolations(): readonly Stored<Violation>[]
  violation(id: string): Stored<Violation> | undefined
  /** The newest of a loaded guest, newest first. */
  violationsOf(plexId: string): Stored<Violation>[]
  /** Messages that wait to be delivered, oldest first. */
  messages(): readonly Stored<OutboxMessage>[]
  /** A number that is another one after each write of this kind, whoever made it. */
  writes(kind: Kind): number
  /** Whether a write failed, which may be in the store all the same. */
  isInDoubt(): boolean
  /**
   * Takes in what the store holds of a message now. Answers it, as the very record that is at hand where that is up to
   * date: it shares its parts with others, which a fresh copy from the store does not.
   */
  correct(message: Stored<OutboxMessage>): Stored<OutboxMessage>
}

/** The store, watched for what is written, and what is kept at hand of it. */
export function keepAtHand(store: Store): { store: Store; hand: AtHand } {
  const guests = createDrawer<Guest>({
    isOpen: (one) => facets('guest', one).open,
    plexIdOf: (one) => one.plexId,
    keptPerGuest: 0,
  })
  const assignments = createDrawer<Assignment>({
    isOpen: (one) => facets('assignment', one).open,
    plexIdOf: (one) => one.guest.plexId,
    keptPerGuest: endedKept,
  })
  const violations = createDrawer<Violation>({
    isOpen: (one) => facets('violation', one).open,
    plexIdOf: (one) => one.guest.plexId,
    keptPerGuest: violationsKept,
  })
  const messages = createDrawer<OutboxMessage>({
    isOpen: (one) => facets('message', one).open,
    plexIdOf: recipientOf,
    keptPerGuest: 0,
  })
  const loaded = new Set<string>()
  /** What is written while something is read, to be put on top of it. */
  let waiting: Change[] | undefined
  let reading: Promise<void> = Promise.resolve()
  let isFilled = false
  let restored: RestoredSetting | undefined
  const written = new Map<Kind, number>()
  let writtenElsewhere = 0
  /** A write failed, which may be in the store all the same. */
  let isInDoubt = false

  return {
    store: {
      read: (kind, id) => store.read(kind, id),
      page: (kind, query) => store.page(kind, query),
      remove,
      trim: (kind, what) => store.trim(kind, what),
      changedElsewhere: () => store.changedElsewhere(),
      close: () => store.close(),
      commit,
    },
    hand: {
      refresh: () => inTurn(refresh),
      load,
      readAhead,
      restored: () => restored,
      isHeld,
      heldAssignments: () =>
        assignments.open().flatMap(({ record }) => (isHeld(record.guest.plexId) ? record : [])),
      guests: () => free(guests.open(), (one) => one.plexId).map((one) => one.record),
      guest: guests.get,
      assignments: (how) =>
        free(how?.recent ? assignments.everything() : assignments.open(), (one) => one.guest.plexId).map(
          (one) => one.record,
        ),
      assignment: assignments.get,
      openViolations: () => free(violations.open(), (one) => one.guest.plexId),
      violation: violations.get,
      violationsOf: violations.of,
      messages: messages.open,
      writes: (kind) => writtenElsewhere + (written.get(kind) ?? 0),
      isInDoubt: () => isInDoubt,
      correct,
    },
  }

  async function commit(changes: readonly Change[], how?: CommitHow): Promise<boolean> {
    const isDone = await store.commit(changes, how).catch((error: unknown) => {
      isInDoubt = true
      throw error
    })
    if (isDone) for (const { kind } of changes) written.set(kind, (written.get(kind) ?? 0) + 1)
    if (isDone && waiting) waiting.push(...changes)
    else if (isDone) for (const one of changes) put(one)
    return isDone
  }

  async function remove(doomed: readonly Doomed[]): Promise<number> {
    const removed = await store.remove(doomed)
    for (const { kind } of doomed) written.set(kind, (written.get(kind) ?? 0) + 1)
    return removed
  }

  async function refresh(): Promise<void> {
    const isOld = await store.changedElsewhere()
    const isSure = !isOld && !isInDoubt
    if (!isSure) writtenElsewhere += 1
    if (isFilled && isSure) return

    isInDoubt = false
    await whileReading(async () => {
      isFilled = false
      loaded.clear()
      const [setting, openGuests, openAssignments, openViolations, openMessages] = await Promise.all([
        store.read('setting', 'restored'),
        all(store, 'guest', { open: true }),
        all(store, 'assignment', { open: true }),
        all(store, 'violation', { open: true }),
        all(store, 'message', { open: true }),
      ])
      if (setting) noteRestored(setting.record)
      guests.fill(openGuests)
      assignments.fill(openAssignments)
      violations.fill(openViolations)
      messages.fill(openMessages)
      isFilled = true
    })
  }

  /** What was given or ended by order since then is no business of the restore any more. */
  function isHeld(plexId: string): boolean {
    if (!restored?.plexIds.includes(plexId)) return false

    const { at } = restored
    const theirs = assignments.open().filter(({ record }) => record.guest.plexId === plexId)
    if (theirs.length === 0) return guests.open().some(({ record }) => record.plexId === plexId)
    return theirs.some(({ record: { createdAt, endedAt = createdAt } }) => createdAt <= at && endedAt <= at)
  }

  function free<T>(stored: readonly Stored<T>[], plexIdOf: (record: T) => string): readonly Stored<T>[] {
    return restored ? stored.filter(({ record }) => !isHeld(plexIdOf(record))) : stored
  }

  async function load(plexIds: Iterable<string>): Promise<void> {
    if ([...plexIds].every((one) => loaded.has(one))) return
    await inTurn(() => whileReading(() => loadAll([...plexIds].filter((one) => !loaded.has(one)))))
  }

  async function readAhead(): Promise<void> {
    const left = guests.open().filter(({ record }) => !loaded.has(record.plexId))
    for (const { record } of left) await load([record.plexId])
  }

  async function loadAll(plexIds: readonly string[]): Promise<void> {
    await Promise.all(
      plexIds.map(async (guest) => {
        const [ended, lately] = await Promise.all([
          store.page('assignment', { where: { guest }, limit: endedKept }),
          store.page('violation', { where: { guest }, limit: violationsKept }),
        ])
        for (const one of ended) assignments.put(one)
        for (const one of lately) violations.put(one)
        loaded.add(guest)
      }),
    )
  }

  /** A page may be older than a write that ends while it is read, so such writes are put on top of it. */
  async function whileReading(read: () => Promise<void>): Promise<void> {
    waiting = []
    try {
      await read()
    } finally {
      const meanwhile = waiting
      waiting = undefined
      for (const one of meanwhile) put(one)
    }
  }

  function correct(stored: Stored<OutboxMessage>): Stored<OutboxMessage> {
    messages.put(stored)
    const held = messages.get(stored.id)
    return held?.revision === stored.revision ? held : stored
  }

  function inTurn(task: () => Promise<void>): Promise<void> {
    const mine = reading.then(task)
    reading = mine.catch(() => {})
    return mine
  }

  function put(change: Change): void {
    const revision = 'ifRevision' in change ? change.ifRevision + 1 : 1
    const { id } = change
    if (change.kind === 'guest') guests.put({ id, revision, record: change.record })
    if (change.kind === 'assignment') assignments.put({ id, revision, record: change.record })
    if (change.kind === 'violation') violations.put({ id, revision, record: change.record })
    if (change.kind === 'message') messages.put({ id, revision, record: change.record })
    if (change.kind === 'setting') noteRestored(change.record)
  }

  function noteRestored(setting: Setting): void {
    if (setting.name === 'restored') restored = setting.resumed ? undefined : setting
  }
}
