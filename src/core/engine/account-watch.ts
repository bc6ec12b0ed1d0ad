import { OtpError } from '../errors.js'
import type { Change, Clock, Logger, PlexAccount, PlexSignIn, Store } from '../ports.js'
import type { Outbox } from '../telling/outbox.js'
import { createSingleFlight } from './single-flight.js'
import { transact } from './transact.js'

/** How often plex.tv is asked at most when the server refuses the token at every reading. */
const lookAgainAfterMs = 60_000

/** Whether plex.tv accepts the token. The admins are told once when it does not, and once when it does again. */
export interface AccountWatch {
  /** Asks plex.tv. Only a clear refusal counts: no answer leaves it as it was. */
  look(): Promise<void>
  /** The server has refused the token, so plex.tv is asked, soon after the last time at the earliest. */
  noteRejected(): Promise<void>
  /** Keeps a token alive that nothing else uses. */
  keepAlive(): Promise<void>
  /** Undefined until plex.tv has been asked for the first time. */
  health(): { ok: boolean; since: number } | undefined
}

export function createAccountWatch(needs: {
  plexAccount: PlexAccount
  plexSignIn: PlexSignIn
  store: Store
  outbox: Outbox
  clock: Clock
  log: Logger
  /** The server that the admins are told about. */
  machineIdentifier: () => Promise<string | undefined>
}): AccountWatch {
  const { plexAccount, plexSignIn, store, outbox, clock, log } = needs
  const look = createSingleFlight(ask)
  let lookedAt = Number.NEGATIVE_INFINITY
  let last: { ok: boolean; since: number } | undefined

  return { look, noteRejected, keepAlive, health: () => last }

  async function noteRejected(): Promise<void> {
    if (clock.now() - lookedAt >= lookAgainAfterMs) await look()
  }

  async function keepAlive(): Promise<void> {
    if (last?.ok) await plexSignIn.keepAlive()
  }

  async function ask(): Promise<void> {
    lookedAt = clock.now()
    const dead = await isDead()
    if (dead !== undefined) await note(dead)
  }

  /** Undefined when that cannot be said: plex.tv is away, busy, or answers something else. */
  async function isDead(): Promise<boolean | undefined> {
    try {
      await plexAccount.owner()
      return false
    } catch (error) {
      if (error instanceof OtpError && error.code === 'plex_token_rejected') return true
      log.warn('the account could not be looked at', { error })
      return undefined
    }
  }

  async function note(dead: boolean): Promise<void> {
    const wasDead = last?.ok === false
    if (dead && !wasDead) log.warn('plex.tv refuses the token')
    if (!dead && wasDead) log.info('plex.tv accepts the token again')
    last = { ok: !dead, since: dead === wasDead && last ? last.since : clock.now() }

    // Before a server has been found there is nobody to be told, and nothing to remember.
    const machineIdentifier = await needs.machineIdentifier()
    if (machineIdentifier !== undefined) last.since = await remember(dead, machineIdentifier)
  }

  /** What was told survives a restart, so that nobody hears it twice. Answers since when it is so. */
  async function remember(dead: boolean, machineIdentifier: string): Promise<number> {
    const at = await transact(store, async () => {
      const stored = await store.read('setting', 'plex-token')
      const before = stored?.record.name === 'plex-token' ? stored.record : undefined
      if (before?.dead === dead) return { changes: [], value: before.at }

      const record = { name: 'plex-token' as const, dead, at: clock.now() }
      const condition = stored ? { ifRevision: stored.revision } : ({ unless: 'exists' } as const)
      const isNews = dead || before !== undefined
      const changes: Change[] = [
        { kind: 'setting', id: 'plex-token', record, ...condition },
        ...(isNews ? [tell(machineIdentifier, dead)] : []),
      ]
      return { changes, value: record.at }
    })
    outbox.wake()
    return at
  }

  function tell(machineIdentifier: string, dead: boolean): Change {
    const notice = dead ? ({ kind: 'token-dead' } as const) : ({ kind: 'token-works' } as const)
    return outbox.draft(machineIdentifier, { to: 'admins', notice }).change
  }
}
