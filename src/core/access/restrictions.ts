import type { AtHand } from '../engine/at-hand.js'
import { openAssignmentsOf } from '../engine/open-assignments.js'
import { all } from '../engine/transact.js'
import type { Turns } from '../engine/turns.js'
import { OtpError } from '../errors.js'
import { obstacles } from '../messages/obstacles.js'
import { refusals } from '../messages/refusals.js'
import type { Assignment, Guest } from '../model.js'
import type { Logger, Store } from '../ports.js'
import type { Access } from './access.js'
import { hasOtherAccess } from './fences.js'
import type { Giving } from './giving.js'
import { ownLabel } from './wanted.js'

/** Restrictions that came with an invitation by name, when nobody could know yet whom it would reach. */
export interface Restrictions {
  /**
   * The restriction gets the guest's own label. It must go where it would hide what they see of another server,
   * which nobody could know before the account was. Must run in the guest's turn.
   */
  settle(machineIdentifier: string, plexId: string): Promise<void>
  /** Goes on where a guest's restriction still names an invitation, because OTP or plex.tv did not get further. */
  settleAll(machineIdentifier: string): Promise<void>
  /** The guest's open assignments with the label fence. */
  labelledOf(machineIdentifier: string, plexId: string): Promise<Assignment[]>
}

export function createRestrictions(needs: {
  store: Store
  hand: Pick<AtHand, 'isHeld'>
  access: Access
  giving: Giving
  turns: Turns
  log: Logger
}): Restrictions {
  const { store, hand, access, giving, turns, log } = needs

  return { settle, settleAll, labelledOf }

  async function settleAll(machineIdentifier: string): Promise<void> {
    for (const { record } of await all(store, 'guest', { open: true })) {
      if (record.machineIdentifier !== machineIdentifier || !isUnsettled(record)) continue
      if (hand.isHeld(record.plexId)) continue
      await turns.run(record.plexId, () => settle(machineIdentifier, record.plexId))
    }
  }

  async function settle(machineIdentifier: string, plexId: string): Promise<void> {
    try {
      const { before } = await giving.guestOf(machineIdentifier, plexId)
      if (hasOtherAccess(before)) await weakenLabels(machineIdentifier, plexId, obstacles.seesElsewhere())
      await access.useOwnLabel(machineIdentifier, plexId)
    } catch (error) {
      if (!(error instanceof OtpError)) throw error
      log.warn('the restriction of an invitation is looked after later', { guest: plexId, error })
    }
  }

  /** What was asked for by name is not exchanged for less, so it ends instead. */
  async function weakenLabels(machineIdentifier: string, plexId: string, why: string): Promise<void> {
    for (const { id, mayWeaken } of await labelledOf(machineIdentifier, plexId)) {
      if (mayWeaken) await giving.weaken(id, why)
      else await giving.refuse(id, refusals.fenceImpossible('label', why))
    }
  }

  async function labelledOf(machineIdentifier: string, plexId: string): Promise<Assignment[]> {
    const open = await openAssignmentsOf(store, machineIdentifier, plexId)
    return open.filter((one) => one.fence === 'label')
  }
}

/** A label of an invitation is still in use, or still to be taken off. */
function isUnsettled({ plexId, label, labelled = [] }: Guest): boolean {
  return label !== undefined || labelled.some((one) => one.label !== ownLabel(plexId))
}
