import type { ErrorCode } from '../core/errors.js'
import type { WireReadiness } from '../wire/shapes.js'

const parts = ['store', 'plex', 'discord'] as const
const names: Record<(typeof parts)[number], string> = { store: 'store', plex: 'Plex', discord: 'Discord' }
const codes: Record<(typeof parts)[number], ErrorCode> = {
  store: 'store_unavailable',
  plex: 'plex_unreachable',
  discord: 'service_unreachable',
}

/** 200 when every part works, otherwise 503 with what is wrong; each part is listed either way. */
export function presentReadiness(state: WireReadiness) {
  const missing = parts.filter((part) => !state[part].ok)
  const [first] = missing

  if (!first) return { status: 200, body: { error: false, reason: '', result: state } }

  const details = missing.map((part) => `${names[part]}: ${state[part].reason ?? 'no reason given'}`)
  return {
    status: 503,
    body: { error: true, code: codes[first], reason: `Not ready. ${details.join(' ')}`, result: state },
  }
}
