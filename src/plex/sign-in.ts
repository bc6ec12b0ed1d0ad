import { OtpError } from '../core/errors.js'
import type { PlexPerson, ServerIdentity } from '../core/model.js'
import type { Clock, PlexSignIn } from '../core/ports.js'
import type { OwnedServer, PinState, SignInPin } from '../core/sign-in/model.js'
import type { AllowedShape } from './allowed.js'
import { errorFor, type PlexAnswer } from './answer.js'
import { createPlexHttp, type PlexHttp, type PlexRequest, product } from './http.js'
import { parseOwner } from './parse-account.js'
import { type PlexPin, parseOwnedServers, parsePin, parseWhoAnswers } from './parse-sign-in.js'

const signInPage = 'https://app.plex.tv/auth'
/** An address that does not answer within this time is no good one. */
const reachTimeoutMs = 3_000
/** When plex.tv does not say how long a PIN lives, the shortest time that was ever seen. */
const usualLifeMs = 900_000

const onlyIdentity: readonly AllowedShape[] = [{ methods: ['GET'], path: /^\/identity$/ }]

export interface PlexSignInNeeds {
  plexTv: PlexHttp
  /** The same for the whole life of an installation: plex.tv answers about a PIN only to who asked for it. */
  clientIdentifier: string
  version: string
  clock: Clock
  signal?: AbortSignal
  /** Told of a token as soon as there is one, so that it is never seen in the log. */
  hide: (secret: string) => void
}

/** Signing in at plex.tv: PINs, the servers of an account, and which server answers where. */
export function createPlexSignIn(needs: PlexSignInNeeds): PlexSignIn {
  const { plexTv, clientIdentifier, version, clock, hide } = needs

  return { beginPin, checkPin, account, ownedServers, reach, keepAlive }

  async function beginPin(): Promise<SignInPin> {
    const answer = await plexTv.ask({
      method: 'POST',
      path: '/api/v2/pins',
      query: { strong: 'true' },
      token: '',
    })
    const pin = parsePin(dataOf(answer))
    if (!pin) throw new OtpError('plex_unreachable', 'The answer of plex.tv cannot be used: it holds no PIN.')
    return { id: pin.id, link: linkTo(pin), expiresAt: clock.now() + lifeOf(pin, answer) }
  }

  /** plex.tv tells of the end of a PIN in several ways; what is neither waiting nor claimed has expired. */
  async function checkPin(id: string): Promise<PinState> {
    const path = `/api/v2/pins/${id}`
    const answer = await plexTv.ask({ method: 'GET', path, token: '', repeatable: false })
    if (answer.kind === 'refused' && answer.status !== 429 && answer.status < 500) return { kind: 'expired' }

    const pin = parsePin(dataOf(answer))
    if (!pin) return { kind: 'expired' }
    if (pin.token !== undefined) {
      hide(pin.token)
      return { kind: 'claimed', token: pin.token }
    }
    return lifeOf(pin, answer) > 0 ? { kind: 'waiting' } : { kind: 'expired' }
  }

  async function account(token?: string): Promise<PlexPerson> {
    return parseOwner(await read({ path: '/api/v2/user' }, token))
  }

  async function ownedServers(token?: string): Promise<OwnedServer[]> {
    const query = { includeHttps: '1', includeRelay: '1', includeIPv6: '1' }
    return parseOwnedServers(await read({ path: '/api/v2/resources', query }, token))
  }

  async function keepAlive(): Promise<void> {
    await plexTv.read('/api/v2/ping')
  }

  async function reach(url: string): Promise<ServerIdentity | undefined> {
    const answer = await createPlexHttp({
      name: 'The server',
      url: () => url,
      token: () => '',
      clientIdentifier,
      version,
      timeoutMs: reachTimeoutMs,
      compressed: false,
      allowed: onlyIdentity,
      clock,
      ...(needs.signal && { signal: needs.signal }),
    }).ask({ method: 'GET', path: '/identity' })
    return answer.kind === 'done' ? parseWhoAnswers(answer.data) : undefined
  }

  async function read(
    request: Pick<PlexRequest, 'path' | 'query'>,
    token: string | undefined,
  ): Promise<unknown> {
    return dataOf(await plexTv.ask({ method: 'GET', ...request, ...(token !== undefined && { token }) }))
  }

  function dataOf(answer: PlexAnswer): unknown {
    if (answer.kind === 'done') return answer.data
    throw errorFor(answer, plexTv.name)
  }

  /** What the page needs stands behind the #, which browsers keep to themselves. */
  function linkTo({ code }: PlexPin): string {
    const facts = { clientID: clientIdentifier, code, 'context[device][product]': product }
    const pairs = Object.entries(facts).map((pair) => pair.map(encodeURIComponent).join('='))
    return `${signInPage}#?${pairs.join('&')}`
  }
}

/** How long a PIN lives from now on. Both instants are by the clock of plex.tv: ours may be wrong by hours. */
function lifeOf({ expiresAt, livesMs }: PlexPin, answer: PlexAnswer): number {
  const at = answer.kind === 'done' ? answer.at : undefined
  if (expiresAt !== undefined && at !== undefined) return expiresAt - at
  return livesMs ?? usualLifeMs
}
