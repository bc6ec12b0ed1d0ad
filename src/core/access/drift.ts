import type { Endings } from '../assignments/endings.js'
import { openAssignmentsOf } from '../engine/open-assignments.js'
import type { Turns } from '../engine/turns.js'
import { OtpError } from '../errors.js'
import type { Assignment } from '../model.js'
import { covers } from '../monitor/judge.js'
import type { Clock, Logger, PlexAccount, PlexServer, PrivateShelf, Store } from '../ports.js'
import { isOpen } from '../states.js'
import type { Access } from './access.js'
import {
  type DriftReport,
  type Finding,
  guestOf,
  isSameFinding,
  type RepairReport,
} from './drift-findings.js'
import { missingIn } from './drift-missing.js'
import { createDriftReading, type Situation } from './drift-reading.js'
import { surplusIn } from './drift-surplus.js'
import type { InvitationBook } from './invitation-book.js'
import type { InvitationMaking } from './invitation-making.js'
import type { PrivateLibraries } from './private-library.js'
import { isOurs } from './private-listing.js'
import { unique, type WhenDone } from './wanted.js'

/** Compares what Plex shows with what the records say. */
export interface Drift {
  /** What no open assignment explains, and the reverse. Changes nothing. Throws what Plex refuses. */
  look(): Promise<DriftReport>
  /** Takes away what the records name as made by OTP and nothing needs, then looks again. Leaves the rest. */
  repair(by: string): Promise<RepairReport>
}

interface Needs {
  plexServer: PlexServer
  plexAccount: PlexAccount
  shelf: PrivateShelf
  store: Store
  access: Access
  endings: Endings
  privateLibraries: PrivateLibraries
  book: InvitationBook
  making: InvitationMaking
  turns: Turns
  clock: Clock
  log: Logger
  whenDone: WhenDone
}

export function createDrift(needs: Needs): Drift {
  const { plexServer, store, access, endings, privateLibraries, book, making, turns, log } = needs
  const read = createDriftReading(needs)

  return { look, repair }

  async function look(): Promise<DriftReport> {
    return reportOf(await read())
  }

  async function repair(by: string): Promise<RepairReport> {
    const situation = await read()
    const before = reportOf(situation)
    const doable = before.findings.filter((one) => one.repairable)
    if (doable.length === 0) return { repaired: [], left: before.findings, passedOver: before.passedOver }

    for (const id of unique(doable.flatMap(invitationOf))) await attempt(() => tidyInvitation(id))
    for (const plexId of unique(doable.filter(isOfAccess).flatMap(personOf))) {
      const isSurplus = doable.some((one) => bringsInLine(one) && guestOf(one)?.plexId === plexId)
      await attempt(() => turns.run(plexId, () => settle(situation, plexId, isSurplus)))
    }
    for (const id of unique(doable.flatMap(assignmentOf))) await attempt(() => removeLeftover(situation, id))

    const { findings: left, passedOver } = await look()
    const repaired = doable.filter((one) => !left.some((other) => isSameFinding(one, other)))
    log.info('drift repaired', { by, found: before.findings.length, repaired: repaired.length })
    return { repaired, left, passedOver }
  }

  /** What cannot be repaired now is found again, and does not hold up the rest. */
  async function attempt(task: () => Promise<void>): Promise<void> {
    try {
      await task()
    } catch (error) {
      if (!(error instanceof OtpError)) throw error
      log.warn('drift could not be repaired', { error })
    }
  }

  async function tidyInvitation(id: string): Promise<void> {
    const { invitee } = await book.read(id)
    await turns.run(invitee.toLowerCase(), async () => making.tidyUp(await book.read(id)))
  }

  /** The ordinary way of access that is over. */
  async function settle(situation: Situation, plexId: string, isSurplus: boolean): Promise<void> {
    if (await isLeftToTheGuard(situation, plexId)) return

    const { machineIdentifier } = situation
    if (isSurplus) await access.bringInLine(machineIdentifier, plexId, 'take')
    await endings.catchUpWith(machineIdentifier, plexId)
  }

  /**
   * Whoever plays what no pass of theirs covers: the guard ends that first. Without the access it might be taken for
   * what they may watch anyway, and go on. A single list may lack a stream, so that what was read before counts too.
   */
  async function isLeftToTheGuard(
    { machineIdentifier, sessions }: Situation,
    plexId: string,
  ): Promise<boolean> {
    const open = await openAssignmentsOf(store, machineIdentifier, plexId)
    const listed = [...sessions, ...(await plexServer.sessions())].filter(
      ({ user }) => user?.plexId === plexId,
    )
    return listed.some(({ item }) => !item || !open.some((one) => covers(one, item)))
  }

  async function removeLeftover(situation: Situation, assignmentId: string): Promise<void> {
    const stored = await store.read('assignment', assignmentId)
    if (!stored) return

    const { plexId } = stored.record.guest
    await turns.run(plexId, async () => {
      const now = await store.read('assignment', assignmentId)
      if (!now || isOpen(now.record) || (await isLeftToTheGuard(situation, plexId))) return
      await privateLibraries.remove(assignmentId)
      await removeListed(now.record)
    })
  }

  /** The record says that it is gone, and the server has it still or again. */
  async function removeListed({ privateLibrary }: Assignment): Promise<void> {
    if (privateLibrary?.step !== 'removed') return

    for (const one of await plexServer.libraries()) {
      if (one.title !== privateLibrary.title || !isOurs(one, privateLibrary)) continue
      const { key, title, uuid } = one
      await plexServer.deleteLibrary({ key, title, ...(uuid !== undefined && { uuid }) })
    }
  }
}

function reportOf(situation: Situation): DriftReport {
  const missing = missingIn(situation)
  const lacking = missing.filter((one) => one.kind === 'missing').map(({ guest }) => guest.plexId)
  // To bring somebody's access in line would give them again what somebody else has taken away.
  const isHeld = (one: Finding) => bringsInLine(one) && personOf(one).some((id) => lacking.includes(id))
  const surplus = surplusIn(situation).map((one) => (isHeld(one) ? held(one) : one))

  return {
    findings: [...surplus, ...missing],
    passedOver: situation.cases
      .filter((one) => one.here && one.busy)
      .map(({ guest: { plexId, username } }) => ({ plexId, username })),
  }
}

function held(finding: Finding): Finding {
  switch (finding.kind) {
    case 'label':
    case 'restriction':
    case 'library':
    case 'grant':
      return { ...finding, repairable: false }
    default:
      return finding
  }
}

/** Repaired by moving a guest's access to what their open assignments need. */
function bringsInLine(finding: Finding): boolean {
  switch (finding.kind) {
    case 'label':
      return finding.invitationId === undefined
    case 'restriction':
    case 'library':
    case 'grant':
      return true
    default:
      return false
  }
}

/** Repaired in the ordinary way of a guest's access. */
function isOfAccess(finding: Finding): boolean {
  return bringsInLine(finding) || finding.kind === 'still-taking' || finding.kind === 'still-watched'
}

function personOf(finding: Finding): string[] {
  const guest = guestOf(finding)
  return guest ? [guest.plexId] : []
}

function invitationOf(finding: Finding): string[] {
  const id = 'invitationId' in finding ? finding.invitationId : undefined
  return id === undefined ? [] : [id]
}

/** Of a private library that was left behind. */
function assignmentOf(finding: Finding): string[] {
  return finding.kind === 'private-library' && finding.assignmentId !== undefined
    ? [finding.assignmentId]
    : []
}
