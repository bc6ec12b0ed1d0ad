import type { Acceptance } from '../access/acceptance.js'
import type { Giving } from '../access/giving.js'
import type { Settings } from '../api.js'
import type { Cause, Endings } from '../assignments/endings.js'
import { reasons } from '../messages/reasons.js'
import type { Assignment } from '../model.js'
import type { Clock, Logger, Store } from '../ports.js'
import { isOpen } from '../states.js'
import { createBell } from './bell.js'
import type { ServerFacts } from './server-facts.js'
import { all } from './transact.js'

const everyMs = 1_000
const invitationsEveryMs = 60_000
const catchUpEveryMs = 15_000
const probeEveryMs = 3_600_000

/** What has to happen by itself, whether or not anybody is watching. */
export interface Housekeeping {
  wake(): void
  run(signal: AbortSignal): Promise<void>
}

interface Needs {
  store: Store
  facts: ServerFacts
  endings: Endings
  acceptance: Acceptance
  giving: Giving
  clock: Clock
  log: Logger
  settings: Settings
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
  const { store, facts, endings, acceptance, giving, clock, log, settings, end } = needs
  const bell = createBell(clock)
  const chores: Chore[] = [
    { what: 'assignments begun before', everyMs: Infinity, nextAt: 0, task: giving.resume },
    { what: 'deadlines', everyMs, nextAt: 0, task: endOverdue },
    { what: 'access to take away', everyMs: catchUpEveryMs, nextAt: 0, task: endings.catchUp },
    { what: 'invitations', everyMs: invitationsEveryMs, nextAt: 0, task: acceptance.look },
    { what: 'server and account', everyMs: probeEveryMs, nextAt: 0, task: facts.probe },
  ]

  return { wake: bell.ring, run }

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await beginDue()
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
      if (chore.running || chore.nextAt > clock.now()) continue

      chore.nextAt = clock.now() + chore.everyMs
      chore.running = chore
        .task(machineIdentifier)
        .catch((error: unknown) =>
          log.warn('a chore failed and will be tried again', { chore: chore.what, error }),
        )
        .finally(() => {
          delete chore.running
        })
    }
  }

  async function endOverdue(machineIdentifier: string): Promise<void> {
    const now = clock.now()
    for (const { record } of await all(store, 'assignment', { open: true })) {
      if (record.machineIdentifier !== machineIdentifier || !isOpen(record)) continue

      const reason = overdue(record, now)
      if (reason) end(record, { state: 'expired', by: 'otp', reason })
    }
  }

  function overdue({ expiresAt, state, createdAt }: Assignment, now: number): string | undefined {
    if (expiresAt !== undefined && expiresAt <= now) return reasons.deadline()
    if (state === 'pending' && createdAt + settings.access.inviteTimeoutMs <= now)
      return reasons.notAccepted()
    return undefined
  }
}
