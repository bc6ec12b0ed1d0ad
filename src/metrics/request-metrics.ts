import { Counter, Histogram, type Registry } from 'prom-client'
import { type Answered, outcomes } from '../util/answered.js'
import { inSeconds } from './seconds.js'

/** The media server, and plex.tv with the owner's account. */
export type PlexSide = 'server' | 'account'

/** A request that the REST API has answered. */
export interface ApiAnswered {
  method: string
  /** The pattern of the address, never the address itself. */
  route: string
  status: number
  /** Why it was refused, by the code that the answer has. */
  refused?: string
}

const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15]
const sides: readonly PlexSide[] = ['server', 'account']
const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Requests that OTP sends, and those that it answers. */
export function createRequestMetrics(registry: Registry) {
  const registers = [registry]
  const plex = new Histogram({
    name: 'otp_plex_request_duration_seconds',
    help: 'Requests to the media server (side "server") and to plex.tv (side "account"), by outcome.',
    labelNames: ['side', 'outcome'],
    buckets,
    registers,
  })
  const plexFailures = new Counter({
    name: 'otp_plex_request_failures_total',
    help: 'Requests to Plex that were not done; with "4xx" Plex also says that something is gone already.',
    labelNames: ['side', 'outcome'],
    registers,
  })
  const discord = new Histogram({
    name: 'otp_discord_request_duration_seconds',
    help: 'Requests to Discord, by outcome; waiting for a rate limit does not count.',
    labelNames: ['outcome'],
    buckets,
    registers,
  })
  const discordFailures = new Counter({
    name: 'otp_discord_request_failures_total',
    help: 'Requests to Discord that were not done.',
    labelNames: ['outcome'],
    registers,
  })
  const api = new Counter({
    name: 'otp_http_requests_total',
    help: 'Requests that the REST API has answered.',
    labelNames: ['method', 'route', 'status'],
    registers,
  })

  const refusals = new Counter({
    name: 'otp_http_refusals_total',
    help: 'Requests that the REST API has refused, by the code of the answer; "unauthenticated" is a key that is missing or wrong.',
    labelNames: ['code'],
    registers,
  })

  for (const code of ['unauthenticated', 'forbidden', 'too_many_requests']) refusals.inc({ code }, 0)
  for (const outcome of outcomes) {
    for (const side of sides) {
      plex.zero({ side, outcome })
      if (outcome !== 'ok') plexFailures.inc({ side, outcome }, 0)
    }
    discord.zero({ outcome })
    if (outcome !== 'ok') discordFailures.inc({ outcome }, 0)
  }
  return { plexAnswered, discordAnswered, apiAnswered }

  function plexAnswered(side: PlexSide, { outcome, tookMs }: Answered): void {
    plex.observe({ side, outcome }, inSeconds(tookMs))
    if (outcome !== 'ok') plexFailures.inc({ side, outcome })
  }

  function discordAnswered({ outcome, tookMs }: Answered): void {
    discord.observe({ outcome }, inSeconds(tookMs))
    if (outcome !== 'ok') discordFailures.inc({ outcome })
  }

  /** Anybody may send any method; only the usual ones become series of their own. */
  function apiAnswered({ method, route, status, refused }: ApiAnswered): void {
    if (refused !== undefined) refusals.inc({ code: refused })
    api.inc({ method: methods.includes(method) ? method : 'other', route, status: String(status) })
  }
}
