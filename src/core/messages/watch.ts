import type { GuestSession } from '../api.js'
import type { PushWay, Quantiles } from '../model.js'

/** How the watch over the streams goes, in the words that Discord and the terminal share. */
export const watch = {
  ways: { websocket: 'WebSocket', sse: 'server-sent events' } satisfies Record<PushWay, string>,

  verdicts: {
    allowed: 'allowed',
    violation: 'violation',
    draining: 'ended; Plex still lists it',
    other: 'other',
  } satisfies Record<GuestSession['verdict'], string>,

  /** "half within 20 ms, 95 % within 0.3 s", or one time where the two are the same. */
  within({ p50Ms, p95Ms }: Quantiles): string {
    const [half, most] = [howLong(p50Ms), howLong(p95Ms)]
    return half === most ? `within ${most}` : `half within ${half}, 95 % within ${most}`
  },
}

/** A measured time in the unit that shows it best. */
function howLong(ms: number): string {
  if (ms < 100) return `${Math.max(1, Math.round(ms))} ms`
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`
  return `${Math.round(ms / 60_000)} min`
}
