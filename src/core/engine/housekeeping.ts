import type { Acceptance } from '../access/acceptance.js'
import type { Giving } from '../access/giving.js'
import type { Restrictions } from '../access/restrictions.js'
import type { Settings } from '../api.js'
import type { Cause, Endings } from '../assignments/endings.js'
import type { Following } from '../assignments/following.js'
import type { Journal } from '../events/journal.js'
import { reasons } from '../messages/reasons.js'
import type { Assignment } from '../model.js'
import type { Resolutions } from '../monitor/resolutions.js'
import type { Switch } from '../monitor/switch.js'
import type { Clock, Logger } from '../ports.js'
import { isOpen } from '../states.js'
import type { AccountWatch } from './account-watch.js'
import type { AtHand } from './at-hand.js'
import { createBell } from './bell.js'
import type { Restored } from './restored.js'
import type { Retention } from './retention.js'
import type { ServerFacts } from './server-facts.js'

const everyMs = 1_000
const invitationsEveryMs = 60_000
const catchUpEveryMs = 15_000
/** What plex.tv refuses now it may take when the guest has accepted; there is no hurry. */
const settleEveryMs = 10 * 60_000
const probeEveryMs = 3_600_000
const keepAliveEveryMs = 24 * 3_600_000
/** A store that failed in the middle of an order leaves behind the same as the end of the program. */
const begunEveryMs = 60_000
const itemsEveryMs = 60_000
const remindEveryMs = 60_000
const pruneEveryMs = 3_600_000
/** What is done once must succeed once. */
const onceAgainMs = 60_000

/** What has to happen by itself, whether or not anybody is watching. */
export interface Housekeeping {
  wake(): void
  /** Does once more what is done once: what was begun before may have had to wait. */
  goOn(): void
  /**
   * Closes what became overdue while OTP did not run: to be done before the first reading, which then ends the
   * streams. Also what the history would show to have been finished in time counts as expired then.
   */
  closeOverdue(): Promise<void>
  run(signal: AbortSignal): Promise<void>
}

interface Needs {
  hand: AtHand
  facts: ServerFacts
  endings: Endings
  acceptance: Acceptance
  restrictions: Restrictions
  giving: Giving
  following: Following
  accountWatch: AccountWatch
  monitorSwitch: Switch
  journal: Pick<Journal, 'prune'>
  resolutions: Resolutions
  restored: Restored
  retention: Retention
  clock: Clock
  log: Logger
  settings: Settings
  /** What is looked after for guests. */
  guestChores: readonly Pick<Chore, 'what' | 'everyMs' | 'task'>[]
  /** Begins to end an assignment without waiting for it. */
  end: (assignment: Assignment, cause: Cause) => void
}

interface Chore {
  what: string
  everyMs: number
  nextAt: number
  running?: Promise<void>
  task: (machineIdentifier: string) => Promise<void>
}

export function createHousekeeping(needs: Needs): Housekeeping {
  const { hand, facts, endings, acceptance, restrictions, giving, following, accountWatch } = needs
  const { monitorSwitch, journal, resolutions, restored, retention } = needs
  const { clock, log, settings, end } = needs
  const bell = createBell(clock)
  const chores: Chore[] = [
    { what: 'assignments begun before', everyMs: begunEveryMs, nextAt: 0, task: giving.resume },
    { what: 'decisions begun before', everyMs: Infinity, nextAt: 0, task: resolutions.resume },
    { what: 'deadlines', everyMs, nextAt: 0, task: endOverdue },
    { what: 'access to take away', everyMs: catchUpEveryMs, nextAt: 0, task: endings.catchUp },
    { what: 'invitations', everyMs: invitationsEveryMs, nextAt: 0, task: acceptance.look },
    { what: 'restrictions', everyMs: settleEveryMs, nextAt: 0, task: restrictions.settleAll },
    { what: 'server and account', everyMs: probeEveryMs, nextAt: 0, task: facts.probe },
    { what: 'token', everyMs: probeEveryMs, nextAt: 0, task: accountWatch.look },
    { what: 'keeping the token alive', everyMs: keepAliveEveryMs, nextAt: 0, task: accountWatch.keepAlive },
    { what: 'reminder of a stopped monitor', everyMs: remindEveryMs, nextAt: 0, task: monitorSwitch.remind },
    { what: 'what was restored', everyMs: remindEveryMs, nextAt: 0, task: restored.tell },
    { what: 'what is to be kept no longer', everyMs, nextAt: 0, task: retention.look },
    { what: 'items that moved', everyMs: itemsEveryMs, nextAt: 0, task: following.look },
    { what: 'events of long ago', everyMs: pruneEveryMs, nextAt: 0, task: journal.prune },
    ...needs.guestChores.map((one) => ({ ...one, nextAt: 0 })),
  ]

  return { wake: bell.ring, goOn, closeOverdue, run }

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await beginDue().catch((error: unknown) =>
        log.error('what is due could not be begun and will be tried again', { error }),
      )
      await bell.wait(everyMs, signal)
    }
    await Promise.all(chores.map((one) => one.running))
  }

  /** Each chore takes its own time: a deadline does not wait for what plex.tv says about an invitation. */
  async function beginDue(): Promise<void> {
    // The monitor finds the server; until then there is nothing to keep.
    const machineIdentifier = await facts.known()
    if (machineIdentifier === undefined) return

    for (const chore of chores) {
      if (chore.running || !isDue(chore)) continue

      chore.nextAt = clock.now() + chore.everyMs
      chore.running = chore
        .task(machineIdentifier)
        .catch((error: unknown) => {
          if (chore.everyMs === Infinity) chore.nextAt = clock.now() + onceAgainMs
          log.warn('a chore failed and will be tried again', { chore: chore.what, error })
        })
        .finally(() => {
          delete chore.running
        })
    }
  }

  function goOn(): void {
    for (const chore of chores) if (chore.everyMs === Infinity) chore.nextAt = 0
    bell.ring()
  }

  /** What would be due later than a whole interval from now was planned before the machine's clock was set back. */
  function isDue({ nextAt, everyMs }: Chore): boolean {
    const waitMs = nextAt - clock.now()
    return waitMs <= 0 || waitMs > everyMs
  }

  async function closeOverdue(): Promise<void> {
    const machineIdentifier = await facts.known()
    if (machineIdentifier === undefined) return
    await hand.refresh()
    for (const { assignment, cause } of allOverdue(machineIdentifier)) {
      await endings.close(assignment.id, cause)
    }
  }

  async function endOverdue(machineIdentifier: string): Promise<void> {
    for (const { assignment, cause } of allOverdue(machineIdentifier)) end(assignment, cause)
  }

  function allOverdue(machineIdentifier: string): { assignment: Assignment; cause: Cause }[] {
    const now = clock.now()
    return hand
      .assignments()
      .filter((one) => one.machineIdentifier === machineIdentifier && isOpen(one))
      .flatMap((assignment) => {
        const reason = overdue(assignment, now)
        return reason ? { assignment, cause: { state: 'expired', by: 'otp', reason } } : []
      })
  }

  function overdue({ expiresAt, state, createdAt }: Assignment, now: number): string | undefined {
    if (expiresAt !== undefined && expiresAt <= now) return reasons.deadline()
    if (state === 'pending' && createdAt + settings.access.inviteTimeoutMs <= now)
      return reasons.notAccepted()
    return undefined
  }
}
