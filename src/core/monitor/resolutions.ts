import type { AssignAnswer, AssignRequest, EndedAnswer } from '../api.js'
import type { AtHand } from '../engine/at-hand.js'
import { all, transact } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { refusals } from '../messages/refusals.js'
import { resolutions as words } from '../messages/resolutions.js'
import type { Resolution, ResolutionAction, Violation } from '../model.js'
import type { Clock, Logger, Store } from '../ports.js'
import { isOpen } from '../states.js'
import type { Outbox } from '../telling/outbox.js'
import { titleOf } from '../titles.js'
import { cardOf, replaced } from './card.js'
import { isSameItem } from './judge.js'

const onceWithin = '24h'

/** What admins decide about violations. */
export interface Resolutions {
  /**
   * Decides about a violation, once. Throws `violation_not_found`, `conflict` when somebody has decided already, and
   * what keeps the decision from being carried out: then nothing is decided.
   */
  resolve(request: { id: string; action: ResolutionAction; by: string }): Promise<Violation>
  /** Carries out what was decided when OTP ended. */
  resume(): Promise<void>
}

interface Needs {
  store: Store
  hand: Pick<AtHand, 'isHeld'>
  outbox: Outbox
  clock: Clock
  log: Logger
  assign: (request: AssignRequest) => Promise<AssignAnswer>
  unassign: (request: { guest: string; by: string; reason?: string }) => Promise<EndedAnswer>
}

export function createResolutions(needs: Needs): Resolutions {
  const { store, hand, outbox, clock, log, assign, unassign } = needs
  /** What this process is carrying out itself. */
  const underway = new Set<string>()

  return { resolve, resume }

  async function resolve({ id, action, by }: { id: string; action: ResolutionAction; by: string }) {
    const intent: Resolution = { action, by, at: clock.now() }
    const violation = await decide(id, intent)
    underway.add(id)
    try {
      await carryOut(violation, intent)
    } catch (error) {
      await takeBack(id)
      throw error
    } finally {
      underway.delete(id)
    }
    return settle(id, intent)
  }

  async function resume(): Promise<void> {
    for (const { id, record } of await store.page('violation', {
      where: { state: 'resolving' },
      limit: 100,
    })) {
      if (!record.resolution || underway.has(id) || hand.isHeld(record.guest.plexId)) continue
      try {
        await carryOut(record, record.resolution)
        await settle(id, record.resolution)
      } catch (error) {
        log.warn('what was decided before the start could not be done; it can be decided anew', { id, error })
        await takeBack(id)
      }
    }
  }

  /** The intent: of two who decide at once, one does. */
  function decide(id: string, resolution: Resolution): Promise<Violation> {
    return change(id, ({ resolution: before, ...violation }) => {
      if (before) throw new OtpError('conflict', words.decided())
      return { ...violation, resolution }
    })
  }

  async function carryOut(violation: Violation, { action, by }: Resolution): Promise<void> {
    const { guest, media } = violation
    const request = { guest: guest.plexId, media: `rk:${media.ratingKey}`, ask: false, by }

    switch (action) {
      case 'allow_once':
        // A pass for it that was given meanwhile must not be limited to one play.
        if (!(await hasPassFor(violation))) {
          await assign({ ...request, plays: 1, expires: onceWithin, add: true })
        }
        return
      case 'assign':
        await assign(request)
        return
      case 'revoke':
        await unassign({ guest: guest.plexId, by, reason: words.revokedBecause(titleOf(media)) }).catch(
          unlessOver,
        )
        return
      case 'dismiss':
        return
    }
  }

  async function hasPassFor({ guest, media, machineIdentifier }: Violation): Promise<boolean> {
    const theirs = await all(store, 'assignment', { open: true, guest: guest.plexId })
    return theirs.some(
      ({ record }) =>
        isOpen(record) && record.machineIdentifier === machineIdentifier && isSameItem(record.media, media),
    )
  }

  function settle(id: string, resolution: Resolution): Promise<Violation> {
    return change(id, (violation) => ({ ...violation, resolution: { ...resolution, doneAt: clock.now() } }))
  }

  function takeBack(id: string): Promise<Violation> {
    return change(id, ({ resolution: _, ...violation }) => violation)
  }

  async function change(id: string, next: (violation: Violation) => Violation): Promise<Violation> {
    const changed = await transact(store, async () => {
      const stored = await store.read('violation', id)
      if (!stored) throw new OtpError('violation_not_found', refusals.violationUnknown(id))

      const record = next(stored.record)
      return { changes: [replaced(stored, record), ...(await cardOf(needs, record))], value: record }
    })
    outbox.wake()
    return changed
  }
}

/** The passes may have ended meanwhile, which is what was wanted. */
function unlessOver(error: unknown): void {
  if (error instanceof OtpError && error.code === 'assignment_not_found') return
  throw error
}
