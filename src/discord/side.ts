import type { Core } from '../core/api.js'
import type { Ids, Members, Notifier } from '../core/ports.js'

/** Discord as the rest of the program sees it. */
export interface DiscordSide {
  notifier: Notifier
  /** Missing where nobody can be looked up. */
  members?: Members
  health: () => { ok: boolean; reason?: string }
  /** Logs in and answers from now on, until what it gives back is called. */
  serve: (core: Core, ids: Ids) => () => Promise<void>
}

/** Takes the place of Discord where none is configured. */
export const noDiscord: DiscordSide = {
  notifier: { deliver: async () => ({ kind: 'impossible', reason: 'Discord is not configured' }) },
  health: () => ({ ok: true, reason: 'not configured' }),
  serve: () => async () => {},
}
